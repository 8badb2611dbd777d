/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dialogues (tests/wire/smtp) cannot say well: amounts, and every place where a message can be cut. */
#include <string.h>

#include "base/clock.h"
#include "smtp/smtp.h"
#include "tests/unit/unit.h"

static void answer(struct smtp_session *s, const char *text)
{
	struct err e = ERR_INIT;
	g_assert_cmpint(smtp_feed(s, unit_str(text), 0, &e), ==, 0);
}

static void drain(struct smtp_session *s, GString *wire)
{
	struct str out = smtp_pending(s);
	g_string_append_len(wire, out.p, (gssize)out.n);
	smtp_sent(s, out.n, 0);
}

static struct smtp_session *ready(const char *caps)
{
	struct smtp_settings settings = { .helo = "box.example" };
	struct smtp_session *s = smtp_new(&settings);
	g_autoptr(GString) wire = g_string_new(NULL);
	g_autofree char *hello = g_strdup_printf("250-mx\r\n250-%s\r\n250 8BITMIME\r\n", caps);
	smtp_connected(s, true, 0);
	answer(s, "220 hi\r\n");
	drain(s, wire);
	answer(s, hello);
	g_assert_true(smtp_ready(s));
	return s;
}

static void send_to(struct smtp_session *s, unsigned recipients, size_t size)
{
	g_autoptr(GPtrArray) to = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < recipients; i++)
		g_ptr_array_add(to, g_strdup_printf("r%u@d.example", i));
	smtp_send(s, &(struct smtp_mail){ .from = "a@b.example", .to = to, .size = size });
}

static bool done(struct smtp_session *s, enum smtp_outcome *outcome_out)
{
	struct smtp_event ev;
	while (smtp_event(s, &ev))
		if (ev.type == SMTP_DONE) {
			*outcome_out = ev.u.done.outcome;
			return true;
		}
	return false;
}

/* --- DATA --- */

/* What a receiver makes of it; NULL: it does not end with the dot, or something stands behind it. */
static GString *unstuffed(const GString *wire)
{
	GString *out = g_string_new(NULL);
	struct str rest = { wire->str, wire->len }, line;
	while (str_cut(rest, '\n', &line, &rest)) {
		if (str_eq(line, STR(".\r"))) {
			g_assert_cmpuint(rest.n, ==, 0);
			return out;
		}
		g_assert_true(line.n && line.p[line.n - 1] == '\r');
		if (line.p[0] == '.')
			line = str_sub(line, 1);
		g_string_append_len(out, line.p, (gssize)line.n);
		g_string_append_c(out, '\n');
	}
	g_assert_not_reached();
}

/* Cut at `cut`, with the pending octets gone at each cut if `sent`. */
static void through_data(const GString *message, size_t cut, bool sent)
{
	struct smtp_session *s = ready("PIPELINING");
	g_autoptr(GString) wire = g_string_new(NULL);
	enum smtp_outcome outcome;
	send_to(s, 1, message->len);
	drain(s, wire);
	answer(s, "250 ok\r\n250 ok\r\n354 go\r\n");
	g_string_truncate(wire, 0);
	for (size_t at = 0; at < message->len;) {
		size_t n = MIN(MIN(cut ? cut : message->len, message->len - at), smtp_data_room(s));
		g_assert_cmpuint(n, >, 0);
		smtp_data_feed(s, unit_exact(message->str + at, n));
		at += n;
		cut = cut ? message->len : 0;
		if (sent || !smtp_data_room(s))
			drain(s, wire);
	}
	drain(s, wire);
	answer(s, "250 queued\r\n");
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_ACCEPTED);
	GString *got = unstuffed(wire);
	g_assert_true(g_string_equal(got, message));
	g_string_free(got, TRUE);
	smtp_free(s);
}

static void s11_dots_at_every_place(void)
{
	static const char *const messages[] = { ".\r\n", "..\r\n", "a\r\n.\r\nb\r\n", ".\r\n.\r\n",
		"a.\r\n.b..\r\n...\r\n", "\r\n.\r\n\r\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
		g_autoptr(GString) message = g_string_new(messages[i]);
		for (size_t cut = 0; cut <= message->len; cut++) {
			through_data(message, cut, true);
			through_data(message, cut, false);
		}
	}
}

