/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of a mailrc, and what every table of words has in common. */
#include "config/internal.h"

#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/i18n.h"

/* --- tables of words --- */

const struct cfg_word *cfg_word_find(const struct cfg_word *words, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i].name, name))
			return words + i;
	return NULL;
}

const char *cfg_word_nearest(const struct cfg_word *words, size_t n, const char *name)
{
	g_autofree const char **names = g_new(const char *, n);
	for (size_t i = 0; i < n; i++)
		names[i] = words[i].name;
	return cfg_nearest(name, names, n);
}

GHashTable *cfg_given_table(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

bool cfg_give_once(struct parser *p, GHashTable *seen, const char *slot, const struct word *word,
	const struct word *value, const char *told)
{
	const struct given *first = g_hash_table_lookup(seen, slot);
	if (first) {
		g_autofree char *hint = cfg_first_here(&word->at, &first->word);
		g_autofree char *said = cfg_quote_word(word);
		cfg_complain(p, CFG_ERROR, &word->at, hint, "%s %s", said, told);
		return false;
	}
	struct given given = { word->at, value->at };
	g_hash_table_insert(seen, g_strdup(slot), g_memdup2(&given, sizeof(given)));
	return true;
}

static bool give(struct parser *p, const struct cfg_word *word, const struct stmt *s, GHashTable *seen)
{
	const struct word *value = s->word + (s->n > 1 ? 1 : 0);
	const char *slot = word->rule->slot ? word->rule->slot : word->name;
	if (word->rule->many)
		return true;
	return cfg_give_once(p, seen, slot, s->word, value,
		word->rule->slot ? _("stands beside another word for the same") : _("is given twice"));
}

static bool count_fits(struct parser *p, const struct cfg_word *word, const struct stmt *s)
{
	unsigned args = (unsigned)s->n - 1;
	g_autofree char *usage = g_strdup_printf(_("it is written: %s %s"), word->name, word->args);
	if (args < word->rule->min)
		cfg_complain(p, CFG_ERROR, &s->word->at, usage, _("something is missing behind '%s'"), word->name);
	else if (word->rule->max && args > word->rule->max)
		cfg_complain(p, CFG_ERROR, &s->word[word->rule->max + 1].at, usage,
			_("too many words behind '%s'; put quotes round a value with blanks"), word->name);
	else
		return true;
	return false;
}

void cfg_run_word(struct parser *p, const struct cfg_word *words, size_t n, const struct stmt *s, void *into,
	GHashTable *seen, const char *account)
{
	const struct cfg_word *word = cfg_word_find(words, n, s->word->text);
	if (!word) {
		g_autofree char *said = cfg_quote_word(s->word);
		g_autofree char *hint = cfg_did_you_mean(cfg_word_nearest(words, n, s->word->text));
		if (account)
			cfg_complain(
				p, CFG_ERROR, &s->word->at, hint, _("unknown word %s in account '%s'"), said, account);
		else
			cfg_complain(p, CFG_ERROR, &s->word->at, hint, _("unknown word %s"), said);
		return;
	}
	bool fits = count_fits(p, word, s);
	if ((seen && !give(p, word, s, seen)) || !fits)
		return;
	word->rule->take(p, s, into, word->rule);
	if (account) {
		g_autofree char *key = cfg_key_of(account, word->name);
		cfg_origin_add(p, key, word, s->word + 1, s->n - 1);
	}
}

void cfg_take_text(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)p;
	char **field = (char **)(void *)((char *)into + rule->field);
	g_free(*field);
	*field = g_strdup(s->word[1].text);
}

void cfg_take_words(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)p;
	GPtrArray *list = *(GPtrArray **)(void *)((char *)into + rule->field);
	for (size_t i = 1; i < s->n; i++)
		g_ptr_array_add(list, g_strdup(s->word[i].text));
}

char *cfg_path_of(struct parser *p, const struct word *w)
{
	const char *path = w->text;
	if (!*path) {
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("the path is empty"));
		return NULL;
	}
	if (path[0] == '~' && (path[1] == '/' || !path[1]))
		return g_build_filename(g_get_home_dir(), path + 1, NULL);
	if (path[0] == '~') {
		cfg_complain(p, CFG_ERROR, &w->at, _("write the path in full"),
			_("only ~/ is known, not another user's home"));
		return NULL;
	}
	if (g_path_is_absolute(path))
		return g_strdup(path);
	g_autofree char *dir = g_path_get_dirname(p->source->file);
	return strcmp(dir, ".") ? g_build_filename(dir, path, NULL) : g_strdup(path);
}

