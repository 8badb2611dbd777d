/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LIST, STATUS, NAMESPACE (RFC 9051 7.3). What was not asked for, or cannot be read, is left out. */
#include "imap/internal.h"

#include <string.h>

#include "base/log.h"

static const struct {
	const char *word;
	uint32_t attribute;
} attributes[] = {
	{ "\\Noselect", IMAP_NOSELECT },
	{ "\\Noinferiors", IMAP_NOINFERIORS },
	{ "\\HasChildren", IMAP_HASCHILDREN },
	{ "\\HasNoChildren", IMAP_HASNOCHILDREN },
	{ "\\NonExistent", IMAP_NONEXISTENT | IMAP_NOSELECT },
	{ "\\All", IMAP_ROLE_ALL },
	{ "\\AllMail", IMAP_ROLE_ALL },
	{ "\\Archive", IMAP_ROLE_ARCHIVE },
	{ "\\Drafts", IMAP_ROLE_DRAFTS },
	{ "\\Flagged", IMAP_ROLE_FLAGGED },
	{ "\\Junk", IMAP_ROLE_JUNK },
	{ "\\Spam", IMAP_ROLE_JUNK },
	{ "\\Sent", IMAP_ROLE_SENT },
	{ "\\Trash", IMAP_ROLE_TRASH },
};

static uint32_t attribute_of(struct str word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (str_is(word, attributes[i].word))
			return attributes[i].attribute;
	return 0;
}

static bool list_attributes(struct imap_cursor *c, uint32_t *out)
{
	struct str word;
	*out = 0;
	if (!imap_eat(c, '('))
		return false;
	for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c)) {
		if (!imap_word(c, &word))
			return false;
		*out |= attribute_of(word);
	}
	return true;
}

static bool delimiter(struct imap_cursor *c, char *out)
{
	struct str s;
	bool nil;
	imap_blanks(c);
	if (!imap_nstring(c, &s, &nil))
		return false;
	*out = !nil && s.n == 1 ? s.p[0] : 0;
	return true;
}

static bool mailbox(struct imap_cursor *c, struct str *out)
{
	imap_blanks(c);
	bool ok = imap_at(c, '"') || imap_at(c, '{') ? imap_string(c, out) : imap_word(c, out);
	return ok && !memchr(out->p, 0, out->n);
}

int imap_parse_list(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct str name;
	uint32_t found;
	char separator;
	imap_blanks(c);
	if (!imap_open_find(s, KIND_LIST))
		return 0;
	if (!list_attributes(c, &found) || !delimiter(c, &separator) || !mailbox(c, &name)) {
		log_line(LOG_WARN, "%s: an unreadable LIST response is left out", s->settings.who);
		return 0;
	}
	if (name.n > IMAP_NAME_MAX)
		return imap_fail(s, e, ERR_LIMIT, ERR_LATER, "the server has too long a mailbox name");
	if (++s->mailboxes > IMAP_MAILBOXES_MAX)
		return imap_fail(s, e, ERR_LIMIT, ERR_LATER, "the server has too many mailboxes");
	struct imap_event *ev = imap_event_add(s, IMAP_LIST);
	ev->u.list.name = imap_keep(s, name);
	ev->u.list.delimiter = separator;
	ev->u.list.attributes = found;
	return 0;
}

static void status_item(struct imap_event *ev, struct str name, uint64_t n)
{
	if (str_is(name, "MESSAGES")) {
		ev->u.status.messages = (uint32_t)n;
		ev->u.status.has_messages = true;
	} else if (str_is(name, "UNSEEN")) {
		ev->u.status.unseen = (uint32_t)n;
		ev->u.status.has_unseen = true;
	} else if (str_is(name, "UIDNEXT")) {
		ev->u.status.uidnext = (uint32_t)n;
	} else if (str_is(name, "UIDVALIDITY")) {
		ev->u.status.uidvalidity = (uint32_t)n;
	}
}

void imap_parse_status(struct imap_session *s, struct imap_cursor *c)
{
	struct str name, item, value;
	struct imap_event found = { 0 };
	bool nil;
	uint64_t n;
	if (!imap_open_find(s, KIND_STATUS) || !mailbox(c, &name) || name.n > IMAP_NAME_MAX)
		return;
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return;
	for (imap_blanks(c); imap_word(c, &item); imap_blanks(c)) {
		imap_blanks(c);
		if (!imap_nstring(c, &value, &nil))
			return;
		if (str_u64(value, UINT32_MAX, &n))
			status_item(&found, item, n);
	}
	struct imap_event *ev = imap_event_add(s, IMAP_STATUS);
	ev->u = found.u;
	ev->u.status.name = imap_keep(s, name);
}

void imap_parse_namespace(struct imap_session *s, struct imap_cursor *c)
{
	struct str prefix;
	bool nil;
	char separator;
	imap_blanks(c);
	if (!imap_open_find(s, KIND_NAMESPACE) || !imap_eat(c, '('))
		return;
	for (imap_blanks(c); imap_eat(c, '('); imap_blanks(c)) {
		imap_blanks(c);
		if (!imap_nstring(c, &prefix, &nil) || !delimiter(c, &separator))
			return;
		if (prefix.n <= IMAP_NAME_MAX) {
			struct imap_event *ev = imap_event_add(s, IMAP_NAMESPACE);
			ev->u.ns.prefix = imap_keep(s, prefix);
			ev->u.ns.delimiter = separator;
		}
		for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c))
			if (!imap_skip(c))
				return;
	}
}
