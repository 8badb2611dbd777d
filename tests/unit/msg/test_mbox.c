/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"
#include "tests/unit/unit.h"

#include <string.h>

struct got {
	GPtrArray *marks;    /* char * */
	GPtrArray *messages; /* GString * */
};

static void free_string(void *p)
{
	g_string_free(p, TRUE);
}

static void begin(void *aux, struct str postmark)
{
	struct got *g = aux;
	g_ptr_array_add(g->marks, str_dup(postmark));
	g_ptr_array_add(g->messages, g_string_new(NULL));
}

static void text(void *aux, struct str bytes)
{
	struct got *g = aux;
	g_assert_cmpuint(g->messages->len, >, 0);
	g_string_append_len(g->messages->pdata[g->messages->len - 1], bytes.p, (gssize)bytes.n);
}

static const struct msg_mbox_sink sink = { begin, text };

static void got_init(struct got *g)
{
	g->marks = g_ptr_array_new_with_free_func(g_free);
	g->messages = g_ptr_array_new_with_free_func(free_string);
}

static void got_clear(struct got *g)
{
	g_ptr_array_unref(g->marks);
	g_ptr_array_unref(g->messages);
}

/* step 0: whole; else so many octets at a time. */
static int read_mbox(struct str file, size_t step, bool unquote, struct got *g, bool *quoted_out)
{
	struct msg_mbox *m = msg_mbox_new(unquote, &sink, g);
	int failed = 0;
	for (size_t at = 0; at < file.n && !failed; at += step ? step : file.n) {
		size_t n = MIN(step ? step : file.n, file.n - at);
		struct str piece = unit_exact(file.p + at, n);
		failed = msg_mbox_feed(m, piece);
	}
	failed = failed || msg_mbox_end(m);
	g_assert_cmpuint(msg_mbox_count(m), ==, g->messages->len);
	*quoted_out = msg_mbox_is_quoted(m);
	msg_mbox_free(m);
	return failed ? -1 : 0;
}

static void is_read_as(const char *file, bool unquote, bool quoted, unsigned n, const char *const *wanted)
{
	for (size_t step = 0; step < 4; step++) {
		struct got g;
		bool is_quoted;
		got_init(&g);
		g_assert_cmpint(read_mbox(str_of(file), step, unquote, &g, &is_quoted), ==, 0);
		g_assert_cmpuint(g.messages->len, ==, n);
		g_assert_cmpint(is_quoted, ==, quoted);
		for (unsigned i = 0; i < n && i < g.messages->len; i++)
			g_assert_cmpstr(((GString *)g.messages->pdata[i])->str, ==, wanted[i]);
		got_clear(&g);
	}
}

#define MARK "From ana@duarte.example Sat Nov 21 10:20:30 2026\n"

static void two_messages_split_at_postmarks(void)
{
	is_read_as(MARK "Subject: a\n\none\n\n" MARK "Subject: b\n\ntwo\n\n", true, true, 2,
		(const char *const[]){ "Subject: a\n\none\n", "Subject: b\n\ntwo\n" });
}

static void d23_missing_blank_line_still_splits(void)
{
	is_read_as(MARK "a: b\n\none\n" MARK "c: d\n\ntwo", true, true, 2,
		(const char *const[]){ "a: b\n\none\n", "c: d\n\ntwo" });
}

static void d23_crlf_kept(void)
{
	is_read_as("From x Sat Nov 21 10:20:30 2026\r\na: b\r\n\r\none\r\n\r\nFrom y Sat Nov 21 10:20 2026\r\nc: d\r\n",
		true, true, 2, (const char *const[]){ "a: b\r\n\r\none\r\n", "c: d\r\n" });
}

static void d23_content_length_not_believed(void)
{
	is_read_as(MARK "Content-Length: 9223372036854775808\n\none\n\n" MARK "Content-Length: -1\n\ntwo\n", true, true,
		2,
		(const char *const[]){ "Content-Length: 9223372036854775808\n\none\n", "Content-Length: -1\n\ntwo\n" });
}

static void quoted_from_unquoted_by_one(void)
{
	is_read_as(MARK "a: b\n\n>From here\n>>From there\n> From\n>\n", true, true, 1,
		(const char *const[]){ "a: b\n\nFrom here\n>From there\n> From\n>\n" });
}

static void d23_from_line_of_text_is_text_and_told(void)
{
	is_read_as(MARK "a: b\n\nFrom here on\n>From there\n", false, false, 1,
		(const char *const[]){ "a: b\n\nFrom here on\n>From there\n" });
}

