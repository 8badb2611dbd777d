/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An edit of the file where a value stands: tried on a reading of its own first, then written whole or not at all. */
#include "config/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"

static struct str gstr(const GString *s)
{
	return s ? (struct str){ s->str, s->len } : (struct str){ 0 };
}

void cfg_rewrite_free(struct cfg_rewrite *r)
{
	if (!r)
		return;
	g_free(r->path);
	if (r->before)
		g_string_free(r->before, TRUE);
	if (r->after)
		g_string_free(r->after, TRUE);
	cfg_free(r->now);
	g_free(r);
}

/* --- reading --- */

/* NULL without an error: there is no such file. */
static GString *read_all(const char *path, struct err *e)
{
	struct buf text;
	GString *all = NULL;
	buf_init(&text, CFG_FILE_MAX);
	if (!fs_read(path, CFG_FILE_MAX, &text, e))
		all = g_string_new_len(text.n ? text.p : "", (gssize)text.n);
	else if (e->cause == ERR_MISSING)
		err_clear(e);
	buf_clear(&text);
	return all;
}

static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = g_strdup(real ? real : path);
	free(real);
	return copy;
}

/* --- is it what was meant? --- */

static bool says(const struct cfg *c, const struct cfg_diag *d)
{
	for (guint i = 0; i < c->diags->len; i++) {
		const struct cfg_diag *other = c->diags->pdata[i];
		if (other->level == d->level && !strcmp(other->text, d->text) && !strcmp(other->file, d->file) &&
			!g_strcmp0(other->source, d->source))
			return true;
	}
	return false;
}

static int new_mistake(const struct cfg *was, const struct cfg *now, struct err *e)
{
	const struct cfg_diag *first = NULL;
	for (guint i = 0; i < now->diags->len && !first; i++) {
		const struct cfg_diag *d = now->diags->pdata[i];
		if (d->level == CFG_ERROR && !says(was, d))
			first = d;
	}
	if (!first)
		return 0;
	return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, first->hint ? "%s (%s)" : "%s", first->text, first->hint);
}

static bool is_same(const struct cfg_origin *a, const struct cfg_origin *b)
{
	return a && b ? !g_strcmp0(a->given, b->given) : a == b;
}

/* Every other value stands as it stood. */
static bool others_changed(const struct cfg *was, const struct cfg *now, const char *key)
{
	GHashTableIter iter;
	gpointer name, origin;
	g_hash_table_iter_init(&iter, now->origins);
	while (g_hash_table_iter_next(&iter, &name, &origin))
		if (strcmp(name, key) && !is_same(origin, g_hash_table_lookup(was->origins, name)))
			return true;
	g_hash_table_iter_init(&iter, was->origins);
	while (g_hash_table_iter_next(&iter, &name, &origin))
		if (strcmp(name, key) && !g_hash_table_contains(now->origins, name))
			return true;
	return was->accounts->len > now->accounts->len;
}

static bool is_slot_mate(const struct cfg_edit *edit, const char *key)
{
	size_t n;
	const struct cfg_word *words = cfg_account_words(&n);
	const struct cfg_word *word = edit->account ? cfg_word_find(words, n, edit->word) : NULL;
	const char *dot = strrchr(key, '.');
	const struct cfg_word *other = word && dot ? cfg_word_find(words, n, dot + 1) : NULL;
	return other && !strcmp(word->rule->slot ? word->rule->slot : word->name,
				other->rule->slot ? other->rule->slot : other->name);
}

static bool is_meant(const struct cfg *now, const struct cfg_edit *edit, const char *key)
{
	const struct cfg_origin *o = g_hash_table_lookup(now->origins, key);
	switch (edit->op) {
	case CFG_EDIT_UNSET: return !o || !o->given || edit->same;
	case CFG_EDIT_SET: return o && o->given && (edit->account || o->secret || !strcmp(o->given, edit->args[0]));
	default: return true;
	}
}

static int elsewhere(const struct cfg *now, const char *key, struct err *e)
{
	const struct cfg_origin *o = g_hash_table_lookup(now->origins, key);
	if (o)
		return err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, _("'%s' is said in another place too: %s:%u"),
			key, o->file, o->line);
	return err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, _("'%s' cannot be changed for you: edit the file"), key);
}

