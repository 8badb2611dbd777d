/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

static void presets_are_the_tables(void)
{
	struct cfg *c = told_parse("");
	const struct cfg_options *o = &c->options;
	g_assert_cmpstr(o->keys, ==, "mutt");
	g_assert_true(o->sidebar);
	g_assert_true(o->mouse);
	g_assert_false(o->plain);
	g_assert_cmpint(o->escape_ms, ==, 60);
	g_assert_null(o->cache_dir);
	g_assert_null(o->date_format);
	cfg_free(c);
}

static void set_takes_several_of_every_type(void)
{
	struct cfg *c = told_parse("set mouse=off sidebar=no escape-ms=100 keys=mutt\n"
				   "set save-dir=/tmp/x date-format=\"%d %b %H:%M\"\n");
	const struct cfg_options *o = &c->options;
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_false(o->mouse);
	g_assert_false(o->sidebar);
	g_assert_cmpint(o->escape_ms, ==, 100);
	g_assert_cmpstr(o->save_dir, ==, "/tmp/x");
	g_assert_cmpstr(o->date_format, ==, "%d %b %H:%M");
	cfg_free(c);
}

static void tilde_is_the_home_directory(void)
{
	struct cfg *c = told_parse("set cache-dir=~/cache state-dir=~\n");
	g_autofree char *cache = g_build_filename(g_get_home_dir(), "cache", NULL);
	g_assert_cmpstr(c->options.cache_dir, ==, cache);
	g_assert_true(g_str_has_prefix(c->options.state_dir, g_get_home_dir()));
	cfg_free(c);
	told_is("set cache-dir=~vera/x\n",
		"1:15: error: only ~/ is known, not another user's home [write the path in full]\n");
}

