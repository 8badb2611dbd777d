/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"
#include "tests/unit/unit.h"

#include <string.h>

static void table_every_command_is_whole(void)
{
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		const struct app_command_info *info = app_command_info(c);
		g_assert_nonnull(info->name);
		g_assert_nonnull(info->help);
		g_assert_nonnull(info->keys);
		g_assert_cmpuint(info->contexts, !=, 0);
		g_assert_cmpint(app_command_find(info->name), ==, c);
	}
}

/* No chord is bound twice in a place, nor is one the beginning of another. */
static void table_no_key_twice_in_one_place(void)
{
	for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++) {
		g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
			if (!(app_command_info(c)->contexts & (1u << ctx)))
				continue;
			g_auto(GStrv) chords = g_strsplit(app_command_info(c)->keys, " ", -1);
			for (char **chord = chords; *chord; chord++) {
				uint32_t keys[APP_CHORD_MAX];
				g_assert_cmpuint(key_parse(*chord, keys), >, 0);
				/* In the list the presets take Space from page-down. */
				if (c != CMD_READ_ON && !g_hash_table_add(seen, g_strdup(*chord)))
					g_error("'%s' is bound twice in %s", *chord, app_context_names[ctx]);
			}
		}
	}
}

static void table_hints_fit_and_have_words(void)
{
	struct keymap *k = keymap_new(NULL, NULL);
	for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++) {
		size_t columns = 1;
		int n = 0;
		for (const enum app_command *c = app_hints(ctx); *c; c++, n++) {
			g_autofree char *key = keymap_first(k, ctx, *c);
			g_assert_nonnull(app_command_info(*c)->hint);
			g_assert_nonnull(key);
			columns += strlen(key) + 1 + strlen(app_command_info(*c)->hint) + 2;
		}
		g_assert_cmpint(n, <=, 10);
		/* At the end there are no blanks, and the word for more may go. */
		g_assert_cmpuint(columns, <=, 80 + strlen(" more") + 2);
	}
	keymap_free(k);
}

static void table_never_binds_what_the_terminal_needs(void)
{
	static const char never[] = { 'C', 'S', 'Q', 'Z' };
	struct keymap *k = keymap_new(NULL, NULL);
	for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++) {
		for (size_t i = 0; i < G_N_ELEMENTS(never); i++) {
			uint32_t key = (uint32_t)(never[i] - '@');
			enum app_command c;
			g_assert_cmpint(keymap_find(k, ctx, &key, 1, &c), ==, KEYMAP_NONE);
		}
	}
	keymap_free(k);
}

static void keys_written_and_read_back(void)
{
	static const char *const written[] = { "j", "^D", "Esc", "F1", "F12", "PgUp", "Space", "山", "BackTab", "Del" };
	for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
		uint32_t keys[APP_CHORD_MAX];
		g_assert_cmpuint(key_parse(written[i], keys), ==, 1);
		g_autofree char *name = key_name(keys[0]);
		g_assert_cmpstr(name, ==, written[i]);
	}
	uint32_t keys[APP_CHORD_MAX];
	g_assert_cmpuint(key_parse("EscTab", keys), ==, 2);
	g_assert_cmpuint(key_parse("gA", keys), ==, 2);
	g_assert_cmpuint(key_parse("", keys), ==, 0);
	g_assert_cmpuint(key_parse("a b", keys), ==, 0);
	g_assert_cmpuint(key_parse("abcd", keys), ==, 0);
	g_assert_cmpuint(key_parse("\xff", keys), ==, 0);
}

static void chords_are_prefix_then_found(void)
{
	struct keymap *k = keymap_new(NULL, NULL);
	uint32_t keys[2] = { '!', 'w' };
	enum app_command c;
	g_assert_cmpint(keymap_find(k, CTX_INDEX, keys, 1, &c), ==, KEYMAP_PREFIX);
	g_assert_cmpint(keymap_find(k, CTX_INDEX, keys, 2, &c), ==, KEYMAP_FOUND);
	g_assert_cmpint(c, ==, CMD_BANNER_WORDS);
	keys[1] = 'z';
	g_assert_cmpint(keymap_find(k, CTX_INDEX, keys, 2, &c), ==, KEYMAP_NONE);
	g_autofree char *shown = keymap_first(k, CTX_INDEX, CMD_FORWARD_WHOLE);
	g_assert_cmpstr(shown, ==, "Esc f");
	keymap_free(k);
}

