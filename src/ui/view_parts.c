/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of a message's parts, to look into, open, save or give away. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define SIZE_COLS 8
#define SECTION_COLS 8 /* at most */

struct line {
	const struct msg_part *part;
	char *tree; /* the branches before it */
};

struct view_parts {
	struct view view;
	struct view *message;
	struct list list;
	GArray *lines;      /* struct line, of `of` */
	GHashTable *tagged; /* sections */
	GPtrArray *looks;   /* struct model_message *: winmail.dat that were looked into */
	const struct engine_message *of;
	bool stale, placed;
	enum app_command then; /* typed before they were here */
	GPtrArray *saving;     /* struct msg_part *: copies of those that a name is typed for */
};

static void line_clear(void *data)
{
	g_free(((struct line *)data)->tree);
}

/* --- the tree --- */

static void add_line(struct view_parts *v, const struct msg_part *p, char *tree)
{
	struct line l = { p, tree };
	g_array_append_val(v->lines, l);
}

/* Files within the text or the winmail.dat p. */
static GPtrArray *files_in(const struct view_parts *v, const struct msg_part *p)
{
	GPtrArray *files = g_ptr_array_new();
	g_autofree char *prefix = g_strconcat(p->section, MSG_WITHIN_SIGN, NULL);
	for (guint i = 0; i <= v->looks->len; i++) {
		const struct model_message *look = i ? v->looks->pdata[i - 1] : NULL;
		const struct engine_message *m = look ? look->message : v->of;
		for (guint k = 0; m && k < m->within->len && (!i || !files->len); k++) {
			struct msg_part *file = m->within->pdata[k];
			if (g_str_has_prefix(file->section, prefix))
				g_ptr_array_add(files, file);
		}
	}
	return files;
}

static void add_tree(struct view_parts *v, const struct msg_part *p, const char *before, bool top, bool last)
{
	g_autoptr(GPtrArray) files = p->children ? NULL : files_in(v, p);
	const GPtrArray *below = p->children ? p->children : files;
	add_line(v, p, top ? g_strdup("") : g_strconcat(before, last ? "`-" : "|-", NULL));
	g_autofree char *next = top ? g_strdup("") : g_strconcat(before, last ? "  " : "| ", NULL);
	for (guint i = 0; i < below->len; i++)
		add_tree(v, below->pdata[i], next, false, i + 1 == below->len);
}

static bool is_shown(const struct view_parts *v, const struct msg_part *p)
{
	return g_ptr_array_find(v->of->shown, p, NULL);
}

/* On what is most likely wanted: the first attachment, else what is shown. */
static void place_cursor(struct view_parts *v)
{
	bool any = msg_attachments(v->of->root) || v->of->within->len;
	for (guint i = v->lines->len; i-- > 0;) {
		const struct msg_part *p = g_array_index(v->lines, struct line, i).part;
		if (msg_is_attachment(p) || (!any && is_shown(v, p)))
			v->list.cursor = (int)i;
	}
	v->placed = true;
}

/* The part tree comes with the message, which may still be on its way. */
static void make_lines(struct view_parts *v)
{
	const struct model_message *m = view_message_model(v->message);
	const struct engine_message *now = m ? m->message : NULL;
	if (v->of == now && !v->stale)
		return;
	if (v->of != now)
		g_hash_table_remove_all(v->tagged);
	v->of = now;
	v->stale = false;
	g_array_set_size(v->lines, 0);
	if (!now || !now->root)
		return;
	add_tree(v, now->root, "", true, true);
	if (!v->placed)
		place_cursor(v);
}

static const struct msg_part *current(const struct view_parts *v)
{
	if (v->list.cursor >= (int)v->lines->len)
		return NULL;
	return g_array_index(v->lines, struct line, v->list.cursor).part;
}

/* --- drawing --- */

/* What a multipart is for. */
static const char *kind_of(const struct msg_part *p)
{
	static const struct {
		const char *type, *words;
	} kinds[] = {
		{ "multipart/alternative", N_("the same in several forms") },
		{ "multipart/related", N_("with what belongs to it") },
		{ "multipart/signed", N_("signed, not verified") },
		{ "multipart/encrypted", N_("encrypted, not decrypted") },
		{ "multipart/report", N_("a report") },
		{ "multipart/digest", N_("several messages") },
		{ "multipart/parallel", N_("to be seen together") },
		{ "multipart/appledouble", N_("a Macintosh file in two halves") },
		{ "application/applefile", N_("the half that only a Macintosh reads") },
		{ "application/ms-tnef", N_("Outlook's wrapping: Enter looks inside") },
		{ "message/external-body", N_("not in the message") },
		{ "message/partial", N_("a piece of a message") },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(p->type, kinds[i].type))
			return _(kinds[i].words);
	return p->children && !msg_holds_message(p) && !p->children->len ? _("no part was found in it") : "";
}

