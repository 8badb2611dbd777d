/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup check. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

#define CHECK_MS 120000

static const char *const test_names[] = { [CHECK_MAILRC] = "mailrc",
	[CHECK_DNS] = "dns",
	[CHECK_TLS] = "tls",
	[CHECK_CAPABILITY] = "capability",
	[CHECK_LOGIN] = "login",
	[CHECK_FOLDERS] = "folders",
	[CHECK_ROLES] = "roles",
	[CHECK_SMTP] = "smtp",
	[CHECK_SMTP_LOGIN] = "smtp-login",
	[CHECK_FROM] = "from" };
static const char *const status_names[] = {
	[CHECK_OK] = "ok", [CHECK_WARN] = "warn", [CHECK_FAIL] = "fail", [CHECK_SKIP] = "skip"
};

struct checking {
	struct batch *batch;
	const char *account;
	unsigned told; /* bits of the tests that were made */
};

void batch_check(struct batch *b, const char *account, const struct engine_check *c)
{
	struct json *j = json_record("check");
	json_add(j, "account", json_string(account));
	json_add(j, "test", json_string(test_names[c->test]));
	json_add(j, "status", json_string(status_names[c->status]));
	json_add(j, "text", json_string(c->text));
	json_add(j, "hint", json_string(c->hint));
	json_add(j, "server", json_string(c->server));
	g_autofree char *text = g_strdup_printf("%-8s %-10s [%s] %s", account ? account : "", test_names[c->test],
		status_names[c->status], c->text ? c->text : "");
	batch_record(b, j, text);
	json_free(j);
}

static void got(struct event *ev, void *aux)
{
	struct checking *c = aux;
	if (ev->type != EV_CHECK)
		return;
	c->told |= 1u << ev->check->test;
	batch_check(c->batch, c->account, ev->check);
}

static void check_mailrc(struct batch *b)
{
	struct engine_check c = { .test = CHECK_MAILRC, .status = cfg_errors(b->cfg) ? CHECK_FAIL : CHECK_OK };
	g_autofree char *text = g_strdup_printf(_("%s: accounts %u, errors %u"), b->cfg->path ? b->cfg->path : "-",
		b->cfg->accounts->len, cfg_errors(b->cfg));
	c.text = text;
	batch_check(b, NULL, &c);
}

static void check_account(struct batch *b, int i)
{
	const struct cfg_account *a = b->cfg->accounts->pdata[i];
	struct checking c = { .batch = b, .account = a->label };
	struct err e = ERR_INIT;
	if (batch_ask(b, request_new(REQ_CHECK, 0, i), got, &c, CHECK_MS, &e))
		batch_error(b, a->label, &e);
	for (enum check_test test = CHECK_DNS; test <= CHECK_FROM; test++) {
		if (c.told & (1u << test))
			continue;
		bool sends = test >= CHECK_SMTP;
		g_autofree char *text = g_strdup(sends ? _("sending is not in this version") : _("not reached"));
		struct engine_check skip = { .test = test, .status = CHECK_SKIP, .text = text };
		batch_check(b, a->label, &skip);
	}
	err_clear(&e);
}

static int usage(struct batch *b, const char *word, const char *only)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_LACKING, ERR_NEVER, _("'%s %s' is not in this version, only '%s %s'"),
		b->cli->verb->name, word, b->cli->verb->name, only);
	batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}

static const char *first_word(const struct batch *b)
{
	return b->cli->args->len ? b->cli->args->pdata[0] : "";
}

int cmd_setup(struct batch *b)
{
	const char *only = cli_value(b->cli, CLI_ACCOUNT);
	struct err e = ERR_INIT;
	if (!b->cli->args->len)
		return batch_setup(b);
	if (strcmp(first_word(b), "check"))
		return usage(b, first_word(b), "check");
	check_mailrc(b);
	if (batch_account(b, only, &e) < 0)
		batch_error(b, NULL, &e);
	for (unsigned i = 0; i < b->cfg->accounts->len; i++)
		if (!only || !strcmp(only, ((struct cfg_account *)b->cfg->accounts->pdata[i])->label))
			check_account(b, (int)i);
	err_clear(&e);
	return b->code;
}
