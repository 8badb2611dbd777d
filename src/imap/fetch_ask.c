/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FETCH commands (RFC 9051 6.4.5, RFC 7162 3.1.4). */
#include "imap/internal.h"

#include <string.h>

#define ROW_FIELDS "BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES LIST-ID)])"
#define ROW_ITEMS " (UID FLAGS INTERNALDATE RFC822.SIZE EMAILID " ROW_FIELDS

static void begin(struct imap_command *c)
{
	g_string_append(c->text, c->by_uid ? "UID FETCH " : "FETCH ");
	if (c->set_text)
		g_string_append(c->text, c->set_text);
	else
		g_string_append_printf(c->text, "%u", c->lo);
	if (c->set_text || c->hi == c->lo)
		return;
	if (c->hi)
		g_string_append_printf(c->text, ":%u", c->hi);
	else
		g_string_append(c->text, ":*");
}

static struct imap_command *range_new(enum imap_kind kind, bool by_uid, uint32_t lo, uint32_t hi)
{
	struct imap_command *c = imap_command_new(kind);
	c->by_uid = by_uid;
	c->lo = lo;
	c->hi = hi;
	c->impossible = !lo || (hi && hi < lo);
	return c;
}

static uint32_t fetch(
	struct imap_session *s, enum imap_kind kind, bool by_uid, uint32_t lo, uint32_t hi, const char *items)
{
	struct imap_command *c = range_new(kind, by_uid, lo, hi);
	begin(c);
	g_string_append_printf(c->text, " %s", items);
	return imap_enqueue(s, c);
}

static uint32_t fetch_set(struct imap_session *s, enum imap_kind kind, bool by_uid,
	void (*compose)(struct imap_session *s, struct imap_command *c), const struct imap_set *set)
{
	struct imap_command *c = imap_command_new(kind);
	c->by_uid = by_uid;
	c->compose = compose;
	return imap_enqueue_set(s, c, set, sizeof(ROW_ITEMS) + 32);
}

static void compose_rows(struct imap_session *s, struct imap_command *c)
{
	bool ids = imap_can(s, IMAP_CAP_OBJECTID);
	begin(c);
	g_string_append(c->text, ids ? ROW_ITEMS : " (UID FLAGS INTERNALDATE RFC822.SIZE " ROW_FIELDS);
	c->uses = ids ? IMAP_CAP_OBJECTID : 0;
}

static uint32_t fetch_rows(struct imap_session *s, bool by_uid, uint32_t lo, uint32_t hi)
{
	struct imap_command *c = range_new(KIND_ROWS, by_uid, lo, hi);
	c->compose = compose_rows;
	return imap_enqueue(s, c);
}

uint32_t imap_fetch_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch_rows(s, false, lo, hi);
}

uint32_t imap_fetch_rows(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch_rows(s, true, uid_lo, uid_hi);
}

uint32_t imap_fetch_rows_set(struct imap_session *s, const struct imap_set *uids)
{
	return fetch_set(s, KIND_ROWS, true, compose_rows, uids);
}

uint32_t imap_fetch_flags_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch(s, KIND_FLAGS, false, lo, hi, "(UID FLAGS)");
}

uint32_t imap_fetch_flags(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch(s, KIND_FLAGS, true, uid_lo, uid_hi, "(UID FLAGS)");
}

/* A mailbox without modification sequences would refuse to compare them. */
static void compose_changes(struct imap_session *s, struct imap_command *c)
{
	bool none = s->box_state == BOX_OPEN && s->box.nomodseq;
	begin(c);
	g_string_append(c->text, " (UID FLAGS)");
	if (!c->modseq || none || !imap_can(s, IMAP_CAP_CONDSTORE))
		return;
	bool vanished = imap_qresync(s);
	c->uses = vanished ? IMAP_CAP_QRESYNC : IMAP_CAP_CONDSTORE;
	g_string_append_printf(
		c->text, " (CHANGEDSINCE %" G_GUINT64_FORMAT "%s)", c->modseq, vanished ? " VANISHED" : "");
}

