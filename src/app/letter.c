/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters begun: new ones, answers and forwards as the mailrc wants them, and what goes along. */
#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define SIGNATURE_MAX 65536
#define LOOKED_AT 65536 /* octets of a file by which its type is known */
#define ALIAS_DEPTH 20

/* --- signatures --- */

static char *read_text(const char *path)
{
	struct err e = ERR_INIT;
	struct buf text;
	buf_init(&text, SIGNATURE_MAX);
	char *out = NULL;
	if (!fs_read(path, SIGNATURE_MAX, &text, &e))
		out = msg_to_utf8(buf_str(&text), NULL, NULL);
	buf_clear(&text);
	err_clear(&e);
	return out;
}

/* NULL: none, or its file cannot be read. */
static char *signature_of(const struct cfg *cfg, const struct app_from *f)
{
	const char *path = f->line && f->line->signature ? f->line->signature : cfg->options.signature;
	return path ? read_text(path) : NULL;
}

/* --- addresses --- */

static int add_address(const struct cfg *cfg, const struct msg_addr *at, GPtrArray *out, int depth, struct err *e);

static int add_text(const struct cfg *cfg, const char *text, GPtrArray *out, int depth, struct err *e)
{
	g_autoptr(GPtrArray) addrs = msg_addrs_parse(str_of(text));
	for (unsigned i = 0; i < addrs->len; i++)
		if (add_address(cfg, addrs->pdata[i], out, depth, e))
			return -1;
	return 0;
}

static const struct cfg_alias *alias_of(const struct cfg *cfg, const char *name)
{
	for (unsigned i = 0; i < cfg->aliases->len; i++) {
		const struct cfg_alias *a = cfg->aliases->pdata[i];
		if (!strcmp(a->name, name))
			return a;
	}
	return NULL;
}

static int add_address(const struct cfg *cfg, const struct msg_addr *at, GPtrArray *out, int depth, struct err *e)
{
	const char *word = at->addr ? at->addr : at->name;
	const struct cfg_alias *alias = word && !(at->addr && at->name) ? alias_of(cfg, word) : NULL;
	if (alias && depth < ALIAS_DEPTH) {
		for (unsigned i = 0; i < alias->members->len; i++)
			if (add_text(cfg, alias->members->pdata[i], out, depth + 1, e))
				return -1;
		return 0;
	}
	if (!at->addr || !strchr(at->addr, '@'))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("'%s' is neither an address nor an alias"),
			word ? word : "");
	g_ptr_array_add(out, msg_addr_new(at->name, at->addr));
	return 0;
}

