/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"
#include "tests/unit/unit.h"
#include "ui/key.h"

#include <string.h>

#define ESCAPE_MS 60

static char *mouse_name(const struct mouse *m)
{
	static const char *const names[] = { "press", "drag", "release", "wheel-up", "wheel-down" };
	return g_strdup_printf("%s@%d,%d", names[m->what], m->row, m->col);
}

/* The keys that come of bytes, as names; a paste as [text]. */
static void drain(struct key_decoder *d, GString *out)
{
	struct key_event ev;
	while (key_next(d, &ev)) {
		g_autofree char *name = ev.key == KEY_MOUSE ? mouse_name(&ev.mouse)
					: ev.key            ? key_name(ev.key)
							    : g_strdup_printf("[%s]", ev.paste);
		g_string_append_printf(out, "%s%s", out->len ? " " : "", name);
		key_paste_free(ev.paste);
	}
}

/* step: octets fed at a time; 0: at seeded random splits. */
static char *decode(struct str bytes, size_t step, guint32 seed)
{
	struct key_decoder *d = key_decoder_new(ESCAPE_MS);
	GString *out = g_string_new(NULL);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	for (size_t at = 0; at < bytes.n;) {
		size_t n = step ? step : (size_t)g_rand_int_range(rand, 1, 8);
		n = MIN(n, bytes.n - at);
		key_feed(d, (const unsigned char *)bytes.p + at, n);
		drain(d, out);
		at += n;
	}
	key_timeout(d);
	drain(d, out);
	key_decoder_free(d);
	return g_string_free(out, FALSE);
}

static void decodes(const char *bytes, size_t n, const char *expected)
{
	struct str s = unit_exact(bytes, n);
	g_autofree char *whole = decode(s, n ? n : 1, 0), *single = decode(s, 1, 0);
	g_assert_cmpstr(whole, ==, expected);
	g_assert_cmpstr(single, ==, expected);
	for (guint32 seed = 1; seed <= 20; seed++) {
		g_autofree char *split = decode(s, 0, seed);
		g_assert_cmpstr(split, ==, expected);
	}
}
#define DECODES(literal, expected) decodes(literal, sizeof(literal) - 1, expected)

static void key_plain_letters_and_controls(void)
{
	DECODES("aZ?", "a Z ?");
	DECODES("\r\n\t\x7f\b\x0c", "Enter Enter Tab BS BS ^L");
	DECODES("山é😀", "山 é 😀");
}

static void key_sequences_of_two_dialects(void)
{
	DECODES("\033[A\033OB\033[C\033OD", "Up Down Right Left");
	DECODES("\033[H\033[4~\033[7~\033OF\033[5~\033[6~\033[2~\033[3~", "Home End Home End PgUp PgDn Ins Del");
	DECODES("\033OP\033[15~\033[17~\033[24~\033[Z", "F1 F5 F6 F12 BackTab");
	DECODES("\033[1;5A\033[5;2~", "Up PgUp");
}

static void mouse_reports_are_read(void)
{
	DECODES("\033[<0;1;1M\033[<0;1;1m", "press@0,0 release@0,0");
	DECODES("\033[<32;12;5M\033[<64;300;40M\033[<65;300;40M", "drag@4,11 wheel-up@39,299 wheel-down@39,299");
	/* Control held. */
	DECODES("\033[<16;2;3M", "press@2,1");
}

/* Other buttons, nonsense and numbers without end are swallowed whole. */
static void mouse_nonsense_is_no_key(void)
{
	DECODES("\033[<1;1;1M\033[<2;1;1M\033[<35;1;1M\033[<66;1;1Mq", "q");
	DECODES("\033[<0;0;1M\033[<0;1;0M\033[<0;1M\033[<;;M\033[<Mq", "q");
	DECODES("\033[<0;99999999999999999999;1Mq", "q");
	DECODES("\033[<0;1;1;1;1M\033[<0;-1;1Mq", "q");
	DECODES("\033[<64;1;1mq", "q");
	g_autoptr(GString) long_one = g_string_new("\033[<0;");
	for (int i = 0; i < 100000; i++)
		g_string_append_c(long_one, '1');
	g_string_append(long_one, ";1Mq");
	decodes(long_one->str, long_one->len, "q");
}

