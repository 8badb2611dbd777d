/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address: aliases, the people of the mail, vCards and what query-command finds, for programs that complete addresses (mutt's
 * query_command). */
#include "batch/internal.h"

#include "base/i18n.h"

#define MOST 50

struct printing {
	struct batch *batch;
	unsigned n, most;
};

static void print_one(struct printing *p, const struct msg_addr *a, const char *source)
{
	struct json *j = json_record("address");
	g_autofree char *text = g_strdup_printf("%s\t%s\t%s", a->addr, a->name ? a->name : "", source);
	json_add(j, "name", json_string(a->name));
	json_add(j, "addr", json_string(a->addr));
	json_add(j, "source", json_string(source));
	json_add(j, "rank", json_number(++p->n));
	/* mutt passes over the first line. */
	if (p->n == 1 && !batch_wants_json(p->batch))
		batch_text(p->batch, _("addresses\n"));
	batch_record(p->batch, j, text);
	json_free(j);
}

static void print_found(struct printing *p, const struct app_found *f)
{
	for (unsigned i = 0; i < f->addrs->len && p->n < p->most; i++)
		print_one(p, f->addrs->pdata[i], f->source);
}

static void nothing(void *aux)
{
	(void)aux;
}

static void expire(void *aux)
{
	*(bool *)aux = true;
}

/* A disk or a command that does not answer costs what it would have told, no more. */
static void wait_for(struct batch *b, const struct app_finder *f)
{
	bool late = false;
	struct timer *t = timer_new(b->ctx, expire, &late);
	timer_at(t, clock_ms() + BATCH_CACHE_MS);
	while (app_finder_is_busy(f) && !late)
		g_main_context_iteration(b->ctx, TRUE);
	timer_free(t);
}

int cmd_address(struct batch *b)
{
	struct err e = ERR_INIT;
	uint64_t most = MOST;
	const char *typed = b->cli->args->pdata[0], *n = cli_value(b->cli, CLI_NUMBER);
	if (n && !str_u64(str_of(n), UINT32_MAX, &most)) {
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("-n takes a number, not '%s'"), n);
		batch_error(b, NULL, &e);
		err_clear(&e);
		return b->code;
	}
	struct printing p = { b, 0, most ? (unsigned)most : UINT_MAX };
	struct app_finder *f = app_finder_new(b->app, b->ctx, nothing, NULL);
	app_finder_ask(f, typed, p.most, 0);
	wait_for(b, f);
	const GPtrArray *found = app_finder_found(f);
	for (unsigned i = 0; i < found->len; i++)
		print_found(&p, found->pdata[i]);
	if (app_finder_err(f)->cause != ERR_NONE)
		batch_error(b, NULL, app_finder_err(f));
	app_finder_free(f);
	return p.n || b->code ? b->code : EXIT_CODE_NONE;
}
