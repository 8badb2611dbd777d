/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of every error: one sentence that says what, and one that says what to do. */
#include "app/app.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define LONG_S 3600 /* so many seconds nobody counts */

static const char *sentence_of(const struct err *e)
{
	switch (e->cause) {
	case ERR_NET: return e->retry == ERR_NEVER ? N_("no such host") : N_("no connection");
	case ERR_TLS: return N_("not connected: the server's certificate or TLS is not acceptable");
	case ERR_AUTH: return N_("the login did not work");
	case ERR_PROTOCOL: return N_("the server does not speak as it should");
	case ERR_REFUSED: return N_("the server refused");
	case ERR_LACKING: return N_("not available");
	case ERR_NOT_DUE: return N_("not due yet");
	case ERR_MAYBE: return N_("nobody knows whether it was sent");
	case ERR_CANCELED: return N_("canceled");
	case ERR_BUG: return N_("a fault in Boxwood");
	default: return NULL;
	}
}

char *app_err_text(const struct err *e, const char *account)
{
	g_autofree char *detail = utf8_line(str_of(e->text ? e->text : ""));
	/* Not "the server refused: the server refused .." */
	bool said = e->cause == ERR_REFUSED && g_str_has_prefix(detail, "the server ");
	const char *sentence = said ? NULL : sentence_of(e);
	GString *out = g_string_new(NULL);
	/* What concerns a file or the command line has nothing to do with the account at hand. */
	if (account && (e->scope == ERR_ACCOUNT || e->scope == ERR_FOLDER))
		g_string_append_printf(out, "%s: ", account);
	if (sentence)
		g_string_append(out, _(sentence));
	if (sentence && *detail)
		g_string_append_printf(out, ": %s", detail);
	else if (*detail)
		g_string_append(out, detail);
	return g_string_free(out, FALSE);
}

char *app_notice_text(const struct event *ev, const struct cfg *cfg)
{
	const struct cfg_account *a = ev->account >= 0 ? cfg->accounts->pdata[ev->account] : NULL;
	g_autofree char *text = utf8_line(str_of(ev->text ? ev->text : ""));
	if (ev->notice == NOTICE_STOPPED)
		return app_err_text(&ev->err, a ? a->label : NULL);
	if (ev->notice == NOTICE_NO_REPORTS)
		return g_strdup_printf(_("%s: the server makes no reports of delivery (DSN)."), a ? a->label : "");
	if (ev->notice == NOTICE_MOVED)
		return g_strdup(
			_("Another Boxwood has made the cache anew: leave this one and start it again. What waits "
			  "is kept."));
	if (ev->notice == NOTICE_CONFLICT)
		return g_strdup_printf(
			_("The draft \"%s\" was changed or removed on the server: what lies there and what "
			  "is kept here both stay."),
			*text ? text : _("(no subject)"));
	return g_steal_pointer(&text);
}

static bool is_refused_change(const struct err *e)
{
	return e->cause == ERR_REFUSED && e->scope == ERR_MESSAGE && e->retry == ERR_NEVER;
}

char *app_err_hint(const struct err *e, const char *account)
{
	if (is_refused_change(e))
		return g_strdup(_("it is as it was before; boxwood queue list shows it: queue retry ID tries it again, "
				  "queue drop ID gives it up"));
	switch (e->cause) {
	case ERR_NET:
		return g_strdup(e->retry == ERR_NEVER ? _("check the host name in the 'imap' line of the mailrc")
						      : _("what is in the cache can be read; try again later"));
	case ERR_TLS:
		return g_strdup(
			_("no password was sent; if this is your own server, name its CA with 'cafile' or its key with "
			  "'pin' in the mailrc"));
	case ERR_AUTH:
		return g_strdup_printf(_("check login and password, then run: boxwood -A %s setup check"),
			account ? account : "ACCOUNT");
	case ERR_NOT_DUE:
		if (e->after >= LONG_S) {
			g_autofree char *when = app_date_time(clock_wall() + e->after);
			return g_strdup_printf(_("try again %s"), when);
		}
		return e->after ? g_strdup_printf(P_("try again in %d second", "try again in %d seconds",
							  (unsigned long)e->after),
					  e->after)
				: NULL;
	case ERR_CONFIG: return g_strdup(_("run: boxwood config check"));
	case ERR_MISSING: return e->scope == ERR_FOLDER ? g_strdup(_("run: boxwood folders")) : NULL;
	case ERR_BUG: return g_strdup(_("please report it, with what you did"));
	default: return NULL;
	}
}

/* --- changes --- */
static char *moved_text(enum app_verb verb, unsigned n, const char *target)
{
	const char *to = target ? target : "";
	switch (verb) {
	case VERB_DELETE: return g_strdup_printf(P_("Deleted %u message.", "Deleted %u messages.", n), n);
	case VERB_ARCHIVE: return g_strdup_printf(P_("Archived %u message.", "Archived %u messages.", n), n);
	case VERB_JUNK: return g_strdup_printf(P_("Called %u message spam.", "Called %u messages spam.", n), n);
	case VERB_NOT_JUNK:
		return g_strdup_printf(
			P_("%u message is no spam: back to %s.", "%u messages are no spam: back to %s.", n), n, to);
	default: return g_strdup_printf(P_("Moved %u message to %s.", "Moved %u messages to %s.", n), n, to);
	}
}

