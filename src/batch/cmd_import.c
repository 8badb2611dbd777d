/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: messages from an mbox, a Maildir or files into a folder of the server. */
#include "batch/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define CHUNK 65536
#define ON_THE_WAY 32  /* messages handed over and not ended */
#define HEAD_MAX 65536 /* of a message's header that is looked at for its date and state */

struct import {
	struct batch *batch;
	int account;
	char *target;
	char *dir;          /* a private directory for messages cut out of an mbox */
	GPtrArray *sending; /* struct sending * */
	struct timer *timer;
	bool late; /* nothing moved for BATCH_CHANGE_MS */
	unsigned found, handed, stored, failed;
	struct err err; /* why the run stops */
	/* of the mbox being read */
	const char *path;
	int fd;
	char *cut; /* the file of the message being cut out; NULL */
	uint64_t octets;
	int64_t received;
	struct buf head;
};

struct sending {
	struct import *import;
	uint32_t request;
	char *cut, *source; /* cut: removed when it is over */
	bool durable, told;
};

static void sending_free(void *p)
{
	struct sending *s = p;
	if (s->cut)
		unlink(s->cut);
	g_free(s->cut);
	g_free(s->source);
	g_free(s);
}

/* --- records --- */
static void print_stored(struct import *im, const char *source, const struct engine_changed *ch, const char *status)
{
	struct json *j = json_record("change");
	bool known = ch && ch->target_uid;
	g_autofree char *to = known ? app_id_format(batch_label(im->batch, im->account), im->target,
					      ch->target_uidvalidity, ch->target_uid)
				    : NULL;
	g_autofree char *why = ch && ch->err.cause ? app_err_text(&ch->err, NULL) : NULL;
	json_add(j, "op", json_string("append"));
	json_add(j, "id", json_null());
	json_add(j, "source", json_string(source));
	json_add(j, "status", json_string(status));
	json_add(j, "target", json_string(im->target));
	json_add(j, "moved_to", json_string(to));
	json_add(j, "error", json_string(why));
	g_autofree char *text = g_strdup_printf("append %s -> %s%s%s%s", source, to ? to : im->target,
		strcmp(status, "done") ? " (" : "", strcmp(status, "done") ? status : "",
		strcmp(status, "done") ? ")" : "");
	batch_record(im->batch, j, text);
	json_free(j);
}

/* --- handing over --- */
static void touch(struct import *im)
{
	timer_at(im->timer, clock_ms() + BATCH_CHANGE_MS);
}

static void silent(void *aux)
{
	((struct import *)aux)->late = true;
}

static void changed(struct sending *s, const struct engine_changed *ch)
{
	struct import *im = s->import;
	bool failed = ch->state == CHANGE_FAILED || ch->state == CHANGE_PARKED;
	s->told = true;
	if (failed) {
		im->failed++;
		if (im->err.cause == ERR_NONE)
			err_copy(&im->err, &ch->err);
	} else {
		im->stored += ch->state == CHANGE_DONE;
	}
	print_stored(im, s->source, ch, failed ? "failed" : ch->state == CHANGE_DONE ? "done" : "queued");
}

static void got(struct event *ev, void *aux)
{
	struct sending *s = aux;
	struct import *im = s->import;
	touch(im);
	if (ev->type == EV_DURABLE)
		s->durable = true;
	else if (ev->type == EV_CHANGE && ev->changed)
		changed(s, ev->changed);
	if (ev->type != EV_ENDED)
		return;
	if (!s->durable && ev->err.cause) {
		im->failed++;
		err_move(&im->err, &ev->err);
	} else if (!s->told) {
		print_stored(im, s->source, NULL, "queued");
	}
	/* Kept, but nobody answered. */
	if (ev->err.cause && im->err.cause == ERR_NONE)
		err_move(&im->err, &ev->err);
	g_ptr_array_remove(im->sending, s);
}

static void wait_until(struct import *im, unsigned left)
{
	touch(im);
	while (im->sending->len > left && !im->late && im->batch->lost.cause == ERR_NONE)
		g_main_context_iteration(im->batch->ctx, TRUE);
}

