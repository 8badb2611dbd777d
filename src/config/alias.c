/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

#define ALIAS_NAMES_COMPARED 1000

/* A word of an alias that names another. */
struct alias_use {
	guint owner;        /* index of the alias where it stands */
	guint target_index; /* index and 1; 0: no such alias */
	const char *target; /* borrowed from the alias */
	struct mark at;
};

GArray *cfg_alias_uses_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct alias_use));
}

/* The alias of that name, made when it is new. */
static guint alias_get(struct parser *p, const char *name)
{
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(p->alias_index, name));
	if (number)
		return number - 1;
	struct cfg_alias *a = g_new0(struct cfg_alias, 1);
	a->name = g_strdup(name);
	a->members = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(p->cfg->aliases, a);
	g_hash_table_insert(p->alias_index, a->name, GUINT_TO_POINTER(p->cfg->aliases->len));
	return p->cfg->aliases->len - 1;
}

static void add_member(struct parser *p, guint owner, char *member)
{
	const struct cfg_alias *a = p->cfg->aliases->pdata[owner];
	g_ptr_array_add(a->members, member);
}

/* "Name" <addr>, so that it can be read as an address again. */
static char *mailbox_text(const GString *name, const char *addr)
{
	GString *out = g_string_new("\"");
	for (const char *c = name->str; *c; c++) {
		if (*c == '"' || *c == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *c);
	}
	g_string_append_printf(out, "\" <%s>", addr);
	return g_string_free(out, FALSE);
}

static void add_plain(struct parser *p, guint owner, const struct word *w)
{
	size_t n = strlen(w->text);
	while (n && w->text[n - 1] == ',')
		n--;
	if (!n)
		return;
	struct str member = { w->text, n };
	bool address = memchr(member.p, '@', n) != NULL;
	if (address && !cfg_value_address(member)) {
		g_autofree char *said = cfg_quote_word(w);
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("%s is no address"), said);
		return;
	}
	char *kept = str_dup(member);
	add_member(p, owner, kept);
	if (!address) {
		struct alias_use use = { owner, 0, kept, w->at };
		g_array_append_val(p->alias_uses, use);
	}
}

/* <addr> with the words from `name` up to it as its name. */
static void add_bracketed(struct parser *p, guint owner, const struct word *name, const struct word *w)
{
	size_t n = strlen(w->text);
	while (n && w->text[n - 1] == ',')
		n--;
	struct str addr = n > 2 && w->text[n - 1] == '>' ? (struct str){ w->text + 1, n - 2 } : (struct str){ 0 };
	if (!cfg_value_address(addr)) {
		g_autofree char *said = cfg_quote_word(w);
		cfg_complain(p, CFG_ERROR, &w->at, _("as in <ana@duarte.example>"), _("%s is no address"), said);
		return;
	}
	g_autofree char *text = str_dup(addr);
	g_autoptr(GString) phrase = g_string_new(NULL);
	for (; name < w; name++)
		g_string_append_printf(phrase, "%s%s", phrase->len ? " " : "", name->text);
	add_member(p, owner, phrase->len ? mailbox_text(phrase, text) : g_steal_pointer(&text));
}

static void add_each(struct parser *p, guint owner, const struct word *from, const struct word *to)
{
	for (; from < to; from++)
		add_plain(p, owner, from);
}

void cfg_take_alias(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	const struct word *name = s->word + 1, *end = s->word + s->n;
	if (!*name->text || strpbrk(name->text, "@<>,\" ")) {
		g_autofree char *said = cfg_quote_word(name);
		cfg_complain(p, CFG_ERROR, &name->at, NULL, _("%s cannot be the name of an alias"), said);
		return;
	}
	guint owner = alias_get(p, name->text);
	const struct word *open = name + 1; /* words from here on may be the name of an address in <> */
	for (const struct word *w = open; w < end; w++) {
		if (!w->quoted && w->text[0] == '<') {
			add_bracketed(p, owner, open, w);
			open = w + 1;
		} else if (w->quoted) {
			add_each(p, owner, open, w);
			open = w;
		} else if (strpbrk(w->text, "@,")) {
			add_each(p, owner, open, w + 1);
			open = w + 1;
		}
	}
	add_each(p, owner, open, end);
}

