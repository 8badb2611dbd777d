/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft as the text that a person edits: a header block, an empty line, what is written. */
#include "compose/compose.h"

#include "base/utf8.h"
#include "compose/internal.h"

#define COLUMNS 78
#define FAULTS_MAX 100

/* --- out --- */

static void add_value(GString *out, const char *name, const char *value)
{
	g_autofree char *line = utf8_line(str_of(value));
	g_strstrip(line);
	g_string_append_printf(out, *line ? "%s: %s\n" : "%s:\n", name, line);
}

static char *addr_text(const struct msg_addr *a)
{
	g_autofree char *full = msg_addr_full(a);
	g_autofree char *text = a->addr ? g_strdup(full) : g_strdup_printf("%s:;", full);
	return utf8_line(str_of(text));
}

static void add_addrs_value(GString *out, const char *name, const GPtrArray *addrs)
{
	size_t start = out->len;
	g_string_append_printf(out, "%s:", name);
	for (guint i = 0; i < addrs->len; i++) {
		g_autofree char *text = addr_text(addrs->pdata[i]);
		bool wide = i && out->len - start + strlen(text) + 2 > COLUMNS;
		g_string_append(out, i ? "," : "");
		if (wide) {
			g_string_append(out, "\n   ");
			start = out->len;
		}
		g_string_append_printf(out, " %s", text);
	}
	g_string_append_c(out, '\n');
}

static void add_ids(GString *out, const char *name, const GPtrArray *ids)
{
	if (!ids->len)
		return;
	g_string_append_printf(out, "%s:", name);
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(out, "%s<%s>", i ? "\n    " : " ", (const char *)ids->pdata[i]);
	g_string_append_c(out, '\n');
}

static void add_headers(GString *out, const struct draft *d)
{
	g_autoptr(GPtrArray) from = g_ptr_array_new();
	if (d->from)
		g_ptr_array_add(from, d->from);
	add_addrs_value(out, "From", from);
	add_addrs_value(out, "To", d->to);
	add_addrs_value(out, "Cc", d->cc);
	add_addrs_value(out, "Bcc", d->bcc);
	if (d->reply_to->len)
		add_addrs_value(out, "Reply-To", d->reply_to);
	add_value(out, "Subject", d->subject);
	for (guint i = 0; i < d->names->len; i++)
		add_value(out, "Attach", d->names->pdata[i]);
	if (d->markdown)
		add_value(out, "Markdown", "yes");
	for (guint i = 0; i < d->extra->len; i++) {
		const struct msg_field *f = d->extra->pdata[i];
		add_value(out, f->name, f->value);
	}
	if (d->follow_up->len)
		add_addrs_value(out, "Mail-Followup-To", d->follow_up);
	if (d->in_reply_to)
		g_string_append_printf(out, "In-Reply-To: <%s>\n", d->in_reply_to);
	add_ids(out, "References", d->references);
	g_string_append_c(out, '\n');
}

char *draft_to_text(const struct draft *d, bool headers)
{
	GString *out = g_string_new(NULL);
	if (headers)
		add_headers(out, d);
	g_string_append(out, d->text);
	return g_string_free(out, FALSE);
}

/* --- in --- */

struct form {
	struct draft *d;
	GPtrArray *faults;
	struct str rest;
	unsigned line;  /* of the field that is read */
	unsigned lines; /* gone by */
	bool subject;   /* was there */
};

G_GNUC_PRINTF(3, 4)
static void add_fault(struct form *f, unsigned line, const char *format, ...)
{
	va_list ap;
	if (f->faults->len >= FAULTS_MAX)
		return;
	va_start(ap, format);
	g_autofree char *why = g_strdup_vprintf(format, ap);
	va_end(ap);
	g_autofree char *text = g_strdup_printf(_("line %u: %s"), line, why);
	g_ptr_array_add(f->faults, utf8_line(str_of(text)));
}

static struct str next_line(struct form *f)
{
	struct str line;
	str_cut(f->rest, '\n', &line, &f->rest);
	f->lines++;
	return line;
}

/* `Name:;` stands in the value, so that a name without an address is a group. */
static bool is_group(const char *value, const char *name)
{
	if (strlen(value) > DRAFT_HEADER_MAX)
		return false;
	for (const char *p = value; (p = strstr(p, name)); p++) {
		const char *behind = p + strlen(name);
		while (*behind == '"' || *behind == ' ' || *behind == '\t')
			behind++;
		if (*behind == ':')
			return true;
	}
	return false;
}