static void options_of_the_terminal_are_kept(void)
{
	struct cfg *c = told_parse("set theme=light colour=256 title=on notify-terminal=osc9 quiet-hours=22:00-7:00\n"
				   "set notify=\"new-mail 'two words'\"\n");
	const struct cfg_options *o = &c->options;
	int from, until;
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(o->theme, ==, "light");
	g_assert_cmpstr(o->colour, ==, "256");
	g_assert_true(o->title);
	g_assert_cmpstr(o->notify_terminal, ==, "osc9");
	g_assert_true(cfg_hours(o->quiet_hours, &from, &until));
	g_assert_cmpint(from, ==, 22 * 60);
	g_assert_cmpint(until, ==, 7 * 60);
	cfg_free(c);
	told_is("set quiet-hours=22-7\n", "1:17: error: '22-7' is no value for 'quiet-hours' [as in 22:00-07:00]\n");
	static const char *const bad[] = { "24:00-1:00", "1:00-2:60", "1:00-1:00", "1:00", "1:0-2:00", "-", "" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(cfg_hours(bad[i], &from, &until));
}

static void unset_gives_the_preset_back(void)
{
	struct cfg *c = told_parse("set mouse=off save-dir=/x\nunset mouse save-dir\n");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_true(c->options.mouse);
	g_assert_null(c->options.save_dir);
	cfg_free(c);
}

static void values_out_of_range_are_errors(void)
{
	told_is("set escape-ms=1001 escape-ms=-1 keys=vi date-format=%q\n",
		"1:15: error: '1001' is no value for 'escape-ms' [a number from 0 to 1000]\n"
		"1:30: error: '-1' is no value for 'escape-ms' [a number from 0 to 1000]\n"
		"1:38: error: 'vi' is no value for 'keys' [mutt, vim]\n"
		"1:53: error: '%q' is no value for 'date-format' [as strftime(3) has it, in one line: \"%d %b "
		"%H:%M\"]\n");
}

static void presets_of_sending_are_careful(void)
{
	struct cfg *c = told_parse("");
	const struct cfg_options *o = &c->options;
	g_assert_cmpint(o->undo_send, ==, 10);
	g_assert_cmpint(o->many_recipients, ==, 20);
	g_assert_true(o->edit_headers && o->text_flowed && o->attach_reminder);
	g_assert_false(o->sent_bcc || o->signature_on_top);
	g_assert_true(!o->editor && !o->editor_window && !o->attribution && !o->signature);
	g_assert_true(!o->markdown && !o->query_command && !o->address_vcards);
	cfg_free(c);
}

static void options_of_sending_are_kept(void)
{
	struct cfg *c =
		told_parse("set editor=\"vim -c 'set tw=72'\" editor-window=\"\" edit-headers=off undo-send=2m\n"
			   "set attribution=\"%n, 100%%:\" signature=/s signature-on-top=on sent-bcc=on\n"
			   "set text-flowed=off markdown=pandoc query-command=\"khard %s\"\n"
			   "set address-vcards=/v many-recipients=0 attach-reminder=off\n");
	const struct cfg_options *o = &c->options;
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(o->editor, ==, "vim -c 'set tw=72'");
	g_assert_cmpstr(o->editor_window, ==, "");
	g_assert_cmpint(o->undo_send, ==, 120);
	g_assert_cmpstr(o->attribution, ==, "%n, 100%%:");
	g_assert_cmpstr(o->signature, ==, "/s");
	g_assert_cmpstr(o->markdown, ==, "pandoc");
	g_assert_cmpstr(o->query_command, ==, "khard %s");
	g_assert_cmpstr(o->address_vcards, ==, "/v");
	g_assert_cmpint(o->many_recipients, ==, 0);
	g_assert_true(o->signature_on_top && o->sent_bcc);
	g_assert_false(o->edit_headers || o->text_flowed || o->attach_reminder);
	cfg_free(c);
}

static void wrong_values_of_sending_are_told(void)
{
	told_is("set delivery-reports=often\n",
		"1:22: error: 'often' is no value for 'delivery-reports' [never; success,failure,delay]\n");
	told_is("set undo-send=10 undo-send=61m\n",
		"1:15: error: '10' is no value for 'undo-send' [a time up to 1h, as 10s or 2m]\n"
		"1:28: error: '61m' is no value for 'undo-send' [a time up to 1h, as 10s or 2m]\n");
	told_is("set editor=\"\" markdown=\"x 'y\"\n",
		"1:5: error: '' is no value for 'editor' [a command line with every quote closed]\n"
		"1:15: error: 'x 'y' is no value for 'markdown' [a command line with every quote closed]\n");
	told_is("set attribution=\"%x wrote\"\n", "1:5: error: '%x wrote' is no value for 'attribution' [one line in "
						  "which % is followed by d, n, a, s or %]\n");
}

static void set_without_equals_sign_is_an_error(void)
{
	static const char *const wanted = "'set' wants an equals sign, with no blank round it";
	static const char *const lines[] = { "set mouse on", "set mouse", "set nomouse", "set mouse = on",
		"set mouse =on", "set mouse= on" };
	static const char *const hints[] = { "set mouse=on", "set mouse=on", "set mouse=off", "set mouse=on",
		"set mouse=on" };
	for (size_t i = 0; i < G_N_ELEMENTS(hints); i++) {
		g_autofree char *expected = g_strdup_printf("1:5: error: %s [write: %s]\n", wanted, hints[i]);
		told_is(lines[i], expected);
	}
	struct cfg *c = told_parse(lines[5]);
	g_assert_cmpuint(cfg_errors(c), ==, 2);
	cfg_free(c);
}

static void unknown_option_suggests_nearest(void)
{
	told_is("set mose=on\nunset sidbar\n", "1:5: error: unknown option 'mose' [did you mean 'mouse'?]\n"
					       "2:7: error: unknown option 'sidbar' [did you mean 'sidebar'?]\n");
}

static void mailx_variables_are_one_notice_a_file(void)
{
	told_is("set crt=24 hold\nset noheader\nunset askcc\nset pipe-text/html=@\n",
		"1:5: notice: variables of mailx without a meaning here: crt, hold, noheader, askcc, pipe-text/html\n");
	told_is("set crt=1 hold save dot ask append bang cmd debug\n",
		"1:5: notice: variables of mailx without a meaning here: crt, hold, save, dot, ask, append, bang, cmd, "
		"..\n");
}

static void preview_seen_is_a_time_or_off(void)
{
	struct cfg *c = told_parse("set preview-seen=off\n");
	g_assert_cmpint(c->options.preview_seen, ==, -1);
	cfg_free(c);
	c = told_parse("set preview-seen=1m\n");
	g_assert_cmpint(c->options.preview_seen, ==, 60);
	cfg_free(c);
	c = told_parse("set preview-seen=off\nunset preview-seen\n");
	g_assert_cmpint(c->options.preview_seen, ==, 2);
	cfg_free(c);
	told_is("set preview-seen=2h\n",
		"1:18: error: '2h' is no value for 'preview-seen' [off, or a time up to 1h, as 10s or 2m]\n");
}

static void viewers_are_kept_by_type(void)
{
	struct cfg *c = told_parse("set view-image/*=feh view-Application/PDF=\"zathura %s; needsterminal\"\n"
				   "set view-video=mpv view-image/*='feh -F %s'\nunset view-video\n");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpuint(c->viewers->len, ==, 2);
	const struct cfg_viewer *last = c->viewers->pdata[0], *first = c->viewers->pdata[1];
	g_assert_cmpstr(last->type, ==, "image/*");
	g_assert_cmpstr(last->command, ==, "feh -F %s");
	g_assert_cmpstr(first->type, ==, "application/pdf");
	g_assert_cmpstr(first->command, ==, "zathura %s; needsterminal");
	cfg_free(c);
	told_is("set view-=x view-a/b/c=x view-image/*x=y view-text/csv=\"'open\" view-text/csv=\n",
		"1:5: error: 'view-=x' names no type and program [as in: set view-application/pdf=\"zathura %s\"]\n"
		"1:13: error: 'view-a/b/c=x' names no type and program [as in: set view-application/pdf=\"zathura "
		"%s\"]\n"
		"1:26: error: 'view-image/*x=y' names no type and program [as in: set view-application/pdf=\"zathura "
		"%s\"]\n"
		"1:42: error: 'view-text/csv='open' names no type and program [as in: set "
		"view-application/pdf=\"zathura "
		"%s\"]\n"
		"1:64: error: 'view-text/csv=' names no type and program [as in: set view-application/pdf=\"zathura "
		"%s\"]\n");
	told_is("set view-image feh\n", "1:5: error: 'view-image' names no type and program [as in: set "
					"view-application/pdf=\"zathura %s\"]\n");
}

static void headers_binds_and_themes_are_kept(void)
{
	struct cfg *c =
		told_parse("ignore received dkim-signature\nretain from\nbind index gA ''\nbind index x delete\n"
			   "macro index gw \"sWork<Enter>\"\n"
			   "theme quote1 bold blue\n");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpuint(c->ignore->len, ==, 2);
	g_assert_cmpstr(c->retain->pdata[0], ==, "from");
	const struct cfg_bind *bind = c->binds->pdata[0];
	g_assert_cmpstr(bind->key, ==, "gA");
	g_assert_cmpstr(bind->command, ==, "");
	const struct cfg_bind *macro = c->binds->pdata[2];
	g_assert_true(macro->macro && !bind->macro);
	g_assert_cmpstr(macro->command, ==, "sWork<Enter>");
	const struct cfg_theme *theme = c->themes->pdata[0];
	g_assert_cmpstr(theme->style, ==, "bold blue");
	cfg_free(c);
	told_is("ignore received:\nbind index x\n",
		"1:8: error: 'received:' is no name of a header [without colon and blanks: list-id]\n"
		"2:1: error: something is missing behind 'bind' [it is written: bind CONTEXT KEY COMMAND]\n");
}

static void source_is_refused_from_memory(void)
{
	told_is("source ~/.mailrc\n", "1:1: error: 'source' cannot be used here\n");
}

/* What stands in the tables is what people are told: names once, help in one line. */
static void check_table(const struct cfg_word *words, size_t n)
{
	g_assert_cmpuint(n, >, 5);
	for (size_t i = 0; i < n; i++) {
		g_assert_nonnull(words[i].args);
		g_assert_nonnull(words[i].help);
		g_assert_nonnull(words[i].rule);
		g_assert_null(strpbrk(words[i].help, "\n."));
		if (words[i].doc)
			g_assert_true(g_str_has_suffix(words[i].doc, "."));
		for (size_t k = 0; k < i; k++)
			g_assert_cmpstr(words[i].name, !=, words[k].name);
	}
}

static void tables_are_complete(void)
{
	size_t n;
	const struct cfg_word *words = cfg_option_words(&n);
	check_table(words, n);
	words = cfg_account_words(&n);
	check_table(words, n);
	words = cfg_command_words(&n);
	check_table(words, n);
}

static void add_examples(GString *out, const struct cfg_word *words, size_t n, bool open)
{
	for (size_t i = 0; i < n; i++) {
		const char *line = words[i].example;
		if (line)
			g_string_append_printf(out, "%s\n", open && g_str_has_prefix(line, "# ") ? line + 2 : line);
	}
}

/* open: also those that the example keeps as comments. */
static struct cfg *example(bool open)
{
	g_autoptr(GString) text = g_string_new(NULL);
	size_t options, commands, words;
	const struct cfg_word *o = cfg_option_words(&options), *c = cfg_command_words(&commands);
	const struct cfg_word *a = cfg_account_words(&words);
	add_examples(text, o, options, open);
	add_examples(text, c, commands, open);
	add_examples(text, a, words, open);
	g_string_append(text, "}\n");
	return told_parse(text->str);
}

static void examples_form_a_mailrc(void)
{
	struct cfg *c = example(false);
	g_autofree char *all = told_all(c);
	g_assert_cmpstr(all, ==, "");
	g_assert_cmpuint(c->accounts->len, ==, 1);
	g_assert_cmpuint(c->aliases->len, ==, 2);
	cfg_free(c);
}

static void examples_in_comments_are_right_too(void)
{
	struct cfg *c = example(true);
	g_autofree char *all = told_all(c);
	g_assert_nonnull(strstr(all, "'source' cannot be used here"));
	g_assert_nonnull(strstr(all, "'passcmd' stands beside another word"));
	g_assert_nonnull(strstr(all, "'tokencmd' stands beside another word"));
	g_assert_cmpuint(c->diags->len, ==, 3);
	cfg_free(c);
}

void suite(void)
{
	unit_add(presets_are_the_tables);
	unit_add(set_takes_several_of_every_type);
	unit_add(tilde_is_the_home_directory);
	unit_add(options_of_the_terminal_are_kept);
	unit_add(unset_gives_the_preset_back);
	unit_add(values_out_of_range_are_errors);
	unit_add(presets_of_sending_are_careful);
	unit_add(options_of_sending_are_kept);
	unit_add(wrong_values_of_sending_are_told);
	unit_add(set_without_equals_sign_is_an_error);
	unit_add(unknown_option_suggests_nearest);
	unit_add(mailx_variables_are_one_notice_a_file);
	unit_add(preview_seen_is_a_time_or_off);
	unit_add(viewers_are_kept_by_type);
	unit_add(headers_binds_and_themes_are_kept);
	unit_add(source_is_refused_from_memory);
	unit_add(tables_are_complete);
	unit_add(examples_form_a_mailrc);
	unit_add(examples_in_comments_are_right_too);
}