static bool stops(const struct import *im)
{
	return im->late || im->err.cause != ERR_NONE || im->batch->lost.cause != ERR_NONE;
}

/* cut: path is ours, and goes when it is over. */
static void hand_over(struct import *im, const char *path, bool cut, char *source, uint32_t flags, int64_t received)
{
	struct sending *s = g_new0(struct sending, 1);
	struct request *r = request_new(REQ_CHANGE, 0, im->account);
	const struct cli *cli = im->batch->cli;
	*s = (struct sending){ .import = im, .cut = cut ? g_strdup(path) : NULL, .source = source };
	r->change = app_change_new(CHANGE_APPEND, NULL);
	r->change->target = g_strdup(im->target);
	r->change->path = g_strdup(path);
	r->change->received = received;
	r->change->add = flags;
	r->change->queue = cli_has(cli, CLI_QUEUE) || cli_has(cli, CLI_OFFLINE);
	im->handed++;
	g_ptr_array_add(im->sending, s);
	s->request = app_request(im->batch->app, r, got, s);
	wait_until(im, ON_THE_WAY - 1);
}

/* --- what a message says of itself --- */
static uint32_t flags_of(const struct msg_head *head)
{
	uint32_t flags = 0;
	for (guint i = 0; i < head->fields->len; i++) {
		const struct msg_field *f = head->fields->pdata[i];
		bool status = !g_ascii_strcasecmp(f->name, "Status"), more = !g_ascii_strcasecmp(f->name, "X-Status");
		if (status && strchr(f->value, 'R'))
			flags |= MSG_SEEN;
		if (more && strchr(f->value, 'F'))
			flags |= MSG_FLAGGED;
		if (more && strchr(f->value, 'A'))
			flags |= MSG_ANSWERED;
	}
	return flags;
}

static void read_head(struct str head, uint32_t *flags_out, int64_t *received)
{
	struct msg_head *h = msg_head_parse(head);
	*flags_out = flags_of(h);
	if (!*received && h->date.known)
		*received = h->date.epoch;
	msg_head_free(h);
	if (!*received)
		*received = clock_wall();
}

/* --- mbox --- */
static void finish_cut(struct import *im)
{
	uint32_t flags;
	if (!im->cut)
		return;
	close(im->fd);
	im->fd = -1;
	read_head(buf_str(&im->head), &flags, &im->received);
	if (!im->octets || stops(im))
		unlink(im->cut);
	else
		hand_over(im, im->cut, true, g_strdup_printf("%s#%u", im->path, im->found), flags, im->received);
	g_clear_pointer(&im->cut, g_free);
}

static void begin_cut(void *aux, struct str postmark)
{
	struct import *im = aux;
	finish_cut(im);
	im->found++;
	im->octets = 0;
	im->received = 0;
	msg_mbox_date(postmark, &im->received);
	buf_reset(&im->head);
	if (stops(im))
		return;
	g_autofree char *name = g_strdup_printf("%u.eml", im->found);
	im->cut = g_build_filename(im->dir, name, NULL);
	im->fd = open(im->cut, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (im->fd < 0) {
		err_errno(&im->err, errno, _("cannot write"), im->cut);
		g_clear_pointer(&im->cut, g_free);
	}
}

static void add_cut(void *aux, struct str bytes)
{
	struct import *im = aux;
	if (im->head.n < HEAD_MAX)
		buf_add(&im->head, bytes.p, MIN(bytes.n, HEAD_MAX - im->head.n));
	while (im->cut && bytes.n && im->err.cause == ERR_NONE) {
		ssize_t n = write(im->fd, bytes.p, bytes.n);
		if (n < 0 && errno != EINTR)
			err_errno(&im->err, errno, _("cannot write"), im->cut);
		if (n > 0) {
			im->octets += (uint64_t)n;
			bytes = str_sub(bytes, (size_t)n);
		}
	}
}

static void count_nothing(void *aux, struct str bytes)
{
	(void)aux;
	(void)bytes;
}

static int read_through(const char *path, struct msg_mbox *m, struct err *e)
{
	g_autofree char *chunk = g_malloc(CHUNK);
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed = fd < 0;
	ssize_t n = 0;
	while (!failed && ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR)))
		failed = n > 0 && msg_mbox_feed(m, (struct str){ chunk, (size_t)n });
	if (fd < 0 || n < 0)
		err_errno(e, errno, _("cannot read"), path);
	else if (failed || msg_mbox_end(m))
		failed = err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' is no mbox"), path);
	if (fd >= 0)
		close(fd);
	return e->cause == ERR_NONE ? 0 : -1;
}

