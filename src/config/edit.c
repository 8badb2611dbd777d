/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of a mailrc's text. What is not edited stays octet for octet. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

#define BOM "\xef\xbb\xbf"
#define INDENT "  "
#define ARGS_COLUMN 9 /* behind the indentation, as in mailrc.example */

/* --- pieces of the text that become others --- */

struct splice {
	size_t from, to;
	char *text;
};

static void splice_clear(void *p)
{
	g_free(((struct splice *)p)->text);
}

static GArray *splices_new(void)
{
	GArray *splices = g_array_new(FALSE, FALSE, sizeof(struct splice));
	g_array_set_clear_func(splices, splice_clear);
	return splices;
}

static void put(GArray *splices, size_t from, size_t to, char *text)
{
	struct splice s = { from, to, text };
	g_array_append_val(splices, s);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const struct splice *x = a, *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

static void apply(struct str text, GArray *splices, GString *out)
{
	size_t at = 0;
	g_array_sort(splices, by_place);
	for (guint i = 0; i < splices->len; i++) {
		const struct splice *s = &g_array_index(splices, struct splice, i);
		g_string_append_len(out, text.p + at, (gssize)(s->from - at));
		g_string_append(out, s->text);
		at = s->to;
	}
	if (text.n > at)
		g_string_append_len(out, text.p + at, (gssize)(text.n - at));
}

/* --- statements with their places --- */

/* The words of a statement as octets of the text: word i is [span[2 i], span[2 i + 1]). */
struct found {
	size_t from, to; /* its whole lines */
	size_t n;
	size_t *span;
	bool commented; /* a comment stands behind it, at `comment` */
	size_t comment;
	size_t hit; /* the word that is meant; 0: all of it */
	bool takes_back;
};

static void found_clear(void *p)
{
	g_free(((struct found *)p)->span);
}

struct walk {
	struct str text;
	struct lexer lexer;
	struct stmt stmt;
	unsigned seq;
	char *block;     /* the account that is open behind this statement; NULL */
	char *inside;    /* the one it stands in */
	bool opens;      /* it opens `block` */
	size_t from, to; /* its whole lines */
	size_t gap;      /* where those before it begin, that say nothing */
	char *gap_inside;
};

static void walk_init(struct walk *w, struct str text)
{
	*w = (struct walk){ .text = text };
	cfg_lex_init(&w->lexer, text, "", &w->seq);
	cfg_stmt_init(&w->stmt);
	w->to = w->lexer.at;
}

static void walk_clear(struct walk *w)
{
	cfg_stmt_clear(&w->stmt);
	g_free(w->block);
	g_free(w->inside);
	g_free(w->gap_inside);
}

static bool is_brace(const struct word *w, const char *brace)
{
	return !w->quoted && !strcmp(w->text, brace);
}

static bool is_command(const char *word)
{
	size_t n;
	const struct cfg_word *words = cfg_command_words(&n);
	return cfg_word_find(words, n, word);
}

/* As the parser opens and closes blocks. */
static void walk_block(struct walk *w)
{
	const struct stmt *s = &w->stmt;
	w->opens = false;
	if (!s->n || (w->block && is_command(s->word->text)))
		g_clear_pointer(&w->block, g_free);
	g_free(w->inside);
	w->inside = g_strdup(w->block);
	if (!s->n)
		return;
	bool ends = is_brace(s->word, "}") || is_brace(s->word + s->n - 1, "}");
	if (w->block && ends) {
		g_clear_pointer(&w->block, g_free);
	} else if (!w->block && !strcmp(s->word->text, "account")) {
		w->block = ends ? NULL : g_strdup(s->n > 1 ? s->word[1].text : "");
		w->opens = w->block;
	}
}

static bool walk_next(struct walk *w)
{
	w->gap = w->to;
	g_free(w->gap_inside);
	w->gap_inside = g_strdup(w->block);
	if (cfg_lex_next(&w->lexer, &w->stmt) == LEX_END)
		return false;
	const struct mark *at = w->stmt.n ? &w->stmt.word->at : &w->stmt.fault_at;
	w->from = (size_t)(at->source.p - w->text.p);
	w->to = w->lexer.at;
	walk_block(w);
	return true;
}

static struct found found_of(const struct walk *w)
{
	const struct stmt *s = &w->stmt;
	struct found f = { .from = w->from, .to = w->to, .n = s->n, .span = g_new(size_t, 2 * s->n + 1) };
	for (size_t i = 0; i < s->n; i++) {
		f.span[2 * i] = (size_t)(s->word[i].at.span.p - w->text.p);
		f.span[2 * i + 1] = f.span[2 * i] + s->word[i].at.span.n;
	}
	size_t end = s->n ? f.span[2 * s->n - 1] : w->from;
	const char *sign = memchr(w->text.p + end, '#', w->to - end);
	f.commented = sign;
	f.comment = sign ? (size_t)(sign - w->text.p) : 0;
	return f;
}

/* --- what an edit finds --- */

struct search {
	const struct cfg_edit *edit;
	const struct cfg_word *word;
	bool option;
	GArray *hits;       /* struct found, in order */
	size_t example;     /* behind a comment that shows it */
	size_t kin;         /* behind what it belongs to */
	size_t block;       /* behind the line that opens its account */
	size_t accounts;    /* before the first account */
	size_t indent_from; /* of a line of the account: how it is indented */
	size_t indent, column;
};

#define NOWHERE ((size_t)-1)

static const struct cfg_word *word_of(const struct cfg_edit *e, bool *option_out)
{
	size_t n;
	const struct cfg_word *words = e->account ? cfg_account_words(&n) : cfg_command_words(&n);
	const struct cfg_word *word = cfg_word_find(words, n, e->word);
	*option_out = !word && !e->account;
	return *option_out ? cfg_option_find(e->word) : word;
}

static const char *slot_of(const struct cfg_word *w)
{
	return w->rule->slot ? w->rule->slot : w->name;
}

static bool same_line(const struct cfg_edit *e, const struct stmt *s)
{
	for (size_t i = 0; i < e->same; i++)
		if (i >= e->n || i + 1 >= s->n || strcmp(s->word[i + 1].text, e->args[i]))
			return false;
	return true;
}

static void note(GArray *hits, const struct walk *w, size_t hit, bool takes_back)
{
	struct found f = found_of(w);
	f.hit = hit;
	f.takes_back = takes_back;
	g_array_append_val(hits, f);
}

static void look_for_option(struct search *q, const struct walk *w)
{
	const struct stmt *s = &w->stmt;
	const char *name = q->edit->word;
	size_t len = strlen(name);
	bool set = !strcmp(s->word->text, "set"), unset = !strcmp(s->word->text, "unset");
	if (!set && !unset)
		return;
	q->kin = w->to;
	for (size_t i = 1; i < s->n; i++) {
		const char *text = s->word[i].text;
		bool hit = unset ? !strcmp(text, name) : !strncmp(text, name, len) && text[len] == '=';
		if (hit)
			note(q->hits, w, i, unset);
	}
}

/* How lines of the account are laid out: the column of the arguments where they are aligned. */
static void look_at_layout(struct search *q, const struct walk *w)
{
	const struct stmt *s = &w->stmt;
	size_t word = (size_t)(s->word->at.span.p - w->text.p);
	size_t args = s->n > 1 ? (size_t)(s->word[1].at.span.p - s->word->at.span.p) : 0;
	bool aligned = args > s->word->at.span.n + 1;
	if (q->indent_from == NOWHERE) {
		q->indent_from = w->from;
		q->indent = word - w->from;
		q->column = 0;
	}
	if (aligned && s->word[1].at.line == s->word->at.line)
		q->column = args;
}

static void look_in_account(struct search *q, const struct walk *w)
{
	const struct stmt *s = &w->stmt;
	size_t n;
	const struct cfg_word *words = cfg_account_words(&n);
	const struct cfg_word *here = cfg_word_find(words, n, s->word->text);
	if (is_brace(s->word, "}"))
		return;
	look_at_layout(q, w);
	if (!here || here > q->word)
		return;
	q->kin = w->to;
	if (!strcmp(slot_of(here), slot_of(q->word)) && same_line(q->edit, s))
		note(q->hits, w, 0, false);
}

static void look_for_command(struct search *q, const struct walk *w)
{
	if (strcmp(w->stmt.word->text, q->edit->word))
		return;
	q->kin = w->to;
	if (q->edit->same && same_line(q->edit, &w->stmt))
		note(q->hits, w, 0, false);
}

/* A commented line that shows the word, as in mailrc.example. */
static bool is_example(const struct search *q, struct str line)
{
	line = str_trim(line);
	if (!line.n || line.p[0] != '#')
		return false;
	line = str_trim(str_sub(line, 1));
	size_t len = strlen(q->edit->word);
	if (q->option) {
		if (!str_starts(line, "set "))
			return false;
		line = str_trim(str_sub(line, 4));
	}
	return str_starts(line, q->edit->word) && len < line.n && strchr(q->option ? "=" : " \t", line.p[len]);
}

static void look_at_gap(struct search *q, const struct walk *w, size_t end)
{
	size_t at = w->gap;
	if (g_strcmp0(w->gap_inside, q->edit->account) || q->example != NOWHERE)
		return;
	while (at < end) {
		const char *nl = memchr(w->text.p + at, '\n', end - at);
		size_t next = nl ? (size_t)(nl - w->text.p) + 1 : end;
		if (is_example(q, (struct str){ w->text.p + at, next - at }))
			q->example = next;
		at = next;
	}
}

static void look(struct search *q, struct str text)
{
	struct walk w;
	walk_init(&w, text);
	while (walk_next(&w)) {
		bool here = !g_strcmp0(w.inside, q->edit->account);
		look_at_gap(q, &w, w.from);
		if (w.opens && q->accounts == NOWHERE)
			q->accounts = w.from;
		if (w.opens && !g_strcmp0(w.block, q->edit->account))
			q->block = w.to;
		if (!w.stmt.n || w.stmt.fault || !here)
			continue;
		if (q->option)
			look_for_option(q, &w);
		else if (q->edit->account)
			look_in_account(q, &w);
		else
			look_for_command(q, &w);
	}
	look_at_gap(q, &w, text.n);
	walk_clear(&w);
}

/* --- lines --- */

static const char *line_end_at(struct str text, size_t at)
{
	size_t end = at;
	if (!at || text.p[at - 1] != '\n') {
		const char *nl = text.n ? memchr(text.p, '\n', text.n) : NULL;
		end = nl ? (size_t)(nl - text.p) + 1 : 0;
	}
	return end > 1 && text.p[end - 2] == '\r' ? "\r\n" : "\n";
}

/* One line more, at the beginning of a line. A last line without an end stays the only one that has none. */
static void add_line(GArray *splices, struct str text, size_t at, const char *line)
{
	const char *end = line_end_at(text, at);
	size_t begin = str_starts(text, BOM) ? strlen(BOM) : 0;
	at = MAX(at, begin);
	bool open = at == text.n && at > begin && text.p[at - 1] != '\n';
	put(splices, at, at, open ? g_strconcat(end, line, NULL) : g_strconcat(line, end, NULL));
}

static void drop_statement(GArray *splices, const struct found *f)
{
	if (f->commented)
		put(splices, f->span[0], f->comment, g_strdup(""));
	else
		put(splices, f->from, f->to, g_strdup(""));
}

static void drop_word(GArray *splices, const struct found *f, size_t i)
{
	put(splices, f->span[2 * i - 1], f->span[2 * i + 1], g_strdup(""));
}

int cfg_edit_quote(const char *value, GString *out, struct err *e)
{
	bool bare = *value && *value != '#' && strcmp(value, "{") && strcmp(value, "}");
	if (!g_utf8_validate(value, -1, NULL))
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("this is no UTF-8"));
	for (const char *p = value; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if ((c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0))
			return err_set(
				e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("a mailrc cannot hold control characters"));
		bare = bare && !strchr(" \t\"'\\", (int)MIN(c, 0x7f));
	}
	if (bare) {
		g_string_append(out, value);
		return 0;
	}
	g_string_append_c(out, '"');
	for (const char *p = value; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
	}
	g_string_append_c(out, '"');
	return 0;
}

