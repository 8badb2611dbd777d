/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mailrc and a provider's card: any bytes give a cfg, whole accounts and clean diagnostics. */
#include "base/utf8.h"
#include "config/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cfg_card *card_of(struct str text)
{
	struct cfg *c = cfg_new(NULL);
	struct parser p;
	cfg_parser_init(&p, c, false);
	struct cfg_card *card = cfg_card_parse(&p, text, "fuzz.card", "fuzz");
	cfg_parser_clear(&p);
	cfg_free(c);
	return card;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	g_autoptr(GPtrArray) cards = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_card_free);
	struct cfg_card *card = card_of(text);
	if (card)
		g_ptr_array_add(cards, card);
	struct cfg *c = cfg_parse(text, "mailrc", cards);
	for (guint i = 0; i < c->diags->len; i++) {
		g_autofree char *shown = cfg_diag_text(c->diags->pdata[i]);
		g_assert_true(utf8_is_clean(str_of(shown)));
	}
	for (guint i = 0; i < c->accounts->len; i++) {
		const struct cfg_account *a = c->accounts->pdata[i];
		g_assert_true(a->label && a->email && a->login && (a->imap || a->smtp || a->sendmail) && a->poll > 600);
	}
	cfg_free(c);
	return 0;
}
