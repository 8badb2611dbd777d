/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/utf8.h"
#include "net/internal.h"

#define SASL_FINGERPRINT_ROUNDS 300000
#define SASL_FINGERPRINT_SIZE 32
#define SASL_REASON_MAX 500 /* octets of a server's reason that are kept */
#define SASL_BINDING_NAME "p=tls-exporter,,"

enum stage {
	STAGE_START,
	STAGE_FIRST, /* the first message is sent; of LOGIN the name */
	STAGE_FINAL, /* SCRAM: the proof is sent, the server's is awaited */
	STAGE_DONE,
};

struct sasl {
	enum sasl_mechanism m;
	enum stage stage;
	unsigned challenges;
	bool initial; /* the first message went before any challenge */
	bool refused; /* the server's reason against the token has come */
	char *login;
	struct secret *secret;
	char *host;
	uint16_t port;
	char *nonce;
	char *gs2; /* SCRAM's header: whether and how the connection is bound */
	unsigned char binding[SASL_BINDING_SIZE];
	unsigned char wanted[EVP_MAX_MD_SIZE]; /* the server's signature */
	char *reason;
};

/* --- base64 --- */

static int broken(struct err *e, const char *why)
{
	return err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_NEVER, "%s", why);
}

/* Encoding in steps: the secret is never copied in the clear. */
static int put(struct buf *out, const struct str *pieces, size_t n)
{
	size_t total = 0, len = 0;
	int state = 0, save = 0;
	for (size_t i = 0; i < n; i++)
		total += pieces[i].n;
	size_t cap = (total / 3 + 1) * 4 + 4;
	char *text = g_malloc(cap);
	for (size_t i = 0; i < n; i++)
		len += g_base64_encode_step((const guchar *)pieces[i].p, pieces[i].n, FALSE, text + len, &state, &save);
	len += g_base64_encode_close(FALSE, text + len, &state, &save);
	int rc = buf_add(out, text, len);
	explicit_bzero(text, cap);
	explicit_bzero(&save, sizeof(save));
	g_free(text);
	return rc;
}

static int put_all(struct buf *out, const struct str *pieces, size_t n, struct err *e)
{
	if (!put(out, pieces, n))
		return 0;
	return err_set(e, ERR_ACCOUNT, ERR_LIMIT, ERR_NEVER, "the login is too long");
}

/* RFC 4648 4, strict in alphabet, length and padding. Octets and a NUL behind them; NULL: it is something else. */
static char *decode(struct str text, size_t *n_out)
{
	size_t pads = 0;
	while (pads < 2 && pads < text.n && text.p[text.n - 1 - pads] == '=')
		pads++;
	for (size_t i = 0; i < text.n - pads; i++)
		if (!g_ascii_isalnum(text.p[i]) && text.p[i] != '+' && text.p[i] != '/')
			return NULL;
	if (text.n % 4)
		return NULL;
	int state = 0;
	guint save = 0;
	char *out = g_malloc(text.n / 4 * 3 + 1);
	*n_out = g_base64_decode_step(text.p, text.n, (guchar *)out, &state, &save);
	out[*n_out] = 0;
	return out;
}

/* --- PLAIN, LOGIN, EXTERNAL --- */

int sasl_plain(const char *login, const struct secret *password, struct buf *out)
{
	const struct str pieces[] = { STR("\0"), str_of(login), STR("\0"), secret_bytes(password) };
	if (pieces[1].n > SECRET_MAX || (pieces[3].n && memchr(pieces[3].p, 0, pieces[3].n)))
		return -1;
	return put(out, pieces, G_N_ELEMENTS(pieces));
}

static int login_step(struct sasl *s, struct buf *out, struct err *e)
{
	bool name = s->stage == STAGE_START;
	struct str word = name ? str_of(s->login) : secret_bytes(s->secret);
	s->stage = name ? STAGE_FIRST : STAGE_DONE;
	return put_all(out, &word, 1, e);
}

