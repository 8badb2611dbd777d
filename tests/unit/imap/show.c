/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/imap/show.h"

static void add_quoted(GString *out, struct str s)
{
	g_string_append_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\r')
			g_string_append(out, "\\r");
		else if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			g_string_append_printf(out, "\\x%02x", c);
		else
			g_string_append_c(out, (char)c);
	}
	g_string_append_c(out, '"');
}

static void add_delimiter(GString *out, char delimiter)
{
	g_string_append_printf(out, " %c", delimiter ? delimiter : '-');
}

static void add_attributes(GString *out, uint32_t attributes)
{
	static const char *const names[] = { "noselect", "noinferiors", "haschildren", "hasnochildren", "nonexistent",
		NULL, NULL, NULL, "all", "archive", "drafts", "flagged", "junk", "sent", "trash" };
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (attributes & 1u << i)
			g_string_append_printf(out, " %s", names[i]);
}

static void add_part(GString *out, const struct msg_part *p)
{
	g_string_append_printf(out, "(%s %s", p->section[0] ? p->section : "-", p->type);
	if (p->charset)
		g_string_append_printf(out, " charset=%s", p->charset);
	if (p->name)
		g_string_append_printf(out, " name=%s", p->name);
	if (p->disposition)
		g_string_append_printf(out, " %s", p->disposition);
	if (p->cid)
		g_string_append_printf(out, " cid=%s", p->cid);
	if (p->description)
		g_string_append_printf(out, " description=%s", p->description);
	if (p->flowed)
		g_string_append(out, p->delsp ? " flowed delsp" : " flowed");
	if (!p->children || p->size)
		g_string_append_printf(out, " %s %" G_GUINT64_FORMAT, p->encoding, p->size);
	for (unsigned i = 0; p->children && i < p->children->len; i++) {
		g_string_append_c(out, ' ');
		add_part(out, g_ptr_array_index(p->children, i));
	}
	g_string_append_c(out, ')');
}

char *show_structure(const struct msg_part *p)
{
	GString *out = g_string_new(NULL);
	if (p)
		add_part(out, p);
	return g_string_free(out, FALSE);
}

static void add_fetch(GString *out, const struct imap_event *ev)
{
	unsigned has = ev->u.fetch.has;
	g_string_append_printf(out, "FETCH %u uid=%u", ev->u.fetch.seq, ev->u.fetch.uid);
	if (has & IMAP_HAS_FLAGS)
		g_string_append_printf(out, " flags=%x", ev->u.fetch.flags);
	for (unsigned i = 0; has & IMAP_HAS_FLAGS && i < ev->u.fetch.keywords->len; i++)
		g_string_append_printf(out, " +%s", (char *)g_ptr_array_index(ev->u.fetch.keywords, i));
	if (has & IMAP_HAS_DATE)
		g_string_append_printf(out, " date=%s", ev->u.fetch.date.known ? "known" : "unknown");
	if (has & IMAP_HAS_SIZE)
		g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, ev->u.fetch.size);
	if (has & IMAP_HAS_MODSEQ)
		g_string_append_printf(out, " modseq=%" G_GUINT64_FORMAT, ev->u.fetch.modseq);
	if (has & IMAP_HAS_EMAILID)
		g_string_append_printf(out, " emailid=%.*s", (int)ev->u.fetch.emailid.n, ev->u.fetch.emailid.p);
	if (has & IMAP_HAS_HEADER) {
		g_string_append(out, " header=");
		add_quoted(out, ev->u.fetch.header);
	}
	if (has & IMAP_HAS_STRUCTURE) {
		g_string_append(out, " structure=");
		add_part(out, ev->u.fetch.structure);
	}
}

static void add_status(GString *out, const struct imap_event *ev)
{
	g_string_append(out, "STATUS ");
	add_quoted(out, ev->u.status.name);
	if (ev->u.status.has_messages)
		g_string_append_printf(out, " messages=%u", ev->u.status.messages);
	if (ev->u.status.has_unseen)
		g_string_append_printf(out, " unseen=%u", ev->u.status.unseen);
	g_string_append_printf(out, " uidnext=%u uidvalidity=%u", ev->u.status.uidnext, ev->u.status.uidvalidity);
	if (ev->u.status.has_highestmodseq)
		g_string_append_printf(out, " highestmodseq=%" G_GUINT64_FORMAT, ev->u.status.highestmodseq);
	if (ev->u.status.has_size)
		g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, ev->u.status.size);
	if (ev->u.status.mailboxid.n)
		g_string_append_printf(out, " id=%.*s", (int)ev->u.status.mailboxid.n, ev->u.status.mailboxid.p);
}

static void add_done(GString *out, const struct imap_event *ev)
{
	static const char *const results[] = { "OK", "NO", "BAD", "LOST" };
	g_string_append_printf(out, "DONE %u %s", ev->u.done.id, results[ev->u.done.result]);
	if (ev->u.done.code.n)
		g_string_append_printf(out, " [%.*s]", (int)ev->u.done.code.n, ev->u.done.code.p);
	if (ev->u.done.text.n)
		g_string_append_printf(out, " %.*s", (int)ev->u.done.text.n, ev->u.done.text.p);
	if (ev->u.done.appendlimit)
		g_string_append_printf(out, " limit=%u", ev->u.done.appendlimit);
	const struct imap_copied *copied = ev->u.done.copied;
	if (!copied)
		return;
	g_string_append_printf(out, " copied %u", copied->uidvalidity);
	for (unsigned i = 0; i < copied->to->len; i++) {
		uint32_t to = g_array_index(copied->to, uint32_t, i);
		if (copied->from->len)
			g_string_append_printf(out, " %u>%u", g_array_index(copied->from, uint32_t, i), to);
		else
			g_string_append_printf(out, " >%u", to);
	}
}

