/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters being written: what was typed is a file of the spool and a row before it is called saved; what goes along is
 * copied there too, so that it no longer matters what becomes of the files it came from. */
#include "engine/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

#define PIECE 65536
#define ORIGINAL_TYPE "message/rfc822"
#define RESENT "Resent-"

static void remove_file(const struct engine *en, const char *name)
{
	g_autofree char *path = name ? engine_spool_path(en, name) : NULL;
	if (path && unlink(path) && errno != ENOENT)
		log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
}

static char *new_name(const char *suffix)
{
	uint32_t random[3];
	net_random(random, sizeof(random));
	return g_strdup_printf("%08x%08x%08x.%s", random[0], random[1], random[2], suffix);
}

static struct fs_new *new_file(const struct engine *en, const char *name, struct err *e)
{
	g_autofree char *dir = engine_spool_path(en, NULL), *path = engine_spool_path(en, name);
	return fs_private_dir(dir, e) ? NULL : fs_new_open(path, false, e);
}

/* --- saving --- */

static int write_text(struct engine *en, const struct draft *d, struct store_draft *row, struct err *e)
{
	g_autofree char *text = draft_to_text(d, true), *name = new_name("draft");
	struct fs_new *f = new_file(en, name, e);
	if (!f)
		return -1;
	if (fs_new_write(f, str_of(text), e) || fs_new_commit(&f, e)) {
		fs_new_abort(&f);
		return -1;
	}
	g_free(row->path);
	g_free(row->sha256);
	row->path = g_steal_pointer(&name);
	row->sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return 0;
}

/* to: NULL: it is only summed. */
static int copy_fd(struct fs_new *to, int fd, uint64_t size, GChecksum *sum, struct err *e)
{
	g_autofree char *piece = g_malloc(PIECE);
	for (uint64_t at = 0; at < size;) {
		ssize_t n = pread(fd, piece, MIN(PIECE, size - at), (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "an attachment cannot be read: %s",
				n ? g_strerror(errno) : "it became shorter");
		if (to && fs_new_write(to, (struct str){ piece, (size_t)n }, e))
			return -1;
		g_checksum_update(sum, (const guchar *)piece, n);
		at += (uint64_t)n;
	}
	return 0;
}

static struct store_draft_file *snapshot(struct engine *en, const struct draft_file *f, struct err *e)
{
	g_autofree char *name = new_name("part");
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct fs_new *to = new_file(en, name, e);
	if (!to)
		return NULL;
	int result;
	if (f->fd >= 0) {
		result = copy_fd(to, f->fd, f->size, sum, e);
	} else {
		g_checksum_update(sum, (const guchar *)f->bytes.p, (gssize)f->bytes.n);
		result = fs_new_write(to, buf_str(&f->bytes), e);
	}
	if (result || fs_new_commit(&to, e)) {
		fs_new_abort(&to);
		return NULL;
	}
	struct store_draft_file *out = g_new0(struct store_draft_file, 1);
	*out = (struct store_draft_file){ .name = g_strdup(f->name),
		.type = g_strdup(f->type),
		.path = g_steal_pointer(&name),
		.sha256 = g_strdup(g_checksum_get_string(sum)),
		.source = g_strdup(f->source),
		.size = f->fd >= 0 ? f->size : f->bytes.n,
		.in_line = f->in_line,
		.verbatim = f->verbatim };
	return out;
}

/* NULL: it cannot be read any more. g_free. */
static char *sum_of(const struct draft_file *f)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct err e = ERR_INIT;
	if (f->fd < 0)
		g_checksum_update(sum, (const guchar *)f->bytes.p, (gssize)f->bytes.n);
	int failed = f->fd >= 0 ? copy_fd(NULL, f->fd, f->size, sum, &e) : 0;
	err_clear(&e);
	return failed ? NULL : g_strdup(g_checksum_get_string(sum));
}

