/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mailcap files (RFC 1524), without the shell they were made for: a command is taken apart into words, and what a message
 * says is put into words that exist already. */
#include "app/app.h"

#include <limits.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

#define LINE_MAX_OCTETS 65536
#define ENTRIES_MAX 10000
#define WORDS_MAX 256

/* In a word a place to be filled is OPEN, a letter, perhaps a name, CLOSE. */
#define OPEN '\x01'
#define CLOSE '\x02'
enum place { PLACE_FILE = 's', PLACE_TYPE = 't', PLACE_PARAM = '{', PLACE_ENV = '$' };

static void entry_free(void *data)
{
	struct mailcap_entry *m = data;
	g_free(m->type);
	g_free(m->line);
	g_clear_pointer(&m->view, g_ptr_array_unref);
	g_clear_pointer(&m->test, g_ptr_array_unref);
	g_clear_pointer(&m->print, g_ptr_array_unref);
	g_free(m->name);
	g_free(m);
}

GPtrArray *mailcap_new(void)
{
	return g_ptr_array_new_with_free_func(entry_free);
}

/* --- words --- */

struct words {
	struct str rest;
	GPtrArray *words;
	GString *word;
	bool begun; /* '' is a word too */
	char quote; /* 0: none is open */
	const char *why;
};

static void place(struct words *w, enum place what, struct str name)
{
	g_string_append_c(w->word, OPEN);
	g_string_append_c(w->word, (char)what);
	g_string_append_len(w->word, name.p, (gssize)name.n);
	g_string_append_c(w->word, CLOSE);
}

static struct str take_while(struct words *w, const char *more)
{
	size_t n = 0;
	while (n < w->rest.n && (g_ascii_isalnum(w->rest.p[n]) || (w->rest.p[n] && strchr(more, w->rest.p[n]))))
		n++;
	struct str name = { w->rest.p, n };
	w->rest = str_sub(w->rest, n);
	return name;
}

static void percent(struct words *w)
{
	char c = w->rest.n ? *w->rest.p : '\0';
	w->rest = str_sub(w->rest, 1);
	if (c == 's' || c == 't') {
		place(w, c == 's' ? PLACE_FILE : PLACE_TYPE, STR(""));
	} else if (c == '{') {
		struct str name = take_while(w, "-_.");
		place(w, PLACE_PARAM, name);
		if (w->rest.n && *w->rest.p == '}')
			w->rest = str_sub(w->rest, 1);
	} else if (c == '%') {
		g_string_append_c(w->word, '%');
	} else if (c == 'n' || c == 'F') {
		w->why = N_("it wants the parts of a multipart");
	} else {
		g_string_append_c(w->word, '%');
		if (c)
			g_string_append_c(w->word, c);
	}
}

static void variable(struct words *w)
{
	bool braced = w->rest.n && *w->rest.p == '{';
	w->rest = str_sub(w->rest, braced);
	struct str name = take_while(w, "_");
	if (braced && w->rest.n && *w->rest.p == '}')
		w->rest = str_sub(w->rest, 1);
	else if (braced || !name.n)
		w->why = N_("it calculates something, which needs a shell");
	place(w, PLACE_ENV, name);
}

static void word_end(struct words *w)
{
	if (!w->begun)
		return;
	if (w->words->len >= WORDS_MAX)
		w->why = N_("it is too long");
	else
		g_ptr_array_add(w->words, g_strdup(w->word->str));
	g_string_truncate(w->word, 0);
	w->begun = false;
}

/* Among them are those that mark a place to be filled. */
static bool has_controls(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (g_ascii_iscntrl(s.p[i]) && s.p[i] != '\t')
			return true;
	return false;
}

static const char *needs_shell(char c)
{
	switch (c) {
	case '|': return N_("it has a pipe, which needs a shell");
	case '<':
	case '>': return N_("it redirects its output, which needs a shell");
	case '`': return N_("it calculates something, which needs a shell");
	case '*':
	case '?': return N_("it has a pattern of file names, which needs a shell");
	default: return c && strchr("&;()\n", c) ? N_("it is more than one command, which needs a shell") : NULL;
	}
}

static void take_char(struct words *w, char c)
{
	bool escaped = c == '\\' && w->quote != '\'' && w->rest.n &&
		       (!w->quote || strchr("\"\\$`%", *w->rest.p) || *w->rest.p == '%');
	w->begun = w->begun || w->quote || !g_ascii_isspace(c);
	if (escaped) {
		g_string_append_c(w->word, *w->rest.p);
		w->rest = str_sub(w->rest, 1);
	} else if (w->quote ? c == w->quote : c == '\'' || c == '"') {
		w->quote = w->quote ? 0 : c;
	} else if (c == '%') {
		percent(w);
	} else if (c == '$' && w->quote != '\'') {
		variable(w);
	} else if (w->quote) {
		if (c == '`' && w->quote == '"')
			w->why = needs_shell(c);
		g_string_append_c(w->word, c);
	} else if (g_ascii_isspace(c)) {
		word_end(w);
	} else {
		/* "&" at the end asks for what is done anyway. */
		if (needs_shell(c) && !(c == '&' && !str_trim(w->rest).n))
			w->why = needs_shell(c);
		else if (c == '&')
			w->begun = w->word->len;
		else
			g_string_append_c(w->word, c);
	}
}

