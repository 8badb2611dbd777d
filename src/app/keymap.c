/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From keys to commands: a preset, and the user's lines over it. */
#include "app/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

struct binding {
	uint32_t keys[APP_CHORD_MAX];
	size_t n;
	enum app_command command;
	GArray *macro; /* struct macro_step; NULL: none */
	char *written; /* the macro, as it is in the mailrc */
};

struct keymap {
	GArray *bindings[CTX_COUNT]; /* struct binding, the preset's first, then in the order of the table */
};

/* --- names of keys --- */
static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Enter", APP_KEY_ENTER },
	{ "Esc", APP_KEY_ESC },
	{ "Tab", APP_KEY_TAB },
	{ "BackTab", APP_KEY_BACKTAB },
	{ "Space", ' ' },
	{ "BS", APP_KEY_BACKSPACE },
	{ "Up", APP_KEY_UP },
	{ "Down", APP_KEY_DOWN },
	{ "Left", APP_KEY_LEFT },
	{ "Right", APP_KEY_RIGHT },
	{ "Home", APP_KEY_HOME },
	{ "End", APP_KEY_END },
	{ "PgUp", APP_KEY_PAGE_UP },
	{ "PgDn", APP_KEY_PAGE_DOWN },
	{ "Ins", APP_KEY_INSERT },
	{ "Del", APP_KEY_DELETE },
	{ "F10", APP_KEY_F1 + 9 },
	{ "F11", APP_KEY_F1 + 10 },
	{ "F12", APP_KEY_F1 + 11 },
	{ "F1", APP_KEY_F1 },
	{ "F2", APP_KEY_F1 + 1 },
	{ "F3", APP_KEY_F1 + 2 },
	{ "F4", APP_KEY_F1 + 3 },
	{ "F5", APP_KEY_F1 + 4 },
	{ "F6", APP_KEY_F1 + 5 },
	{ "F7", APP_KEY_F1 + 6 },
	{ "F8", APP_KEY_F1 + 7 },
	{ "F9", APP_KEY_F1 + 8 },
};

char *key_name(uint32_t key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].key == key)
			return g_strdup(names[i].name);
	if (key < 0x20)
		return g_strdup_printf("^%c", (int)(key + '@'));
	GString *s = g_string_new(NULL);
	g_string_append_unichar(s, g_unichar_validate(key) ? key : 0xfffd);
	return g_string_free(s, FALSE);
}

/* The key written at p; the octets it took, 0 at nonsense. */
static size_t one_key(const char *p, uint32_t *key_out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_str_has_prefix(p, names[i].name)) {
			*key_out = names[i].key;
			return strlen(names[i].name);
		}
	}
	if (p[0] == '^' && p[1] >= '@' && p[1] <= '_') {
		*key_out = (uint32_t)(p[1] - '@');
		return 2;
	}
	gunichar c = g_utf8_get_char_validated(p, -1);
	if (c == (gunichar)-1 || c == (gunichar)-2 || c <= 0x20 || c == 0x7f)
		return 0;
	*key_out = c;
	return (size_t)(g_utf8_next_char(p) - p);
}

size_t key_parse(const char *text, uint32_t keys[APP_CHORD_MAX])
{
	size_t n = 0;
	while (*text) {
		size_t took = n < APP_CHORD_MAX ? one_key(text, &keys[n]) : 0;
		if (!took)
			return 0;
		text += took;
		n++;
	}
	return n;
}

char *key_names(const uint32_t *keys, size_t n)
{
	GString *out = g_string_new(NULL);
	bool after_word = false;
	for (size_t i = 0; i < n; i++) {
		g_autofree char *name = key_name(keys[i]);
		bool word = name[1] && name[0] != '^';
		g_string_append_printf(out, "%s%s", i && (word || after_word) ? " " : "", name);
		after_word = word;
	}
	return g_string_free(out, FALSE);
}

/* --- macros --- */

