/* SPDX-License-Identifier: GPL-3.0-or-later */
/* APPEND (RFC 9051 6.3.12), and REPLACE (RFC 8508), which takes another message away with it. A message of some size is announced and waits for the server's word, which may be that
 * there is no room; a small one goes at once where that is offered (RFC 7888). */
#include "imap/internal.h"

#include <string.h>

#define DIRECT_MAX 65536      /* octets that are not worth a round trip */
#define MINUS_MAX 4096        /* LITERAL- */
#define DATE_END 253402300800 /* the year 10000 */

static void add_date(GString *out, int64_t date)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	if (date < 0 || date >= DATE_END)
		return;
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(date);
	if (when)
		g_string_append_printf(out, "\"%2d-%s-%04d %02d:%02d:%02d +0000\" ", g_date_time_get_day_of_month(when),
			months[g_date_time_get_month(when) - 1], g_date_time_get_year(when), g_date_time_get_hour(when),
			g_date_time_get_minute(when), g_date_time_get_second(when));
}

bool imap_appends(const struct imap_command *c)
{
	return c->kind == KIND_APPEND || c->kind == KIND_REPLACE;
}

static void compose_append(struct imap_session *s, struct imap_command *c)
{
	bool replaces = c->kind == KIND_REPLACE;
	if (replaces && (s->box_state != BOX_OPEN || s->box.readonly)) {
		c->refusal = "CLOSED";
		return;
	}
	if (s->appendlimit && c->size > s->appendlimit) {
		c->refusal = "TOOBIG";
		return;
	}
	if (replaces)
		g_string_append_printf(c->text, "UID REPLACE %u ", (unsigned)c->replaces);
	else
		g_string_append(c->text, "APPEND ");
	c->uses = replaces ? IMAP_CAP_REPLACE : 0;
	imap_command_mailbox(s, c, c->name);
	g_string_append_c(c->text, ' ');
	size_t before = c->text->len;
	if (imap_flag_list(s, c, c->text))
		g_string_append_c(c->text, ' ');
	else
		g_string_truncate(c->text, before);
	add_date(c->text, c->date);
	c->utf8 = c->utf8 && s->utf8 && !s->append_plain;
	if (c->utf8)
		g_string_append(c->text, "UTF8 (~");
}

static struct imap_command *append_new(enum imap_kind kind, struct str mailbox, uint32_t flags,
	const GPtrArray *keywords, int64_t date, uint64_t size, bool utf8)
{
	struct imap_command *c = imap_command_new(kind);
	c->name = imap_command_name(c, mailbox);
	c->compose = compose_append;
	c->flags = flags;
	c->keywords = imap_keywords_copy(keywords);
	c->date = date;
	c->size = c->left = size;
	c->utf8 = utf8;
	c->impossible = c->impossible || size > IMAP_BODY_MAX;
	return c;
}

uint32_t imap_append(struct imap_session *s, struct str mailbox, uint32_t flags, const GPtrArray *keywords,
	int64_t date, uint64_t size, bool utf8)
{
	return imap_enqueue(s, append_new(KIND_APPEND, mailbox, flags, keywords, date, size, utf8));
}

uint32_t imap_replace(struct imap_session *s, uint32_t uid, struct str mailbox, uint32_t flags,
	const GPtrArray *keywords, int64_t date, uint64_t size, bool utf8)
{
	struct imap_command *c = append_new(KIND_REPLACE, mailbox, flags, keywords, date, size, utf8);
	c->replaces = uid;
	return imap_enqueue(s, c);
}

/* Only what the server says itself after login: to one that does not know it the octets would be commands. A server that
 * does not know REPLACE is to say so before them. */
static bool goes_at_once(const struct imap_session *s, const struct imap_command *c)
{
	if (!s->caps_after_login || c->size > DIRECT_MAX || c->kind == KIND_REPLACE)
		return false;
	return imap_can(s, IMAP_CAP_LITERAL_PLUS) || (imap_can(s, IMAP_CAP_LITERAL_MINUS) && c->size <= MINUS_MAX);
}

void imap_append_announce(struct imap_session *s, struct imap_command *c, GString *line)
{
	bool at_once = goes_at_once(s, c);
	g_string_append_printf(line, "{%" G_GUINT64_FORMAT "%s}", c->size, at_once ? "+" : "");
	s->paused = c;
	s->feeding = at_once ? c : NULL;
	if (at_once)
		c->uses = imap_can(s, IMAP_CAP_LITERAL_PLUS) ? IMAP_CAP_LITERAL_PLUS : IMAP_CAP_LITERAL_MINUS;
}

static void finish(struct imap_session *s)
{
	if (s->feeding->utf8)
		imap_write(s, STR(")"), (struct str){ 0 });
	s->paused = s->feeding = NULL;
	imap_write(s, STR("\r\n"), (struct str){ 0 });
}

bool imap_append_waits(const struct imap_session *s)
{
	return s->paused && imap_appends(s->paused) && s->paused->said == s->paused->text->len;
}

void imap_append_go(struct imap_session *s)
{
	s->feeding = s->paused;
	if (!s->feeding->left)
		finish(s);
}

size_t imap_append_room(const struct imap_session *s)
{
	if (!s->feeding || s->out.n >= IMAP_APPEND_WAITING)
		return 0;
	return (size_t)MIN(s->feeding->left, IMAP_APPEND_WAITING - s->out.n);
}

void imap_append_feed(struct imap_session *s, struct str bytes)
{
	if (!s->feeding)
		return;
	bytes.n = (size_t)MIN(bytes.n, s->feeding->left);
	imap_write(s, bytes, (struct str){ 0 });
	s->feeding->left -= bytes.n;
	if (s->feeding->left)
		return;
	finish(s);
	imap_flush(s);
}

/* The server reads to the end what was announced to it, also when it wants it no more. */
int imap_append_refused(struct imap_session *s, struct imap_command *c, enum imap_result result, struct err *e)
{
	if (c->kind == KIND_REPLACE && result != IMAP_OK)
		s->caps_bad |= IMAP_CAP_REPLACE;
	else
		s->append_plain = s->append_plain || (c->utf8 && result == IMAP_BAD);
	if (s->feeding != c)
		return 0;
	if (c->left > IMAP_APPEND_WAITING)
		return imap_fail(s, e, ERR_NET, ERR_NOW, "the server refused a message while it was sent");
	for (; c->left; c->left--)
		imap_write(s, STR(" "), (struct str){ 0 });
	finish(s);
	return 0;
}
