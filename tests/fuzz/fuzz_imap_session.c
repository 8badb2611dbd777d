/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are a server from its greeting on: no secret is written before TLS. The first octet chooses. */
#include <stdlib.h>
#include <string.h>

#include "imap/imap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret *secret = secret_new(STR("canary"));
	unsigned bits = size ? data[0] : 0;
	struct imap_settings settings = { .security = bits & 1 ? IMAP_STARTTLS : IMAP_TLS,
		.auth = bits & 16  ? SASL_SCRAM | SASL_BIT(SASL_XOAUTH2)
			: bits & 2 ? SASL_BIT(SASL_PLAIN)
				   : 0,
		.nonce = "fyko+d2lbbFgONRv9qkxdawL",
		.login = "fred",
		.secret = secret,
		.who = "fuzz",
		.known_caps = bits & 8 ? IMAP_CAP_ENABLE | IMAP_CAP_QRESYNC | IMAP_CAP_LIST_EXTENDED : 0 };
	struct imap_session *s = imap_new(&settings);
	struct err e = ERR_INIT;
	struct imap_event ev;
	bool tls = !(bits & 1);
	imap_connected(s, tls, 0);
	imap_select_resync(s, bits & 4 ? STR("INBOX") : STR("\xff"), false, &(struct imap_resync){ 7, 3, 1, 9 });
	imap_list_all(s, STR(""), true);
	imap_fetch_part(s, 7, "1", 0, 0);
	imap_append(s, STR("a"), MSG_SEEN, NULL, 0, 3, true);
	imap_idle(s);
	for (size_t i = 1; i < size && !imap_feed(s, (struct str){ (const char *)data + i, 1 }, 0, &e); i++) {
		struct str out = imap_pending(s);
		if (!tls && out.n && (memmem(out.p, out.n, "canary", 6) || memmem(out.p, out.n, "AUTH", 4)))
			abort();
		imap_sent(s, out.n, 0);
		imap_append_feed(s, STR("ab"));
		while (imap_event(s, &ev))
			;
		tls = tls || imap_wants_starttls(s);
		if (imap_wants_starttls(s))
			imap_tls_started(s, 0);
	}
	imap_lost(s);
	err_clear(&e);
	imap_free(s);
	secret_free(secret);
	return 0;
}