static int add_args(GString *out, const struct cfg_edit *edit, struct err *e)
{
	for (size_t i = 0; i < edit->n; i++) {
		if (i)
			g_string_append_c(out, ' ');
		if (cfg_edit_quote(edit->args[i], out, e))
			return -1;
	}
	return 0;
}

/* --- options --- */

static struct found *last_of(GArray *hits)
{
	return hits->len ? &g_array_index(hits, struct found, hits->len - 1) : NULL;
}

/* Where comments that belong to the first account begin, unless they open the file. */
static size_t above_accounts(struct str text, size_t at)
{
	size_t begin = at;
	while (begin) {
		size_t line = begin - 1;
		while (line && text.p[line - 1] != '\n')
			line--;
		struct str above = str_trim((struct str){ text.p + line, begin - line });
		if (!above.n || above.p[0] != '#')
			return begin;
		begin = line;
	}
	return at;
}

static int set_option(const struct search *q, struct str text, GArray *splices, struct err *e)
{
	g_autoptr(GString) word = g_string_new(q->edit->word);
	g_string_append_c(word, '=');
	if (cfg_edit_quote(q->edit->args[0], word, e))
		return -1;
	const struct found *f = last_of(q->hits);
	g_autofree char *line = g_strdup_printf("set %s", word->str);
	if (f && !f->takes_back) {
		put(splices, f->span[2 * f->hit], f->span[2 * f->hit + 1], g_strdup(word->str));
	} else if (f && f->n == 2) {
		put(splices, f->span[0], f->span[3], g_strdup(line));
	} else if (f) {
		drop_word(splices, f, f->hit);
		add_line(splices, text, f->to, line);
	} else if (q->example != NOWHERE) {
		add_line(splices, text, q->example, line);
	} else if (q->kin != NOWHERE) {
		add_line(splices, text, q->kin, line);
	} else {
		add_line(splices, text, q->accounts == NOWHERE ? text.n : above_accounts(text, q->accounts), line);
	}
	return 0;
}