static uint32_t key_between(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!g_ascii_strcasecmp(names[i].name, name))
			return names[i].key;
	gunichar c = g_utf8_get_char_validated(name, -1);
	bool one = c != (gunichar)-1 && c != (gunichar)-2 && !*g_utf8_next_char(name);
	return one && c > 0x20 && c != 0x7f ? c : 0;
}

/* "<Enter>" a key, "<archive>" a command, "<<>" the sign itself. The octets it took; 0: it is none. */
static size_t bracketed(const char *p, struct macro_step *out)
{
	const char *end = p[1] ? strchr(p + 2, '>') : NULL;
	if (!end)
		return 0;
	g_autofree char *name = g_strndup(p + 1, (gsize)(end - p - 1));
	*out = (struct macro_step){ .key = key_between(name) };
	if (!out->key)
		out->command = app_command_find(name);
	return out->key || out->command ? (size_t)(end + 1 - p) : 0;
}

static size_t one_step(const char *p, struct macro_step *out)
{
	gunichar c = g_utf8_get_char_validated(p, -1);
	if (*p == '<')
		return bracketed(p, out);
	if (p[0] == '^' && p[1] >= '@' && p[1] <= '_') {
		*out = (struct macro_step){ .key = (uint32_t)(p[1] - '@') };
		return out->key ? 2 : 0;
	}
	*out = (struct macro_step){ .key = c };
	return c == (gunichar)-1 || c == (gunichar)-2 || c < 0x20 || c == 0x7f ? 0 : (size_t)(g_utf8_next_char(p) - p);
}

/* NULL, and where it makes no sense. */
static GArray *macro_parse(const char *text, const char **bad_out)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct macro_step));
	for (const char *p = text; *p;) {
		struct macro_step step;
		size_t took = steps->len < APP_MACRO_MAX ? one_step(p, &step) : 0;
		if (!took) {
			*bad_out = p;
			g_array_unref(steps);
			return NULL;
		}
		g_array_append_val(steps, step);
		p += took;
	}
	return steps;
}

/* --- the map --- */
static struct binding *at(const struct keymap *k, enum app_context ctx, guint i)
{
	return &g_array_index(k->bindings[ctx], struct binding, i);
}

static struct binding *exact(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n)
{
	for (guint i = 0; i < k->bindings[ctx]->len; i++) {
		struct binding *b = at(k, ctx, i);
		if (b->n == n && !memcmp(b->keys, keys, n * sizeof *keys))
			return b;
	}
	return NULL;
}

static bool is_bound(const struct binding *b)
{
	return b->command || b->macro;
}

static void binding_clear(void *p)
{
	struct binding *b = p;
	g_clear_pointer(&b->macro, g_array_unref);
	g_clear_pointer(&b->written, g_free);
}

static struct binding *bind(
	struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, enum app_command command)
{
	struct binding *old = exact(k, ctx, keys, n);
	if (old) {
		binding_clear(old);
		old->command = command;
		return old;
	}
	struct binding b = { .n = n, .command = command };
	memcpy(b.keys, keys, n * sizeof *keys);
	g_array_append_val(k->bindings[ctx], b);
	return at(k, ctx, k->bindings[ctx]->len - 1);
}

/* One of them is the beginning of the other. */
static bool is_in_the_way(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n)
{
	for (guint i = 0; i < k->bindings[ctx]->len; i++) {
		const struct binding *b = at(k, ctx, i);
		if (!memcmp(b->keys, keys, MIN(n, b->n) * sizeof *keys))
			return true;
	}
	return false;
}

/* Where `own`, the preset's own keys have been bound, and these give way to them. */
static void bind_words(
	struct keymap *k, enum app_command c, const char *words, unsigned contexts, const struct keymap *own)
{
	g_auto(GStrv) chords = g_strsplit(words, " ", -1);
	for (char **chord = chords; *chord; chord++) {
		uint32_t keys[APP_CHORD_MAX];
		size_t n = key_parse(*chord, keys);
		for (enum app_context ctx = 0; n && ctx < CTX_COUNT; ctx++)
			if (contexts & (1u << ctx) && !(own && is_in_the_way(own, ctx, keys, n)))
				bind(k, ctx, keys, n, c);
	}
}