/* What was copied at an earlier saving need not be again; a file of that name may have been changed and attached anew. */
static struct store_draft_file *copied_before(GPtrArray *files, const struct draft_file *f)
{
	g_autofree char *sum = NULL;
	uint64_t size = f->fd >= 0 ? f->size : f->bytes.n;
	for (unsigned i = 0; i < files->len; i++) {
		struct store_draft_file *old = files->pdata[i];
		if (old->size != size || g_strcmp0(old->name, f->name) || g_strcmp0(old->source, f->source) ||
			old->verbatim != f->verbatim)
			continue;
		if (!sum)
			sum = sum_of(f);
		if (!sum || !g_strcmp0(old->sha256, sum))
			return g_ptr_array_steal_index(files, i);
	}
	return NULL;
}

/* What is sent on as it is has its message for a file. */
static GPtrArray *files_of(const struct draft *d, struct draft_file *original)
{
	GPtrArray *files = g_ptr_array_new();
	*original = (struct draft_file){ .fd = -1, .type = (char *)ORIGINAL_TYPE, .bytes = d->original };
	for (unsigned i = 0; i < d->files->len; i++)
		g_ptr_array_add(files, d->files->pdata[i]);
	if (d->kind == DRAFT_BOUNCE)
		g_ptr_array_add(files, original);
	return files;
}

static int copy_files(
	struct engine *en, const struct draft *d, struct store_draft *row, GPtrArray *dropped, struct err *e)
{
	struct draft_file original;
	g_autoptr(GPtrArray) files = files_of(d, &original);
	GPtrArray *now = g_ptr_array_new();
	int result = 0;
	for (unsigned i = 0; i < files->len && !result; i++) {
		const struct draft_file *f = files->pdata[i];
		struct store_draft_file *kept = copied_before(row->files, f);
		if (!kept)
			kept = snapshot(en, f, e);
		if (kept)
			g_ptr_array_add(now, kept);
		else
			result = -1;
	}
	for (unsigned i = 0; i < row->files->len; i++)
		g_ptr_array_add(dropped, g_strdup(((const struct store_draft_file *)row->files->pdata[i])->path));
	g_ptr_array_set_size(row->files, 0);
	for (unsigned i = 0; i < now->len; i++)
		g_ptr_array_add(row->files, now->pdata[i]);
	g_ptr_array_unref(now);
	return result;
}

static char *receivers(const struct draft *d)
{
	GString *out = g_string_new(NULL);
	for (unsigned i = 0; i < d->to->len && i < 3; i++)
		g_string_append_printf(out, "%s%s", i ? ", " : "", msg_addr_short(d->to->pdata[i]));
	return g_string_free(out, FALSE);
}

static int note_parent(struct engine *en, const struct engine_parent *p, struct store_draft *row, struct err *e)
{
	struct store_mail as_mail = { 0 };
	if (row->parent_account || post_parent(en, p, &as_mail, e))
		return row->parent_account ? 0 : -1;
	row->parent_account = as_mail.parent_account;
	row->parent_folder = as_mail.parent_folder;
	row->parent_uidvalidity = as_mail.parent_uidvalidity;
	row->parent_uid = as_mail.parent_uid;
	row->parent_msgid = as_mail.parent_msgid;
	row->parent_flag = as_mail.parent_flag;
	return 0;
}

/* The draft of another program is as a version of ours that was there before. */
static int note_left(struct account *a, const struct engine_draft *d, struct store_draft *row, struct err *e)
{
	struct store_folder f = { 0 };
	struct store_row there = { 0 };
	if (row->id || !d->left.folder || store_folder_get(a->engine->store, d->left.folder, &f, e) ||
		store_place_get(a->engine->store, d->left, &there, e)) {
		bool gone = e->cause == ERR_MISSING;
		store_folder_clear(&f);
		if (gone)
			err_clear(e);
		return e->cause == ERR_NONE ? 0 : -1;
	}
	row->folder = g_strdup(f.raw);
	row->uidvalidity = f.uidvalidity;
	row->uid = d->left.uid;
	row->msgid = g_strdup(there.msgid);
	store_row_clear(&there);
	store_folder_clear(&f);
	return 0;
}

/* Another account sends it now: the first has nothing of it any more. */
static void leave_account(struct engine *en, const struct account *a, struct store_draft *row)
{
	struct account *before = account_numbered(en, row->account);
	if (!row->id || row->account == a->number)
		return;
	if (before)
		mirror_drop(before, row);
	g_clear_pointer(&row->folder, g_free);
	g_clear_pointer(&row->mirrored, g_free);
	g_clear_pointer(&row->msgid, g_free);
	row->uidvalidity = row->uid = row->change = 0;
}