/* --- CRAM-MD5 --- */

static int cram_step(struct sasl *s, struct str challenge, struct buf *out, struct err *e)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t text_n = 0;
	g_autofree char *text = decode(challenge, &text_n);
	struct str word = secret_bytes(s->secret);
	if (!text || !text_n)
		return broken(e, "the server's challenge is empty or no base64");
	if (!HMAC(EVP_md5(), word.p, (int)word.n, (const unsigned char *)text, text_n, digest, &n))
		return err_set(e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER, "MD5 is switched off on this machine");
	GString *answer = g_string_new(s->login);
	g_string_append_c(answer, ' ');
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(answer, "%02x", digest[i]);
	const struct str piece = { answer->str, answer->len };
	int rc = put_all(out, &piece, 1, e);
	g_string_free(answer, TRUE);
	s->stage = STAGE_DONE;
	return rc;
}

/* --- SCRAM (RFC 5802, 7677) --- */

static bool is_scram(enum sasl_mechanism m)
{
	return SASL_SCRAM & SASL_BIT(m);
}

static const EVP_MD *scram_digest(const struct sasl *s)
{
	bool sha1 = s->m == SASL_SCRAM_SHA_1 || s->m == SASL_SCRAM_SHA_1_PLUS;
	return sha1 ? EVP_sha1() : EVP_sha256();
}

/* A name with the two characters that divide a message written in another way. */
static char *scram_name(const char *login)
{
	GString *out = g_string_new(NULL);
	for (const char *p = login; *p; p++)
		if (*p == '=' || *p == ',')
			g_string_append(out, *p == '=' ? "=3D" : "=2C");
		else
			g_string_append_c(out, *p);
	return g_string_free(out, FALSE);
}

static char *scram_bare(const struct sasl *s)
{
	g_autofree char *name = scram_name(s->login);
	return g_strdup_printf("n=%s,r=%s", name, s->nonce);
}

static int scram_first(struct sasl *s, struct buf *out, struct err *e)
{
	g_autofree char *bare = scram_bare(s);
	const struct str pieces[] = { str_of(s->gs2), str_of(bare) };
	return put_all(out, pieces, G_N_ELEMENTS(pieces), e);
}

/* What the server's e= means; whatever is not named here is about login or password. */
static int scram_refused(struct str why, struct err *e)
{
	static const struct {
		const char *word;
		enum err_cause cause;
		enum err_retry retry;
	} words[] = {
		{ "unsupported-channel-binding-type", ERR_LACKING, ERR_NEVER },
		{ "channel-binding-not-supported", ERR_LACKING, ERR_NEVER },
		{ "extensions-not-supported", ERR_LACKING, ERR_NEVER },
		{ "invalid-username-encoding", ERR_LACKING, ERR_NEVER },
		{ "invalid-encoding", ERR_LACKING, ERR_NEVER },
		{ "no-resources", ERR_NET, ERR_LATER },
		{ "channel-bindings-dont-match", ERR_PROTOCOL, ERR_NEVER },
		{ "server-does-support-channel-binding", ERR_PROTOCOL, ERR_NEVER },
	};
	enum err_cause cause = ERR_AUTH;
	enum err_retry retry = ERR_NEVER;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (str_is(why, words[i].word)) {
			cause = words[i].cause;
			retry = words[i].retry;
		}
	why.n = MIN(why.n, SASL_REASON_MAX);
	g_autofree char *shown = utf8_line(why);
	err_set(e, ERR_ACCOUNT, cause, retry, "%s",
		cause == ERR_PROTOCOL ? "somebody stands between here and the server"
		: cause == ERR_AUTH   ? "the server refused the login"
				      : "the server cannot do this login");
	return err_set_server(e, shown);
}