static void bind_lines_change_keys_and_complain(void)
{
	struct cfg cfg = { .binds = g_ptr_array_new() };
	struct cfg_bind lines[] = { { (char *)"index", (char *)"x", (char *)"next-unread", false },
		{ (char *)"index", (char *)"j", (char *)"", false },
		{ (char *)"index", (char *)"Kn", (char *)"down", false },
		{ (char *)"nowhere", (char *)"x", (char *)"down", false },
		{ (char *)"index", (char *)"", (char *)"down", false },
		{ (char *)"index", (char *)"y", (char *)"no-such", false },
		{ (char *)"index", (char *)"y", (char *)"save-part", false } };
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		g_ptr_array_add(cfg.binds, &lines[i]);
	g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
	struct keymap *k = keymap_new(&cfg, complaints);
	uint32_t x = 'x', j = 'j', gn[2] = { 'K', 'n' };
	enum app_command c;
	g_assert_cmpint(keymap_find(k, CTX_INDEX, &x, 1, &c), ==, KEYMAP_FOUND);
	g_assert_cmpint(c, ==, CMD_NEXT_UNREAD);
	g_assert_cmpint(keymap_find(k, CTX_INDEX, &j, 1, &c), ==, KEYMAP_NONE);
	g_assert_cmpint(keymap_find(k, CTX_INDEX, gn, 1, &c), ==, KEYMAP_PREFIX);
	g_assert_cmpint(keymap_find(k, CTX_INDEX, gn, 2, &c), ==, KEYMAP_FOUND);
	g_assert_cmpuint(complaints->len, ==, 4);
	g_autofree char *all = keymap_all(k, CTX_INDEX, CMD_NEXT_UNREAD);
	g_assert_cmpstr(all, ==, "Tab, x");
	keymap_free(k);
	g_ptr_array_unref(cfg.binds);
}

static void bind_that_is_never_reached_is_told(void)
{
	struct cfg cfg = { .binds = g_ptr_array_new() };
	struct cfg_bind lines[] = { { (char *)"index", (char *)"gg", (char *)"first", false },
		{ (char *)"index", (char *)"Ax", (char *)"last", false },
		{ (char *)"index", (char *)"A", (char *)"", false } };
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		g_ptr_array_add(cfg.binds, &lines[i]);
	g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
	struct keymap *k = keymap_new(&cfg, complaints);
	g_assert_cmpuint(complaints->len, ==, 1);
	g_assert_nonnull(strstr(complaints->pdata[0], "bind index g ''"));
	keymap_free(k);
	g_ptr_array_unref(cfg.binds);
}

/* --- presets --- */
static struct keymap *preset(const char *name)
{
	struct cfg cfg = { .options = { .keys = (char *)name } };
	return keymap_new(&cfg, NULL);
}

static void presets_reach_the_same_commands(void)
{
	for (size_t i = 0; app_presets[i]; i++) {
		struct keymap *k = preset(app_presets[i]);
		for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++)
			for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
				const struct app_command_info *info = app_command_info(c);
				g_autofree char *keys = keymap_all(k, ctx, c);
				bool wanted = *info->keys && info->contexts & (1u << ctx);
				if (wanted && !keys)
					g_error("'%s' has no key in %s of the preset %s", info->name,
						app_context_names[ctx], app_presets[i]);
				g_assert_true(wanted || !keys);
			}
		keymap_free(k);
	}
}

