/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define ADDR_COLS 20
#define MARK_COLS 4

static void row_free(void *p)
{
	struct pick_row *row = p;
	g_free(row->addr);
	g_free(row->mark);
	g_free(row->words);
	g_free(row);
}

static const char *mark_of(enum identity_state s)
{
	switch (s) {
	case IDENTITY_OK: return "ok";
	case IDENTITY_LIKELY: return "~";
	case IDENTITY_PENDING: return "..";
	case IDENTITY_REFUSED: return "NO";
	default: return "?";
	}
}

static char *words_of(const struct store_identity *k, enum identity_state s)
{
	g_autofree char *date = k->date ? g_strstrip(app_date_short(k->date, clock_wall())) : g_strdup("");
	g_autofree char *text = k->text ? grid_line(str_of(k->text)) : g_strdup("");
	switch (s) {
	case IDENTITY_OK: return g_strdup_printf(_("accepted by smtp %s"), date);
	case IDENTITY_LIKELY: return g_strdup_printf(_("likely: probed %s"), date);
	case IDENTITY_PENDING:
		return g_strdup(k->link ? _("the letter with its link has come") : _("waits to be validated"));
	case IDENTITY_REFUSED: return g_strdup_printf("%d %s, %s", k->code, date, text);
	default: return g_strdup(_("never tried"));
	}
}

static bool has(const GPtrArray *rows, int account, const char *addr)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct pick_row *row = rows->pdata[i];
		if (row->addr && row->account == account && !g_ascii_strcasecmp(row->addr, addr))
			return true;
	}
	return false;
}

static struct pick_row *add(GPtrArray *rows, int account, const char *addr)
{
	struct pick_row *row = g_new0(struct pick_row, 1);
	row->account = account;
	row->addr = g_strdup(addr);
	row->aside = "";
	g_ptr_array_add(rows, row);
	return row;
}

static bool is_preset(const struct cfg_account *a, const char *addr)
{
	const struct cfg_from *preset = cfg_from_default(a);
	const char *own = preset ? preset->addr : a->email;
	return own && !g_ascii_strcasecmp(own, addr);
}

static void add_own(GPtrArray *rows, const struct model_letter *m, const struct cfg_account *a, const char *addr)
{
	const struct engine_identity *id = model_letter_identity(m, addr);
	if (!addr || *addr == '*' || has(rows, m->from.account, addr))
		return;
	struct pick_row *row = add(rows, m->from.account, addr);
	enum identity_state s = id ? id->known.state : IDENTITY_UNKNOWN;
	/* A server that judges later has said nothing by what it took before. */
	if (m->after_data && s == IDENTITY_LIKELY)
		s = IDENTITY_UNKNOWN;
	row->refused = s == IDENTITY_REFUSED;
	row->pressing = row->refused || s == IDENTITY_UNKNOWN || s == IDENTITY_PENDING;
	row->mark = g_strdup(m->identities ? mark_of(s) : "");
	row->words = id ? words_of(&id->known, s) : g_strdup(m->identities ? _("never tried") : "...");
	if (m->delivered && !g_ascii_strcasecmp(m->delivered, addr) && m->original) {
		char *more = g_strdup_printf(_("%s; mail came to this"), row->words);
		g_free(row->words);
		row->words = more;
	}
	if (s == IDENTITY_REFUSED)
		row->aside = _("v how to fix it");
	else if (s == IDENTITY_PENDING)
		row->aside = id->known.link ? _("v its link") : _("v how to fix it");
	else if (s == IDENTITY_UNKNOWN && m->identities)
		row->aside = _("p probe (sends none)");
	else if (is_preset(a, addr))
		row->aside = _("default");
}

