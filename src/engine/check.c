/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup check: each step of a first contact told as a line of its own, nothing written. */
#include "engine/limits.h"
#include "engine/outbox.h"

#include <string.h>

struct check_job {
	struct job job;
	bool reached, listing;
	uint32_t list_id;   /* the command */
	enum check_test at; /* the test under way */
	struct folder_list *list;
};

static void tell_all(struct check_job *c, const struct engine_check *check)
{
	struct event *ev = event_new(EV_CHECK, c->job.request->id, c->job.account->index);
	ev->check = g_memdup2(check, sizeof(*check));
	engine_emit(c->job.account->engine, ev);
}

static void tell(struct check_job *c, enum check_test test, enum check_status status, char *text, const char *server)
{
	tell_all(c, &(struct engine_check){ .test = test, .status = status, .text = text, .server = g_strdup(server) });
}

static void on_secured(struct job *j)
{
	struct check_job *c = (struct check_job *)j;
	const struct cfg_server *s = j->account->cfg->imap;
	struct wire *w = connection_wire(j->account->conn);
	struct net_cert cert = { 0 };
	const char *version = wire_tls_version(w);
	if (!c->reached)
		tell(c, CHECK_DNS, CHECK_OK, g_strdup(s->host), NULL);
	c->reached = true;
	if (c->at == CHECK_LOGIN)
		return;
	if (!version)
		tell(c, CHECK_TLS, CHECK_WARN, g_strdup("no TLS: the account says 'insecure'"), NULL);
	else if (wire_cert(w, &cert))
		tell(c, CHECK_TLS, CHECK_OK,
			g_strdup_printf("%s, %s, valid until %s", version, cert.names, cert.not_after), NULL);
	net_cert_clear(&cert);
	c->at = CHECK_LOGIN;
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct check_job *c = (struct check_job *)j;
	if (c->listing)
		folder_list_event(c->list, ev);
	if (ev->type == IMAP_READY)
		c->at = CHECK_FOLDERS;
}

/* Folders that the mailrc names and the server has not. */
static void find_named(struct check_job *c, const GPtrArray *names, const char *word)
{
	for (unsigned i = 0; i < names->len; i++) {
		struct store_folder f = { 0 };
		struct err unknown = ERR_INIT;
		if (folder_find(c->job.account, names->pdata[i], &f, &unknown))
			tell(c, CHECK_FOLDERS, CHECK_WARN,
				g_strdup_printf(
					"'%s %s': the server has no such folder", word, (char *)names->pdata[i]),
				NULL);
		err_clear(&unknown);
		store_folder_clear(&f);
	}
}

static void count_roles(struct check_job *c)
{
	struct account *a = c->job.account;
	g_autoptr(GPtrArray) all = store_folders_new();
	GString *names = g_string_new(NULL);
	unsigned folders = 0;
	if (store_folders(a->engine->store, a->number, all, &c->job.err))
		return;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		if (f->flags & FOLDER_GONE)
			continue;
		folders++;
		if (f->role != ROLE_NONE)
			g_string_append_printf(
				names, "%s%s %s", names->len ? ", " : "", store_role_names[f->role], f->name);
	}
	g_autofree char *room = limits_room(a);
	const char *prefix = a->info.prefix ? a->info.prefix : "";
	tell_all(c, &(struct engine_check){ .test = CHECK_FOLDERS,
			    .status = limits_nearly_full(a) ? CHECK_WARN : CHECK_OK,
			    .text = g_strdup_printf(
				    "%u, prefix '%s'%s%s", folders, prefix, room ? ", " : "", room ? room : ""),
			    .folders = folders,
			    .prefix = g_strdup(prefix) });
	find_named(c, a->cfg->pinned, "pinned");
	find_named(c, a->cfg->skipped, "skip");
	tell(c, CHECK_ROLES, CHECK_OK, g_string_free(names, FALSE), NULL);
}

/* The other half has the request now. */
static void finish(struct check_job *c)
{
	struct account *a = c->job.account;
	struct request *r = g_steal_pointer(&c->job.request);
	struct err e = ERR_INIT;
	err_move(&e, &c->job.err);
	job_end(&c->job, NULL);
	check_smtp_start(a, r, &e);
	err_clear(&e);
}

static void on_step(struct job *j)
{
	struct check_job *c = (struct check_job *)j;
	struct account *a = j->account;
	struct imap_session *i = connection_imap(a->conn);
	if (j->err.cause != ERR_NONE) {
		tell(c, CHECK_FOLDERS, CHECK_FAIL, g_strdup(j->err.text), j->err.server);
		finish(c);
	} else if (c->listing && folder_list_more(c->list, j, false)) {
		return;
	} else if (c->listing) {
		if (!folder_list_apply(c->list, a, &j->err))
			count_roles(c);
		account_contacted(a, false);
		finish(c);
	} else if (connection_ready(a->conn)) {
		if (!c->reached)
			on_secured(j);
		tell(c, CHECK_CAPABILITY, CHECK_OK, g_strdup(imap_caps_text(i)), NULL);
		g_autofree char *by = login_words(i);
		tell(c, CHECK_LOGIN, CHECK_OK, g_strdup_printf("%s: %s", a->cfg->login, by), NULL);
		c->listing = true;
		if (imap_caps(i) & IMAP_CAP_NAMESPACE)
			job_command(j, imap_namespace(i));
		if (imap_caps(i) & IMAP_CAP_QUOTA)
			job_command(j, imap_quota(i, STR("INBOX")));
		c->list_id = imap_list(i, STR(""), STR("*"));
		job_command(j, c->list_id);
	}
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	if (done->u.done.id == ((struct check_job *)j)->list_id && done->u.done.result != IMAP_OK) {
		g_autofree char *words = str_dup(done->u.done.text);
		err_set(&j->err, ERR_ACCOUNT, ERR_REFUSED, ERR_LATER, "the server refuses its folder list");
		err_set_server(&j->err, words);
	}
}

/* The step that failed says so. */
static void on_lost(struct job *j, const struct err *e)
{
	struct check_job *c = (struct check_job *)j;
	enum check_test at = c->at;
	if (!j->account->conn)
		at = e->cause == ERR_AUTH ? CHECK_LOGIN : CHECK_DNS;
	else if (e->cause == ERR_NET && e->retry == ERR_NEVER && !c->reached)
		at = CHECK_DNS;
	else if (!c->reached)
		tell(c, CHECK_DNS, CHECK_OK, g_strdup(j->account->cfg->imap->host), NULL);
	if (at == CHECK_TLS && e->cause == ERR_AUTH)
		at = CHECK_LOGIN;
	tell(c, at, CHECK_FAIL, g_strdup(e->text), e->server);
	check_smtp_start(j->account, g_steal_pointer(&j->request), e);
}

static void on_free(struct job *j)
{
	struct check_job *c = (struct check_job *)j;
	folder_list_free(c->list);
	g_free(c);
}

static const struct job_class check_class = { .name = "check",
	.priority = 0,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.free = on_free,
	.secured = on_secured,
	.lost = on_lost };

struct job *check_job_new(struct account *a, struct request *r)
{
	struct check_job *c = g_new0(struct check_job, 1);
	c->job = (struct job){ .class = &check_class, .account = a, .request = r, .person = true };
	c->at = CHECK_TLS;
	c->list = folder_list_new();
	return &c->job;
}
