/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a draft to octets. What a stranger wrote is never parsed and written anew: it goes as it stands, or as octets. */
#include "compose/compose.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/idn.h"
#include "base/utf8.h"
#include "compose/internal.h"

#define OCTETS_TYPE "application/octet-stream"
#define ID_OCTETS 20
#define FILE_NAME_MAX 1000

char *random_word(size_t octets)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	g_autofree unsigned char *bytes = g_malloc(octets);
	for (size_t done = 0; done < octets;) {
		ssize_t n = getrandom(bytes + done, octets - done, 0);
		if (n < 0 && errno != EINTR)
			g_error("no random octets: %s", g_strerror(errno));
		done += n > 0 ? (size_t)n : 0;
	}
	GString *word = g_string_new(NULL);
	unsigned bits = 0, n_bits = 0;
	for (size_t i = 0; i < octets; i++) {
		bits = (bits << 8 | bytes[i]) & 0xfff;
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			g_string_append_c(word, letters[bits >> (n_bits - 5) & 31]);
	}
	if (n_bits)
		g_string_append_c(word, letters[bits << (5 - n_bits) & 31]);
	return g_string_free(word, FALSE);
}

char *message_id_new(const char *addr)
{
	g_autofree char *word = random_word(ID_OCTETS), *domain = idn_to_ascii(addr_domain(addr));
	return g_strdup_printf("%s@%s", word, domain && id_is_sound(domain) ? domain : "invalid");
}

/* --- how each file travels --- */

enum way {
	WAY_BASE64,
	WAY_LINES,  /* a message: as it stands, under a MIME header of ours */
	WAY_OCTETS, /* a message whose lines no server would take: base64 under a type that allows it */
	WAY_WHOLE,  /* a MIME part with its own header */
};

struct plan {
	const struct draft_file *file;
	enum way way;
	struct source source;
	const char *charset;
	const char *type;
	bool eight;
	struct stat st;
	struct draft_file *remade; /* owned: what stands for a part that cannot go as it stands */
};

struct build {
	const struct draft *d;
	const struct build_settings *set;
	struct out out;
	struct plan *plans; /* one a file */
	bool between;       /* a part stands before: its last line end is not the boundary's (RFC 2046 5.1.1) */
	bool eight;         /* some part has octets above 127 */
};

static bool is_type(const char *type)
{
	const char *slash = strchr(type, '/');
	if (!slash || slash == type || !slash[1] || strlen(type) > 127)
		return false;
	for (const char *p = type; *p; p++)
		if (p != slash && !g_ascii_isalnum(*p) && !strchr("!#$&-^_.+", *p))
			return false;
	return true;
}

/* A multipart without its boundary would be none. */
static const char *file_type(const struct draft_file *f)
{
	bool sound = f->type && is_type(f->type) && !g_str_has_prefix(f->type, "multipart/");
	return sound ? f->type : OCTETS_TYPE;
}

static const char *file_label(const struct draft_file *f)
{
	return f->source ? f->source : f->name ? f->name : "";
}

static int changed(const struct plan *p, struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("'%s' was changed after it was attached"),
		file_label(p->file));
}

static int plan_source(struct plan *p, struct err *e)
{
	const struct draft_file *f = p->file;
	p->source = (struct source){ f->bytes.p, f->fd, f->fd < 0 ? f->bytes.n : f->size, file_label(f) };
	if (f->fd < 0)
		return 0;
	if (fstat(f->fd, &p->st))
		return err_errno(e, errno, "fstat", file_label(f));
	if (!S_ISREG(p->st.st_mode))
		return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("'%s' is no regular file"), file_label(f));
	return (uint64_t)p->st.st_size == f->size ? 0 : changed(p, e);
}

