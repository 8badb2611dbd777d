/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XML of a web server that nobody vouches for but its certificate. */
#include "config/cfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfg_card *c = cfg_autoconfig((struct str){ (const char *)data, size }, "box.test");
	for (guint i = 0; c && i < c->imap->len; i++)
		g_assert_cmpint(((const struct cfg_server *)c->imap->pdata[i])->security, !=, CFG_INSECURE);
	cfg_card_free(c);
	return 0;
}
