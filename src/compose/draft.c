/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include "base/fs.h"
#include "base/idn.h"
#include "compose/internal.h"

#define SIGNATURE_MARK "-- "

static GPtrArray *strings_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static void field_free(void *field)
{
	struct msg_field *f = field;
	g_free(f->name);
	g_free(f->value);
	g_free(f->raw);
	g_free(f);
}

GPtrArray *draft_fields_new(void)
{
	return g_ptr_array_new_with_free_func(field_free);
}

static void file_free(void *file)
{
	draft_file_free(file);
}

struct draft *draft_new(enum draft_kind kind)
{
	struct draft *d = g_new0(struct draft, 1);
	d->kind = kind;
	d->to = msg_addrs_new();
	d->cc = msg_addrs_new();
	d->bcc = msg_addrs_new();
	d->reply_to = msg_addrs_new();
	d->follow_up = msg_addrs_new();
	d->subject = g_strdup("");
	d->references = strings_new();
	d->extra = draft_fields_new();
	d->text = g_strdup("");
	d->files = g_ptr_array_new_with_free_func(file_free);
	d->names = strings_new();
	buf_init(&d->original, SIZE_MAX);
	return d;
}

static void addr_clear(struct msg_addr **a)
{
	if (*a) {
		g_free((*a)->name);
		g_free((*a)->addr);
		g_clear_pointer(a, g_free);
	}
}

void draft_free(struct draft *d)
{
	if (!d)
		return;
	addr_clear(&d->from);
	g_ptr_array_unref(d->to);
	g_ptr_array_unref(d->cc);
	g_ptr_array_unref(d->bcc);
	g_ptr_array_unref(d->reply_to);
	g_ptr_array_unref(d->follow_up);
	g_free(d->subject);
	g_free(d->in_reply_to);
	g_ptr_array_unref(d->references);
	g_ptr_array_unref(d->extra);
	g_free(d->text);
	g_free(d->html);
	g_ptr_array_unref(d->files);
	g_ptr_array_unref(d->names);
	buf_clear(&d->original);
	g_free(d->message_id);
	g_free(d);
}

struct draft_file *draft_file_new(void)
{
	struct draft_file *f = g_new0(struct draft_file, 1);
	f->fd = -1;
	buf_init(&f->bytes, SIZE_MAX);
	return f;
}

void draft_file_free(struct draft_file *f)
{
	if (!f)
		return;
	g_free(f->name);
	g_free(f->type);
	g_free(f->charset);
	g_free(f->description);
	g_free(f->cid);
	g_free(f->source);
	buf_clear(&f->bytes);
	g_free(f);
}

uint64_t draft_part_decoded(struct str part)
{
	struct msg *m = msg_parse(part);
	struct buf octets;
	struct err e = ERR_INIT;
	buf_init(&octets, part.n);
	uint64_t size = msg_part_bytes(m, m->root, part.n, &octets, &e) ? m->root->length : octets.n;
	err_clear(&e);
	buf_clear(&octets);
	msg_free(m);
	return size;
}

static struct draft_file *file_copy(const struct draft_file *f)
{
	struct draft_file *copy = draft_file_new();
	copy->name = g_strdup(f->name);
	copy->type = g_strdup(f->type);
	copy->charset = g_strdup(f->charset);
	copy->description = g_strdup(f->description);
	copy->cid = g_strdup(f->cid);
	copy->source = g_strdup(f->source);
	copy->in_line = f->in_line;
	copy->verbatim = f->verbatim;
	copy->fd = f->fd;
	copy->size = f->size;
	copy->decoded = f->decoded;
	buf_add_str(&copy->bytes, buf_str(&f->bytes));
	return copy;
}

static void add_strings(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

void add_addrs(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const struct msg_addr *a = from->pdata[i];
		g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	}
}

struct draft *draft_copy(const struct draft *d)
{
	struct draft *copy = draft_new(d->kind);
	copy->from = d->from ? msg_addr_new(d->from->name, d->from->addr) : NULL;
	add_addrs(copy->to, d->to);
	add_addrs(copy->cc, d->cc);
	add_addrs(copy->bcc, d->bcc);
	add_addrs(copy->reply_to, d->reply_to);
	add_addrs(copy->follow_up, d->follow_up);
	g_free(copy->subject);
	copy->subject = g_strdup(d->subject);
	copy->in_reply_to = g_strdup(d->in_reply_to);
	add_strings(copy->references, d->references);
	add_strings(copy->names, d->names);
	for (guint i = 0; i < d->extra->len; i++) {
		const struct msg_field *f = d->extra->pdata[i];
		struct msg_field *field = g_new0(struct msg_field, 1);
		*field = (struct msg_field){ g_strdup(f->name), g_strdup(f->value), g_strdup(f->raw) };
		g_ptr_array_add(copy->extra, field);
	}
	g_free(copy->text);
	copy->text = g_strdup(d->text);
	copy->html = g_strdup(d->html);
	copy->hard = d->hard;
	copy->markdown = d->markdown;
	for (guint i = 0; i < d->files->len; i++)
		g_ptr_array_add(copy->files, file_copy(d->files->pdata[i]));
	buf_add_str(&copy->original, buf_str(&d->original));
	copy->message_id = g_strdup(d->message_id);
	copy->new_from = d->new_from;
	copy->new_to = d->new_to;
	return copy;
}