/* The part's meaning without its wording, for one whose lines are too long for the wire. */
static struct draft_file *part_remade(const struct draft_file *part)
{
	struct draft_file *f = draft_file_new();
	struct msg *m = msg_parse(buf_str(&part->bytes));
	struct err e = ERR_INIT;
	bool leaf = !g_str_has_prefix(m->root->type, "multipart/") &&
		    !msg_part_bytes(m, m->root, part->bytes.n, &f->bytes, &e);
	if (!leaf) {
		buf_reset(&f->bytes);
		buf_add_str(&f->bytes, buf_str(&part->bytes));
	}
	err_clear(&e);
	f->type = g_strdup(leaf ? m->root->type : OCTETS_TYPE);
	f->charset = leaf ? g_strdup(m->root->charset) : NULL;
	f->name = g_strdup(m->root->name ? m->root->name : part->name);
	f->cid = leaf ? g_strdup(m->root->cid) : NULL;
	f->in_line = leaf && g_strcmp0(m->root->disposition, "inline") == 0;
	f->size = f->bytes.n;
	msg_free(m);
	return f;
}

static int plan_file(struct plan *p, const struct draft_file *f, struct err *e)
{
	struct survey s;
	*p = (struct plan){ .file = f, .type = file_type(f) };
	bool text = g_str_has_prefix(p->type, "text/"), message = !g_strcmp0(f->type, "message/rfc822");
	if (plan_source(p, e))
		return -1;
	if (!f->verbatim && !message && !text)
		return 0;
	if (mime_survey(&p->source, &s, e))
		return -1;
	bool travels = !s.nul && !s.bare_cr && s.longest <= LINE_MAX_WIRE;
	if (f->verbatim && !travels && f->fd < 0) {
		struct draft_file *remade = part_remade(f);
		int status = plan_file(p, remade, e);
		p->remade = remade;
		return status;
	}
	if (f->verbatim)
		p->way = travels ? WAY_WHOLE : WAY_OCTETS;
	else if (message)
		p->way = travels ? WAY_LINES : WAY_OCTETS;
	p->eight = s.eight && (p->way == WAY_WHOLE || p->way == WAY_LINES);
	if (p->way == WAY_OCTETS)
		p->type = OCTETS_TYPE;
	else if (text)
		p->charset = f->charset ? f->charset : !s.eight && !s.nul ? "us-ascii" : s.utf8 ? "utf-8" : NULL;
	return 0;
}

static int plan_all(struct build *b, struct err *e)
{
	b->plans = g_new0(struct plan, MAX(b->d->files->len, 1));
	for (guint i = 0; i < b->d->files->len; i++) {
		if (plan_file(&b->plans[i], b->d->files->pdata[i], e))
			return -1;
		b->eight = b->eight || b->plans[i].eight;
	}
	return 0;
}

static void plans_free(struct build *b)
{
	for (guint i = 0; b->plans && i < b->d->files->len; i++)
		draft_file_free(b->plans[i].remade);
	g_free(b->plans);
}

/* Whoever wrote to the file while it was read has made two halves of different files. */
static int plan_kept(const struct plan *p, struct err *e)
{
	struct stat now;
	if (p->file->fd < 0)
		return 0;
	if (fstat(p->file->fd, &now))
		return err_errno(e, errno, "fstat", file_label(p->file));
	bool same = now.st_size == p->st.st_size && now.st_mtim.tv_sec == p->st.st_mtim.tv_sec &&
		    now.st_mtim.tv_nsec == p->st.st_mtim.tv_nsec;
	return same ? 0 : changed(p, e);
}

/* --- entities: a MIME header, an empty line, a body --- */

static void put_head(struct build *b, GString *head)
{
	g_string_append(head, "\r\n");
	mime_add(&b->out, head->str, head->len);
}