static int save(struct engine *en, struct account *a, struct engine_draft *d, struct store_draft *row, struct err *e)
{
	g_autoptr(GPtrArray) dropped = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *old = g_strdup(row->path);
	leave_account(en, a, row);
	row->account = a->number;
	row->kind = (int)d->draft->kind;
	g_free(row->subject);
	row->subject = g_strdup(d->draft->subject);
	g_free(row->to);
	row->to = receivers(d->draft);
	g_free(row->editor_path);
	row->editor_path = g_strdup(d->editor_path);
	row->saved = clock_wall();
	if (note_parent(en, &d->parent, row, e) || note_left(a, d, row, e) ||
		copy_files(en, d->draft, row, dropped, e) || write_text(en, d->draft, row, e))
		return -1;
	if (store_draft_put(en->store, row, e)) {
		remove_file(en, row->path);
		return -1;
	}
	/* Only now is the former version not needed. */
	remove_file(en, old);
	for (unsigned i = 0; i < dropped->len; i++)
		remove_file(en, dropped->pdata[i]);
	return 0;
}

static void tell(struct account *a, uint32_t request, struct engine_draft *d)
{
	struct event *ev = event_new(EV_DRAFT, request, a->index);
	ev->draft = d;
	engine_emit(a->engine, ev);
}

static bool is_mirrored(const struct store_draft *row)
{
	return row->uid && !row->change && !g_strcmp0(row->mirrored, row->sha256);
}

void draft_save_request(struct engine *en, struct account *a, struct request *r)
{
	struct store_draft *row = NULL;
	struct err e = ERR_INIT;
	if (!a || !en->store || !r->draft)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a draft without an account");
	else if (!r->draft->id || store_draft_get(en->store, r->draft->id, &row, &e))
		row = store_draft_new(a->number);
	if (e.cause == ERR_MISSING)
		err_clear(&e);
	if (e.cause == ERR_NONE && !save(en, a, r->draft, row, &e)) {
		struct engine_draft *d = g_steal_pointer(&r->draft);
		d->id = row->id;
		d->saved = row->saved;
		if (d->mirror)
			mirror_save(a, d->draft, row);
		d->mirrored = is_mirrored(row);
		tell(a, r->id, d);
	}
	store_draft_free(row);
	engine_end(en, r, &e);
}

/* --- opening --- */

/* It is only shown: 0 where it cannot be read. */
static uint64_t decoded_size(const char *path, uint64_t size)
{
	struct err e = ERR_INIT;
	struct buf part;
	buf_init(&part, size);
	uint64_t decoded = fs_read(path, size, &part, &e) ? 0 : draft_part_decoded(buf_str(&part));
	buf_clear(&part);
	err_clear(&e);
	return decoded;
}

static int open_files(struct engine *en, const struct store_draft *row, struct draft *d, struct err *e)
{
	for (unsigned i = 0; i < row->files->len; i++) {
		const struct store_draft_file *kept = row->files->pdata[i];
		g_autofree char *path = engine_spool_path(en, kept->path);
		struct stat st;
		struct draft_file *f = draft_file_new();
		g_ptr_array_add(d->files, f);
		f->name = g_strdup(kept->name);
		f->type = g_strdup(kept->type);
		f->source = g_strdup(kept->source);
		f->in_line = kept->in_line;
		f->verbatim = kept->verbatim;
		f->size = kept->size;
		f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (f->fd < 0 || fstat(f->fd, &st))
			return err_errno(e, errno, "cannot open", path);
		if ((uint64_t)st.st_size != kept->size)
			return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER,
				"the kept attachment '%s' is not as it was", path);
		f->decoded = f->verbatim ? decoded_size(path, f->size) : 0;
	}
	return 0;
}