/* The next "x=value" of a message. */
static bool scram_take(struct str *message, char name, struct str *value)
{
	struct str head, tail = { 0 };
	if (message->n < 2 || message->p[0] != name || message->p[1] != '=')
		return false;
	str_cut(*message, ',', &head, &tail);
	*value = str_sub(head, 2);
	*message = tail;
	return true;
}

struct scram_offer {
	struct str nonce, salt;
	uint64_t rounds;
};

static int scram_read_offer(const struct sasl *s, struct str message, struct scram_offer *o, struct err *e)
{
	struct str value;
	size_t own = strlen(s->nonce);
	if (scram_take(&message, 'e', &value))
		return scram_refused(value, e);
	if (scram_take(&message, 'm', &value))
		return err_set(e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER,
			"the server demands an extension of SCRAM that is not known here");
	if (!scram_take(&message, 'r', &o->nonce) || !scram_take(&message, 's', &o->salt) ||
		!scram_take(&message, 'i', &value))
		return broken(e, "the server's answer to SCRAM is malformed");
	if (o->nonce.n <= own || memcmp(o->nonce.p, s->nonce, own) != 0)
		return broken(e, "the server answers another login than this one (its nonce is foreign)");
	for (size_t i = own; i < o->nonce.n; i++)
		if (!g_ascii_isgraph(o->nonce.p[i]))
			return broken(e, "the server's answer to SCRAM is malformed");
	if (!str_u64(value, SASL_ITERATIONS_MAX, &o->rounds) || o->rounds < SASL_ITERATIONS_MIN) {
		value.n = MIN(value.n, 20);
		g_autofree char *shown = utf8_line(value);
		return err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_NEVER,
			"the server wants '%s' rounds of hashing; %d to %d are taken here", shown, SASL_ITERATIONS_MIN,
			SASL_ITERATIONS_MAX);
	}
	return 0;
}

static void mac(const EVP_MD *md, const unsigned char *key, struct str text, unsigned char *out)
{
	if (!HMAC(md, key, EVP_MD_get_size(md), (const unsigned char *)text.p, text.n, out, NULL))
		g_error("SHA is not there");
}

/* The proof for `message` (RFC 5802 3) and in s->wanted the server's. */
static void scram_prove(struct sasl *s, struct str salt, int rounds, struct str message, unsigned char *proof)
{
	const EVP_MD *md = scram_digest(s);
	int size = EVP_MD_get_size(md);
	struct str word = secret_bytes(s->secret);
	unsigned char salted[EVP_MAX_MD_SIZE], client[EVP_MAX_MD_SIZE], other[EVP_MAX_MD_SIZE];
	if (PKCS5_PBKDF2_HMAC(
		    word.p, (int)word.n, (const unsigned char *)salt.p, (int)salt.n, rounds, md, size, salted) != 1)
		g_error("SHA is not there");
	mac(md, salted, STR("Client Key"), client);
	if (!EVP_Digest(client, (size_t)size, other, NULL, md, NULL))
		g_error("SHA is not there");
	mac(md, other, message, proof);
	for (int i = 0; i < size; i++)
		proof[i] ^= client[i];
	mac(md, salted, STR("Server Key"), other);
	mac(md, other, message, s->wanted);
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(client, sizeof(client));
	explicit_bzero(other, sizeof(other));
}

/* "c=..,r=..", the client's last message without its proof. */
static char *scram_final(const struct sasl *s, struct str nonce)
{
	bool bound = g_str_equal(s->gs2, SASL_BINDING_NAME);
	struct buf c;
	buf_init(&c, SIZE_MAX);
	buf_add_str(&c, STR("c="));
	const struct str pieces[] = { str_of(s->gs2), { (const char *)s->binding, bound ? SASL_BINDING_SIZE : 0 } };
	put(&c, pieces, G_N_ELEMENTS(pieces));
	buf_add_str(&c, STR(",r="));
	buf_add_str(&c, nonce);
	return buf_steal(&c);
}