static void put_text(struct build *b, GString *head, const char *text, const char *type, const char *format)
{
	g_autofree char *valid = utf8_valid(str_of(text)) ? NULL : utf8_make_valid(str_of(text));
	g_autofree char *lines = lf_lines(str_of(valid ? valid : text));
	g_autofree char *flowed = format ? flow_out(lines) : NULL;
	struct str body = str_of(flowed ? flowed : lines);
	enum encoding encoding = mime_encoding_for(body);
	bool ascii = true;
	for (size_t i = 0; ascii && i < body.n; i++)
		ascii = !((unsigned char)body.p[i] & 0x80);
	field_mime(head, "Content-Type", type, "charset", ascii ? "us-ascii" : "utf-8", "format", format, NULL);
	field_mime(head, "Content-Transfer-Encoding", mime_encoding_name(encoding), NULL);
	put_head(b, head);
	mime_text(&b->out, body, encoding);
	mime_lines_end(&b->out);
}

static char *put_boundary(struct build *b, GString *head, const char *type, const char *main_type)
{
	g_autofree char *word = random_word(BOUNDARY_OCTETS);
	/* "=_" stands in no quoted-printable or base64 text. */
	char *boundary = g_strdup_printf("=_%s", word);
	field_mime(head, "Content-Type", type, "boundary", boundary, "type", main_type, NULL);
	field_mime(
		head, "Content-Transfer-Encoding", mime_encoding_name(b->eight ? ENCODING_8BIT : ENCODING_7BIT), NULL);
	put_head(b, head);
	b->between = false;
	return boundary;
}

static GString *part_begin(struct build *b, const char *boundary)
{
	mime_str(&b->out, b->between ? "\r\n--" : "--");
	mime_str(&b->out, boundary);
	mime_str(&b->out, "\r\n");
	b->between = true;
	return g_string_new(NULL);
}

static void parts_end(struct build *b, const char *boundary)
{
	mime_str(&b->out, "\r\n--");
	mime_str(&b->out, boundary);
	mime_str(&b->out, "--\r\n");
}

/* A name as one component, of letters that show. */
static char *file_name(const struct draft_file *f)
{
	if (!f->name)
		return NULL;
	g_autofree char *name = utf8_line(str_of(f->name));
	g_strdelimit(name, "/", '_');
	if (strlen(name) > FILE_NAME_MAX)
		*g_utf8_find_prev_char(name, name + FILE_NAME_MAX) = '\0';
	g_strstrip(name);
	return *name ? g_strdup(name) : NULL;
}

static int put_lines(struct build *b, const struct plan *p, struct err *e)
{
	enum { PIECE = 65536 };
	g_autofree char *piece = g_malloc(PIECE);
	b->out.cr = false;
	for (uint64_t at = 0; at < p->source.size;) {
		size_t n = (size_t)MIN(PIECE, p->source.size - at);
		if (mime_read(&p->source, at, piece, n, e))
			return -1;
		mime_lines(&b->out, (struct str){ piece, n });
		at += n;
	}
	mime_lines_end(&b->out);
	return 0;
}

static void put_file_head(struct build *b, const struct plan *p)
{
	const struct draft_file *f = p->remade ? p->remade : p->file;
	enum encoding encoding = p->way != WAY_LINES ? ENCODING_BASE64 : p->eight ? ENCODING_8BIT : ENCODING_7BIT;
	g_autoptr(GString) head = g_string_new(NULL);
	g_autofree char *name = file_name(f);
	field_mime(head, "Content-Type", p->type, "charset", p->charset, NULL);
	field_mime(head, "Content-Transfer-Encoding", mime_encoding_name(encoding), NULL);
	field_mime(head, "Content-Disposition", f->in_line ? "inline" : "attachment", "filename", name, NULL);
	if (f->cid && id_is_sound(f->cid))
		g_string_append_printf(head, "Content-ID: <%s>\r\n", f->cid);
	if (f->description && *f->description)
		field_text(head, "Content-Description", f->description);
	put_head(b, head);
}

static int put_file(struct build *b, const struct plan *p, const char *boundary, struct err *e)
{
	g_string_free(part_begin(b, boundary), TRUE);
	if (p->way != WAY_WHOLE)
		put_file_head(b, p);
	int status =
		p->way == WAY_WHOLE || p->way == WAY_LINES ? put_lines(b, p, e) : mime_base64(&b->out, &p->source, e);
	return status || plan_kept(p, e) ? -1 : 0;
}