/* One word can be somebody's alias: whoever knows aliases puts the address in its place. */
static bool is_word(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("._+-", *p))
			return false;
	return *text;
}

static void take_addr(struct form *f, const char *field, const char *value, const struct msg_addr *a, GPtrArray *to)
{
	if (!a->addr && is_group(value, a->name))
		g_ptr_array_add(to, msg_addr_new(a->name, NULL));
	else if (!a->addr && is_word(a->name))
		g_ptr_array_add(to, msg_addr_new(NULL, a->name));
	else if (!a->addr)
		add_fault(f, f->line, _("'%s': no address in '%s'; write it as: Name <name@host>"), field, a->name);
	else
		g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	if (a->addr && !addr_is_sound(a->addr) && !is_word(a->addr))
		add_fault(f, f->line, _("'%s': '%s' is no mail address; it reads name@host"), field, a->addr);
}

static void take_addrs(struct form *f, const char *field, const char *value, GPtrArray *to)
{
	GPtrArray *found = msg_addrs_parse(str_of(value));
	if (!found->len && *value)
		add_fault(f, f->line, _("'%s': no address in '%s'; write it as: Name <name@host>"), field, value);
	if (found->len >= MSG_ADDRS_MAX)
		add_fault(f, f->line, _("'%s': more than %u addresses"), field, MSG_ADDRS_MAX - 1);
	for (guint i = 0; i < found->len; i++)
		take_addr(f, field, value, found->pdata[i], to);
	g_ptr_array_unref(found);
}

static void take_from(struct form *f, const char *value)
{
	g_autoptr(GPtrArray) found = msg_addrs_new();
	take_addrs(f, "From", value, found);
	if (found->len > 1 || (found->len && f->d->from))
		add_fault(f, f->line, "%s", _("'From': more than one address; leave one"));
	if (found->len && !f->d->from) {
		const struct msg_addr *a = found->pdata[0];
		f->d->from = msg_addr_new(a->name, a->addr);
	}
}

static void take_ids(struct form *f, const char *field, const char *value, GPtrArray *to)
{
	struct str rest = str_of(value), before, id;
	guint had = to->len;
	while (str_cut(rest, '<', &before, &rest) && str_cut(rest, '>', &id, &rest)) {
		g_autofree char *text = str_dup(str_trim(id));
		if (id_is_sound(text))
			g_ptr_array_add(to, g_steal_pointer(&text));
	}
	if (to->len == had && *value)
		add_fault(f, f->line, _("'%s': no message id; leave the line as it was, or take it out"), field);
}

static void take_in_reply_to(struct form *f, const char *value)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	take_ids(f, "In-Reply-To", value, ids);
	if (ids->len && !f->d->in_reply_to)
		f->d->in_reply_to = g_strdup(ids->pdata[0]);
}

static void take_subject(struct form *f, const char *value)
{
	if (f->subject)
		add_fault(f, f->line, "%s", _("there is a 'Subject' already; leave one"));
	f->subject = true;
	if (!*f->d->subject) {
		g_free(f->d->subject);
		f->d->subject = g_strdup(value);
	}
}

static void take_markdown(struct form *f, const char *value)
{
	f->d->markdown = !g_ascii_strcasecmp(value, "yes");
	if (!f->d->markdown && *value && g_ascii_strcasecmp(value, "no"))
		add_fault(f, f->line, "%s", _("'Markdown' is yes or no"));
}

static const char *meant(const char *name)
{
	static const char *const known[] = { "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Attach", "Markdown",
		"Mail-Followup-To", "In-Reply-To", "References" };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (is_near(name, known[i]))
			return known[i];
	return NULL;
}

static void take_extra(struct form *f, const char *name, const char *value)
{
	const char *near = meant(name);
	if (field_is_ours(name)) {
		add_fault(f, f->line, _("'%s' is set when the message is sent; take the line out"), name);
	} else if (near) {
		add_fault(f, f->line, _("there is no field '%s'; is '%s' meant?"), name, near);
	} else if (strlen(value) > DRAFT_HEADER_MAX) {
		add_fault(f, f->line, _("'%s': longer than %u octets"), name, DRAFT_HEADER_MAX);
	} else if (*value) {
		struct msg_field *field = g_new0(struct msg_field, 1);
		field->name = g_strdup(name);
		field->value = g_strdup(value);
		g_ptr_array_add(f->d->extra, field);
	}
}