static void unset_option(const struct search *q, GArray *splices)
{
	for (guint i = 0; i < q->hits->len; i++) {
		const struct found *f = &g_array_index(q->hits, struct found, i);
		size_t here = 1;
		/* Named more than once in a statement: that goes word by word, unless nothing else is there. */
		while (i + here < q->hits->len && g_array_index(q->hits, struct found, i + here).from == f->from)
			here++;
		if (f->takes_back)
			;
		else if (here + 1 == f->n)
			drop_statement(splices, f);
		else
			for (size_t k = 0; k < here; k++)
				drop_word(splices, f, g_array_index(q->hits, struct found, i + k).hit);
		i += (guint)here - 1;
	}
}

/* --- words of accounts, and commands --- */

static char *statement_of(const struct search *q, const char *args)
{
	size_t len = strlen(q->edit->word);
	size_t column = !q->edit->account ? 0 : q->indent_from == NOWHERE ? ARGS_COLUMN : q->column;
	int pad = column > len ? (int)(column - len) : 1;
	return g_strdup_printf("%s%*s%s", q->edit->word, pad, "", args);
}

static char *indented(const struct search *q, struct str text, const char *statement)
{
	if (!q->edit->account)
		return g_strdup(statement);
	if (q->indent_from == NOWHERE)
		return g_strconcat(INDENT, statement, NULL);
	return g_strdup_printf("%.*s%s", (int)q->indent, text.p + q->indent_from, statement);
}

