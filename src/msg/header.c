/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

struct str line_next(struct str *rest)
{
	struct str line;
	str_cut(*rest, '\n', &line, rest);
	while (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str trim_blanks(struct str s)
{
	while (s.n && (is_blank(s.p[0]) || s.p[0] == '\r' || s.p[0] == '\n'))
		s = str_sub(s, 1);
	while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* RFC 5322 4.5: blanks may stand before the colon. Octets past ASCII are let through, blanks and controls are not. */
static bool cut_name(struct str line, struct str *name, struct str *value)
{
	if (!str_cut(line, ':', name, value))
		return false;
	while (name->n && is_blank(name->p[name->n - 1]))
		name->n--;
	for (size_t i = 0; i < name->n; i++)
		if ((unsigned char)name->p[i] <= ' ' || name->p[i] == 0x7f)
			return false;
	return name->n > 0;
}

bool head_next(struct head_scan *s, struct str *name, struct str *value)
{
	while (s->rest.n) {
		struct str line = line_next(&s->rest);
		const char *end = line.p + line.n;
		if (!line.n)
			s->rest.n = 0;
		if (!line.n)
			return false;
		bool field = !is_blank(line.p[0]) && cut_name(line, name, value);
		while (s->rest.n && is_blank(s->rest.p[0])) {
			struct str more = line_next(&s->rest);
			end = more.p + more.n;
		}
		if (field) {
			value->n = (size_t)(end - value->p);
			return true;
		}
		s->odd = true;
	}
	return false;
}

struct str head_unfold(struct str v, GString *scratch)
{
	v = trim_blanks(v);
	if (!v.n || !memchr(v.p, '\n', v.n))
		return v;
	g_string_truncate(scratch, 0);
	while (v.n) {
		struct str line = line_next(&v);
		g_string_append_len(scratch, line.p, (gssize)line.n);
	}
	return (struct str){ scratch->str, scratch->len };
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
			return false;
	return true;
}

char *clean_line(struct str s)
{
	s = trim_blanks(s);
	if (is_plain(s))
		return str_dup(s);
	return g_strstrip(utf8_line(s));
}

/* Both forms of a value; most are plain ASCII and need no tables. */
static struct msg_field *field_new(struct str name, struct str value)
{
	struct msg_field *f = g_new(struct msg_field, 1);
	f->name = clean_line(name);
	f->raw = is_plain(value) ? str_dup(value) : utf8_make_valid(value);
	f->value = msg_decode_words(value);
	return f;
}

static void field_free(void *field)
{
	struct msg_field *f = field;
	g_free(f->name);
	g_free(f->value);
	g_free(f->raw);
	g_free(f);
}

/* --- message ids --- */

/* The next <..> of *rest, without the brackets. */
static bool id_next(struct str *rest, struct str *id)
{
	struct str before;
	while (str_cut(*rest, '<', &before, rest)) {
		size_t n = 0;
		while (n < rest->n && rest->p[n] != '>' && rest->p[n] != '<')
			n++;
		*id = (struct str){ rest->p, n };
		bool closed = n < rest->n && rest->p[n] == '>';
		*rest = str_sub(*rest, n);
		if (closed && n)
			return true;
	}
	return false;
}

/* Folding may have left blanks inside an id. */
static char *id_clean(struct str id)
{
	GString *tight = g_string_sized_new(id.n);
	for (size_t i = 0; i < id.n; i++)
		if (!is_blank(id.p[i]))
			g_string_append_c(tight, id.p[i]);
	char *clean = clean_line((struct str){ tight->str, tight->len });
	g_string_free(tight, TRUE);
	return clean;
}

char *id_first(struct str value)
{
	struct str rest = value, id;
	if (id_next(&rest, &id))
		return id_clean(id);
	struct str word = trim_blanks(value);
	for (size_t i = 0; i < word.n; i++)
		if (is_blank(word.p[i]))
			word.n = i;
	return word.n ? id_clean(word) : NULL;
}

static void add_references(struct msg_head *h, struct str value)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct str));
	struct str id;
	while (id_next(&value, &id))
		g_array_append_val(ids, id);
	guint from = ids->len > MSG_REFS_MAX ? ids->len - MSG_REFS_MAX : 0;
	for (guint i = from; i < ids->len; i++)
		g_ptr_array_add(h->references, id_clean(g_array_index(ids, struct str, i)));
}

/* --- the known fields --- */

enum known {
	FROM,
	SENDER,
	REPLY_TO,
	TO,
	CC,
	BCC,
	SUBJECT,
	DATE,
	MESSAGE_ID,
	IN_REPLY_TO,
	REFERENCES,
	LIST_ID,
	CONTENT_TYPE, /* its value and the next one's are the part's */
	CONTENT_ENCODING,
	KNOWN
};

