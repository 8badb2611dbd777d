/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "app/app.h"
#include "tests/unit/unit.h"

#define NOW 1790000000 /* Mon 21 Sep 2026 13:33:20 UTC */

/* The tree as text, so that a case is one line. */
static void show(const struct store_filter *f, GString *out)
{
	static const char *const marks[] = { "&", "|", "!" };
	switch (f->op) {
	case FILTER_AND:
	case FILTER_OR:
	case FILTER_NOT:
		g_string_append_printf(out, "(%s", marks[f->op]);
		for (guint i = 0; i < f->of->len; i++) {
			g_string_append_c(out, ' ');
			show(f->of->pdata[i], out);
		}
		g_string_append_c(out, ')');
		break;
	case FILTER_TEXT: g_string_append_printf(out, "%x=%s", f->fields, f->text); break;
	case FILTER_FLAGS: g_string_append_printf(out, "f%x", f->flags); break;
	case FILTER_KEYWORD: g_string_append_printf(out, "k%s", f->text); break;
	default:
		g_string_append_printf(out, "%c", "rdsa"[f->op - FILTER_RECEIVED]);
		if (f->low != INT64_MIN)
			g_string_append_printf(out, "%" G_GINT64_FORMAT, f->low);
		g_string_append(out, "..");
		if (f->high != INT64_MAX)
			g_string_append_printf(out, "%" G_GINT64_FORMAT, f->high);
	}
}

static char *shown(const char *pattern)
{
	struct store_filter *f;
	struct err e = ERR_INIT;
	GString *out = g_string_new(NULL);
	struct str exact = unit_str(pattern);
	if (app_pattern(NULL, exact, NOW, &f, &e)) {
		g_assert_cmpint(e.cause, ==, ERR_INPUT);
		g_assert_null(f);
		g_string_append_printf(out, "? %s", e.text);
	} else if (f) {
		show(f, out);
	}
	store_filter_free(f);
	err_clear(&e);
	return g_string_free(out, FALSE);
}

static void check(const char *pattern, const char *want)
{
	g_autofree char *got = shown(pattern);
	g_assert_cmpstr(got, ==, want);
}

static void empty_is_everything(void)
{
	check("", "");
	check("  \t ", "");
	check("~A", "(&)");
}

static void letters_as_in_mutt(void)
{
	check("~f ana", "1=ana");
	check("~f Ána ~s 'Two Words'", "(& 1=ana 8=two words)");
	check("~U", "(! f1)");
	check("~N ~F !~Q", "(& (! f1) f4 (! f2))");
	check("~t a ~c b ~C c ~L d", "(& 2=a 4=b 6=c 7=d)");
	check("~l box ~i x@y ~y $Todo", "(& 10=box 20=x@y k$Todo)");
	check("~X", "f10000");
	check("~X 2-", "a2..");
	check("~fana", "1=ana");
	check("~f ana | ~f bob ~U", "(| 1=ana (& 1=bob (! f1)))");
	check("(~f ana | ~f bob) ~U", "(& (| 1=ana 1=bob) (! f1))");
	check("!(~f ana|~s b)", "(! (| 1=ana 8=b))");
	check("! ! ~D", "(! (! f8))");
}

static void words_with_a_colon(void)
{
	check("from:ana is:unread", "(& 1=ana (! f1))");
	check("FROM:ana has:attachment", "(& 1=ana f10000)");
	check("subject:\"Autumn sale\" -from:shop", "(& 8=autumn sale (! 1=shop))");
	check("is:flagged OR is:answered", "(| f4 f2)");
	check("NOT is:read AND list:dev", "(& (! f1) 10=dev)");
	check("tag:$Important", "k$Important");
	check("larger:1MB", "s1048577..");
	check("size:10KB..1MB", "s10240..1048577");
	check("smaller:2k", "s0..2048");
}

static void plain_words_stand_anywhere(void)
{
	check("boat", "f=boat");
	check("Ærø Straße", "(& f=aero f=strasse)");
	check("\"two words\"", "f=two words");
	check("a-b", "f=a-b");
	check("-boat", "(! f=boat)");
	check("会议", "f=会议");
}

static void sizes_as_in_mutt(void)
{
	check("~z >1M", "s1048577..");
	check("~z <100K", "s0..102400");
	check("~z 1K-2K", "s1024..2049");
	check("~z -2K", "s0..2049");
	check("~z 10K-", "s10240..");
}

