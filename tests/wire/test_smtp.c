/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays the dialogues of tests/wire/smtp against a submission session: each whole, octet by octet and cut at random
 * places. The notation is that of test_wire.c, without tags. */
#include <stdlib.h>
#include <string.h>

#include "smtp/smtp.h"
#include "tests/unit/unit.h"
#include "tests/wire/script.h"

enum mode { WHOLE, BYTEWISE, RANDOM };

struct play {
	const char *file;
	int line;
	enum mode mode;
	GRand *rand;
	struct smtp_settings settings;
	struct secret *secret;
	char *helo;
	struct smtp_session *s;
	int64_t now;
	GPtrArray *seen; /* lines of events not yet expected */
	bool dead;
};

#define complain(play, ...)                                                                                            \
	do {                                                                                                           \
		g_autofree char *what = g_strdup_printf(__VA_ARGS__);                                                  \
		g_test_message("%s:%d: %s", (play)->file, (play)->line, what);                                         \
		g_test_fail();                                                                                         \
	} while (0)

/* --- text --- */

static void show_reply(const struct smtp_reply *r, GString *out)
{
	g_autofree char *text = g_strdelimit(g_strdup(r->text ? r->text : ""), "\n", '|');
	if (r->code)
		g_string_append_printf(out, " %d %s %s", r->code, r->enhanced ? r->enhanced : "-", text);
}

static void show_err(const struct err *e, GString *out)
{
	static const char *const retries[] = { "now", "later", "never" };
	g_string_append_printf(out, " %s %s %s", err_cause_name(e->cause), retries[e->retry], e->text);
	g_autofree char *words = g_strdelimit(g_strdup(e->server ? e->server : ""), "\n", '|');
	if (e->server)
		g_string_append_printf(out, " | %s", words);
}

static void show_events(struct play *p)
{
	static const char *const outcomes[] = { "ACCEPTED", "REFUSED", "DEFERRED", "MAYBE" };
	struct smtp_event ev;
	while (smtp_event(p->s, &ev)) {
		GString *line = g_string_new("READY");
		if (ev.type == SMTP_RECIPIENT) {
			g_string_printf(line, "RECIPIENT %u.%u", ev.u.recipient.id, ev.u.recipient.index);
			show_reply(ev.u.recipient.reply, line);
		} else if (ev.type == SMTP_DONE) {
			g_string_printf(line, "DONE %u %s %s %u", ev.u.done.id, outcomes[ev.u.done.outcome],
				smtp_stage_names[ev.u.done.stage], ev.u.done.accepted);
			show_reply(ev.u.done.reply, line);
			if (ev.u.done.outcome != SMTP_ACCEPTED && !ev.u.done.reply->code)
				show_err(ev.u.done.err, line);
			g_assert_true(ev.u.done.outcome == SMTP_ACCEPTED || ev.u.done.err->cause != ERR_NONE);
		}
		g_ptr_array_add(p->seen, g_string_free(line, FALSE));
	}
}

/* --- steps --- */

static void end_with(struct play *p, struct err *e)
{
	show_events(p);
	if (e->cause != ERR_NONE) {
		GString *line = g_string_new("ERROR");
		show_err(e, line);
		g_ptr_array_add(p->seen, g_string_free(line, FALSE));
		p->dead = true;
	}
	err_clear(e);
}

static void feed_one(struct play *p, const char *bytes, size_t n)
{
	struct err e = ERR_INIT;
	char *exact = g_memdup2(bytes, n);
	int rc = smtp_feed(p->s, (struct str){ exact, n }, p->now, &e);
	g_assert_cmpint(rc, ==, e.cause == ERR_NONE ? 0 : -1);
	g_free(exact);
	end_with(p, &e);
}

static void feed(struct play *p, const GString *bytes)
{
	for (size_t i = 0; i < bytes->len && !p->dead;) {
		size_t n = bytes->len - i;
		if (p->mode == BYTEWISE)
			n = 1;
		else if (p->mode == RANDOM)
			n = (size_t)g_rand_int_range(p->rand, 1, (gint32)MIN(n, 40) + 1);
		feed_one(p, bytes->str + i, n);
		i += n;
	}
}

static void check_sent(struct play *p, const GString *wanted)
{
	struct str out = smtp_pending(p->s);
	if (!str_eq(out, (struct str){ wanted->str, wanted->len }))
		complain(p, "wanted <%s>, got <%.*s>", wanted->str, (int)out.n, out.p ? out.p : "");
	if (out.n)
		smtp_sent(p->s, out.n, p->now);
	show_events(p);
}

static void check_events(struct play *p, const GPtrArray *wanted)
{
	show_events(p);
	for (unsigned i = 0; i < MAX(wanted->len, p->seen->len); i++) {
		const char *want = i < wanted->len ? g_ptr_array_index(wanted, i) : "(nothing)";
		const char *got = i < p->seen->len ? g_ptr_array_index(p->seen, i) : "(nothing)";
		if (strcmp(want, got))
			complain(p, "wanted <%s>, got <%s>", want, got);
	}
	g_ptr_array_set_size(p->seen, 0);
}

