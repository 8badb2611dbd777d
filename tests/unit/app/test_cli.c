/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "app/app.h"
#include "tests/unit/unit.h"

static int parse(struct cli *c, struct err *e, const char *words)
{
	g_auto(GStrv) argv = g_strsplit(words, " ", -1);
	return cli_parse((int)g_strv_length(argv), argv, c, e);
}

static void options_stand_before_and_after_the_command(void)
{
	struct cli c;
	struct err e = ERR_INIT;
	g_assert_cmpint(parse(&c, &e, "boxwood --json list -n 5 Inbox -A box --format=%(id) -vv"), ==, 0);
	g_assert_cmpstr(c.verb->name, ==, "list");
	g_assert_true(cli_has(&c, CLI_JSON));
	g_assert_cmpstr(cli_value(&c, CLI_NUMBER), ==, "5");
	g_assert_cmpstr(cli_value(&c, CLI_ACCOUNT), ==, "box");
	g_assert_cmpstr(cli_value(&c, CLI_FORMAT), ==, "%(id)");
	g_assert_cmpint(c.verbose, ==, 2);
	g_assert_cmpuint(c.args->len, ==, 1);
	cli_clear(&c);
}

static void u14_double_dash_ends_options(void)
{
	struct cli c;
	struct err e = ERR_INIT;
	g_assert_cmpint(parse(&c, &e, "boxwood show -- --json -"), ==, 0);
	g_assert_cmpuint(c.args->len, ==, 2);
	g_assert_false(cli_has(&c, CLI_JSON));
	cli_clear(&c);
	char *none[] = { NULL };
	g_assert_cmpint(cli_parse(0, none, &c, &e), ==, 0);
	g_assert_null(c.verb);
	cli_clear(&c);
}

static void u14_bad_use_is_refused(void)
{
	static const char *const bad[] = { "boxwood --nonsense", "boxwood list -n", "boxwood list --json=1",
		"boxwood show", "boxwood -Z", "boxwood list --part 1", "boxwood folders x", "boxwood --part 1" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct cli c;
		struct err e = ERR_INIT;
		g_assert_cmpint(parse(&c, &e, bad[i]), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_USAGE);
		cli_clear(&c);
		err_clear(&e);
	}
}

static void flags_to_clear_are_no_options(void)
{
	struct cli c;
	struct err e = ERR_INIT;
	g_assert_cmpint(
		parse(&c, &e, "boxwood flag box/Inbox/7 - -seen -$done -\\Flagged +x -0 -A box --queue"), ==, 0);
	g_assert_cmpuint(c.args->len, ==, 6);
	g_assert_cmpstr(c.args->pdata[2], ==, "-seen");
	g_assert_cmpstr(c.args->pdata[3], ==, "-$done");
	g_assert_true(cli_has(&c, CLI_ZERO));
	g_assert_true(cli_has(&c, CLI_QUEUE));
	g_assert_cmpstr(cli_value(&c, CLI_ACCOUNT), ==, "box");
	cli_clear(&c);
	g_assert_cmpint(parse(&c, &e, "boxwood flag 7 -- -work"), ==, 0);
	g_assert_cmpstr(c.args->pdata[1], ==, "-work");
	cli_clear(&c);
	g_assert_cmpint(parse(&c, &e, "boxwood move -seen Inbox"), ==, -1);
	cli_clear(&c);
	g_assert_cmpint(parse(&c, &e, "boxwood flag 7 -work"), ==, -1);
	cli_clear(&c);
	err_clear(&e);
}

static void commands_of_later_versions_say_so(void)
{
	struct cli c;
	struct err e = ERR_INIT;
	g_assert_cmpint(parse(&c, &e, "boxwood search -s x a@b"), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LACKING);
	cli_clear(&c);
	err_clear(&e);
}

static void help_names_every_option_of_every_command(void)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	for (size_t i = 0; i < n; i++) {
		g_autofree char *help = cli_help(&verbs[i]);
		for (int id = 0; id < CLI_OPTIONS; id++) {
			const struct cli_option *o = cli_option(id);
			g_assert_nonnull(o->help);
			if (!cli_takes(&verbs[i], id))
				continue;
			const char *at = strstr(help, o->help), *line = at;
			g_assert_nonnull(at);
			while (line[-1] != '\n')
				line--;
			/* All in one column, however long an option is. */
			g_assert_cmpint(at - line, ==, 31);
		}
	}
}

void suite(void)
{
	unit_add(options_stand_before_and_after_the_command);
	unit_add(flags_to_clear_are_no_options);
	unit_add(u14_double_dash_ends_options);
	unit_add(u14_bad_use_is_refused);
	unit_add(commands_of_later_versions_say_so);
	unit_add(help_names_every_option_of_every_command);
}
