/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's mailbox list made into folders of the cache: names as people read them, the personal namespace's
 * prefix hidden, other users' and shared folders told apart, roles found, folders known again under a new name. */
#include "engine/changes.h"

#include <string.h>

#include "base/utf8.h"

#define SPACES_MOST 32   /* namespaces that are looked at */
#define NEW_IDS_MOST 100 /* new folders that are asked whether they are known by another name */
#define RENAMES_MOST 100 /* of one list */

struct space { /* a namespace */
	enum imap_ns kind;
	char *prefix;
	char delimiter;
	bool clashes; /* its head is called like one of the user's own folders */
};

struct listed {
	char *raw;
	size_t raw_n;
	char delimiter;
	uint32_t attributes;
	bool subscribed;
	bool counted; /* LIST-STATUS told: */
	uint32_t messages, unseen;
	bool sized;
	uint64_t size;
	char *rights, *mailboxid;  /* NULL: not told */
	const struct space *space; /* NULL: not known to be in any */
};

struct folder_list {
	GPtrArray *entries; /* struct listed * */
	GHashTable *names;  /* raw name -> entry */
	GArray *spaces;     /* struct space, as told; empty: not told */
	bool asked_more;
};

static void listed_free(void *data)
{
	struct listed *l = data;
	g_free(l->raw);
	g_free(l->rights);
	g_free(l->mailboxid);
	g_free(l);
}

static void space_clear(void *data)
{
	g_free(((struct space *)data)->prefix);
}

struct folder_list *folder_list_new(void)
{
	struct folder_list *l = g_new0(struct folder_list, 1);
	l->entries = g_ptr_array_new_with_free_func(listed_free);
	l->names = g_hash_table_new(g_str_hash, g_str_equal);
	l->spaces = g_array_new(FALSE, TRUE, sizeof(struct space));
	g_array_set_clear_func(l->spaces, space_clear);
	return l;
}

void folder_list_free(struct folder_list *l)
{
	if (!l)
		return;
	g_hash_table_unref(l->names);
	g_ptr_array_unref(l->entries);
	g_array_unref(l->spaces);
	g_free(l);
}

/* --- what is told --- */

static struct listed *listed_of(const struct folder_list *l, struct str name)
{
	g_autofree char *raw = str_dup(name);
	return g_hash_table_lookup(l->names, raw);
}

static void take_counts(struct folder_list *l, const struct imap_event *ev)
{
	struct listed *e = listed_of(l, ev->u.status.name);
	if (!e)
		return;
	if (ev->u.status.mailboxid.n) {
		g_free(e->mailboxid);
		e->mailboxid = str_dup(ev->u.status.mailboxid);
	}
	if (ev->u.status.has_size) {
		e->sized = true;
		e->size = ev->u.status.size;
	}
	if (!ev->u.status.has_messages)
		return;
	e->counted = true;
	e->messages = ev->u.status.messages;
	e->unseen = ev->u.status.unseen;
}

static void take_rights(struct folder_list *l, const struct imap_event *ev)
{
	struct listed *e = listed_of(l, ev->u.rights.name);
	if (!e)
		return;
	g_free(e->rights);
	e->rights = limits_letters(ev->u.rights.rights);
}

static void take_space(struct folder_list *l, const struct imap_event *ev)
{
	struct space space = { .kind = ev->u.ns.kind, .delimiter = ev->u.ns.delimiter };
	if (l->spaces->len >= SPACES_MOST)
		return;
	space.prefix = str_dup(ev->u.ns.prefix);
	g_array_append_val(l->spaces, space);
}

