/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

struct binding {
	uint32_t keys[APP_CHORD_MAX];
	size_t n;
	enum app_command command;
};

struct keymap {
	GArray *bindings[CTX_COUNT]; /* struct binding, the table's order first */
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

/* --- the map --- */
static struct binding *exact(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n)
{
	for (guint i = 0; i < k->bindings[ctx]->len; i++) {
		struct binding *b = &g_array_index(k->bindings[ctx], struct binding, i);
		if (b->n == n && !memcmp(b->keys, keys, n * sizeof *keys))
			return b;
	}
	return NULL;
}

static void bind(struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, enum app_command command)
{
	struct binding *old = exact(k, ctx, keys, n);
	if (old) {
		old->command = command;
		return;
	}
	struct binding b = { .n = n, .command = command };
	memcpy(b.keys, keys, n * sizeof *keys);
	g_array_append_val(k->bindings[ctx], b);
}

static void bind_presets(struct keymap *k, enum app_command c)
{
	g_auto(GStrv) chords = g_strsplit(app_command_info(c)->keys, " ", -1);
	for (char **chord = chords; *chord; chord++) {
		uint32_t keys[APP_CHORD_MAX];
		size_t n = key_parse(*chord, keys);
		for (enum app_context ctx = 0; n && ctx < CTX_COUNT; ctx++)
			if (app_command_info(c)->contexts & (1u << ctx))
				bind(k, ctx, keys, n, c);
	}
}

static int context_find(const char *name)
{
	for (int i = 0; i < CTX_COUNT; i++)
		if (!g_ascii_strcasecmp(app_context_names[i], name))
			return i;
	return -1;
}

/* A sentence that says what is wrong with the line, or NULL and it is done. */
static char *bind_user(struct keymap *k, const struct cfg_bind *line)
{
	uint32_t keys[APP_CHORD_MAX];
	int ctx = context_find(line->context);
	size_t n = key_parse(line->key, keys);
	bool unbind = !line->command || !*line->command;
	enum app_command c = unbind ? CMD_NONE : app_command_find(line->command);
	if (ctx < 0)
		return g_strdup_printf(_("bind: there is no place \"%s\""), line->context);
	if (!n)
		return g_strdup_printf(_("bind: \"%s\" is no key"), line->key);
	if (!unbind && (!c || !(app_command_info(c)->contexts & (1u << ctx))))
		return g_strdup_printf(_("bind: there is no command \"%s\" in \"%s\""), line->command, line->context);
	bind(k, (enum app_context)ctx, keys, n, c);
	return NULL;
}

struct keymap *keymap_new(const struct cfg *cfg, GPtrArray *complaints)
{
	struct keymap *k = g_new0(struct keymap, 1);
	for (int i = 0; i < CTX_COUNT; i++)
		k->bindings[i] = g_array_new(FALSE, FALSE, sizeof(struct binding));
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++)
		bind_presets(k, c);
	for (guint i = 0; cfg && cfg->binds && i < cfg->binds->len; i++) {
		g_autofree char *wrong = bind_user(k, cfg->binds->pdata[i]);
		if (wrong && complaints)
			g_ptr_array_add(complaints, g_steal_pointer(&wrong));
	}
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

enum keymap_match keymap_find(
	const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, enum app_command *out)
{
	const struct binding *b = exact(k, ctx, keys, n);
	*out = b ? b->command : CMD_NONE;
	if (*out)
		return KEYMAP_FOUND;
	for (guint i = 0; i < k->bindings[ctx]->len; i++) {
		b = &g_array_index(k->bindings[ctx], struct binding, i);
		if (b->command && b->n > n && !memcmp(b->keys, keys, n * sizeof *keys))
			return KEYMAP_PREFIX;
	}
	return KEYMAP_NONE;
}

static void append_chord(GString *out, const struct binding *b)
{
	bool after_word = false;
	for (size_t i = 0; i < b->n; i++) {
		g_autofree char *name = key_name(b->keys[i]);
		bool word = name[1] && name[0] != '^';
		g_string_append_printf(out, "%s%s", i && (word || after_word) ? " " : "", name);
		after_word = word;
	}
}

static char *chords_of(const struct keymap *k, enum app_context ctx, enum app_command c, guint most)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0, found = 0; i < k->bindings[ctx]->len && found < most; i++) {
		const struct binding *b = &g_array_index(k->bindings[ctx], struct binding, i);
		if (b->command != c)
			continue;
		if (found++)
			g_string_append(out, ", ");
		append_chord(out, b);
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