static void s11_dots_round_the_edge_of_the_buffer(void)
{
	for (size_t n = SMTP_DATA_WAITING - 6; n < SMTP_DATA_WAITING + 3; n++) {
		g_autoptr(GString) message = g_string_new(NULL);
		while (message->len + 80 < n)
			g_string_append(
				message, "0123456789012345678901234567890123456789012345678901234567890123456789\r\n");
		while (message->len < n - 2)
			g_string_append_c(message, 'x');
		g_string_append(message, "\r\n.\r\n..\r\n.x\r\n");
		through_data(message, 0, true);
		through_data(message, n, true);
	}
}

static void s12_only_pairs_reach_the_wire(void)
{
	static const char *const bodies[] = { "a\n.\nb\r\n", "a\r.\rb\r\n", "a\r\n.\nb\r\n", "a\n.\r\nb\r\n",
		"a\rb\r\n", "a\nb\r\n", "\n\r\n", "\r\r\n", "a\r\n\r" };
	for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++)
		for (int chunks = 0; chunks < 2; chunks++)
			for (size_t cut = 1; cut <= strlen(bodies[i]); cut++) {
				struct smtp_session *s = ready(chunks ? "PIPELINING\r\n250-CHUNKING" : "PIPELINING");
				g_autoptr(GString) wire = g_string_new(NULL);
				enum smtp_outcome outcome = SMTP_ACCEPTED;
				size_t n = strlen(bodies[i]);
				send_to(s, 1, n);
				drain(s, wire);
				answer(s, chunks ? "250 ok\r\n250 ok\r\n" : "250 ok\r\n250 ok\r\n354 go\r\n");
				g_string_truncate(wire, 0);
				smtp_data_feed(s, unit_exact(bodies[i], cut));
				drain(s, wire);
				if (cut < n)
					smtp_data_feed(s, unit_exact(bodies[i] + cut, n - cut));
				drain(s, wire);
				g_assert_true(done(s, &outcome));
				g_assert_cmpint(outcome, ==, SMTP_REFUSED);
				g_assert_true(smtp_wants_close(s));
				for (size_t at = 0; at < wire->len; at++)
					if (wire->str[at] == '\n')
						g_assert_true(at && wire->str[at - 1] == '\r');
				g_assert_null(strstr(wire->str, "\r\n.\r\n"));
				g_assert_null(strstr(wire->str, "LAST"));
				smtp_free(s);
			}
}

static void more_octets_than_room_end_the_mail(void)
{
	struct smtp_session *s = ready("PIPELINING\r\n250-CHUNKING");
	enum smtp_outcome outcome;
	g_autofree char *much = g_strnfill(SMTP_DATA_WAITING + 1, 'x');
	send_to(s, 1, SMTP_DATA_WAITING * 2);
	smtp_data_feed(s, unit_str(much));
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_REFUSED);
	smtp_free(s);
}

/* --- BDAT --- */

static void large_message_goes_in_chunks(void)
{
	enum { SIZE = 1000000 };
	struct smtp_session *s = ready("PIPELINING\r\n250-CHUNKING");
	g_autoptr(GString) message = g_string_new(NULL), wire = g_string_new(NULL), got = g_string_new(NULL);
	enum smtp_outcome outcome;
	unsigned chunks = 0;
	while (message->len < SIZE)
		g_string_append(message, ".0123456789\r\n");
	send_to(s, 1, message->len);
	for (size_t at = 0; at < message->len;) {
		size_t n = MIN(message->len - at, smtp_data_room(s));
		smtp_data_feed(s, unit_exact(message->str + at, n));
		at += n;
		if (!smtp_data_room(s) && !smtp_pending(s).n) {
			/* Behind the first chunk the recipient is waited for. */
			g_assert_cmpuint(at, <=, 2 * SMTP_DATA_WAITING);
			answer(s, "250 ok\r\n250 ok\r\n");
		}
		drain(s, wire);
	}
	drain(s, wire);
	struct str rest = { wire->str, wire->len }, line;
	for (bool last = false; !last;) {
		g_assert_true(str_cut(rest, '\n', &line, &rest));
		if (!str_starts(line, "BDAT "))
			continue;
		g_autofree char *words = str_dup(line);
		size_t n = (size_t)g_ascii_strtoull(words + 5, NULL, 10);
		last = strstr(words, "LAST") != NULL;
		g_assert_cmpuint(n, <=, rest.n);
		g_string_append_len(got, rest.p, (gssize)n);
		rest = str_sub(rest, n);
		chunks++;
	}
	g_assert_cmpuint(rest.n, ==, 0);
	g_assert_true(g_string_equal(got, message));
	for (unsigned i = 0; i < chunks; i++)
		answer(s, "250 ok\r\n");
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_ACCEPTED);
	smtp_free(s);
}

