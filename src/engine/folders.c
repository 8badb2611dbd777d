/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's mailbox list made into folders of the cache: names as people read them, the namespace
 * prefix hidden, roles found. */
#include "engine/internal.h"

#include <string.h>

#include "base/utf8.h"

struct listed {
	char *raw;
	size_t raw_n;
	char delimiter;
	uint32_t attributes;
	bool subscribed;
	bool counted; /* LIST-STATUS told: */
	uint32_t messages, unseen;
};

struct folder_list {
	GPtrArray *entries; /* struct listed * */
	GHashTable *names;  /* raw name -> entry */
	char *prefix;       /* of the first personal namespace; NULL: not told */
};

static void listed_free(void *data)
{
	struct listed *l = data;
	g_free(l->raw);
	g_free(l);
}

struct folder_list *folder_list_new(void)
{
	struct folder_list *l = g_new0(struct folder_list, 1);
	l->entries = g_ptr_array_new_with_free_func(listed_free);
	l->names = g_hash_table_new(g_str_hash, g_str_equal);
	return l;
}

void folder_list_free(struct folder_list *l)
{
	if (!l)
		return;
	g_hash_table_unref(l->names);
	g_ptr_array_unref(l->entries);
	g_free(l->prefix);
	g_free(l);
}

static void take_counts(struct folder_list *l, const struct imap_event *ev)
{
	g_autofree char *raw = str_dup(ev->u.status.name);
	struct listed *e = g_hash_table_lookup(l->names, raw);
	if (!e || !ev->u.status.has_messages)
		return;
	e->counted = true;
	e->messages = ev->u.status.messages;
	e->unseen = ev->u.status.unseen;
}

void folder_list_event(struct folder_list *l, const struct imap_event *ev)
{
	if (ev->type == IMAP_STATUS)
		take_counts(l, ev);
	if (ev->type == IMAP_NAMESPACE && ev->u.ns.kind == IMAP_NS_PERSONAL && !l->prefix)
		l->prefix = str_dup(ev->u.ns.prefix);
	if (ev->type != IMAP_LIST || l->entries->len >= IMAP_MAILBOXES_MAX)
		return;
	struct listed *e = g_new0(struct listed, 1);
	*e = (struct listed){ .raw = str_dup(ev->u.list.name),
		.raw_n = ev->u.list.name.n,
		.delimiter = ev->u.list.delimiter,
		.attributes = ev->u.list.attributes,
		.subscribed = ev->u.list.subscribed };
	/* A NUL cannot be in a name that is a C string here: such a name is not usable. */
	if (strlen(e->raw) != e->raw_n) {
		listed_free(e);
		return;
	}
	g_ptr_array_add(l->entries, e);
	g_hash_table_insert(l->names, e->raw, e);
}

char *folder_shown_name(struct str raw, char delimiter, const char *prefix)
{
	size_t hidden = prefix ? strlen(prefix) : 0;
	if (str_is(raw, "INBOX"))
		return g_strdup("Inbox");
	/* "INBOX." hides the prefix; what is named like the prefix itself stays. */
	if (hidden && raw.n > hidden && str_starts(raw, prefix))
		raw = str_sub(raw, hidden);
	g_autofree char *copy = str_dup(raw);
	g_autofree char *decoded = imap_name_decode(str_of(copy));
	GString *shown = g_string_new(NULL);
	for (const char *p = decoded; *p; p++) {
		if (delimiter && *p == delimiter)
			g_string_append_c(shown, '/');
		else if (*p == '/')
			g_string_append(shown, "\xe2\x88\x95"); /* a slash within a level: U+2215 */
		else
			g_string_append_c(shown, *p);
	}
	char *clean = utf8_line(str_of(shown->str));
	g_string_free(shown, TRUE);
	return clean;
}

bool folder_list_has(const struct folder_list *l, const char *raw)
{
	for (unsigned i = 0; i < l->entries->len; i++) {
		const struct listed *entry = l->entries->pdata[i];
		if (!strcmp(entry->raw, raw) && !(entry->attributes & IMAP_NONEXISTENT))
			return true;
	}
	return false;
}

