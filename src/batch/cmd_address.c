/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address: aliases, and the people that were written to, for programs that complete addresses (mutt's query_command). */
#include "batch/internal.h"

#include "base/i18n.h"

#define MOST 50

struct found {
	struct batch *batch;
	unsigned n, most;
};

static void print_one(struct found *f, const char *name, const char *addr, const char *source)
{
	struct json *j = json_record("address");
	g_autofree char *text = g_strdup_printf("%s\t%s\t%s", addr, name ? name : "", source);
	json_add(j, "name", json_string(name));
	json_add(j, "addr", json_string(addr));
	json_add(j, "source", json_string(source));
	json_add(j, "rank", json_number(++f->n));
	/* mutt passes over the first line. */
	if (f->n == 1 && !batch_wants_json(f->batch))
		batch_text(f->batch, _("addresses\n"));
	batch_record(f->batch, j, text);
	json_free(j);
}

static bool begins(const char *text, const char *typed)
{
	g_autofree char *a = g_utf8_casefold(text, -1), *b = g_utf8_casefold(typed, -1);
	return g_str_has_prefix(a, b);
}

static void print_aliases(struct found *f, const char *typed)
{
	const GPtrArray *aliases = f->batch->cfg->aliases;
	for (unsigned i = 0; i < aliases->len && f->n < f->most; i++) {
		const struct cfg_alias *a = aliases->pdata[i];
		struct err e = ERR_INIT;
		g_autoptr(GPtrArray) members = msg_addrs_new();
		if (!begins(a->name, typed) || app_addresses(f->batch->cfg, a->name, members, &e)) {
			err_clear(&e);
			continue;
		}
		for (unsigned k = 0; k < members->len && f->n < f->most; k++) {
			const struct msg_addr *at = members->pdata[k];
			print_one(f, at->name, at->addr, a->name);
		}
	}
}

static void got(struct event *ev, void *aux)
{
	struct found *f = aux;
	for (unsigned i = 0; ev->type == EV_PEOPLE && i < ev->people->len && f->n < f->most; i++) {
		const struct store_person *p = ev->people->pdata[i];
		print_one(f, p->name, p->addr, p->sent ? _("written to") : _("wrote to you"));
	}
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
	struct found f = { b, 0, most ? (unsigned)most : UINT_MAX };
	print_aliases(&f, typed);
	struct request *r = request_new(REQ_PEOPLE, 0, -1);
	r->folder = g_strdup(typed);
	r->rows = f.most;
	if (batch_ask(b, r, got, &f, BATCH_CACHE_MS, &e))
		batch_error(b, NULL, &e);
	err_clear(&e);
	return f.n || b->code ? b->code : EXIT_CODE_NONE;
}
