/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills the frame of a page from the program's own tables: gendoc FRAME >PAGE. A line `@section NAME@` of the
 * frame is replaced by that section, all others are copied. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/model.h"
#include "config/cfg.h"

#define MARK "@section "

/* --- mdoc --- */

static void add_roff(GString *out, const char *text)
{
	bool quoted = false;
	for (const char *p = text; *p; p++) {
		bool first = p == text || p[-1] == '\n';
		switch (*p) {
		case '`':
			g_string_append(out, quoted ? "\\(cq" : "\\(oq");
			quoted = !quoted;
			break;
		case '\\': g_string_append(out, "\\e"); break;
		case '-': g_string_append(out, "\\-"); break;
		case '^': g_string_append(out, "\\(ha"); break;
		case '~': g_string_append(out, "\\(ti"); break;
		case '"': g_string_append(out, "\\(dq"); break;
		case '\'': g_string_append(out, first ? "\\(aq" : "'"); break;
		case '.': g_string_append(out, first ? "\\&." : "."); break;
		default: g_string_append_c(out, *p);
		}
	}
}

/* A word of a macro line: never taken for a macro or a delimiter. */
static void add_word(GString *out, const char *text)
{
	g_string_append(out, "\\&");
	add_roff(out, text);
}

/* What may follow a command: PLACES slanted, words to be typed as they are in bold. */
static void add_args(GString *out, const char *args)
{
	for (const char *p = args; *p;) {
		size_t n = 0;
		while (g_ascii_isalnum(p[n]) || (n && p[n] == '-'))
			n++;
		g_autofree char *word = g_strndup(p, n ? n : 1);
		if (n)
			g_string_append(out, g_ascii_isupper(*p) ? "\\fI" : "\\fB");
		if (*p == ' ')
			g_string_append(out, "\\ ");
		else
			add_roff(out, word);
		if (n)
			g_string_append(out, "\\fR");
		p += n ? n : 1;
	}
}

static void end_sentence(GString *out)
{
	if (out->len && out->str[out->len - 1] != '.')
		g_string_append_c(out, '.');
	g_string_append_c(out, '\n');
}

/* Help texts are written without a capital and a full stop. */
static void add_help(GString *out, const char *help)
{
	g_autofree char *text = g_strdup(help);
	text[0] = g_ascii_toupper(text[0]);
	add_roff(out, text);
	end_sentence(out);
}

/* A sentence a line, as mdoc wants it. */
static void add_sentences(GString *out, const char *doc)
{
	g_auto(GStrv) sentences = g_strsplit(doc ? doc : "", ". ", -1);
	for (char **one = sentences; *one && **one; one++) {
		add_roff(out, *one);
		end_sentence(out);
	}
}

static void add_option(GString *out, const struct cli_option *o)
{
	g_string_append(out, ".It");
	if (o->letter)
		g_string_append_printf(out, " Fl %c", o->letter);
	if (o->letter && o->name)
		g_string_append(out, " ,");
	if (o->name)
		g_string_append_printf(out, " Fl -%s", o->name);
	if (o->arg) {
		g_string_append(out, " No ");
		add_args(out, o->arg);
	}
	g_string_append_c(out, '\n');
	add_help(out, o->help);
}

static void man_options(GString *out)
{
	g_string_append(out, ".Bl -tag -width 10n\n");
	for (int id = 0; id < CLI_OPTIONS; id++)
		if (cli_is_global((enum cli_option_id)id))
			add_option(out, cli_option((enum cli_option_id)id));
	g_string_append(out, ".El\n");
}

static bool is_own(const struct cli_verb *v, int id)
{
	return cli_takes(v, (enum cli_option_id)id) && !cli_is_global((enum cli_option_id)id);
}

static void man_commands(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	g_string_append(out, ".Bl -tag -width 4n\n");
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(out, ".It Cm %s", verbs[i].name);
		g_string_append(out, cli_has_options(&verbs[i]) ? " Oo Ar OPTION ..\\& Oc No " : " No ");
		if (*verbs[i].args)
			add_args(out, verbs[i].args);
		else
			g_string_truncate(out, out->len - strlen(" No "));
		g_string_append_c(out, '\n');
		add_help(out, verbs[i].help);
		add_sentences(out, verbs[i].doc);
		if (cli_has_options(&verbs[i]))
			g_string_append(out, ".Bl -tag -width 10n -compact\n");
		for (int id = 0; id < CLI_OPTIONS; id++)
			if (is_own(&verbs[i], id))
				add_option(out, cli_option((enum cli_option_id)id));
		if (cli_has_options(&verbs[i]))
			g_string_append(out, ".El\n");
	}
	g_string_append(out, ".El\n");
}