uint32_t imap_fetch_changes(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi, uint64_t modseq)
{
	struct imap_command *c = range_new(KIND_FLAGS, true, uid_lo, uid_hi);
	c->compose = compose_changes;
	c->modseq = modseq <= INT64_MAX ? modseq : 0;
	return imap_enqueue(s, c);
}

static void compose_numbers(struct imap_session *s, struct imap_command *c)
{
	(void)s;
	begin(c);
	g_string_append(c->text, " (UID)");
}

uint32_t imap_fetch_numbers(struct imap_session *s, const uint32_t *seqs, unsigned n)
{
	struct imap_set set;
	imap_set_init(&set);
	for (unsigned i = 0; i < n; i++)
		imap_set_add(&set, seqs[i], seqs[i]);
	uint32_t id = fetch_set(s, KIND_NUMBERS, false, compose_numbers, &set);
	imap_set_clear(&set);
	return id;
}

static void compose_identities(struct imap_session *s, struct imap_command *c)
{
	(void)s;
	begin(c);
	g_string_append(c->text, " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
}

uint32_t imap_fetch_identities(struct imap_session *s, const struct imap_set *uids)
{
	return fetch_set(s, KIND_IDENTITIES, true, compose_identities, uids);
}

uint32_t imap_fetch_structure_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch(s, KIND_STRUCTURE, false, lo, hi, "(UID BODYSTRUCTURE)");
}

uint32_t imap_fetch_structure(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch(s, KIND_STRUCTURE, true, uid_lo, uid_hi, "(UID BODYSTRUCTURE)");
}

static void compose_structures(struct imap_session *s, struct imap_command *c)
{
	(void)s;
	begin(c);
	g_string_append(c->text, " (UID BODYSTRUCTURE)");
}

uint32_t imap_fetch_structures(struct imap_session *s, const struct imap_set *uids)
{
	return fetch_set(s, KIND_STRUCTURE, true, compose_structures, uids);
}

/* Digits, letters and dots: what a section is made of here. */
static bool is_section(const char *section)
{
	return strlen(section) <= IMAP_NAME_MAX &&
	       strspn(section, "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen(section);
}

uint32_t imap_fetch_part(struct imap_session *s, uint32_t uid, const char *section, uint64_t offset, uint64_t length)
{
	struct imap_command *c = range_new(KIND_PART, true, uid, uid);
	c->sections = g_new0(char *, 2);
	c->sections[0] = g_strdup(section);
	c->offset = offset;
	c->length = length;
	c->impossible = !uid || !is_section(section) || offset > G_MAXUINT32 || length > G_MAXUINT32;
	g_string_printf(c->text, "UID FETCH %u (UID BODY.PEEK[%s]", uid, section);
	if (offset || length)
		g_string_append_printf(c->text, "<%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ">", offset,
			length ? length : (uint64_t)IMAP_BODY_MAX);
	g_string_append_c(c->text, ')');
	return imap_enqueue(s, c);
}

static void compose_parts(struct imap_session *s, struct imap_command *c)
{
	(void)s;
	begin(c);
	g_string_append(c->text, " (UID");
	for (char **section = c->sections; *section; section++)
		g_string_append_printf(c->text, " BODY.PEEK[%s]", *section);
	g_string_append_c(c->text, ')');
}

uint32_t imap_fetch_parts(struct imap_session *s, const struct imap_set *uids, const char *const *sections)
{
	struct imap_command *c = imap_command_new(KIND_PART);
	size_t others = 32, n = 0;
	c->by_uid = true;
	c->compose = compose_parts;
	c->sections = g_strdupv((char **)sections);
	for (; c->sections[n]; n++) {
		others += strlen(c->sections[n]) + sizeof(" BODY.PEEK[]");
		c->impossible = c->impossible || !is_section(c->sections[n]);
	}
	c->impossible = c->impossible || !n || n > IMAP_SECTIONS_MAX;
	return imap_enqueue_set(s, c, uids, others);
}
