/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a password or token comes from: a file, a command, or the person. */
#include "engine/internal.h"

#include <string.h>

#include "base/fs.h"

#define COMMAND_MS 60000
#define ASK_MS 300000

struct secret_wait {
	struct engine *engine;
	struct secret_source from;
	struct secret_wait **slot;
	void (*done)(void *aux, struct secret *s, struct err *e);
	void *aux;
	struct proc *proc;
	struct timer *timer;
	uint32_t ask;
};

static void finish(struct secret_wait *w, struct secret *s, struct err *e)
{
	void (*done)(void *, struct secret *, struct err *) = w->done;
	void *aux = w->aux;
	timer_free(w->timer);
	*w->slot = NULL;
	g_free(w);
	done(aux, s, e);
}

static void fail(struct secret_wait *w, enum err_cause cause, const char *text)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, cause, ERR_NEVER, "%s", text);
	finish(w, NULL, &e);
	err_clear(&e);
}

/* The first line, without its end. */
static struct secret *first_line(struct str text)
{
	struct str line, rest;
	str_cut(text, '\n', &line, &rest);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line.n ? secret_new(line) : NULL;
}

static void take(struct secret_wait *w, struct buf *text)
{
	struct secret *s = first_line(buf_str(text));
	if (text->p)
		explicit_bzero(text->p, text->cap);
	if (s) {
		struct err e = ERR_INIT;
		finish(w, s, &e);
	} else {
		fail(w, ERR_AUTH,
			w->from.password == CFG_PASSWORD_TOKEN ? "the token is empty or no single line"
							       : "the password is empty or no single line");
	}
}

static void command_done(struct buf *out, struct err *e, void *aux)
{
	struct secret_wait *w = aux;
	w->proc = NULL;
	if (e->cause != ERR_NONE) {
		err_set(e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "the %s command failed: %s; run it by hand to see why",
			w->from.password == CFG_PASSWORD_TOKEN ? "token" : "password", e->text);
		finish(w, NULL, e);
		return;
	}
	take(w, out);
}

static void from_file(struct secret_wait *w)
{
	struct err e = ERR_INIT;
	struct buf text;
	buf_init(&text, SECRET_MAX);
	if (fs_read(w->from.arg, SECRET_MAX, &text, &e)) {
		err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "no password: %s", e.text);
		finish(w, NULL, &e);
	} else {
		take(w, &text);
	}
	buf_clear(&text);
	err_clear(&e);
}

static void unanswered(void *aux)
{
	fail(aux, ERR_AUTH, "nobody typed a password");
}

static void ask(struct secret_wait *w)
{
	struct event *ev = event_new(EV_ASK, 0, w->from.account->index);
	w->ask = ++w->engine->next_ask;
	w->timer = timer_new(w->engine->ctx, unanswered, w);
	timer_at(w->timer, clock_ms() + ASK_MS);
	ev->ask = g_new0(struct engine_ask, 1);
	*ev->ask = (struct engine_ask){ .id = w->ask,
		.kind = ASK_PASSWORD,
		.account = g_strdup(w->from.account->cfg->label),
		.login = g_strdup(w->from.login),
		.host = g_strdup(w->from.host),
		.deadline = clock_ms() + ASK_MS };
	engine_emit(w->engine, ev);
}

static void from_command(struct secret_wait *w)
{
	struct secret_wait **slot = w->slot;
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(w->from.arg, &e);
	if (!argv) {
		finish(w, NULL, &e);
		err_clear(&e);
		return;
	}
	struct proc *p = proc_run((const char *const *)argv, SECRET_MAX, COMMAND_MS, command_done, w);
	/* A program that could not be started has ended w already. */
	if (p && *slot == w)
		w->proc = p;
}

/* EXTERNAL sends none. */
static void without(struct secret_wait *w)
{
	struct err e = ERR_INIT;
	finish(w, secret_new(STR("")), &e);
	err_clear(&e);
}

void secret_get(struct engine *en, const struct secret_source *from, struct secret_wait **slot,
	void (*done)(void *aux, struct secret *s, struct err *e), void *aux)
{
	struct secret_wait *w = g_new0(struct secret_wait, 1);
	*w = (struct secret_wait){ .engine = en, .from = *from, .slot = slot, .done = done, .aux = aux };
	*slot = w;
	if (from->external) {
		without(w);
		return;
	}
	switch (from->password) {
	case CFG_PASSWORD_FILE: from_file(w); break;
	case CFG_PASSWORD_COMMAND:
	case CFG_PASSWORD_TOKEN: from_command(w); break;
	default:
		if (en->settings.interactive)
			ask(w);
		else
			fail(w, ERR_AUTH, "a password is needed and there is nobody to ask");
	}
}

void secret_answer(struct secret_wait *w, struct secret *s)
{
	struct err e = ERR_INIT;
	if (s)
		finish(w, s, &e);
	else
		fail(w, ERR_AUTH, "no password was given");
}

void secret_cancel(struct secret_wait *w)
{
	if (!w)
		return;
	if (w->proc)
		proc_cancel(w->proc);
	timer_free(w->timer);
	g_free(w);
}

uint32_t secret_ask_id(const struct secret_wait *w)
{
	return w->ask;
}
