/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain text to scroll: the source of a message, a server's words. */
#include "ui/internal.h"

#include "base/i18n.h"

struct view_text {
	struct view view;
	char *title;
	struct text *text;
	struct view *message; /* whose source it is; NULL */
	bool filled;
};

static void fill_source(struct view_text *v)
{
	const struct model_message *m = view_message_model(v->message);
	if (v->filled)
		return;
	text_reset(v->text);
	if (m && m->raw)
		text_add(v->text, STYLE_NORMAL, 0, str_of(m->raw));
	else if (m && m->raw_request)
		text_add(v->text, STYLE_DIM, 0, str_of(_("Fetching the source. ^C stops it.")));
	else
		text_add(v->text, STYLE_ERROR, 0, str_of(_("The source is not here.")));
	v->filled = m && m->raw;
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_text *v = (struct view_text *)view;
	if (v->message)
		fill_source(v);
	text_draw(v->text, g, r);
	g->cursor_row = r.row;
	g->cursor_col = r.col;
}

static bool command(struct view *view, enum app_command c)
{
	return find_command(view, c) || text_command(((struct view_text *)view)->text, c);
}

static struct text *text_of(struct view *view)
{
	return ((struct view_text *)view)->text;
}

static char *title(struct view *view, int cols)
{
	(void)cols;
	return g_strdup(((const struct view_text *)view)->title);
}

static char *remark(struct view *view)
{
	return g_strdup_printf("%d%%", text_percent(((const struct view_text *)view)->text));
}

static bool stop(struct view *view)
{
	const struct view_text *v = (const struct view_text *)view;
	return v->message && v->message->ops->stop(v->message);
}

static void destroy(struct view *view)
{
	struct view_text *v = (struct view_text *)view;
	text_free(v->text);
	g_free(v->title);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.title = title,
	.remark = remark,
	.stop = stop,
	.text = text_of,
	.free = destroy,
};

static struct view_text *make(struct ui *ui, const char *named, int account)
{
	struct view_text *v = g_new0(struct view_text, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = account };
	v->title = g_strdup(named);
	v->text = text_new();
	return v;
}

struct view *view_text_new(struct ui *ui, const char *named, const char *text)
{
	struct view_text *v = make(ui, named, ui_top(ui)->account);
	text_add(v->text, STYLE_NORMAL, 0, str_of(text));
	return &v->view;
}

struct view *view_text_source(struct ui *ui, struct view *message)
{
	struct view_text *v = make(ui, _("Source, to read only"), message->account);
	v->message = message;
	model_message_source(view_message_model(message));
	return &v->view;
}
