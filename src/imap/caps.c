/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

#include "base/utf8.h"

static const struct {
	const char *word;
	uint64_t cap;
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
	{ "COMPRESS=DEFLATE", IMAP_CAP_COMPRESS },
	{ "ID", IMAP_CAP_ID },
	{ "QUOTA", IMAP_CAP_QUOTA },
	{ "QUOTA=RES-STORAGE", IMAP_CAP_QUOTA },
	{ "ACL", IMAP_CAP_ACL },
	{ "UTF8=ACCEPT", IMAP_CAP_UTF8 },
	{ "UTF8=ONLY", IMAP_CAP_UTF8 | IMAP_CAP_UTF8_ONLY },
	{ "OBJECTID", IMAP_CAP_OBJECTID },
	{ "STATUS=SIZE", IMAP_CAP_STATUS_SIZE },
	{ "APPENDLIMIT", IMAP_CAP_APPENDLIMIT },
	{ "NOTIFY", IMAP_CAP_NOTIFY },
	{ "SEARCHRES", IMAP_CAP_SEARCHRES },
	{ "CREATE-SPECIAL-USE", IMAP_CAP_CREATE_SPECIAL_USE },
	{ "REPLACE", IMAP_CAP_REPLACE },
	{ "LIST-MYRIGHTS", IMAP_CAP_LIST_MYRIGHTS },
	{ "AUTH=SCRAM-SHA-1", IMAP_CAP_AUTH_SCRAM_SHA_1 },
	{ "AUTH=SCRAM-SHA-1-PLUS", IMAP_CAP_AUTH_SCRAM_SHA_1_PLUS },
	{ "AUTH=SCRAM-SHA-256", IMAP_CAP_AUTH_SCRAM_SHA_256 },
	{ "AUTH=SCRAM-SHA-256-PLUS", IMAP_CAP_AUTH_SCRAM_SHA_256_PLUS },
	{ "AUTH=XOAUTH2", IMAP_CAP_AUTH_XOAUTH2 },
	{ "AUTH=OAUTHBEARER", IMAP_CAP_AUTH_OAUTHBEARER },
	{ "AUTH=EXTERNAL", IMAP_CAP_AUTH_EXTERNAL },
	{ "AUTH=CRAM-MD5", IMAP_CAP_AUTH_CRAM_MD5 },
	{ "AUTH=LOGIN", IMAP_CAP_AUTH_LOGIN },
};

/* RFC 9051 appendix E: part of IMAP4rev2 itself. */
#define REV2_HAS                                                                                                       \
	(IMAP_CAP_NAMESPACE | IMAP_CAP_UNSELECT | IMAP_CAP_UIDPLUS | IMAP_CAP_ESEARCH | IMAP_CAP_ENABLE |              \
		IMAP_CAP_IDLE | IMAP_CAP_SASL_IR | IMAP_CAP_LIST_EXTENDED | IMAP_CAP_LIST_STATUS | IMAP_CAP_MOVE |     \
		IMAP_CAP_LITERAL_MINUS | IMAP_CAP_SPECIAL_USE | IMAP_CAP_CHILDREN | IMAP_CAP_SEARCHRES |               \
		IMAP_CAP_STATUS_SIZE)

static uint64_t cap_of(struct str word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (str_is(word, known[i].word))
			return known[i].cap;
	return 0;
}

/* RFC 7889: `APPENDLIMIT=n`. */
static void take_limit(struct imap_session *s, struct str word)
{
	struct str name, number;
	uint64_t n;
	if (str_cut(word, '=', &name, &number) && str_is(name, "APPENDLIMIT") && str_u64(number, UINT32_MAX, &n)) {
		s->caps |= IMAP_CAP_APPENDLIMIT;
		s->appendlimit = (uint32_t)n;
	}
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
		take_limit(s, word);
	}
	if (s->caps & IMAP_CAP_REV2)
		s->caps |= REV2_HAS;
	if (s->caps & IMAP_CAP_QRESYNC)
		s->caps |= IMAP_CAP_CONDSTORE;
}

void imap_caps_forget(struct imap_session *s)
{
	g_free(s->caps_text);
	s->caps_text = g_strdup("");
	s->caps = 0;
	s->appendlimit = 0;
	s->caps_known = false;
}

uint64_t imap_caps(const struct imap_session *s)
{
	uint64_t before = s->caps_after_login ? 0 : s->settings.known_caps;
	return (s->caps | before) & ~(s->settings.caps_off | s->caps_bad);
}

bool imap_can(const struct imap_session *s, uint64_t cap)
{
	return (imap_caps(s) & cap) == cap;
}

bool imap_caps_told(const struct imap_session *s)
{
	return s->caps_after_login;
}

uint64_t imap_caps_found_bad(const struct imap_session *s)
{
	return s->caps_bad;
}

const char *imap_caps_text(const struct imap_session *s)
{
	return s->caps_text;
}