static int scram_answer(struct sasl *s, struct str message, struct buf *out, struct err *e)
{
	struct scram_offer o;
	size_t salt_n = 0;
	unsigned char proof[EVP_MAX_MD_SIZE];
	if (scram_read_offer(s, message, &o, e))
		return -1;
	g_autofree char *salt = decode(o.salt, &salt_n);
	if (!salt || !salt_n)
		return broken(e, "the server's answer to SCRAM is malformed");
	g_autofree char *bare = scram_bare(s);
	g_autofree char *final = scram_final(s, o.nonce);
	GString *all = g_string_new(bare);
	g_string_append_c(all, ',');
	g_string_append_len(all, message.p, (gssize)message.n);
	g_string_append_printf(all, ",%s", final);
	scram_prove(s, (struct str){ salt, salt_n }, (int)o.rounds, (struct str){ all->str, all->len }, proof);
	g_string_free(all, TRUE);
	g_autofree char *p = g_base64_encode(proof, (gsize)EVP_MD_get_size(scram_digest(s)));
	const struct str pieces[] = { str_of(final), STR(",p="), str_of(p) };
	s->stage = STAGE_FINAL;
	return put_all(out, pieces, G_N_ELEMENTS(pieces), e);
}

static int scram_verify(struct sasl *s, struct str message, struct err *e)
{
	struct str value;
	size_t n = 0;
	if (scram_take(&message, 'e', &value))
		return scram_refused(value, e);
	g_autofree char *got = scram_take(&message, 'v', &value) ? decode(value, &n) : NULL;
	size_t size = (size_t)EVP_MD_get_size(scram_digest(s));
	if (!got || n != size || CRYPTO_memcmp(got, s->wanted, size) != 0)
		return broken(e, "the server does not prove that it knows the password: it may be another's");
	s->stage = STAGE_DONE;
	return 0;
}

static int scram_step(struct sasl *s, struct str challenge, struct buf *out, struct err *e)
{
	struct str message = { 0 };
	g_autofree char *text = decode(challenge, &message.n);
	message.p = text;
	if (!text || memchr(text, 0, message.n))
		return broken(e, "the server's challenge is no base64");
	return s->stage == STAGE_FINAL ? scram_verify(s, message, e) : scram_answer(s, message, out, e);
}

/* --- XOAUTH2, OAUTHBEARER (RFC 7628) --- */

static int oauth_first(struct sasl *s, struct buf *out, struct err *e)
{
	g_autofree char *name = scram_name(s->login);
	g_autofree char *bearer = NULL;
	if (s->m == SASL_XOAUTH2)
		bearer = g_strdup_printf("user=%s\1auth=Bearer ", s->login);
	else if (s->host && s->port)
		bearer = g_strdup_printf("n,a=%s,\1host=%s\1port=%u\1auth=Bearer ", name, s->host, s->port);
	else
		bearer = g_strdup_printf("n,a=%s,\1auth=Bearer ", name);
	const struct str pieces[] = { str_of(bearer), secret_bytes(s->secret), STR("\1\1") };
	s->stage = STAGE_DONE;
	return put_all(out, pieces, G_N_ELEMENTS(pieces), e);
}

/* The server says why it refuses the token, and wants to be answered before it says NO. */
static int oauth_refused(struct sasl *s, struct str challenge, struct buf *out, struct err *e)
{
	struct str word = secret_bytes(s->secret), why = challenge;
	g_autofree char *text = decode(challenge, &why.n);
	if (s->refused)
		return broken(e, "the server asks for more than the login");
	if (text)
		why.p = text;
	else
		why.n = challenge.n;
	if (why.n && !memmem(why.p, why.n, word.p, word.n) && !memmem(challenge.p, challenge.n, word.p, word.n))
		s->reason = utf8_line((struct str){ why.p, MIN(why.n, SASL_REASON_MAX) });
	s->refused = true;
	const struct str one = STR("\1");
	return s->m == SASL_OAUTHBEARER ? put_all(out, &one, 1, e) : 0;
}