static uint64_t size_of(const struct view_parts *v, const struct msg_part *p)
{
	for (guint i = 0; i < v->of->leaves->len; i++) {
		const struct engine_leaf *leaf = v->of->leaves->pdata[i];
		if (leaf->part == p && leaf->known)
			return leaf->decoded;
	}
	return model_part_size(p);
}

static char *words_of(const struct view_parts *v, const struct line *l)
{
	const struct msg_part *p = l->part;
	const char *subject = p->head && *p->head->subject ? p->head->subject : NULL;
	const char *name = p->name ? p->name : p->description ? p->description : subject ? subject : "";
	const char *odd = app_part_disagrees(p), *kind = kind_of(p);
	g_autofree char *clean = grid_line(str_of(name));
	g_autofree char *looks = odd ? g_strdup_printf(_("  NAMED LIKE %s"), odd) : g_strdup("");
	const char *gap = *clean || *kind ? "  " : "";
	return g_strdup_printf("%s%s%s%s%s%s%s%s", l->tree, p->type, is_shown(v, p) ? _("  (shown)") : "", gap, clean,
		*clean && *kind ? ": " : "", kind, looks);
}

static int section_cols(const struct view_parts *v)
{
	int most = 1;
	for (guint i = 0; i < v->lines->len; i++)
		most = MAX(most, grid_width(g_array_index(v->lines, struct line, i).part->section));
	return MIN(most, SECTION_COLS) + 1;
}

static void draw_part(const struct view_parts *v, struct grid *g, struct rect r, int row, int n, int sections)
{
	const struct line *l = &g_array_index(v->lines, struct line, n);
	unsigned style = n == v->list.cursor ? STYLE_CURSOR : 0;
	bool tagged = g_hash_table_contains(v->tagged, l->part->section);
	bool group = l->part->children && !msg_holds_message(l->part);
	g_autofree char *size = group ? g_strdup("") : app_size(size_of(v, l->part)), *words = words_of(v, l);
	int size_cols = grid_width(size), col = r.col + 2 + sections;
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	if (tagged)
		grid_text(g, row, r.col + 1, 1, style, "+");
	grid_text(g, row, r.col + 2, sections - 1, style, l->part->section);
	grid_text(g, row, col, r.col + r.cols - col - SIZE_COLS - 1, style, words);
	grid_text(g, row, r.col + r.cols - size_cols, size_cols, style, size);
}

static void do_then(struct view_parts *v);

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_parts *v = (struct view_parts *)view;
	make_lines(v);
	do_then(v);
	list_show(&v->list, (int)v->lines->len, r.rows);
	if (!v->lines->len)
		grid_text(g, r.row, r.col + 1, r.cols - 1, STYLE_DIM, _("Fetching what the message is made of..."));
	int sections = section_cols(v);
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++)
		draw_part(v, g, r, r.row + i, v->list.top + i, sections);
	g->cursor_row = r.row + v->list.cursor - v->list.top;
	g->cursor_col = r.col;
}

static enum pointed point(struct view *view, struct rect r, int row)
{
	return list_point(&((struct view_parts *)view)->list, row - r.row);
}

/* --- saving --- */

static bool is_file(const struct msg_part *p)
{
	return !p->children || msg_holds_message(p);
}

static void name_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_parts *v = aux;
	struct model_message *m = view_message_model(v->message);
	g_autofree char *path = str_dup(str_trim(typed));
	if (!m || !*path) {
		ui_say(ui, g_strdup(_("Nothing was saved.")));
		return;
	}
	struct model_source of = parts_source(m);
	model_parts_save(ui->parts, &of, v->saving, path);
}

static void part_free(void *p)
{
	msg_part_free(p);
}

/* In the directory for it, under names that nothing has there. */
static void save_at_once(struct view_parts *v, const GPtrArray *parts)
{
	struct ui *ui = v->view.ui;
	struct model_source of = parts_source(view_message_model(v->message));
	g_autofree char *dir = model_parts_save_dir(ui->parts);
	model_parts_save(ui->parts, &of, parts, dir ? dir : ".");
}