/* The last file is the message that is to be sent on. */
static int take_original(struct draft *d, struct err *e)
{
	struct draft *scratch = draft_new(DRAFT_NEW);
	if (d->files->len)
		g_ptr_array_add(scratch->files, g_ptr_array_steal_index(d->files, d->files->len - 1));
	const struct draft_file *f = scratch->files->len ? scratch->files->pdata[0] : NULL;
	g_autofree char *bytes = f ? g_malloc(f->size + 1) : NULL;
	size_t at = 0;
	while (f && at < f->size) {
		ssize_t n = pread(f->fd, bytes + at, f->size - at, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	int result = 0;
	if (!f || at < f->size)
		result = err_set(
			e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER, "the message that was to be sent on cannot be read");
	else
		buf_add(&d->original, bytes, at);
	engine_discard(scratch);
	return result;
}

static int read_text(struct engine *en, const struct store_draft *row, struct draft *d, struct err *e)
{
	g_autofree char *path = engine_spool_path(en, row->path);
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	struct buf text;
	buf_init(&text, DRAFT_TEXT_MAX + DRAFT_HEADER_MAX * 16);
	int result = fs_read(path, text.max, &text, e);
	if (!result) {
		g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text.p, text.n);
		if (g_strcmp0(sum, row->sha256))
			log_line(LOG_ERROR, "%s: the draft was changed on disk", path);
		/* What it cannot read was written so by the user: it stays in the text's own header. */
		draft_of_text(d, buf_str(&text), true, faults);
	}
	buf_clear(&text);
	return result;
}

struct draft *draft_load(struct engine *en, const struct store_draft *row, struct err *e)
{
	struct draft *d = draft_new((enum draft_kind)row->kind);
	if (!read_text(en, row, d, e) && !open_files(en, row, d, e) &&
		(d->kind != DRAFT_BOUNCE || !take_original(d, e)))
		return d;
	engine_discard(d);
	return NULL;
}

static void place_of_parent(struct engine *en, const struct store_draft *row, struct engine_parent *out)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	struct account *of = account_numbered(en, row->parent_account);
	*out = (struct engine_parent){ .account = -1 };
	if (of && row->parent_folder && !store_folder_find(en->store, of->number, str_of(row->parent_folder), &f, &e) &&
		f.uidvalidity == row->parent_uidvalidity) {
		out->account = of->index;
		out->place = (struct store_place){ f.id, row->parent_uid, 0 };
		out->flag = row->parent_flag;
	}
	err_clear(&e);
	store_folder_clear(&f);
}

void draft_open_request(struct engine *en, struct request *r)
{
	struct store_draft *row = NULL;
	struct err e = ERR_INIT;
	struct engine_draft *d = g_new0(struct engine_draft, 1);
	if (en->store && !store_draft_get(en->store, r->answers, &row, &e)) {
		struct account *a = account_numbered(en, row->account);
		d->id = row->id;
		d->account = a ? a->index : 0;
		d->saved = row->saved;
		d->mirrored = is_mirrored(row);
		d->editor_path = g_strdup(row->editor_path);
		d->draft = draft_load(en, row, &e);
		place_of_parent(en, row, &d->parent);
		if (d->draft) {
			struct event *ev = event_new(EV_DRAFT, r->id, d->account);
			ev->draft = g_steal_pointer(&d);
			engine_emit(en, ev);
		}
	}
	engine_draft_free(d);
	store_draft_free(row);
	engine_end(en, r, &e);
}

/* --- of a letter that was not written here --- */

/* The message behind the block of fields that sent it on; n 0: it was not sent on by us. */
static struct str sent_on(struct str octets, const char *msgid)
{
	g_autofree char *last = g_strdup_printf("\r\nResent-Message-ID: <%s>\r\n", msgid ? msgid : "");
	bool block = octets.n > strlen(RESENT) && !memcmp(octets.p, RESENT, strlen(RESENT));
	const char *at = block ? g_strstr_len(octets.p, (gssize)octets.n, last) : NULL;
	return at ? str_sub(octets, (size_t)(at - octets.p) + strlen(last)) : (struct str){ 0 };
}

static bool is_written(const GPtrArray *addrs, const char *addr)
{
	for (unsigned i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		if (a->addr && !g_ascii_strcasecmp(a->addr, addr))
			return true;
	}
	return false;
}