GPtrArray *picker_rows(const struct model_letter *m)
{
	const struct cfg *cfg = app_cfg(m->app);
	const struct cfg_account *a = cfg->accounts->pdata[m->from.account];
	GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
	add_own(rows, m, a, m->delivered ? m->delivered : m->from.addr->addr);
	add_own(rows, m, a, m->from.addr->addr);
	add_own(rows, m, a, a->email);
	for (guint i = 0; i < a->froms->len; i++)
		add_own(rows, m, a, ((const struct cfg_from *)a->froms->pdata[i])->addr);
	for (guint i = 0; m->identities && i < m->identities->len; i++)
		add_own(rows, m, a, ((const struct engine_identity *)m->identities->pdata[i])->known.addr);
	for (guint i = 0; i < cfg->accounts->len; i++) {
		const struct cfg_account *other = cfg->accounts->pdata[i];
		const struct cfg_from *preset = cfg_from_default(other);
		const char *addr = preset ? preset->addr : other->email;
		if ((int)i == m->from.account || !addr)
			continue;
		struct pick_row *row = add(rows, (int)i, addr);
		row->words = g_strdup_printf(_("other account: %s (switches server and Sent)"), other->label);
	}
	add(rows, m->from.account, NULL);
	return rows;
}

int picker_height(const GPtrArray *rows, int most)
{
	return MIN((int)rows->len + 2, most);
}

static void draw_border(struct grid *g, int row, struct rect r, const char *title)
{
	grid_fill(g, row, r.col, r.cols, STYLE_DIM, '-');
	grid_text(g, row, r.col, 1, STYLE_DIM, "+");
	grid_text(g, row, r.col + r.cols - 1, 1, STYLE_DIM, "+");
	if (title)
		grid_text(g, row, r.col + 3, r.cols - 4, STYLE_TITLE, title);
}

static void draw_row(const struct pick_row *row, int n, bool here, struct grid *g, int at, struct rect r)
{
	unsigned style = here ? STYLE_CURSOR : 0;
	int end = r.col + r.cols, col = r.col;
	g_autofree char *digit = row->addr ? g_strdup_printf("%d", n + 1) : g_strdup("/");
	g_autofree char *addr = row->addr ? grid_line(str_of(row->addr)) : g_strdup(_("type another address"));
	const char *aside = row->addr ? row->aside : _("Esc keep it");
	int aside_cols = grid_width(aside);
	grid_fill(g, at, r.col, r.cols, style, ' ');
	grid_text(g, at, col, 1, style, here ? ">" : " ");
	grid_text(g, at, col + 2, 2, style | STYLE_KEY, digit);
	col += 4;
	int room = end - col;
	int addr_cols = MIN(MAX(grid_width(addr), ADDR_COLS), room);
	grid_text(g, at, col, addr_cols, style, addr);
	col += addr_cols + 2;
	if (row->addr && row->mark) {
		grid_text(g, at, col, end - col, style | (row->refused ? STYLE_ERROR : 0), row->mark);
		col += MARK_COLS + 1;
	}
	bool crowded = row->addr && !row->pressing && grid_width(row->words) + aside_cols + 2 > end - col;
	if (crowded)
		aside_cols = 0;
	int words_end = end - (aside_cols ? aside_cols + 2 : 0);
	if (row->addr && words_end - col > 4)
		grid_text(g, at, col, words_end - col, style, row->words);
	if (aside_cols && end - aside_cols > col)
		grid_text(g, at, end - aside_cols, aside_cols, style | STYLE_DIM, aside);
}

static void draw_frame(struct grid *g, struct rect r)
{
	draw_border(g, r.row, r, _(" Send as "));
	draw_border(g, r.row + r.rows - 1, r, NULL);
	for (int row = r.row + 1; row < r.row + r.rows - 1; row++) {
		grid_text(g, row, r.col, 1, STYLE_DIM, "|");
		grid_text(g, row, r.col + r.cols - 1, 1, STYLE_DIM, "|");
	}
}

void picker_draw(const GPtrArray *rows, struct list *list, struct grid *g, struct rect r, bool framed)
{
	struct rect inner = { r.row + 1, r.col + 2, r.rows - 2, r.cols - 4 };
	list_show(list, (int)rows->len, MAX(inner.rows, 1));
	if (framed)
		draw_frame(g, r);
	else
		grid_text(g, r.row, r.col, r.cols, STYLE_TITLE, _(" Send as "));
	for (int i = 0; i < inner.rows; i++) {
		int n = list->top + i;
		if (n < (int)rows->len)
			draw_row(rows->pdata[n], n, n == list->cursor, g, inner.row + i, inner);
	}
	g->cursor_row = inner.row + list->cursor - list->top;
	g->cursor_col = inner.col;
}