/* Its first octet was taken for the Esc key, as slow lines have it. */
static void mouse_report_torn_behind_escape_is_no_keys(void)
{
	static const struct {
		const char *rest, *expected;
	} tries[] = { { "[<0;5;6M", "Esc press@5,4" }, { "[x", "Esc [ x" }, { "x", "Esc x" }, { "[", "Esc [" } };
	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
		struct key_decoder *d = key_decoder_new(ESCAPE_MS);
		g_autoptr(GString) out = g_string_new(NULL);
		key_feed(d, (const unsigned char *)"\033", 1);
		key_timeout(d);
		g_assert_cmpint(key_wait_ms(d), ==, -1);
		key_feed(d, (const unsigned char *)tries[i].rest, strlen(tries[i].rest));
		drain(d, out);
		if (key_wait_ms(d) >= 0)
			key_timeout(d);
		drain(d, out);
		g_assert_cmpstr(out->str, ==, tries[i].expected);
		key_decoder_free(d);
	}
}

static void key_escape_alone_twice_and_as_prefix(void)
{
	DECODES("\033", "Esc");
	DECODES("\033\033", "Esc Esc");
	DECODES("\033\t", "Esc Tab");
	DECODES("\033x", "Esc x");
	DECODES("\033\033[A", "Esc Up");
}

static void key_invalid_utf8_is_replaced_and_loses_nothing(void)
{
	DECODES("\xffq", "\xef\xbf\xbd q");
	DECODES("\xe5\xb1q", "\xef\xbf\xbd q");
	DECODES("\xc0\xafq", "\xef\xbf\xbd \xef\xbf\xbd q");
	DECODES("\xed\xa0\x80q", "\xef\xbf\xbd q");
	DECODES("\xe5\xb1\xe5\xb1\xb1", "\xef\xbf\xbd 山");
}

static void e04_replies_are_swallowed_whole(void)
{
	DECODES("\033[?1;2cq", "q");
	DECODES("\033[I\033[O\033[24;80R\033[?2026;2$y\033[97;5uq", "q");
	DECODES("\033]11;rgb:1/qd\033\\\033]0;dq\a\033P1$rq\033\\\033_Gq\033\\x", "x");
	DECODES("\033[Mqdx", "");
}

static void e05_paste_is_one_event(void)
{
	DECODES("\033[200~qd\r\033[Ax\033[201~j", "[qd\r\033[Ax] j");
	DECODES("\033[200~\xff\033[201~j", "[\xef\xbf\xbd] j");
}

static void e05_paste_past_its_limit_is_cut_and_ends(void)
{
	struct key_decoder *d = key_decoder_new(ESCAPE_MS);
	struct key_event ev;
	g_autofree char *megabyte = g_strnfill(1 << 20, 'd');
	key_feed(d, (const unsigned char *)"\033[200~", 6);
	key_feed(d, (const unsigned char *)megabyte, 1 << 20);
	key_feed(d, (const unsigned char *)"\033[201~q", 7);
	g_assert_true(key_next(d, &ev));
	g_assert_cmpuint(ev.key, ==, 0);
	g_assert_cmpuint(strlen(ev.paste), <=, KEY_PASTE_MAX);
	key_paste_free(ev.paste);
	g_assert_true(key_next(d, &ev));
	g_assert_cmpuint(ev.key, ==, 'q');
	g_assert_false(key_next(d, &ev));
	key_decoder_free(d);
}

static void unfinished_sequences_wait_and_then_end(void)
{
	struct key_decoder *d = key_decoder_new(ESCAPE_MS);
	struct key_event ev;
	g_assert_cmpint(key_wait_ms(d), ==, -1);
	key_feed(d, (const unsigned char *)"\033", 1);
	g_assert_cmpint(key_wait_ms(d), ==, ESCAPE_MS);
	key_feed(d, (const unsigned char *)"[", 1);
	g_assert_cmpint(key_wait_ms(d), ==, KEY_GAP_MS);
	key_timeout(d);
	g_assert_false(key_next(d, &ev));
	key_feed(d, (const unsigned char *)"q", 1);
	g_assert_true(key_next(d, &ev));
	g_assert_cmpuint(ev.key, ==, 'q');
	key_decoder_free(d);
}