static void replace_args(struct search *q, GArray *splices, const struct found *f, const char *args)
{
	g_autofree char *all = g_strdup_printf("%s %s", q->edit->word, args);
	if (f->n > 1)
		put(splices, f->span[2], f->span[2 * f->n - 1], g_strdup(args));
	else
		put(splices, f->span[0], f->span[1], g_steal_pointer(&all));
}

static bool has_name(struct str text, const struct found *f, const char *name)
{
	return str_eq((struct str){ text.p + f->span[0], f->span[1] - f->span[0] }, str_of(name));
}

static int set_word(struct search *q, struct str text, GArray *splices, struct err *e)
{
	g_autoptr(GString) args = g_string_new(NULL);
	bool list = q->word->rule->list;
	if (add_args(args, q->edit, e))
		return -1;
	g_autofree char *statement = statement_of(q, args->str);
	g_autofree char *line = indented(q, text, statement);
	struct found *f = q->edit->op == CFG_EDIT_ADD && !list ? NULL : last_of(q->hits);
	if (f && !has_name(text, f, q->edit->word)) {
		/* Another word for the same: the whole of it goes. */
		put(splices, f->span[0], f->span[2 * f->n - 1], g_steal_pointer(&statement));
		return 0;
	}
	if (f && q->edit->op == CFG_EDIT_ADD) {
		put(splices, f->span[2 * f->n - 1], f->span[2 * f->n - 1], g_strconcat(" ", args->str, NULL));
		return 0;
	}
	for (guint i = 0; f && list && i + 1 < q->hits->len; i++)
		drop_statement(splices, &g_array_index(q->hits, struct found, i));
	if (f)
		replace_args(q, splices, f, args->str);
	else
		add_line(splices, text,
			q->example != NOWHERE ? q->example
			: q->kin != NOWHERE   ? q->kin
			: q->block != NOWHERE ? q->block
					      : text.n,
			line);
	return 0;
}