/* --- commands --- */

static void take_headers(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	GPtrArray *names = *(GPtrArray **)(void *)((char *)p->cfg + rule->field);
	for (size_t i = 1; i < s->n; i++) {
		const char *name = s->word[i].text;
		if (cfg_value_header(str_of(name))) {
			g_ptr_array_add(names, g_strdup(name));
			continue;
		}
		g_autofree char *said = cfg_quote_word(s->word + i);
		cfg_complain(p, CFG_ERROR, &s->word[i].at, _("without colon and blanks: list-id"),
			_("%s is no name of a header"), said);
	}
}

static void take_source(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	const struct word *w = s->word + 1;
	if (!p->disk) {
		cfg_complain(p, CFG_ERROR, &s->word->at, NULL, _("'source' cannot be used here"));
		return;
	}
	g_autofree char *path = cfg_path_of(p, w);
	if (!path)
		return;
	for (const struct source *up = p->source; up; up = up->up)
		if (!strcmp(up->file, path)) {
			cfg_complain(p, CFG_ERROR, &w->at, NULL, _("'%s' is being read already: a circle of 'source'"),
				path);
			return;
		}
	if (p->source->depth >= CFG_SOURCE_DEPTH) {
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("files are nested more than %d deep"), CFG_SOURCE_DEPTH);
		return;
	}
	if (p->texts->len >= CFG_SOURCE_FILES_MAX) {
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("more than %d files"), CFG_SOURCE_FILES_MAX);
		return;
	}
	struct err e = ERR_INIT;
	if (cfg_parse_file(p, path, &e))
		cfg_complain(p, CFG_ERROR, &w->at, NULL, "%s", e.text);
	err_clear(&e);
}

static void add_bind(struct parser *p, const struct stmt *s, bool macro)
{
	if (!*s->word[1].text || !*s->word[2].text) {
		cfg_complain(p, CFG_ERROR, &s->word[*s->word[1].text ? 2 : 1].at,
			macro ? _("macro index gw \"sWork<Enter>\"") : _("bind index n next-unread"),
			_("an empty word where a view and a key are wanted"));
		return;
	}
	struct cfg_bind *bind = g_new0(struct cfg_bind, 1);
	bind->context = g_strdup(s->word[1].text);
	bind->key = g_strdup(s->word[2].text);
	bind->command = g_strdup(s->word[3].text);
	bind->macro = macro;
	g_ptr_array_add(p->cfg->binds, bind);
}

static void take_bind(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	add_bind(p, s, false);
}

static void take_macro(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	add_bind(p, s, true);
}

static void take_theme(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	GString *style = g_string_new(s->word[2].text);
	for (size_t i = 3; i < s->n; i++)
		g_string_append_printf(style, " %s", s->word[i].text);
	struct cfg_theme *theme = g_new0(struct cfg_theme, 1);
	theme->role = g_strdup(s->word[1].text);
	theme->style = g_string_free(style, FALSE);
	g_ptr_array_add(p->cfg->themes, theme);
}

#define RULE(...)                                                                                                      \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}

