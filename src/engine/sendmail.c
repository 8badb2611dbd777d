/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command in place of a server: the letter is its stdin, a file, so that how far it was read is known also of a command
 * that was killed. How it ends is told as a submission session would. */
#include "engine/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/utf8.h"

#define PIECE 65536
#define WORDS_MAX 4096
#define DEADLINE_MS 600000 /* it may talk to a server itself: as long as the answer to the end of the data */

struct courier {
	struct proc *proc;
	int fd; /* shares its place in the file with the command's */
	uint64_t size;
	char *name;
	void (*done)(void *aux, const struct smtp_event *ev);
	void *aux;
};

/* --- the letter as a command wants it --- */

/* In the spool, as there is room for it, and without a name at once. */
static int open_nameless(const struct engine *en, struct err *e)
{
	uint32_t random[3];
	net_random(random, sizeof(random));
	g_autofree char *name = g_strdup_printf("%08x%08x%08x.part", random[0], random[1], random[2]);
	g_autofree char *path = engine_spool_path(en, name);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || unlink(path))
		err_errno_passing(e, errno, "cannot make", path);
	return fd;
}

static int write_all(int fd, const char *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t did = write(fd, p, n);
		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return err_errno_passing(e, did ? errno : ENOSPC, "cannot write", "the letter for the command");
		p += did;
		n -= (size_t)did;
	}
	return 0;
}

/* Without the CR of each CRLF; *cr: the piece before ended with one. */
static size_t to_lf(const char *in, size_t n, bool *cr, char *out)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (*cr && in[i] != '\n')
			out[at++] = '\r';
		*cr = in[i] == '\r';
		if (!*cr)
			out[at++] = in[i];
	}
	return at;
}

static int copy_lf(int from, int to, const struct store_mail *m, uint64_t *size_out, struct err *e)
{
	g_autofree char *in = g_malloc(PIECE), *out = g_malloc(PIECE * 2);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	bool cr = false;
	ssize_t n;
	*size_out = 0;
	while ((n = read(from, in, PIECE)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		g_checksum_update(sum, (const guchar *)in, n);
		size_t some = to_lf(in, (size_t)n, &cr, out);
		*size_out += some;
		if (write_all(to, out, some, e))
			return -1;
	}
	if (n < 0)
		return err_errno_passing(e, errno, "cannot read", m->path);
	if (g_strcmp0(g_checksum_get_string(sum), m->sha256))
		return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER,
			"the kept letter '%s' was damaged on disk; nothing was sent", m->path);
	return lseek(to, 0, SEEK_SET) ? err_errno_passing(e, errno, "cannot seek", "the letter for the command") : 0;
}

/* --- how it ended --- */

static bool was_read(const struct courier *c)
{
	return (uint64_t)lseek(c->fd, 0, SEEK_CUR) >= c->size;
}

/* A command that was stopped before it had read the whole letter cannot have passed it on. */
static enum smtp_outcome outcome_of(const struct courier *c, const struct proc_end *end)
{
	if (end->status < 0)
		return was_read(c) ? SMTP_MAYBE : SMTP_DEFERRED;
	switch (end->status) {
	case EX_OK: return SMTP_ACCEPTED;
	case EX_TEMPFAIL: return SMTP_DEFERRED;
	/* Something broke, perhaps behind the hand-over. */
	case EX_OSERR:
	case EX_IOERR: return was_read(c) ? SMTP_MAYBE : SMTP_DEFERRED;
	default: return SMTP_REFUSED;
	}
}

/* Of its words the first line says most. */
static void explain(const struct courier *c, const struct proc_end *end, enum smtp_outcome outcome, struct err *e)
{
	struct str first, rest;
	str_cut(str_trim(end->words), '\n', &first, &rest);
	g_autofree char *words = utf8_line(first);
	enum err_cause cause = outcome == SMTP_REFUSED ? ERR_REFUSED : outcome == SMTP_MAYBE ? ERR_MAYBE : ERR_NET;
	enum err_retry retry = outcome == SMTP_DEFERRED ? ERR_LATER : ERR_NEVER;
	if (end->late)
		err_set(e, ERR_MESSAGE, cause, retry, "'%s' did not end in time and was stopped", c->name);
	else if (end->signal)
		err_set(e, ERR_MESSAGE, cause, retry, "'%s' was ended by signal %d", c->name, end->signal);
	else
		err_set(e, ERR_MESSAGE, cause, retry, "'%s' ended with status %d%s%s", c->name, end->status,
			*words ? ": " : "", words);
}

static void courier_free(struct courier *c)
{
	if (c->fd >= 0)
		close(c->fd);
	g_free(c->name);
	g_free(c);
}

static void ended(const struct proc_end *end, void *aux)
{
	struct courier *c = aux;
	struct err e = ERR_INIT;
	struct smtp_event ev = { .type = SMTP_DONE };
	struct smtp_reply reply = { .text = utf8_text(str_trim(end->words)) };
	ev.u.done.outcome = outcome_of(c, end);
	ev.u.done.stage = end->status == EX_NOUSER || end->status == EX_NOHOST ? SMTP_AT_RCPT : SMTP_AT_END;
	ev.u.done.reply = &reply;
	ev.u.done.err = &e;
	if (ev.u.done.outcome != SMTP_ACCEPTED) {
		explain(c, end, ev.u.done.outcome, &e);
		if (*reply.text)
			err_set_server(&e, reply.text);
	}
	c->done(c->aux, &ev);
	smtp_reply_clear(&reply);
	err_clear(&e);
	courier_free(c);
}

static GPtrArray *command_of(char **line, const struct store_mail *m)
{
	GPtrArray *argv = g_ptr_array_new();
	for (; *line; line++)
		g_ptr_array_add(argv, *line);
	g_ptr_array_add(argv, (char *)"-f");
	g_ptr_array_add(argv, m->sender && *m->sender ? m->sender : (char *)"<>");
	g_ptr_array_add(argv, (char *)"--");
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->state != MAIL_ACCEPTED && r->state != MAIL_REFUSED)
			g_ptr_array_add(argv, r->addr);
	}
	g_ptr_array_add(argv, NULL);
	return argv;
}

struct courier *courier_send(struct account *a, struct store_mail *m, int fd,
	void (*done)(void *aux, const struct smtp_event *ev), void *aux, struct err *e)
{
	struct courier *c = g_new0(struct courier, 1);
	g_auto(GStrv) line = proc_argv(a->cfg->sendmail, e);
	g_autoptr(GPtrArray) argv = NULL;
	int theirs = -1;
	c->done = done;
	c->aux = aux;
	c->fd = line ? open_nameless(a->engine, e) : -1;
	if (!line || e->cause != ERR_NONE || copy_lf(fd, c->fd, m, &c->size, e))
		goto out;
	c->name = g_strdup(line[0]);
	theirs = fcntl(c->fd, F_DUPFD_CLOEXEC, 3);
	if (theirs < 0) {
		err_errno_passing(e, errno, "cannot hand over", "the letter for the command");
		goto out;
	}
	/* From here on it may have been sent. */
	if (store_mail_step(a->engine->store, m->id, m->owner, MAIL_STEP_END, e)) {
		close(theirs);
		goto out;
	}
	m->step = MAIL_STEP_END;
	argv = command_of(line, m);
	c->proc = proc_feed((const char *const *)argv->pdata, theirs, WORDS_MAX, DEADLINE_MS, ended, c, e);
	if (c->proc)
		return c;
out:
	courier_free(c);
	return NULL;
}

void courier_cancel(struct courier *c)
{
	if (!c)
		return;
	proc_cancel(c->proc);
	courier_free(c);
}
