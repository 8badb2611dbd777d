/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft made into a letter: checked, its octets built and kept with Message-ID and Date fixed for good, then a row of the
 * outbox. From then on it is durable. */
#include "engine/outbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "engine/changes.h"

struct engine_post *engine_post_new(struct draft *d)
{
	struct engine_post *p = g_new0(struct engine_post, 1);
	p->draft = d;
	p->parent.account = -1;
	return p;
}

void engine_discard(struct draft *d)
{
	for (unsigned i = 0; d && i < d->files->len; i++) {
		const struct draft_file *f = d->files->pdata[i];
		if (f->fd >= 0)
			close(f->fd);
	}
	draft_free(d);
}

void engine_post_free(struct engine_post *p)
{
	if (!p)
		return;
	engine_discard(p->draft);
	g_free(p->sender);
	g_free(p->key);
	g_free(p->notify);
	g_free(p->ret);
	g_free(p);
}

void engine_draft_free(struct engine_draft *d)
{
	if (!d)
		return;
	engine_discard(d->draft);
	g_free(d->editor_path);
	g_free(d);
}

/* --- checks --- */

static int check_draft(const struct draft *d, struct err *e)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	enum err_cause cause = ERR_INPUT;
	if (!draft_check(d, faults, &cause))
		return 0;
	g_autoptr(GString) all = g_string_new(NULL);
	for (unsigned i = 0; i < faults->len; i++)
		g_string_append_printf(all, "%s%s", i ? "; " : "", (const char *)faults->pdata[i]);
	return err_set(e, ERR_MESSAGE, cause, ERR_NEVER, "%s", all->str);
}

static int check(const struct account *a, const struct engine_post *p, struct err *e)
{
	if (!a->cfg->smtp && !a->cfg->sendmail)
		return err_set(e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER, "the account has no 'smtp' line");
	if (check_draft(p->draft, e))
		return -1;
	if (p->sender && *p->sender && !smtp_address_ok(p->sender, NULL))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "'%s' is no address to send from", p->sender);
	return 0;
}

/* --- the octets --- */

int post_offset(int64_t wall)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(wall);
	return t ? (int)(g_date_time_get_utc_offset(t) / G_TIME_SPAN_MINUTE) : 0;
}

/* name_out: its file in the spool, new. */
static int build(struct account *a, const struct engine_post *p, const struct build_settings *set, char **name_out,
	struct built *out, struct err *e)
{
	uint32_t random[3];
	net_random(random, sizeof(random));
	g_autofree char *dir = engine_spool_path(a->engine, NULL);
	g_autofree char *name = g_strdup_printf("%08x%08x%08x.mail", random[0], random[1], random[2]);
	g_autofree char *path = engine_spool_path(a->engine, name);
	struct build_settings here = *set;
	here.where = path;
	struct fs_new *f = fs_private_dir(dir, e) ? NULL : fs_new_open(path, false, e);
	if (!f)
		return -1;
	if (draft_build(p->draft, &here, fs_new_fd(f), out, e) || fs_new_commit(&f, e)) {
		fs_new_abort(&f);
		return -1;
	}
	*name_out = g_steal_pointer(&name);
	return 0;
}

/* What the server would not take is not queued: whoever wrote it is still there. */
static int check_size(const struct account *a, const struct store_mail *m, struct err *e)
{
	bool fresh;
	uint64_t most = mailer_size_max(a, &fresh);
	return fresh && most && m->size > most ? smtp_too_large(e, m->size, most) : 0;
}

static int build_all(struct account *a, const struct engine_post *p, struct store_mail *m, struct err *e)
{
	int64_t now = clock_wall();
	struct build_settings set = {
		.message_id = m->msgid, .date = now, .offset = post_offset(now), .utf8_headers = true
	};
	struct built built = { 0 };
	int result = build(a, p, &set, &m->path, &built, e);
	m->size = built.size;
	m->eight_bit = built.eight_bit;
	m->utf8 = built.utf8;
	m->sha256 = g_steal_pointer(&built.sha256);
	built_clear(&built);
	if (result || !p->keep_bcc || !p->draft->bcc->len || p->draft->kind == DRAFT_BOUNCE)
		return result;
	set.keep_bcc = true;
	struct built own = { 0 };
	result = build(a, p, &set, &m->copy_path, &own, e);
	m->copy_size = own.size;
	m->copy_sha256 = g_steal_pointer(&own.sha256);
	built_clear(&own);
	return result;
}

static void remove_bytes(struct account *a, const struct store_mail *m)
{
	const char *names[] = { m->path, m->copy_path };
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = names[i] ? engine_spool_path(a->engine, names[i]) : NULL;
		if (path && unlink(path))
			log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
	}
}

/* --- the row --- */

static void add_all(struct store_mail *m, const GPtrArray *addrs)
{
	for (unsigned i = 0; i < addrs->len; i++) {
		const struct msg_addr *at = addrs->pdata[i];
		bool there = !at->addr;
		for (unsigned k = 0; k < m->rcpts->len && !there; k++)
			there = !strcmp(((const struct store_rcpt *)m->rcpts->pdata[k])->addr, at->addr);
		if (!there)
			store_mail_add(m, at->addr);
	}
}