/* An item of the chords that a command has anywhere, as `bind` takes them. */
static void add_chords(GString *out, const struct keymap *k, enum app_command c)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_string_append(out, ".It");
	for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++) {
		g_autofree char *keys = keymap_all(k, ctx, c);
		g_auto(GStrv) chords = g_strsplit(keys ? keys : "", ", ", -1);
		for (char **chord = chords; *chord; chord++) {
			g_auto(GStrv) parts = g_strsplit(*chord, " ", -1);
			char *tight = g_strjoinv("", parts);
			if (g_hash_table_contains(seen, tight)) {
				g_free(tight);
				continue;
			}
			g_string_append(out, g_hash_table_size(seen) ? " , Ic " : " Ic ");
			add_word(out, tight);
			g_hash_table_add(seen, tight);
		}
	}
	g_string_append_c(out, '\n');
}

static void add_key_command(GString *out, const struct keymap *k, enum app_command command)
{
	const struct app_command_info *c = app_command_info(command);
	add_chords(out, k, command);
	add_help(out, c->help);
	g_string_append(out, ".Pq Cm ");
	add_word(out, c->name);
	const char *before = " : No ";
	for (int ctx = 0; ctx < CTX_COUNT; ctx++)
		if (c->contexts & 1u << ctx) {
			g_string_append_printf(out, "%s%s", before, app_context_names[ctx]);
			before = ", ";
		}
	g_string_append_c(out, '\n');
}

static void man_keys(GString *out)
{
	struct keymap *k = keymap_new(NULL, NULL);
	for (int group = 0; group < GROUP_COUNT; group++) {
		g_string_append_printf(
			out, ".Ss %s\n.Bl -tag -width 10n -compact\n", app_group_title((enum app_group)group));
		for (int c = CMD_NONE + 1; c < CMD_COUNT; c++)
			if (app_command_info((enum app_command)c)->group == (enum app_group)group)
				add_key_command(out, k, (enum app_command)c);
		g_string_append(out, ".El\n");
	}
	keymap_free(k);
}

static bool has_other_keys(const struct keymap *a, const struct keymap *b, enum app_command c)
{
	bool other = false;
	for (enum app_context ctx = 0; ctx < CTX_COUNT && !other; ctx++) {
		g_autofree char *x = keymap_all(a, ctx, c), *y = keymap_all(b, ctx, c);
		other = g_strcmp0(x, y) != 0;
	}
	return other;
}

static void man_preset(GString *out, const char *name)
{
	struct cfg cfg = { .options = { .keys = (char *)name } };
	struct keymap *usual = keymap_new(NULL, NULL), *preset = keymap_new(&cfg, NULL);
	g_string_append(out, ".Bl -tag -width 22n -compact\n");
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		if (!has_other_keys(preset, usual, c))
			continue;
		add_chords(out, preset, c);
		g_string_append(out, ".Cm ");
		add_word(out, app_command_info(c)->name);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, ".El\n");
	keymap_free(usual);
	keymap_free(preset);
}

static void man_keys_vim(GString *out)
{
	man_preset(out, "vim");
}

static void man_words(GString *out, const struct cfg_word *words, size_t n)
{
	g_string_append(out, ".Bl -tag -width 4n\n");
	for (size_t i = 0; i < n; i++) {
		const struct cfg_word *w = &words[i];
		g_string_append(out, ".It Cm ");
		add_word(out, w->name);
		if (w->args && *w->args) {
			g_string_append(out, " No ");
			add_args(out, w->args);
		}
		g_string_append_c(out, '\n');
		add_help(out, w->help);
		add_sentences(out, w->doc);
		if (w->preset) {
			g_string_append(out, "Without it: ");
			add_roff(out, w->preset);
			g_string_append(out, ".\n");
		}
	}
	g_string_append(out, ".El\n");
}