/* What the HTML shows within it. */
static bool is_related(const struct build *b, const struct plan *p)
{
	return b->d->html && p->file->in_line && p->file->cid && p->way == WAY_BASE64;
}

static int put_files(struct build *b, const char *boundary, bool related, struct err *e)
{
	for (guint i = 0; i < b->d->files->len; i++)
		if (is_related(b, &b->plans[i]) == related && put_file(b, &b->plans[i], boundary, e))
			return -1;
	return 0;
}

static guint count_files(const struct build *b, bool related)
{
	guint n = 0;
	for (guint i = 0; i < b->d->files->len; i++)
		n += is_related(b, &b->plans[i]) == related;
	return n;
}

static int put_html(struct build *b, GString *head, struct err *e)
{
	if (!count_files(b, true)) {
		put_text(b, head, b->d->html, "text/html", NULL);
		return 0;
	}
	g_autofree char *boundary = put_boundary(b, head, "multipart/related", "text/html");
	g_autoptr(GString) inner = part_begin(b, boundary);
	put_text(b, inner, b->d->html, "text/html", NULL);
	if (put_files(b, boundary, true, e))
		return -1;
	parts_end(b, boundary);
	return 0;
}

static int put_written(struct build *b, GString *head, struct err *e)
{
	const char *format = b->d->hard ? NULL : "flowed";
	if (!b->d->html) {
		put_text(b, head, b->d->text, "text/plain", format);
		return 0;
	}
	g_autofree char *boundary = put_boundary(b, head, "multipart/alternative", NULL);
	g_autoptr(GString) plain = part_begin(b, boundary);
	put_text(b, plain, b->d->text, "text/plain", format);
	g_autoptr(GString) html = part_begin(b, boundary);
	if (put_html(b, html, e))
		return -1;
	parts_end(b, boundary);
	return 0;
}

static int put_all(struct build *b, GString *head, struct err *e)
{
	if (!count_files(b, false))
		return put_written(b, head, e);
	g_autofree char *boundary = put_boundary(b, head, "multipart/mixed", NULL);
	g_autoptr(GString) inner = part_begin(b, boundary);
	if (put_written(b, inner, e) || put_files(b, boundary, false, e))
		return -1;
	parts_end(b, boundary);
	return 0;
}

/* --- the header --- */

static void add_from(GString *head, const struct build *b)
{
	if (!b->d->from)
		return;
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_ptr_array_add(one, b->d->from);
	field_addrs(head, "From", one, b->set->utf8_headers);
}

static void add_recipients(GString *head, const struct build *b)
{
	const struct draft *d = b->d;
	bool utf8 = b->set->utf8_headers;
	field_addrs(head, "To", d->to, utf8);
	field_addrs(head, "Cc", d->cc, utf8);
	if (b->set->keep_bcc)
		field_addrs(head, "Bcc", d->bcc, utf8);
	else if (!d->to->len && !d->cc->len)
		g_string_append(head, "To: undisclosed-recipients:;\r\n");
	field_addrs(head, "Reply-To", d->reply_to, utf8);
	field_addrs(head, "Mail-Followup-To", d->follow_up, utf8);
}

static void add_threading(GString *head, const struct draft *d)
{
	if (d->in_reply_to && id_is_sound(d->in_reply_to))
		g_string_append_printf(
			head, "In-Reply-To:%s<%s>\r\n", strlen(d->in_reply_to) > 60 ? "\r\n " : " ", d->in_reply_to);
	g_autoptr(GPtrArray) ids = references_trim(d->references);
	field_ids(head, "References", ids);
}