static int check(const struct cfg *was, const struct cfg *now, const struct cfg_edit *edit, const char *key,
	bool command, struct err *e)
{
	if (new_mistake(was, now, e))
		return -1;
	if (command)
		return 0;
	/* Of two words for the same one may take the other's place. */
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, was->origins);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		if (strcmp(name, key) && is_slot_mate(edit, name) && !g_hash_table_contains(now->origins, name))
			g_hash_table_iter_remove(&iter);
	if (!is_meant(now, edit, key) || others_changed(was, now, key))
		return elsewhere(now, key, e);
	return 0;
}

/* --- the edit --- */

/* Where the value stands, else the account, else the main file. */
static const char *file_of(const struct cfg *c, const struct cfg_edit *edit, const char *key)
{
	g_autofree char *block = edit->account ? cfg_key_of(edit->account, "") : NULL;
	const struct cfg_origin *o = g_hash_table_lookup(c->origins, key);
	if (!o && block)
		o = g_hash_table_lookup(c->origins, block);
	return o ? o->file : c->usual;
}

struct cfg_rewrite *cfg_rewrite_new(const struct cfg *c, const struct cfg_edit *edit, struct err *e)
{
	/* What was read from memory is not written into the file that would have been read. */
	if (!c->usual) {
		err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, _("there is no mailrc to be changed"));
		return NULL;
	}
	struct cfg *was = cfg_load_again(c);
	struct cfg_rewrite *r = g_new0(struct cfg_rewrite, 1);
	g_autofree char *key = cfg_key_of(edit->account, edit->word);
	bool command = !edit->account && !cfg_option_find(edit->word);
	const char *file = file_of(was, edit, key);
	int failed = -1;
	if (!file) {
		err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, _("there is no mailrc to be changed"));
		goto out;
	}
	r->path = real_path(file);
	r->before = read_all(file, e);
	r->after = g_string_new(NULL);
	if (e->cause || cfg_edit_text(gstr(r->before), edit, r->after, e))
		goto out;
	r->now = cfg_load_over(c->asked, c->card_dir, file, gstr(r->after));
	failed = check(was, r->now, edit, key, command, e);
out:
	cfg_free(was);
	if (!failed)
		return r;
	cfg_rewrite_free(r);
	return NULL;
}

/* --- from what is typed --- */

static GPtrArray *words_of(const char *typed)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	unsigned seq = 0;
	struct lexer l;
	struct stmt s;
	cfg_lex_init(&l, str_of(typed), "", &seq);
	cfg_stmt_init(&s);
	if (cfg_lex_next(&l, &s) == LEX_ITEM)
		for (size_t i = 0; i < s.n; i++)
			g_ptr_array_add(words, g_strdup(s.word[i].text));
	cfg_stmt_clear(&s);
	return words;
}

struct cfg_rewrite *cfg_rewrite_set(const struct cfg *c, const char *key, const char *typed, struct err *e)
{
	struct cfg_setting s;
	if (cfg_setting_get(c, key, &s, e))
		return NULL;
	const struct cfg_rule *rule = s.word->rule;
	bool one = !s.account || rule->max == 1;
	g_autoptr(GPtrArray) words = typed && !one ? words_of(typed) : g_ptr_array_new_with_free_func(g_free);
	if (typed && one)
		g_ptr_array_add(words, g_strdup(typed));
	struct cfg_edit edit = { .op = typed ? CFG_EDIT_SET : CFG_EDIT_UNSET,
		.account = s.account ? s.account->label : NULL,
		.word = s.account ? s.word->name : key,
		.args = (const char *const *)words->pdata,
		.n = words->len,
		/* "keep text ..", "pin HOST:PORT ..": the first argument tells them apart */
		.same = typed && rule->many && !rule->list ? 1 : 0 };
	struct cfg_rewrite *r = NULL;
	if (typed && !edit.n)
		err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("something is missing behind '%s'"), key);
	else if (s.account && !strcmp(s.word->name, "from"))
		err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' cannot be changed for you: edit the file"), key);
	else
		r = cfg_rewrite_new(c, &edit, e);
	cfg_setting_clear(&s);
	return r;
}