/* Behind the quoted string or comment that begins here. */
static const char *skip_quoted(const char *p)
{
	char end = *p == '"' ? '"' : ')';
	for (p++; *p && *p != end; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* Where what is typed stops being a list of addresses; a reader of mail is more lenient. NULL: it is one. */
static const char *fault_in(const char *text)
{
	bool within = false, closed = false;
	for (const char *p = text; *p;) {
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return p;
		if (*p == '"' || *p == '(') {
			const char *end = skip_quoted(p);
			for (const char *q = p; q < end; q++)
				if ((unsigned char)*q < ' ' && *q != '\t')
					return q;
			p = end;
			continue;
		}
		bool divides = *p == ',' || *p == ';' || *p == ':';
		if ((*p == '<' && within) || (*p == '>' && !within) || (closed && !divides && *p != ' ' && *p != '\t'))
			return p;
		closed = *p == '>' || (closed && !divides);
		within = *p == '<' || (within && *p != '>');
		p++;
	}
	return within ? text + strlen(text) : NULL;
}

int app_addresses(const struct cfg *cfg, const char *text, GPtrArray *out, struct err *e)
{
	const char *at = fault_in(text);
	g_autofree char *clean = at ? utf8_line(str_of(text)) : NULL, *rest = at ? utf8_line(str_of(at)) : NULL;
	if (at)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER,
			_("'%s' is no mail address: it goes wrong at character %zu, '%s'"), clean,
			(size_t)g_utf8_pointer_to_offset(text, at) + 1, rest);
	return add_text(cfg, text, out, 0, e);
}

void app_letter_expand(const struct cfg *cfg, GPtrArray *addrs)
{
	g_autoptr(GPtrArray) now = msg_addrs_new();
	for (guint i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		const char *word = a->addr ? a->addr : a->name;
		struct err e = ERR_INIT;
		bool alias = word && !strchr(word, '@');
		if (!alias || app_addresses(cfg, word, now, &e))
			g_ptr_array_add(now, msg_addr_new(a->name, a->addr));
		err_clear(&e);
	}
	g_ptr_array_set_size(addrs, 0);
	while (now->len)
		g_ptr_array_add(addrs, g_ptr_array_steal_index(now, 0));
}

/* --- what goes along --- */

/* By content, and where that says little by the name's end. */
static char *type_of(struct str head, const char *name)
{
	g_autofree char *found = msg_magic(head);
	bool vague = !found || !strcmp(found, "application/octet-stream") || !strcmp(found, "text/plain") ||
		     !strcmp(found, "application/zip") || !strcmp(found, "inode/x-empty");
	const char *by_name = vague ? msg_type_of_name(name) : NULL;
	if (by_name)
		return g_strdup(by_name);
	return found && strcmp(found, "inode/x-empty") ? g_steal_pointer(&found) : g_strdup("application/octet-stream");
}

static char *type_of_file(int fd, const char *name)
{
	g_autofree char *head = g_malloc(LOOKED_AT);
	ssize_t n = pread(fd, head, LOOKED_AT, 0);
	return type_of((struct str){ head, n > 0 ? (size_t)n : 0 }, name);
}

struct draft_file *app_attach_bytes(struct buf *bytes, const char *name)
{
	struct draft_file *f = draft_file_new();
	f->name = g_strdup(name);
	f->type = type_of((struct str){ bytes->p, MIN(bytes->n, LOOKED_AT) }, name);
	f->size = bytes->n;
	buf_clear(&f->bytes);
	f->bytes = *bytes;
	buf_init(bytes, bytes->max);
	return f;
}

struct draft_file *app_attach_part(struct str raw, const char *section, struct err *e)
{
	struct msg *m = msg_parse(raw);
	const struct msg_part *p = *section ? msg_part_find(m->root, section) : NULL;
	struct draft_file *f = NULL;
	if (!*section) {
		struct draft *d = draft_new(DRAFT_NEW);
		draft_add_message(d, m->head, raw);
		f = g_ptr_array_steal_index(d->files, 0);
		draft_free(d);
	} else if (!p) {
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("the message has no part '%s'"), section);
	} else {
		f = draft_file_of_part(m, p, e);
	}
	if (f && p && !f->verbatim && strcmp(f->type, "message/rfc822")) {
		g_free(f->name);
		f->name = app_part_name(p);
	}
	msg_free(m);
	return f;
}

struct draft_file *app_attach(const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		err_errno(e, errno, _("cannot attach"), path);
		e->cause = ERR_MISSING;
		return NULL;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER,
			S_ISDIR(st.st_mode) ? _("cannot attach '%s': it is a directory")
					    : _("cannot attach '%s': it is no regular file"),
			path);
		close(fd);
		return NULL;
	}
	struct draft_file *f = draft_file_new();
	g_autofree char *base = g_path_get_basename(path);
	f->name = utf8_from_locale(base);
	f->source = g_strdup(path);
	f->type = type_of_file(fd, base);
	f->fd = fd;
	f->size = (uint64_t)st.st_size;
	return f;
}

GPtrArray *app_attach_paths(const char *typed)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
	glob_t g;
	if (!glob(typed, GLOB_TILDE | GLOB_MARK, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			g_ptr_array_add(out, g_strdup(g.gl_pathv[i]));
		globfree(&g);
	}
	if (!out->len)
		g_ptr_array_add(out, g_strdup(typed));
	return out;
}

int app_letter_attach_named(struct draft *d, struct err *e)
{
	for (guint i = 0; i < d->names->len; i++) {
		g_autoptr(GPtrArray) paths = app_attach_paths(d->names->pdata[i]);
		for (guint k = 0; k < paths->len; k++) {
			struct err why = ERR_INIT;
			struct draft_file *f = app_attach(paths->pdata[k], &why);
			if (f)
				g_ptr_array_add(d->files, f);
			else if (e->cause == ERR_NONE)
				err_move(e, &why);
			err_clear(&why);
		}
	}
	g_ptr_array_set_size(d->names, 0);
	return e->cause == ERR_NONE ? 0 : -1;
}

/* --- letters begun --- */

static struct msg_addr *copy_of(const struct msg_addr *a)
{
	return a ? msg_addr_new(a->name, a->addr) : NULL;
}

static bool has_addr(const GPtrArray *addrs, const char *addr)
{
	for (unsigned i = 0; i < addrs->len; i++)
		if (!g_strcmp0(((const struct msg_addr *)addrs->pdata[i])->addr, addr))
			return true;
	return false;
}

static void drop_addr(GPtrArray *addrs, const char *addr)
{
	for (unsigned i = addrs->len; addr && i--;)
		if (!g_strcmp0(((const struct msg_addr *)addrs->pdata[i])->addr, addr))
			g_ptr_array_remove_index(addrs, i);
}