/* Read twice: first how many there are and whether "From " is quoted, then each is cut out. */
static int import_mbox(struct import *im, const char *path, struct err *e)
{
	static const struct msg_mbox_sink counting = { count_nothing, count_nothing }, cutting = { begin_cut, add_cut };
	struct msg_mbox *m = msg_mbox_new(false, &counting, NULL);
	int failed = read_through(path, m, e);
	unsigned there = msg_mbox_count(m), before = im->found;
	bool quoted = msg_mbox_is_quoted(m);
	msg_mbox_free(m);
	if (failed || cli_has(im->batch->cli, CLI_DRY_RUN)) {
		im->found += there;
		return failed;
	}
	im->path = path;
	m = msg_mbox_new(quoted, &cutting, im);
	failed = read_through(path, m, e);
	finish_cut(im);
	msg_mbox_free(m);
	if (!failed && !stops(im) && im->found - before != there)
		failed = err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' changed while it was read"), path);
	return failed;
}

/* --- Maildir and single files --- */
static uint32_t maildir_flags(const char *name)
{
	const char *info = strstr(name, ":2,");
	uint32_t flags = 0;
	for (const char *p = info ? info + 3 : ""; *p; p++)
		flags |= *p == 'S'   ? MSG_SEEN
			 : *p == 'F' ? MSG_FLAGGED
			 : *p == 'R' ? MSG_ANSWERED
			 : *p == 'D' ? MSG_DRAFT
			 : *p == 'P' ? MSG_FORWARDED
			 : *p == 'T' ? MSG_DELETED
				     : 0;
	return flags;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *maildir_names(const char *dir)
{
	static const char *const subs[] = { "new", "cur" };
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *sub = g_build_filename(dir, subs[i], NULL);
		g_autoptr(GDir) d = g_dir_open(sub, 0, NULL);
		const char *name;
		while (d && (name = g_dir_read_name(d)))
			if (name[0] != '.')
				g_ptr_array_add(names, g_build_filename(subs[i], name, NULL));
	}
	g_ptr_array_sort(names, by_name);
	return names;
}

/* Another program may have given it other flags, and with them another name. */
static char *maildir_find(const char *dir, const char *name)
{
	g_autofree char *base = g_path_get_basename(name);
	size_t stem = strcspn(base, ":");
	g_autoptr(GPtrArray) now = maildir_names(dir);
	for (guint i = 0; i < now->len; i++) {
		g_autofree char *other = g_path_get_basename(now->pdata[i]);
		if (strcspn(other, ":") == stem && !strncmp(other, base, stem))
			return g_strdup(now->pdata[i]);
	}
	return NULL;
}

static int import_file(struct import *im, const char *path, uint32_t flags, struct err *e)
{
	struct stat st;
	im->found++;
	if (stat(path, &st))
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, _("there is no file '%s'"), path);
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' is no message"), path);
	if (!cli_has(im->batch->cli, CLI_DRY_RUN))
		hand_over(im, path, false, g_strdup(path), flags, st.st_mtime);
	return 0;
}

static int import_maildir(struct import *im, const char *dir, struct err *e)
{
	g_autoptr(GPtrArray) names = maildir_names(dir);
	for (guint i = 0; i < names->len && !stops(im); i++) {
		g_autofree char *name = g_strdup(names->pdata[i]);
		g_autofree char *path = g_build_filename(dir, name, NULL);
		if (access(path, F_OK)) {
			g_free(name);
			g_free(path);
			name = maildir_find(dir, names->pdata[i]);
			path = name ? g_build_filename(dir, name, NULL) : NULL;
		}
		/* Gone meanwhile: there is nothing to import. */
		if (path && import_file(im, path, maildir_flags(name), e))
			return -1;
	}
	return 0;
}

