/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#define STATUS_FROM_ROWS 2
#define HINT_FROM_ROWS 3
#define MESSAGE_FROM_ROWS 14 /* below, messages stand in the place of the hints */
#define BODY_LEAST_ROWS 3    /* beside a banner */

struct layout layout_make(int rows, int cols, int wanted_banner, bool sidebar)
{
	struct layout l = { 0 };
	int top = rows >= STATUS_FROM_ROWS ? 1 : 0, bottom = rows;
	l.status = (struct rect){ 0, 0, top, cols };
	if (rows >= HINT_FROM_ROWS)
		l.hint = (struct rect){ --bottom, 0, 1, cols };
	l.message = l.hint;
	if (rows >= MESSAGE_FROM_ROWS)
		l.message = (struct rect){ --bottom, 0, 1, cols };
	int banner = MIN(wanted_banner, bottom - top - BODY_LEAST_ROWS);
	if (banner > 0) {
		bottom -= banner;
		l.banner = (struct rect){ bottom, 0, banner, cols };
	}
	int side = sidebar ? MIN(SIDEBAR_COLS, cols - 1) : 0;
	l.sidebar = (struct rect){ top, 0, side ? bottom - top : 0, side };
	l.body = (struct rect){ top, side, bottom - top, cols - side };
	return l;
}
