/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static const struct msg_part text = { .section = (char *)"1", .type = (char *)"text/plain" };
static const struct msg_part tnef = { .section = (char *)"2", .type = (char *)"application/ms-tnef" };

#define CAT "begin 644 cat.txt\n#0V%T\n`\nend\n"

static char *bytes_of(const struct msg_part *p, struct str octets, unsigned n)
{
	struct buf out;
	struct err e = ERR_INIT;
	buf_init(&out, 0);
	int failed = msg_within_bytes(p, octets, n, 1 << 20, &out, &e);
	err_clear(&e);
	char *got = failed ? NULL : buf_steal(&out);
	buf_clear(&out);
	return got;
}

/* "name=content" of each, a '-' behind what has no end. */
static char *list(const struct msg_part *p, struct str octets)
{
	g_autoptr(GPtrArray) files = msg_within(p, octets);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < files->len; i++) {
		const struct msg_within *w = files->pdata[i];
		g_autofree char *got = bytes_of(p, octets, i + 1);
		g_string_append_printf(out, "%s=%s%s;", w->name ? w->name : "", got, w->cut ? "-" : "");
	}
	return g_string_free(out, FALSE);
}

static void check(const char *octets, const char *wanted)
{
	g_autofree char *got = list(&text, unit_str(octets));
	g_assert_cmpstr(got, ==, wanted);
}

static void uuencoded_files_are_found_in_text(void)
{
	check("Hello\n" CAT "and\r\nbegin 0755 a b.txt\r\n#0V%T\r\n \r\nend\r\nbye\n", "cat.txt=Cat;a b.txt=Cat;");
	check("begin-base64 644 c.txt\nQ2F0\nQ2F0\n====\n", "c.txt=CatCat;");
	check("begin 644 cat.txt\n#0V%T\n\nend", "cat.txt=Cat;");
}

static void m07_uuencode_that_is_damaged_is_bounded(void)
{
	check("begin 644 x\nM0V%T\n", "");
	check("begin 644 x\n#0V%T\nfoo bar\n", "x=Cat-;");
	check("begin 644 x\n#0V%T", "x=Cat-;");
	check("begin 644 x\n#0V%T\nbegin 644 y\n#0V%T\n`\nend\n", "x=Cat-;y=Cat;");
	check("begin 644 x\nend\n", "");
	check("begin 644 \n#0V%T\n`\nend\n", "");
	check("begin 6 x\n#0V%T\n`\nend\n", "");
	check("begin by saying\nno\nend\n", "");
	check("> begin 644 x\n> #0V%T\n> `\n> end\n", "");
	check("", "");
}

static void e01_names_of_files_in_a_text_are_clean(void)
{
	check("begin 644 \x1b]0;t\x07../x\xe2\x80\xae\n#0V%T\n`\nend\n",
		"\xef\xbf\xbd]0;t\xef\xbf\xbd../x\xef\xbf\xbd=Cat;");
	check("begin 644 caf\xe9\n#0V%T\n`\nend\n", "caf\xc3\xa9=Cat;");
}

static void only_plain_text_and_tnef_hold_files(void)
{
	struct msg_part html = { .section = (char *)"1", .type = (char *)"text/html" };
	g_autoptr(GPtrArray) files = msg_within(&html, unit_str(CAT));
	g_assert_cmpuint(files->len, ==, 0);
	g_autofree char *none = bytes_of(&text, unit_str(CAT), 2), *zero = bytes_of(&text, unit_str(CAT), 0);
	g_assert_null(none);
	g_assert_null(zero);
}

static void file_within_is_a_part_with_a_section(void)
{
	g_autoptr(GPtrArray) files = msg_within(&text, unit_str(CAT));
	struct msg_part *p = msg_within_part(&text, files->pdata[0], 1);
	g_assert_cmpstr(p->section, ==, "1~1");
	g_assert_cmpstr(p->type, ==, "text/plain");
	g_assert_cmpstr(p->name, ==, "cat.txt");
	g_assert_true(msg_is_attachment(p));
	msg_part_free(p);
	static const struct {
		const char *section, *holder;
		unsigned n;
	} cases[] = { { "1~1", "1", 1 }, { "2.3~12", "2.3", 12 }, { "2", "2", 0 }, { "1~0", NULL, 0 },
		{ "1~", NULL, 0 }, { "1~1~1", NULL, 0 }, { "1~1001", NULL, 0 } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		unsigned n;
		g_autofree char *holder = msg_within_holder(cases[i].section, &n);
		g_assert_cmpstr(holder, ==, cases[i].holder);
		g_assert_cmpuint(n, ==, cases[i].n);
	}
}

static void promise_21_text_with_many_files_is_linear(void)
{
	g_autoptr(GString) many = g_string_new(NULL);
	for (int i = 0; i < 100000; i++)
		g_string_append(many, "begin 644 x\n#0V%T\n");
	int64_t began = clock_ms();
	g_autoptr(GPtrArray) files = msg_within(&text, unit_exact(many->str, many->len));
	g_assert_cmpuint(files->len, ==, MSG_WITHIN_MAX);
	g_assert_cmpint(clock_ms() - began, <, 2000);
}

/* --- winmail.dat --- */

static void put(GString *out, uint32_t value, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		g_string_append_c(out, (char)(value >> (8 * i)));
}

static void put_attr(GString *out, uint32_t id, const char *data, size_t n)
{
	put(out, 2, 1);
	put(out, id, 4);
	put(out, (uint32_t)n, 4);
	g_string_append_len(out, data, (gssize)n);
	put(out, 0, 2);
}

