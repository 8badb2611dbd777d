/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cache check, repair, stat and drop. The user's work is not in the cache. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define CHECK_MS (60 * 60 * 1000) /* every page is read */

struct asked {
	struct batch *batch;
	int account;
};

static void print_fault(struct event *ev, void *aux)
{
	struct asked *a = aux;
	if (ev->type != EV_FAULT || !ev->text)
		return;
	g_autofree char *line = utf8_line(str_of(ev->text));
	struct json *j = json_record("diagnostic");
	json_add(j, "file", json_null());
	json_add(j, "line", json_null());
	json_add(j, "col", json_null());
	json_add(j, "level", json_string("error"));
	json_add(j, "text", json_string(line));
	json_add(j, "hint", json_string("boxwood cache repair"));
	batch_record(a->batch, j, line);
	json_free(j);
}

static char *count_text(uint64_t n)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, n);
}

/* As the mailrc writes it. */
static char *budget_text(uint64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB" };
	size_t unit = 0;
	for (; bytes && bytes % 1024 == 0 && unit + 1 < G_N_ELEMENTS(units); unit++)
		bytes /= 1024;
	return g_strdup_printf("%" G_GUINT64_FORMAT "%s", bytes, units[unit]);
}

static struct json *usage_record(const char *label, const struct engine_usage *u)
{
	struct json *j = json_record("usage"), *today = json_object();
	json_add(j, "account", json_string(label));
	json_add(j, "messages", json_number((int64_t)u->kept.messages));
	json_add(j, "places", json_number((int64_t)u->kept.places));
	json_add(j, "text_bytes", json_number((int64_t)u->kept.text_bytes));
	json_add(j, "text_budget", json_number((int64_t)u->budget_text));
	json_add(j, "part_bytes", json_number((int64_t)u->kept.part_bytes));
	json_add(j, "part_budget", json_number((int64_t)u->budget_parts));
	json_add(j, "database_bytes", json_number((int64_t)u->kept.database_bytes));
	json_add(today, "logins", json_number((int64_t)u->today.logins));
	json_add(today, "commands", json_number((int64_t)u->today.commands));
	json_add(today, "bytes_in", json_number((int64_t)u->today.bytes_in));
	json_add(today, "bytes_out", json_number((int64_t)u->today.bytes_out));
	json_add(today, "polls", json_number((int64_t)u->today.polls));
	json_add(today, "acts", json_number((int64_t)u->today.acts));
	json_add(j, "today", today);
	struct json *room = u->room_limit ? json_object() : json_null();
	if (u->room_limit) {
		json_add(room, "used", json_number((int64_t)u->room_used));
		json_add(room, "limit", json_number((int64_t)u->room_limit));
		json_add(room, "date", json_date(u->room_told));
	}
	json_add(j, "quota", room);
	json_add(j, "server_bytes", u->server_bytes ? json_number((int64_t)u->server_bytes) : json_null());
	json_add(j, "next_poll", u->next_poll ? json_date(u->next_poll) : json_null());
	json_add(j, "why", json_string(u->why));
	return j;
}

/* A line, or nothing where the server did not tell. */
static char *room_text(const struct engine_usage *u)
{
	g_autofree char *size = app_size(u->server_bytes);
	if (!u->room_limit)
		return u->server_bytes ? g_strdup_printf(_("  on the server: %s\n"), size) : g_strdup("");
	g_autofree char *used = app_size(u->room_used), *limit = app_size(u->room_limit);
	g_autofree char *when = app_date_short(u->room_told, clock_wall());
	g_autofree char *text = g_strdup_printf(_("on the server: %s of %s used (%u %%), as of %s"), used, limit,
		engine_percent(u->room_used, u->room_limit), when);
	return g_strdup_printf("  %s\n", text);
}

static char *usage_text(const char *label, const struct engine_usage *u)
{
	g_autofree char *texts = app_size(u->kept.text_bytes), *parts = app_size(u->kept.part_bytes);
	g_autofree char *text_budget = budget_text(u->budget_text), *part_budget = budget_text(u->budget_parts);
	g_autofree char *database = app_size(u->kept.database_bytes), *in = app_size(u->today.bytes_in);
	g_autofree char *out = app_size(u->today.bytes_out);
	g_autofree char *next = u->next_poll ? app_date_short(u->next_poll, clock_wall()) : g_strdup("-");
	g_autofree char *messages = count_text(u->kept.messages), *logins = count_text(u->today.logins);
	g_autofree char *commands = count_text(u->today.commands);
	g_autofree char *polls = count_text(u->today.polls), *acts = count_text(u->today.acts);
	g_autofree char *kept = g_strdup_printf(_("%s: %s messages, texts %s of %s, other parts %s of %s, database %s"),
		label, messages, texts, text_budget, parts, part_budget, database);
	g_autofree char *server =
		g_strdup_printf(_("today: %s logins, %s commands, %s in, %s out; %s polls, %s by hand"), logins,
			commands, in, out, polls, acts);
	g_autofree char *poll = g_strdup_printf(_("next poll: %s  %s"), next, u->why ? u->why : "");
	g_autofree char *room = room_text(u);
	return g_strdup_printf("%s\n  %s\n%s  %s", kept, server, room, poll);
}

static void print_usage(struct event *ev, void *aux)
{
	struct asked *a = aux;
	if (ev->type != EV_USAGE || !ev->usage)
		return;
	const char *label = batch_label(a->batch, ev->account >= 0 ? ev->account : a->account);
	struct json *j = usage_record(label, ev->usage);
	g_autofree char *text = usage_text(label, ev->usage);
	batch_record(a->batch, j, text);
	json_free(j);
}

static int maintain(struct batch *b, const char *verb, int account, struct err *e)
{
	struct asked a = { .batch = b, .account = account };
	struct request *r = request_new(REQ_CACHE, 0, account);
	r->cache = !strcmp(verb, "check") ? CACHE_CHECK : !strcmp(verb, "repair") ? CACHE_REPAIR : CACHE_DROP;
	return batch_ask(b, r, print_fault, &a, CHECK_MS, e);
}

static int stat_each(struct batch *b, int only, struct err *e)
{
	for (int i = 0; i < (int)b->cfg->accounts->len; i++) {
		struct asked a = { .batch = b, .account = i };
		if ((only < 0 || only == i) &&
			batch_ask(b, request_new(REQ_USAGE, 0, i), print_usage, &a, BATCH_CACHE_MS, e))
			return -1;
	}
	return 0;
}

int cmd_cache(struct batch *b)
{
	static const char *const verbs[] = { "check", "repair", "stat", "drop" };
	struct err e = ERR_INIT;
	const char *verb = b->cli->args->pdata[0], *label = cli_value(b->cli, CLI_ACCOUNT);
	int account = batch_account(b, label, &e);
	unsigned known = 0;
	while (known < G_N_ELEMENTS(verbs) && strcmp(verbs[known], verb))
		known++;
	if (account >= 0 && known == G_N_ELEMENTS(verbs))
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name,
			b->cli->verb->args);
	else if (account >= 0 && !strcmp(verb, "stat"))
		stat_each(b, label ? account : -1, &e);
	else if (account >= 0)
		maintain(b, verb, label ? account : -1, &e);
	if (e.cause != ERR_NONE)
		batch_error(b, label, &e);
	err_clear(&e);
	return b->code;
}
