/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "net/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first octet chooses the mechanism; the lines behind it are challenges. SCRAM is never won: the salt is the
 * server's, but the password it must know is not in the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char binding[SASL_BINDING_SIZE];
	struct err e = ERR_INIT;
	struct buf out;
	struct str line, rest = { (const char *)data + 1, size ? size - 1 : 0 };
	enum sasl_mechanism m = size ? SASL_PLAIN + data[0] % (SASL_EXTERNAL - SASL_PLAIN + 1) : SASL_PLAIN;
	struct secret *word = secret_new(STR("correct-horse"));
	struct sasl *s = sasl_new(
		m, &(struct sasl_settings){ "user", word, "host", 143, binding, 0, "rOprNGfwEbeRWgbNEkqO" }, &e);
	int rc = 0;
	buf_init(&out, 100000);
	if (size > 1 && data[1] == '!' && sasl_client_first(m))
		rc = sasl_start(s, &out, &e);
	while (!rc && rest.n) {
		str_cut(rest, '\n', &line, &rest);
		rc = sasl_step(s, line, &out, &e);
	}
	if (!rc && !sasl_accepted(s, &e) && (SASL_SCRAM & SASL_BIT(m)))
		abort();
	sasl_free(s);
	secret_free(word);
	buf_clear(&out);
	err_clear(&e);
	return 0;
}