static GString *tnef_new(void)
{
	GString *out = g_string_new(NULL);
	put(out, 0x223e9f78, 4);
	put(out, 1, 2);
	return out;
}

static GString *props_new(void)
{
	GString *props = g_string_new(NULL);
	static const char name[] = "l\0\xf8\0n\0g\0.\0t\0x\0t\0\0";
	put(props, 3, 4);
	put(props, 0x0003, 2); /* a number with a name of its own */
	put(props, 0x8001, 2);
	g_string_append_len(props, "0123456789abcdef", 16);
	put(props, 1, 4);
	put(props, 6, 4);
	g_string_append_len(props, "a\0b\0c\0..", 8);
	put(props, 7, 4);
	put(props, 0x1003, 2); /* two numbers */
	put(props, 0x1234, 2);
	put(props, 2, 4);
	put(props, 1, 4);
	put(props, 2, 4);
	put(props, 0x001f, 2);
	put(props, 0x3707, 2);
	put(props, 1, 4);
	put(props, 18, 4);
	g_string_append_len(props, name, 18);
	put(props, 0, 2);
	return props;
}

static void winmail_gives_its_files(void)
{
	g_autoptr(GString) all = tnef_new(), props = props_new();
	put_attr(all, 0x69007, "\xe4\x04\0\0\0\0\0\0", 8);
	put_attr(all, 0x69002, "x", 1);
	put_attr(all, 0x18010, "SHORT~1.TXT", 12);
	put_attr(all, 0x6800f, "Cat", 3);
	put_attr(all, 0x69005, props->str, props->len);
	put_attr(all, 0x69002, "x", 1);
	put_attr(all, 0x6800f, "", 0);
	put_attr(all, 0x18010, "caf\xe9", 5);
	g_autofree char *got = list(&tnef, unit_exact(all->str, all->len));
	g_assert_cmpstr(got, ==, "l\xc3\xb8ng.txt=Cat;caf\xc3\xa9=;");
}

static void winmail_gives_its_letter(void)
{
	g_autoptr(GString) all = tnef_new(), props = g_string_new(NULL);
	put(props, 1, 4);
	put(props, 0x0102, 2);
	put(props, 0x1013, 2);
	put(props, 1, 4);
	put(props, 5, 4);
	g_string_append_len(props, "<p>Hi\0\0\0", 8);
	put_attr(all, 0x69003, props->str, props->len);
	put_attr(all, 0x2800c, "Hi", 2);
	g_autofree char *got = list(&tnef, unit_exact(all->str, all->len));
	g_assert_cmpstr(got, ==, "body.html=<p>Hi;body.txt=Hi;");
}

/* As RTF it is always given, as text where nobody else has written it. */
static void winmail_gives_its_letter_as_rtf(void)
{
	static const char rtf[] = "\x1a\0\0\0\x10\0\0\0MELA\0\0\0\0{\\rtf1 Hi\\par}";
	for (int with_text = 0; with_text < 2; with_text++) {
		g_autoptr(GString) all = tnef_new(), props = g_string_new(NULL);
		put(props, 1, 4);
		put(props, 0x0102, 2);
		put(props, 0x1009, 2);
		put(props, 1, 4);
		put(props, sizeof(rtf) - 1, 4);
		g_string_append_len(props, rtf, sizeof(rtf) - 1);
		put(props, 0, 4 - (sizeof(rtf) - 1) % 4);
		put_attr(all, 0x69003, props->str, props->len);
		if (with_text)
			put_attr(all, 0x2800c, "Hi", 2);
		g_autofree char *got = list(&tnef, unit_exact(all->str, all->len));
		g_assert_cmpstr(got, ==,
			with_text ? "body.txt=Hi;body.rtf={\\rtf1 Hi\\par};"
				  : "body.txt=Hi\n;body.rtf={\\rtf1 Hi\\par};");
	}
}

/* Cut anywhere, every octet wrong in turn: no read past the end. */
static void m07_damaged_winmail_is_bounded(void)
{
	g_autoptr(GString) all = tnef_new(), props = props_new();
	put_attr(all, 0x69002, "x", 1);
	put_attr(all, 0x69005, props->str, props->len);
	put_attr(all, 0x6800f, "Cat", 3);
	for (size_t n = 0; n < all->len; n++) {
		g_autofree char *cut = list(&tnef, unit_exact(all->str, n));
		g_assert_nonnull(cut);
		g_autofree char *odd = g_memdup2(all->str, all->len);
		odd[n] = (char)0xff;
		g_autofree char *got = list(&tnef, unit_exact(odd, all->len));
		g_assert_nonnull(got);
	}
	g_autofree char *none = list(&tnef, unit_str("no winmail at all"));
	g_assert_cmpstr(none, ==, "");
}

void suite(void)
{
	unit_add(uuencoded_files_are_found_in_text);
	unit_add(m07_uuencode_that_is_damaged_is_bounded);
	unit_add(e01_names_of_files_in_a_text_are_clean);
	unit_add(only_plain_text_and_tnef_hold_files);
	unit_add(file_within_is_a_part_with_a_section);
	unit_add(promise_21_text_with_many_files_is_linear);
	unit_add(winmail_gives_its_files);
	unit_add(winmail_gives_its_letter);
	unit_add(winmail_gives_its_letter_as_rtf);
	unit_add(m07_damaged_winmail_is_bounded);
}
