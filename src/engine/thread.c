/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user wrote in a thread before, as far as the outbox and the cache know it. */
#include "engine/outbox.h"

#include <string.h>

#include "base/log.h"

#define LOOK_MOST 20 /* messages that another refers to, the nearest first */

static bool is_own(const struct account *a, const char *addr)
{
	bool email = addr && a->cfg->email && !g_ascii_strcasecmp(a->cfg->email, addr);
	return email || (addr && cfg_from_of(a->cfg, addr));
}

/* Takes m. */
static char *from_of_mail(const struct account *a, struct store_mail *m)
{
	bool own = m && m->account == a->number && m->state != MAIL_DROPPED && is_own(a, m->from);
	char *from = own ? g_strdup(m->from) : NULL;
	store_mail_free(m);
	return from;
}

static char *from_of_cached(const struct account *a, const char *msgid, struct err *e)
{
	g_autoptr(GPtrArray) rows = store_rows_new();
	if (store_by_msgid(a->engine->store, msgid, rows, e))
		return NULL;
	for (unsigned i = 0; i < rows->len; i++) {
		const struct store_row *row = rows->pdata[i];
		const struct msg_addr *from = row->from && row->from->len ? row->from->pdata[0] : NULL;
		if (from && is_own(a, from->addr))
			return g_strdup(from->addr);
	}
	return NULL;
}

static char *from_of(const struct account *a, const char *msgid)
{
	struct err e = ERR_INIT;
	struct store_mail *m = NULL;
	char *from = store_mail_by_msgid(a->engine->store, msgid, &m, &e) ? NULL : from_of_mail(a, m);
	if (e.cause == ERR_MISSING)
		err_clear(&e);
	if (!from && e.cause == ERR_NONE)
		from = from_of_cached(a, msgid, &e);
	if (!from && e.cause == ERR_NONE && !store_mail_by_parent(a->engine->store, msgid, &m, &e))
		from = from_of_mail(a, m);
	if (e.cause != ERR_NONE && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	return from;
}

char *thread_from(const struct account *a, const struct msg_head *h)
{
	unsigned n = h->references->len, looked = 0;
	char *from = h->in_reply_to ? from_of(a, h->in_reply_to) : NULL;
	for (unsigned i = n; !from && i-- > 0 && looked < LOOK_MOST; looked++)
		if (g_strcmp0(h->references->pdata[i], h->in_reply_to))
			from = from_of(a, h->references->pdata[i]);
	/* Something may have been written in answer to this one already. */
	return from || !h->message_id ? from : from_of(a, h->message_id);
}