static struct keymap *keymap_empty(void)
{
	struct keymap *k = g_new0(struct keymap, 1);
	for (int i = 0; i < CTX_COUNT; i++) {
		k->bindings[i] = g_array_new(FALSE, FALSE, sizeof(struct binding));
		g_array_set_clear_func(k->bindings[i], binding_clear);
	}
	return k;
}

static bool is_added(const struct preset_key *row)
{
	return *row->keys == '+';
}

/* The rows of the preset that take the place of the table's, or are added; the contexts they were for. */
static unsigned bind_rows(struct keymap *k, const struct preset *p, enum app_command c, bool added)
{
	unsigned had = 0;
	for (const struct preset_key *row = p->keys; row->command; row++) {
		if (strcmp(row->command, app_command_info(c)->name) != 0 || is_added(row) != added)
			continue;
		bind_words(k, c, row->keys + added, row->contexts & app_command_info(c)->contexts, NULL);
		had |= row->contexts;
	}
	return had;
}

/* In the table's order, so that what is listed looks the same in all presets. */
static void bind_preset(struct keymap *k, const struct preset *p)
{
	struct keymap *own = keymap_empty();
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		bind_rows(own, p, c, false);
		bind_rows(own, p, c, true);
	}
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		unsigned replaced = bind_rows(k, p, c, false);
		bind_words(k, c, app_command_info(c)->keys, app_command_info(c)->contexts & ~replaced, own);
		bind_rows(k, p, c, true);
	}
	keymap_free(own);
}

static int context_find(const char *name)
{
	for (int i = 0; i < CTX_COUNT; i++)
		if (!g_ascii_strcasecmp(app_context_names[i], name))
			return i;
	return -1;
}

static char *take_macro(struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, const char *written)
{
	const char *bad = NULL;
	GArray *steps = macro_parse(written, &bad);
	if (!steps)
		return g_strdup_printf(_("macro: \"%s\" is no key, nor a command between < and >"), bad);
	struct binding *b = bind(k, ctx, keys, n, CMD_NONE);
	if (steps->len) {
		b->macro = steps;
		b->written = g_strdup(written);
	} else {
		g_array_unref(steps);
	}
	return NULL;
}

static char *take(struct keymap *k, const struct cfg_bind *line)
{
	uint32_t keys[APP_CHORD_MAX];
	const char *word = line->macro ? "macro" : "bind";
	int ctx = context_find(line->context);
	size_t n = key_parse(line->key, keys);
	bool unbind = !line->command || !*line->command;
	if (ctx < 0)
		return g_strdup_printf(_("%s: there is no place \"%s\""), word, line->context);
	if (!n)
		return g_strdup_printf(_("%s: \"%s\" is no key"), word, line->key);
	if (line->macro && !unbind)
		return take_macro(k, (enum app_context)ctx, keys, n, line->command);
	enum app_command c = unbind ? CMD_NONE : app_command_find(line->command);
	if (!unbind && (!c || !(app_command_info(c)->contexts & (1u << ctx))))
		return g_strdup_printf(_("bind: there is no command \"%s\" in \"%s\""), line->command, line->context);
	bind(k, (enum app_context)ctx, keys, n, c);
	return NULL;
}

/* The keys of a good line cannot be typed while their beginning does something: a sentence, or NULL. */
static char *hidden(const struct keymap *k, const struct cfg_bind *line)
{
	uint32_t keys[APP_CHORD_MAX];
	int ctx = context_find(line->context);
	size_t n = key_parse(line->key, keys);
	for (size_t m = 1; ctx >= 0 && m < n; m++) {
		const struct binding *b = exact(k, (enum app_context)ctx, keys, m);
		if (!b || !is_bound(b))
			continue;
		g_autofree char *first = key_names(keys, m);
		return g_strdup_printf(
			_("%s: \"%s\" is not reached, for \"%s\" does something itself; free it first: bind %s %s ''"),
			line->macro ? "macro" : "bind", line->key, first, line->context, first);
	}
	return NULL;
}