static const struct cfg_word command_words[] = {
	{
		.name = "set",
		.args = "OPTION=VALUE..",
		.help = N_("give options a value"),
		.doc = N_(
			"Always with an equals sign; a value with blanks stands in quotes. The variables of mailx that "
			"have no meaning here are passed over with one notice for each file."),
		.rule = RULE(.take = cfg_take_set, .min = 1),
	},
	{
		.name = "unset",
		.args = "OPTION..",
		.help = N_("give options back their default"),
		.rule = RULE(.take = cfg_take_unset, .min = 1),
	},
	{
		.name = "alias",
		.args = "NAME ADDRESS..",
		.help = N_("a short name for one or more addresses"),
		.doc = N_("An address may have a name before it, as in \"Ana Duarte\" <ana@duarte.example>. Other "
			  "aliases may "
			  "stand among the addresses. Given again, the addresses are added."),
		.example = "alias ana \"Ana Duarte\" <ana@duarte.example>",
		.rule = RULE(.take = cfg_take_alias, .min = 2),
	},
	{
		.name = "group",
		.args = "NAME ADDRESS..",
		.help = N_("the same as alias"),
		.example = "group boat ana bram@dewit.example",
		.rule = RULE(.take = cfg_take_alias, .min = 2),
	},
	{
		.name = "ignore",
		.args = "HEADER..",
		.help = N_("headers that are not shown"),
		.example = "ignore received dkim-signature",
		.rule = RULE(.take = take_headers, .min = 1, .field = offsetof(struct cfg, ignore)),
	},
	{
		.name = "retain",
		.args = "HEADER..",
		.help = N_("the only headers that are shown"),
		.doc = N_("Where both are given, retain counts and ignore does not."),
		.example = "# retain from to cc subject date",
		.rule = RULE(.take = take_headers, .min = 1, .field = offsetof(struct cfg, retain)),
	},
	{
		.name = "source",
		.args = "FILE",
		.help = N_("read another file here"),
		.doc = N_("A relative name is looked for beside the file that names it; ~ is the home directory. Files "
			  "may be "
			  "nested ten deep."),
		.example = "# source ~/.mailrc            # aliases kept for mailx",
		.rule = RULE(.take = take_source, .min = 1, .max = 1),
	},
	{
		.name = "bind",
		.args = "CONTEXT KEY COMMAND",
		.help = N_("make a key do a command"),
		.doc = N_("CONTEXT is the view in which the key counts. An empty command, written '', frees the key."),
		.example = "# bind index n next-unread",
		.rule = RULE(.take = take_bind, .min = 3, .max = 3),
	},
	{
		.name = "macro",
		.args = "CONTEXT KEY KEYS",
		.help = N_("make a key type others"),
		.doc = N_("In KEYS a word between < and > is a key, as in <Enter>, or a command, as in <archive>, and "
			  "^X is "
			  "Control and X. At most 256 of them; a macro may use another. KEYS of '' frees the key."),
		.example = "# macro index gw \"sWork<Enter>\"   # moves to the folder Work",
		.rule = RULE(.take = take_macro, .min = 3, .max = 3),
	},
	{
		.name = "theme",
		.args = "ROLE STYLE..",
		.help = N_("how a kind of text looks"),
		.doc = N_("ROLE is one of normal, bar, key, new, dim, header, quote, quote2, link, error, title, "
			  "heading, "
			  "patch, hunk, added, removed, match and warning. STYLE is some of bold, dim, underline, "
			  "reverse and plain, and a colour: black, red, green, yellow, blue, magenta, cyan or white, "
			  "perhaps with bright- before it, a number up to 255, #RRGGBB, or default, the terminal's "
			  "own; behind on stands the background."),
		.example = "# theme new bold #ffd75f",
		.rule = RULE(.take = take_theme, .min = 2),
	},
	{
		.name = "account",
		.args = "NAME {",
		.help = N_("an account; its words stand on lines of their own, up to a line with }"),
		.doc = N_("NAME has small letters, digits, dots, hyphens and underscores, at most 32, and begins with "
			  "a letter "
			  "or a digit. The first account is the default."),
		.example = "account box {",
		.rule = RULE(.take = cfg_take_account),
	},
};

const struct cfg_word *cfg_command_words(size_t *n_out)
{
	*n_out = G_N_ELEMENTS(command_words);
	return command_words;
}

/* --- reading --- */

void cfg_complain_fault(struct parser *p, const struct stmt *s)
{
	const struct mark *at = &s->fault_at;
	switch (s->fault) {
	case LEX_FINE: break;
	case LEX_OPEN_QUOTE:
		cfg_complain(p, CFG_ERROR, at, NULL, _("quote opened here is not closed on this line"));
		break;
	case LEX_CONTROL:
		cfg_complain(p, CFG_ERROR, at, NULL, _("control character 0x%02x; the line is not read"),
			(unsigned char)*at->span.p);
		break;
	case LEX_BAD_UTF8:
		cfg_complain(
			p, CFG_ERROR, at, _("save the file as UTF-8"), _("this is no UTF-8; the line is not read"));
		break;
	case LEX_TOO_MANY:
		cfg_complain(p, CFG_ERROR, at, NULL, _("more than %d words in one line"), CFG_LINE_WORDS_MAX);
		break;
	}
}

