/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <locale.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/unit.h"

static const char *home; /* of templates */

static struct cfg *mailrc(void)
{
	return cfg_parse(STR("alias team ana@x.example, bo@x.example\naccount a {\n  email vera@x.example\n  imap "
			     "mail.x.example:993 tls\n  name \"Vera\"\n"
			     "  from vera@x.example default\n  from sales@x.example\n}\n"),
		"mailrc", NULL);
}

static void put(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(home, "boxwood", "templates", name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The letter as text, filled; or the fault. */
static char *begun(const char *name, const char *more, bool fixed)
{
	struct cfg *cfg = mailrc();
	struct app_from from = { 0 };
	struct err e = ERR_INIT;
	app_from_choose(cfg, 0, NULL, &from);
	struct draft *d = app_letter_template(cfg, name, more, fixed, &from, &e);
	if (d)
		app_template_fill(d);
	char *text = d ? draft_to_text(d, true) : g_strdup(e.text);
	g_assert_true(d || e.cause != ERR_NONE);
	engine_discard(d);
	app_from_clear(&from);
	err_clear(&e);
	cfg_free(cfg);
	return text;
}

static void check(const char *name, const char *more, bool fixed, const char *wanted)
{
	g_autofree char *got = begun(name, more, fixed);
	g_assert_cmpstr(got, ==, wanted);
}

static void fields_and_text_begin_a_letter(void)
{
	put("all", "From: sales@x.example\nTo: Jo Doe <jo@x.example>\nCc: team\nSubject: Hi %{name}\nX-Mine: yes\n\n"
		   "Dear %{name},\n%{me}, %{date} %{other}\n");
	clock_set_virtual(1000, 1795327200);
	check("all", "more\n", false,
		"From: Vera <sales@x.example>\nTo: Jo Doe <jo@x.example>\nCc: ana@x.example, bo@x.example\nBcc:\n"
		"Subject: Hi Jo Doe\nX-Mine: yes\n\nDear Jo Doe,\nVera, 2026-11-22 %{other}\nmore\n");
	g_autofree char *own = begun("all", NULL, true);
	g_assert_true(g_str_has_prefix(own, "From: Vera <vera@x.example>\n"));
}

static void text_without_a_field_is_all_text(void)
{
	put("text", "Dear all,\nnote: this\n");
	check("text", NULL, false, "From: Vera <vera@x.example>\nTo:\nCc:\nBcc:\nSubject:\n\nDear all,\nnote: this\n");
	put("no-end", "Dear %{name}");
	check("no-end", "x", false, "From: Vera <vera@x.example>\nTo:\nCc:\nBcc:\nSubject:\n\nDear \nx");
}

static void faults_are_told(void)
{
	put("bad", "To: <a@\nSubject: x\n\n");
	put("missing", "Attach: /nonexistent/file\n\ntext\n");
	g_autofree char *bad = begun("bad", NULL, false), *missing = begun("missing", NULL, false),
			*none = begun("none", NULL, false), *up = begun("../x", NULL, false);
	g_assert_nonnull(strstr(bad, "line 1"));
	g_assert_nonnull(strstr(missing, "/nonexistent/file"));
	g_assert_nonnull(strstr(none, "no such file"));
	g_assert_cmpstr(up, ==, "'../x' is no name of a template");
}

static void names_are_harmless_and_sorted(void)
{
	put("b name", "");
	put("a", "");
	put(".hidden", "");
	put("left~", "");
	put("esc\x1b[0m", "");
	put("dir/file", "");
	g_autoptr(GPtrArray) names = app_templates();
	g_autoptr(GString) all = g_string_new(NULL);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(all, "%s;", (const char *)names->pdata[i]);
	g_assert_nonnull(strstr(all->str, "a;"));
	g_assert_nonnull(strstr(all->str, "b name;"));
	g_assert_null(strstr(all->str, "hidden"));
	g_assert_null(strstr(all->str, "left"));
	g_assert_null(strstr(all->str, "esc"));
	g_assert_null(strstr(all->str, "dir"));
}

void suite(void)
{
	home = unit_tmpdir();
	setlocale(LC_TIME, "C");
	g_setenv("XDG_CONFIG_HOME", home, TRUE);
	unit_add(fields_and_text_begin_a_letter);
	unit_add(text_without_a_field_is_all_text);
	unit_add(faults_are_told);
	unit_add(names_are_harmless_and_sorted);
}