static enum store_role role_of_attributes(uint32_t attributes)
{
	static const struct {
		uint32_t bit;
		enum store_role role;
	} map[] = { { IMAP_ROLE_SENT, ROLE_SENT }, { IMAP_ROLE_DRAFTS, ROLE_DRAFTS }, { IMAP_ROLE_TRASH, ROLE_TRASH },
		{ IMAP_ROLE_JUNK, ROLE_JUNK }, { IMAP_ROLE_ARCHIVE, ROLE_ARCHIVE }, { IMAP_ROLE_ALL, ROLE_ALL },
		{ IMAP_ROLE_FLAGGED, ROLE_FLAGGED } };
	for (size_t i = 0; i < G_N_ELEMENTS(map); i++)
		if (attributes & map[i].bit)
			return map[i].role;
	return ROLE_NONE;
}

/* The user's own words first: a folder of that name has the role, "none" means that nobody has it. */
static enum store_role role_of_config(const struct account *a, const char *shown, const char *raw, unsigned *decided)
{
	static const enum store_role roles[CFG_ROLES] = { [CFG_SENT] = ROLE_SENT,
		[CFG_DRAFTS] = ROLE_DRAFTS,
		[CFG_TRASH] = ROLE_TRASH,
		[CFG_JUNK] = ROLE_JUNK,
		[CFG_ARCHIVE] = ROLE_ARCHIVE };
	enum store_role role = ROLE_NONE;
	for (int i = 0; i < CFG_ROLES; i++) {
		const char *named = a->cfg->roles[i];
		if (!named)
			continue;
		*decided |= 1u << roles[i];
		if (!strcmp(named, shown) || !strcmp(named, raw))
			role = roles[i];
	}
	return role;
}

struct naming {
	struct account *account;
	GPtrArray *old; /* struct store_folder *: as cached */
	unsigned decided, taken;
	const char *prefix;
};

static void fill(struct naming *n, const struct listed *l, struct store_folder *f)
{
	g_free(f->name);
	f->name = folder_shown_name(str_of(l->raw), l->delimiter, n->prefix);
	if (!f->raw)
		f->raw = g_strdup(l->raw);
	f->account = n->account->number;
	f->delimiter = l->delimiter;
	f->flags &= FOLDER_VISITED | FOLDER_PINNED | FOLDER_SHIFTED | FOLDER_FICKLE;
	if (l->subscribed)
		f->flags |= FOLDER_SUBSCRIBED;
	if (l->counted) {
		f->exists = l->messages;
		f->unseen = l->unseen;
	}
	if (l->attributes & (IMAP_NOSELECT | IMAP_NONEXISTENT))
		f->flags |= FOLDER_NOSELECT;
	if (l->attributes & IMAP_NOINFERIORS)
		f->flags |= FOLDER_NOINFERIORS;
}

/* Sure ones in the first pass (the user's, the server's), guesses by name in the second. */
static void give_role(struct naming *n, const struct listed *l, struct store_folder *f, bool guess)
{
	enum store_role role = ROLE_NONE;
	if (str_is(str_of(l->raw), "INBOX")) {
		f->role = ROLE_INBOX;
		return;
	}
	if (f->flags & FOLDER_NOSELECT)
		return;
	if (!guess) {
		f->role = ROLE_NONE;
		role = role_of_config(n->account, f->name, l->raw, &n->decided);
		if (role == ROLE_NONE) {
			role = role_of_attributes(l->attributes);
			if (n->decided & (1u << role))
				role = ROLE_NONE;
		}
	} else if (f->role == ROLE_NONE && !strchr(f->name, '/')) {
		role = folder_role_by_name(f->name);
		if (n->decided & (1u << role))
			role = ROLE_NONE;
	}
	if (role == ROLE_NONE || (n->taken & (1u << role)))
		return;
	n->taken |= 1u << role;
	f->role = role;
}

static int mark_gone(struct naming *n, const struct folder_list *l, struct err *e)
{
	for (unsigned i = 0; i < n->old->len; i++) {
		struct store_folder *f = n->old->pdata[i];
		if (f->role == ROLE_INBOX || (f->flags & FOLDER_GONE) || g_hash_table_contains(l->names, f->raw))
			continue;
		f->flags |= FOLDER_GONE;
		if (store_folder_put(n->account->engine->store, f, e))
			return -1;
	}
	return 0;
}

static void free_folder(void *data)
{
	store_folder_clear(data);
	g_free(data);
}