/* A line that could not be read, yet the lines behind it belong to its block. */
static bool opens_block(const struct stmt *s)
{
	return str_starts(str_trim(s->fault_at.source), "account ");
}

static void top_line(struct parser *p, const struct stmt *s)
{
	if (!strcmp(s->word->text, "}"))
		cfg_complain(p, CFG_ERROR, &s->word->at, NULL, _("'}' closes nothing"));
	else
		cfg_run_word(p, command_words, G_N_ELEMENTS(command_words), s, NULL, NULL, NULL);
}

/* A command that never stands in an account tells that the account's end was forgotten. */
static bool is_command_line(const struct stmt *s)
{
	if (s->fault && opens_block(s))
		return true;
	return s->n && cfg_word_find(command_words, G_N_ELEMENTS(command_words), s->word->text);
}

static void parse_line(struct parser *p, struct stmt *s)
{
	if (p->block && is_command_line(s))
		cfg_account_unclosed(p, s->n ? s->word->at.line : s->fault_at.line, false);
	if (s->fault) {
		cfg_complain_fault(p, s);
		if (opens_block(s))
			cfg_take_account(p, s, NULL, NULL);
	} else if (p->block) {
		cfg_account_line(p, s);
	} else {
		top_line(p, s);
	}
}

void cfg_parse_text(struct parser *p, struct str text, const char *file)
{
	struct source source = { .up = p->source, .file = g_string_chunk_insert_const(p->names, file) };
	source.depth = p->source ? p->source->depth + 1 : 0;
	p->source = &source;
	struct lexer l;
	struct stmt s;
	cfg_lex_init(&l, text, source.file, &p->seq);
	cfg_stmt_init(&s);
	while (cfg_lex_next(&l, &s) != LEX_END)
		parse_line(p, &s);
	if (p->block)
		cfg_account_unclosed(p, l.line + (text.p[text.n - 1] == '\n'), true);
	cfg_stmt_clear(&s);
	cfg_foreign_finish(&source);
	p->source = source.up;
}

static void text_free(void *b)
{
	buf_clear(b);
	g_free(b);
}

struct buf *cfg_parser_read(struct parser *p, const char *path, struct err *e)
{
	struct buf *text = g_new0(struct buf, 1);
	buf_init(text, CFG_FILE_MAX);
	g_ptr_array_add(p->texts, text);
	if (p->over_path && !strcmp(path, p->over_path)) {
		if (buf_add_str(text, p->over_text))
			err_set(e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "'%s' is larger than %u octets", path,
				CFG_FILE_MAX);
		return e->cause ? NULL : text;
	}
	return fs_read(path, CFG_FILE_MAX, text, e) ? NULL : text;
}

/* passcmd runs what this file says: whoever can write it is its user. */
static void check_writers(struct parser *p, const char *path)
{
	struct stat st;
	struct mark at = { .file = path, .seq = p->seq };
	g_autofree char *hint = g_strdup_printf("chmod go-w %s", path);
	if (!stat(path, &st) && S_ISREG(st.st_mode) && st.st_mode & S_IWOTH)
		cfg_complain(p, CFG_ERROR, &at, hint, _("everybody can change this file"));
}

int cfg_parse_file(struct parser *p, const char *path, struct err *e)
{
	const struct buf *text = cfg_parser_read(p, path, e);
	if (!text)
		return -1;
	check_writers(p, path);
	cfg_parse_text(p, buf_str(text), path);
	return 0;
}

void cfg_parse_end(struct parser *p)
{
	cfg_aliases_check(p);
	cfg_diags_finish(p);
}

void cfg_parser_init(struct parser *p, struct cfg *c, bool disk)
{
	*p = (struct parser){ .cfg = c, .disk = disk };
	p->names = g_string_chunk_new(256);
	p->texts = g_ptr_array_new_with_free_func(text_free);
	p->labels = cfg_given_table();
	p->alias_index = g_hash_table_new(g_str_hash, g_str_equal);
	p->alias_uses = cfg_alias_uses_new();
}

void cfg_parser_clear(struct parser *p)
{
	g_hash_table_unref(p->labels);
	g_hash_table_unref(p->alias_index);
	g_array_unref(p->alias_uses);
	g_ptr_array_unref(p->texts);
	g_string_chunk_free(p->names);
}
