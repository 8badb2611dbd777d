/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a letter, in words. */
#include "app/app.h"

#include <stdlib.h>
#include <string.h>

#include "app/internal.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define RECIPIENTS_SHOWN 20

/* RFC 3463, RFC 7504 and what came later; detail 0: whatever else there is of the subject. */
static const struct {
	int subject, detail;
	const char *text; /* N_() */
} reasons[] = {
	{ 1, 1, N_("there is no such mailbox") },
	{ 1, 2, N_("there is no such mail domain") },
	{ 1, 3, N_("the address is malformed") },
	{ 1, 4, N_("the address fits more than one mailbox") },
	{ 1, 6, N_("the mailbox has moved, and nobody knows where") },
	{ 1, 7, N_("the sender's address is malformed") },
	{ 1, 8, N_("the sender's domain is not accepted") },
	{ 1, 10, N_("that domain takes no mail at all") },
	{ 1, 0, N_("something is wrong with the address") },
	{ 2, 1, N_("the mailbox is disabled") },
	{ 2, 2, N_("the mailbox is full") },
	{ 2, 3, N_("the letter is larger than that mailbox takes") },
	{ 2, 4, N_("the mailing list could not be expanded") },
	{ 2, 0, N_("something is wrong with the mailbox") },
	{ 3, 1, N_("that mail system has no room") },
	{ 3, 2, N_("that mail system takes no mail now") },
	{ 3, 3, N_("that mail system cannot do what was asked") },
	{ 3, 4, N_("the letter is larger than that mail system takes") },
	{ 3, 0, N_("something is wrong with that mail system") },
	{ 4, 1, N_("the server does not answer") },
	{ 4, 2, N_("the connection broke") },
	{ 4, 3, N_("a directory that is needed does not answer") },
	{ 4, 4, N_("no way leads there") },
	{ 4, 5, N_("there is too much mail on the way") },
	{ 4, 6, N_("the letter goes round in circles") },
	{ 4, 7, N_("it was tried for too long") },
	{ 4, 0, N_("something is wrong on the way") },
	{ 5, 3, N_("it has too many recipients") },
	{ 6, 0, N_("the server does not take what is in the letter") },
	{ 7, 1, N_("the server's rules do not allow it") },
	{ 7, 2, N_("you may not write to that mailing list") },
	{ 7, 8, N_("the login was not accepted") },
	{ 7, 20, N_("no signature of the sender's domain (DKIM) passed") },
	{ 7, 21, N_("no signature of the sender's domain (DKIM) was accepted") },
	{ 7, 22, N_("the signature (DKIM) is of another domain than the sender's") },
	{ 7, 23, N_("the sender's domain does not let this server send (SPF)") },
	{ 7, 24, N_("whether this server may send (SPF) could not be found out") },
	{ 7, 25, N_("the sending server has no name in the DNS") },
	{ 7, 26, N_("the sender could not be proved (SPF, DKIM, DMARC)") },
	{ 7, 27, N_("the sender's domain takes no mail itself") },
	{ 7, 28, N_("there was too much mail from there") },
	{ 7, 0, N_("the server's rules or safety do not allow it") },
};

char *app_status_text(const char *status)
{
	int subject = 0, detail = 0;
	char *end;
	if (!status || !g_ascii_isdigit(status[0]) || status[1] != '.')
		return NULL;
	subject = (int)strtol(status + 2, &end, 10);
	detail = *end == '.' ? (int)strtol(end + 1, NULL, 10) : 0;
	if (status[0] == '2')
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].subject == subject && (reasons[i].detail == detail || !reasons[i].detail))
			return g_strdup(_(reasons[i].text));
	return NULL;
}

static const char *action_text(enum report_action action)
{
	switch (action) {
	case REPORT_FAILED: return _("not delivered");
	case REPORT_DELAYED: return _("delayed: it is still tried");
	case REPORT_DELIVERED: return _("delivered");
	case REPORT_RELAYED: return _("handed to a server that tells no more");
	case REPORT_EXPANDED: return _("handed to a mailing list");
	case REPORT_DISPLAYED: return _("displayed");
	case REPORT_DELETED: return _("deleted");
	case REPORT_PROCESSED: return _("processed");
	case REPORT_COMPLAINED: return _("called spam");
	}
	return "";
}

static char *head_text(const struct msg_report *r)
{
	unsigned failed = 0, delayed = 0;
	for (guint i = 0; i < r->rcpts->len; i++) {
		enum report_action action = ((const struct msg_report_rcpt *)r->rcpts->pdata[i])->action;
		failed += action == REPORT_FAILED;
		delayed += action == REPORT_DELAYED;
	}
	if (failed)
		return g_strdup_printf(P_("A letter was not delivered to %u recipient.",
					       "A letter was not delivered to %u recipients.", failed),
			failed);
	if (delayed)
		return g_strdup(_("A letter is delayed."));
	const struct msg_report_rcpt *first = r->rcpts->pdata[0];
	if (first->action == REPORT_COMPLAINED)
		return g_strdup(_("Somebody complains of a letter of yours."));
	if (first->action >= REPORT_DISPLAYED)
		return g_strdup(_("A receipt for a letter."));
	return g_strdup(_("A letter was delivered."));
}

static void add_rcpt(GPtrArray *card, const struct msg_report_rcpt *r)
{
	bool trouble = r->action == REPORT_FAILED || r->action == REPORT_DELAYED;
	g_autofree char *why = trouble ? app_status_text(r->status) : NULL;
	card_add(card, r->action == REPORT_FAILED ? CARD_WARN : CARD_LINE, _("To"),
		g_strdup_printf("%s: %s%s%s", r->addr ? r->addr : _("somebody"), action_text(r->action),
			why ? ": " : "", why ? why : ""));
	if (r->words)
		card_add(card, CARD_DIM, "",
			g_strdup_printf(
				_("server says: %s%s%s"), r->status ? r->status : "", r->status ? " " : "", r->words));
}

void card_report(GPtrArray *card, const struct msg_report *r)
{
	card_add(card, CARD_HEAD, "", head_text(r));
	for (guint i = 0; i < MIN(r->rcpts->len, RECIPIENTS_SHOWN); i++)
		add_rcpt(card, r->rcpts->pdata[i]);
	if (r->rcpts->len > RECIPIENTS_SHOWN) {
		guint more = r->rcpts->len - RECIPIENTS_SHOWN;
		card_add(card, CARD_DIM, "", g_strdup_printf(P_("and %u more", "and %u more", more), more));
	}
}
