/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a letter, and what a server thinks of a From, in words. */
#include "app/app.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/utf8.h"

static unsigned count(const struct store_mail *m, enum mail_state state)
{
	unsigned n = 0;
	for (unsigned i = 0; i < m->rcpts->len; i++)
		n += ((const struct store_rcpt *)m->rcpts->pdata[i])->state == state;
	return n;
}

static char *sent_text(const struct store_mail *m)
{
	unsigned n = count(m, MAIL_ACCEPTED), not = count(m, MAIL_REFUSED);
	g_autofree char *sent = g_strdup_printf(P_("Sent to %u recipient.", "Sent to %u recipients.", n), n);
	if (!not )
		return g_steal_pointer(&sent);
	g_autofree char *refused = g_strdup_printf(
		P_("The server refused %u recipient.", "The server refused %u recipients.", not ), not );
	return g_strdup_printf("%s %s", sent, refused);
}

static char *copy_text(const struct store_mail *m)
{
	switch (m->copy) {
	case COPY_FAILED:
		return g_strdup_printf(_("The copy for the Sent folder was not stored (%s); it is kept."),
			m->copy_error ? m->copy_error : "");
	case COPY_WANTED:
	case COPY_BEGUN: return g_strdup(_("Its copy is not stored yet."));
	default: return NULL;
	}
}

static bool is_at(const struct store_mail *m, const char *stage)
{
	return !g_strcmp0(m->stage, stage);
}

const char *app_mail_refused_from(const struct store_mail *m)
{
	bool other = m->sender && *m->sender && g_ascii_strcasecmp(m->sender, m->from);
	return other && m->text && strstr(m->text, m->sender) ? m->sender : m->from;
}

static char *refused_text(const struct store_mail *m)
{
	unsigned n = count(m, MAIL_REFUSED);
	if (!m->code)
		return g_strdup_printf(_("Not sent: %s"), m->error ? m->error : "");
	if (is_at(m, MAIL_STAGE_SIZE))
		return g_strdup(_("Not sent: the message is too large for the server."));
	if (is_at(m, MAIL_STAGE_SENDER))
		return g_strdup_printf(
			_("Not sent: the server does not accept mail from %s."), app_mail_refused_from(m));
	if (is_at(m, "rcpt") && n)
		return g_strdup_printf(P_("Not sent: the server refused %u recipient.",
					       "Not sent: the server refused %u recipients.", n),
			n);
	return g_strdup(_("Not sent: the server refused the message."));
}

char *app_mail_text(const struct store_mail *m)
{
	g_autofree char *due = m->due ? app_date_time(m->due) : NULL;
	switch (m->state) {
	case MAIL_HELD: return due ? g_strdup_printf(_("Leaves %s."), due) : g_strdup(_("Held until you let it go."));
	case MAIL_QUEUED: return g_strdup(_("Waits in the outbox."));
	case MAIL_SENDING: return g_strdup(_("Sending."));
	case MAIL_ACCEPTED: {
		g_autofree char *sent = sent_text(m), *copy = copy_text(m);
		return copy ? g_strdup_printf("%s %s", sent, copy) : g_steal_pointer(&sent);
	}
	case MAIL_REFUSED: return refused_text(m);
	case MAIL_MAYBE:
		return g_strdup(
			_("It may have been sent: the server's answer was lost. It is not sent again by itself."));
	case MAIL_DEFERRED: return g_strdup_printf(_("Not sent yet; it is tried again %s."), due ? due : "");
	case MAIL_DROPPED: return g_strdup(_("Taken back."));
	}
	return g_strdup("");
}

const char *app_mail_hint(const struct store_mail *m)
{
	if (m->state == MAIL_MAYBE)
		return _("look whether it arrived; `boxwood queue retry` sends it again, `boxwood queue drop` forgets "
			 "it");
	if (m->state == MAIL_REFUSED && is_at(m, MAIL_STAGE_SENDER))
		return _("`boxwood from list` shows the addresses that are accepted");
	if (m->state == MAIL_REFUSED && is_at(m, MAIL_STAGE_SIZE))
		return _("make it smaller, or leave out an attachment, and send it anew");
	if (m->state == MAIL_REFUSED)
		return _("it is kept: `boxwood queue retry` tries it again");
	return NULL;
}

static const char *state_word(const struct store_identity *i, bool after_data)
{
	switch (i->state) {
	case IDENTITY_OK: return _("a letter was accepted");
	case IDENTITY_LIKELY:
		return after_data ? _("never tried with a letter") : _("accepted at MAIL, not yet tried with a letter");
	case IDENTITY_PENDING: return i->link ? _("follow the link to validate it") : _("waits to be validated");
	case IDENTITY_REFUSED: return _("refused");
	default: return _("never tried");
	}
}

char *app_identity_text(const struct engine_identity *i, bool after_data)
{
	const struct store_identity *k = &i->known;
	const char *word = state_word(k, after_data);
	bool waits = k->state == IDENTITY_PENDING;
	int64_t when = waits ? k->pending : k->date;
	g_autofree char *date = when ? g_strstrip(app_date_short(when, clock_wall())) : NULL;
	bool refused = k->state == IDENTITY_REFUSED || (waits && k->code / 100 == 5 && !k->link);
	g_autofree char *words = k->text && refused ? utf8_line(str_of(k->text)) : NULL;
	GString *out = g_string_new(word);
	if (date)
		g_string_append_printf(out, ", %s", date);
	if (words)
		g_string_append_printf(out, ": %d %s", k->code, words);
	if (waits && k->link)
		g_string_append_printf(out, ": %s", k->link);
	return g_string_free(out, FALSE);
}

char *app_identity_news(const struct event *ev)
{
	for (unsigned i = 0; !ev->id && ev->text && i < ev->identities->len; i++) {
		const struct store_identity *k = &((const struct engine_identity *)ev->identities->pdata[i])->known;
		if (g_ascii_strcasecmp(k->addr, ev->text))
			continue;
		return k->state == IDENTITY_PENDING
			       ? g_strdup_printf(
					 _("The letter with the link to validate %s has come: %s"), k->addr, k->link)
			       : g_strdup_printf(_("The server takes %s as sender now."), k->addr);
	}
	return NULL;
}

bool app_validation_is_known(const struct cfg_account *a)
{
	const struct cfg_card *card = a->card;
	return card && card->confirm_from->len && card->confirm_hosts->len && a->authservs->len;
}

char *app_state_dir(const struct cfg *cfg)
{
	const char *chosen = cfg->options.state_dir;
	return chosen ? g_strdup(chosen) : g_build_filename(g_get_user_state_dir(), "boxwood", NULL);
}

int app_mail_exit(const struct store_mail *m)
{
	switch (m->state) {
	case MAIL_ACCEPTED: return count(m, MAIL_REFUSED) ? EXIT_CODE_RECIPIENT : EXIT_CODE_OK;
	case MAIL_MAYBE: return EXIT_CODE_MAYBE;
	case MAIL_REFUSED:
		if (is_at(m, MAIL_STAGE_SENDER))
			return EXIT_CODE_AUTH;
		return is_at(m, "rcpt") ? EXIT_CODE_RECIPIENT : EXIT_CODE_BAD;
	case MAIL_DROPPED: return EXIT_CODE_OK;
	default: return EXIT_CODE_TEMP;
	}
}
