/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dialogues (tests/wire) cannot say well: limits, amounts, secrets. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "imap/imap.h"
#include "tests/unit/imap/show.h"
#include "tests/unit/unit.h"

#define CANARY "Xk7canary9Q"

static struct imap_session *open_session(const char *secret)
{
	struct secret *word = secret_new(str_of(secret));
	struct imap_settings settings = { .login = "fred", .secret = word, .who = "test", .seed = 0 };
	struct imap_session *s = imap_new(&settings);
	secret_free(word);
	imap_connected(s, true, 0);
	return s;
}

static int feed(struct imap_session *s, const char *bytes, struct err *e)
{
	err_clear(e);
	return imap_feed(s, unit_str(bytes), 0, e);
}

static void sent_all(struct imap_session *s)
{
	imap_sent(s, imap_pending(s).n, 0);
}

/* Logged in, INBOX of `exists` messages selected, all events taken; the tag of the next command is AAAAA3. */
static struct imap_session *in_box(unsigned exists)
{
	struct err e = ERR_INIT;
	struct imap_event ev;
	struct imap_session *s = open_session(CANARY);
	imap_select(s, STR("INBOX"), false);
	g_autofree char *answer = g_strdup_printf("AAAAA1 OK [CAPABILITY IMAP4rev1] in\r\n* %u EXISTS\r\n"
						  "AAAAA2 OK done\r\n",
		exists);
	g_assert_cmpint(feed(s, "* OK [CAPABILITY IMAP4rev1] hi\r\n", &e), ==, 0);
	sent_all(s);
	g_assert_cmpint(feed(s, answer, &e), ==, 0);
	while (imap_event(s, &ev))
		;
	return s;
}

static void check_lines(struct imap_session *s, const char *const *wanted)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	show_events(s, lines);
	for (unsigned i = 0; i < lines->len || wanted[i]; i++) {
		g_assert_cmpstr(i < lines->len ? g_ptr_array_index(lines, i) : NULL, ==, wanted[i]);
		if (!wanted[i])
			break;
	}
}

/* --- rows --- */

static void rows_by_the_hundred_thousand(void)
{
	enum { ROWS = 100000 };
	struct imap_session *s = in_box(ROWS);
	struct imap_event ev;
	struct err e = ERR_INIT;
	unsigned rows = 0;
	int64_t start = clock_cpu_us();
	g_autoptr(GString) block = g_string_new(NULL);
	imap_fetch_rows(s, 1, 0);
	for (unsigned i = 1; i <= ROWS; i++) {
		g_string_append_printf(block,
			"* %u FETCH (UID %u FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\""
			" RFC822.SIZE 4286 BODY[HEADER.FIELDS (DATE FROM)] {34}\r\nSubject: hello\r\nFrom: "
			"a@example\r\n)\r\n",
			i, i);
		if (block->len < 65536 && i < ROWS)
			continue;
		g_assert_cmpint(imap_feed(s, (struct str){ block->str, block->len }, 0, &e), ==, 0);
		g_string_truncate(block, 0);
		while (imap_event(s, &ev))
			rows += ev.type == IMAP_FETCH && ev.u.fetch.has & IMAP_HAS_HEADER && ev.u.fetch.header.n == 34;
	}
	g_assert_cmpuint(rows, ==, ROWS);
	g_test_message("%u rows in %d ms of CPU", ROWS, (int)((clock_cpu_us() - start) / 1000));
	imap_free(s);
}