/* NULL, *why_out then says why. */
static GPtrArray *words_of(struct str line, const char **why_out)
{
	struct words w = { .rest = line, .words = g_ptr_array_new_with_free_func(g_free), .word = g_string_new(NULL) };
	if (has_controls(line))
		w.why = N_("it has control characters");
	while (w.rest.n && !w.why) {
		char c = *w.rest.p;
		w.rest = str_sub(w.rest, 1);
		take_char(&w, c);
	}
	if (!w.why && w.quote)
		w.why = N_("it has an open quote");
	word_end(&w);
	if (!w.why && !w.words->len)
		w.why = N_("it is empty");
	g_string_free(w.word, TRUE);
	if (w.why)
		g_clear_pointer(&w.words, g_ptr_array_unref);
	*why_out = w.why;
	return w.words;
}

static const char file[] = { OPEN, PLACE_FILE, CLOSE, '\0' };

static bool has_file(const GPtrArray *words)
{
	for (guint i = 0; words && i < words->len; i++)
		if (strstr(words->pdata[i], file))
			return true;
	return false;
}

/* --- lines --- */

/* Up to the next ';' that no backslash takes the meaning of; such a backslash goes. */
static char *next_field(struct str *rest)
{
	GString *field = g_string_new(NULL);
	size_t i = 0;
	for (; i < rest->n && rest->p[i] != ';'; i++) {
		bool pair = rest->p[i] == '\\' && i + 1 < rest->n;
		if (!pair || rest->p[i + 1] != ';')
			g_string_append_c(field, rest->p[i]);
		if (pair)
			g_string_append_c(field, rest->p[++i]);
	}
	*rest = str_sub(*rest, i + 1);
	g_strstrip(field->str);
	return g_string_free(field, FALSE);
}

/* "%s.html": what may stand before and behind a name. */
static bool is_name_template(const char *s)
{
	const char *at = strstr(s, "%s");
	for (const char *p = s; *p && at; p++)
		if (p != at && p != at + 1 && !g_ascii_isalnum(*p) && !strchr("._-", *p))
			return false;
	return at && strlen(s) < 64 && *s != '.' && *s != '-';
}

static void take_flag(struct mailcap_entry *m, const char *field)
{
	struct str name, value;
	bool said = str_cut(str_of(field), '=', &name, &value);
	name = str_trim(name);
	value = str_trim(value);
	const char *why = NULL;
	if (!said && str_is(name, "needsterminal")) {
		m->terminal = true;
	} else if (!said && str_is(name, "copiousoutput")) {
		m->output = true;
	} else if (said && str_is(name, "test")) {
		g_clear_pointer(&m->test, g_ptr_array_unref);
		m->test = words_of(value, &why);
		/* There is no file yet when it is asked. */
		m->refused = m->refused || !m->test || has_file(m->test);
	} else if (said && str_is(name, "print") && !m->print) {
		m->print = words_of(value, &why);
	} else if (said && str_is(name, "nametemplate")) {
		g_autofree char *template = str_dup(value);
		if (is_name_template(template) && !m->name)
			m->name = g_steal_pointer(&template);
	}
}

struct mailcap_entry *mailcap_entry_new(const char *type, struct str fields)
{
	struct mailcap_entry *m = g_new0(struct mailcap_entry, 1);
	g_autofree char *low = g_ascii_strdown(type, -1);
	m->type = g_strdup(g_strstrip(low));
	m->line = next_field(&fields);
	m->view = words_of(str_of(m->line), &m->why);
	m->file = has_file(m->view);
	while (fields.n) {
		g_autofree char *field = next_field(&fields);
		take_flag(m, field);
	}
	return m;
}

void mailcap_want_file(struct mailcap_entry *m)
{
	if (m->view && !m->file)
		g_ptr_array_add(m->view, g_strdup(file));
	m->file = true;
}

static void take_line(GPtrArray *entries, struct str line)
{
	line = str_trim(line);
	if (!line.n || *line.p == '#' || line.n > LINE_MAX_OCTETS || has_controls(line) || entries->len >= ENTRIES_MAX)
		return;
	g_autofree char *type = next_field(&line);
	if (*type && line.n)
		g_ptr_array_add(entries, mailcap_entry_new(type, line));
}

void mailcap_parse(GPtrArray *entries, struct str text)
{
	g_autoptr(GString) whole = g_string_new(NULL);
	while (text.n) {
		struct str line;
		str_cut(text, '\n', &line, &text);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		bool comment = !whole->len && line.n && *line.p == '#';
		bool goes_on = !comment && line.n && line.p[line.n - 1] == '\\';
		if (whole->len <= LINE_MAX_OCTETS)
			g_string_append_len(whole, line.p, (gssize)(line.n - goes_on));
		if (goes_on)
			continue;
		take_line(entries, (struct str){ whole->str, whole->len });
		g_string_truncate(whole, 0);
	}
	take_line(entries, (struct str){ whole->str, whole->len });
}