static void ask_where(struct view_parts *v, const GPtrArray *parts)
{
	struct ui *ui = v->view.ui;
	g_autofree char *dir = model_parts_save_dir(ui->parts), *path = NULL;
	g_clear_pointer(&v->saving, g_ptr_array_unref);
	v->saving = g_ptr_array_new_with_free_func(part_free);
	for (guint i = 0; i < parts->len; i++)
		g_ptr_array_add(v->saving, msg_part_copy(parts->pdata[i]));
	if (!parts->len) {
		ui_say(ui, g_strdup(_("There is no file to be saved.")));
		return;
	}
	if (parts->len > 1) {
		ui_ask(ui, g_strdup_printf(P_("Save %u file in: ", "Save %u files in: ", parts->len), parts->len),
			dir ? dir : ".", false, name_typed, v, NULL);
	} else {
		g_autofree char *name = app_part_name(parts->pdata[0]);
		path = app_free_path(dir, name);
		ui_ask(ui, g_strdup(_("Save as: ")), path, false, name_typed, v, NULL);
	}
	complete_paths(ui);
}

static GPtrArray *tagged_parts(const struct view_parts *v)
{
	GPtrArray *parts = g_ptr_array_new();
	for (guint i = 0; i < v->lines->len; i++) {
		struct msg_part *p = (struct msg_part *)g_array_index(v->lines, struct line, i).part;
		if (g_hash_table_contains(v->tagged, p->section))
			g_ptr_array_add(parts, p);
	}
	return parts;
}

/* Every leaf that is not the text that is shown, and what is within it. */
static GPtrArray *all_files(const struct view_parts *v)
{
	GPtrArray *parts = g_ptr_array_new();
	for (guint i = 0; i < v->lines->len; i++) {
		struct msg_part *p = (struct msg_part *)g_array_index(v->lines, struct line, i).part;
		if (!p->children && !is_shown(v, p))
			g_ptr_array_add(parts, p);
	}
	return parts;
}

static void save_chosen(struct view_parts *v, struct msg_part *p, bool ask)
{
	g_autoptr(GPtrArray) parts = tagged_parts(v);
	if (!parts->len && !is_file(p)) {
		ui_say(v->view.ui, g_strdup(_("This part holds other parts: save those.")));
		return;
	}
	if (!parts->len)
		g_ptr_array_add(parts, p);
	(ask ? ask_where : save_at_once)(v, parts);
}

static void save_all(struct view_parts *v)
{
	g_autoptr(GPtrArray) parts = all_files(v);
	ask_where(v, parts);
}

/* --- commands --- */

static void look_changed(void *aux)
{
	struct view_parts *v = aux;
	const struct model_message *m = v->looks->pdata[v->looks->len - 1];
	v->stale = true;
	g_autofree char *key = ui_key(v->view.ui, CTX_PARTS, CMD_SAVE);
	if (m->message && !m->message->within->len)
		ui_say(v->view.ui,
			g_strdup_printf(_("There is no file in it that could be read; %s saves it as it is."), key));
	else if (m->err.cause)
		ui_say(v->view.ui, app_err_text(&m->err, NULL));
	ui_touch(v->view.ui);
}

static void look_inside(struct view_parts *v, const struct model_message *m, const struct msg_part *p)
{
	g_autoptr(GPtrArray) files = files_in(v, p);
	if (!files->len)
		g_ptr_array_add(v->looks, model_message_part(m, p->section, look_changed, v));
	else
		ui_say(v->view.ui, g_strdup(_("The files in it stand below it.")));
}

static bool is_read_here(const struct msg_part *p)
{
	return g_str_has_prefix(p->type, "text/") || g_str_has_prefix(p->type, "message/");
}

static void open_part(struct view_parts *v, const struct model_message *m, const struct msg_part *p, bool outside)
{
	struct ui *ui = v->view.ui;
	struct model_source of = parts_source(m);
	bool within = strstr(p->section, MSG_WITHIN_SIGN);
	if (!is_file(p))
		ui_say(ui, g_strdup(_("This part holds other parts: open those.")));
	else if (msg_is_tnef(p) && !outside)
		look_inside(v, m, p);
	else if (!outside && is_read_here(p) && !within && !model_parts_has_viewer(ui->parts, p))
		ui_push(ui, view_message_part(ui, m, p->section));
	else
		parts_open(ui, &of, p);
}

static void read_part(struct view_parts *v, const struct model_message *m, const struct msg_part *p)
{
	if (is_file(p) && !strstr(p->section, MSG_WITHIN_SIGN))
		ui_push(v->view.ui, view_message_part(v->view.ui, m, p->section));
	else
		ui_say(v->view.ui, g_strdup(_("This is no part that could be read by itself.")));
}