/* In UTC: the test sets no other zone. */
static void dates_have_many_forms(void)
{
	check("~d <1w", "d1789395200..");
	check("~d >3m", "d..1782051200");
	check("newer:1d", "d1789913600..");
	check("older:1y", "d..1758464000");
	check("~d =1d", "d1789862400..1789948800");
	check("on:today", "d1789948800..1790035200");
	check("on:yesterday", "d1789862400..1789948800");
	check("after:2026-01-01", "d1767225600..");
	check("before:2026-01-01", "d..1767225600");
	check("date:2026-01", "d1767225600..1769904000");
	check("date:2025", "d1735689600..1767225600");
	check("date:2025-2026", "d1735689600..1798761600");
	check("date:2026-01-01..2026-01-31", "d1767225600..1769904000");
	check("~d 2026-01-01-2026-01-31", "d1767225600..1769904000");
	check("~d 20260101", "d1767225600..1767312000");
	check("~d 1/1/26-31/1/26", "d1767225600..1769904000");
	check("~d -1/1/1995", "d..789004800");
	check("~d 1/1/95-", "d788918400..");
	check("~r 20/9", "r1789862400..1789948800");
}

static void mistakes_say_where_and_what_to_do(void)
{
	check("~f", "? column 3: something is missing after ~f");
	check("from:", "? column 6: something is missing after from:");
	check("ana ~q x", "? column 5: no ~q here; try ~f from, ~s subject, ~U unread, ~F flagged, ~d date");
	check("~", "? column 1: ~ needs a letter: ~f from, ~s subject, ~U unread, ~F flagged, ~d date");
	check("is:odd", "? column 4: no 'odd' here; try unread, read, flagged, answered, attachment");
	check("ány fron:ana", "? column 5: there is no 'fron:'; quotes make a word of it");
	check("(~f ana", "? column 1: the parenthesis opened here is not closed");
	check("~f ana)", "? column 7: there is nothing that this ')' closes");
	check("subject:\"open", "? column 9: the quote opened here is not closed");
	check("~U |", "? column 5: something is missing at the end");
	check("!", "? column 2: something is missing at the end");
	check("~d soon", "? column 4: 'soon' is no time; write <1w, >3m, today, 2026-01-31 or 2025..2026");
	check("after:2026-13-01", "? column 7: '2026-13-01' is no day; write 2026-01-31, 2026-01 or yesterday");
	check("~z big", "? column 4: 'big' is no size; write >1MB, <100KB or 10KB..1MB");
	check("~b word", "? column 1: a filter looks at what a list shows, not into the texts");
}

static void own_addresses_are_me(void)
{
	struct cfg_from sales = { .addr = (char *)"sales@box.example" }, any = { .addr = (char *)"*@vera.example" };
	gpointer lines[] = { &sales, &any };
	GPtrArray froms = { lines, 2 };
	struct cfg_account account = { .email = (char *)"Vera@box.example", .froms = &froms };
	gpointer accounts[] = { &account };
	GPtrArray all = { accounts, 1 };
	struct cfg cfg = { .accounts = &all };
	struct store_filter *f;
	struct err e = ERR_INIT;
	g_autoptr(GString) out = g_string_new(NULL);
	g_assert_cmpint(app_pattern(&cfg, str_of("~P to:me"), NOW, &f, &e), ==, 0);
	show(f, out);
	g_assert_cmpstr(out->str, ==,
		"(& (| 1=vera@box.example 1=sales@box.example 1=@vera.example) (| 6=vera@box.example "
		"6=sales@box.example 6=@vera.example))");
	store_filter_free(f);
}

static char *repeated(const char *piece, unsigned times)
{
	GString *s = g_string_new(NULL);
	while (times--)
		g_string_append(s, piece);
	return g_string_free(s, FALSE);
}

static void patterns_are_bounded(void)
{
	g_autofree char *deep = repeated("(", 3000), *many = repeated("~U ", 1000), *nots = repeated("!", 4000);
	g_autofree char *longer = repeated("x", 5000);
	check(deep, "? column 21: parentheses and negations are nested too deeply");
	check(nots, "? column 21: parentheses and negations are nested too deeply");
	check(longer, "? column 1: the pattern is too long");
	g_autofree char *told = shown(many);
	g_assert_nonnull(strstr(told, "too many parts"));
}

void suite(void)
{
	g_setenv("TZ", "UTC", TRUE);
	unit_add(empty_is_everything);
	unit_add(letters_as_in_mutt);
	unit_add(words_with_a_colon);
	unit_add(plain_words_stand_anywhere);
	unit_add(sizes_as_in_mutt);
	unit_add(dates_have_many_forms);
	unit_add(mistakes_say_where_and_what_to_do);
	unit_add(own_addresses_are_me);
	unit_add(patterns_are_bounded);
}