void mailcap_load(GPtrArray *entries)
{
	const char *said = g_getenv("MAILCAPS");
	g_autofree char *usual =
		g_strdup_printf("%s/.mailcap:/etc/mailcap:/usr/etc/mailcap:/usr/local/etc/mailcap", g_get_home_dir());
	g_auto(GStrv) paths = g_strsplit(said && *said ? said : usual, ":", -1);
	for (char **p = paths; *p; p++) {
		struct buf text;
		struct err e = ERR_INIT;
		buf_init(&text, MAILCAP_MAX);
		if (**p && strcmp(*p, "-") && !fs_read(*p, MAILCAP_MAX, &text, &e))
			mailcap_parse(entries, buf_str(&text));
		err_clear(&e);
		buf_clear(&text);
	}
}

bool mailcap_fits(const struct mailcap_entry *m, const char *type)
{
	size_t n = strlen(m->type);
	if (!strcmp(m->type, type))
		return true;
	if (n >= 2 && !strcmp(m->type + n - 2, "/*"))
		return !strncmp(m->type, type, n - 1);
	return !strchr(m->type, '/') && !strncmp(m->type, type, n) && type[n] == '/';
}

/* --- filling in --- */

/* What no program takes for more than a value, should one hand it to a shell. */
static void add_safe(GString *out, const char *value, const char *more)
{
	if (value && *value == '-')
		g_string_append_c(out, '_');
	for (const char *p = value; p && *p; p++)
		g_string_append_c(out, g_ascii_isalnum(*p) || strchr(more, *p) ? *p : '_');
}

static const char *param_of(const struct msg_part *p, const char *name)
{
	if (!g_ascii_strcasecmp(name, "charset"))
		return p->charset;
	return g_ascii_strcasecmp(name, "name") ? NULL : p->name;
}

static char *filled(const char *word, const char *path, const struct msg_part *p)
{
	GString *out = g_string_new(NULL);
	for (const char *at = word; *at; at++) {
		if (*at != OPEN) {
			g_string_append_c(out, *at);
			continue;
		}
		char what = at[1];
		const char *end = strchr(at, CLOSE);
		g_autofree char *name = g_strndup(at + 2, (gsize)(end - at - 2));
		const char *env = what == PLACE_ENV ? g_getenv(name) : NULL;
		if (what == PLACE_FILE)
			g_string_append(out, path);
		else if (what == PLACE_TYPE)
			add_safe(out, p->type, "/.+-_");
		else if (what == PLACE_PARAM)
			add_safe(out, param_of(p, name), ".+-_");
		else if (env)
			g_string_append(out, env);
		at = end;
	}
	return g_string_free(out, FALSE);
}

bool mailcap_names_file(const GPtrArray *words)
{
	return has_file(words);
}

char **mailcap_argv(const GPtrArray *words, const char *path, const struct msg_part *p)
{
	GPtrArray *argv = g_ptr_array_new();
	for (guint i = 0; i < words->len; i++)
		g_ptr_array_add(argv, filled(words->pdata[i], path, p));
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, FALSE);
}

char *mailcap_file_name(const struct mailcap_entry *m, const char *name)
{
	GString *safe = g_string_new(NULL);
	g_autofree char *clean = fs_safe_name(name);
	for (const char *p = clean; *p; p++)
		g_string_append_c(safe, g_ascii_isalnum(*p) || (*p & 0x80) || strchr("._-+", *p) ? *p : '_');
	const char *at = m && m->name ? strstr(m->name, "%s") : NULL;
	if (at) {
		if (!g_str_has_suffix(safe->str, at + 2))
			g_string_append(safe, at + 2);
		g_string_prepend_len(safe, m->name, at - m->name);
	}
	if (at && safe->len > NAME_MAX && strcmp(name, "part")) {
		g_string_free(safe, TRUE);
		return mailcap_file_name(m, "part");
	}
	return g_string_free(safe, FALSE);
}

/* What nearly every test is; 1 true, 0 false, -1: a program has to say. */
int mailcap_test(const struct mailcap_entry *m, char **argv)
{
	guint n = argv ? g_strv_length(argv) : 0;
	if (m->refused)
		return 0;
	if (!m->test)
		return 1;
	bool bracket = n > 1 && !strcmp(argv[0], "[") && !strcmp(argv[n - 1], "]");
	if (!bracket && strcmp(argv[0], "test") && strcmp(argv[0], "/usr/bin/test"))
		return -1;
	n -= bracket;
	if (n == 2)
		return *argv[1] != '\0';
	if (n == 3 && !strcmp(argv[1], "-n"))
		return *argv[2] != '\0';
	if (n == 3 && !strcmp(argv[1], "-z"))
		return !*argv[2];
	if (n == 4 && (!strcmp(argv[2], "=") || !strcmp(argv[2], "!=")))
		return !strcmp(argv[1], argv[3]) == (argv[2][0] == '=');
	return -1;
}