/* --- writing --- */

static bool equal(const GString *a, const GString *b)
{
	return a && b ? g_string_equal(a, b) : a == b;
}

static int check_unchanged(const char *path, const GString *expected, struct err *e)
{
	GString *here = read_all(path, e);
	bool same = !e->cause && equal(here, expected);
	if (here)
		g_string_free(here, TRUE);
	if (e->cause)
		return -1;
	return same ? 0
		    : err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NOW,
			      _("'%s' was changed meanwhile by another program; nothing was written"), path);
}

/* The file is made anew: it keeps its mode, and its group where that is allowed. */
static int keep_mode(int fd, const char *path, struct err *e)
{
	struct stat st, own;
	if (stat(path, &st) || fstat(fd, &own))
		return err_errno(e, errno, _("cannot look at"), path);
	if (st.st_gid != own.st_gid && fchown(fd, (uid_t)-1, st.st_gid))
		st.st_mode &= ~(mode_t)(S_IRWXG | S_ISGID);
	return fchmod(fd, st.st_mode & 07777) ? err_errno(e, errno, _("cannot write"), path) : 0;
}

static int replace(const char *path, const GString *expected, const GString *text, struct err *e)
{
	g_autofree char *dir = g_path_get_dirname(path);
	if (check_unchanged(path, expected, e))
		return -1;
	if (!text)
		return unlink(path) ? err_errno(e, errno, _("cannot write"), path) : 0;
	if (!expected && g_mkdir_with_parents(dir, 0700))
		return err_errno(e, errno, _("cannot make"), dir);
	struct fs_new *f = fs_new_open(path, expected, e);
	if (!f)
		return -1;
	if (fs_new_write(f, gstr(text), e) || (expected && keep_mode(fs_new_fd(f), path, e)) ||
		check_unchanged(path, expected, e)) {
		fs_new_abort(&f);
		return -1;
	}
	return fs_new_commit(&f, e);
}

int cfg_rewrite_write(const struct cfg_rewrite *r, struct err *e)
{
	return equal(r->before, r->after) ? 0 : replace(r->path, r->before, r->after, e);
}

int cfg_rewrite_undo(const struct cfg_rewrite *r, struct err *e)
{
	return equal(r->before, r->after) ? 0 : replace(r->path, r->after, r->before, e);
}

/* --- the lines that differ --- */

static GPtrArray *lines_of(const GString *text)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	for (size_t at = 0; text && at < text->len;) {
		const char *nl = memchr(text->str + at, '\n', text->len - at);
		size_t n = nl ? (size_t)(nl - text->str) - at : text->len - at;
		g_ptr_array_add(lines, g_strndup(text->str + at, n));
		at += n + 1;
	}
	return lines;
}

static void add_lines(GString *out, char sign, const GPtrArray *lines, guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		struct str line = str_of(lines->pdata[i]);
		size_t secret = MIN(cfg_secret_from(line), line.n);
		g_string_append_printf(out, "%c%.*s%s\n", sign, (int)secret, line.p, secret < line.n ? "********" : "");
	}
}

char *cfg_rewrite_diff(const struct cfg_rewrite *r)
{
	g_autoptr(GPtrArray) a = lines_of(r->before), b = lines_of(r->after);
	GString *out = g_string_new(NULL);
	guint same = 0, tail = 0;
	while (same < a->len && same < b->len && !strcmp(a->pdata[same], b->pdata[same]))
		same++;
	while (tail < a->len - same && tail < b->len - same &&
		!strcmp(a->pdata[a->len - 1 - tail], b->pdata[b->len - 1 - tail]))
		tail++;
	guint old = a->len - same - tail, now = b->len - same - tail;
	if (old || now) {
		g_string_append_printf(out, "--- %s\n+++ %s\n", r->path, r->path);
		g_string_append_printf(
			out, "@@ -%u,%u +%u,%u @@\n", old ? same + 1 : same, old, now ? same + 1 : same, now);
		add_lines(out, '-', a, same, same + old);
		add_lines(out, '+', b, same, same + now);
	}
	return g_string_free(out, FALSE);
}