static void malformed_row_keeps_what_was_read(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	imap_fetch_rows(s, 1, 0);
	g_assert_cmpint(feed(s, "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE ) ENVELOPE (((\r\n", &e), ==, 0);
	check_lines(s, (const char *[]){ "FETCH 1 uid=5 flags=1", NULL });
	g_assert_cmpint(feed(s, "* 1 FETCH (FLAGS (\\Seen) ENVELOPE (((\r\n", &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
	err_clear(&e);
	imap_free(s);
}

static void envelopes_are_skipped(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	imap_fetch_flags(s, 1, 0);
	feed(s,
		"* 1 FETCH (ENVELOPE (NIL {3}\r\na)( 5 ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL) MODSEQ (7)"
		" X-GM-LABELS (\"\\\\Inbox\" x) UID 4 FLAGS (\\Draft))\r\n",
		&e);
	check_lines(s, (const char *[]){ "FETCH 1 uid=4 flags=10 modseq=7", NULL });
	imap_free(s);
}

static void i32_headers_for_unasked_uids_are_dropped(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	imap_fetch_rows(s, 5, 6);
	feed(s,
		"* 1 FETCH (UID 4 FLAGS () BODY[HEADER.FIELDS (DATE)] \"x\")\r\n"
		"* 2 FETCH (UID 5 RFC822.SIZE 3 BODY[HEADER.FIELDS (DATE)] \"y\")\r\n",
		&e);
	check_lines(s, (const char *[]){ "FETCH 1 uid=4 flags=0", "FETCH 2 uid=5 size=3 header=\"y\"", NULL });
	imap_free(s);
}

static void i11_odd_uids(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	imap_fetch_flags(s, 1, 0);
	g_assert_cmpint(feed(s, "* 1 FETCH (UID 0 FLAGS ())\r\n", &e), ==, -1);
	imap_free(s);
	s = in_box(9);
	imap_fetch_flags(s, 1, 0);
	g_assert_cmpint(feed(s, "* 1 FETCH (UID 4294967296 FLAGS ())\r\n", &e), ==, -1);
	err_clear(&e);
	imap_free(s);
}

static void i34_flags_past_the_limits(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	struct imap_event ev;
	g_autoptr(GString) many = g_string_new("* 1 FETCH (UID 4 FLAGS (\\Seen \\* \\Odd (nested) \"quoted\" ");
	g_autofree char *longest = g_strnfill(200, 'k');
	g_string_append(many, longest);
	for (int i = 0; i < 100000; i++)
		g_string_append_printf(many, " k%d", i);
	g_string_append(many, "))\r\n");
	imap_fetch_flags(s, 1, 0);
	g_assert_cmpint(feed(s, many->str, &e), ==, 0);
	g_assert_true(imap_event(s, &ev));
	g_assert_cmpuint(ev.u.fetch.flags, ==, MSG_SEEN);
	g_assert_cmpuint(ev.u.fetch.keywords->len, ==, MSG_KEYWORDS_MAX);
	g_assert_cmpstr(g_ptr_array_index(ev.u.fetch.keywords, 0), ==, "\\Odd");
	g_assert_cmpstr(g_ptr_array_index(ev.u.fetch.keywords, 1), ==, "k0");
	imap_free(s);
}

static void i02_body_larger_than_memory_wants(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	struct imap_event ev;
	uint64_t got = 0;
	g_autofree char *block = g_strnfill(1 << 16, 'b');
	imap_fetch_part(s, 7, "1", 0, 0);
	feed(s, "* 1 FETCH (UID 7 BODY[1] {104857600}\r\n", &e);
	for (int i = 0; i < 1600; i++) {
		g_assert_cmpint(imap_feed(s, (struct str){ block, 1 << 16 }, 0, &e), ==, 0);
		while (imap_event(s, &ev)) {
			g_assert_cmpint(ev.type, ==, IMAP_BODY);
			g_assert_false(ev.u.body.end);
			got += ev.u.body.bytes.n;
		}
	}
	g_assert_cmpuint(got, ==, 104857600);
	feed(s, ")\r\n", &e);
	g_assert_true(imap_event(s, &ev) && ev.u.body.end);
	g_assert_cmpint(feed(s, "* 1 FETCH (UID 7 BODY[1] {1073741825}\r\n", &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	err_clear(&e);
	imap_free(s);
}

/* --- lists --- */

static void i28_lists_past_the_limits(void)
{
	struct err e = ERR_INIT;
	struct imap_event ev;
	g_autofree char *name = g_strnfill(IMAP_NAME_MAX + 1, 'a');
	g_autofree char *longest = g_strdup_printf("* LIST () \"/\" %s\r\n", name + 1);
	g_autofree char *longer = g_strdup_printf("* LIST () \"/\" %s\r\n", name);
	struct imap_session *s = in_box(9);
	imap_list(s, STR(""), STR("*"));
	g_assert_cmpint(feed(s, longest, &e), ==, 0);
	g_assert_cmpint(feed(s, longer, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	imap_free(s);
	s = in_box(9);
	imap_list(s, STR(""), STR("*"));
	for (int i = 0; i < IMAP_MAILBOXES_MAX; i++) {
		g_assert_cmpint(imap_feed(s, STR("* LIST () \"/\" a\r\n"), 0, &e), ==, 0);
		imap_event(s, &ev);
	}
	g_assert_cmpint(feed(s, "* LIST () \"/\" a\r\n", &e), ==, -1);
	err_clear(&e);
	imap_free(s);
}

static void i28_odd_delimiters(void)
{
	struct err e = ERR_INIT;
	struct imap_session *s = in_box(9);
	imap_list(s, STR(""), STR("*"));
	feed(s,
		"* LIST () NIL a\r\n* LIST () \"\" b\r\n* LIST () \"\\\\\" c\r\n* LIST () \"\xc3\xa4\" d\r\n"
		"* LIST (\\Noselect\r\n* LIST () \"/\"\r\n* LIST (\\noSELECT \\X-odd) \"/\" \"e\" (\"CHILDINFO\" "
		"(\"x\"))\r\n",
		&e);
	check_lines(s, (const char *[]){ "LIST \"a\" -", "LIST \"b\" -", "LIST \"c\" \\", "LIST \"d\" -",
			       "LIST \"e\" / noselect", NULL });
	imap_free(s);
}

static void i30_names_that_no_server_can_be_told(void)
{
	struct imap_session *s = in_box(9);
	g_autofree char *name = g_strnfill(IMAP_NAME_MAX + 1, 'a');
	sent_all(s);
	imap_select(s, (struct str){ "a\0b", 3 }, false);
	imap_select(s, str_of(name), false);
	imap_fetch_part(s, 1, "1] {3}\r\n", 0, 0);
	imap_fetch_rows(s, 0, 5);
	g_assert_cmpuint(imap_pending(s).n, ==, 0);
	check_lines(s, (const char *[]){ "DONE 2 BAD", "DONE 3 BAD", "DONE 4 BAD", "DONE 5 BAD", NULL });
	imap_free(s);
}

static void i31_promise_17_names_cannot_smuggle_commands(void)
{
	struct imap_session *s = in_box(9);
	sent_all(s);
	imap_select(s, STR("x\r\nA9 DELETE INBOX"), false);
	imap_noop(s);
	struct str out = imap_pending(s);
	g_assert_true(str_eq(out, STR("AAAAA3 SELECT {18}\r\n")));
	imap_free(s);
}

/* --- sets --- */

/* How many lines wait, and whether one of them is too long. */
static unsigned lines_pending(struct imap_session *s, size_t max)
{
	struct str line, rest = imap_pending(s);
	unsigned n = 0;
	for (; rest.n; n++) {
		str_cut(rest, '\n', &line, &rest);
		g_assert_cmpuint(line.n, <=, max - 1);
	}
	return n;
}

static void sets_go_in_short_lines_and_end_once(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	struct imap_set set;
	sent_all(s);
	feed(s, "* OK [CAPABILITY IMAP4rev1 UIDPLUS]\r\n", &e);
	imap_set_init(&set);
	for (uint32_t uid = 1000001; uid < 1000001 + 2 * 500; uid += 2)
		imap_set_add(&set, uid, uid);
	g_assert_cmpuint(imap_copy(s, &set, STR("Archive")), ==, 2);
	g_assert_cmpuint(lines_pending(s, 1000), ==, 5);
	sent_all(s);
	feed(s, "AAAAA3 OK [COPYUID 1 1000001 7] first\r\nAAAAA4 NO [OVERQUOTA] second\r\nAAAAA5 OK third\r\n", &e);
	check_lines(s, (const char *[]){ NULL });
	g_assert_true(imap_busy(s));
	feed(s, "AAAAA6 NO fourth\r\nAAAAA7 OK [COPYUID 1 1000999 8]\r\n", &e);
	check_lines(s, (const char *[]){ "DONE 2 NO [OVERQUOTA] second copied 1 1000001>7 1000999>8", NULL });
	imap_expunge(s, &set);
	imap_lost(s);
	check_lines(s, (const char *[]){ "DONE 3 LOST", NULL });
	imap_set_clear(&set);
	imap_set_init(&set);
	imap_expunge(s, &set);
	check_lines(s, (const char *[]){ "DONE 4 LOST", NULL });
	imap_set_clear(&set);
	imap_free(s);
}

static void i15_copyuid_of_millions(void)
{
	struct imap_session *s = in_box(9);
	struct err e = ERR_INIT;
	struct imap_event ev;
	struct imap_set set;
	imap_set_init(&set);
	imap_set_add(&set, 1, UINT32_MAX);
	imap_copy(s, &set, STR("a"));
	imap_copy(s, &set, STR("a"));
	feed(s, "AAAAA3 OK [COPYUID 1 1:1000001 1:1000001]\r\n", &e);
	g_assert_true(imap_event(s, &ev) && !ev.u.done.copied);
	feed(s, "AAAAA4 OK [COPYUID 1 1:1000000 2:1000001]\r\n", &e);
	g_assert_true(imap_event(s, &ev) && ev.u.done.copied && ev.u.done.copied->to->len == 1000000);
	imap_set_clear(&set);
	imap_free(s);
}

/* --- secrets --- */

static void a02_promise_13_the_trace_masks_every_login(void)
{
	static const char *const greetings[] = { "* OK [CAPABILITY IMAP4rev1] hi\r\n",
		"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN SASL-IR] hi\r\n",
		"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\r\n" };
	static const char plain[] = "AGZyZWQAWGs3Y2FuYXJ5OVE=";
	g_autofree char *dir = unit_tmpdir();
	g_autofree char *path = g_build_filename(dir, "log", NULL);
	g_autofree char *text = NULL;
	struct err e = ERR_INIT;
	g_assert_cmpint(log_open(LOG_WIRE, path), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(greetings); i++) {
		struct imap_session *s = open_session(CANARY);
		feed(s, greetings[i], &e);
		sent_all(s);
		if (i == 2)
			feed(s, "+\r\n", &e);
		struct str out = imap_pending(s);
		g_assert_true(i != 2 || memmem(out.p, out.n, plain, strlen(plain)));
		sent_all(s);
		g_assert_cmpint(
			feed(s, "AAAAA1 NO LOGIN fred " CANARY " or AGZyZWQAWGs3Y2FuYXJ5OVE= failed\r\n", &e), ==, -1);
		g_assert_null(e.server);
		imap_free(s);
	}
	err_clear(&e);
	log_close();
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_nonnull(strstr(text, "AUTHENTICATE PLAIN ****"));
	g_assert_nonnull(strstr(text, "LOGIN \"fred\" ****"));
	g_assert_null(strstr(text, "canary"));
	g_assert_null(strstr(text, "WGs3"));
	g_assert_null(strstr(text, "Y2FuYXJ5"));
}

static void a02_the_sent_buffer_is_wiped(void)
{
	struct err e = ERR_INIT;
	struct imap_session *s = open_session(CANARY);
	feed(s, "* OK [CAPABILITY IMAP4rev1] hi\r\n", &e);
	struct str out = imap_pending(s);
	g_assert_nonnull(memmem(out.p, out.n, CANARY, strlen(CANARY)));
	imap_sent(s, out.n, 0);
	g_assert_null(memmem(out.p, out.n, CANARY, strlen(CANARY)));
	imap_free(s);
}

static void a10_challenge_of_a_megabyte(void)
{
	struct err e = ERR_INIT;
	struct imap_session *s = open_session(CANARY);
	g_autofree char *fill = g_strnfill(IMAP_LINE_MAX, 'A');
	feed(s, "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hi\r\n+ ", &e);
	sent_all(s);
	g_assert_cmpint(feed(s, fill, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	g_assert_cmpuint(imap_pending(s).n, ==, 0);
	err_clear(&e);
	imap_free(s);
}

static void t10_greeting_of_a_megabyte(void)
{
	struct err e = ERR_INIT;
	struct imap_session *s = open_session(CANARY);
	g_autofree char *fill = g_strnfill(65536, '*');
	int rc = 0;
	for (int i = 0; i < 17 && !rc; i++)
		rc = feed(s, fill, &e);
	g_assert_cmpint(rc, ==, -1);
	g_assert_cmpuint(imap_pending(s).n, ==, 0);
	g_assert_cmpuint(imap_commands(s), ==, 0);
	err_clear(&e);
	imap_free(s);
}

static void tags_differ_by_seed(void)
{
	struct imap_settings settings = { .login = "", .who = "test", .seed = 1 };
	struct imap_session *s = imap_new(&settings);
	struct err e = ERR_INIT;
	imap_connected(s, true, 0);
	feed(s, "* OK hi\r\n", &e);
	g_assert_true(str_eq(imap_pending(s), STR("BAAAA1 CAPABILITY\r\n")));
	imap_free(s);
}

static void a_failed_session_says_nothing_more(void)
{
	struct err e = ERR_INIT;
	struct imap_session *s = in_box(9);
	imap_noop(s);
	g_assert_cmpint(feed(s, "AAAAA9 OK\r\n", &e), ==, -1);
	g_assert_cmpuint(imap_pending(s).n, ==, 0);
	g_assert_cmpint(feed(s, "AAAAA3 OK\r\n", &e), ==, -1);
	imap_lost(s);
	imap_noop(s);
	g_assert_cmpuint(imap_pending(s).n, ==, 0);
	check_lines(s, (const char *[]){ "DONE 2 LOST", "DONE 3 LOST", NULL });
	g_assert_false(imap_busy(s));
	g_assert_cmpint(imap_deadline(s), ==, CLOCK_NEVER);
	err_clear(&e);
	imap_free(s);
}

static void structure_may_be_stolen(void)
{
	struct err e = ERR_INIT;
	struct imap_event ev;
	struct imap_session *s = in_box(9);
	imap_fetch_structure(s, 1, 0);
	feed(s,
		"* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1))\r\n"
		"* 2 FETCH (UID 2 BODYSTRUCTURE (\"text\" \"html\" NIL NIL NIL \"7bit\" 1 1))\r\n",
		&e);
	g_assert_true(imap_event(s, &ev));
	struct msg_part *p = g_steal_pointer(&ev.u.fetch.structure);
	g_assert_true(imap_event(s, &ev));
	imap_free(s);
	g_assert_cmpstr(p->type, ==, "text/plain");
	msg_part_free(p);
}

void suite(void)
{
	msg_init();
	unit_add(rows_by_the_hundred_thousand);
	unit_add(malformed_row_keeps_what_was_read);
	unit_add(envelopes_are_skipped);
	unit_add(i32_headers_for_unasked_uids_are_dropped);
	unit_add(i11_odd_uids);
	unit_add(i34_flags_past_the_limits);
	unit_add(i02_body_larger_than_memory_wants);
	unit_add(i28_lists_past_the_limits);
	unit_add(i28_odd_delimiters);
	unit_add(i30_names_that_no_server_can_be_told);
	unit_add(i31_promise_17_names_cannot_smuggle_commands);
	unit_add(sets_go_in_short_lines_and_end_once);
	unit_add(i15_copyuid_of_millions);
	unit_add(a02_promise_13_the_trace_masks_every_login);
	unit_add(a02_the_sent_buffer_is_wiped);
	unit_add(a10_challenge_of_a_megabyte);
	unit_add(t10_greeting_of_a_megabyte);
	unit_add(tags_differ_by_seed);
	unit_add(a_failed_session_says_nothing_more);
	unit_add(structure_may_be_stolen);
}
