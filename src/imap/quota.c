/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one may put into a mailbox and do with it: QUOTA (RFC 9208), MYRIGHTS (RFC 4314). */
#include "imap/internal.h"

static void compose(struct imap_session *s, struct imap_command *c)
{
	g_string_append_printf(c->text, "%s ", c->verb);
	imap_command_mailbox(s, c, c->name);
	c->uses = c->kind == KIND_QUOTA ? IMAP_CAP_QUOTA : IMAP_CAP_ACL;
}

static uint32_t ask(struct imap_session *s, enum imap_kind kind, const char *verb, struct str mailbox)
{
	struct imap_command *c = imap_command_new(kind);
	c->verb = verb;
	c->name = imap_command_name(c, mailbox);
	c->once = true;
	c->compose = compose;
	return imap_enqueue(s, c);
}

uint32_t imap_quota(struct imap_session *s, struct str mailbox)
{
	return ask(s, KIND_QUOTA, "GETQUOTAROOT", mailbox);
}

uint32_t imap_rights(struct imap_session *s, struct str mailbox)
{
	return ask(s, KIND_RIGHTS, "MYRIGHTS", mailbox);
}

/* root (STORAGE 10 512 MESSAGE 1 2) */
void imap_parse_quota(struct imap_session *s, struct imap_cursor *c)
{
	struct str root, resource;
	uint64_t usage, limit;
	if (!imap_open_find(s, KIND_QUOTA) || !imap_astring(c, &root) || root.n > IMAP_NAME_MAX)
		return;
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return;
	for (imap_blanks(c); imap_word(c, &resource); imap_blanks(c)) {
		imap_blanks(c);
		if (!imap_number(c, INT64_MAX, &usage))
			return;
		imap_blanks(c);
		if (!imap_number(c, INT64_MAX, &limit) || resource.n > IMAP_NAME_MAX)
			return;
		struct imap_event *ev = imap_event_add(s, IMAP_QUOTA);
		ev->u.quota.root = imap_keep(s, root);
		ev->u.quota.resource = imap_keep(s, resource);
		ev->u.quota.usage = usage;
		ev->u.quota.limit = limit;
	}
}

void imap_parse_rights(struct imap_session *s, struct imap_cursor *c)
{
	struct str name, rights;
	const struct imap_command *list = imap_open_find(s, KIND_LIST);
	bool asked = imap_open_find(s, KIND_RIGHTS) || (list && list->extended);
	if (!asked || !imap_mailbox(s, c, &name) || name.n > IMAP_NAME_MAX)
		return;
	if (!imap_astring(c, &rights) || rights.n > IMAP_NAME_MAX)
		return;
	struct imap_event *ev = imap_event_add(s, IMAP_RIGHTS);
	ev->u.rights.name = imap_keep(s, name);
	ev->u.rights.rights = imap_keep(s, rights);
}