void folder_list_event(struct folder_list *l, const struct imap_event *ev)
{
	if (ev->type == IMAP_STATUS)
		take_counts(l, ev);
	else if (ev->type == IMAP_RIGHTS)
		take_rights(l, ev);
	else if (ev->type == IMAP_NAMESPACE)
		take_space(l, ev);
	/* What lies in a namespace of its own may be told twice. */
	if (ev->type != IMAP_LIST || l->entries->len >= IMAP_MAILBOXES_MAX || listed_of(l, ev->u.list.name))
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

/* --- namespaces (RFC 2342) --- */

static const struct space *space_at(const struct folder_list *l, unsigned i)
{
	return &g_array_index(l->spaces, struct space, i);
}

/* NULL: none was told. */
static const char *personal_prefix(const struct folder_list *l)
{
	for (unsigned i = 0; i < l->spaces->len; i++)
		if (space_at(l, i)->kind == IMAP_NS_PERSONAL)
			return space_at(l, i)->prefix;
	return NULL;
}

/* Octets of the head's own name: the prefix without the delimiter behind it. */
static size_t head_size(const struct space *s)
{
	size_t n = strlen(s->prefix);
	return n && s->delimiter && s->prefix[n - 1] == s->delimiter ? n - 1 : n;
}

/* How far the name speaks for this namespace; 0: it does not. */
static size_t speaks_for(const struct space *s, const char *raw)
{
	size_t n = strlen(s->prefix), head = head_size(s);
	if (!strncmp(raw, s->prefix, n))
		return n + 1;
	bool is_head = s->kind != IMAP_NS_PERSONAL && strlen(raw) == head && !strncmp(raw, s->prefix, head);
	return is_head ? head + 1 : 0;
}

static const struct space *space_of(const struct folder_list *l, const char *raw)
{
	const struct space *best = NULL;
	size_t most = 0;
	/* It is the user's own in whatever namespace the server counts it. */
	if (!g_ascii_strcasecmp(raw, "INBOX"))
		return NULL;
	for (unsigned i = 0; i < l->spaces->len; i++) {
		size_t n = speaks_for(space_at(l, i), raw);
		if (n > most) {
			most = n;
			best = space_at(l, i);
		}
	}
	return best;
}

static unsigned space_flag(const struct space *s)
{
	if (!s || s->kind == IMAP_NS_PERSONAL)
		return 0;
	return s->kind == IMAP_NS_OTHER ? FOLDER_OTHER : FOLDER_SHARED;
}

static char *first_level(const char *shown)
{
	return g_strndup(shown, strcspn(shown, "/"));
}

/* Each entry's namespace, and which heads would be taken for a folder of the user's own. */
static void sort_out(struct folder_list *l, const char *prefix)
{
	g_autoptr(GHashTable) own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned i = 0; i < l->entries->len; i++) {
		struct listed *entry = l->entries->pdata[i];
		entry->space = space_of(l, entry->raw);
		if (space_flag(entry->space))
			continue;
		g_autofree char *shown = folder_shown_name(str_of(entry->raw), entry->delimiter, prefix);
		g_hash_table_add(own, first_level(shown));
	}
	for (unsigned i = 0; i < l->spaces->len; i++) {
		struct space *s = &g_array_index(l->spaces, struct space, i);
		g_autofree char *shown = folder_shown_name(str_of(s->prefix), s->delimiter, NULL);
		g_autofree char *head = first_level(shown);
		s->clashes = space_flag(s) && g_hash_table_contains(own, head);
	}
}

static char *name_of(const struct listed *entry, const char *prefix)
{
	if (!space_flag(entry->space))
		return folder_shown_name(str_of(entry->raw), entry->delimiter, prefix);
	char *name = folder_shown_name(str_of(entry->raw), entry->delimiter, NULL);
	if (!entry->space->clashes)
		return name;
	char *apart = g_strconcat("#", name, NULL);
	g_free(name);
	return apart;
}

static bool is_listed(const struct folder_list *l, const struct space *s)
{
	for (unsigned i = 0; i < l->entries->len; i++)
		if (speaks_for(s, ((const struct listed *)l->entries->pdata[i])->raw))
			return true;
	return false;
}

/* --- a folder known by another name (RFC 8474) --- */

static bool may_be_renamed(const struct folder_list *l, const GPtrArray *old)
{
	for (unsigned i = 0; i < old->len; i++) {
		const struct store_folder *f = old->pdata[i];
		if (f->mailboxid && !g_hash_table_contains(l->names, f->raw))
			return true;
	}
	return false;
}

/* Raw names of the folders that are cached and not gone; borrowed from old. */
static GHashTable *cached_names(const GPtrArray *old)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = 0; i < old->len; i++) {
		const struct store_folder *f = old->pdata[i];
		if (!(f->flags & FOLDER_GONE))
			g_hash_table_add(names, f->raw);
	}
	return names;
}