static GString *make_head(const struct build *b)
{
	const struct draft *d = b->d;
	GString *head = g_string_new(NULL);
	field_date(head, "Date", b->set->date, b->set->offset);
	add_from(head, b);
	add_recipients(head, b);
	field_text(head, "Subject", d->subject);
	g_string_append_printf(head, "Message-ID: <%s>\r\n", b->set->message_id);
	add_threading(head, d);
	for (guint i = 0; i < d->extra->len; i++) {
		const struct msg_field *f = d->extra->pdata[i];
		if (field_is_sound(f->name) && !field_is_ours(f->name))
			field_text(head, f->name, f->value);
	}
	g_string_append(head, "MIME-Version: 1.0\r\n");
	return head;
}

/* --- before anything is written --- */

static bool is_wide(const char *addr)
{
	for (const char *p = addr, *domain = addr_domain(addr); *p && p < domain; p++)
		if ((unsigned char)*p > 0x7e)
			return true;
	return false;
}

static int check_addr(const struct msg_addr *a, const struct build_settings *set, bool *utf8_out, struct err *e)
{
	if (a->addr && !addr_is_sound(a->addr))
		return set->keep_bcc && value_is_sound(a->addr)
			       ? 0
			       : err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("'%s' is no mail address"), a->addr);
	if (a->name && !value_is_sound(a->name))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("'%s': control characters in a name"), a->name);
	if (!a->addr || !is_wide(a->addr))
		return 0;
	*utf8_out = true;
	if (!set->utf8_headers)
		return err_set(e, ERR_MESSAGE, ERR_LACKING, ERR_NEVER,
			_("'%s' can only be written to where the server has SMTPUTF8"), a->addr);
	return 0;
}

static int check_addrs(const struct draft *d, const struct build_settings *set, bool *utf8_out, struct err *e)
{
	const GPtrArray *lists[] = { d->to, d->cc, d->bcc, d->reply_to, d->follow_up };
	if (d->from && check_addr(d->from, set, utf8_out, e))
		return -1;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint k = 0; k < lists[i]->len; k++)
			if (check_addr(lists[i]->pdata[k], set, utf8_out, e))
				return -1;
	return 0;
}

static int check(const struct draft *d, const struct build_settings *set, bool *utf8_out, struct err *e)
{
	if (!id_is_sound(set->message_id))
		return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "the message id cannot be written");
	if (!set->keep_bcc && (!d->from || !d->from->addr))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s", _("there is no From address"));
	if (!value_is_sound(d->subject))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s", _("control characters in the subject"));
	for (guint i = 0; i < d->extra->len; i++) {
		const struct msg_field *f = d->extra->pdata[i];
		if (!field_is_sound(f->name) || !value_is_sound(f->value))
			return err_set(
				e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the field '%s' cannot be written"), f->name);
	}
	return check_addrs(d, set, utf8_out, e);
}

void built_clear(struct built *b)
{
	g_clear_pointer(&b->sha256, g_free);
}

static int finish(struct out *o, const char *where, struct built *built, struct err *e)
{
	if (mime_end(o))
		return err_errno(e, o->errnum, _("cannot write"), where ? where : _("the message"));
	if (o->longest > LINE_MAX_WIRE)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER,
			_("it has a line of %u octets, which no server must take; forward it as an attachment"),
			o->longest);
	built->size = o->size;
	built->eight_bit = o->eight;
	built->longest = o->longest;
	built->sha256 = g_strdup(g_checksum_get_string(o->sum));
	return 0;
}

int draft_build(const struct draft *d, const struct build_settings *set, int fd, struct built *out, struct err *e)
{
	struct build b = { .d = d, .set = set };
	*out = (struct built){ 0 };
	mime_init(&b.out, fd);
	int status = check(d, set, &out->utf8, e);
	if (!status && d->kind == DRAFT_BOUNCE) {
		status = bounce_build(&b.out, d, set, e);
	} else if (!status && d->kind == DRAFT_READY) {
		ready_build(&b.out, d, set);
	} else if (!status) {
		status = plan_all(&b, e);
		g_autoptr(GString) head = make_head(&b);
		if (!status)
			status = put_all(&b, head, e);
	}
	if (!status)
		status = finish(&b.out, set->where, out, e);
	plans_free(&b);
	mime_clear(&b.out);
	return status;
}