static void s09_refused_chunk_stops_the_next(void)
{
	struct smtp_session *s = ready("PIPELINING\r\n250-CHUNKING");
	g_autoptr(GString) wire = g_string_new(NULL);
	g_autofree char *much = g_strnfill(SMTP_DATA_WAITING / 2, 'x');
	enum smtp_outcome outcome;
	send_to(s, 1, 20u << 20);
	smtp_data_feed(s, unit_str(much));
	drain(s, wire);
	answer(s, "250 ok\r\n250 ok\r\n");
	smtp_data_feed(s, unit_str(much));
	drain(s, wire);
	g_string_truncate(wire, 0);
	answer(s, "552 5.3.4 too much\r\n");
	g_assert_cmpuint(smtp_data_room(s), ==, 0);
	answer(s, "503 5.5.1 no\r\n");
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_REFUSED);
	drain(s, wire);
	g_assert_cmpstr(wire->str, ==, "RSET\r\n");
	smtp_free(s);
}

/* --- recipients --- */

static unsigned count(const GString *wire, const char *word)
{
	unsigned n = 0;
	for (const char *p = wire->str; (p = strstr(p, word)); p++)
		n++;
	return n;
}

static void ten_thousand_recipients_go_by_the_hundred(void)
{
	struct smtp_session *s = ready("PIPELINING");
	g_autoptr(GString) wire = g_string_new(NULL);
	struct smtp_event ev;
	unsigned asked = 0, told = 0, data = 0;
	send_to(s, SMTP_RECIPIENTS_MAX, 3);
	drain(s, wire);
	g_assert_cmpuint(count(wire, "RCPT TO"), ==, 100);
	answer(s, "250 ok\r\n");
	for (unsigned answered = 0; answered < SMTP_RECIPIENTS_MAX; answered++) {
		drain(s, wire);
		asked += count(wire, "RCPT TO");
		data += count(wire, "DATA");
		g_string_truncate(wire, 0);
		g_assert_cmpuint(asked, <=, answered + 100);
		g_assert_cmpuint(data, ==, 0);
		answer(s, "250 ok\r\n");
		while (smtp_event(s, &ev))
			told += ev.type == SMTP_RECIPIENT && ev.u.recipient.index == told;
	}
	drain(s, wire);
	g_assert_cmpuint(told, ==, SMTP_RECIPIENTS_MAX);
	g_assert_cmpstr(wire->str, ==, "DATA\r\n");
	smtp_free(s);
}

static void too_many_recipients_are_refused(void)
{
	struct smtp_session *s = ready("PIPELINING");
	enum smtp_outcome outcome;
	send_to(s, SMTP_RECIPIENTS_MAX + 1, 3);
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_REFUSED);
	send_to(s, 0, 3);
	g_assert_true(done(s, &outcome));
	g_assert_cmpint(outcome, ==, SMTP_REFUSED);
	g_assert_cmpuint(smtp_pending(s).n, ==, 0);
	smtp_free(s);
}

/* S01: cut behind every octet that leaves; what the session says must agree with what the server can have. */
static void s01_promise_1_cut_at_every_octet(void)
{
	static const char message[] = "Subject: x\r\n\r\n.\r\nend\r\n";
	size_t whole = 0;
	for (size_t cut = 0; cut == 0 || cut <= whole; cut++) {
		struct smtp_session *s = ready("PIPELINING");
		g_autoptr(GString) wire = g_string_new(NULL);
		enum smtp_outcome outcome = SMTP_ACCEPTED;
		send_to(s, 1, sizeof(message) - 1);
		drain(s, wire);
		answer(s, "250 ok\r\n250 ok\r\n354 go\r\n");
		smtp_data_feed(s, STR(message));
		whole = smtp_pending(s).n;
		for (size_t i = 0; i < cut; i++)
			smtp_sent(s, 1, 0);
		smtp_lost(s, NULL);
		g_assert_true(done(s, &outcome));
		g_assert_cmpint(outcome, ==, cut < whole ? SMTP_DEFERRED : SMTP_MAYBE);
		smtp_free(s);
	}
}

void suite(void)
{
	unit_add(s11_dots_at_every_place);
	unit_add(s11_dots_round_the_edge_of_the_buffer);
	unit_add(s12_only_pairs_reach_the_wire);
	unit_add(more_octets_than_room_end_the_mail);
	unit_add(large_message_goes_in_chunks);
	unit_add(s09_refused_chunk_stops_the_next);
	unit_add(ten_thousand_recipients_go_by_the_hundred);
	unit_add(too_many_recipients_are_refused);
	unit_add(s01_promise_1_cut_at_every_octet);
}
