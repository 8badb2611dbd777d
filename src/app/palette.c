/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands by what is typed for them. */
#include "app/model.h"

#include <string.h>

#include "base/i18n.h"

/* Better than all that is below it. */
enum {
	FITS_WORD = 150,  /* it is one of the other words */
	FITS_NAME = 100,  /* the name begins with it */
	FITS_PART = 80,   /* a word of the name does */
	FITS_HELP = 60,   /* a word of the help, or another word, does */
	FITS_INSIDE = 40, /* it stands somewhere in them */
	FITS_LETTERS = 1, /* its letters are in the name, in order: up to 39 */
};

/* 2: a word of text is `typed`; 1: a word begins with it; 0: none does. Both case-folded. */
static int word_fit(const char *text, const char *typed)
{
	size_t n = strlen(typed);
	int best = 0;
	bool start = true;
	for (const char *p = text; *p && best < 2; p = g_utf8_next_char(p)) {
		if (start && g_str_has_prefix(p, typed))
			best = g_unichar_isalnum(g_utf8_get_char(p + n)) ? MAX(best, 1) : 2;
		start = !g_unichar_isalnum(g_utf8_get_char(p));
	}
	return best;
}

static int one_score(const char *name, const char *help, const char *words, const char *typed)
{
	int other = word_fit(words, typed);
	if (other == 2)
		return FITS_WORD;
	if (g_str_has_prefix(name, typed))
		return FITS_NAME;
	if (word_fit(name, typed))
		return FITS_PART;
	if (other || word_fit(help, typed))
		return FITS_HELP;
	if (strstr(name, typed) || strstr(help, typed) || strstr(words, typed))
		return FITS_INSIDE;
	int letters = strlen(typed) > 1 ? model_fuzzy(typed, name) : 0;
	return letters ? CLAMP(letters / 4, FITS_LETTERS, FITS_INSIDE - 1) : 0;
}

/* Every word typed has to fit. */
static int score(enum app_command c, char **typed)
{
	const struct app_command_info *info = app_command_info(c);
	g_autofree char *help = g_utf8_casefold(_(info->help), -1);
	g_autofree char *words = g_utf8_casefold(info->words ? _(info->words) : "", -1);
	int sum = 1;
	for (char **word = typed; *word; word++) {
		int one = **word ? one_score(info->name, help, words, *word) : 0;
		if (**word && !one)
			return 0;
		sum += one;
	}
	return sum;
}

static gint best_first(gconstpointer a, gconstpointer b)
{
	const struct palette_row *x = a, *y = b;
	if (x->here != y->here)
		return y->here - x->here;
	return y->score != x->score ? y->score - x->score : (int)x->command - (int)y->command;
}

GArray *app_palette(enum app_context ctx, const char *typed)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct palette_row));
	g_autofree char *folded = g_utf8_casefold(typed, -1);
	g_auto(GStrv) words = g_strsplit(g_strstrip(folded), " ", -1);
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		struct palette_row row = { .command = c, .here = app_command_info(c)->contexts & (1u << ctx) };
		if (c == CMD_PALETTE || (!words[0] && !row.here))
			continue;
		row.score = score(c, words);
		if (row.score)
			g_array_append_val(rows, row);
	}
	g_array_sort(rows, best_first);
	return rows;
}

enum app_command app_palette_line(const char *line, const char **rest_out)
{
	size_t n = strcspn(line, " ");
	g_autofree char *name = g_strndup(line, n);
	enum app_command c = app_command_find(name);
	*rest_out = line + n + strspn(line + n, " ");
	return c;
}

char *app_command_title(enum app_command c)
{
	const char *help = _(app_command_info(c)->help);
	return g_strndup(help, strcspn(help, ":;"));
}

const char *app_command_elsewhere(enum app_command c)
{
	unsigned in = app_command_info(c)->contexts;
	if (in & (1u << CTX_INDEX))
		return _("go to a list of messages first");
	if (in & (1u << CTX_MESSAGE))
		return _("open a message first");
	if (in & (1u << CTX_FOLDERS))
		return _("go to the folders first");
	if (in & (1u << CTX_PARTS))
		return _("open the parts of a message first");
	if (in & (1u << CTX_COMPOSE))
		return _("write a letter first");
	if (in & (1u << CTX_FROM))
		return _("choose the sender of a letter first");
	if (in & (1u << CTX_QUOTE))
		return _("choose the lines to quote first");
	if (in & (1u << CTX_DRAFTS))
		return _("go to the letters begun first");
	if (in & (1u << CTX_SETTINGS))
		return _("go to the settings first");
	if (in & (1u << CTX_QUEUE))
		return _("go to the queue first");
	return _("it works in another place");
}
