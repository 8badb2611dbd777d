/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses that may be taken for others. */
#include "compose/compose.h"

#include "base/idn.h"
#include "base/utf8.h"
#include "compose/internal.h"

#define NEAR_PAIRS_MAX 1000000
#define NEAR_LEAST 5 /* letters of a domain that can be mistyped for another */

/* What letters of other scripts, and digits, are taken for. */
char *lookalike_skeleton(const char *text)
{
	static const struct {
		gunichar c;
		char like;
	} alike[] = { { '0', 'o' }, { '1', 'l' }, { 'i', 'l' }, { '5', 's' }, { 0x430, 'a' }, { 0x435, 'e' },
		{ 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x456, 'l' },
		{ 0x455, 's' }, { 0x458, 'j' }, { 0x4bb, 'h' }, { 0x501, 'd' }, { 0x51b, 'q' }, { 0x51d, 'w' },
		{ 0x3b1, 'a' }, { 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3bd, 'v' }, { 0x3b9, 'l' }, { 0x131, 'l' },
		{ 0x261, 'g' }, { 0x4cf, 'l' } };
	g_autofree char *valid = utf8_make_valid(str_of(text));
	g_autofree char *lower = g_utf8_strdown(valid, -1);
	GString *out = g_string_new(NULL);
	for (const char *p = lower; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		for (size_t i = 0; i < G_N_ELEMENTS(alike); i++)
			if (alike[i].c == c) {
				c = (gunichar)alike[i].like;
				break;
			}
		g_string_append_unichar(out, c);
	}
	g_string_replace(out, "rn", "m", 0);
	g_string_replace(out, "vv", "w", 0);
	return g_string_free(out, FALSE);
}

static char *skeleton(const char *addr)
{
	const char *domain = addr_domain(addr);
	g_autofree char *unicode = idn_to_unicode(domain);
	g_autofree char *whole = g_strdup_printf("%.*s%s", (int)(domain - addr), addr, unicode);
	return lookalike_skeleton(whole);
}

/* Keys of addresses; values: the addresses, borrowed. */
static GHashTable *keys_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

struct lookalikes {
	GHashTable *keys;      /* of what was written to */
	GHashTable *skeletons; /* -> address */
	GHashTable *domains;   /* lower case, as people read them */
	size_t pairs;          /* of domains compared */
};

char *plain_domain(const char *addr)
{
	g_autofree char *unicode = idn_to_unicode(addr_domain(addr));
	return g_utf8_strdown(unicode, -1);
}

struct lookalikes *lookalikes_new(const GPtrArray *addrs)
{
	struct lookalikes *k = g_new(struct lookalikes, 1);
	*k = (struct lookalikes){ keys_new(), keys_new(), keys_new(), 0 };
	for (guint i = 0; i < addrs->len; i++) {
		char *addr = addrs->pdata[i];
		if (!utf8_valid(str_of(addr)))
			continue;
		g_hash_table_insert(k->keys, addr_key(addr), addr);
		g_hash_table_insert(k->skeletons, skeleton(addr), addr);
		g_hash_table_add(k->domains, plain_domain(addr));
	}
	return k;
}

void lookalikes_free(struct lookalikes *k)
{
	if (!k)
		return;
	g_hash_table_unref(k->keys);
	g_hash_table_unref(k->skeletons);
	g_hash_table_unref(k->domains);
	g_free(k);
}

/* A known address with the same local part at a domain one letter off; borrowed. */
static const char *find_near_domain(struct lookalikes *k, const char *addr)
{
	g_autofree char *domain = plain_domain(addr);
	const char *at = addr_domain(addr);
	GHashTableIter each;
	void *other;
	if (g_hash_table_contains(k->domains, domain) || strlen(domain) < NEAR_LEAST)
		return NULL;
	g_hash_table_iter_init(&each, k->domains);
	while (k->pairs < NEAR_PAIRS_MAX && g_hash_table_iter_next(&each, &other, NULL)) {
		k->pairs++;
		if (!is_near(domain, other))
			continue;
		g_autofree char *there = g_strdup_printf("%.*s%s", (int)(at - addr), addr, (char *)other);
		g_autofree char *key = addr_key(there);
		const char *found = g_hash_table_lookup(k->keys, key);
		if (found)
			return found;
	}
	return NULL;
}

const char *lookalikes_find(struct lookalikes *k, const char *addr)
{
	if (!utf8_valid(str_of(addr)))
		return NULL;
	g_autofree char *key = addr_key(addr), *bones = skeleton(addr);
	if (g_hash_table_contains(k->keys, key))
		return NULL;
	const char *like = g_hash_table_lookup(k->skeletons, bones);
	g_autofree char *like_key = like ? addr_key(like) : NULL;
	/* Only the case of the local part differs: the same person. */
	if (like_key && !g_ascii_strcasecmp(like_key, key))
		return NULL;
	return like ? like : find_near_domain(k, addr);
}
