/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

#include "base/utf8.h"

static const struct {
	const char *word;
	uint32_t cap;
} known[] = {
	{ "IMAP4rev2", IMAP_CAP_REV2 },
	{ "STARTTLS", IMAP_CAP_STARTTLS },
	{ "LOGINDISABLED", IMAP_CAP_LOGINDISABLED },
	{ "SASL-IR", IMAP_CAP_SASL_IR },
	{ "AUTH=PLAIN", IMAP_CAP_PLAIN },
	{ "NAMESPACE", IMAP_CAP_NAMESPACE },
	{ "IDLE", IMAP_CAP_IDLE },
	{ "UIDPLUS", IMAP_CAP_UIDPLUS },
	{ "SPECIAL-USE", IMAP_CAP_SPECIAL_USE },
	{ "CHILDREN", IMAP_CAP_CHILDREN },
	{ "UNSELECT", IMAP_CAP_UNSELECT },
	{ "LITERAL+", IMAP_CAP_LITERAL_PLUS },
	{ "LITERAL-", IMAP_CAP_LITERAL_MINUS },
	{ "CONDSTORE", IMAP_CAP_CONDSTORE },
	{ "QRESYNC", IMAP_CAP_QRESYNC },
	{ "MOVE", IMAP_CAP_MOVE },
	{ "ESEARCH", IMAP_CAP_ESEARCH },
	{ "LIST-STATUS", IMAP_CAP_LIST_STATUS },
	{ "LIST-EXTENDED", IMAP_CAP_LIST_EXTENDED },
	{ "ENABLE", IMAP_CAP_ENABLE },
};

/* RFC 9051 appendix E: part of IMAP4rev2 itself. */
#define REV2_HAS                                                                                                       \
	(IMAP_CAP_NAMESPACE | IMAP_CAP_UNSELECT | IMAP_CAP_UIDPLUS | IMAP_CAP_ESEARCH | IMAP_CAP_ENABLE |              \
		IMAP_CAP_IDLE | IMAP_CAP_SASL_IR | IMAP_CAP_LIST_EXTENDED | IMAP_CAP_LIST_STATUS | IMAP_CAP_MOVE |     \
		IMAP_CAP_LITERAL_MINUS | IMAP_CAP_SPECIAL_USE | IMAP_CAP_CHILDREN)

static uint32_t cap_of(struct str word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (str_is(word, known[i].word))
			return known[i].cap;
	return 0;
}

void imap_caps_set(struct imap_session *s, struct str words)
{
	struct str rest = str_trim(words);
	imap_caps_forget(s);
	g_free(s->caps_text);
	s->caps_text = utf8_line(rest);
	s->caps_known = true;
	while (rest.n) {
		struct str word;
		str_cut(rest, ' ', &word, &rest);
		s->caps |= cap_of(word);
	}
	if (s->caps & IMAP_CAP_REV2)
		s->caps |= REV2_HAS;
}

void imap_caps_forget(struct imap_session *s)
{
	g_free(s->caps_text);
	s->caps_text = g_strdup("");
	s->caps = 0;
	s->caps_known = false;
}

uint32_t imap_caps(const struct imap_session *s)
{
	return s->caps;
}

const char *imap_caps_text(const struct imap_session *s)
{
	return s->caps_text;
}