static void swap_addr(GPtrArray *addrs, const char *was, const char *now)
{
	drop_addr(addrs, was);
	if (now && !has_addr(addrs, now))
		g_ptr_array_add(addrs, msg_addr_new(NULL, now));
}

/* The text's signature, if it still stands there as it was put. */
static void swap_signature(struct draft *d, const char *was, const char *now)
{
	g_autofree char *old = was ? g_strdup_printf("\n-- \n%s", was) : NULL;
	char *at = old ? g_strrstr(d->text, old) : NULL;
	if (was && !at)
		return;
	GString *text = g_string_new_len(d->text, at ? at - d->text : (gssize)strlen(d->text));
	if (now)
		g_string_append_printf(text, "\n-- \n%s", now);
	if (at)
		g_string_append(text, at + strlen(old));
	g_free(d->text);
	d->text = g_string_free(text, FALSE);
}

void app_letter_set_from(struct draft *d, const struct cfg *cfg, const struct app_from *was, const struct app_from *now)
{
	const struct cfg_from *old = was ? was->line : NULL, *line = now->line;
	msg_addr_free(d->from);
	d->from = copy_of(now->addr);
	swap_addr(d->reply_to, old ? old->reply_to : NULL, line ? line->reply_to : NULL);
	swap_addr(d->bcc, old ? old->bcc : NULL, line ? line->bcc : NULL);
	if (!was)
		return;
	g_autofree char *gone = signature_of(cfg, was), *come = signature_of(cfg, now);
	if (g_strcmp0(gone, come))
		swap_signature(d, gone, come);
}

int app_reports(const struct cfg *cfg, const char *words, const char *part, struct engine_post *p, struct err *e)
{
	const char *said = words ? words : cfg->options.delivery_reports;
	const char *back = part ? part : cfg->options.delivery_return;
	if (strcmp(back, "full") && strcmp(back, "headers"))
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' is none of: headers, full"), back);
	p->notify = said && *said ? cfg_reports(said) : NULL;
	if (said && *said && !p->notify)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
			_("'%s' names no reports of delivery: never, or some of success,failure,delay"), said);
	if (p->notify && strcmp(p->notify, "NEVER"))
		p->ret = g_strdup(strcmp(back, "full") ? "HDRS" : "FULL");
	return 0;
}

struct draft *app_letter_new(const struct cfg *cfg, const struct app_from *from)
{
	g_autofree char *signature = signature_of(cfg, from);
	struct draft *d = draft_blank(signature);
	d->hard = !cfg->options.text_flowed;
	app_letter_set_from(d, cfg, NULL, from);
	return d;
}

static bool is_mine(const char *addr, void *aux)
{
	return app_is_mine(aux, addr);
}

struct draft *app_letter_reply(const struct cfg *cfg, const struct app_from *from, const struct engine_message *m,
	enum reply_to_whom whom, const char *only)
{
	g_autofree char *signature = signature_of(cfg, from), *date = app_date_long(m->head->date);
	struct reply_how how = { .whom = whom,
		.is_mine = is_mine,
		.aux = (void *)cfg,
		.attribution = cfg->options.attribution,
		.date_text = date,
		.text = only ? only : m->text.text,
		.signature = signature,
		.signature_on_top = cfg->options.signature_on_top };
	struct draft *d = draft_reply(m->head, &how);
	d->hard = !cfg->options.text_flowed;
	app_letter_set_from(d, cfg, NULL, from);
	return d;
}

bool app_forward_needs_raw(const struct engine_message *m, bool whole)
{
	return whole || (m->root && msg_attachments(m->root));
}

/* The attachments go along as they are. */
static void take_files(struct draft *d, struct str raw)
{
	struct msg *m = msg_parse(raw);
	struct draft *all = draft_of_message(m, DRAFT_AGAIN);
	while (all->files->len)
		g_ptr_array_add(d->files, g_ptr_array_steal_index(all->files, 0));
	draft_free(all);
	msg_free(m);
}

struct draft *app_letter_forward(const struct cfg *cfg, const struct app_from *from, const struct engine_message *m,
	const struct str *raw, bool whole)
{
	g_autofree char *signature = signature_of(cfg, from), *date = app_date_head(m->head);
	struct draft *d = draft_forward(m->head, whole ? NULL : m->text.text, date, signature);
	d->hard = !cfg->options.text_flowed;
	if (raw && whole)
		draft_add_message(d, m->head, *raw);
	else if (raw)
		take_files(d, *raw);
	app_letter_set_from(d, cfg, NULL, from);
	return d;
}
