/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

#include <string.h>

#include <openssl/evp.h>

#define SASL_FINGERPRINT_ROUNDS 300000
#define SASL_FINGERPRINT_SIZE 32

/* Encoding in steps: the secret is never copied in the clear. */
struct encoder {
	char *out;
	size_t n;
	int state, save;
};

static void encode(struct encoder *c, const void *p, size_t n)
{
	c->n += g_base64_encode_step(p, n, FALSE, c->out + c->n, &c->state, &c->save);
}

int sasl_plain(const char *login, const struct secret *password, struct buf *out)
{
	struct str word = secret_bytes(password);
	size_t login_n = strlen(login);
	if (login_n > SECRET_MAX || (word.n && memchr(word.p, 0, word.n)))
		return -1;
	size_t cap = ((login_n + word.n + 2) / 3 + 1) * 4 + 4;
	struct encoder c = { .out = g_malloc(cap) };
	encode(&c, "", 1);
	encode(&c, login, login_n);
	encode(&c, "", 1);
	encode(&c, word.p, word.n);
	c.n += g_base64_encode_close(FALSE, c.out + c.n, &c.state, &c.save);
	int rc = buf_add(out, c.out, c.n);
	explicit_bzero(c.out, cap);
	explicit_bzero(&c.save, sizeof(c.save));
	g_free(c.out);
	return rc;
}

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