/* No chord is the beginning of another, else the longer one could never be typed. */
static void presets_have_no_chord_within_another(void)
{
	for (size_t i = 0; app_presets[i]; i++) {
		struct keymap *k = preset(app_presets[i]);
		for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++)
			for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
				g_autofree char *all = keymap_all(k, ctx, c);
				g_auto(GStrv) chords = g_strsplit(all ? all : "", ", ", -1);
				for (char **chord = chords; *chord; chord++) {
					uint32_t keys[APP_CHORD_MAX];
					g_auto(GStrv) parts = g_strsplit(*chord, " ", -1);
					g_autofree char *written = g_strjoinv("", parts);
					size_t n = key_parse(written, keys);
					enum app_command found;
					g_assert_cmpuint(n, >, 0);
					for (size_t m = 1; m < n; m++)
						if (keymap_find(k, ctx, keys, m, &found) != KEYMAP_PREFIX)
							g_error("%s: in %s '%s' hides '%s'", app_presets[i],
								app_context_names[ctx], app_command_info(found)->name,
								*chord);
					g_assert_cmpint(keymap_find(k, ctx, keys, n, &found), ==, KEYMAP_FOUND);
					g_assert_cmpint(found, ==, c);
				}
			}
		keymap_free(k);
	}
}

static enum app_command command_of(const struct keymap *k, enum app_context ctx, const char *chord)
{
	uint32_t keys[APP_CHORD_MAX];
	enum app_command c;
	size_t n = key_parse(chord, keys);
	return keymap_find(k, ctx, keys, n, &c) == KEYMAP_FOUND ? c : CMD_NONE;
}

static void vim_has_its_fingers(void)
{
	static const struct {
		enum app_context ctx;
		const char *chord;
		enum app_command command;
	} fingers[] = { { CTX_INDEX, "gg", CMD_FIRST }, { CTX_INDEX, "G", CMD_LAST },
		{ CTX_INDEX, "^D", CMD_HALF_DOWN }, { CTX_MESSAGE, "^U", CMD_HALF_UP }, { CTX_INDEX, "zz", CMD_CENTER },
		{ CTX_INDEX, "dd", CMD_DELETE }, { CTX_QUEUE, "dd", CMD_DROP }, { CTX_INDEX, "yy", CMD_COPY },
		{ CTX_MESSAGE, "/", CMD_FIND }, { CTX_MESSAGE, "n", CMD_FIND_NEXT },
		{ CTX_MESSAGE, "N", CMD_FIND_PREVIOUS }, { CTX_INDEX, "u", CMD_UNDO }, { CTX_INDEX, "^R", CMD_REDO },
		{ CTX_MESSAGE, "j", CMD_LINE_DOWN }, { CTX_COMPOSE, "y", CMD_SEND }, { CTX_INDEX, "?", CMD_HELP },
		{ CTX_INDEX, ":", CMD_PALETTE } };
	struct keymap *k = preset("vim");
	for (size_t i = 0; i < G_N_ELEMENTS(fingers); i++)
		g_assert_cmpint(command_of(k, fingers[i].ctx, fingers[i].chord), ==, fingers[i].command);
	keymap_free(k);
}

static void preset_is_what_bind_lines_lie_over(void)
{
	struct cfg cfg = { .options = { .keys = (char *)"vim" }, .binds = g_ptr_array_new() };
	struct cfg_bind line = { (char *)"index", (char *)"G", (char *)"reply-all", false };
	g_ptr_array_add(cfg.binds, &line);
	struct keymap *k = keymap_new(&cfg, NULL);
	g_assert_cmpint(command_of(k, CTX_INDEX, "G"), ==, CMD_REPLY_ALL);
	g_assert_cmpint(command_of(k, CTX_MESSAGE, "G"), ==, CMD_LAST);
	keymap_free(k);
	g_ptr_array_unref(cfg.binds);
}

/* --- macros --- */
static char *take(struct keymap *k, const char *context, const char *key, const char *what, bool macro)
{
	struct cfg_bind line = { (char *)context, (char *)key, (char *)what, macro };
	return keymap_take(k, &line);
}

static const GArray *macro_of(const struct keymap *k, const char *chord)
{
	uint32_t keys[APP_CHORD_MAX];
	enum app_command c;
	size_t n = key_parse(chord, keys);
	return keymap_find(k, CTX_INDEX, keys, n, &c) == KEYMAP_MACRO ? keymap_macro(k, CTX_INDEX, keys, n) : NULL;
}

