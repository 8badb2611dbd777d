/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a change was refused: one question to the server, about rights or room, where its answer left that open. */
#include "engine/limits.h"

#include <string.h>

static bool is_code(const struct replay *r, const char *code)
{
	return r->code && !g_ascii_strcasecmp(r->code, code);
}

/* Other codes name a reason that rights have nothing to do with. */
static bool may_be_rights(const struct replay *r)
{
	return !r->code || !*r->code || is_code(r, "NOPERM") || is_code(r, "READ-ONLY") || is_code(r, "CANNOT");
}

static bool ask_rights(struct replay *r)
{
	const struct store_change *c = r->c;
	struct imap_session *s = job_imap(&r->job);
	bool source = c->folder && *limits_needs(c), target = c->target && *limits_needs_target(c->op);
	if (source)
		job_command(&r->job, imap_rights(s, str_of(c->folder)));
	if (target)
		job_command(&r->job, imap_rights(s, str_of(c->target)));
	return source || target;
}

bool why_ask(struct replay *r)
{
	const struct store_change *c = r->c;
	const char *into = c->target ? c->target : c->folder;
	bool asked = r->why_asked;
	r->why_asked = true;
	if (asked)
		return false;
	if (is_code(r, "OVERQUOTA") && into && replay_can(r, IMAP_CAP_QUOTA)) {
		job_command(&r->job, imap_quota(job_imap(&r->job), str_of(into)));
		return true;
	}
	return may_be_rights(r) && replay_can(r, IMAP_CAP_ACL) && ask_rights(r);
}

static char *rights_words(struct replay *r, const char *raw, const char *needed)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	char *words = NULL;
	if (raw && *needed && !store_folder_find(replay_store(r), r->job.account->number, str_of(raw), &f, &e) &&
		f.rights)
		words = limits_words(f.rights, needed, r->c->op, f.name);
	err_clear(&e);
	store_folder_clear(&f);
	return words;
}

char *why_words(struct replay *r)
{
	const struct store_change *c = r->c;
	if (is_code(r, "OVERQUOTA")) {
		g_autofree char *room = limits_room(r->job.account);
		bool full = limits_nearly_full(r->job.account);
		return room ? g_strdup_printf("%s: %s", full ? "the mailbox is full" : "there is no room for it", room)
			    : NULL;
	}
	if (is_code(r, "TOOBIG") && r->appendlimit) {
		g_autofree char *limit = g_format_size(r->appendlimit);
		return g_strdup_printf("the message is too large for the server, which takes %s", limit);
	}
	if (!may_be_rights(r))
		return NULL;
	char *words = rights_words(r, c->folder, limits_needs(c));
	return words ? words : rights_words(r, c->target, limits_needs_target(c->op));
}