static bool begins_as_mbox(const char *path)
{
	char start[5] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, start, sizeof start);
	if (fd >= 0)
		close(fd);
	return n == sizeof start && !memcmp(start, "From ", sizeof start);
}

static int import_one(struct import *im, const char *path, struct err *e)
{
	g_autofree char *cur = g_build_filename(path, "cur", NULL), *fresh = g_build_filename(path, "new", NULL);
	if (g_file_test(cur, G_FILE_TEST_IS_DIR) || g_file_test(fresh, G_FILE_TEST_IS_DIR))
		return import_maildir(im, path, e);
	if (begins_as_mbox(path))
		return import_mbox(im, path, e);
	return import_file(im, path, 0, e);
}

/* --- the run --- */
static void give_up_waiting(struct import *im)
{
	for (guint i = 0; i < im->sending->len; i++) {
		struct sending *s = im->sending->pdata[i];
		app_forget(im->batch->app, s->request);
		if (s->durable && !s->told)
			print_stored(im, s->source, NULL, "queued");
	}
	g_ptr_array_set_size(im->sending, 0);
}

static void say_count(struct import *im)
{
	bool dry_run = cli_has(im->batch->cli, CLI_DRY_RUN);
	g_autofree char *text = NULL;
	if (dry_run)
		text = g_strdup_printf(
			P_("%u message would be stored in %s", "%u messages would be stored in %s", im->found),
			im->found, im->target);
	else
		text = g_strdup_printf(_("%u of %u stored in %s, %u failed, %u wait"), im->stored, im->found,
			im->target, im->failed, im->handed - im->stored - im->failed);
	batch_note(im->batch, text);
}

static int run(struct import *im, struct err *e)
{
	const GPtrArray *args = im->batch->cli->args;
	for (unsigned i = 0; i + 1 < args->len && !stops(im); i++)
		if (import_one(im, args->pdata[i], e))
			break;
	wait_until(im, 0);
	give_up_waiting(im);
	say_count(im);
	if (e->cause == ERR_NONE && im->err.cause != ERR_NONE)
		err_move(e, &im->err);
	else if (e->cause == ERR_NONE && im->batch->lost.cause != ERR_NONE)
		err_move(e, &im->batch->lost);
	else if (e->cause == ERR_NONE && im->late)
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, _("no answer within %d seconds"), BATCH_CHANGE_MS / 1000);
	else if (e->cause == ERR_NONE && cli_has(im->batch->cli, CLI_OFFLINE) && im->handed)
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, _("offline, as you asked for"));
	return e->cause == ERR_NONE ? 0 : -1;
}

int cmd_import(struct batch *b)
{
	struct err e = ERR_INIT;
	struct import im = { .batch = b, .fd = -1 };
	im.account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e);
	im.target = im.account < 0 ? NULL : batch_target(b, im.account, b->cli->args->pdata[b->cli->args->len - 1], &e);
	g_autofree char *template = g_build_filename(g_get_tmp_dir(), "boxwood-import-XXXXXX", NULL);
	im.dir = im.target ? g_mkdtemp_full(template, 0700) : NULL;
	if (im.target && !im.dir)
		err_errno(&e, errno, _("cannot make"), template);
	im.sending = g_ptr_array_new_with_free_func(sending_free);
	im.timer = timer_new(b->ctx, silent, &im);
	buf_init(&im.head, HEAD_MAX);
	b->reaching = im.account;
	if (im.dir)
		run(&im, &e);
	b->reaching = -1;
	if (e.cause != ERR_NONE)
		batch_error(b, batch_label(b, im.account), &e);
	g_ptr_array_unref(im.sending);
	if (im.dir)
		rmdir(im.dir);
	timer_free(im.timer);
	buf_clear(&im.head);
	g_free(im.target);
	err_clear(&im.err);
	err_clear(&b->lost);
	err_clear(&e);
	return b->code;
}