static char *flagged_text(enum app_verb verb, unsigned n)
{
	switch (verb) {
	case VERB_FLAGGED: return g_strdup_printf(P_("Flagged %u message.", "Flagged %u messages.", n), n);
	case VERB_UNFLAGGED:
		return g_strdup_printf(P_("Took the flag off %u message.", "Took the flag off %u messages.", n), n);
	case VERB_READ: return g_strdup_printf(P_("Marked %u message as read.", "Marked %u messages as read.", n), n);
	case VERB_UNREAD:
		return g_strdup_printf(P_("Marked %u message as unread.", "Marked %u messages as unread.", n), n);
	default:
		return g_strdup_printf(
			P_("Changed the flags of %u message.", "Changed the flags of %u messages.", n), n);
	}
}

static char *undone_text(const struct engine_durable *d)
{
	unsigned n = d->messages;
	if (d->op == CHANGE_MOVE && d->target)
		return g_strdup_printf(
			P_("Undone: %u message is in %s again.", "Undone: %u messages are in %s again.", n), n,
			d->target);
	if (d->op == CHANGE_FLAG)
		return g_strdup_printf(P_("Undone: the flags of %u message are as they were.",
					       "Undone: the flags of %u messages are as they were.", n),
			n);
	return n ? g_strdup_printf(P_("Undone: %u message.", "Undone: %u messages.", n), n) : g_strdup(_("Undone."));
}

char *app_done_text(enum app_verb verb, const struct engine_durable *d)
{
	unsigned n = d->messages;
	const char *target = d->target ? d->target : "";
	if (d->undo)
		return undone_text(d);
	switch (d->op) {
	case CHANGE_FLAG: return flagged_text(verb, n);
	case CHANGE_MOVE: return moved_text(verb, n, d->target);
	case CHANGE_COPY:
		return g_strdup_printf(P_("Copied %u message to %s.", "Copied %u messages to %s.", n), n, target);
	case CHANGE_EXPUNGE:
		return g_strdup_printf(P_("Removed %u message for good.", "Removed %u messages for good.", n), n);
	case CHANGE_APPEND: return g_strdup_printf(_("Stored in %s."), target);
	case CHANGE_CREATE: return g_strdup_printf(_("Made the folder %s."), target);
	case CHANGE_RENAME: return g_strdup_printf(_("The folder is called %s now."), target);
	case CHANGE_DELETE: return g_strdup_printf(_("Deleted the folder %s."), target);
	case CHANGE_SUBSCRIBE: return g_strdup_printf(_("Subscribed to %s."), target);
	case CHANGE_UNSUBSCRIBE: return g_strdup_printf(_("No longer subscribed to %s."), target);
	case CHANGE_EMPTY: return g_strdup_printf(_("Emptied %s."), target);
	case CHANGE_SYNC: break;
	}
	return g_strdup("");
}

static char *failed_what(const struct engine_changed *c, unsigned n)
{
	const char *folder = c->folder ? c->folder : "", *target = c->target ? c->target : "";
	switch (c->op) {
	case CHANGE_FLAG:
		return g_strdup_printf(P_("The flags of %u message in %s were not changed",
					       "The flags of %u messages in %s were not changed", n),
			n, folder);
	case CHANGE_MOVE:
		return g_strdup_printf(P_("Not moved to %s: %u message, which is still in %s",
					       "Not moved to %s: %u messages, which are still in %s", n),
			target, n, folder);
	case CHANGE_COPY:
		return g_strdup_printf(
			P_("Not copied to %s: %u message of %s", "Not copied to %s: %u messages of %s", n), target, n,
			folder);
	case CHANGE_EXPUNGE:
		return g_strdup_printf(P_("Not removed: %u message, which is still in %s",
					       "Not removed: %u messages, which are still in %s", n),
			n, folder);
	case CHANGE_APPEND: return g_strdup_printf(_("Not stored in %s"), *target ? target : folder);
	case CHANGE_CREATE: return g_strdup_printf(_("The folder %s was not made"), *target ? target : folder);
	case CHANGE_RENAME: return g_strdup_printf(_("The folder %s was not renamed"), folder);
	case CHANGE_DELETE: return g_strdup_printf(_("The folder %s was not deleted"), folder);
	case CHANGE_SUBSCRIBE:
	case CHANGE_UNSUBSCRIBE: return g_strdup_printf(_("The subscription of %s was not changed"), folder);
	case CHANGE_EMPTY: return g_strdup_printf(_("The folder %s was not emptied"), folder);
	case CHANGE_SYNC: break;
	}
	return g_strdup("");
}