static void no_mbox_refused(void)
{
	static const char *const files[] = { "Subject: a letter\n\nhello\n", ">From x\n", "from x\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		struct got g;
		bool quoted;
		got_init(&g);
		g_assert_cmpint(read_mbox(str_of(files[i]), 0, true, &g, &quoted), ==, -1);
		got_clear(&g);
	}
}

static void postmark_gives_date(void)
{
	int64_t when = 0;
	g_assert_true(msg_mbox_date(STR("From - Sat Nov 21 10:20:30 2026"), &when));
	g_assert_cmpint(when, ==, 1795256430);
	g_assert_true(msg_mbox_date(STR("From a@b Sat Nov 21 10:20:30 +0100 2026"), &when));
	g_assert_false(msg_mbox_date(STR("From me to you, in May"), &when));
	g_assert_false(msg_mbox_date(STR("From a@b Sat Feb 31 10:20:30 2026"), &when));
}

/* What is written is read again, octet by octet, whatever lines there are; CRLF comes back as LF. */
static void d23_round_trip_exact(void)
{
	static const char *const lines[] = { "From x Sat Nov 21 10:20:30 2026", ">From ", ">>>From me", "", ">", "> ",
		"From", "plain", "From ", ">>>>", "\t", "." };
	for (guint32 seed = 1; seed <= 300; seed++) {
		g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
		unsigned n = (unsigned)g_rand_int_range(rand, 1, 5);
		g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(free_string);
		struct buf out;
		buf_init(&out, 1 << 20);
		for (unsigned i = 0; i < n; i++) {
			struct msg_mbox_writer w;
			GString *lf = g_string_new("a: b\n\n");
			g_assert_cmpint(msg_mbox_write_begin(&w, "an a@b", 1795256430 + i, &out), ==, 0);
			msg_mbox_write(&w, STR("a: b\r\n\r\n"), &out);
			for (int k = g_rand_int_range(rand, 0, 12); k; k--) {
				const char *line = lines[g_rand_int_range(rand, 0, G_N_ELEMENTS(lines))];
				int many = g_rand_int_range(rand, 0, 30) ? 0 : 700;
				for (int j = 0; j < many; j++) {
					msg_mbox_write(&w, STR(">"), &out);
					g_string_append_c(lf, '>');
				}
				msg_mbox_write(&w, str_of(line), &out);
				msg_mbox_write(&w, STR("\r"), &out);
				msg_mbox_write(&w, STR("\n"), &out);
				g_string_append_printf(lf, "%s\n", line);
			}
			msg_mbox_write_end(&w, &out);
			g_ptr_array_add(wanted, lf);
		}
		struct got g;
		bool quoted;
		got_init(&g);
		g_assert_cmpint(
			read_mbox(buf_str(&out), (size_t)g_rand_int_range(rand, 0, 40), true, &g, &quoted), ==, 0);
		g_assert_true(quoted);
		g_assert_cmpuint(g.messages->len, ==, n);
		for (unsigned i = 0; i < n && i < g.messages->len; i++)
			g_assert_cmpstr(((GString *)g.messages->pdata[i])->str, ==, ((GString *)wanted->pdata[i])->str);
		got_clear(&g);
		buf_clear(&out);
	}
}

static void last_line_without_end_gets_one(void)
{
	struct msg_mbox_writer w;
	struct buf out;
	buf_init(&out, 1000);
	msg_mbox_write_begin(&w, NULL, -1, &out);
	msg_mbox_write(&w, STR("a: b\r\n\r\nFrom\r"), &out);
	msg_mbox_write_end(&w, &out);
	buf_add_c(&out, '\0');
	g_assert_cmpstr(out.p, ==, "From MAILER-DAEMON Wed Dec 31 23:59:59 1969\na: b\n\nFrom\r\n\n");
	buf_clear(&out);
}

void suite(void)
{
	unit_add(two_messages_split_at_postmarks);
	unit_add(d23_missing_blank_line_still_splits);
	unit_add(d23_crlf_kept);
	unit_add(d23_content_length_not_believed);
	unit_add(quoted_from_unquoted_by_one);
	unit_add(d23_from_line_of_text_is_text_and_told);
	unit_add(no_mbox_refused);
	unit_add(postmark_gives_date);
	unit_add(d23_round_trip_exact);
	unit_add(last_line_without_end_gets_one);
}