static bool ask_ids(struct folder_list *l, struct job *j, const GPtrArray *old)
{
	g_autoptr(GHashTable) cached = cached_names(old);
	unsigned asked = 0;
	if (!(imap_caps(job_imap(j)) & IMAP_CAP_OBJECTID) || !may_be_renamed(l, old))
		return false;
	for (unsigned i = 0; i < l->entries->len && asked < NEW_IDS_MOST; i++) {
		const struct listed *entry = l->entries->pdata[i];
		if (entry->mailboxid || (entry->attributes & (IMAP_NOSELECT | IMAP_NONEXISTENT)) ||
			g_hash_table_contains(cached, entry->raw))
			continue;
		job_command(j, imap_status(job_imap(j), str_of(entry->raw)));
		asked++;
	}
	return asked;
}

bool folder_list_more(struct folder_list *l, struct job *j, bool counts)
{
	g_autoptr(GPtrArray) old = store_folders_new();
	struct err e = ERR_INIT;
	bool asked = false;
	if (l->asked_more || !l->entries->len)
		return false;
	l->asked_more = true;
	for (unsigned i = 0; i < l->spaces->len; i++) {
		const struct space *s = space_at(l, i);
		if (!space_flag(s) || !*s->prefix || is_listed(l, s))
			continue;
		job_command(j, imap_list_all(job_imap(j), str_of(s->prefix), counts));
		asked = true;
	}
	if (!store_folders(j->account->engine->store, j->account->number, old, &e))
		asked = ask_ids(l, j, old) || asked;
	err_clear(&e);
	return asked;
}

/* What was called so is called as the entry now: its number and all it holds stay. */
static int follow(
	struct account *a, const struct store_folder *f, const struct listed *entry, const char *prefix, struct err *e)
{
	g_autofree char *name = name_of(entry, prefix);
	struct store_change renaming = { .folder = f->raw, .target = entry->raw };
	if (store_folder_name(a->engine->store, f->id, entry->raw, name, e))
		return -1;
	changes_follow(a, &renaming, f->delimiter);
	if (!g_strcmp0(a->watched, f->name)) {
		g_free(a->watched);
		a->watched = g_steal_pointer(&name);
	}
	return 0;
}

/* MAILBOXID -> the entry, of names that are not in the cache. */
static GHashTable *new_ids(const struct folder_list *l, const GPtrArray *old)
{
	g_autoptr(GHashTable) cached = cached_names(old);
	GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = 0; i < l->entries->len; i++) {
		struct listed *entry = l->entries->pdata[i];
		if (entry->mailboxid && !g_hash_table_contains(cached, entry->raw))
			g_hash_table_insert(ids, entry->mailboxid, entry);
	}
	return ids;
}

/* Folders below one that was renamed follow it, so that what is cached is read anew after each. */
static int follow_renamed(const struct folder_list *l, struct account *a, const char *prefix, struct err *e)
{
	for (unsigned round = 0; round < RENAMES_MOST; round++) {
		g_autoptr(GPtrArray) old = store_folders_new();
		bool followed = false;
		if (store_folders(a->engine->store, a->number, old, e))
			return -1;
		g_autoptr(GHashTable) ids = new_ids(l, old);
		for (unsigned i = 0; i < old->len && !followed && g_hash_table_size(ids); i++) {
			const struct store_folder *f = old->pdata[i];
			bool moved = f->mailboxid && !g_hash_table_contains(l->names, f->raw);
			const struct listed *now = moved ? g_hash_table_lookup(ids, f->mailboxid) : NULL;
			followed = now;
			if (now && follow(a, f, now, prefix, e))
				return -1;
		}
		if (!followed)
			break;
	}
	return 0;
}

/* --- into the cache --- */

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

static bool is_named(const GPtrArray *names, const char *shown)
{
	for (unsigned i = 0; i < names->len; i++)
		if (!strcmp(names->pdata[i], shown))
			return true;
	return false;
}

/* The inbox is always looked at. */
static unsigned tier_flags(const struct account *a, const char *shown)
{
	if (!strcmp(shown, "Inbox"))
		return 0;
	return (is_named(a->cfg->pinned, shown) ? FOLDER_PINNED : 0) |
	       (is_named(a->cfg->skipped, shown) ? FOLDER_SKIPPED : 0);
}

int folders_mark_tiers(struct account *a, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len; i++) {
		struct store_folder *f = all->pdata[i];
		unsigned flags = (f->flags & ~(FOLDER_PINNED | FOLDER_SKIPPED)) | tier_flags(a, f->name);
		if (flags == f->flags)
			continue;
		f->flags = flags;
		if (store_folder_put(a->engine->store, f, e))
			return -1;
	}
	return 0;
}

