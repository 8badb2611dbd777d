/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers for programs, with words for people beside them: to invitations (RFC 6047), and that a message was displayed
 * (RFC 8098). */
#include "compose/compose.h"

#include "base/utf8.h"
#include "compose/internal.h"

#define FOLD_OCTETS 75 /* of a content line (RFC 5545 3.1) */

/* --- the message round it --- */

static void one_addr(GString *out, const char *name, const struct msg_addr *addr)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_ptr_array_add(list, (gpointer)addr);
	field_addrs(out, name, list, false);
}

static void head(GString *out, const struct answer *a)
{
	one_addr(out, "From", a->from);
	one_addr(out, "To", a->to);
	field_text(out, "Subject", a->subject);
	if (a->in_reply_to && id_is_sound(a->in_reply_to)) {
		g_autoptr(GPtrArray) ids = g_ptr_array_new();
		g_ptr_array_add(ids, (gpointer)a->in_reply_to);
		field_ids(out, "In-Reply-To", ids);
		field_ids(out, "References", ids);
	}
	/* Nobody's holiday notice is to answer it (RFC 3834 5). */
	g_string_append(out, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
}

/* text: LF line ends, which are CRLF in base64 (RFC 2049 2). */
static void body_text(GString *out, struct str text)
{
	enum encoding encoding = mime_encoding_for(text);
	if (encoding == ENCODING_7BIT) {
		g_string_append(out, "Content-Transfer-Encoding: 7bit\r\n\r\n");
		g_string_append_len(out, text.p, (gssize)text.n);
		return;
	}
	g_autoptr(GString) lines = g_string_new_len(text.p, (gssize)text.n);
	g_string_replace(lines, "\n", "\r\n", 0);
	g_autofree char *base64 = g_base64_encode((const guchar *)lines->str, lines->len);
	g_string_append(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	for (size_t at = 0, n = strlen(base64); at < n; at += 76)
		g_string_append_printf(out, "%.76s\r\n", base64 + at);
}

static void words(GString *out, const char *boundary, const char *text)
{
	g_string_append_printf(out, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\n", boundary);
	g_autofree char *lines = lf_lines(str_of(text));
	body_text(out, str_of(lines));
	g_string_append(out, "\r\n");
}

static struct draft *ready(GString *message)
{
	struct draft *d = draft_ready((struct str){ message->str, message->len });
	g_string_free(message, TRUE);
	return d;
}

/* --- invitations --- */

/* Folded; never inside a character. */
static void content_line(GString *out, const char *line)
{
	size_t n = 0;
	for (const char *c = line, *next; *c; c = next) {
		next = g_utf8_next_char(c);
		size_t octets = (size_t)(next - c);
		if (n + octets > FOLD_OCTETS) {
			g_string_append(out, "\n ");
			n = 1;
		}
		g_string_append_len(out, c, (gssize)octets);
		n += octets;
	}
	g_string_append_c(out, '\n');
}

static void guest_line(
	GString *out, const struct cal_person *guest, const struct msg_addr *from, enum cal_answer answer)
{
	const char *name = guest->name ? guest->name : from->name;
	g_autoptr(GString) line = g_string_new("ATTENDEE;PARTSTAT=");
	g_string_append(line, cal_answer_names[answer]);
	if (name && *name) {
		g_autofree char *clean = utf8_line(str_of(name));
		g_strdelimit(clean, "\"", '\'');
		g_string_append_printf(line, ";CN=\"%s\"", clean);
	}
	g_string_append_printf(line, ":mailto:%s", guest->addr);
	content_line(out, line->str);
}

static void event_of(GString *out, const struct cal_event *ev, const struct cal_person *guest, const struct answer *a,
	enum cal_answer answer, int64_t now)
{
	const char *kind = ev->task ? "VTODO" : "VEVENT";
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(now);
	g_autofree char *stamp = g_date_time_format(at, "%Y%m%dT%H%M%SZ");
	g_string_append_printf(out, "BEGIN:%s\n", kind);
	for (guint i = 0; i < ev->echo->len; i++)
		content_line(out, ev->echo->pdata[i]);
	g_string_append_printf(out, "DTSTAMP:%s\n", stamp);
	guest_line(out, guest, a->from, answer);
	g_string_append_printf(out, "END:%s\n", kind);
}

static void zones(GString *out, const char *lines)
{
	g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
	for (char **line = each; *line; line++)
		if (**line)
			content_line(out, *line);
}

struct draft *draft_invitation_answer(
	const struct answer *a, const struct msg_calendar *c, const char *guest, enum cal_answer answer, int64_t now)
{
	/* Which program this is concerns nobody, but the standard wants a word. */
	g_autoptr(GString) calendar =
		g_string_new("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//iTIP//reply//EN\nMETHOD:REPLY\n");
	g_autofree char *boundary = random_word(BOUNDARY_OCTETS);
	GString *out = g_string_new(NULL);
	bool any = false;
	zones(calendar, c->zones);
	for (guint i = 0; i < c->events->len; i++) {
		const struct cal_event *ev = c->events->pdata[i];
		const struct cal_person *p = cal_event_guest(ev, guest);
		if (p)
			event_of(calendar, ev, p, a, answer, now);
		any = any || p;
	}
	g_string_append(calendar, "END:VCALENDAR\n");
	head(out, a);
	g_string_append_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
	words(out, boundary, a->text);
	g_string_append_printf(out, "--%s\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n", boundary);
	body_text(out, (struct str){ calendar->str, calendar->len });
	g_string_append_printf(out, "--%s--\r\n", boundary);
	if (any)
		return ready(out);
	g_string_free(out, TRUE);
	return NULL;
}

/* --- receipts --- */

struct draft *draft_receipt(const struct answer *a, const char *original)
{
	g_autofree char *boundary = random_word(BOUNDARY_OCTETS), *line = original ? utf8_line(str_of(original)) : NULL;
	GString *out = g_string_new(NULL);
	head(out, a);
	g_string_append_printf(out,
		"Content-Type: multipart/report; report-type=disposition-notification;\r\n boundary=\"%s\"\r\n\r\n",
		boundary);
	words(out, boundary, a->text);
	g_string_append_printf(out, "--%s\r\nContent-Type: message/disposition-notification\r\n\r\n", boundary);
	if (line && g_str_is_ascii(line))
		field_text(out, "Original-Recipient", line);
	g_string_append_printf(out, "Final-Recipient: rfc822;%s\r\n", a->from->addr);
	if (a->in_reply_to && id_is_sound(a->in_reply_to))
		g_string_append_printf(out, "Original-Message-ID: <%s>\r\n", a->in_reply_to);
	g_string_append_printf(
		out, "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--%s--\r\n", boundary);
	return ready(out);
}
