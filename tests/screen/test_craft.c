/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the terminal beside drawing: colours, a clipboard, a title, word of new mail. */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool shows(const struct stage *s, const char *words)
{
	g_autofree char *text = stage_text(s);
	return strstr(text, words);
}

/* The screens have but a copy of what the mailrc owns. */
static void set_option(char **option, const char *value)
{
	*option = (char *)value;
}

/* One more is in the inbox, and the cache has it. */
static void comes(struct stage *s)
{
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	s->rows++;
	stage_tell(s, ev);
	clock_advance(500); /* between two looks */
	stage_settle(s);
}

static void is_copied(struct stage *s, const char *keys, const char *expected)
{
	stage_type(s, keys);
	g_assert_cmpstr(term_capture_copied(s->term), ==, expected);
}

/* --- new mail --- */
static void new_mail_rings_once_and_is_said(void)
{
	struct stage *s = stage_new(24, 80);
	unsigned before = term_capture_bells(s->term);
	comes(s);
	g_assert_cmpuint(term_capture_bells(s->term), ==, before + 1);
	g_assert_true(shows(s, "1 new message in Inbox (box): 山田太郎"));
	stage_type(s, "j");
	g_assert_false(shows(s, "1 new message"));
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	stage_tell(s, ev);
	g_assert_cmpuint(term_capture_bells(s->term), ==, before + 1);
	stage_free(s);
}

static void new_mail_in_other_folders_is_not_told(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 5;
	s->rows++;
	stage_tell(s, ev);
	g_assert_cmpuint(term_capture_bells(s->term), ==, 0);
	stage_free(s);
}

static void new_mail_is_told_as_the_mailrc_says(void)
{
	struct stage *s = stage_new(24, 80);
	set_option(&stage_options(s)->notify_terminal, "osc777");
	comes(s);
	g_assert_true(g_str_has_prefix(term_capture_told(s->term), "777 1 new message in Inbox (box): 山田太郎: 来週"));
	set_option(&stage_options(s)->notify_terminal, "osc9");
	comes(s);
	g_assert_true(g_str_has_prefix(term_capture_told(s->term), "9 1 new"));
	set_option(&stage_options(s)->notify_terminal, "off");
	comes(s);
	set_option(&stage_options(s)->notify_terminal, "bell");
	set_option(&stage_options(s)->quiet_hours, "21:00-22:00"); /* it is 21:14 */
	stage_type(s, "j");
	comes(s);
	g_assert_false(shows(s, "1 new message"));
	g_assert_cmpuint(term_capture_bells(s->term), ==, 0);
	stage_free(s);
}

static void x11_command_gets_json_and_no_shell(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "told", NULL), *got = NULL;
	g_autofree char *command = g_strdup_printf("dd of=%s status=none", path);
	set_option(&stage_options(s)->notify, command);
	g_assert_cmpint(mkfifo(path, 0600), ==, 0);
	comes(s);
	alarm(20);
	g_assert_true(g_file_get_contents(path, &got, NULL, NULL)); /* until the command has ended */
	alarm(0);
	g_assert_true(
		g_str_has_prefix(got, "{\"v\":1,\"type\":\"news\",\"account\":\"box\",\"folder\":\"Inbox\",\"count\":1,"
				      "\"messages\":[{\"v\":1,\"type\":\"message\",\"id\":\"box/Inbox/"));
	set_option(&stage_options(s)->notify, "/nonexistent/told");
	stage_type(s, "j");
	comes(s);
	g_assert_true(shows(s, "/nonexistent/told"));
	stage_free(s);
}

/* --- copying --- */
static void copy_keys_give_what_they_name(void)
{
	struct stage *s = stage_new(24, 80);
	is_copied(s, "ya", "taro@yamada.example");
	g_assert_true(shows(s, "Given to the terminal to copy: taro@yamada.example"));
	is_copied(s, "yp", "Inbox");
	is_copied(s, "ys", "来週の会議について、場所が変わりましたのでご確認をお願いいたします");
	stage_type(s, "\r");
	is_copied(s, "ya", "news@shop.example");
	is_copied(s, "yi", "<1@shop.example>");
	is_copied(s, "ys", "Autumn sale: 20% off ✓");
	is_copied(s, "yl1", "https://shop.example/r/0");
	is_copied(s, "yl2", "https://shop.example/unsub");
	stage_type(s, "yt");
	g_assert_true(g_str_has_prefix(term_capture_copied(s->term), "Dear Vera"));
	stage_type(s, "vG");
	stage_type(s, "*");
	stage_type(s, "yf");
	g_assert_true(g_str_has_suffix(term_capture_copied(s->term), "写真 0.png"));
	stage_free(s);
}

