/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From names as people write them to names of the server. */
#include "engine/internal.h"

#include <string.h>

char folder_delimiter(struct account *a)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	struct err e = ERR_INIT;
	char found = 0;
	if (store_folders(a->engine->store, a->number, all, &e))
		err_clear(&e);
	for (unsigned i = 0; i < all->len && !found; i++)
		found = ((const struct store_folder *)all->pdata[i])->delimiter;
	return found ? found : '/';
}

/* So many levels of a path, without what follows. */
static char *levels_of(const char *path, char delimiter, unsigned n)
{
	const char *p = path;
	for (; *p; p++)
		if (*p == delimiter && !--n)
			break;
	return g_strndup(path, (gsize)(p - path));
}

/* The server's name for the first levels of a folder in a namespace that is not the user's own; NULL: it is in none. */
static char *foreign_head(struct account *a, char *const *levels, unsigned *taken_out, char *delimiter_out)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	struct err e = ERR_INIT;
	char *best = NULL;
	*taken_out = 0;
	if (store_folders(a->engine->store, a->number, all, &e))
		err_clear(&e);
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		g_auto(GStrv) theirs = g_strsplit(f->name, "/", -1);
		unsigned same = 0;
		while ((f->flags & FOLDER_FOREIGN) && levels[same] && theirs[same] &&
			!strcmp(levels[same], theirs[same]))
			same++;
		if (same <= *taken_out)
			continue;
		*taken_out = same;
		*delimiter_out = f->delimiter;
		g_free(best);
		best = levels_of(f->raw, f->delimiter, same);
	}
	return best;
}

char *folder_raw_name(struct account *a, const char *shown, struct err *e)
{
	char delimiter = folder_delimiter(a);
	const char *prefix = a->info.prefix ? a->info.prefix : "";
	g_auto(GStrv) levels = g_strsplit(shown, "/", -1);
	g_autoptr(GString) raw = g_string_new(NULL);
	bool below_inbox = levels[0] && !g_ascii_strcasecmp(levels[0], "inbox");
	unsigned taken = 0;
	g_autofree char *head = below_inbox ? NULL : foreign_head(a, levels, &taken, &delimiter);
	if (!below_inbox)
		g_string_append(raw, head ? head : prefix);
	for (unsigned i = taken; levels[i]; i++) {
		g_autofree char *level = *levels[i] ? imap_name_encode(levels[i]) : NULL;
		/* What the name holds of the server's own delimiter would make another level of it. */
		if (!level || strchr(level, delimiter) || strlen(raw->str) + strlen(level) > IMAP_NAME_MAX) {
			err_set(e, ERR_FOLDER, ERR_INPUT, ERR_NEVER, "'%s' is no name for a folder here", shown);
			return NULL;
		}
		if (i)
			g_string_append_c(raw, delimiter);
		g_string_append(raw, !i && below_inbox ? "INBOX" : level);
	}
	return g_strdup(raw->str);
}

uint32_t folder_role_bit(enum store_role role)
{
	switch (role) {
	case ROLE_SENT: return IMAP_ROLE_SENT;
	case ROLE_DRAFTS: return IMAP_ROLE_DRAFTS;
	case ROLE_TRASH: return IMAP_ROLE_TRASH;
	case ROLE_JUNK: return IMAP_ROLE_JUNK;
	case ROLE_ARCHIVE: return IMAP_ROLE_ARCHIVE;
	default: return 0;
	}
}