static void any_bytes_give_keys_and_an_end(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	unsigned char bytes[64];
	for (int i = 0; i < 20000; i++) {
		struct key_decoder *d = key_decoder_new(ESCAPE_MS);
		struct key_event ev;
		for (size_t j = 0; j < sizeof bytes; j++)
			bytes[j] = (unsigned char)(g_rand_int_range(rand, 0, 3)
							   ? "\033[O]P~0129;mMA\\\a"[g_rand_int_range(rand, 0, 16)]
							   : g_rand_int_range(rand, 0, 256));
		key_feed(d, bytes, sizeof bytes);
		key_timeout(d);
		g_assert_cmpint(key_wait_ms(d), ==, -1);
		while (key_next(d, &ev))
			key_paste_free(ev.paste);
		key_decoder_free(d);
	}
}

/* What the terminal says of its background; asked: it was asked. */
static char *answered(const char *bytes, bool asked, const char *behind_a_pause)
{
	struct key_decoder *d = key_decoder_new(ESCAPE_MS);
	struct key_event ev;
	GString *out = g_string_new(NULL);
	if (asked)
		key_expect_answer(d);
	key_feed(d, (const unsigned char *)bytes, strlen(bytes));
	if (behind_a_pause) {
		if (key_wait_ms(d) <= ESCAPE_MS)
			key_timeout(d);
		key_feed(d, (const unsigned char *)behind_a_pause, strlen(behind_a_pause));
	}
	while (key_next(d, &ev)) {
		g_autofree char *name = ev.key == KEY_BACKGROUND ? g_strdup_printf("<%06x>", (unsigned)ev.background)
								 : key_name(ev.key);
		g_string_append_printf(out, "%s%s", out->len ? " " : "", name);
	}
	key_decoder_free(d);
	return g_string_free(out, FALSE);
}

static void is_answer(const char *bytes, const char *expected)
{
	g_autofree char *got = answered(bytes, true, NULL);
	g_assert_cmpstr(got, ==, expected);
}

static void e04_answer_about_the_background_is_taken_out(void)
{
	is_answer("j\033]11;rgb:1e1e/2f2f/ffff\033\\k", "j <1e2fff> k");
	is_answer("\033]11;rgb:00/80/ff\ak", "<0080ff> k");
	is_answer("\033]11;rgb:f/0/8\a", "<ff0088>");
	is_answer("\033]11;rgba:ffff/ffff/dddd/8000\a", "<ffffdd>");
	/* Once; and what is no answer is nothing at all. */
	is_answer("\033]11;rgb:0/0/0\a\033]11;rgb:f/f/f\a", "<000000>");
	is_answer("\033]11;?\ak", "k");
	is_answer("\033]11;rgb:0/0\ak", "k");
	is_answer("\033]11;rgb:12345/0/0\ak", "k");
	is_answer("\033]11;rgb:x/0/0\ak", "k");
	is_answer("\033]10;rgb:0/0/0\ak", "k");
	is_answer("\033P11;rgb:0/0/0\033\\k", "k");
	g_autofree char *unasked = answered("\033]11;rgb:0/0/0\ak", false, NULL);
	g_assert_cmpstr(unasked, ==, "k");
}

/* Wherever it is cut by a pause, no octet of it is a key, but for an Esc that seemed to be one. */
static void e04_answer_torn_by_pauses_runs_no_command(void)
{
	static const char whole[] = "\033]11;rgb:1e1e/1e1e/1e1e\033\\";
	for (size_t cut = 1; cut < sizeof whole - 1; cut++) {
		g_autofree char *head = g_strndup(whole, cut);
		g_autofree char *got = answered(head, true, whole + cut);
		g_assert_cmpstr(got, ==, cut == 1 ? "Esc <1e1e1e>" : "<1e1e1e>");
	}
	g_autofree char *typed = answered("\033", true, "x]");
	g_assert_cmpstr(typed, ==, "Esc x ]");
}

void suite(void)
{
	unit_add(e04_answer_about_the_background_is_taken_out);
	unit_add(e04_answer_torn_by_pauses_runs_no_command);
	unit_add(key_plain_letters_and_controls);
	unit_add(key_sequences_of_two_dialects);
	unit_add(mouse_reports_are_read);
	unit_add(mouse_nonsense_is_no_key);
	unit_add(mouse_report_torn_behind_escape_is_no_keys);
	unit_add(key_escape_alone_twice_and_as_prefix);
	unit_add(key_invalid_utf8_is_replaced_and_loses_nothing);
	unit_add(e04_replies_are_swallowed_whole);
	unit_add(e05_paste_is_one_event);
	unit_add(e05_paste_past_its_limit_is_cut_and_ends);
	unit_add(unfinished_sequences_wait_and_then_end);
	unit_add(any_bytes_give_keys_and_an_end);
}