static bool is_among(const struct cfg_edit *e, const char *text)
{
	for (size_t i = 0; i < e->n; i++)
		if (!strcmp(e->args[i], text))
			return true;
	return false;
}

/* A word of the text, its quotes resolved; g_free. */
static char *resolved(struct str written)
{
	unsigned seq = 0;
	struct lexer l;
	struct stmt s;
	cfg_lex_init(&l, written, "", &seq);
	cfg_stmt_init(&s);
	char *text = cfg_lex_next(&l, &s) == LEX_ITEM ? g_strdup(s.word->text) : str_dup(written);
	cfg_stmt_clear(&s);
	return text;
}

static void remove_args(const struct search *q, struct str text, GArray *splices)
{
	for (guint i = 0; i < q->hits->len; i++) {
		const struct found *f = &g_array_index(q->hits, struct found, i);
		g_autofree bool *goes = g_new0(bool, f->n);
		size_t left = f->n - 1;
		for (size_t k = 1; k < f->n; k++) {
			g_autofree char *word =
				resolved((struct str){ text.p + f->span[2 * k], f->span[2 * k + 1] - f->span[2 * k] });
			goes[k] = is_among(q->edit, word);
			left -= goes[k];
		}
		if (!left)
			drop_statement(splices, f);
		for (size_t k = 1; left && k < f->n; k++)
			if (goes[k])
				drop_word(splices, f, k);
	}
}

static int edit_word(struct search *q, struct str text, GArray *splices, struct err *e)
{
	if (q->edit->account && q->block == NOWHERE)
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("there is no account '%s' in the mailrc"),
			q->edit->account);
	if (q->edit->op == CFG_EDIT_SET || q->edit->op == CFG_EDIT_ADD)
		return set_word(q, text, splices, e);
	if (q->edit->op == CFG_EDIT_REMOVE && q->word->rule->list) {
		remove_args(q, text, splices);
		return 0;
	}
	for (guint i = 0; i < q->hits->len; i++) {
		const struct found *f = &g_array_index(q->hits, struct found, i);
		if (has_name(text, f, q->edit->word))
			drop_statement(splices, f);
	}
	return 0;
}

int cfg_edit_text(struct str text, const struct cfg_edit *edit, GString *out, struct err *e)
{
	struct search q = { .edit = edit,
		.example = NOWHERE,
		.kin = NOWHERE,
		.block = NOWHERE,
		.accounts = NOWHERE,
		.indent_from = NOWHERE };
	int result = 0;
	q.word = word_of(edit, &q.option);
	if (!q.word)
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("there is no setting '%s'"), edit->word);
	if (!text.p)
		text = STR("");
	q.hits = g_array_new(FALSE, FALSE, sizeof(struct found));
	g_array_set_clear_func(q.hits, found_clear);
	g_autoptr(GArray) splices = splices_new();
	look(&q, text);
	if (!q.option)
		result = edit_word(&q, text, splices, e);
	else if (edit->op == CFG_EDIT_SET)
		result = set_option(&q, text, splices, e);
	else
		unset_option(&q, splices);
	if (!result)
		apply(text, splices, out);
	g_array_unref(q.hits);
	return result;
}

void cfg_edit_add_block(struct str text, const char *block, GString *out)
{
	g_autoptr(GArray) splices = splices_new();
	g_auto(GStrv) lines = g_strsplit(block, "\n", -1);
	struct walk w;
	size_t at = 0;
	if (!text.p)
		text = STR("");
	walk_init(&w, text);
	while (walk_next(&w))
		if (w.inside && !w.block)
			at = w.to;
	walk_clear(&w);
	at = at ? at : text.n;
	const char *end = line_end_at(text, at);
	GString *all = g_string_new(at && text.p[at - 1] != '\n' ? end : "");
	if (at)
		g_string_append(all, end);
	for (char **line = lines; *line; line++)
		if (line[1] || **line)
			g_string_append_printf(all, "%s%s", *line, end);
	put(splices, at, at, g_string_free(all, FALSE));
	apply(text, splices, out);
}