static void add_event(GString *out, const struct imap_event *ev)
{
	switch (ev->type) {
	case IMAP_READY: g_string_append(out, "READY"); break;
	case IMAP_LIST:
		g_string_append(out, "LIST ");
		add_quoted(out, ev->u.list.name);
		add_delimiter(out, ev->u.list.delimiter);
		add_attributes(out, ev->u.list.attributes);
		if (ev->u.list.subscribed)
			g_string_append(out, " subscribed");
		break;
	case IMAP_NAMESPACE:
		g_string_append(out, "NAMESPACE ");
		if (ev->u.ns.kind)
			g_string_append(out, ev->u.ns.kind == IMAP_NS_OTHER ? "other " : "shared ");
		add_quoted(out, ev->u.ns.prefix);
		add_delimiter(out, ev->u.ns.delimiter);
		break;
	case IMAP_STATUS: add_status(out, ev); break;
	case IMAP_EXISTS: g_string_append_printf(out, "EXISTS %u", ev->u.number); break;
	case IMAP_EXPUNGE: g_string_append_printf(out, "EXPUNGE %u", ev->u.number); break;
	case IMAP_FETCH: add_fetch(out, ev); break;
	case IMAP_ALERT:
		g_string_append(out, "ALERT ");
		add_quoted(out, ev->u.text);
		break;
	case IMAP_VANISHED:
		g_string_append_printf(out, "VANISHED %u:%u%s", ev->u.vanished.first, ev->u.vanished.last,
			ev->u.vanished.earlier ? " earlier" : "");
		break;
	case IMAP_QUOTA:
		g_string_append(out, "QUOTA ");
		add_quoted(out, ev->u.quota.root);
		g_string_append_printf(out, " %.*s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
			(int)ev->u.quota.resource.n, ev->u.quota.resource.p, ev->u.quota.usage, ev->u.quota.limit);
		break;
	case IMAP_RIGHTS:
		g_string_append(out, "RIGHTS ");
		add_quoted(out, ev->u.rights.name);
		g_string_append_printf(out, " %.*s", (int)ev->u.rights.rights.n, ev->u.rights.rights.p);
		break;
	case IMAP_ID:
		g_string_append(out, "ID ");
		add_quoted(out, ev->u.text);
		break;
	case IMAP_DONE: add_done(out, ev); break;
	case IMAP_BODY: break;
	}
}

/* The last open line of this part. */
static char *open_body(const char *head, GPtrArray *lines)
{
	for (guint i = lines->len; i > 0; i--) {
		char *line = lines->pdata[i - 1];
		if (!g_str_has_prefix(line, "BODY "))
			return NULL;
		if (g_str_has_prefix(line, head) && g_str_has_suffix(line, ".."))
			return g_ptr_array_steal_index(lines, i - 1);
	}
	return NULL;
}

/* A body's line stands open ("BODY id uid [section] total bytes ..") until its end has come, and grows with each piece. */
static void add_body(const struct imap_event *ev, GPtrArray *lines)
{
	g_autofree char *head = g_strdup_printf("BODY %u uid=%u [%.*s] ", ev->u.body.id, ev->u.body.uid,
		(int)ev->u.body.section.n, ev->u.body.section.p);
	g_autofree char *open = open_body(head, lines);
	g_autoptr(GString) line = g_string_new(open ? open : head);
	if (open)
		g_string_truncate(line, line->len - 4);
	else
		g_string_append_printf(line, "total=%" G_GUINT64_FORMAT " \"", ev->u.body.total);
	g_autoptr(GString) bytes = g_string_new(NULL);
	add_quoted(bytes, ev->u.body.bytes);
	g_string_append(line, bytes->str + 1);
	g_string_append(line, !ev->u.body.end ? " .." : ev->u.body.nil ? " nil" : "");
	g_ptr_array_add(lines, g_strdup(line->str));
}

void show_events(struct imap_session *s, GPtrArray *lines)
{
	struct imap_event ev;
	while (imap_event(s, &ev)) {
		if (ev.type == IMAP_BODY) {
			add_body(&ev, lines);
			continue;
		}
		GString *line = g_string_new(NULL);
		add_event(line, &ev);
		g_ptr_array_add(lines, g_string_free(line, FALSE));
	}
}

void show_error(const struct err *e, GPtrArray *lines)
{
	static const char *const retries[] = { "now", "later", "never" };
	GString *line = g_string_new(NULL);
	g_string_printf(line, "ERROR %s %s %s", err_cause_name(e->cause), retries[e->retry], e->text ? e->text : "");
	if (e->server)
		g_string_append_printf(line, " | %s", e->server);
	g_ptr_array_add(lines, g_string_free(line, FALSE));
}