static void promise_16_what_is_copied_is_clean(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\ryr");
	const char *source = term_capture_copied(s->term);
	g_assert_nonnull(strstr(source, "X-Evil: "));
	for (const char *p = source; *p; p++)
		g_assert_true((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t');
	stage_type(s, "v*yf");
	g_assert_null(strchr(term_capture_copied(s->term), '\033'));
	stage_free(s);
}

static void copying_of_a_source_is_stopped(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\r");
	s->silent = true;
	stage_type(s, "yr");
	g_assert_true(shows(s, "Fetching the source."));
	stage_type(s, "\003");
	g_assert_true(shows(s, "Stopped."));
	g_assert_cmpstr(term_capture_copied(s->term), ==, "");
	stage_free(s);
}

static bool no_clipboard(struct term *t, struct str text)
{
	(void)t;
	(void)text;
	return false;
}

static void copy_without_a_clipboard_is_a_private_file(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "copied", NULL), *got = NULL;
	s->term->copy = no_clipboard;
	stage_type(s, "ya");
	g_assert_true(shows(s, "This terminal has no clipboard."));
	s->ui->state_dir = dir;
	stage_type(s, "ya");
	g_assert_true(shows(s, "it is in /"));
	g_assert_true(g_file_get_contents(path, &got, NULL, NULL));
	g_assert_cmpstr(got, ==, "taro@yamada.example");
	g_assert_cmpint(access(path, R_OK), ==, 0);
	s->ui->state_dir = NULL;
	stage_free(s);
}

/* --- colours --- */
static int32_t ink(const struct stage *s)
{
	return theme_look(&s->ui->theme, STYLE_QUOTE).ink;
}

static void background_that_is_told_in_time_chooses_the_theme(void)
{
	struct stage *s = stage_new(24, 80);
	int32_t own = ink(s);
	g_assert_cmpint(own, <, 8);
	stage_type(s, "\033]11;rgb:ffff/ffff/ffff\033\\");
	g_assert_cmpint(ink(s), >=, 16);
	g_assert_true(style_contrast(style_rgb(ink(s)), 0xffffff) >= CONTRAST_LEAST);
	stage_free(s);
	s = stage_new(24, 80);
	clock_advance(101);
	stage_type(s, "\033]11;rgb:0000/0000/0000\033\\");
	g_assert_cmpint(ink(s), ==, own);
	stage_type(s, "j");
	g_assert_false(shows(s, "does nothing here"));
	stage_free(s);
}

/* --- for those who ask --- */
static void title_follows_the_view_and_is_clean(void)
{
	struct stage *s = stage_new(24, 80);
	g_assert_cmpstr(term_capture_title(s->term), ==, "");
	stage_options(s)->title = true;
	stage_type(s, "j");
	g_assert_cmpstr(term_capture_title(s->term), ==, "Inbox 62 new - Boxwood");
	stage_type(s, "c\033[31m");
	for (const char *p = term_capture_title(s->term); *p; p++)
		g_assert_true((unsigned char)*p >= 0x20);
	stage_free(s);
}

static void plain_shows_the_cursor_and_no_frames(void)
{
	struct stage *s = stage_new(24, 132);
	g_assert_true(shows(s, "|"));
	s->ui->plain = true;
	stage_type(s, "j");
	const struct grid *g = term_capture_grid(s->term);
	g_assert_true(g->cursor_shown);
	g_assert_cmpint(g->cursor_row, ==, 2);
	for (int row = 0; row < g->rows; row++)
		for (int col = 0; col < g->cols; col++)
			g_assert_true(grid_cell(g, row, col)->point[0] != '|');
	stage_type(s, "B");
	for (int row = 1; row < g->rows - 3; row++)
		g_assert_true(grid_cell(term_capture_grid(s->term), row, SIDEBAR_COLS - 1)->point[0] == ' ');
	stage_free(s);
}

void suite(void)
{
	unit_add(new_mail_rings_once_and_is_said);
	unit_add(new_mail_in_other_folders_is_not_told);
	unit_add(new_mail_is_told_as_the_mailrc_says);
	unit_add(copy_keys_give_what_they_name);
	unit_add(promise_16_what_is_copied_is_clean);
	unit_add(copying_of_a_source_is_stopped);
	unit_add(copy_without_a_clipboard_is_a_private_file);
	unit_add(background_that_is_told_in_time_chooses_the_theme);
	unit_add(title_follows_the_view_and_is_clean);
	unit_add(plain_shows_the_cursor_and_no_frames);
	unit_add(x11_command_gets_json_and_no_shell); /* the last: it leaves a thread of GLib's */
}
