/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <string.h>

#include "tests/unit/unit.h"

struct end {
	bool ended;
	char *html;
	struct err err;
};

static void ended(char *html, const struct err *e, void *aux)
{
	struct end *end = aux;
	end->ended = true;
	end->html = html;
	err_copy(&end->err, e);
}

static void run(const char *mailrc, const char *text, struct end *end)
{
	struct cfg *cfg = cfg_parse(str_of(mailrc), "mailrc", NULL);
	*end = (struct end){ .err = ERR_INIT };
	g_assert_cmpuint(cfg->diags->len, ==, 0);
	if (app_markdown_run(cfg, text, ended, end, &end->err))
		while (!end->ended)
			g_main_context_iteration(NULL, TRUE);
	cfg_free(cfg);
}

static void check(const char *command, const char *html, const char *fault)
{
	struct end end;
	g_autofree char *mailrc = g_strdup_printf("set markdown=\"%s\"\n", command);
	run(mailrc, "*words* für $(id)\n", &end);
	g_assert_cmpstr(end.html, ==, html);
	g_assert_cmpint(end.err.cause == ERR_NONE, ==, html != NULL);
	if (fault)
		g_assert_nonnull(strstr(end.err.text, fault));
	g_free(end.html);
	err_clear(&end.err);
}

static void text_is_read_and_html_taken(void)
{
	check("sed 's/^/<p>/'", "<p>*words* für $(id)\n", NULL);
	check("echo '<p>unread</p>'", "<p>unread</p>\n", NULL);
}

static void command_that_fails_makes_nothing(void)
{
	check("sh -c 'cat; exit 3'", NULL, "status 3");
	check("sh -c 'cat; kill -9 $$'", NULL, "signal 9");
	check("true", NULL, "printed nothing");
	check("printf 'a\\\\377b'", NULL, "no UTF-8");
	check("cat /dev/zero", NULL, "more than 16 MB");
	check("/nonexistent/program", NULL, "/nonexistent/program");
}

static void without_a_command_there_is_none(void)
{
	struct end end;
	run("", "text", &end);
	g_assert_false(end.ended);
	g_assert_cmpint(end.err.cause, ==, ERR_CONFIG);
	err_clear(&end.err);
}

static void canceled_one_is_not_heard_of(void)
{
	struct cfg *cfg = cfg_parse(STR("set markdown=\"sleep 600\"\n"), "mailrc", NULL);
	struct end end = { .err = ERR_INIT };
	app_markdown_cancel(app_markdown_run(cfg, "", ended, &end, &end.err));
	for (int i = 0; i < 100; i++)
		g_main_context_iteration(NULL, FALSE);
	g_assert_false(end.ended);
	cfg_free(cfg);
}

void suite(void)
{
	unit_add(text_is_read_and_html_taken);
	unit_add(command_that_fails_makes_nothing);
	unit_add(without_a_command_there_is_none);
	unit_add(canceled_one_is_not_heard_of);
}
