/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays the dialogues beside it against a session: each whole, octet by octet and cut at random places.
 *
 *	# comment          set KEY VALUE          do VERB ARGUMENTS
 *	S: what the server sends       C: what must wait to be sent, all of it in one write
 *	E: the events since the last E, all of them
 *
 * $7 is the tag of the seventh command; the rest is told in script.h. */
#include <stdlib.h>
#include <string.h>

#include "imap/imap.h"
#include "tests/unit/imap/show.h"
#include "tests/unit/unit.h"
#include "tests/wire/script.h"

#define TAG "AAAAA" /* what seed 0 gives */

enum mode { WHOLE, BYTEWISE, RANDOM };

struct play {
	const char *file;
	int line;
	enum mode mode;
	GRand *rand;
	struct imap_settings settings;
	struct secret *secret;
	char *login;
	struct imap_session *s;
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

/* --- steps --- */

static void end_with(struct play *p, struct err *e)
{
	show_events(p->s, p->seen);
	if (e->cause != ERR_NONE) {
		show_error(e, p->seen);
		p->dead = true;
	}
	err_clear(e);
}

static void feed_one(struct play *p, const char *bytes, size_t n)
{
	struct err e = ERR_INIT;
	char *exact = g_memdup2(bytes, n);
	imap_feed(p->s, (struct str){ exact, n }, p->now, &e);
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
	struct str out = imap_pending(p->s);
	if (!str_eq(out, (struct str){ wanted->str, wanted->len }))
		complain(p, "wanted <%s>, got <%.*s>", wanted->str, (int)out.n, out.p ? out.p : "");
	if (out.n)
		imap_sent(p->s, out.n, p->now);
}

static void check_events(struct play *p, const GPtrArray *wanted)
{
	show_events(p->s, p->seen);
	for (unsigned i = 0; i < MAX(wanted->len, p->seen->len); i++) {
		const char *want = i < wanted->len ? g_ptr_array_index(wanted, i) : "(nothing)";
		const char *got = i < p->seen->len ? g_ptr_array_index(p->seen, i) : "(nothing)";
		if (strcmp(want, got))
			complain(p, "wanted <%s>, got <%s>", want, got);
	}
	g_ptr_array_set_size(p->seen, 0);
}

static uint32_t number(char **args, unsigned i)
{
	return g_strv_length(args) > i ? (uint32_t)strtoul(args[i], NULL, 10) : 0;
}

static struct str word(char **args, unsigned i)
{
	static const struct str none = { "", 0 };
	if (g_strv_length(args) <= i || !strcmp(args[i], "-"))
		return none;
	g_autofree char *raw = g_strconcat(args[i], "\\c", NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	script_unescape(raw, TAG, text);
	return unit_exact(text->str, text->len);
}

static void wait_for(struct play *p, int64_t ms)
{
	struct err e = ERR_INIT;
	p->now += ms;
	if (p->now < imap_deadline(p->s))
		return;
	imap_expired(p->s, p->now, &e);
	end_with(p, &e);
}

/* "1:3,7" */
static void set_of(const char *text, struct imap_set *out)
{
	g_auto(GStrv) items = g_strsplit(text, ",", -1);
	imap_set_init(out);
	for (char **i = items; *i; i++) {
		const char *colon = strchr(*i, ':');
		uint32_t first = (uint32_t)strtoul(*i, NULL, 10);
		imap_set_add(out, first, colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : first);
	}
}

/* Words from the i-th on: flags by their bits, the others as keywords. */
static uint32_t flags_of(char **a, unsigned i, GPtrArray *keywords)
{
	uint32_t flags = 0;
	for (; i < g_strv_length(a); i++) {
		flags |= msg_flag_bit(str_of(a[i]));
		if (!msg_flag_bit(str_of(a[i])))
			g_ptr_array_add(keywords, a[i]);
	}
	return flags;
}

static uint32_t store(struct imap_session *s, const struct imap_set *set, char **a)
{
	g_autoptr(GPtrArray) keywords = g_ptr_array_new();
	enum imap_store_how how = !strcmp(a[2], "+")   ? IMAP_STORE_ADD
				  : !strcmp(a[2], "-") ? IMAP_STORE_REMOVE
						       : IMAP_STORE_SET;
	uint32_t flags = flags_of(a, 3, keywords);
	return imap_store(s, set, how, flags, keywords);
}

static uint32_t numbers(struct imap_session *s, const struct imap_set *set)
{
	uint32_t seqs[16];
	unsigned n = 0;
	for (uint32_t i = 99; i && n < 16; i--)
		if (imap_set_has(set, i))
			seqs[n++] = i;
	return imap_fetch_numbers(s, seqs, n);
}

/* What takes a set as its first argument. */
static bool do_set_command(struct play *p, char **a)
{
	struct imap_session *s = p->s;
	const char *verb = a[0];
	struct imap_set set;
	uint32_t id = 0;
	set_of(a[1] ? a[1] : "", &set);
	if (!strcmp(verb, "rows-of"))
		id = imap_fetch_rows_set(s, &set);
	else if (!strcmp(verb, "identities"))
		id = imap_fetch_identities(s, &set);
	else if (!strcmp(verb, "structures"))
		id = imap_fetch_structures(s, &set);
	else if (!strcmp(verb, "parts"))
		id = imap_fetch_parts(s, &set, (const char *const *)a + 2);
	else if (!strcmp(verb, "numbers"))
		id = numbers(s, &set);
	else if (!strcmp(verb, "store"))
		id = store(s, &set, a);
	else if (!strcmp(verb, "copy"))
		id = imap_copy(s, &set, word(a, 2));
	else if (!strcmp(verb, "move"))
		id = imap_move(s, &set, word(a, 2));
	else if (!strcmp(verb, "expunge"))
		id = imap_expunge(s, &set);
	imap_set_clear(&set);
	return id;
}

static uint32_t resync(struct imap_session *s, char **a)
{
	struct imap_resync r = { number(a, 2), a[2] ? g_ascii_strtoull(a[3], NULL, 10) : 0, number(a, 4),
		number(a, 5) };
	return imap_select_resync(s, word(a, 1), false, a[2] ? &r : NULL);
}

static uint32_t append(struct imap_session *s, char **a)
{
	g_autoptr(GPtrArray) keywords = g_ptr_array_new();
	uint32_t replaced = !strcmp(a[0], "replace") ? number(a++, 1) : 0;
	uint32_t flags = flags_of(a, 4, keywords);
	if (replaced)
		return imap_replace(
			s, replaced, word(a, 1), flags, keywords, g_ascii_strtoll(a[2], NULL, 10), number(a, 3), false);
	return imap_append(s, word(a, 1), flags, keywords, g_ascii_strtoll(a[2], NULL, 10), number(a, 3),
		!strcmp(a[0], "append-utf8"));
}

static bool do_mailbox_command(struct play *p, char **a)
{
	struct imap_session *s = p->s;
	const char *verb = a[0];
	if (!strcmp(verb, "list-all"))
		return imap_list_all(s, word(a, 1), a[2] != NULL);
	if (!strcmp(verb, "resync"))
		return resync(s, a);
	if (g_str_has_prefix(verb, "append") || !strcmp(verb, "replace"))
		return append(s, a);
	if (!strcmp(verb, "changes"))
		return imap_fetch_changes(s, number(a, 1), number(a, 2), g_ascii_strtoull(a[3], NULL, 10));
	if (!strcmp(verb, "create"))
		return imap_create(s, word(a, 1), a[2] ? IMAP_ROLE_SENT : 0);
	if (!strcmp(verb, "delete"))
		return imap_delete(s, word(a, 1));
	if (!strcmp(verb, "rename"))
		return imap_rename(s, word(a, 1), word(a, 2));
	if (!strcmp(verb, "subscribe") || !strcmp(verb, "unsubscribe"))
		return imap_subscribe(s, word(a, 1), verb[0] == 's');
	if (!strcmp(verb, "quota"))
		return imap_quota(s, word(a, 1));
	if (!strcmp(verb, "rights"))
		return imap_rights(s, word(a, 1));
	if (!strcmp(verb, "notify"))
		return imap_notify(s, strcmp(a[1], "off"));
	return do_set_command(p, a);
}

static bool do_command(struct play *p, char **a)
{
	struct imap_session *s = p->s;
	const char *verb = a[0];
	if (!strcmp(verb, "list"))
		return imap_list(s, word(a, 1), word(a, 2));
	if (!strcmp(verb, "status"))
		return imap_status(s, word(a, 1));
	if (!strcmp(verb, "select") || !strcmp(verb, "examine"))
		return imap_select(s, word(a, 1), verb[0] == 'e');
	if (!strcmp(verb, "window"))
		return imap_fetch_window(s, number(a, 1), number(a, 2));
	if (!strcmp(verb, "rows"))
		return imap_fetch_rows(s, number(a, 1), number(a, 2));
	if (!strcmp(verb, "flags"))
		return imap_fetch_flags(s, number(a, 1), number(a, 2));
	if (!strcmp(verb, "structure"))
		return imap_fetch_structure(s, number(a, 1), number(a, 2));
	if (!strcmp(verb, "part"))
		return imap_fetch_part(s, number(a, 1), strcmp(a[2], "-") ? a[2] : "", number(a, 3), number(a, 4));
	static const struct {
		const char *verb;
		uint32_t (*call)(struct imap_session *s);
	} plain[] = { { "namespace", imap_namespace }, { "noop", imap_noop }, { "unselect", imap_unselect },
		{ "logout", imap_logout }, { "idle", imap_idle }, { "compress", imap_compress } };
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
		if (!strcmp(verb, plain[i].verb))
			return plain[i].call(s);
	return do_mailbox_command(p, a);
}

static void step(struct play *p, char **a)
{
	struct err e = ERR_INIT;
	const char *verb = a[0];
	if (!p->s)
		p->s = imap_new(&p->settings);
	if (!strcmp(verb, "connect")) {
		imap_connected(p->s, p->settings.security == IMAP_TLS, p->now);
	} else if (!strcmp(verb, "connect-plain")) {
		imap_connected(p->s, false, p->now);
	} else if (!strcmp(verb, "tls")) {
		if (!imap_wants_starttls(p->s))
			complain(p, "TLS is not wanted");
		imap_tls_started(p->s, p->now);
	} else if (!strcmp(verb, "eof")) {
		imap_eof(p->s, &e);
		end_with(p, &e);
	} else if (!strcmp(verb, "lost")) {
		imap_lost(p->s);
	} else if (!strcmp(verb, "close")) {
		if (!imap_wants_close(p->s))
			complain(p, "closing is not wanted");
	} else if (!strcmp(verb, "bind")) {
		imap_binding(p->s, (const unsigned char *)"0123456789abcdef0123456789abcdef", 32);
	} else if (!strcmp(verb, "feed")) {
		imap_append_feed(p->s, word(a, 1));
	} else if (!strcmp(verb, "deflate")) {
		if (!imap_wants_deflate(p->s))
			complain(p, "compression is not wanted");
		struct str rest = imap_deflate_started(p->s);
		struct str wanted = word(a, 1);
		if (!str_eq(rest, wanted))
			complain(p, "wanted <%s> to inflate, got <%.*s>", a[1], (int)rest.n, rest.p);
	} else if (!strcmp(verb, "done")) {
		imap_idle_done(p->s);
	} else if (!strcmp(verb, "doubt")) {
		imap_doubt(p->s, p->now);
	} else if (!strcmp(verb, "wait")) {
		wait_for(p, number(a, 1));
	} else if (!do_command(p, a)) {
		complain(p, "unknown: do %s", verb);
	}
	show_events(p->s, p->seen);
}

static const struct {
	const char *name;
	uint64_t cap;
} caps[] = { { "ENABLE", IMAP_CAP_ENABLE }, { "QRESYNC", IMAP_CAP_QRESYNC }, { "CONDSTORE", IMAP_CAP_CONDSTORE },
	{ "MOVE", IMAP_CAP_MOVE }, { "UIDPLUS", IMAP_CAP_UIDPLUS }, { "LIST-EXTENDED", IMAP_CAP_LIST_EXTENDED },
	{ "LIST-STATUS", IMAP_CAP_LIST_STATUS }, { "STATUS=SIZE", IMAP_CAP_STATUS_SIZE }, { "ID", IMAP_CAP_ID },
	{ "OBJECTID", IMAP_CAP_OBJECTID }, { "COMPRESS", IMAP_CAP_COMPRESS }, { "NOTIFY", IMAP_CAP_NOTIFY },
	{ "LITERAL+", IMAP_CAP_LITERAL_PLUS }, { "QUOTA", IMAP_CAP_QUOTA }, { "ACL", IMAP_CAP_ACL },
	{ "CREATE-SPECIAL-USE", IMAP_CAP_CREATE_SPECIAL_USE }, { "UNSELECT", IMAP_CAP_UNSELECT },
	{ "IDLE", IMAP_CAP_IDLE }, { "UTF8", IMAP_CAP_UTF8 }, { "UTF8_ONLY", IMAP_CAP_UTF8_ONLY },
	{ "LIST-MYRIGHTS", IMAP_CAP_LIST_MYRIGHTS }, { "REPLACE", IMAP_CAP_REPLACE } };

static uint64_t caps_of(char **words)
{
	uint64_t found = 0;
	for (; *words; words++)
		for (size_t i = 0; i < G_N_ELEMENTS(caps); i++)
			if (!strcmp(*words, caps[i].name))
				found |= caps[i].cap;
	return found;
}

static void show_bad(const struct imap_session *s, GString *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(caps); i++)
		if (imap_caps_found_bad(s) & caps[i].cap)
			g_string_append_printf(out, "%s%s", out->len ? " " : "", caps[i].name);
}

static void show_mechanism(const struct imap_session *s, GString *out)
{
	bool weaker;
	enum sasl_mechanism m = imap_mechanism(s, &weaker);
	g_string_append_printf(out, "%s%s", m == SASL_COMMAND ? "command" : sasl_name(m), weaker ? " weaker" : "");
}

static void show_permanent(const struct imap_mailbox *box, GString *out)
{
	g_string_append_printf(out, "%s %x%s", box->permanent_known ? "told" : "assumed", box->permanent_flags,
		box->permanent_new ? " new" : "");
	for (unsigned i = 0; i < box->permanent_keywords->len; i++)
		g_string_append_printf(out, " +%s", (char *)g_ptr_array_index(box->permanent_keywords, i));
}

static void show_state(const struct play *p, const char *what, GString *out)
{
	const struct imap_mailbox *box = imap_selected(p->s);
	if (!strcmp(what, "bad"))
		show_bad(p->s, out);
	else if (!strcmp(what, "mechanism"))
		show_mechanism(p->s, out);
	else if (!strcmp(what, "qresync"))
		g_string_append(out, imap_enabled_qresync(p->s) ? "yes" : "no");
	else if (!strcmp(what, "room"))
		g_string_append_printf(out, "%zu", imap_append_room(p->s));
	else if (!strcmp(what, "utf8"))
		g_string_append(out, imap_enabled_utf8(p->s) ? "yes" : "no");
	else if (box && !strcmp(what, "mailboxid"))
		g_string_append(out, box->mailboxid ? box->mailboxid : "none");
	else if (box && !strcmp(what, "permanent"))
		show_permanent(box, out);
	else if (box && !strcmp(what, "modseq"))
		g_string_append_printf(out, "%" G_GUINT64_FORMAT "%s%s", box->highestmodseq,
			box->nomodseq ? " none" : "", box->resynced ? " resynced" : "");
	else
		g_string_append(out, "(unknown word)");
}

static void check_state(struct play *p, char **a)
{
	g_autoptr(GString) more = g_string_new(NULL);
	show_state(p, a[0], more);
	const struct imap_mailbox *box = imap_selected(p->s);
	g_autofree char *state = box ? g_strdup_printf("%u %u %u %s", box->exists, box->uidvalidity, box->uidnext,
					       box->readonly ? "ro" : "rw")
				     : g_strdup("none");
	g_autofree char *wanted = g_strjoinv(" ", a + 1);
	const char *got = !strcmp(a[0], "box")      ? state
			  : !strcmp(a[0], "caps")   ? imap_caps_text(p->s)
			  : !strcmp(a[0], "idling") ? (imap_idling(p->s) ? "yes" : "no")
						    : more->str;
	if (strcmp(got, wanted))
		complain(p, "wanted %s <%s>, got <%s>", a[0], wanted, got);
}

static void set(struct play *p, char **a)
{
	g_autofree char *value = a[1] ? g_strjoinv(" ", a + 1) : g_strdup("");
	if (!strcmp(a[0], "security"))
		p->settings.security = !strcmp(value, "tls")        ? IMAP_TLS
				       : !strcmp(value, "starttls") ? IMAP_STARTTLS
								    : IMAP_INSECURE;
	else if (!strcmp(a[0], "auth"))
		p->settings.auth |= SASL_BIT(!strcmp(value, "login") ? SASL_COMMAND : sasl_of_name(str_of(value)));
	else if (!strcmp(a[0], "last"))
		p->settings.last = sasl_of_name(str_of(value));
	else if (!strcmp(a[0], "token"))
		p->settings.token = true;
	else if (!strcmp(a[0], "nonce"))
		p->settings.nonce = "fyko+d2lbbFgONRv9qkxdawL";
	else if (!strcmp(a[0], "no-secret"))
		p->settings.secret = NULL;
	else if (!strcmp(a[0], "known"))
		p->settings.known_caps = caps_of(a + 1);
	else if (!strcmp(a[0], "off"))
		p->settings.caps_off = caps_of(a + 1);
	else if (!strcmp(a[0], "id"))
		p->settings.id = true;
	else if (!strcmp(a[0], "secret")) {
		secret_free(p->secret);
		p->secret = secret_new(str_of(value));
		p->settings.secret = p->secret;
	} else if (!strcmp(a[0], "login")) {
		g_free(p->login);
		p->login = g_steal_pointer(&value);
		p->settings.login = p->login;
	} else {
		complain(p, "unknown: set %s", a[0]);
	}
}

/* --- the file --- */

static void play_block(struct play *p, char **lines, int *i)
{
	char kind = script_kind(lines[*i]);
	g_autoptr(GString) joined = g_string_new(NULL);
	g_autoptr(GPtrArray) each = g_ptr_array_new();
	script_block(lines, i, TAG, joined, each);
	if (kind == 'C') {
		check_sent(p, joined);
	} else if (kind == 'E') {
		check_events(p, each);
	} else if (kind == 'S') {
		g_autoptr(GString) nothing = g_string_new(NULL);
		check_sent(p, nothing);
		feed(p, joined);
	} else {
		complain(p, "unknown line");
	}
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
	g_auto(GStrv) lines = script_lines("", file);
	struct play p = { .file = file, .mode = mode, .rand = g_rand_new_with_seed(seed), .now = 1000 };
	p.seen = g_ptr_array_new_with_free_func(g_free);
	p.login = g_strdup("fred");
	p.secret = secret_new(STR("pass word"));
	p.settings = (struct imap_settings){ .login = p.login, .secret = p.secret, .who = "test" };
	play_lines(&p, lines);
	imap_free(p.s);
	secret_free(p.secret);
	g_free(p.login);
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
	msg_init();
	script_add_all("", 25, play_all_ways);
}
