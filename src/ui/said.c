/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said under the body, and all that was said so far. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define TIME_COLS 10
#define LOG_KEPT 500
#define LOG_OCTETS 4096 /* of one entry */

static void log_clear(void *p)
{
	g_free(((struct log_entry *)p)->text);
}

GArray *said_log_new(void)
{
	GArray *log = g_array_new(FALSE, FALSE, sizeof(struct log_entry));
	g_array_set_clear_func(log, log_clear);
	return log;
}

void ui_log(struct ui *ui, const char *text)
{
	g_autofree char *some = g_strndup(text, LOG_OCTETS), *clean = grid_lines(str_of(some));
	struct log_entry *last = ui->log->len ? &g_array_index(ui->log, struct log_entry, ui->log->len - 1) : NULL;
	ui->log_count++;
	if (last && !strcmp(last->text, clean)) {
		last->when = clock_wall();
		return;
	}
	struct log_entry one = { clock_wall(), g_steal_pointer(&clean) };
	g_array_append_val(ui->log, one);
	if (ui->log->len > LOG_KEPT)
		g_array_remove_range(ui->log, 0, ui->log->len - LOG_KEPT);
}

void ui_logged(void *ui, const char *text)
{
	ui_log(ui, text);
}

void ui_say(struct ui *ui, char *sentence)
{
	g_free(ui->said);
	ui->said = sentence;
	if (sentence && *sentence)
		ui_log(ui, sentence);
	compose_count_end(ui);
	ui_touch(ui);
}

/* --- the view of them --- */

struct view_log {
	struct view view;
	struct text *text;
	unsigned count; /* ui->log_count it was made of */
};

static void make(struct view_log *v)
{
	const GArray *log = v->view.ui->log;
	int day = 0;
	v->count = v->view.ui->log_count;
	text_reset(v->text);
	if (!log->len)
		text_add(v->text, STYLE_DIM, 0, str_of(_("Nothing was said yet.")));
	for (guint i = 0; i < log->len; i++) {
		const struct log_entry *one = &g_array_index(log, struct log_entry, i);
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(one->when);
		g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;
		g_autofree char *time = local ? g_date_time_format(local, "%H:%M:%S") : g_strdup("");
		int today = local ? g_date_time_get_day_of_year(local) : 0;
		if (today != day) {
			g_autofree char *date = app_date_time(one->when);
			text_add(v->text, STYLE_TITLE, 0, str_of(date));
		}
		day = today;
		g_auto(GStrv) lines = g_strsplit(one->text, "\n", -1);
		for (char **line = lines; *line; line++)
			text_addf(v->text, STYLE_NORMAL, TIME_COLS, "%-*s%s", TIME_COLS, line == lines ? time : "",
				*line);
	}
	text_command(v->text, CMD_LAST);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_log *v = (struct view_log *)view;
	if (v->count != view->ui->log_count)
		make(v);
	text_draw(v->text, g, r);
	g->cursor_row = r.row;
	g->cursor_col = r.col;
}

static bool command(struct view *view, enum app_command c)
{
	return c == CMD_MESSAGES || find_command(view, c) || text_command(((struct view_log *)view)->text, c);
}

static struct text *text_of(struct view *view)
{
	return ((struct view_log *)view)->text;
}

static char *title(struct view *view, int cols)
{
	(void)view;
	(void)cols;
	return g_strdup(_("What was said"));
}

static void destroy(struct view *view)
{
	text_free(((struct view_log *)view)->text);
	g_free(view);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.title = title,
	.text = text_of,
	.free = destroy,
};

struct view *view_log_new(struct ui *ui)
{
	struct view_log *v = g_new0(struct view_log, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->text = text_new();
	make(v);
	return &v->view;
}
