/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define MASK "********"
#define QUOTE_COLUMNS 60

/* A diagnostic and the number of its statement. */
struct diag {
	struct cfg_diag pub;
	unsigned seq;
};

static void diag_free(void *d)
{
	struct cfg_diag *pub = d;
	g_free(pub->file);
	g_free(pub->text);
	g_free(pub->hint);
	g_free(pub->source);
	g_free(d);
}

/* --- what may be shown of a line --- */

static bool ends_name(char c)
{
	return c == ' ' || c == '\t' || c == '=' || c == ':' || c == '\\';
}

static struct str word_at(struct str line, size_t from)
{
	while (from < line.n && (line.p[from] == ' ' || line.p[from] == '\t'))
		from++;
	size_t end = from;
	while (end < line.n && !ends_name(line.p[end]))
		end++;
	return (struct str){ line.p ? line.p + from : NULL, end - from };
}

/* `password file PATH` and `password ask` hold none. */
static bool says_where(struct str line, struct str first)
{
	if (!str_is(first, "password") && !str_is(first, "smtp-password"))
		return false;
	struct str second = word_at(line, (size_t)(first.p - line.p) + first.n);
	return str_is(second, "file") || str_is(second, "ask");
}

/* The end of a word that tells that a secret follows, or the length. */
static size_t after_sign(struct str line)
{
	static const char *const signs[] = { "pass", "pwd", "secret", "token" };
	for (size_t i = 0; i < line.n; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(signs); k++)
			if (str_starts(str_sub(line, i), signs[k])) {
				struct str rest = str_sub(line, i);
				size_t end = 0;
				while (end < rest.n && !ends_name(rest.p[end]))
					end++;
				return i + end;
			}
	return line.n;
}

/* The octet behind "://" where a user and a password stand before a host, or the length. */
static size_t after_scheme(struct str line)
{
	size_t from = line.n;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == ' ' || line.p[i] == '\t')
			from = line.n;
		else if (line.p[i] == '@' && from < line.n)
			return from;
		else if (i >= 2 && line.p[i] == '/' && line.p[i - 1] == '/' && line.p[i - 2] == ':')
			from = i + 1;
	}
	return line.n;
}

size_t cfg_secret_from(struct str line)
{
	static const char *const words[] = { "password", "smtp-password", "passcmd", "tokencmd" };
	struct str first = word_at(line, 0);
	if (says_where(line, first))
		return line.n;
	size_t from = MIN(after_sign(line), after_scheme(line));
	if (first.n && first.n <= 20) {
		g_autofree char *name = str_dup(first);
		size_t end = (size_t)(first.p - line.p) + first.n;
		if (cfg_nearest(name, words, G_N_ELEMENTS(words)))
			from = MIN(from, end);
	}
	while (from < line.n && line.p[from] != '\\' && ends_name(line.p[from]))
		from++;
	return from;
}

/* A character for a character, so that columns can still be counted. */
static void add_clean(GString *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = 1;
		while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xc0) == 0x80)
			n++;
		struct str c = { s.p + i, n };
		if (s.p[i] == '\t')
			g_string_append_c(out, ' ');
		else if (utf8_is_clean(c))
			g_string_append_len(out, c.p, (gssize)c.n);
		else
			g_string_append(out, "\xef\xbf\xbd");
		i += n;
	}
}

static char *shown_line(const struct mark *at)
{
	if (!at->source.p || at->source.n > CFG_SOURCE_LINE_MAX)
		return NULL;
	size_t secret = MIN(at->secret, at->source.n);
	GString *out = g_string_new(NULL);
	add_clean(out, (struct str){ at->source.p, secret });
	if (secret < at->source.n)
		g_string_append(out, MASK);
	return g_string_free(out, FALSE);
}

char *cfg_quote_word(const struct word *w)
{
	size_t begin = w->at.source.p ? (size_t)(w->at.span.p - w->at.source.p) : 0;
	size_t open = w->at.secret > begin ? w->at.secret - begin : 0;
	if (open < w->at.span.n) {
		g_autofree char *start = utf8_line((struct str){ w->at.span.p, open });
		return g_strdup_printf("'%s" MASK "'", start);
	}
	g_autofree char *line = utf8_line(str_of(w->text));
	int width;
	struct str fit = utf8_fit(str_of(line), QUOTE_COLUMNS, &width);
	return g_strdup_printf("'%.*s%s'", (int)fit.n, fit.p ? fit.p : "", fit.n < strlen(line) ? ".." : "");
}

