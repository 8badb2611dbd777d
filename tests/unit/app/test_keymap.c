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
				if (!g_hash_table_add(seen, g_strdup(*chord)))
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
	struct cfg_bind lines[] = { { (char *)"index", (char *)"x", (char *)"next-unread" },
		{ (char *)"index", (char *)"j", (char *)"" }, { (char *)"index", (char *)"Kn", (char *)"down" },
		{ (char *)"nowhere", (char *)"x", (char *)"down" }, { (char *)"index", (char *)"", (char *)"down" },
		{ (char *)"index", (char *)"y", (char *)"no-such" },
		{ (char *)"index", (char *)"y", (char *)"save-part" } };
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

void suite(void)
{
	unit_add(table_every_command_is_whole);
	unit_add(table_no_key_twice_in_one_place);
	unit_add(table_hints_fit_and_have_words);
	unit_add(table_never_binds_what_the_terminal_needs);
	unit_add(keys_written_and_read_back);
	unit_add(chords_are_prefix_then_found);
	unit_add(bind_lines_change_keys_and_complain);
}
