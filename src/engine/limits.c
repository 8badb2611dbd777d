/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server lets the account do: rights on folders (RFC 4314, and 2086 before it) and room (RFC 9208). What it told
 * is kept in the cache; a change that cannot come to be is refused in words before the server has to. */
#include "engine/limits.h"

#include <string.h>

#include "base/log.h"

#define RIGHTS_FRESH_S 3600 /* older ones may have been given meanwhile: then the server is asked */
#define LETTERS_MOST 62     /* there are no more */
#define SAME_ANSWER_S 2     /* roots told within are of one answer */

/* --- rights --- */

bool limits_allow(const char *rights, char right)
{
	bool old = !strpbrk(rights, "texk");
	if (strchr(rights, right))
		return true;
	if (old && (right == 't' || right == 'e'))
		return strchr(rights, 'd');
	return old && right == 'x' && strchr(rights, 'c');
}

char *limits_letters(struct str rights)
{
	GString *out = g_string_new(NULL);
	for (size_t i = 0; i < rights.n && out->len < LETTERS_MOST; i++)
		if (g_ascii_isalnum(rights.p[i]))
			g_string_append_c(out, rights.p[i]);
	return g_string_free(out, FALSE);
}

/* Rights that a change needs, as letters: of the folder it is about, and of the one it aims at. */
static const char *needs(enum change_op op, uint32_t flags, bool words)
{
	static const char *const of_flags[] = { "", "s", "t", "st", "w", "sw", "tw", "stw" };
	unsigned i = (flags & MSG_SEEN ? 1 : 0) + (flags & MSG_DELETED ? 2 : 0) +
		     (words || (flags & ~(uint32_t)(MSG_SEEN | MSG_DELETED)) ? 4 : 0);
	switch (op) {
	case CHANGE_FLAG: return of_flags[i];
	case CHANGE_MOVE:
	case CHANGE_EXPUNGE:
	case CHANGE_EMPTY: return "te";
	case CHANGE_DELETE:
	case CHANGE_RENAME: return "x";
	default: return "";
	}
}

const char *limits_needs(const struct store_change *c)
{
	return needs(c->op, c->add | c->remove,
		(c->add_keywords && c->add_keywords->len) || (c->remove_keywords && c->remove_keywords->len));
}

const char *limits_needs_target(enum change_op op)
{
	bool fills = op == CHANGE_MOVE || op == CHANGE_COPY || op == CHANGE_APPEND;
	return fills ? "i" : "";
}

/* "delete from", its object, "" */
static void act_of(char right, enum change_op op, const char **before, const char **behind)
{
	*behind = "";
	switch (right) {
	case 's':
		*before = "mark messages of ";
		*behind = " as read";
		break;
	case 'w': *before = "change flags in "; break;
	case 'i': *before = "put messages into "; break;
	case 'x': *before = op == CHANGE_RENAME ? "rename " : "delete "; break;
	default: *before = "delete from "; break;
	}
}

char *limits_words(const char *rights, const char *needed, enum change_op op, const char *folder)
{
	const char *before, *behind;
	while (*needed && limits_allow(rights, *needed))
		needed++;
	if (!*needed)
		return NULL;
	act_of(*needed, op, &before, &behind);
	if (limits_allow(rights, 'r'))
		return g_strdup_printf("you may read '%s', but not %sit%s", folder, before, behind);
	return g_strdup_printf("you may not %s'%s'%s", before, folder, behind);
}

/* Were they told with the folder a moment ago? */
static bool is_fresh(const struct account *a, const struct store_folder *f)
{
	int64_t age = clock_wall() - f->last_sync;
	return f->rights && (a->engine->settings.offline || (age >= 0 && age < RIGHTS_FRESH_S));
}

static int refuse(
	const struct account *a, const struct store_folder *f, const char *needed, enum change_op op, struct err *e)
{
	g_autofree char *words = f && is_fresh(a, f) ? limits_words(f->rights, needed, op, f->name) : NULL;
	return words ? err_set(e, ERR_FOLDER, ERR_DENIED, ERR_NEVER, "%s", words) : 0;
}

int limits_check(const struct account *a, const struct store_change *c, const struct store_folder *folder,
	const struct store_folder *target, struct err *e)
{
	if (refuse(a, folder, limits_needs(c), c->op, e))
		return -1;
	return refuse(a, target, limits_needs_target(c->op), c->op, e);
}

static int put_rights(struct account *a, const struct imap_event *ev, struct err *e)
{
	struct store_folder f = { 0 };
	g_autofree char *rights = limits_letters(ev->u.rights.rights);
	int result = store_folder_find(a->engine->store, a->number, ev->u.rights.name, &f, e);
	if (!result && g_strcmp0(f.rights, rights)) {
		g_free(f.rights);
		f.rights = g_steal_pointer(&rights);
		result = store_folder_put(a->engine->store, &f, e);
	}
	store_folder_clear(&f);
	return result;
}

/* --- room --- */

unsigned engine_percent(uint64_t used, uint64_t limit)
{
	if (!limit)
		return 0;
	return used >= limit ? 100 : (unsigned)((double)used * 100 / (double)limit);
}

/* Of several roots the fullest counts. */
static int put_room(struct account *a, const struct imap_event *ev, struct err *e)
{
	struct account_state *s = &a->state;
	uint64_t used = MIN(ev->u.quota.usage, INT64_MAX / 1024) * 1024;
	uint64_t limit = MIN(ev->u.quota.limit, INT64_MAX / 1024) * 1024;
	int64_t now = clock_wall();
	if (!str_is(ev->u.quota.resource, "STORAGE") || !limit)
		return 0;
	bool same = now >= s->room_told && now - s->room_told <= SAME_ANSWER_S;
	if (same && (double)used / (double)limit <= (double)s->room_used / (double)s->room_limit)
		return 0;
	s->room_used = used;
	s->room_limit = limit;
	s->room_told = now;
	account_report(a);
	struct store_quota q = { .used = used, .limit = limit, .wall = now };
	return store_quota_put(a->engine->store, a->number, &q, e);
}

void limits_load(struct account *a)
{
	struct store_quota q = { 0 };
	struct err e = ERR_INIT;
	if (!store_quota_get(a->engine->store, a->number, &q, &e)) {
		a->state.room_used = q.used;
		a->state.room_limit = q.limit;
		a->state.room_told = q.wall;
	}
	err_clear(&e);
}

void limits_event(struct account *a, const struct imap_event *ev)
{
	struct err e = ERR_INIT;
	int failed = ev->type == IMAP_QUOTA ? put_room(a, ev, &e) : put_rights(a, ev, &e);
	/* A list tells of folders that are not in the cache yet. */
	if (failed && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

char *limits_room(const struct account *a)
{
	const struct account_state *s = &a->state;
	if (!s->room_limit)
		return NULL;
	g_autofree char *used = g_format_size(s->room_used);
	g_autofree char *limit = g_format_size(s->room_limit);
	return g_strdup_printf("%s of %s used (%u %%)", used, limit, engine_percent(s->room_used, s->room_limit));
}

bool limits_nearly_full(const struct account *a)
{
	return engine_percent(a->state.room_used, a->state.room_limit) >= ENGINE_FULL_PERCENT;
}