static bool has(char **words, const char *word)
{
	return g_strv_contains((const char *const *)words, word);
}

/* send FROM TO,TO SIZE [WORD ..]; "<>" is the null sender, # a blank. */
static void send_mail(struct play *p, char **a)
{
	g_strdelimit(a[2], "#", ' ');
	g_auto(GStrv) to = g_strsplit(a[2], ",", -1);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	for (char **t = to; *t; t++)
		g_ptr_array_add(list, *t);
	g_autofree char *long_name = g_strnfill(101, 'n');
	struct smtp_mail mail = { .from = strcmp(a[1], "<>") ? a[1] : "",
		.to = list,
		.size = g_ascii_strtoull(a[3], NULL, 10),
		.eight_bit = has(a + 4, "8bit"),
		.utf8 = has(a + 4, "utf8"),
		.partial = has(a + 4, "partial"),
		.probe = has(a + 4, "probe"),
		.notify = has(a + 4, "dsn")     ? "SUCCESS,FAILURE"
			  : has(a + 4, "never") ? "NEVER"
						: NULL,
		.ret = has(a + 4, "dsn") ? "HDRS" : NULL,
		.envid = has(a + 4, "long")  ? long_name
			 : has(a + 4, "dsn") ? "a+b c"
					     : NULL };
	g_assert_cmpuint(smtp_send(p->s, &mail), >, 0);
}

static void feed_data(struct play *p, const char *text)
{
	g_autofree char *raw = g_strconcat(text, "\\c", NULL);
	g_autoptr(GString) octets = g_string_new(NULL);
	script_unescape(raw, NULL, octets);
	smtp_data_feed(p->s, unit_exact(octets->str, octets->len));
}

static void wait_for(struct play *p, int64_t ms)
{
	struct err e = ERR_INIT;
	p->now += ms;
	if (p->now < smtp_deadline(p->s))
		return;
	smtp_expired(p->s, p->now, &e);
	end_with(p, &e);
}

static void lose(struct play *p)
{
	struct err why = ERR_INIT;
	err_set(&why, ERR_ACCOUNT, ERR_NET, ERR_LATER, "reset");
	smtp_lost(p->s, &why);
	err_clear(&why);
}

static void step(struct play *p, char **a)
{
	struct err e = ERR_INIT;
	const char *verb = a[0];
	if (!p->s)
		p->s = smtp_new(&p->settings);
	if (!strcmp(verb, "connect"))
		smtp_connected(p->s, p->settings.security == SMTP_TLS, p->now);
	else if (!strcmp(verb, "connect-plain"))
		smtp_connected(p->s, false, p->now);
	else if (!strcmp(verb, "tls") && smtp_wants_starttls(p->s))
		smtp_tls_started(p->s, p->now);
	else if (!strcmp(verb, "send"))
		send_mail(p, a);
	else if (!strcmp(verb, "feed"))
		feed_data(p, a[1]);
	else if (!strcmp(verb, "eof"))
		smtp_eof(p->s, &e);
	else if (!strcmp(verb, "lost"))
		lose(p);
	else if (!strcmp(verb, "abort"))
		g_ptr_array_add(p->seen, g_strdup(smtp_abort(p->s) ? "STOPPED" : "TOO LATE"));
	else if (!strcmp(verb, "quit"))
		smtp_quit(p->s);
	else if (!strcmp(verb, "wait"))
		wait_for(p, g_ascii_strtoll(a[1], NULL, 10));
	else if (!strcmp(verb, "bind"))
		smtp_binding(p->s, (const unsigned char *)"0123456789abcdef0123456789abcdef", 32);
	else
		complain(p, "cannot do %s", verb);
	end_with(p, &e);
}

static const struct {
	const char *name;
	uint32_t cap;
} caps[] = { { "CHUNKING", SMTP_CAP_CHUNKING }, { "PIPELINING", SMTP_CAP_PIPELINING }, { "SIZE", SMTP_CAP_SIZE },
	{ "DSN", SMTP_CAP_DSN } };

static uint32_t cap_of(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(caps); i++)
		if (!strcmp(word, caps[i].name))
			return caps[i].cap;
	return 0;
}