/* --- collecting --- */

static void keep(struct parser *p, enum cfg_level level, const struct mark *at, char *text, const char *hint)
{
	struct diag *d = g_new0(struct diag, 1);
	d->pub.level = level;
	d->pub.file = g_strdup(at->file ? at->file : "mailrc");
	d->pub.line = MAX(at->line, 1);
	d->pub.col = MAX(at->col, 1);
	d->pub.text = text;
	d->pub.hint = g_strdup(hint);
	d->pub.source = shown_line(at);
	d->pub.width = 1;
	if (d->pub.source && at->span.n) {
		g_autofree char *span = utf8_line(at->span);
		d->pub.width = (unsigned)MAX(utf8_width(str_of(span)), 1);
	}
	d->seq = at->seq;
	g_ptr_array_add(p->cfg->diags, d);
}

void cfg_complain(struct parser *p, enum cfg_level level, const struct mark *at, const char *hint, const char *fmt, ...)
{
	p->errors += level == CFG_ERROR;
	if (p->cfg->diags->len >= CFG_DIAGS_MAX) {
		p->dropped++;
		p->dropped_errors += level == CFG_ERROR;
		return;
	}
	va_list args;
	va_start(args, fmt);
	char *text = g_strdup_vprintf(fmt, args);
	va_end(args);
	keep(p, level, at, text, hint);
}

char *cfg_first_here(const struct mark *now, const struct mark *first)
{
	if (!g_strcmp0(now->file, first->file))
		return g_strdup_printf(_("first here: %u:%u"), first->line, first->col);
	return g_strdup_printf(_("first here: %s:%u:%u"), first->file, first->line, first->col);
}

char *cfg_did_you_mean(const char *nearest)
{
	return nearest ? g_strdup_printf(_("did you mean '%s'?"), nearest) : NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct diag *x = *(const struct diag *const *)a, *y = *(const struct diag *const *)b;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->pub.line != y->pub.line)
		return x->pub.line < y->pub.line ? -1 : 1;
	return (x->pub.col > y->pub.col) - (x->pub.col < y->pub.col);
}

void cfg_diags_finish(struct parser *p)
{
	g_ptr_array_sort(p->cfg->diags, by_place);
	if (!p->dropped)
		return;
	const struct cfg_diag *last = p->cfg->diags->pdata[p->cfg->diags->len - 1];
	struct mark at = { .file = last->file, .line = last->line, .col = last->col };
	char *text = g_strdup_printf(
		P_("one more mistake is not shown", "%u more mistakes are not shown", p->dropped), p->dropped);
	keep(p, p->dropped_errors ? CFG_ERROR : CFG_WARNING, &at, text, NULL);
}

/* --- for people --- */

const char *cfg_level_name(enum cfg_level level)
{
	static const char *const names[] = { "error", "warning", "notice" };
	return names[level];
}

/* The columns before the diagnostic's place. */
static int columns_before(const struct cfg_diag *d)
{
	long n = g_utf8_strlen(d->source, -1);
	const char *end = g_utf8_offset_to_pointer(d->source, MIN((long)d->col - 1, n));
	return utf8_width((struct str){ d->source, (size_t)(end - d->source) });
}

char *cfg_diag_text(const struct cfg_diag *d)
{
	GString *out = g_string_new(NULL);
	g_string_printf(out, "%s:%u:%u: %s: %s\n", d->file, d->line, d->col, cfg_level_name(d->level), d->text);
	if (d->source) {
		int before = columns_before(d), all = utf8_width(str_of(d->source));
		int width = CLAMP((int)d->width, 1, MAX(all - before, 1));
		g_string_append_printf(out, "%5u | %s\n      | %*s^", d->line, d->source, before, "");
		for (int i = 1; i < width; i++)
			g_string_append_c(out, '~');
		if (d->hint)
			g_string_append_printf(out, "  %s", d->hint);
		g_string_append_c(out, '\n');
	} else if (d->hint) {
		g_string_append_printf(out, "      | %s\n", d->hint);
	}
	return g_string_free(out, FALSE);
}

GPtrArray *cfg_diags_new(void)
{
	return g_ptr_array_new_with_free_func(diag_free);
}
