/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for words in a text: small and capital letters are one, a blank is any run of blanks and line ends. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

struct needle {
	gunichar *points; /* small; ' ' for a run of blanks */
	size_t n;
};

static bool is_blank(gunichar c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == 0xa0;
}

struct needle *needle_new(struct str words)
{
	g_autofree char *valid = utf8_make_valid(words);
	struct needle *d = g_new0(struct needle, 1);
	d->points = g_new(gunichar, words.n + 1);
	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_unichar_tolower(g_utf8_get_char(p));
		bool again = is_blank(c) && d->n && d->points[d->n - 1] == ' ';
		if (!again)
			d->points[d->n++] = is_blank(c) ? ' ' : c;
	}
	if (d->n)
		return d;
	needle_free(d);
	return NULL;
}

void needle_free(struct needle *d)
{
	if (!d)
		return;
	g_free(d->points);
	g_free(d);
}

static gunichar take_point(struct str *s)
{
	gunichar c = (unsigned char)*s->p < 0x80 ? (gunichar)*s->p : g_utf8_get_char(s->p);
	*s = str_sub(*s, (size_t)g_utf8_skip[(unsigned char)*s->p]);
	return c;
}

/* Octets of the blanks at the start of s; with the quoting signs of a line that begins among them, for a sentence goes on
 * behind those. */
static size_t count_blanks(struct str s)
{
	struct str rest = s;
	bool line_end = false;
	while (rest.n) {
		struct str next = rest;
		gunichar c = take_point(&next);
		if (!is_blank(c) && !(line_end && c == '>'))
			break;
		line_end = line_end || c == '\n';
		rest = next;
	}
	return s.n - rest.n;
}

/* Octets of s, which is valid, that match at its start; 0: none. */
static size_t match_at(const struct needle *d, struct str s)
{
	struct str rest = s;
	for (size_t i = 0; i < d->n; i++) {
		size_t blanks = d->points[i] == ' ' ? count_blanks(rest) : 0;
		bool matches = blanks ||
			       (rest.n && d->points[i] != ' ' && g_unichar_tolower(take_point(&rest)) == d->points[i]);
		if (!matches)
			return 0;
		rest = str_sub(rest, blanks);
	}
	return s.n - rest.n;
}

bool needle_next(const struct needle *d, struct str s, size_t from, size_t *at_out, size_t *n_out)
{
	while (from < s.n) {
		struct str rest = str_sub(s, from);
		size_t n = match_at(d, rest);
		if (n) {
			*at_out = from;
			*n_out = n;
			return true;
		}
		from += (size_t)g_utf8_skip[(unsigned char)*rest.p];
	}
	return false;
}

/* --- the keys of views that hold a text --- */

static void tell(struct ui *ui, enum text_found found)
{
	if (found == TEXT_NOT_FOUND)
		ui_say(ui, g_strdup(_("It is not in this text.")));
	else if (found == TEXT_FOUND_ROUND)
		ui_say(ui, g_strdup(_("Past the end: on from the other one.")));
}

static void words_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view *top = ui_top(ui);
	struct text *t = top->ops->text ? top->ops->text(top) : NULL;
	(void)aux;
	if (t && text_look_for(t, typed))
		tell(ui, text_find(t, true));
}

static void say_nothing_yet(struct ui *ui)
{
	g_autofree char *key = ui_key(ui, ui_top(ui)->ops->context, CMD_FIND);
	ui_say(ui, g_strdup_printf(_("Nothing to find yet: %s asks for it."), key));
}

bool find_command(struct view *v, enum app_command c)
{
	struct text *t = v->ops->text(v);
	switch (c) {
	case CMD_FIND: ui_ask(v->ui, g_strdup(_("Find: ")), "", false, words_typed, NULL, NULL); return true;
	case CMD_FIND_NEXT:
	case CMD_FIND_PREVIOUS:
		if (text_is_searched(t))
			tell(v->ui, text_find(t, c == CMD_FIND_NEXT));
		else
			say_nothing_yet(v->ui);
		return true;
	default: return false;
	}
}