/* --- the exchange --- */

static int unfit(struct err *e, const char *what, const char *why)
{
	return err_set(e, ERR_ACCOUNT, ERR_INPUT, ERR_NEVER, "the %s %s", what, why);
}

/* For SCRAM, login and password as both ends spell them. */
static int prepare(struct sasl *s, struct err *e)
{
	struct secret *login = sasl_prep(str_of(s->login)), *word = sasl_prep(secret_bytes(s->secret));
	bool sound = login && word && secret_bytes(word).n;
	if (!login)
		unfit(e, "login", "holds characters that SCRAM cannot send");
	else if (!sound)
		unfit(e, "password", "holds characters that SCRAM cannot send");
	if (sound) {
		g_free(s->login);
		s->login = str_dup(secret_bytes(login));
		secret_free(s->secret);
		s->secret = g_steal_pointer(&word);
	}
	secret_free(login);
	secret_free(word);
	return sound ? 0 : -1;
}

static bool is_printable(struct str text, char but)
{
	for (size_t i = 0; i < text.n; i++)
		if (!g_ascii_isgraph(text.p[i]) || text.p[i] == but)
			return false;
	return true;
}

static bool holds_control(const char *text)
{
	for (; text && *text; text++)
		if (g_ascii_iscntrl(*text))
			return true;
	return false;
}

static int bind_scram(struct sasl *s, const struct sasl_settings *set, struct err *e)
{
	bool plus = SASL_SCRAM_PLUS & SASL_BIT(s->m);
	if ((plus && !set->binding) || !s->nonce || !*s->nonce || !is_printable(str_of(s->nonce), ','))
		return err_set(e, ERR_ACCOUNT, ERR_BUG, ERR_NEVER, "SCRAM without a binding or a nonce");
	if (set->binding)
		memcpy(s->binding, set->binding, SASL_BINDING_SIZE);
	/* "y": it could be bound, but the server offers no such thing, as far as can be seen here. */
	s->gs2 = g_strdup(plus ? SASL_BINDING_NAME : set->binding && !(set->offered & SASL_SCRAM_PLUS) ? "y,," : "n,,");
	return prepare(s, e);
}

static int check(struct sasl *s, const struct sasl_settings *set, struct err *e)
{
	struct str word = secret_bytes(s->secret);
	if (strlen(s->login) > SECRET_MAX)
		return unfit(e, "login", "is too long");
	if (s->m != SASL_PLAIN && holds_control(s->login))
		return unfit(e, "login", "holds control characters");
	if (!word.n && s->m != SASL_EXTERNAL)
		return unfit(e, "password", "is empty");
	if (is_scram(s->m))
		return bind_scram(s, set, e);
	if (s->m != SASL_XOAUTH2 && s->m != SASL_OAUTHBEARER)
		return 0;
	if (!is_printable(word, 0))
		return unfit(e, "access token", "holds characters that no token has");
	return holds_control(s->host) ? unfit(e, "host name", "holds control characters") : 0;
}

struct sasl *sasl_new(enum sasl_mechanism m, const struct sasl_settings *set, struct err *e)
{
	struct sasl *s = g_new0(struct sasl, 1);
	s->m = m;
	s->login = g_strdup(set->login ? set->login : "");
	s->secret = set->secret ? secret_copy(set->secret) : secret_new(STR(""));
	s->host = g_strdup(set->host);
	s->port = set->port;
	s->nonce = g_strdup(set->nonce);
	if (check(s, set, e)) {
		sasl_free(s);
		return NULL;
	}
	return s;
}

void sasl_free(struct sasl *s)
{
	if (!s)
		return;
	secret_free(s->secret);
	g_free(s->login);
	g_free(s->host);
	g_free(s->nonce);
	g_free(s->gs2);
	g_free(s->reason);
	explicit_bzero(s, sizeof(*s));
	g_free(s);
}