static void man_mailrc_commands(GString *out)
{
	size_t n;
	const struct cfg_word *words = cfg_command_words(&n);
	man_words(out, words, n);
}

static void man_mailrc_options(GString *out)
{
	size_t n;
	const struct cfg_word *words = cfg_option_words(&n);
	man_words(out, words, n);
}

static void man_mailrc_account(GString *out)
{
	size_t n;
	const struct cfg_word *words = cfg_account_words(&n);
	man_words(out, words, n);
}

/* --- mailrc.example --- */

static void add_example(GString *out, const struct cfg_word *w, const char *indent)
{
	if (w->example)
		g_string_append_printf(out, "%s# %s\n%s\n", indent, w->help, w->example);
}

static void mailrc_options(GString *out)
{
	size_t n;
	const struct cfg_word *words = cfg_option_words(&n);
	for (size_t i = 0; i < n; i++)
		add_example(out, &words[i], "");
}

static void mailrc_commands(GString *out)
{
	size_t n, n_account;
	const struct cfg_word *words = cfg_command_words(&n), *account = cfg_account_words(&n_account);
	for (size_t i = 0; i < n; i++) {
		add_example(out, &words[i], "");
		if (strcmp(words[i].name, "account"))
			continue;
		for (size_t k = 0; k < n_account; k++)
			add_example(out, &account[k], "  ");
		g_string_append(out, "}\n");
	}
}

/* --- completions --- */

static void add_quoted(GString *out, const char *text)
{
	for (const char *p = text; *p; p++)
		*p == '\'' ? g_string_append(out, "'\\''") : g_string_append_c(out, *p);
}

static void bash_words(GString *out, const struct cli_verb *v)
{
	for (int id = 0; id < CLI_OPTIONS; id++) {
		const struct cli_option *o = cli_option((enum cli_option_id)id);
		if (v ? !is_own(v, id) : !cli_is_global((enum cli_option_id)id))
			continue;
		if (o->name)
			g_string_append_printf(out, " --%s", o->name);
		if (o->letter)
			g_string_append_printf(out, " -%c", o->letter);
	}
}

static void bash_options(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	g_string_append(out, "\tlocal commands='");
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(out, "%s%s", i ? " " : "", verbs[i].name);
	g_string_append(out, "' options='");
	bash_words(out, NULL);
	g_string_append(out, "' with_value='");
	for (int id = 0; id < CLI_OPTIONS; id++) {
		const struct cli_option *o = cli_option((enum cli_option_id)id);
		if (o->arg && o->name)
			g_string_append_printf(out, " --%s", o->name);
		if (o->arg && o->letter)
			g_string_append_printf(out, " -%c", o->letter);
	}
	g_string_append(out, " '\n");
}

static void bash_commands(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(out, "\t%s) options+='", verbs[i].name);
		bash_words(out, &verbs[i]);
		g_string_append(out, "' ;;\n");
	}
}

static void zsh_option(GString *out, int id, const char *indent)
{
	const struct cli_option *o = cli_option((enum cli_option_id)id);
	g_autoptr(GString) help = g_string_new(o->help);
	g_string_replace(help, "[", "\\[", 0);
	g_string_replace(help, "]", "\\]", 0);
	g_string_replace(help, ":", "\\:", 0);
	for (int i = 0; i < 2; i++) {
		g_autofree char *word = i == 0 && o->name ? g_strdup_printf("--%s", o->name)
					: i && o->letter  ? g_strdup_printf("-%c", o->letter)
							  : NULL;
		if (!word)
			continue;
		g_string_append_printf(out, "%s'%s%s[", indent, id == CLI_VERBOSE || id == CLI_FOLDER ? "*" : "", word);
		add_quoted(out, help->str);
		g_string_append_c(out, ']');
		if (o->arg && strchr(o->arg, '|')) {
			g_autofree char *choices = g_strdelimit(g_strdup(o->arg), "|", ' ');
			g_string_append_printf(out, ":value:(%s)", choices);
		} else if (o->arg) {
			bool file = id == CLI_CONFIG || id == CLI_LOG || id == CLI_OUTPUT;
			g_string_append_printf(out, ":%s:%s", o->arg, file ? "_files" : "");
		}
		g_string_append(out, "'\n");
	}
}