/* --- addresses --- */

const char *addr_domain(const char *addr)
{
	const char *at = addr ? strrchr(addr, '@') : NULL;
	return at ? at + 1 : "";
}

char *addr_key(const char *addr)
{
	const char *domain = addr_domain(addr);
	g_autofree char *ascii = idn_to_ascii(domain);
	g_autofree char *lower = g_ascii_strdown(ascii ? ascii : domain, -1);
	return g_strdup_printf("%.*s%s", (int)(domain - addr), addr, lower);
}

bool addr_is(const char *a, const char *b)
{
	if (!a || !b)
		return false;
	if (!strcmp(a, b))
		return true;
	g_autofree char *one = addr_key(a), *other = addr_key(b);
	return !strcmp(one, other);
}

const char *raw_field(const struct msg_head *head, const char *name)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const struct msg_field *f = head->fields->pdata[i];
		if (!g_ascii_strcasecmp(f->name, name))
			return f->raw;
	}
	return "";
}

/* --- text --- */

char *lf_lines(struct str text)
{
	GString *out = g_string_sized_new(text.n + 1);
	for (size_t i = 0; i < text.n;) {
		size_t n = i;
		while (n < text.n && text.p[n] != '\r')
			n++;
		g_string_append_len(out, text.p + i, (gssize)(n - i));
		if (n < text.n)
			g_string_append_c(out, '\n');
		i = n + 1;
		if (n + 1 < text.n && text.p[n + 1] == '\n')
			i++;
	}
	return g_string_free(out, FALSE);
}

void add_written(GPtrArray *to, const GPtrArray *from, const char *raw)
{
	bool groups = strchr(raw, ':');
	for (guint i = 0; i < from->len; i++) {
		const struct msg_addr *a = from->pdata[i];
		bool begun = !a->addr && !groups;
		g_ptr_array_add(to, begun ? msg_addr_new(NULL, a->name) : msg_addr_new(a->name, a->addr));
	}
}

void add_signature(GString *text, const char *signature)
{
	if (!signature || !*signature)
		return;
	g_string_append(text, "\n" SIGNATURE_MARK "\n");
	g_string_append(text, signature);
	if (text->str[text->len - 1] != '\n')
		g_string_append_c(text, '\n');
}

struct draft *draft_blank(const char *signature)
{
	struct draft *d = draft_new(DRAFT_NEW);
	GString *text = g_string_new(NULL);
	add_signature(text, signature);
	g_free(d->text);
	d->text = g_string_free(text, FALSE);
	return d;
}

GPtrArray *references_trim(const GPtrArray *ids)
{
	GPtrArray *sound = strings_new();
	for (guint i = 0; i < ids->len; i++)
		if (id_is_sound(ids->pdata[i]))
			g_ptr_array_add(sound, g_strdup(ids->pdata[i]));
	if (sound->len > REFERENCES_MAX)
		g_ptr_array_remove_range(sound, 1, sound->len - REFERENCES_MAX);
	return sound;
}

/* --- messages within --- */

/* The line without its end; *rest moves behind it. */
static struct str next_line(struct str *rest)
{
	struct str line;
	str_cut(*rest, '\n', &line, rest);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool is_among(struct str line, const char *const *names)
{
	struct str name, value;
	str_cut(line, ':', &name, &value);
	name = str_trim(name);
	for (; *names; names++)
		if (str_is(name, *names))
			return true;
	return false;
}

void head_without(struct str message, const char *const *names, GString *out)
{
	struct str rest = message;
	bool first = true, drop = false;
	while (rest.n) {
		const char *from = rest.p;
		struct str line = next_line(&rest);
		if (!line.n) {
			g_string_append_len(out, from, (gssize)(message.p + message.n - from));
			return;
		}
		if (line.p[0] != ' ' && line.p[0] != '\t')
			drop = (first && str_starts(line, "From ")) || is_among(line, names);
		if (!drop)
			g_string_append_len(out, from, (gssize)(rest.p - from));
		first = false;
	}
}

void draft_add_message(struct draft *d, const struct msg_head *head, struct str bytes)
{
	static const char *const secret[] = { "Bcc", "Resent-Bcc", NULL };
	struct draft_file *f = draft_file_new();
	g_autoptr(GString) text = g_string_sized_new(bytes.n);
	head_without(bytes, secret, text);
	buf_add(&f->bytes, text->str, text->len);
	f->size = text->len;
	f->type = g_strdup("message/rfc822");
	g_autofree char *name = g_strdup_printf("%s.eml", head && *head->subject ? head->subject : "message");
	f->name = fs_safe_name(name);
	g_ptr_array_add(d->files, f);
}