static void macros_are_keys_and_commands(void)
{
	struct keymap *k = keymap_new(NULL, NULL);
	g_assert_null(take(k, "index", "xw", "s\xc3\xa4<Enter><archive>^D<<><space>", true));
	const GArray *steps = macro_of(k, "xw");
	static const struct macro_step wanted[] = { { 's', 0 }, { 0xe4, 0 }, { APP_KEY_ENTER, 0 }, { 0, CMD_ARCHIVE },
		{ 4, 0 }, { '<', 0 }, { ' ', 0 } };
	g_assert_nonnull(steps);
	g_assert_cmpuint(steps->len, ==, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < steps->len; i++) {
		const struct macro_step *s = &g_array_index(steps, struct macro_step, i);
		g_assert_cmpuint(s->key, ==, wanted[i].key);
		g_assert_cmpint(s->command, ==, wanted[i].command);
	}
	keymap_free(k);
}

static void macros_without_sense_are_told(void)
{
	static const char *const bad[] = { "<nonsense>", "a<", "\xff", "a\nb", "<>" };
	struct keymap *k = keymap_new(NULL, NULL);
	g_autofree char *long_one = g_strnfill(APP_MACRO_MAX + 1, 'j');
	for (size_t i = 0; i <= G_N_ELEMENTS(bad); i++) {
		g_autofree char *wrong = take(k, "index", "x", i < G_N_ELEMENTS(bad) ? bad[i] : long_one, true);
		g_assert_nonnull(wrong);
		g_assert_null(macro_of(k, "x"));
	}
	g_autofree char *nowhere = take(k, "nowhere", "x", "j", true), *no_key = take(k, "index", "a b", "j", true);
	g_assert_nonnull(nowhere);
	g_assert_nonnull(no_key);
	keymap_free(k);
}

static void macro_gives_way_to_bind_and_to_nothing(void)
{
	struct keymap *k = keymap_new(NULL, NULL);
	g_assert_null(take(k, "index", "j", "kk", true));
	g_assert_nonnull(macro_of(k, "j"));
	g_autofree char *down = keymap_all(k, CTX_INDEX, CMD_DOWN);
	g_assert_cmpstr(down, ==, "Down");
	g_assert_null(take(k, "index", "j", "down", false));
	g_assert_cmpint(command_of(k, CTX_INDEX, "j"), ==, CMD_DOWN);
	g_assert_null(take(k, "index", "j", "kk", true));
	g_assert_null(take(k, "index", "j", "", true));
	g_assert_null(macro_of(k, "j"));
	g_assert_cmpint(command_of(k, CTX_INDEX, "j"), ==, CMD_NONE);
	keymap_free(k);
}

static void what_follows_a_chord_is_listed_once(void)
{
	struct keymap *k = keymap_new(NULL, NULL);
	uint32_t bang = '!';
	g_assert_null(take(k, "index", "!z", "jj", true));
	g_autoptr(GPtrArray) list = keymap_next(k, CTX_INDEX, &bang, 1);
	bool retry = false, macro = false;
	for (guint i = 0; i < list->len; i++) {
		const struct keymap_next *next = list->pdata[i];
		if (next->command == CMD_BANNER_RETRY) {
			g_assert_false(retry);
			g_assert_cmpstr(next->keys, ==, "n, r");
			retry = true;
		}
		macro = macro || !g_strcmp0(next->macro, "jj");
	}
	g_assert_true(retry && macro);
	keymap_free(k);
}

void suite(void)
{
	unit_add(table_every_command_is_whole);
	unit_add(table_no_key_twice_in_one_place);
	unit_add(table_hints_fit_and_have_words);
	unit_add(table_never_binds_what_the_terminal_needs);
	unit_add(keys_written_and_read_back);
	unit_add(chords_are_prefix_then_found);
	unit_add(bind_lines_change_keys_and_complain);
	unit_add(bind_that_is_never_reached_is_told);
	unit_add(presets_reach_the_same_commands);
	unit_add(presets_have_no_chord_within_another);
	unit_add(vim_has_its_fingers);
	unit_add(preset_is_what_bind_lines_lie_over);
	unit_add(macros_are_keys_and_commands);
	unit_add(macros_without_sense_are_told);
	unit_add(macro_gives_way_to_bind_and_to_nothing);
	unit_add(what_follows_a_chord_is_listed_once);
}