static void tag(struct view_parts *v, const struct msg_part *p)
{
	if (!is_file(p))
		ui_say(v->view.ui, g_strdup(_("This part holds other parts: tag those.")));
	else if (!g_hash_table_remove(v->tagged, p->section))
		g_hash_table_add(v->tagged, g_strdup(p->section));
	list_command(&v->list, CMD_DOWN);
}

static void detach(struct view_parts *v, const struct model_source *of, const struct msg_part *p)
{
	bool sealed = !strcmp(v->of->root->type, "multipart/signed");
	if (!is_file(p) || strstr(p->section, MSG_WITHIN_SIGN) || p == v->of->root)
		ui_say(v->view.ui, g_strdup(_("This is no part that could be taken out of the message.")));
	else
		parts_detach(v->view.ui, of, p, sealed);
}

static bool act(struct view_parts *v, struct model_message *m, struct msg_part *p, enum app_command c)
{
	struct ui *ui = v->view.ui;
	struct model_source of = parts_source(m);
	switch (c) {
	case CMD_OPEN: open_part(v, m, p, false); return true;
	case CMD_OPEN_OUTSIDE: open_part(v, m, p, true); return true;
	case CMD_AS_TEXT: read_part(v, m, p); return true;
	case CMD_SAVE: save_chosen(v, p, false); return true;
	case CMD_SAVE_AS: save_chosen(v, p, true); return true;
	case CMD_SAVE_ALL: save_all(v); return true;
	case CMD_ATTACH_PART: compose_take_part(ui, m, p->section); return true;
	case CMD_TAG: tag(v, p); return true;
	case CMD_UNTAG: g_hash_table_remove_all(v->tagged); return true;
	case CMD_PIPE:
		if (is_file(p))
			parts_pipe(ui, &of, p);
		return true;
	case CMD_DETACH_PART: detach(v, &of, p); return true;
	case CMD_PRINT:
		if (is_file(p))
			parts_print(ui, &of, p);
		return true;
	default: return false;
	}
}

/* Called when the parts may have come. */
static void do_then(struct view_parts *v)
{
	struct msg_part *p = (struct msg_part *)current(v);
	enum app_command c = v->then;
	if (!c || !p)
		return;
	v->then = CMD_NONE;
	if (ui_top(v->view.ui) == &v->view && ui_is_idle(v->view.ui))
		act(v, view_message_model(v->message), p, c);
}

static bool command(struct view *view, enum app_command c)
{
	struct view_parts *v = (struct view_parts *)view;
	struct model_message *m = view_message_model(v->message);
	if (list_command(&v->list, c))
		return true;
	make_lines(v);
	struct msg_part *p = (struct msg_part *)current(v);
	if (p && m)
		return act(v, m, p, c);
	if (c == CMD_OPEN || c == CMD_SAVE || c == CMD_SAVE_AS) {
		v->then = c;
		ui_say(view->ui, g_strdup(_("As soon as the parts are here.")));
	}
	return v->then != CMD_NONE;
}

static char *title(struct view *view, int cols)
{
	const struct view_parts *v = (const struct view_parts *)view;
	(void)cols;
	guint n = 0, tagged = g_hash_table_size(v->tagged);
	for (guint i = 0; i < v->lines->len; i++)
		n += is_file(g_array_index(v->lines, struct line, i).part);
	g_autofree char *parts = g_strdup_printf(P_("%u part", "%u parts", n), n);
	return tagged ? g_strdup_printf(_("%s, %u tagged"), parts, tagged) : g_steal_pointer(&parts);
}

static bool stop(struct view *view)
{
	const struct view_parts *v = (const struct view_parts *)view;
	bool any = v->message->ops->stop(v->message);
	for (guint i = 0; i < v->looks->len; i++)
		any = model_message_stop(v->looks->pdata[i]) || any;
	return any;
}

static void look_free(void *m)
{
	model_message_free(m);
}

static void destroy(struct view *view)
{
	struct view_parts *v = (struct view_parts *)view;
	g_array_unref(v->lines);
	g_hash_table_unref(v->tagged);
	g_ptr_array_unref(v->looks);
	g_clear_pointer(&v->saving, g_ptr_array_unref);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_PARTS,
	.draw = draw,
	.command = command,
	.point = point,
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
	g_array_set_clear_func(v->lines, line_clear);
	v->tagged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	v->looks = g_ptr_array_new_with_free_func(look_free);
	return &v->view;
}

const char *view_parts_name(struct view *view)
{
	const struct msg_part *p = view->ops == &ops ? current((const struct view_parts *)view) : NULL;
	return p ? p->name : NULL;
}
