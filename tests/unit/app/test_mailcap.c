/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "tests/unit/unit.h"

#include <string.h>

static GPtrArray *parsed(const char *text)
{
	GPtrArray *entries = mailcap_new();
	mailcap_parse(entries, unit_str(text));
	return entries;
}

static const struct mailcap_entry *entry_at(const GPtrArray *entries, guint n)
{
	g_assert_cmpuint(n, <, entries->len);
	return entries->pdata[n];
}

/* The words joined by "|", or "!" and why there are none. */
static char *run_with(const char *command, const struct msg_part *p)
{
	struct mailcap_entry *m = mailcap_entry_new("x/y", str_of(command));
	g_auto(GStrv) argv = m->view ? mailcap_argv(m->view, "/run/a b.png", p) : NULL;
	char *joined = argv ? g_strjoinv("|", argv) : g_strdup_printf("!%s", m->why);
	g_autoptr(GPtrArray) owner = mailcap_new();
	g_ptr_array_add(owner, m);
	return joined;
}

static void mailcap_lines_become_entries(void)
{
	g_autoptr(GPtrArray) entries = parsed("# text/plain; no\n"
					      "Image/PNG; feh %s; test=test -n \"$DISPLAY\"; nametemplate=%s.png\r\n"
					      "\n"
					      "text/html; w3m -dump \\\n  %s; CopiousOutput; description=a\\;b\n"
					      "audio; play; needsterminal\n"
					      "video/mp4\n; x\nonly\\");
	g_assert_cmpuint(entries->len, ==, 3);
	const struct mailcap_entry *m = entry_at(entries, 0);
	g_assert_cmpstr(m->type, ==, "image/png");
	g_assert_cmpstr(m->line, ==, "feh %s");
	g_assert_cmpstr(m->name, ==, "%s.png");
	g_assert_cmpuint(m->test->len, ==, 3);
	g_assert_true(m->file);
	g_assert_false(m->terminal || m->output || m->refused);
	m = entry_at(entries, 1);
	g_assert_true(m->output);
	g_assert_cmpuint(m->view->len, ==, 3);
	m = entry_at(entries, 2);
	g_assert_true(m->terminal);
	g_assert_false(m->file);
}