static char *state_of(const struct play *p, const char *what)
{
	bool weaker;
	if (!strcmp(what, "room"))
		return g_strdup_printf("%zu of %u", smtp_data_room(p->s), smtp_data_id(p->s));
	if (!strcmp(what, "caps"))
		return g_strdup(smtp_caps_text(p->s));
	if (!strcmp(what, "size"))
		return g_strdup_printf("%" G_GUINT64_FORMAT, smtp_size_max(p->s));
	if (!strcmp(what, "mechanism"))
		return g_strdup(sasl_name(smtp_mechanism(p->s, &weaker)));
	if (!strcmp(what, "commands"))
		return g_strdup_printf("%u", smtp_commands(p->s));
	if (!strcmp(what, "closing"))
		return g_strdup(smtp_wants_close(p->s) ? "yes" : "no");
	if (!strcmp(what, "busy"))
		return g_strdup(smtp_busy(p->s) ? "yes" : "no");
	if (!strcmp(what, "bad"))
		return g_strdup(smtp_caps_found_bad(p->s) & SMTP_CAP_CHUNKING ? "CHUNKING"
				: smtp_caps_found_bad(p->s) & SMTP_CAP_DSN    ? "DSN"
									      : "none");
	if (!strcmp(what, "transcript"))
		return g_strdelimit(g_strdup(smtp_transcript(p->s)), "\n", '|');
	return g_strdup("(unknown word)");
}

static void check_state(struct play *p, char **a)
{
	g_autofree char *wanted = g_strjoinv(" ", a + 1);
	g_autofree char *got = state_of(p, a[0]);
	if (strcmp(got, wanted))
		complain(p, "wanted %s <%s>, got <%s>", a[0], wanted, got);
}

static void set(struct play *p, char **a)
{
	g_autofree char *value = a[1] ? g_strjoinv(" ", a + 1) : g_strdup("");
	if (!strcmp(a[0], "security"))
		p->settings.security = !strcmp(value, "starttls") ? SMTP_STARTTLS : SMTP_INSECURE;
	else if (!strcmp(a[0], "auth"))
		p->settings.auth |= SASL_BIT(sasl_of_name(str_of(value)));
	else if (!strcmp(a[0], "nonce"))
		p->settings.nonce = "fyko+d2lbbFgONRv9qkxdawL";
	else if (!strcmp(a[0], "token"))
		p->settings.token = true;
	else if (!strcmp(a[0], "no-secret"))
		p->settings.secret = NULL;
	else if (!strcmp(a[0], "off"))
		p->settings.caps_off |= cap_of(value);
	else if (!strcmp(a[0], "helo")) {
		g_free(p->helo);
		g_autoptr(GString) name = g_string_new(NULL);
		g_autofree char *raw = g_strconcat(value, "\\c", NULL);
		script_unescape(raw, NULL, name);
		p->helo = g_strdup(name->str);
		p->settings.helo = p->helo;
	} else if (!strcmp(a[0], "secret")) {
		secret_free(p->secret);
		p->secret = secret_new(str_of(value));
		p->settings.secret = p->secret;
	} else {
		complain(p, "unknown: set %s", a[0]);
	}
}

/* --- the file --- */

static void play_block(struct play *p, char **lines, int *i)
{
	char kind = script_kind(lines[*i]);
	g_autoptr(GString) joined = g_string_new(NULL), nothing = g_string_new(NULL);
	g_autoptr(GPtrArray) each = g_ptr_array_new();
	script_block(lines, i, NULL, joined, each);
	if (kind == 'E')
		check_events(p, each);
	else
		check_sent(p, kind == 'C' ? joined : nothing);
	if (kind == 'S')
		feed(p, joined);
}

static void play_lines(struct play *p, char **lines)
{
	for (int i = 0; lines[i]; i++) {
		p->line = i + 1;
		if (!lines[i][0] || lines[i][0] == '#')
			continue;
		if (script_kind(lines[i])) {
			play_block(p, lines, &i);
			continue;
		}
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
		if (!strcmp(words[0], "set"))
			set(p, words + 1);
		else if (!strcmp(words[0], "do"))
			step(p, words + 1);
		else if (!strcmp(words[0], "is"))
			check_state(p, words + 1);
		else
			complain(p, "unknown line");
	}
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GString) nothing = g_string_new(NULL);
	check_events(p, none);
	check_sent(p, nothing);
}

static void play(const char *file, enum mode mode, uint32_t seed)
{
	g_auto(GStrv) lines = script_lines("smtp", file);
	struct play p = { .file = file, .mode = mode, .rand = g_rand_new_with_seed(seed), .now = 1000 };
	p.seen = g_ptr_array_new_with_free_func(g_free);
	p.secret = secret_new(STR("pass word"));
	p.settings =
		(struct smtp_settings){ .login = "fred", .secret = p.secret, .who = "test", .helo = "box.example" };
	play_lines(&p, lines);
	smtp_free(p.s);
	secret_free(p.secret);
	g_free(p.helo);
	g_ptr_array_unref(p.seen);
	g_rand_free(p.rand);
}

static void play_all_ways(const void *file)
{
	play(file, WHOLE, 0);
	play(file, BYTEWISE, 0);
	for (uint32_t seed = 1; seed <= 20; seed++)
		play(file, RANDOM, seed);
}

void suite(void)
{
	script_add_all("smtp", 60, play_all_ways);
}