char *keymap_take(struct keymap *k, const struct cfg_bind *line)
{
	char *wrong = take(k, line);
	return wrong ? wrong : hidden(k, line);
}

static void complain(GPtrArray *complaints, char *wrong)
{
	if (wrong && complaints)
		g_ptr_array_add(complaints, wrong);
	else
		g_free(wrong);
}

struct keymap *keymap_new(const struct cfg *cfg, GPtrArray *complaints)
{
	struct keymap *k = keymap_empty();
	guint n = cfg && cfg->binds ? cfg->binds->len : 0;
	bind_preset(k, preset_find(cfg ? cfg->options.keys : NULL));
	for (guint i = 0; i < n; i++)
		complain(complaints, take(k, cfg->binds->pdata[i]));
	/* A later line may have made way for an earlier one. */
	for (guint i = 0; i < n; i++)
		complain(complaints, hidden(k, cfg->binds->pdata[i]));
	return k;
}

void keymap_free(struct keymap *k)
{
	if (!k)
		return;
	for (int i = 0; i < CTX_COUNT; i++)
		g_array_unref(k->bindings[i]);
	g_free(k);
}

static bool begins(const struct binding *b, const uint32_t *keys, size_t n)
{
	return is_bound(b) && b->n > n && !memcmp(b->keys, keys, n * sizeof *keys);
}

enum keymap_match keymap_find(
	const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, enum app_command *out)
{
	const struct binding *b = exact(k, ctx, keys, n);
	*out = b ? b->command : CMD_NONE;
	if (b && is_bound(b))
		return b->macro ? KEYMAP_MACRO : KEYMAP_FOUND;
	for (guint i = 0; i < k->bindings[ctx]->len; i++)
		if (begins(at(k, ctx, i), keys, n))
			return KEYMAP_PREFIX;
	return KEYMAP_NONE;
}

const GArray *keymap_macro(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n)
{
	const struct binding *b = exact(k, ctx, keys, n);
	return b ? b->macro : NULL;
}

static char *chords_of(const struct keymap *k, enum app_context ctx, enum app_command c, guint most)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0, found = 0; i < k->bindings[ctx]->len && found < most; i++) {
		const struct binding *b = at(k, ctx, i);
		if (b->command != c || !is_bound(b))
			continue;
		if (found++)
			g_string_append(out, ", ");
		g_autofree char *chord = key_names(b->keys, b->n);
		g_string_append(out, chord);
	}
	return g_string_free(out, !out->len);
}

char *keymap_first(const struct keymap *k, enum app_context ctx, enum app_command c)
{
	return chords_of(k, ctx, c, 1);
}

char *keymap_all(const struct keymap *k, enum app_context ctx, enum app_command c)
{
	return chords_of(k, ctx, c, G_MAXUINT);
}

/* --- what can follow --- */
static void next_free(void *p)
{
	struct keymap_next *next = p;
	g_free(next->keys);
	g_free(next->macro);
	g_free(next);
}

static struct keymap_next *next_of(const GPtrArray *list, enum app_command c)
{
	for (guint i = 0; c && i < list->len; i++) {
		struct keymap_next *next = list->pdata[i];
		if (next->command == c)
			return next;
	}
	return NULL;
}

GPtrArray *keymap_next(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(next_free);
	for (guint i = 0; i < k->bindings[ctx]->len; i++) {
		const struct binding *b = at(k, ctx, i);
		if (!begins(b, keys, n))
			continue;
		char *rest = key_names(b->keys + n, b->n - n);
		struct keymap_next *next = next_of(list, b->command);
		if (next) {
			g_autofree char *before = next->keys, *more = rest;
			next->keys = g_strdup_printf("%s, %s", before, more);
			continue;
		}
		next = g_new(struct keymap_next, 1);
		*next = (struct keymap_next){ rest, b->command, g_strdup(b->written) };
		g_ptr_array_add(list, next);
	}
	return list;
}