static void zsh_options(GString *out)
{
	for (int id = 0; id < CLI_OPTIONS; id++)
		if (cli_is_global((enum cli_option_id)id))
			zsh_option(out, id, "\t");
}

static void zsh_commands(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(out, "\t'%s:", verbs[i].name);
		add_quoted(out, verbs[i].help);
		g_string_append(out, "'\n");
	}
}

static void zsh_command_options(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	for (size_t i = 0; i < n; i++) {
		if (!cli_has_options(&verbs[i]))
			continue;
		g_string_append_printf(out, "%s)\n\toptions+=(\n", verbs[i].name);
		for (int id = 0; id < CLI_OPTIONS; id++)
			if (is_own(&verbs[i], id))
				zsh_option(out, id, "\t\t");
		g_string_append(out, "\t)\n\t;;\n");
	}
}

static void fish_option(GString *out, int id, const char *condition)
{
	const struct cli_option *o = cli_option((enum cli_option_id)id);
	g_string_append_printf(out, "complete -c boxwood%s", condition);
	if (o->name)
		g_string_append_printf(out, " -l %s", o->name);
	if (o->letter)
		g_string_append_printf(out, " -s %c", o->letter);
	if (o->arg && strchr(o->arg, '|')) {
		g_autofree char *choices = g_strdelimit(g_strdup(o->arg), "|", ' ');
		g_string_append_printf(out, " -x -a '%s'", choices);
	} else if (o->arg) {
		g_string_append(out, id == CLI_CONFIG || id == CLI_LOG || id == CLI_OUTPUT ? " -r" : " -x");
	}
	g_string_append(out, " -d '");
	add_quoted(out, o->help);
	g_string_append(out, "'\n");
}

static void fish_commands(GString *out)
{
	size_t n;
	const struct cli_verb *verbs = cli_verbs(&n);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(out, "complete -c boxwood -n __fish_use_subcommand -a %s -d '", verbs[i].name);
		add_quoted(out, verbs[i].help);
		g_string_append(out, "'\n");
	}
	for (int id = 0; id < CLI_OPTIONS; id++)
		if (cli_is_global((enum cli_option_id)id))
			fish_option(out, id, "");
	for (size_t i = 0; i < n; i++) {
		g_autofree char *condition = g_strdup_printf(" -n '__fish_seen_subcommand_from %s'", verbs[i].name);
		for (int id = 0; id < CLI_OPTIONS; id++)
			if (is_own(&verbs[i], id))
				fish_option(out, id, condition);
	}
}

static const struct {
	const char *name;
	void (*add)(GString *out);
} sections[] = {
	{ "man options", man_options },
	{ "man commands", man_commands },
	{ "man keys", man_keys },
	{ "man keys vim", man_keys_vim },
	{ "man mailrc options", man_mailrc_options },
	{ "man mailrc commands", man_mailrc_commands },
	{ "man mailrc account", man_mailrc_account },
	{ "mailrc options", mailrc_options },
	{ "mailrc commands", mailrc_commands },
	{ "bash options", bash_options },
	{ "bash commands", bash_commands },
	{ "zsh options", zsh_options },
	{ "zsh commands", zsh_commands },
	{ "zsh command options", zsh_command_options },
	{ "fish", fish_commands },
};

static bool add_section(GString *out, const char *line)
{
	g_autofree char *name = g_strdup(line + strlen(MARK));
	name[strcspn(name, "@")] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
		if (!strcmp(sections[i].name, name)) {
			sections[i].add(out);
			return true;
		}
	fprintf(stderr, "gendoc: there is no section '%s'\n", name);
	return false;
}

int main(int argc, char **argv)
{
	g_autofree char *frame = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	setlocale(LC_ALL, "C");
	if (argc != 2 || !g_file_get_contents(argv[1], &frame, NULL, NULL)) {
		fprintf(stderr, "usage: gendoc FRAME >PAGE\n");
		return 64;
	}
	g_auto(GStrv) lines = g_strsplit(frame, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (!g_str_has_prefix(*line, MARK))
			g_string_append_printf(out, "%s%s", *line, line[1] ? "\n" : "");
		else if (!add_section(out, *line))
			return 1;
	}
	return fputs(out->str, stdout) < 0 || fflush(stdout) ? 74 : 0;
}