struct naming {
	struct account *account;
	GPtrArray *old; /* struct store_folder *: as cached */
	unsigned decided, taken;
	const char *prefix;
	bool told; /* which namespaces there are */
};

static void replace(char **at, const char *with)
{
	if (!with)
		return;
	g_free(*at);
	*at = g_strdup(with);
}

static void fill(struct naming *n, const struct listed *l, struct store_folder *f)
{
	/* What is another's keeps its name while nobody says which namespaces there are. */
	if (n->told || !(f->flags & FOLDER_FOREIGN)) {
		g_free(f->name);
		f->name = name_of(l, n->prefix);
	}
	if (!f->raw)
		f->raw = g_strdup(l->raw);
	f->account = n->account->number;
	f->delimiter = l->delimiter;
	f->flags &= FOLDER_VISITED | FOLDER_SHIFTED | FOLDER_FICKLE | (n->told ? 0 : FOLDER_FOREIGN);
	f->flags |= space_flag(l->space) | tier_flags(n->account, f->name);
	replace(&f->rights, l->rights);
	replace(&f->mailboxid, l->mailboxid);
	if (l->sized) {
		f->sized = true;
		f->size = l->size;
	}
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
	bool own = !(f->flags & FOLDER_FOREIGN);
	if (!guess) {
		f->role = ROLE_NONE;
		role = role_of_config(n->account, f->name, l->raw, &n->decided);
		if (role == ROLE_NONE && own) {
			role = role_of_attributes(l->attributes);
			if (n->decided & (1u << role))
				role = ROLE_NONE;
		}
	} else if (f->role == ROLE_NONE && own && !strchr(f->name, '/')) {
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
		prefix = g_strdup(personal_prefix(l) ? personal_prefix(l) : a->info.prefix);
	}
	sort_out(l, prefix);
	g_autoptr(GHashTable) by_raw = g_hash_table_new(g_str_hash, g_str_equal);
	struct naming n = { .account = a, .old = old, .prefix = prefix, .told = l->spaces->len };
	if (follow_renamed(l, a, prefix, e) || store_folders(st, a->number, old, e))
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

static char *ev_id(const struct imap_event *status)
{
	return status->u.status.mailboxid.n ? str_dup(status->u.status.mailboxid) : NULL;
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
		g_autofree char *id = ev_id(status);
		bool more = (id && g_strcmp0(id, f.mailboxid)) ||
			    (status->u.status.has_size && (!f.sized || f.size != status->u.status.size));
		changed = exists != f.exists || unseen != f.unseen;
		f.exists = exists;
		f.unseen = unseen;
		replace(&f.mailboxid, id);
		if (status->u.status.has_size) {
			f.sized = true;
			f.size = status->u.status.size;
		}
		if ((changed || more) && store_folder_put(st, &f, e))
			changed = false;
	}
	err_clear(&unknown);
	store_folder_clear(&f);
	return changed;
}

static int find(struct account *a, const char *name, bool gone_too, struct store_folder *out, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	bool inbox = !name || !strcmp(name, ".") || !g_ascii_strcasecmp(name, "inbox");
	struct store_folder *near = NULL, *hit = NULL, *gone = NULL;
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len && !hit; i++) {
		struct store_folder *f = all->pdata[i];
		if (f->flags & FOLDER_GONE) {
			gone = name && !strcmp(f->name, name) ? f : gone;
			continue;
		}
		if (inbox ? f->role == ROLE_INBOX : !strcmp(f->name, name))
			hit = f;
		else if (!inbox && !near && !g_ascii_strcasecmp(f->name, name))
			near = f;
	}
	if (!hit)
		hit = near;
	if (!hit && gone_too)
		hit = gone;
	if (!hit && gone)
		return err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "the server has no folder '%s' any more", name);
	if (!hit)
		return err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no folder '%s' is known", name ? name : "Inbox");
	return store_folder_get(a->engine->store, hit->id, out, e);
}

int folder_find(struct account *a, const char *name, struct store_folder *out, struct err *e)
{
	return find(a, name, false, out, e);
}

int folder_find_cached(struct account *a, const char *name, struct store_folder *out, struct err *e)
{
	return find(a, name, true, out, e);
}
