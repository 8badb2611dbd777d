/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LIST, LSUB, STATUS, NAMESPACE (RFC 9051 6.3, 7.3; RFC 5258, 5819). What was not asked for, or cannot be read, is left out. */
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

static bool list_attributes(struct imap_cursor *c, uint32_t *out, bool *subscribed)
{
	struct str word;
	*out = 0;
	*subscribed = false;
	if (!imap_eat(c, '('))
		return false;
	for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c)) {
		if (!imap_word(c, &word))
			return false;
		*out |= attribute_of(word);
		*subscribed = *subscribed || str_is(word, "\\Subscribed");
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

struct str imap_mailbox_raw(struct imap_session *s, struct str name)
{
	g_autofree char *text = s->utf8 ? str_dup(name) : NULL;
	g_autofree char *raw = text ? imap_name_encode(text) : NULL;
	return raw ? imap_keep(s, str_of(raw)) : name;
}

bool imap_mailbox(struct imap_session *s, struct imap_cursor *c, struct str *out)
{
	if (!imap_astring(c, out))
		return false;
	*out = imap_mailbox_raw(s, *out);
	return true;
}

bool imap_astring(struct imap_cursor *c, struct str *out)
{
	imap_blanks(c);
	bool ok = imap_at(c, '"') || imap_at(c, '{') ? imap_string(c, out) : imap_word(c, out);
	return ok && !memchr(out->p, 0, out->n);
}

/* One row of LIST or LSUB. 1: it is readable, 0: it is left out, -1: past a limit. */
static int list_row(struct imap_session *s, struct imap_cursor *c, struct imap_event *row, struct err *e)
{
	struct str name;
	imap_blanks(c);
	if (!list_attributes(c, &row->u.list.attributes, &row->u.list.subscribed) ||
		!delimiter(c, &row->u.list.delimiter) || !imap_mailbox(s, c, &name)) {
		log_line(LOG_WARN, "%s: an unreadable LIST response is left out", s->settings.who);
		return 0;
	}
	if (name.n > IMAP_NAME_MAX)
		return imap_fail(s, e, ERR_LIMIT, ERR_LATER, "the server has too long a mailbox name");
	if (++s->mailboxes > IMAP_MAILBOXES_MAX)
		return imap_fail(s, e, ERR_LIMIT, ERR_LATER, "the server has too many mailboxes");
	row->u.list.name = name;
	return 1;
}

static const struct imap_command *open_list(const struct imap_session *s)
{
	return imap_open_find(s, KIND_LIST);
}

int imap_parse_list(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct imap_event row = { 0 };
	const struct imap_command *asked = open_list(s);
	if (!asked)
		return 0;
	int rc = list_row(s, c, &row, e);
	if (rc <= 0)
		return rc;
	g_autofree char *key = str_dup(row.u.list.name);
	struct imap_event *ev = imap_event_add(s, IMAP_LIST);
	ev->u.list = row.u.list;
	ev->u.list.name = imap_keep(s, row.u.list.name);
	ev->u.list.subscribed = asked->extended && (row.u.list.subscribed || g_hash_table_contains(s->subscribed, key));
	return 0;
}

/* One that is only on the way to a subscribed one is marked \Noselect. */
int imap_parse_lsub(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct imap_event row = { 0 };
	if (!imap_open_find(s, KIND_LSUB))
		return 0;
	int rc = list_row(s, c, &row, e);
	if (rc > 0 && !(row.u.list.attributes & IMAP_NOSELECT))
		g_hash_table_add(s->subscribed, str_dup(row.u.list.name));
	return MIN(rc, 0);
}

/* --- asking for lists --- */

static void compose_list(struct imap_session *s, struct imap_command *c)
{
	g_string_append_printf(c->text, "%s ", c->verb);
	imap_command_mailbox(s, c, c->name);
	g_string_append_c(c->text, ' ');
	imap_command_mailbox(s, c, c->other_name);
}

static struct imap_command *list_new(enum imap_kind kind, const char *verb, struct str reference, struct str pattern)
{
	struct imap_command *c = imap_command_new(kind);
	c->verb = verb;
	c->name = imap_command_name(c, reference);
	c->other_name = imap_command_name(c, pattern);
	c->compose = compose_list;
	return c;
}

uint32_t imap_list(struct imap_session *s, struct str reference, struct str pattern)
{
	return imap_enqueue(s, list_new(KIND_LIST, "LIST", reference, pattern));
}

/* What STATUS is asked for; the blame goes to what is asked last. */
static void add_status_items(const struct imap_session *s, struct imap_command *c)
{
	g_string_append(c->text, "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN");
	if (imap_can(s, IMAP_CAP_CONDSTORE)) {
		g_string_append(c->text, " HIGHESTMODSEQ");
		c->uses = IMAP_CAP_CONDSTORE;
	}
	if (imap_can(s, IMAP_CAP_STATUS_SIZE)) {
		g_string_append(c->text, " SIZE");
		c->uses = IMAP_CAP_STATUS_SIZE;
	}
	if (imap_can(s, IMAP_CAP_OBJECTID)) {
		g_string_append(c->text, " MAILBOXID");
		c->uses = IMAP_CAP_OBJECTID;
	}
	g_string_append_c(c->text, ')');
}

static void compose_list_all(struct imap_session *s, struct imap_command *c)
{
	g_string_append(c->text, "LIST ");
	imap_command_mailbox(s, c, c->name);
	g_string_append(c->text, " \"*\"");
	if (!imap_can(s, IMAP_CAP_LIST_EXTENDED))
		return;
	g_string_append(c->text, " RETURN (SUBSCRIBED CHILDREN");
	if (imap_can(s, IMAP_CAP_SPECIAL_USE))
		g_string_append(c->text, " SPECIAL-USE");
	bool rights = imap_can(s, IMAP_CAP_LIST_MYRIGHTS);
	if (rights)
		g_string_append(c->text, " MYRIGHTS");
	bool status = c->counts && imap_can(s, IMAP_CAP_LIST_STATUS);
	if (status) {
		g_string_append(c->text, " STATUS ");
		add_status_items(s, c);
	}
	g_string_append_c(c->text, ')');
	if (rights)
		c->uses = IMAP_CAP_LIST_MYRIGHTS;
	else if (!c->uses)
		c->uses = status ? IMAP_CAP_LIST_STATUS : IMAP_CAP_LIST_EXTENDED;
}

uint32_t imap_list_all(struct imap_session *s, struct str reference, bool counts)
{
	struct imap_command *c = imap_command_new(KIND_LIST);
	c->name = imap_command_name(c, reference);
	c->extended = true;
	c->counts = counts;
	c->compose = compose_list_all;
	return imap_enqueue(s, c);
}

/* Where one command cannot tell which are subscribed, LSUB goes before it. */
void imap_list_prepare(struct imap_session *s, struct imap_command *c)
{
	if (imap_can(s, IMAP_CAP_LIST_EXTENDED))
		return;
	struct imap_command *lsub = list_new(KIND_LSUB, "LSUB", str_of(c->name), STR("*"));
	compose_list(s, lsub);
	g_queue_push_tail(&s->open, lsub);
	imap_command_send(s, lsub);
}

/* --- STATUS --- */

static void compose_status(struct imap_session *s, struct imap_command *c)
{
	g_string_append(c->text, "STATUS ");
	imap_command_mailbox(s, c, c->name);
	g_string_append_c(c->text, ' ');
	add_status_items(s, c);
}

uint32_t imap_status(struct imap_session *s, struct str name)
{
	struct imap_command *c = imap_command_new(KIND_STATUS);
	c->name = imap_command_name(c, name);
	c->compose = compose_status;
	return imap_enqueue(s, c);
}

#define OBJECTID_MAX 255 /* RFC 8474 4 */

struct str imap_objectid(struct str args)
{
	struct str id, behind, inside = str_trim(args);
	if (inside.n < 3 || inside.p[0] != '(' || !str_cut(str_sub(inside, 1), ')', &id, &behind))
		return (struct str){ 0 };
	id = str_trim(id);
	for (size_t i = 0; i < id.n; i++)
		if (!g_ascii_isalnum(id.p[i]) && id.p[i] != '-' && id.p[i] != '_')
			return (struct str){ 0 };
	return id.n <= OBJECTID_MAX ? id : (struct str){ 0 };
}

/* (id) behind MAILBOXID */
static struct str status_objectid(struct imap_cursor *c)
{
	const char *start = c->p;
	return imap_skip(c) ? imap_objectid((struct str){ start, (size_t)(c->p - start) }) : (struct str){ 0 };
}

/* UIDNEXT and the like are 32 bits; what does not fit is not told. */
static void status_item(struct imap_event *ev, struct str name, uint64_t n)
{
	bool fits = n <= UINT32_MAX;
	if (str_is(name, "MESSAGES") && fits) {
		ev->u.status.messages = (uint32_t)n;
		ev->u.status.has_messages = true;
	} else if (str_is(name, "UNSEEN") && fits) {
		ev->u.status.unseen = (uint32_t)n;
		ev->u.status.has_unseen = true;
	} else if (str_is(name, "UIDNEXT") && fits) {
		ev->u.status.uidnext = (uint32_t)n;
	} else if (str_is(name, "UIDVALIDITY") && fits) {
		ev->u.status.uidvalidity = (uint32_t)n;
	} else if (str_is(name, "HIGHESTMODSEQ")) {
		ev->u.status.highestmodseq = n;
		ev->u.status.has_highestmodseq = true;
	} else if (str_is(name, "SIZE")) {
		ev->u.status.size = n;
		ev->u.status.has_size = true;
	}
}

static bool is_status_wanted(const struct imap_session *s)
{
	const struct imap_command *list = open_list(s);
	return s->notifying || (list && list->counts) || imap_open_find(s, KIND_STATUS);
}

void imap_parse_status(struct imap_session *s, struct imap_cursor *c)
{
	struct str name, item, value;
	struct imap_event found = { 0 };
	bool nil;
	uint64_t n;
	if (!is_status_wanted(s) || !imap_mailbox(s, c, &name) || name.n > IMAP_NAME_MAX)
		return;
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return;
	for (imap_blanks(c); imap_word(c, &item); imap_blanks(c)) {
		imap_blanks(c);
		if (imap_at(c, '(')) {
			struct str id = status_objectid(c);
			if (str_is(item, "MAILBOXID"))
				found.u.status.mailboxid = id;
			continue;
		}
		if (!imap_nstring(c, &value, &nil))
			return;
		if (str_u64(value, INT64_MAX, &n))
			status_item(&found, item, n);
	}
	struct imap_event *ev = imap_event_add(s, IMAP_STATUS);
	ev->u = found.u;
	ev->u.status.name = imap_keep(s, name);
	ev->u.status.mailboxid = imap_keep(s, found.u.status.mailboxid);
}

/* --- NAMESPACE --- */

uint32_t imap_namespace(struct imap_session *s)
{
	return imap_enqueue_words(s, KIND_NAMESPACE, "NAMESPACE");
}

/* (("prefix" "/" extensions) ..), or NIL; false: the rest is unreadable. */
static bool namespaces(struct imap_session *s, struct imap_cursor *c, enum imap_ns kind)
{
	struct str prefix;
	bool nil;
	char separator;
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return imap_word(c, &prefix);
	for (imap_blanks(c); imap_eat(c, '('); imap_blanks(c)) {
		imap_blanks(c);
		if (!imap_nstring(c, &prefix, &nil) || !delimiter(c, &separator))
			return false;
		if (prefix.n <= IMAP_NAME_MAX) {
			struct imap_event *ev = imap_event_add(s, IMAP_NAMESPACE);
			ev->u.ns.kind = kind;
			ev->u.ns.prefix = imap_keep(s, imap_mailbox_raw(s, prefix));
			ev->u.ns.delimiter = separator;
		}
		for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c))
			if (!imap_skip(c))
				return false;
	}
	return imap_eat(c, ')');
}

void imap_parse_namespace(struct imap_session *s, struct imap_cursor *c)
{
	if (imap_open_find(s, KIND_NAMESPACE) && namespaces(s, c, IMAP_NS_PERSONAL) && namespaces(s, c, IMAP_NS_OTHER))
		namespaces(s, c, IMAP_NS_SHARED);
}
