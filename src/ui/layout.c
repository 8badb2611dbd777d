/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#define STATUS_FROM_ROWS 2
#define HINT_FROM_ROWS 3
#define MESSAGE_FROM_ROWS 14 /* below, messages stand in the place of the hints */
#define RULE_FROM_ROWS 30
#define BODY_LEAST_ROWS 3 /* beside a banner */
#define SIDEBAR_NARROW 8
#define COLUMN_NARROW 30 /* a list or a message that somebody has drawn so narrow */

/* At 160 columns the list gets 64 and the message 76. */
#define PANE_SHARE 76
#define PANE_OF 141

static int sidebar_cols(const struct layout_wish *w, int cols)
{
	int wanted = w->splits.sidebar                   ? w->splits.sidebar
		     : w->pane && cols >= PANE_FROM_COLS ? SIDEBAR_WIDE_COLS
							 : SIDEBAR_COLS;
	int most = w->pane ? cols - 2 * COLUMN_NARROW - 1 : cols - COLUMN_NARROW;
	return w->sidebar ? MIN(CLAMP(wanted, SIDEBAR_NARROW, MAX(most, SIDEBAR_COLS)), cols - 1) : 0;
}

static int pane_cols(const struct layout_wish *w, int room)
{
	int wanted = w->splits.pane ? w->splits.pane : room * PANE_SHARE / PANE_OF;
	return w->pane ? CLAMP(wanted, COLUMN_NARROW, MAX(room - 1 - COLUMN_NARROW, COLUMN_NARROW)) : 0;
}

struct layout layout_make(int rows, int cols, const struct layout_wish *w)
{
	struct layout l = { 0 };
	int top = rows >= STATUS_FROM_ROWS ? 1 : 0, bottom = rows;
	l.status = (struct rect){ 0, 0, top, cols };
	if (rows >= HINT_FROM_ROWS)
		l.hint = (struct rect){ --bottom, 0, 1, cols };
	l.message = l.hint;
	if (rows >= MESSAGE_FROM_ROWS)
		l.message = (struct rect){ --bottom, 0, 1, cols };
	if (w->pane && rows >= RULE_FROM_ROWS)
		l.rule = (struct rect){ --bottom, 0, 1, cols };
	int banner = MIN(w->banner_rows, bottom - top - BODY_LEAST_ROWS);
	if (banner > 0) {
		bottom -= banner;
		l.banner = (struct rect){ bottom, 0, banner, cols };
	}
	int side = sidebar_cols(w, cols), pane = pane_cols(w, cols - side);
	l.sidebar = (struct rect){ top, 0, side ? bottom - top : 0, side };
	l.body = (struct rect){ top, side, bottom - top, cols - side - (pane ? pane + 1 : 0) };
	l.pane = (struct rect){ top, cols - pane, pane ? bottom - top : 0, pane };
	return l;
}