char *app_failed_text(const struct engine_changed *c, unsigned messages)
{
	g_autofree char *what = failed_what(c, messages), *why = app_err_text(&c->err, NULL);
	g_autofree char *clean = utf8_line(str_of(what));
	if (c->state == CHANGE_PARKED)
		return g_strdup_printf(_("%s. It waits for you in the queue (%s)"), clean, why);
	return *why ? g_strdup_printf("%s (%s)", clean, why) : g_steal_pointer(&clean);
}

static void append_flags(GString *out, char sign, uint32_t flags, const GPtrArray *keywords)
{
	for (unsigned i = 0; i < 16; i++)
		if (flags & (1u << i) && msg_flag_name(i))
			g_string_append_printf(out, " %c%s", sign, msg_flag_name(i));
	for (guint i = 0; keywords && i < keywords->len; i++)
		g_string_append_printf(out, " %c%s", sign, (const char *)keywords->pdata[i]);
}

static char *flags_text(const struct store_change *c, unsigned n, const char *folder)
{
	GString *out = g_string_new(NULL);
	g_string_printf(out, P_("flags of %u message in %s:", "flags of %u messages in %s:", n), n, folder);
	append_flags(out, '+', c->add, c->add_keywords);
	append_flags(out, '-', c->remove, c->remove_keywords);
	return g_string_free(out, FALSE);
}

char *app_change_text(const struct store_change *c, const char *folder, const char *target)
{
	unsigned n = c->items ? c->items->len : 0;
	folder = folder ? folder : "";
	target = target ? target : "";
	switch (c->op) {
	case CHANGE_FLAG: return flags_text(c, n, folder);
	case CHANGE_MOVE:
		return g_strdup_printf(
			P_("move %u message from %s to %s", "move %u messages from %s to %s", n), n, folder, target);
	case CHANGE_COPY:
		return g_strdup_printf(
			P_("copy %u message from %s to %s", "copy %u messages from %s to %s", n), n, folder, target);
	case CHANGE_EXPUNGE:
		return g_strdup_printf(
			P_("remove %u message from %s for good", "remove %u messages from %s for good", n), n, folder);
	case CHANGE_APPEND: return g_strdup_printf(_("store a message in %s"), target);
	case CHANGE_CREATE: return g_strdup_printf(_("make the folder %s"), *target ? target : folder);
	case CHANGE_RENAME: return g_strdup_printf(_("rename the folder %s to %s"), folder, target);
	case CHANGE_DELETE: return g_strdup_printf(_("delete the folder %s"), folder);
	case CHANGE_SUBSCRIBE: return g_strdup_printf(_("subscribe to %s"), folder);
	case CHANGE_UNSUBSCRIBE: return g_strdup_printf(_("unsubscribe from %s"), folder);
	case CHANGE_EMPTY: return g_strdup_printf(_("empty %s"), folder);
	case CHANGE_SYNC: return g_strdup(_("check mail"));
	}
	return g_strdup("");
}

char *app_waiting_text(unsigned changes)
{
	return g_strdup_printf(
		P_("%u change waits for the server", "%u changes wait for the server", changes), changes);
}

int app_exit_code(const struct err *e)
{
	switch (e->cause) {
	case ERR_NONE: return EXIT_CODE_OK;
	case ERR_NET: return e->retry == ERR_NEVER ? EXIT_CODE_NOHOST : EXIT_CODE_TEMP;
	case ERR_TLS:
	case ERR_PROTOCOL: return EXIT_CODE_TLS;
	case ERR_AUTH: return EXIT_CODE_AUTH;
	case ERR_LACKING: return EXIT_CODE_LACKING;
	case ERR_MISSING: return EXIT_CODE_MISSING;
	case ERR_INPUT: return EXIT_CODE_BAD;
	case ERR_USAGE: return EXIT_CODE_USAGE;
	case ERR_LOCAL: return EXIT_CODE_IO;
	case ERR_DENIED:
	case ERR_CREATE: return EXIT_CODE_CREATE;
	case ERR_LIMIT: return e->scope == ERR_ACCOUNT ? EXIT_CODE_TLS : EXIT_CODE_BAD;
	case ERR_CONFIG: return EXIT_CODE_CONFIG;
	case ERR_MAYBE: return EXIT_CODE_MAYBE;
	case ERR_BUG: return EXIT_CODE_BUG;
	/* A change that ended so is not tried again by itself. */
	case ERR_REFUSED: return is_refused_change(e) ? EXIT_CODE_CREATE : EXIT_CODE_TEMP;
	case ERR_NOT_DUE:
	case ERR_CANCELED: return EXIT_CODE_TEMP;
	}
	return EXIT_CODE_BUG;
}

int app_exit_worst(int a, int b)
{
	static const int order[] = { 70, 74, 73, 78, 77, 76, 79, 69, 68, 67, 66, 65, 75, 64, 1, 0 };
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}
