/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which address a letter is sent as. */
#include "app/app.h"

#include <string.h>

#include "base/i18n.h"

void app_from_clear(struct app_from *f)
{
	msg_addr_free(f->addr);
	g_free(f->why);
	*f = (struct app_from){ 0 };
}

static const struct cfg_account *account_of(const struct cfg *cfg, int index)
{
	return cfg->accounts->pdata[index];
}

static void fill(const struct cfg *cfg, int account, const struct cfg_from *line, const char *addr, char *why,
	struct app_from *out)
{
	const struct cfg_account *a = account_of(cfg, account);
	out->account = account;
	out->line = line;
	out->addr = msg_addr_new(line && line->name ? line->name : a->name, addr);
	out->why = why;
	out->delivered = false;
}

bool app_is_mine(const struct cfg *cfg, const char *addr)
{
	for (unsigned i = 0; addr && i < cfg->accounts->len; i++) {
		const struct cfg_account *a = cfg->accounts->pdata[i];
		if ((a->email && !g_ascii_strcasecmp(a->email, addr)) || cfg_from_of(a, addr))
			return true;
	}
	return false;
}

/* The user's own address among these, in this account; the name of a field says where it stood. */
static bool among(const struct cfg *cfg, int account, const GPtrArray *addrs, const char *why, struct app_from *out)
{
	const struct cfg_account *a = account_of(cfg, account);
	for (unsigned i = 0; addrs && i < addrs->len; i++) {
		const struct msg_addr *at = addrs->pdata[i];
		const struct cfg_from *line = at->addr ? cfg_from_of(a, at->addr) : NULL;
		bool own = at->addr && a->email && !g_ascii_strcasecmp(a->email, at->addr);
		if (!line && !own)
			continue;
		fill(cfg, account, line, at->addr, g_strdup(why), out);
		out->delivered = true;
		return true;
	}
	return false;
}

static bool in_field(const struct cfg *cfg, int account, const struct msg_head *head, const char *name, const char *why,
	struct app_from *out)
{
	const char *value = msg_head_get(head, name);
	g_autoptr(GPtrArray) addrs = value ? msg_addrs_parse(str_of(value)) : NULL;
	return among(cfg, account, addrs, why, out);
}

/* Takes what f holds; an address that is there already stays where it is. */
static void add(GPtrArray *all, struct app_from *f)
{
	for (guint i = 0; i < all->len; i++)
		if (!g_strcmp0(((const struct app_from *)all->pdata[i])->addr->addr, f->addr->addr)) {
			app_from_clear(f);
			return;
		}
	g_ptr_array_add(all, g_memdup2(f, sizeof(*f)));
}

/* The first of the fields that names one. */
static bool delivered_to(const struct cfg *cfg, int account, const struct msg_head *head, struct app_from *out)
{
	return among(cfg, account, head->from, _("you sent that one as this"), out) ||
	       in_field(cfg, account, head, "Delivered-To", _("the address this mail was delivered to"), out) ||
	       in_field(cfg, account, head, "X-Original-To", _("the address this mail was delivered to"), out) ||
	       among(cfg, account, head->to, _("the address this mail was sent to"), out) ||
	       among(cfg, account, head->cc, _("the address that got a copy of this mail"), out);
}

static void preset(const struct cfg *cfg, int account, struct app_from *out)
{
	const struct cfg_account *a = account_of(cfg, account);
	const struct cfg_from *line = cfg_from_default(a);
	const char *addr = line ? line->addr : a->email;
	if (!line && addr)
		line = cfg_from_of(a, addr);
	fill(cfg, account, line, addr, g_strdup(_("the account's default")), out);
}

static void free_from(void *data)
{
	app_from_clear(data);
	g_free(data);
}

GPtrArray *app_from_candidates(const struct cfg *cfg, int account, const struct app_from_facts *facts)
{
	const struct cfg_account *a = account_of(cfg, account);
	GPtrArray *all = g_ptr_array_new_with_free_func(free_from);
	const struct cfg_from *of_folder = facts->folder ? cfg_from_of_folder(a, facts->folder) : NULL;
	struct app_from f = { 0 };
	if (facts->head && delivered_to(cfg, account, facts->head, &f))
		add(all, &f);
	if (facts->written_as) {
		fill(cfg, account, cfg_from_of(a, facts->written_as), facts->written_as,
			g_strdup(_("you wrote in this thread as this")), &f);
		add(all, &f);
	}
	if (of_folder) {
		fill(cfg, account, of_folder, of_folder->addr, g_strdup(_("the address of this folder")), &f);
		add(all, &f);
	}
	preset(cfg, account, &f);
	add(all, &f);
	return all;
}

void app_from_decide(const struct cfg *cfg, int account, const struct app_from_facts *facts, struct app_from *out)
{
	g_autoptr(GPtrArray) all = app_from_candidates(cfg, account, facts);
	*out = *(struct app_from *)all->pdata[0];
	*(struct app_from *)all->pdata[0] = (struct app_from){ 0 };
}

void app_from_choose(const struct cfg *cfg, int account, const struct msg_head *head, struct app_from *out)
{
	struct app_from_facts facts = { .head = head };
	app_from_decide(cfg, account, &facts, out);
}

static bool begins(const char *text, const char *typed)
{
	return !g_ascii_strncasecmp(text, typed, strlen(typed));
}

/* The first of the mailrc's lines that begins so, this account's before the others'. */
static bool by_beginning(const struct cfg *cfg, int first, const char *typed, struct app_from *out)
{
	for (unsigned n = 0; n < cfg->accounts->len; n++) {
		int at = (int)(((unsigned)first + n) % cfg->accounts->len);
		const struct cfg_account *a = account_of(cfg, at);
		for (unsigned i = 0; i < a->froms->len; i++) {
			const struct cfg_from *f = a->froms->pdata[i];
			if (*f->addr == '*' || !begins(f->addr, typed))
				continue;
			fill(cfg, at, f, f->addr, g_strdup(_("as you said")), out);
			return true;
		}
		if (a->email && begins(a->email, typed)) {
			fill(cfg, at, cfg_from_of(a, a->email), a->email, g_strdup(_("as you said")), out);
			return true;
		}
	}
	return false;
}

/* The account whose line or address it is; -1: nobody's. */
static int owner_of(const struct cfg *cfg, int first, const char *addr, const struct cfg_from **line_out)
{
	for (unsigned n = 0; n < cfg->accounts->len; n++) {
		int at = (int)(((unsigned)first + n) % cfg->accounts->len);
		const struct cfg_account *a = account_of(cfg, at);
		*line_out = cfg_from_of(a, addr);
		if (*line_out || (a->email && !g_ascii_strcasecmp(a->email, addr)))
			return at;
	}
	return -1;
}

int app_from_typed(const struct cfg *cfg, int account, const char *typed, struct app_from *out, struct err *e)
{
	const struct cfg_from *line = NULL;
	g_autoptr(GPtrArray) addrs = msg_addrs_parse(str_of(typed));
	const struct msg_addr *at = addrs->len == 1 ? addrs->pdata[0] : NULL;
	*out = (struct app_from){ 0 };
	if (!at || !at->addr || !strchr(at->addr, '@')) {
		if (*typed && by_beginning(cfg, account, typed, out))
			return 0;
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("'%s' is no address to send from"), typed);
	}
	int owner = owner_of(cfg, account, at->addr, &line);
	fill(cfg, owner < 0 ? account : owner, line, at->addr, g_strdup(_("as you said")), out);
	if (at->name) {
		g_free(out->addr->name);
		out->addr->name = g_strdup(at->name);
	}
	return 0;
}