int folder_list_apply(struct folder_list *l, struct account *a, struct err *e)
{
	struct store *st = a->engine->store;
	/* Some proxies say OK without a line while the mail store is away. */
	if (!l->entries->len)
		return err_set(e, ERR_ACCOUNT, ERR_REFUSED, ERR_LATER, "the server's folder list is empty");
	g_autoptr(GPtrArray) old = store_folders_new();
	g_autoptr(GPtrArray) fresh = g_ptr_array_new_with_free_func(free_folder);
	g_autofree char *prefix = NULL;
	if (a->cfg->prefix && *a->cfg->prefix) {
		char d = l->entries->len ? ((struct listed *)l->entries->pdata[0])->delimiter : '.';
		bool ended = d && a->cfg->prefix[strlen(a->cfg->prefix) - 1] == d;
		prefix = ended || !d ? g_strdup(a->cfg->prefix) : g_strdup_printf("%s%c", a->cfg->prefix, d);
	} else if (!a->cfg->prefix) {
		/* NAMESPACE may have been refused for a moment: what was told once stays. */
		prefix = g_strdup(l->prefix ? l->prefix : a->info.prefix);
	}
	g_autoptr(GHashTable) by_raw = g_hash_table_new(g_str_hash, g_str_equal);
	struct naming n = { .account = a, .old = old, .prefix = prefix };
	if (store_folders(st, a->number, old, e))
		return -1;
	for (unsigned i = 0; i < old->len; i++)
		g_hash_table_insert(by_raw, ((struct store_folder *)old->pdata[i])->raw, old->pdata[i]);
	for (unsigned i = 0; i < l->entries->len; i++) {
		const struct listed *entry = l->entries->pdata[i];
		struct store_folder *f = g_new0(struct store_folder, 1), *was = g_hash_table_lookup(by_raw, entry->raw);
		g_ptr_array_add(fresh, f);
		if (was && store_folder_get(st, was->id, f, e))
			return -1;
		fill(&n, entry, f);
		give_role(&n, entry, f, false);
	}
	for (unsigned i = 0; i < fresh->len; i++)
		give_role(&n, l->entries->pdata[i], fresh->pdata[i], true);
	for (unsigned i = 0; i < fresh->len; i++)
		if (store_folder_put(st, fresh->pdata[i], e))
			return -1;
	/* Not told though it was asked: it is asked again. */
	bool asked = a->conn && (imap_caps(connection_imap(a->conn)) & IMAP_CAP_NAMESPACE) && !a->cfg->prefix;
	g_free(a->info.prefix);
	a->info.prefix = prefix || asked ? g_strdup(prefix) : g_strdup("");
	a->listed = a->info.prefix != NULL;
	/* A list cut at its limit does not tell what is gone. */
	if (l->entries->len < IMAP_MAILBOXES_MAX && mark_gone(&n, l, e))
		return -1;
	return account_save(a, e);
}

bool folder_counts(struct account *a, const struct imap_event *status, struct err *e)
{
	struct store *st = a->engine->store;
	struct store_folder f = { 0 };
	struct err unknown = ERR_INIT;
	bool changed = false;
	if (!store_folder_find(st, a->number, status->u.status.name, &f, &unknown)) {
		uint32_t exists = status->u.status.has_messages ? status->u.status.messages : f.exists;
		uint32_t unseen = status->u.status.has_unseen ? status->u.status.unseen : f.unseen;
		changed = exists != f.exists || unseen != f.unseen;
		f.exists = exists;
		f.unseen = unseen;
		if (changed && store_folder_put(st, &f, e))
			changed = false;
	}
	err_clear(&unknown);
	store_folder_clear(&f);
	return changed;
}

int folder_find(struct account *a, const char *name, struct store_folder *out, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	bool inbox = !name || !strcmp(name, ".") || !g_ascii_strcasecmp(name, "inbox");
	struct store_folder *near = NULL, *hit = NULL;
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len && !hit; i++) {
		struct store_folder *f = all->pdata[i];
		if (f->flags & FOLDER_GONE)
			continue;
		if (inbox ? f->role == ROLE_INBOX : !strcmp(f->name, name))
			hit = f;
		else if (!inbox && !near && !g_ascii_strcasecmp(f->name, name))
			near = f;
	}
	if (!hit)
		hit = near;
	if (!hit)
		return err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no folder '%s' is known", name ? name : "Inbox");
	return store_folder_get(a->engine->store, hit->id, out, e);
}