int post_parent(struct engine *en, const struct engine_parent *p, struct store_mail *m, struct err *e)
{
	struct store_folder f = { 0 };
	struct store_row row = { 0 };
	if (p->account < 0 || !p->place.folder || !p->flag)
		return 0;
	const struct account *of = en->accounts->pdata[p->account];
	int result = store_folder_get(en->store, p->place.folder, &f, e);
	if (!result)
		result = store_place_get(en->store, p->place, &row, e);
	if (!result) {
		m->parent_account = of->number;
		m->parent_folder = g_strdup(f.raw);
		m->parent_uidvalidity = f.uidvalidity;
		m->parent_uid = p->place.uid;
		m->parent_msgid = g_strdup(row.msgid);
		m->parent_flag = p->flag;
	} else if (e->cause == ERR_MISSING) {
		err_clear(e);
		result = 0;
	}
	store_row_clear(&row);
	store_folder_clear(&f);
	return result;
}

/* So that a copy that the server files by itself is known from what was there before. */
static void note_sent_folder(struct account *a, bool bounce, struct store_mail *m)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	const struct cfg_from *line = cfg_from_of(a->cfg, m->from);
	const char *sent = line && line->sent ? line->sent : a->cfg->roles[CFG_SENT];
	bool wanted = a->cfg->imap && g_strcmp0(sent, "none") && !bounce;
	m->copy = wanted ? COPY_WANTED : COPY_NONE;
	int found = line && line->sent ? folder_find(a, line->sent, &f, &e) : change_find_role(a, ROLE_SENT, &f, &e);
	if (m->copy == COPY_WANTED && !found) {
		m->copy_folder = g_strdup(f.raw);
		m->copy_uidvalidity = f.uidvalidity;
		m->copy_uidnext = f.uidnext;
	}
	err_clear(&e);
	store_folder_clear(&f);
}

static struct store_mail *mail_of(struct account *a, const struct engine_post *p, struct err *e)
{
	const struct draft *d = p->draft;
	struct store_mail *m = store_mail_new(a->number);
	int64_t now = clock_wall();
	m->from = g_strdup(d->from->addr);
	m->sender = g_strdup(p->sender ? p->sender : d->from->addr);
	m->msgid = d->message_id ? g_strdup(d->message_id) : message_id_new(m->from);
	m->subject = g_strdup(d->subject);
	m->key = g_strdup(p->key);
	m->partial = p->partial;
	m->notify = g_strdup(p->notify);
	m->ret = g_strdup(p->ret);
	m->draft = p->draft_id;
	m->state = p->at || p->hold ? MAIL_HELD : MAIL_QUEUED;
	m->due = p->at ? p->at : p->hold ? now + p->hold : 0;
	add_all(m, d->to);
	add_all(m, d->cc);
	add_all(m, d->bcc);
	note_sent_folder(a, d->kind == DRAFT_BOUNCE, m);
	if (!post_parent(a->engine, &p->parent, m, e))
		return m;
	store_mail_free(m);
	return NULL;
}

/* Of a key that was used before the first letter stands. */
static void tell_duplicate(struct account *a, struct request *r, const struct store_mail *m)
{
	outbox_tell(a, r->id, m->id, true);
	engine_end(a->engine, r, NULL);
}

static void tell_dry(struct account *a, struct request *r, struct store_mail *m)
{
	struct event *ev = event_new(EV_MAIL, r->id, a->index);
	ev->mail = m;
	engine_emit(a->engine, ev);
	engine_end(a->engine, r, NULL);
}

static void durable(struct account *a, struct request *r, uint32_t mail)
{
	const struct engine_post *p = r->post;
	bool waits = !p->queue && !p->at && !p->hold;
	outbox_tell(a, r->id, mail, false);
	if (!waits) {
		engine_end(a->engine, r, NULL);
	} else {
		outbox_try_again(a->outbox);
		outbox_wait(a->outbox, r, mail);
	}
	if (waits || a->engine->settings.stay)
		outbox_run(a->outbox);
}

void post_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	struct store_mail *m = NULL;
	if (!a || !en->store || !r->post)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a letter without an account");
	else if (!check(a, r->post, &e))
		m = mail_of(a, r->post, &e);
	if (m && r->post->dry_run) {
		tell_dry(a, r, m);
		return;
	}
	if (m && !build_all(a, r->post, m, &e) && !check_size(a, m, &e) && !store_mail_put(en->store, m, &e)) {
		durable(a, r, m->id);
		store_mail_free(m);
		return;
	}
	if (m)
		remove_bytes(a, m);
	if (m && m->id && e.cause == ERR_CREATE) {
		err_clear(&e);
		tell_duplicate(a, r, m);
	} else {
		engine_end(en, r, &e);
	}
	store_mail_free(m);
}