/* Who gets it without standing in its header, gets a blind copy; of what is sent on nobody stands there. */
static void add_receivers(struct draft *d, const struct store_mail *m)
{
	GPtrArray *to = d->kind == DRAFT_BOUNCE ? d->to : d->bcc;
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->state != MAIL_ACCEPTED && !is_written(d->to, r->addr) && !is_written(d->cc, r->addr))
			g_ptr_array_add(to, msg_addr_new(NULL, r->addr));
	}
}

static struct draft *draft_of_octets(struct str octets, const struct store_mail *mail)
{
	struct str original = sent_on(octets, mail->msgid);
	struct draft *d;
	if (original.n) {
		d = draft_bounce(original);
		d->from = msg_addr_new(NULL, mail->from);
		g_free(d->subject);
		d->subject = g_strdup(mail->subject ? mail->subject : "");
	} else {
		struct msg *m = msg_parse(octets);
		d = draft_of_message(m, DRAFT_NEW);
		msg_free(m);
	}
	add_receivers(d, mail);
	return d;
}

static void take_parent(const struct store_mail *m, struct store_draft *row)
{
	row->parent_account = m->parent_account;
	row->parent_folder = g_strdup(m->parent_folder);
	row->parent_uidvalidity = m->parent_uidvalidity;
	row->parent_uid = m->parent_uid;
	row->parent_msgid = g_strdup(m->parent_msgid);
	row->parent_flag = m->parent_flag;
}

static int make_draft(struct engine *en, struct account *a, struct store_mail *m, struct err *e)
{
	g_autofree char *path = engine_spool_path(en, m->path);
	struct store_draft *row = store_draft_new(a->number);
	struct engine_draft *d = g_new0(struct engine_draft, 1);
	struct buf octets;
	buf_init(&octets, ENGINE_MESSAGE_MAX);
	int result = fs_read(path, ENGINE_MESSAGE_MAX, &octets, e);
	if (!result) {
		d->draft = draft_of_octets(buf_str(&octets), m);
		d->parent.account = -1;
		take_parent(m, row);
		result = save(en, a, d, row, e);
	}
	if (!result) {
		m->draft = row->id;
		result = store_mail_put(en->store, m, e);
	}
	buf_clear(&octets);
	engine_draft_free(d);
	store_draft_free(row);
	return result;
}

void draft_of_mail_request(struct engine *en, struct request *r)
{
	struct store_mail *m = NULL;
	struct err e = ERR_INIT;
	if (!en->store || store_mail_get(en->store, r->answers, &m, &e)) {
		engine_end(en, r, &e);
		return;
	}
	struct account *a = account_numbered(en, m->account);
	if (m->state == MAIL_ACCEPTED || m->state == MAIL_SENDING)
		err_set(&e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER,
			m->state == MAIL_SENDING ? "letter %u is being sent" : "letter %u has been sent",
			(unsigned)m->id);
	else if (!a || !m->path)
		err_set(&e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "the octets of letter %u are not kept",
			(unsigned)m->id);
	if (e.cause != ERR_NONE || (!m->draft && make_draft(en, a, m, &e))) {
		store_mail_free(m);
		engine_end(en, r, &e);
		return;
	}
	outbox_tell(a, r->id, m->id, false);
	r->answers = m->draft;
	store_mail_free(m);
	draft_open_request(en, r);
}

/* --- removing --- */

static int drop(struct engine *en, uint32_t id, struct err *e)
{
	struct store_draft *row = NULL;
	if (store_draft_get(en->store, id, &row, e))
		return -1;
	int result = store_draft_del(en->store, id, e);
	if (!result) {
		struct account *a = account_numbered(en, row->account);
		if (a)
			mirror_drop(a, row);
		remove_file(en, row->path);
		for (unsigned i = 0; i < row->files->len; i++)
			remove_file(en, ((const struct store_draft_file *)row->files->pdata[i])->path);
	}
	store_draft_free(row);
	return result;
}

void draft_drop_request(struct engine *en, struct request *r)
{
	struct err e = ERR_INIT;
	if (en->store)
		drop(en, r->answers, &e);
	engine_end(en, r, &e);
}

void draft_sent(struct account *a, uint32_t draft)
{
	struct err e = ERR_INIT;
	if (draft && drop(a->engine, draft, &e) && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}