/* The message with which a client that speaks first begins. */
static int first(struct sasl *s, struct buf *out, struct err *e)
{
	s->stage = is_scram(s->m) ? STAGE_FIRST : STAGE_DONE;
	if (is_scram(s->m))
		return scram_first(s, out, e);
	if (s->m == SASL_XOAUTH2 || s->m == SASL_OAUTHBEARER)
		return oauth_first(s, out, e);
	if (s->m == SASL_PLAIN && sasl_plain(s->login, s->secret, out))
		return err_set(e, ERR_ACCOUNT, ERR_LIMIT, ERR_NEVER, "the login is too long");
	return 0;
}

int sasl_start(struct sasl *s, struct buf *out, struct err *e)
{
	if (!sasl_client_first(s->m) || s->stage != STAGE_START)
		return err_set(e, ERR_ACCOUNT, ERR_BUG, ERR_NEVER, "no first message of '%s' is due", sasl_name(s->m));
	s->initial = true;
	return first(s, out, e);
}

/* The server asks for the first message: it has none yet, or has overlooked the initial one. */
static bool asks_for_first(const struct sasl *s, struct str challenge)
{
	bool only = s->m == SASL_PLAIN || s->m == SASL_EXTERNAL; /* no challenge of theirs means anything else */
	if (!sasl_client_first(s->m) || s->challenges > 1)
		return false;
	return s->stage == STAGE_START || (s->initial && (only || !challenge.n));
}

int sasl_step(struct sasl *s, struct str challenge, struct buf *out, struct err *e)
{
	if (++s->challenges > SASL_ROUNDS_MAX)
		return err_set(
			e, ERR_ACCOUNT, ERR_LIMIT, ERR_NEVER, "the server asks more than %d times", SASL_ROUNDS_MAX);
	if (challenge.n > SASL_CHALLENGE_MAX)
		return err_set(e, ERR_ACCOUNT, ERR_LIMIT, ERR_NEVER, "the server's challenge is too long");
	if (asks_for_first(s, challenge))
		return first(s, out, e);
	if (is_scram(s->m) && s->stage != STAGE_DONE)
		return scram_step(s, challenge, out, e);
	if (s->m == SASL_LOGIN && s->stage != STAGE_DONE)
		return login_step(s, out, e);
	if (s->m == SASL_CRAM_MD5 && s->stage != STAGE_DONE)
		return cram_step(s, challenge, out, e);
	if (s->m == SASL_XOAUTH2 || s->m == SASL_OAUTHBEARER)
		return oauth_refused(s, challenge, out, e);
	return err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_LATER, "the server asks for more than the login");
}

int sasl_accepted(const struct sasl *s, struct err *e)
{
	if (s->refused)
		return broken(e, "the server refused the token and said OK");
	if (s->stage == STAGE_FINAL)
		return broken(e, "the server says OK without proving that it knows the password: it may be another's");
	if (s->stage != STAGE_DONE)
		return broken(e, "the server answers a login that was not sent yet");
	return 0;
}

const char *sasl_reason(const struct sasl *s)
{
	return s->reason;
}

/* --- recognising a password --- */

char *sasl_fingerprint(const struct secret *password, struct str salt)
{
	struct str word = secret_bytes(password);
	unsigned char key[SASL_FINGERPRINT_SIZE];
	if (PKCS5_PBKDF2_HMAC(word.p, (int)word.n, (const unsigned char *)salt.p, (int)salt.n, SASL_FINGERPRINT_ROUNDS,
		    EVP_sha256(), sizeof(key), key) != 1)
		g_error("SHA-256 is not there");
	GString *hex = g_string_new(NULL);
	for (size_t i = 0; i < sizeof(key); i++)
		g_string_append_printf(hex, "%02x", key[i]);
	return g_string_free(hex, FALSE);
}
