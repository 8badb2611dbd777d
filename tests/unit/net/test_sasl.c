/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

#include <string.h>

#include "net/net.h"
#include "tests/unit/unit.h"

#define SHA1_NONCE "fyko+d2lbbFgONRv9qkxdawL"
#define SHA256_NONCE "rOprNGfwEbeRWgbNEkqO"
#define SHA256_BOTH SHA256_NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SHA256_OFFER "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static const unsigned char binding[SASL_BINDING_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

static char *plain(const char *login, const char *password, size_t cap)
{
	struct secret *s = secret_new(unit_str(password));
	struct buf out;
	buf_init(&out, cap);
	int rc = sasl_plain(login, s, &out);
	secret_free(s);
	char *text = rc < 0 ? NULL : str_dup(buf_str(&out));
	buf_clear(&out);
	return text;
}

static void plain_of_the_rfc_is_encoded(void)
{
	g_autofree char *text = plain("tim", "tanstaaftanstaaf", 100);
	g_assert_cmpstr(text, ==, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}

static void plain_of_any_length_decodes(void)
{
	GString *word = g_string_new(NULL);
	for (unsigned i = 0; i < 40; i++, g_string_append_c(word, (char)('a' + i % 26))) {
		g_autofree char *text = plain("grün@example.org", word->str, 200);
		gsize n;
		g_autofree guchar *raw = g_base64_decode(text, &n);
		g_autofree char *want = g_strdup_printf("|grün@example.org|%s", word->str);
		g_assert_cmpuint(n, ==, strlen(want));
		for (gsize k = 0; k < n; k++)
			raw[k] = raw[k] ? raw[k] : '|';
		g_assert_cmpmem(raw, n, want, strlen(want));
	}
	g_string_free(word, TRUE);
}

static void plain_past_the_cap_fails(void)
{
	g_assert_null(plain("tim", "tanstaaftanstaaf", 27));
	g_autofree char *long_login = g_strnfill(SECRET_MAX + 1, 'x');
	g_assert_null(plain(long_login, "x", 100000));
}

static void plain_goes_behind_what_is_there(void)
{
	struct secret *s = secret_new(STR("b"));
	struct buf out;
	buf_init(&out, 100);
	buf_add_str(&out, STR("AUTH "));
	g_assert_cmpint(sasl_plain("a", s, &out), ==, 0);
	g_assert_true(str_is(buf_str(&out), "AUTH AGEAYg=="));
	buf_clear(&out);
	secret_free(s);
}

/* --- exchanges; both sides are written in the clear here --- */

struct turn {
	const char *server; /* NULL: the client's initial response */
	const char *client; /* NULL: the exchange fails here */
};

struct talk {
	enum sasl_mechanism m;
	const char *login, *secret;
	const char *nonce;
	bool bound;       /* the connection has a binding */
	uint32_t offered; /* beside m */
	struct turn turns[6];
	enum err_cause cause;  /* of the failing turn */
	const char *words;     /* of it */
	bool not_yet_accepted; /* a success now is none */
};

static char *to_base64(const char *text)
{
	return g_base64_encode((const guchar *)text, strlen(text));
}

static struct sasl *open_talk(const struct talk *t, struct err *e)
{
	struct secret *word = secret_new(unit_str(t->secret));
	struct sasl_settings set = {
		.login = t->login,
		.secret = word,
		.host = "server.example.com",
		.port = 143,
		.binding = t->bound ? binding : NULL,
		.offered = t->offered | SASL_BIT(t->m),
		.nonce = t->nonce,
	};
	struct sasl *s = sasl_new(t->m, &set, e);
	secret_free(word);
	return s;
}

/* What the client answers, decoded; NULL: *e. */
static char *answer(struct sasl *s, const char *server, struct err *e)
{
	struct buf out;
	gsize n = 0;
	buf_init(&out, 100000);
	g_autofree char *code = to_base64(server ? server : "");
	int rc = server ? sasl_step(s, unit_str(code), &out, e) : sasl_start(s, &out, e);
	g_autofree char *text = buf_steal(&out);
	g_autofree char *raw = (char *)g_base64_decode(text, &n);
	for (gsize i = 0; i < n; i++)
		raw[i] = raw[i] == '\1' || !raw[i] ? '|' : raw[i];
	return rc ? NULL : g_strndup(raw, n);
}

static void follow(const struct talk *t)
{
	struct err e = ERR_INIT;
	struct sasl *s = open_talk(t, &e);
	g_assert_nonnull(s);
	g_assert_cmpint(sasl_accepted(s, &e), ==, -1);
	for (const struct turn *at = t->turns; at->server || at->client; at++) {
		err_clear(&e);
		g_autofree char *said = answer(s, at->server, &e);
		g_assert_cmpstr(said, ==, at->client);
		g_assert_cmpint(e.cause, ==, at->client ? ERR_NONE : t->cause);
		if (!said)
			g_test_message("%s", e.text);
		if (!at->client && t->words)
			g_assert_true(strstr(e.text, t->words) || g_strcmp0(e.server, t->words) == 0);
	}
	err_clear(&e);
	g_assert_cmpint(sasl_accepted(s, &e), ==, t->cause || t->not_yet_accepted ? -1 : 0);
	sasl_free(s);
	err_clear(&e);
}

static void follow_all(const struct talk *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		follow(&t[i]);
}

/* The examples of RFC 5802 5 and RFC 7677 3, with and without an initial response. */
static void scram_of_the_rfcs_is_spoken(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_1, "user", "pencil", SHA1_NONCE,
			.turns = { { "", "n,,n=user,r=" SHA1_NONCE },
				{ "r=" SHA1_NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
					"c=biws,r=" SHA1_NONCE "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=" },
				{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "" } } },
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE,
			.turns = { { NULL, "n,,n=user,r=" SHA256_NONCE },
				{ SHA256_OFFER,
					"c=biws,r=" SHA256_BOTH ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" },
				{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "" } } },
		/* The server has overlooked the initial response. */
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE,
			.turns = { { NULL, "n,,n=user,r=" SHA256_NONCE }, { "", "n,,n=user,r=" SHA256_NONCE },
				{ SHA256_OFFER,
					"c=biws,r=" SHA256_BOTH ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" },
				{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,later=1", "" } } },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

/* tls-exporter (RFC 9266); the values are those of Python's hashlib and hmac. */
static void scram_is_bound_to_the_connection(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_256_PLUS, "user", "pencil", SHA256_NONCE, .bound = true,
			.turns = { { NULL, "p=tls-exporter,,n=user,r=" SHA256_NONCE },
				{ SHA256_OFFER, "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
						",r=" SHA256_BOTH ",p=QC6CS20quADQRb3mT99YUH+n3VJxUvzuK0K0E1Vrs2M=" },
				{ "v=2GiAgapEppLVlUXbxUDksL3VgYHzuqiK5tR4mhJGgvs=", "" } } },
		{ SASL_SCRAM_SHA_1_PLUS, "user", "pencil", SHA1_NONCE, .bound = true,
			.turns = { { NULL, "p=tls-exporter,,n=user,r=" SHA1_NONCE },
				{ "r=" SHA1_NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
					"c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
					",r=" SHA1_NONCE "3rfcNHYJY1ZVvWVs7j,p=i0z2xFi+ITaJvbLXpcWyruGx26U=" },
				{ "v=YgmPUhdXTCPY9I7+PKzEdnp1cdo=", "" } } },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

/* y: we could, and you seem not to. n: we cannot, or you can and it went wrong before. */
static void scram_tells_that_it_could_be_bound(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE, .bound = true,
			.turns = { { NULL, "y,,n=user,r=" SHA256_NONCE },
				{ SHA256_OFFER,
					"c=eSws,r=" SHA256_BOTH ",p=FoqiHTtQEDE8lz1CdaEe3tK4mS+iMDTl77SPyDS53DY=" },
				{ "v=dI4KpiQJwBr1+V+K6U1dA6l6I4I9DUNXWND4pcpRU3U=", "" } } },
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE, .bound = true,
			.offered = SASL_BIT(SASL_SCRAM_SHA_1_PLUS), .turns = { { NULL, "n,,n=user,r=" SHA256_NONCE } },
			.not_yet_accepted = true },
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE, .offered = SASL_BIT(SASL_SCRAM_SHA_256_PLUS),
			.turns = { { NULL, "n,,n=user,r=" SHA256_NONCE } }, .not_yet_accepted = true },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

static void scram_prepares_login_and_password(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_256, "a=b,c", "I\u00adX\u2168", SHA256_NONCE,
			.turns = { { NULL, "n,,n=a=3Db=2Cc,r=" SHA256_NONCE },
				{ "r=" SHA256_NONCE "xyz,s=c2FsdA==,i=5000",
					"c=biws,r=" SHA256_NONCE "xyz,p=25QZXDRlwNWkyQhYR6Ygy4gIFRD7KcYTk5Ho0dZJPhI=" },
				{ "v=EDv14ZxEzZTDknq8iUXCJ+WXPyYT6o4TrgOUviWKQOs=", "" } } },
		{ SASL_SCRAM_SHA_1, "gr\u00fc\u00adn", "x", SHA1_NONCE,
			.turns = { { NULL, "n,,n=gr\u00fcn,r=" SHA1_NONCE } }, .not_yet_accepted = true },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

static void a10_hostile_offer_gets_no_proof(void)
{
	static const struct {
		const char *offer;
		enum err_cause cause;
		const char *words;
	} rows[] = {
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1", ERR_PROTOCOL, "wants '1' rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095", ERR_PROTOCOL, "wants '4095' rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001", ERR_PROTOCOL, "4096 to 1000000" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2147483647", ERR_PROTOCOL, "rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999999999999", ERR_PROTOCOL, "rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-5000", ERR_PROTOCOL, "rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=", ERR_PROTOCOL, "wants '' rounds" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=+4096", ERR_PROTOCOL, "rounds" },
		{ "r=" SHA256_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ERR_PROTOCOL, "nonce is foreign" },
		{ "r=x" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ERR_PROTOCOL, "nonce is foreign" },
		{ "r=abcdefgh,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ERR_PROTOCOL, "nonce is foreign" },
		{ "r=" SHA256_NONCE "\x7f,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_NONCE " ,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_BOTH ",s=,i=4096", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_BOTH ",s=not base64,i=4096", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ=,i=4096", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_BOTH ",i=4096,s=W22ZaJ0SNY7soEsUEjb6gQ==", ERR_PROTOCOL, "malformed" },
		{ "r=" SHA256_BOTH, ERR_PROTOCOL, "malformed" },
		{ "x", ERR_PROTOCOL, "malformed" },
		{ "", ERR_PROTOCOL, "malformed" },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ERR_PROTOCOL, "malformed" },
		{ "m=new," SHA256_OFFER, ERR_LACKING, "extension" },
		{ "e=unknown-user", ERR_AUTH, "unknown-user" },
		{ "e=no-resources", ERR_NET, "no-resources" },
		{ "e=unsupported-channel-binding-type", ERR_LACKING, "cannot do this" },
		{ "e=\x1b[31mred", ERR_AUTH, "\uFFFD[31mred" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct talk t = { SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE, .cause = rows[i].cause,
			.words = rows[i].words };
		t.turns[0] = (struct turn){ "", "n,,n=user,r=" SHA256_NONCE };
		t.turns[1] = (struct turn){ rows[i].offer, NULL };
		follow(&t);
	}
}

static void a10_server_must_prove_that_it_knows_the_password(void)
{
	static const struct {
		const char *last;
		enum err_cause cause;
		const char *words;
	} rows[] = {
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=", ERR_PROTOCOL, "does not prove" },
		{ "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ERR_PROTOCOL, "does not prove" },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9", ERR_PROTOCOL, "does not prove" },
		{ "v=", ERR_PROTOCOL, "does not prove" },
		{ "", ERR_PROTOCOL, "does not prove" },
		{ "OK", ERR_PROTOCOL, "does not prove" },
		{ SHA256_OFFER, ERR_PROTOCOL, "does not prove" },
		{ "e=invalid-proof", ERR_AUTH, "invalid-proof" },
		{ "e=other-error", ERR_AUTH, "other-error" },
		{ "e=channel-bindings-dont-match", ERR_PROTOCOL, "somebody stands between" },
		{ "e=server-does-support-channel-binding", ERR_PROTOCOL, "somebody stands between" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct talk t = { SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE, .cause = rows[i].cause,
			.words = rows[i].words };
		t.turns[0] = (struct turn){ "", "n,,n=user,r=" SHA256_NONCE };
		t.turns[1] = (struct turn){ SHA256_OFFER,
			"c=biws,r=" SHA256_BOTH ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" };
		t.turns[2] = (struct turn){ rows[i].last, NULL };
		if (i + 1 < G_N_ELEMENTS(rows)) {
			follow(&t);
			continue;
		}
		/* Without a last word it is no success either. */
		t.cause = ERR_NONE;
		t.turns[2] = (struct turn){ 0 };
		t.not_yet_accepted = true;
		follow(&t);
	}
}

static void a10_rounds_and_challenges_are_capped(void)
{
	struct err e = ERR_INIT;
	struct talk t = { SASL_CRAM_MD5, "tim", "tanstaaftanstaaf", .nonce = NULL };
	struct buf out;
	buf_init(&out, 1000);
	g_autofree char *mega = g_strnfill(1 << 20, 'A');
	struct sasl *s = open_talk(&t, &e);
	g_assert_cmpint(sasl_step(s, (struct str){ mega, 1 << 20 }, &out, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	for (int i = 1; i < SASL_ROUNDS_MAX; i++) {
		g_assert_cmpint(sasl_step(s, STR("****"), &out, &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
	}
	g_assert_cmpint(sasl_step(s, STR("PDE+"), &out, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	g_assert_cmpuint(out.n, ==, 0);
	sasl_free(s);
	t.m = SASL_SCRAM_SHA_1;
	t.nonce = SHA1_NONCE;
	s = open_talk(&t, &e);
	g_assert_cmpint(sasl_start(s, &out, &e), ==, 0);
	g_autofree char *offer = g_strnfill(SASL_CHALLENGE_MAX, 'A');
	g_assert_cmpint(sasl_step(s, (struct str){ offer, SASL_CHALLENGE_MAX }, &out, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
	sasl_free(s);
	buf_clear(&out);
	err_clear(&e);
}

/* The example of RFC 2195 2, and a password longer than MD5's block, whose digest holds a NUL. */
static void a10_cram_of_the_rfc_is_spoken(void)
{
	static const struct talk talks[] = {
		{ SASL_CRAM_MD5, "tim", "tanstaaftanstaaf", NULL,
			.turns = { { "<1896.697170952@postoffice.reston.mci.net>",
				"tim b913a602c7eda7a495b4e6e7334d3890" } } },
		{ SASL_CRAM_MD5, "tim", "012345678901234567890123456789012345678901234567890123456789abcdefgh65", NULL,
			.turns = { { "<1@x>", "tim 9f589207b12ffc82fdd235ff289de13a" } } },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

static void a10_cram_wants_a_challenge(void)
{
	static const struct talk talks[] = {
		{ SASL_CRAM_MD5, "tim", "x", NULL, .turns = { { "", NULL } }, .cause = ERR_PROTOCOL, .words = "empty" },
	};
	static const char *const bad[] = { "<1896.697170952@x>", "PDE", "PDE+=", "PD=+", "====", "PDE+\r",
		"P\xc3\xa4++" };
	follow_all(talks, G_N_ELEMENTS(talks));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct err e = ERR_INIT;
		struct buf out;
		buf_init(&out, 1000);
		struct sasl *s = open_talk(talks, &e);
		g_assert_cmpint(sasl_step(s, unit_str(bad[i]), &out, &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
		g_assert_cmpuint(out.n, ==, 0);
		sasl_free(s);
		err_clear(&e);
	}
}

static void simple_mechanisms_send_login_and_secret(void)
{
	static const struct talk talks[] = {
		{ SASL_PLAIN, "tim", "pw", NULL, .turns = { { NULL, "|tim|pw" } } },
		{ SASL_PLAIN, "tim", "pw", NULL, .turns = { { "", "|tim|pw" } } },
		{ SASL_PLAIN, "tim", "pw", NULL, .turns = { { NULL, "|tim|pw" }, { "go on", "|tim|pw" } } },
		{ SASL_LOGIN, "tim", "pw", NULL, .turns = { { "Username:", "tim" }, { "Password:", "pw" } } },
		{ SASL_LOGIN, "tim", "pw", NULL, .turns = { { "", "tim" } }, .not_yet_accepted = true },
		{ SASL_EXTERNAL, "tim", "", NULL, .turns = { { NULL, "" } } },
		{ SASL_EXTERNAL, "tim", "", NULL, .turns = { { "", "" } } },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

static void a10_more_challenges_than_due_end_it(void)
{
	static const struct talk talks[] = {
		{ SASL_PLAIN, "tim", "pw", NULL, .turns = { { "", "|tim|pw" }, { "", NULL } }, .cause = ERR_PROTOCOL },
		{ SASL_PLAIN, "tim", "pw", NULL, .turns = { { NULL, "|tim|pw" }, { "", "|tim|pw" }, { "", NULL } },
			.cause = ERR_PROTOCOL },
		{ SASL_LOGIN, "tim", "pw", NULL, .turns = { { "", "tim" }, { "", "pw" }, { "", NULL } },
			.cause = ERR_PROTOCOL },
		{ SASL_CRAM_MD5, "tim", "tanstaaftanstaaf", NULL,
			.turns = { { "<1896.697170952@postoffice.reston.mci.net>",
					   "tim b913a602c7eda7a495b4e6e7334d3890" },
				{ "<2@x>", NULL } },
			.cause = ERR_PROTOCOL },
		{ SASL_SCRAM_SHA_256, "user", "pencil", SHA256_NONCE,
			.turns = { { NULL, "n,,n=user,r=" SHA256_NONCE }, { "", "n,,n=user,r=" SHA256_NONCE },
				{ "", NULL } },
			.cause = ERR_PROTOCOL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(talks); i++) {
		struct err e = ERR_INIT;
		struct sasl *s = open_talk(&talks[i], &e);
		for (const struct turn *at = talks[i].turns; at->server || at->client; at++) {
			g_autofree char *said = answer(s, at->server, &e);
			g_assert_cmpstr(said, ==, at->client);
		}
		g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
		sasl_free(s);
		err_clear(&e);
	}
}

/* The example of RFC 7628 4.1; XOAUTH2 as its vendors write it. */
static void token_is_borne(void)
{
	static const struct talk talks[] = {
		{ SASL_OAUTHBEARER, "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", NULL,
			.turns = { { NULL, "n,a=user@example.com,|host=server.example.com|port=143|auth=Bearer "
					   "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==||" } } },
		{ SASL_OAUTHBEARER, "a=b,c", "tok", NULL,
			.turns = { { "", "n,a=a=3Db=2Cc,|host=server.example.com|port=143|auth=Bearer tok||" } } },
		{ SASL_XOAUTH2, "someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", NULL,
			.turns = { { NULL, "user=someuser@example.com|auth=Bearer "
					   "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg||" } } },
		{ SASL_XOAUTH2, "u", "tok", NULL,
			.turns = { { NULL, "user=u|auth=Bearer tok||" }, { "", "user=u|auth=Bearer tok||" } } },
	};
	follow_all(talks, G_N_ELEMENTS(talks));
}

static void a09_reason_against_a_token_is_answered_and_kept(void)
{
	static const struct {
		enum sasl_mechanism m;
		const char *reason, *reply, *kept;
	} rows[] = {
		{ SASL_XOAUTH2, "{\"status\":\"400\"}", "", "{\"status\":\"400\"}" },
		{ SASL_OAUTHBEARER, "{\"status\":\"invalid_token\"}", "|", "{\"status\":\"invalid_token\"}" },
		{ SASL_OAUTHBEARER, "a\x1b[31m\r\nb", "|", "a\uFFFD[31m b" },
		{ SASL_XOAUTH2, "no canary here", "", NULL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct err e = ERR_INIT;
		struct talk t = { rows[i].m, "u", "canary", .nonce = NULL };
		struct sasl *s = open_talk(&t, &e);
		g_autofree char *first = answer(s, "", &e);
		g_autofree char *reply = answer(s, rows[i].reason, &e);
		g_assert_nonnull(first);
		g_assert_cmpstr(reply, ==, rows[i].reply);
		g_assert_cmpstr(sasl_reason(s), ==, rows[i].kept);
		g_assert_cmpint(sasl_accepted(s, &e), ==, -1);
		g_assert_null(answer(s, "more", &e));
		g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
		sasl_free(s);
		err_clear(&e);
	}
}

static void what_cannot_be_sent_is_refused_before(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_256, "us\ner", "x", SHA256_NONCE, .words = "login" },
		{ SASL_SCRAM_SHA_256, "user", "x\x07y", SHA256_NONCE, .words = "password" },
		{ SASL_SCRAM_SHA_256, "user", "\xff", SHA256_NONCE, .words = "password" },
		{ SASL_SCRAM_SHA_256, "\xc3", "x", SHA256_NONCE, .words = "login" },
		{ SASL_SCRAM_SHA_256, "user", "\u00ad", SHA256_NONCE, .words = "password" },
		{ SASL_SCRAM_SHA_256, "user", "", SHA256_NONCE, .words = "empty" },
		{ SASL_PLAIN, "user", "", NULL, .words = "empty" },
		{ SASL_XOAUTH2, "a\1b", "tok", NULL, .words = "login" },
		{ SASL_XOAUTH2, "a", "tok\1auth", NULL, .words = "token" },
		{ SASL_OAUTHBEARER, "a", "t k", NULL, .words = "token" },
		{ SASL_CRAM_MD5, "a\nb", "x", NULL, .words = "login" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(talks); i++) {
		struct err e = ERR_INIT;
		g_assert_null(open_talk(&talks[i], &e));
		g_assert_cmpint(e.cause, ==, ERR_INPUT);
		g_assert_nonnull(strstr(e.text, talks[i].words));
		err_clear(&e);
	}
}

static void scram_without_binding_or_nonce_is_a_bug(void)
{
	static const struct talk talks[] = {
		{ SASL_SCRAM_SHA_256_PLUS, "user", "x", .nonce = SHA256_NONCE },
		{ SASL_SCRAM_SHA_1_PLUS, "user", "x", .nonce = SHA1_NONCE },
		{ SASL_SCRAM_SHA_256, "user", "x", .nonce = NULL },
		{ SASL_SCRAM_SHA_256, "user", "x", .nonce = "" },
		{ SASL_SCRAM_SHA_256, "user", "x", .nonce = "a,b" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(talks); i++) {
		struct err e = ERR_INIT;
		g_assert_null(open_talk(&talks[i], &e));
		g_assert_cmpint(e.cause, ==, ERR_BUG);
		err_clear(&e);
	}
}

static char *fingerprint(const char *word, const char *salt)
{
	struct secret *s = secret_new(unit_str(word));
	char *hex = sasl_fingerprint(s, unit_str(salt));
	secret_free(s);
	return hex;
}

/* The value is that of Python's hashlib.pbkdf2_hmac. */
static void fingerprint_depends_on_secret_and_salt(void)
{
	g_autofree char *one = fingerprint("tanstaaf", "0123abcd");
	g_autofree char *two = fingerprint("tanstaag", "0123abcd");
	g_autofree char *three = fingerprint("tanstaaf", "0123abce");
	g_assert_cmpstr(one, ==, "342b9e9f094c439ae42b9e97407339a9fe0ba5af8fe809344d92037443ad5f84");
	g_assert_cmpstr(one, !=, two);
	g_assert_cmpstr(one, !=, three);
}

static void random_octets_differ(void)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };
	net_random(a, sizeof(a));
	net_random(b, sizeof(b));
	g_assert_cmpint(memcmp(a, b, sizeof(a)), !=, 0);
	b[0] = 7;
	net_random(b, 0);
	g_assert_cmpint(b[0], ==, 7);
}

void suite(void)
{
	unit_add(plain_of_the_rfc_is_encoded);
	unit_add(plain_of_any_length_decodes);
	unit_add(plain_past_the_cap_fails);
	unit_add(plain_goes_behind_what_is_there);
	unit_add(scram_of_the_rfcs_is_spoken);
	unit_add(scram_is_bound_to_the_connection);
	unit_add(scram_tells_that_it_could_be_bound);
	unit_add(scram_prepares_login_and_password);
	unit_add(a10_hostile_offer_gets_no_proof);
	unit_add(a10_server_must_prove_that_it_knows_the_password);
	unit_add(a10_rounds_and_challenges_are_capped);
	unit_add(a10_cram_of_the_rfc_is_spoken);
	unit_add(a10_cram_wants_a_challenge);
	unit_add(simple_mechanisms_send_login_and_secret);
	unit_add(a10_more_challenges_than_due_end_it);
	unit_add(token_is_borne);
	unit_add(a09_reason_against_a_token_is_answered_and_kept);
	unit_add(what_cannot_be_sent_is_refused_before);
	unit_add(scram_without_binding_or_nonce_is_a_bug);
	unit_add(fingerprint_depends_on_secret_and_salt);
	unit_add(random_octets_differ);
}
