/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter typed on the terminal, as mail(1) takes it: lines, and among them commands that begin with a tilde. */
#include "batch/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

struct typing {
	struct batch *batch;
	struct draft *draft;
	GString *text;
	bool given_up;
};

static void put(const char *text)
{
	g_autofree char *local = utf8_to_locale(text);
	fputs(local, stdout);
	fflush(stdout);
}

static void complain(struct err *e)
{
	g_autofree char *text = app_err_text(e, NULL), *line = g_strdup_printf("%s\n", text);
	put(line);
	err_clear(e);
}

/* In UTF-8, without its end; NULL: there are no more. */
static char *get_line(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);
	char *out = NULL;
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	if (n >= 0)
		out = utf8_from_locale(line);
	free(line);
	return out;
}

static char *ask(const char *prompt)
{
	put(prompt);
	return get_line();
}

static void set_subject(struct typing *t, const char *text)
{
	g_free(t->draft->subject);
	t->draft->subject = g_strdup(text);
}

static void add_people(struct typing *t, GPtrArray *list, const char *typed)
{
	struct err e = ERR_INIT;
	if (*typed && app_addresses(t->batch->cfg, typed, list, &e))
		complain(&e);
}

static void attach(struct typing *t, const char *typed)
{
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) paths = app_attach_paths(typed);
	for (unsigned i = 0; i < paths->len; i++) {
		struct draft_file *f = app_attach(paths->pdata[i], &e);
		if (f)
			g_ptr_array_add(t->draft->files, f);
		else
			complain(&e);
	}
}

static char *read_file(const char *path, struct err *e)
{
	struct buf in;
	buf_init(&in, DRAFT_TEXT_MAX);
	char *text = fs_read(path, DRAFT_TEXT_MAX, &in, e) ? NULL : msg_to_utf8(buf_str(&in), NULL, NULL);
	buf_clear(&in);
	return text;
}

static void read_in(struct typing *t, const char *path)
{
	struct err e = ERR_INIT;
	g_autofree char *text = read_file(path, &e);
	if (!text) {
		complain(&e);
		return;
	}
	g_string_append(t->text, text);
	if (*text && !g_str_has_suffix(text, "\n"))
		g_string_append_c(t->text, '\n');
}

/* False, with the reason told: the text is as it was. */
static bool run_editor(const char *path)
{
	struct err e = ERR_INIT;
	const char *editor = g_getenv("VISUAL") ? g_getenv("VISUAL") : g_getenv("EDITOR");
	g_auto(GStrv) words = proc_argv(editor && *editor ? editor : "vi", &e);
	g_autoptr(GError) why = NULL;
	int status = 0;
	if (!words) {
		complain(&e);
		return false;
	}
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	for (char **word = words; *word; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, (char *)path);
	g_ptr_array_add(argv, NULL);
	bool ran = g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN,
			   NULL, NULL, NULL, NULL, &status, &why) &&
		   g_spawn_check_wait_status(status, &why);
	if (!ran) {
		err_set(&e, ERR_PROGRAM, ERR_LOCAL, ERR_NOW, "%s", why->message);
		complain(&e);
	}
	return ran;
}

static void edit(struct typing *t)
{
	struct err e = ERR_INIT;
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("boxwood-XXXXXX.txt", &path, NULL);
	bool written = fd >= 0 && write(fd, t->text->str, t->text->len) == (ssize_t)t->text->len;
	if (fd >= 0)
		close(fd);
	if (!written) {
		put(_("no file can be written for the editor\n"));
	} else if (run_editor(path)) {
		g_autofree char *text = read_file(path, &e);
		if (text)
			g_string_assign(t->text, text);
		else
			complain(&e);
	}
	if (path)
		unlink(path);
}

static void print(const struct typing *t)
{
	g_free(t->draft->text);
	t->draft->text = g_strdup(t->text->str);
	g_autofree char *all = draft_to_text(t->draft, true);
	put(all);
}

static void ask_fields(struct typing *t)
{
	g_autofree char *to = ask("To: "), *subject = to ? ask("Subject: ") : NULL;
	g_autofree char *cc = subject ? ask("Cc: ") : NULL, *bcc = cc ? ask("Bcc: ") : NULL;
	if (to)
		add_people(t, t->draft->to, to);
	if (subject && *subject)
		set_subject(t, subject);
	if (cc)
		add_people(t, t->draft->cc, cc);
	if (bcc)
		add_people(t, t->draft->bcc, bcc);
}

/* The line without its tilde. False: the letter has ended. */
static bool command(struct typing *t, const char *line)
{
	char *rest = g_strstrip(g_strdup(line + (*line != '\0')));
	bool on = true;
	switch (*line) {
	case '.': on = false; break;
	case 'q':
	case 'x':
		t->given_up = true;
		on = false;
		break;
	case '~': g_string_append_printf(t->text, "%s\n", line); break;
	case 'p': print(t); break;
	case 'e':
	case 'v': edit(t); break;
	case 's': set_subject(t, rest); break;
	case 't': add_people(t, t->draft->to, rest); break;
	case 'c': add_people(t, t->draft->cc, rest); break;
	case 'b': add_people(t, t->draft->bcc, rest); break;
	case 'r':
	case '<': read_in(t, rest); break;
	case 'a': attach(t, rest); break;
	case 'h': ask_fields(t); break;
	default:
		put(_("~. ends and sends   ~q gives up   ~p shows it   ~e edits it   ~h asks for the header\n"
		      "~s SUBJECT   ~t ~c ~b ADDRESS   ~r FILE reads it in   ~a FILE attaches it   ~~ a tilde\n"));
	}
	g_free(rest);
	return on;
}

bool batch_type_letter(struct batch *b, struct draft *d)
{
	struct typing t = { .batch = b, .draft = d, .text = g_string_new(NULL) };
	/* What was typed is not lost by a slip. */
	void (*was)(int) = signal(SIGINT, SIG_IGN);
	bool on = true;
	char *line;
	if (!*d->subject) {
		g_autofree char *subject = ask(_("Subject: "));
		on = subject;
		if (subject)
			set_subject(&t, subject);
	}
	while (on && (line = get_line())) {
		if (*line == '~')
			on = command(&t, line + 1);
		else if (!strcmp(line, "."))
			on = false;
		else
			g_string_append_printf(t.text, "%s\n", line);
		g_free(line);
	}
	signal(SIGINT, was);
	g_free(d->text);
	d->text = g_string_free(t.text, FALSE);
	return !t.given_up;
}