static void take_field(struct form *f, const char *name, const char *value)
{
	struct draft *d = f->d;
	struct {
		const char *name;
		GPtrArray *to;
	} lists[] = { { "To", d->to }, { "Cc", d->cc }, { "Bcc", d->bcc }, { "Reply-To", d->reply_to },
		{ "Mail-Followup-To", d->follow_up } };
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!g_ascii_strcasecmp(name, lists[i].name)) {
			take_addrs(f, lists[i].name, value, lists[i].to);
			return;
		}
	if (!g_ascii_strcasecmp(name, "From"))
		take_from(f, value);
	else if (!g_ascii_strcasecmp(name, "Subject"))
		take_subject(f, value);
	else if (!g_ascii_strcasecmp(name, "In-Reply-To"))
		take_in_reply_to(f, value);
	else if (!g_ascii_strcasecmp(name, "References"))
		take_ids(f, "References", value, d->references);
	else if (!g_ascii_strcasecmp(name, "Markdown"))
		take_markdown(f, value);
	else if (g_ascii_strcasecmp(name, "Attach"))
		take_extra(f, name, value);
	else if (*value)
		g_ptr_array_add(d->names, g_strdup(value));
}

/* Its continuation lines joined, one line of clean text. */
static char *field_value(struct form *f, struct str first)
{
	g_autoptr(GString) bytes = g_string_new_len(first.p, (gssize)first.n);
	while (f->rest.n && (f->rest.p[0] == ' ' || f->rest.p[0] == '\t')) {
		struct str ahead = f->rest, line;
		str_cut(ahead, '\n', &line, &ahead);
		if (!str_trim(line).n)
			break;
		next_line(f);
		g_string_append_c(bytes, ' ');
		line = str_trim(line);
		g_string_append_len(bytes, line.p, (gssize)line.n);
	}
	g_strdelimit(bytes->str, "\t\r", ' ');
	struct str raw = str_trim((struct str){ bytes->str, bytes->len });
	g_autofree char *text = str_dup(raw);
	if (strlen(text) != raw.n || !text_is_sound(text))
		add_fault(f, f->line, "%s", _("control characters or bytes that are no UTF-8; take them out"));
	return utf8_line(raw);
}

/* False: the header is over. */
static bool read_field(struct form *f)
{
	struct str before = f->rest, name, value;
	struct str line = next_line(f);
	if (!str_trim(line).n)
		return false;
	f->line = f->lines;
	bool field = str_cut(line, ':', &name, &value);
	g_autofree char *word = str_dup(str_trim(name));
	if (!field || !field_is_sound(word) || line.p[0] == ' ' || line.p[0] == '\t') {
		add_fault(f, f->line, "%s", _("this is no field; an empty line must stand between header and text"));
		f->rest = before;
		f->lines--;
		return false;
	}
	g_autofree char *text = field_value(f, value);
	take_field(f, word, g_strstrip(text));
	return true;
}

static void replace_text(struct form *f)
{
	struct str rest = f->rest;
	unsigned number = f->lines;
	while (rest.n) {
		struct str line;
		str_cut(rest, '\n', &line, &rest);
		number++;
		if (!utf8_valid(line) || memchr(line.p, '\0', line.n)) {
			add_fault(f, number, "%s", _("bytes that are no text in UTF-8; save it as UTF-8"));
			break;
		}
	}
	g_autofree char *valid = utf8_make_valid(f->rest);
	g_free(f->d->text);
	f->d->text = lf_lines(str_of(valid));
}

static void empty_headers(struct draft *d)
{
	GPtrArray *lists[] = { d->to, d->cc, d->bcc, d->reply_to, d->follow_up, d->references, d->extra, d->names };
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_ptr_array_set_size(lists[i], 0);
	if (d->from) {
		g_autoptr(GPtrArray) gone = msg_addrs_new();
		g_ptr_array_add(gone, g_steal_pointer(&d->from));
	}
	g_free(d->subject);
	d->subject = g_strdup("");
	g_clear_pointer(&d->in_reply_to, g_free);
	d->markdown = false;
}

int draft_of_text(struct draft *d, struct str text, bool headers, GPtrArray *faults)
{
	struct form f = { .d = d, .faults = faults, .rest = text };
	guint before = faults->len;
	if (text.n > DRAFT_TEXT_MAX) {
		add_fault(&f, 1, _("the text is longer than %u MB"), DRAFT_TEXT_MAX >> 20);
		return -1;
	}
	if (str_starts(text, "\xef\xbb\xbf"))
		f.rest = str_sub(text, 3);
	if (headers) {
		empty_headers(d);
		while (f.rest.n && read_field(&f))
			;
	}
	replace_text(&f);
	return faults->len > before ? -1 : 0;
}