/* --- when all are known --- */

static void unknown_target(struct parser *p, const struct alias_use *use)
{
	GPtrArray *aliases = p->cfg->aliases;
	guint n = MIN(aliases->len, ALIAS_NAMES_COMPARED);
	g_autofree const char **names = g_new(const char *, n);
	for (guint i = 0; i < n; i++)
		names[i] = ((const struct cfg_alias *)aliases->pdata[i])->name;
	struct word w = { .text = (char *)use->target, .at = use->at };
	g_autofree char *said = cfg_quote_word(&w);
	g_autofree char *hint = p->dropped ? NULL : cfg_did_you_mean(cfg_nearest(use->target, names, n));
	cfg_complain(p, CFG_WARNING, &use->at, hint, _("%s is neither an address nor an alias"), said);
}

static int by_owner(const void *a, const void *b)
{
	const struct alias_use *x = a, *y = b;
	return (x->owner > y->owner) - (x->owner < y->owner);
}

/* Walking down from alias to alias, with a stack of our own: a chain may be as long as the file. */
struct walk {
	struct parser *p;
	const struct alias_use *uses;
	guint *start; /* per alias and one more: where its uses begin */
	guint *next;  /* per alias: the use to look at next */
	char *state;  /* per alias: NEW, .. */
	GArray *way;  /* guint: the aliases from the root down */
};

enum { NEW, ON_THE_WAY, DONE };

static void loop_found(struct walk *k, const struct alias_use *back)
{
	const struct alias_use *first = k->uses + k->next[back->target_index - 1] - 1;
	g_autofree char *hint = first == back ? NULL : cfg_first_here(&back->at, &first->at);
	cfg_complain(k->p, CFG_ERROR, &back->at, hint, _("alias '%s' leads back to itself"), back->target);
}

static void walk_enter(struct walk *k, guint alias)
{
	k->state[alias] = ON_THE_WAY;
	g_array_append_val(k->way, alias);
}

static void walk_step(struct walk *k)
{
	guint alias = g_array_index(k->way, guint, k->way->len - 1);
	if (k->next[alias] == k->start[alias + 1]) {
		k->state[alias] = DONE;
		g_array_set_size(k->way, k->way->len - 1);
		return;
	}
	const struct alias_use *use = k->uses + k->next[alias]++;
	if (!use->target_index)
		return;
	if (k->state[use->target_index - 1] == ON_THE_WAY)
		loop_found(k, use);
	else if (k->state[use->target_index - 1] == NEW)
		walk_enter(k, use->target_index - 1);
}

static void walk_all(struct walk *k, guint aliases)
{
	for (guint i = 0; i < aliases; i++) {
		if (k->state[i] == NEW)
			walk_enter(k, i);
		while (k->way->len)
			walk_step(k);
	}
}

void cfg_aliases_check(struct parser *p)
{
	GArray *uses = p->alias_uses;
	guint n = p->cfg->aliases->len;
	g_autofree guint *start = g_new0(guint, n + 1), *next = g_new(guint, n + 1);
	g_autofree char *state = g_new0(char, n + 1);
	g_array_sort(uses, by_owner);
	for (guint i = 0; i < uses->len; i++) {
		struct alias_use *use = &g_array_index(uses, struct alias_use, i);
		use->target_index = GPOINTER_TO_UINT(g_hash_table_lookup(p->alias_index, use->target));
		if (!use->target_index)
			unknown_target(p, use);
		start[use->owner + 1]++;
	}
	for (guint i = 0; i < n; i++)
		start[i + 1] += start[i];
	memcpy(next, start, (n + 1) * sizeof(*next));
	struct walk k = { p, (const struct alias_use *)(void *)uses->data, start, next, state,
		g_array_new(FALSE, FALSE, sizeof(guint)) };
	walk_all(&k, n);
	g_array_unref(k.way);
}
