/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a message, to look into or save. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define SECTION_COLS 6
#define SIZE_COLS 8

struct line {
	const struct msg_part *part;
	int depth;
};

struct view_parts {
	struct view view;
	struct view *message;
	struct list list;
	GArray *lines; /* of `of` */
	const struct engine_message *of;
	char *saving; /* the section a name is typed for */
};

static void visit(struct msg_part *p, int depth, void *aux)
{
	struct line l = { p, depth };
	g_array_append_val((GArray *)aux, l);
}

/* The part tree comes with the message, which may still be on its way. The cursor starts on what is most
 * likely wanted: the first attachment. */
static void make_lines(struct view_parts *v)
{
	const struct model_message *m = view_message_model(v->message);
	const struct engine_message *now = m ? m->message : NULL;
	if (v->of == now)
		return;
	v->of = now;
	g_array_set_size(v->lines, 0);
	if (!now || !now->root)
		return;
	msg_part_walk(now->root, visit, v->lines);
	for (guint i = v->lines->len; i-- > 0;) {
		const struct msg_part *p = g_array_index(v->lines, struct line, i).part;
		if (msg_is_attachment(p) || (g_ptr_array_find(now->shown, p, NULL) && !msg_attachments(now->root)))
			v->list.cursor = (int)i;
	}
}

static const struct msg_part *current(const struct view_parts *v)
{
	if (v->list.cursor >= (int)v->lines->len)
		return NULL;
	return g_array_index(v->lines, struct line, v->list.cursor).part;
}

static void draw_part(const struct view_parts *v, struct grid *g, struct rect r, int row, int n)
{
	const struct line *l = &g_array_index(v->lines, struct line, n);
	const struct msg_part *p = l->part;
	unsigned style = n == v->list.cursor ? STYLE_CURSOR : 0;
	g_autofree char *size = p->children ? g_strdup("") : app_size(model_part_size(p));
	const char *what = p->name ? p->name : p->description ? p->description : "";
	const char *shown = g_ptr_array_find(v->of->shown, p, NULL) ? _("(shown) ") : "";
	int indent = MIN(l->depth * 2, r.cols / 4);
	int size_cols = grid_width(size);
	g_autofree char *words = g_strdup_printf("%s  %s%s", p->type, shown, what);
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	grid_text(g, row, r.col + 2, SECTION_COLS, style, p->section);
	int col = r.col + 2 + SECTION_COLS + indent;
	grid_text(g, row, col, r.col + r.cols - col - SIZE_COLS - 1, style, words);
	grid_text(g, row, r.col + r.cols - size_cols, size_cols, style, size);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_parts *v = (struct view_parts *)view;
	make_lines(v);
	list_show(&v->list, (int)v->lines->len, r.rows);
	if (!v->lines->len)
		grid_text(g, r.row, r.col + 1, r.cols - 1, STYLE_DIM, _("Fetching what the message is made of..."));
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++)
		draw_part(v, g, r, r.row + i, v->list.top + i);
	g->cursor_row = r.row + v->list.cursor - v->list.top;
	g->cursor_col = r.col;
}

/* --- commands --- */
static void name_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_parts *v = aux;
	struct model_message *m = view_message_model(v->message);
	g_autofree char *path = str_dup(str_trim(typed));
	if (!m || !*path) {
		ui_say(ui, g_strdup(_("Nothing was saved.")));
		return;
	}
	model_message_save(m, v->saving, path);
	if (m->said)
		ui_say(ui, g_steal_pointer(&m->said));
}

static void save(struct view_parts *v)
{
	make_lines(v);
	const struct msg_part *p = current(v);
	struct model_message *m = view_message_model(v->message);
	if (!p || !m) {
		ui_say(v->view.ui, g_strdup(_("The parts are not here yet.")));
		return;
	}
	if (p->children && strcmp(p->type, "message/rfc822")) {
		ui_say(v->view.ui, g_strdup(_("This part holds other parts: save those.")));
		return;
	}
	g_free(v->saving);
	v->saving = g_strdup(p->section);
	g_autofree char *path = model_message_save_path(m, p);
	ui_ask(v->view.ui, g_strdup(_("Save as: ")), path, false, name_typed, v, NULL);
}

static void look_into(struct view_parts *v)
{
	const struct msg_part *p = current(v);
	const struct model_message *m = view_message_model(v->message);
	if (p && m && (g_str_has_prefix(p->type, "text/") || g_str_has_prefix(p->type, "message/")))
		ui_push(v->view.ui, view_message_part(v->view.ui, m, p->section));
	else if (p)
		ui_say(v->view.ui, g_strdup_printf(_("A part of type %s is not shown here; s saves it."), p->type));
}

static void attach(struct view_parts *v)
{
	make_lines(v);
	const struct msg_part *p = current(v);
	const struct model_message *m = view_message_model(v->message);
	if (p && m)
		compose_take_part(v->view.ui, m, p->section);
	else
		ui_say(v->view.ui, g_strdup(_("The parts are not here yet.")));
}

static bool command(struct view *view, enum app_command c)
{
	struct view_parts *v = (struct view_parts *)view;
	if (c == CMD_OPEN)
		look_into(v);
	else if (c == CMD_SAVE)
		save(v);
	else if (c == CMD_ATTACH_PART)
		attach(v);
	else
		return list_command(&v->list, c);
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct view_parts *v = (const struct view_parts *)view;
	(void)cols;
	guint n = v->lines->len;
	return g_strdup_printf(P_("%u part", "%u parts", n), n);
}

static bool stop(struct view *view)
{
	const struct view_parts *v = (const struct view_parts *)view;
	return v->message->ops->stop(v->message);
}

static void destroy(struct view *view)
{
	struct view_parts *v = (struct view_parts *)view;
	g_array_unref(v->lines);
	g_free(v->saving);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_PARTS,
	.draw = draw,
	.command = command,
	.title = title,
	.stop = stop,
	.free = destroy,
};

struct view *view_parts_new(struct ui *ui, struct view *message)
{
	struct view_parts *v = g_new0(struct view_parts, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = message->account };
	v->message = message;
	v->lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	return &v->view;
}
