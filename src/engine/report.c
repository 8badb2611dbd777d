/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report of delivery that was read, noted on the recipients of the letter it speaks of. */
#include "engine/outbox.h"

#include <string.h>

#include "base/log.h"

/* RFC 3461 4: "+3D" is "=". g_free. */
static char *from_xtext(const char *text)
{
	GString *out = g_string_new(NULL);
	for (const char *c = text; *c; c++) {
		int hi = *c == '+' ? g_ascii_xdigit_value(c[1]) : -1, lo = hi < 0 ? -1 : g_ascii_xdigit_value(c[2]);
		int octet = hi < 0 || lo < 0 ? -1 : hi * 16 + lo;
		g_string_append_c(out, octet > 0 ? (char)octet : *c);
		if (octet > 0)
			c += 2;
	}
	return g_string_free(out, FALSE);
}

static struct store_mail *by_id(struct engine *en, const char *id)
{
	struct store_mail *m = NULL;
	struct err e = ERR_INIT;
	if (id && store_mail_by_msgid(en->store, id, &m, &e) && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	return m;
}

static struct store_mail *letter_of(struct engine *en, const struct msg_report *r)
{
	g_autofree char *envid = r->envid ? from_xtext(r->envid) : NULL;
	struct store_mail *m = by_id(en, envid);
	if (!m)
		m = by_id(en, r->envid);
	return m ? m : by_id(en, r->msgid);
}

static bool is_final(enum report_action action)
{
	return action != REPORT_DELAYED && action != REPORT_RELAYED && action != REPORT_EXPANDED;
}

static char *words_of(const struct msg_report_rcpt *r)
{
	GString *out = g_string_new(report_action_names[r->action]);
	const char *words = r->words ? r->words : r->action == REPORT_FAILED ? r->status : NULL;
	if (words)
		g_string_append_printf(out, ": %s", words);
	return g_string_free(out, FALSE);
}

/* That it waited is no news once its end was told. */
static bool is_news(const struct store_rcpt *to, const struct msg_report_rcpt *r, const char *words)
{
	if (!g_strcmp0(to->text, words))
		return false;
	for (unsigned i = REPORT_FAILED; !is_final(r->action) && to->text && i <= REPORT_COMPLAINED; i++)
		if (is_final((enum report_action)i) && g_str_has_prefix(to->text, report_action_names[i]))
			return false;
	return true;
}

static bool note(struct store_mail *m, const struct msg_report_rcpt *r)
{
	bool any = false;
	g_autofree char *words = words_of(r);
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		struct store_rcpt *to = m->rcpts->pdata[i];
		bool meant = r->addr ? !g_ascii_strcasecmp(to->addr, r->addr) : m->rcpts->len == 1;
		if (!meant || !is_news(to, r, words))
			continue;
		g_free(to->text);
		to->text = g_strdup(words);
		any = true;
	}
	return any;
}

void report_take(struct engine *en, const struct msg_report *r)
{
	struct store_mail *m = en->store ? letter_of(en, r) : NULL;
	struct err e = ERR_INIT;
	bool any = false;
	/* While it is being sent its recipients are the session's. */
	for (unsigned i = 0; m && m->state != MAIL_SENDING && i < r->rcpts->len; i++)
		any = note(m, r->rcpts->pdata[i]) || any;
	struct account *a = m ? account_numbered(en, m->account) : NULL;
	if (any && !store_mail_put(en->store, m, &e) && a)
		outbox_tell(a, 0, m->id, false);
	if (e.cause != ERR_NONE)
		log_line(LOG_INFO, "a report was not noted: %s", e.text);
	err_clear(&e);
	store_mail_free(m);
}
