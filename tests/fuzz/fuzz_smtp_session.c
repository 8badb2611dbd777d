/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are a server from its greeting on: no secret and no address is written before TLS, the message only behind
 * its announcement, and every mail ends once. The first octet chooses. */
#include <stdlib.h>
#include <string.h>

#include "smtp/smtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned done(struct smtp_session *s)
{
	struct smtp_event ev;
	unsigned n = 0;
	while (smtp_event(s, &ev))
		n += ev.type == SMTP_DONE;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret *secret = secret_new(STR("canary"));
	unsigned bits = size ? data[0] : 0, ended = 0;
	struct smtp_settings settings = { .security = bits & 1 ? SMTP_STARTTLS : SMTP_TLS,
		.auth = bits & 2 ? SASL_SCRAM : 0,
		.nonce = "fyko+d2lbbFgONRv9qkxdawL",
		.login = "fred",
		.secret = bits & 4 ? NULL : secret,
		.helo = "box.example" };
	struct smtp_session *s = smtp_new(&settings);
	struct err e = ERR_INIT;
	const char *to[] = { "c@d.example", "e@d.example" };
	GPtrArray *list = g_ptr_array_new();
	for (unsigned i = 0; i < (bits & 8 ? 2 : 1); i++)
		g_ptr_array_add(list, (char *)to[i]);
	bool tls = !(bits & 1);
	smtp_connected(s, tls, 0);
	for (int i = 0; i < 2; i++)
		smtp_send(s, &(struct smtp_mail){ .from = "a@b.example", .to = list, .size = 4, .partial = bits & 16 });
	for (size_t i = 1; i < size && !smtp_feed(s, (struct str){ (const char *)data + i, 1 }, 0, &e); i++) {
		struct str out = smtp_pending(s);
		if (!tls && out.n && (memmem(out.p, out.n, "AUTH", 4) || memmem(out.p, out.n, "MAIL", 4)))
			abort();
		smtp_sent(s, out.n, 0);
		struct str piece = STR("xy\r\n");
		piece = str_sub(piece, 4 - smtp_data_room(s));
		smtp_data_feed(s, (struct str){ piece.p, MIN(piece.n, 2) });
		ended += done(s);
		if (!tls && smtp_wants_starttls(s)) {
			smtp_tls_started(s, 0);
			tls = true;
		}
	}
	smtp_lost(s, &e);
	if (ended + done(s) != 2)
		abort();
	err_clear(&e);
	g_ptr_array_unref(list);
	smtp_free(s);
	secret_free(secret);
	return 0;
}