static const char *const known_names[KNOWN] = {
	[FROM] = "from",
	[SENDER] = "sender",
	[REPLY_TO] = "reply-to",
	[TO] = "to",
	[CC] = "cc",
	[BCC] = "bcc",
	[SUBJECT] = "subject",
	[DATE] = "date",
	[MESSAGE_ID] = "message-id",
	[IN_REPLY_TO] = "in-reply-to",
	[REFERENCES] = "references",
	[LIST_ID] = "list-id",
	[CONTENT_TYPE] = "content-type",
	[CONTENT_ENCODING] = "content-transfer-encoding",
};

static enum known known_find(struct str name)
{
	for (enum known k = 0; k < KNOWN; k++)
		if (str_is(name, known_names[k]))
			return k;
	return KNOWN;
}

static GPtrArray **addresses_of(struct msg_head *h, enum known k)
{
	GPtrArray **of[] = { [FROM] = &h->from,
		[SENDER] = &h->sender,
		[REPLY_TO] = &h->reply_to,
		[TO] = &h->to,
		[CC] = &h->cc,
		[BCC] = &h->bcc };
	return of[k];
}

static void set_known(struct msg_head *h, enum known k, struct str value, const char *decoded, GPtrArray *defects)
{
	bool odd = false;
	struct str rest = value, id;
	switch (k) {
	case SUBJECT: h->subject = g_strdup(decoded); break;
	case DATE: h->date = msg_date_parse(value); break;
	case MESSAGE_ID: h->message_id = id_first(value); break;
	case IN_REPLY_TO: h->in_reply_to = id_next(&rest, &id) ? id_clean(id) : NULL; break;
	case REFERENCES: add_references(h, value); break;
	case LIST_ID: h->list_id = id_next(&rest, &id) ? id_clean(id) : NULL; break;
	case CONTENT_TYPE:
	case CONTENT_ENCODING:
	case KNOWN: break;
	default: *addresses_of(h, k) = addrs_parse(value, &odd); break;
	}
	if (odd)
		defect(defects, "bad-address");
	h->odd_writer = h->odd_writer || (odd && k <= REPLY_TO);
}

static void add_fields(struct msg_head *h, struct str bytes, GPtrArray *defects)
{
	struct head_scan scan = { .rest = bytes };
	struct str name, value;
	bool seen[KNOWN] = { false };
	GString *scratch = g_string_new(NULL);
	while (head_next(&scan, &name, &value)) {
		if (h->fields->len >= MSG_FIELDS_MAX || value.n > MSG_HEADER_MAX)
			defect(defects, "header-limit");
		if (h->fields->len >= MSG_FIELDS_MAX)
			break;
		value.n = MIN(value.n, MSG_HEADER_MAX);
		value = head_unfold(value, scratch);
		struct msg_field *f = field_new(name, value);
		g_ptr_array_add(h->fields, f);
		enum known k = known_find(name);
		if (k < KNOWN && seen[k])
			defect(defects, "duplicate-field");
		else
			set_known(h, k, value, f->value, defects);
		if (k < KNOWN)
			seen[k] = true;
	}
	if (scan.odd)
		defect(defects, "bad-header-line");
	g_string_free(scratch, TRUE);
}

struct msg_head *head_parse(struct str bytes, GPtrArray *defects)
{
	struct msg_head *h = g_new0(struct msg_head, 1);
	h->fields = g_ptr_array_new_with_free_func(field_free);
	h->references = g_ptr_array_new_with_free_func(g_free);
	if (bytes.n > MSG_HEADERS_MAX) {
		defect(defects, "header-limit");
		bytes.n = MSG_HEADERS_MAX;
	}
	add_fields(h, bytes, defects);
	for (enum known k = FROM; k <= BCC; k++)
		if (!*addresses_of(h, k))
			*addresses_of(h, k) = msg_addrs_new();
	if (!h->subject)
		h->subject = g_strdup("");
	return h;
}

struct msg_head *msg_head_parse(struct str bytes)
{
	return head_parse(bytes, NULL);
}

void msg_head_free(struct msg_head *h)
{
	if (!h)
		return;
	/* What was taken out is NULL. */
	g_clear_pointer(&h->fields, g_ptr_array_unref);
	g_clear_pointer(&h->references, g_ptr_array_unref);
	for (enum known k = FROM; k <= BCC; k++)
		g_clear_pointer(addresses_of(h, k), g_ptr_array_unref);
	g_free(h->in_reply_to);
	g_free(h->message_id);
	g_free(h->subject);
	g_free(h->list_id);
	g_free(h);
}

const char *msg_head_get(const struct msg_head *h, const char *name)
{
	for (guint i = 0; i < h->fields->len; i++) {
		const struct msg_field *f = h->fields->pdata[i];
		if (!g_ascii_strcasecmp(f->name, name))
			return f->value;
	}
	return NULL;
}