static void types_fit_exactly_or_by_their_kind(void)
{
	static const struct {
		const char *entry, *type;
		bool fits;
	} cases[] = {
		{ "image/png", "image/png", true },
		{ "image/*", "image/png", true },
		{ "image", "image/png", true },
		{ "image/p", "image/png", false },
		{ "ima", "image/png", false },
		{ "*", "image/png", false },
		{ "image/*", "imagex/png", false },
		{ "", "image/png", false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct mailcap_entry m = { .type = (char *)cases[i].entry };
		g_assert_cmpint(mailcap_fits(&m, cases[i].type), ==, cases[i].fits);
	}
}

static void command_becomes_words(void)
{
	struct msg_part p = { .type = (char *)"image/png", .charset = (char *)"utf-8", .name = (char *)"n" };
	static const struct {
		const char *command, *words;
	} cases[] = {
		{ "feh %s", "feh|/run/a b.png" },
		{ "feh '%s'", "feh|/run/a b.png" },
		{ "feh \"%s\" &", "feh|/run/a b.png" },
		{ "x --file=%s -t %t %{charset} %{none}", "x|--file=/run/a b.png|-t|image/png|utf-8|" },
		{ "x \\%s '\\' \"\\\"\\$A\" 100%% %d", "x|%s|\\|\"$A|100%|%d" },
		{ "sh -c 'a\\; b | c'", "sh|-c|a; b | c" },
		{ "'' x", "|x" },
		{ "a \\\x01", "!it has control characters" },
		{ "a %\x01 b", "!it has control characters" },
		{ "a | b", "!it has a pipe, which needs a shell" },
		{ "a > b", "!it redirects its output, which needs a shell" },
		{ "a `b`", "!it calculates something, which needs a shell" },
		{ "a \"`b`\"", "!it calculates something, which needs a shell" },
		{ "a $(b)", "!it calculates something, which needs a shell" },
		{ "a ${b:-c}", "!it calculates something, which needs a shell" },
		{ "a \\; b", "!it is more than one command, which needs a shell" },
		{ "a & b", "!it is more than one command, which needs a shell" },
		{ "a *.png", "!it has a pattern of file names, which needs a shell" },
		{ "a 'b", "!it has an open quote" },
		{ "a %F", "!it wants the parts of a multipart" },
		{ "a \x01s\x02", "!it has control characters" },
		{ "", "!it is empty" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words = run_with(cases[i].command, &p);
		g_assert_cmpstr(words, ==, cases[i].words);
	}
}

static void environment_is_one_word(void)
{
	struct msg_part p = { .type = (char *)"a/b" };
	g_setenv("BOXWOOD_TEST_VALUE", "two words; $(id)", TRUE);
	g_autofree char *words =
		run_with("x $BOXWOOD_TEST_VALUE \"${BOXWOOD_TEST_VALUE}\" '$NO' $BOXWOOD_TEST_NOT", &p);
	g_assert_cmpstr(words, ==, "x|two words; $(id)|two words; $(id)|$NO|");
}

/* Not even `sh -c` in a mailcap makes anything of what a message says. */
static void x05_what_a_message_says_stays_a_value(void)
{
	static const char *const hostile[] = { "';id>P;'", "$(id)", "`id`", "%s", "a\nb", "-rf", "a b", "\x01s\x02",
		"../x", "\xc3\xa9;\xe2\x80\xae" };
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		struct msg_part p = {
			.type = (char *)hostile[i], .charset = (char *)hostile[i], .name = (char *)hostile[i]
		};
		struct mailcap_entry *m = mailcap_entry_new("x/y", STR("sh -c 'v %t' %{charset} %{name}"));
		g_autoptr(GPtrArray) owner = mailcap_new();
		g_ptr_array_add(owner, m);
		g_auto(GStrv) argv = mailcap_argv(m->view, "/x", &p);
		g_assert_cmpuint(g_strv_length(argv), ==, 5);
		for (guint k = 2; k < 5; k++)
			g_assert_null(strpbrk(argv[k] + (k == 2 ? 2 : 0), "';>$()`%\n \x01\x02"));
		g_assert_true(*argv[3] != '-');
		g_autofree char *name = mailcap_file_name(NULL, hostile[i]);
		g_assert_null(strpbrk(name, "';>$()`%\n /\x01\x02"));
		g_assert_true(*name != '-' && *name != '.' && *name);
	}
}

static void file_is_named_as_its_program_wants(void)
{
	static const struct {
		const char *template, *name, *file;
	} cases[] = {
		{ "nametemplate=%s.html", "a", "a.html" },
		{ "nametemplate=%s.html", "a.html", "a.html" },
		{ "nametemplate=x%s", "a", "xa" },
		{ "nametemplate=/etc/%s", "a", "a" },
		{ "nametemplate=../%s", "a", "a" },
		{ "nametemplate=$(id)%s", "a", "a" },
		{ "nametemplate=html", "a", "a" },
		{ "needsterminal", "\xe5\x86\x99\xe7\x9c\x9f 0.png", "\xe5\x86\x99\xe7\x9c\x9f_0.png" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = g_strdup_printf("x %%s; %s", cases[i].template);
		struct mailcap_entry *m = mailcap_entry_new("x/y", str_of(line));
		g_autoptr(GPtrArray) owner = mailcap_new();
		g_ptr_array_add(owner, m);
		g_autofree char *file = mailcap_file_name(m, cases[i].name);
		g_assert_cmpstr(file, ==, cases[i].file);
	}
}

static void x05_usual_tests_start_no_program(void)
{
	static const struct {
		const char *test;
		int holds;
	} cases[] = {
		{ "test -n \"$BOXWOOD_TEST_SET\"", 1 },
		{ "test -z \"$BOXWOOD_TEST_SET\"", 0 },
		{ "test -n $BOXWOOD_TEST_NOT", 0 },
		{ "[ \"$BOXWOOD_TEST_SET\" != '' ]", 1 },
		{ "test \"$BOXWOOD_TEST_SET\" = on", 1 },
		{ "test $BOXWOOD_TEST_NOT", 0 },
		{ "test -x /bin/sh", -1 },
		{ "sh -c 'exit 1'", -1 },
		{ "test -s %s", 0 },
		{ "a | b", 0 },
	};
	g_setenv("BOXWOOD_TEST_SET", "on", TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct msg_part p = { .type = (char *)"x/y" };
		g_autofree char *line = g_strdup_printf("x; test=%s", cases[i].test);
		struct mailcap_entry *m = mailcap_entry_new("x/y", str_of(line));
		g_autoptr(GPtrArray) owner = mailcap_new();
		g_ptr_array_add(owner, m);
		g_auto(GStrv) argv = m->test ? mailcap_argv(m->test, "", &p) : NULL;
		g_assert_cmpint(mailcap_test(m, argv), ==, cases[i].holds);
	}
}

static void promise_21_mailcap_is_bounded(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < 20000; i++)
		g_string_append(text, "a/b; c\n");
	for (int i = 0; i < 100000; i++)
		g_string_append(text, "\\\n");
	g_string_append(text, "x/y; z");
	g_autoptr(GPtrArray) entries = parsed(text->str);
	g_assert_cmpuint(entries->len, ==, 10000);
	g_string_assign(text, "a/b; c");
	for (int i = 0; i < 1000; i++)
		g_string_append(text, " w");
	g_autoptr(GPtrArray) wide = parsed(text->str);
	g_assert_null(entry_at(wide, 0)->view);
}

void suite(void)
{
	unit_add(mailcap_lines_become_entries);
	unit_add(types_fit_exactly_or_by_their_kind);
	unit_add(command_becomes_words);
	unit_add(environment_is_one_word);
	unit_add(x05_what_a_message_says_stays_a_value);
	unit_add(file_is_named_as_its_program_wants);
	unit_add(x05_usual_tests_start_no_program);
	unit_add(promise_21_mailcap_is_bounded);
}
