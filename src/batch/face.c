/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Called by another name, or as `boxwood-mail`: the words of mail(1) and sendmail(8) put into Boxwood's own. */
#include "batch/batch.h"

#include <string.h>
#include <unistd.h>

#include "base/i18n.h"

struct face {
	GPtrArray *out; /* char * */
	bool to_in_header, reads;
	const char *why; /* reads: an option that says so */
};

static void add(struct face *f, const char *word)
{
	g_ptr_array_add(f->out, g_strdup(word));
}

static void add_two(struct face *f, const char *option, const char *value)
{
	add(f, option);
	add(f, value);
}

static int bad(struct err *e, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static int bad(struct err *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "%s", text);
}

/* The value of the option at argv[*i] + at: the rest of the word, or the next one. */
static const char *value_of(char **argv, int *i, size_t at)
{
	if (argv[*i][at + 1])
		return argv[*i] + at + 1;
	return argv[*i + 1] ? argv[++*i] : NULL;
}

/* --- mail --- */

/* -a is a file in s-nail and mutt, a header field in bsd-mailx and mailutils. */
static int add_attachment(struct face *f, const char *value, struct err *e)
{
	const char *colon = strchr(value, ':');
	bool field = colon && colon[1] == ' ' && colon > value, file = !access(value, F_OK);
	for (const char *p = value; field && p < colon; p++)
		field = *p > ' ' && *p < 0x7f;
	if (field && file)
		return bad(e, _("'%s' is a file and a header field: say --attach or --field"), value);
	add_two(f, field ? "--field" : "--attach", value);
	return 0;
}

static int mail_option(struct face *f, char letter, const char *value, struct err *e)
{
	switch (letter) {
	case 's': add_two(f, "--subject", value); return 0;
	case 'c': add_two(f, "--cc", value); return 0;
	case 'b': add_two(f, "--bcc", value); return 0;
	case 'r': add_two(f, "--from", value); return 0;
	case 'A': add_two(f, "--account", value); return 0;
	case 'a': return add_attachment(f, value, e);
	case 'E': add(f, "--skip-empty"); return 0;
	case 't':
		add(f, "-t");
		f->to_in_header = true;
		return 0;
	case 'v': add(f, "-v"); return 0;
	case 'e': f->reads = true; return 0;
	case 'H': f->reads = true; return 0;
	case 'N': f->reads = true; return 0;
	case 'f': f->reads = true; return 0;
	default: return 0; /* -n, -S: of another program's start files */
	}
}

static int mail_words(struct face *f, int argc, char **argv, struct err *e)
{
	static const char takes[] = "scbrAaS", flags[] = "EtvenNH";
	int i = 1;
	bool ended = false, people = false;
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	for (; i < argc; i++) {
		const char *word = argv[i];
		if (!ended && !strcmp(word, "--")) {
			ended = true;
			continue;
		}
		if (!ended && g_str_has_prefix(word, "--")) {
			add(f, word);
			continue;
		}
		if (ended || word[0] != '-' || !word[1]) {
			people = true;
			g_ptr_array_add(to, argv[i]);
			continue;
		}
		if (word[1] == 'f') { /* its file may be left out */
			f->reads = true;
			return 0;
		}
		for (size_t at = 1; word[at]; at++) {
			bool with = strchr(takes, word[at]);
			g_autofree char *option = g_strdup_printf("-%c", word[at]);
			const char *value = NULL;
			if (!with && !strchr(flags, word[at]))
				return bad(e, _("unknown option '%s'"), option);
			if (with && !(value = value_of(argv, &i, at)))
				return bad(e, _("'%s' needs a value"), option);
			if (mail_option(f, word[at], value, e))
				return -1;
			if (with)
				break;
		}
	}
	f->reads = f->reads || (!people && !f->to_in_header);
	add(f, "--escapes");
	add(f, "--");
	for (unsigned k = 0; k < to->len; k++)
		add(f, to->pdata[k]);
	return 0;
}

/* --- sendmail --- */

/* Letters that take a value: in the same word, or the next. */
static int sendmail_option(struct face *f, char **argv, int *i, struct err *e)
{
	const char *word = argv[*i], *value;
	switch (word[1]) {
	case 'b':
		if (word[2] == 'm')
			return 0;
		return err_set(e, ERR_PROGRAM, ERR_LACKING, ERR_NEVER,
			_("'%s': letters come in by a pipe; Boxwood is no server and keeps no daemon"), word);
	case 'f':
	case 'r':
		if (!(value = value_of(argv, i, 1)))
			return bad(e, _("'%s' needs a value"), "-f");
		/* "root" is nobody outside. */
		if (strchr(value, '@'))
			add_two(f, "--envelope", value);
		return 0;
	case 'N':
	case 'R':
		if (!(value = value_of(argv, i, 1)))
			return bad(e, _("'%s' needs a value"), word);
		add_two(f, word[1] == 'N' ? "--notify" : "--return", strcmp(value, "hdrs") ? value : "headers");
		return 0;
	case 'F':
	case 'B':
	case 'C':
	case 'V':
	case 'X':
	case 'O':
	case 'p':
	case 'L':
	case 'h': return value_of(argv, i, 1) ? 0 : bad(e, _("'%s' needs a value"), word);
	case 'o': /* -oi, -oem, -odb; -o7 and others with a word of their own */
		if (!word[2] && !value_of(argv, i, 1))
			return bad(e, _("'%s' needs a value"), word);
		return 0;
	case 'q':
	case 'i':
	case 'm':
	case 'n':
	case 'U':
	case 'G':
	case 'e': return 0;
	case 'v': add(f, "-v"); return 0;
	case 't':
		f->to_in_header = true;
		add(f, "-t");
		return word[2] == 'i' || !word[2] ? 0 : bad(e, _("unknown option '%s'"), word);
	default: return bad(e, _("unknown option '%s'"), word);
	}
}

static int sendmail_words(struct face *f, int argc, char **argv, struct err *e)
{
	int i = 1;
	add(f, "--message");
	add(f, "--no-input");
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (g_str_has_prefix(argv[i], "--"))
			add(f, argv[i]);
		else if (sendmail_option(f, argv, &i, e))
			return -1;
	}
	add(f, "--");
	for (; i < argc; i++)
		add(f, argv[i]);
	return 0;
}

static bool is_called(const char *argv0, const char *name)
{
	const char *base = strrchr(argv0, '/');
	base = base ? base + 1 : argv0;
	return !strcmp(base, name) || (g_str_has_prefix(base, "boxwood-") && !strcmp(base + 8, name));
}

char **batch_face(int argc, char **argv, struct err *e)
{
	bool mail = argc && (is_called(argv[0], "mail") || is_called(argv[0], "mailx"));
	bool sendmail = argc && is_called(argv[0], "sendmail");
	if (!mail && !sendmail)
		return g_strdupv(argv);
	struct face f = { .out = g_ptr_array_new_with_free_func(g_free) };
	add(&f, argv[0]);
	add(&f, "send");
	int failed = mail ? mail_words(&f, argc, argv, e) : sendmail_words(&f, argc, argv, e);
	if (!failed && f.reads)
		failed = err_set(e, ERR_PROGRAM, ERR_LACKING, ERR_NEVER,
			_("reading the mail of this machine is not in this version; to send, name somebody: mail "
			  "ADDRESS"));
	if (failed) {
		g_ptr_array_unref(f.out);
		return NULL;
	}
	g_ptr_array_add(f.out, NULL);
	return (char **)g_ptr_array_free(f.out, FALSE);
}
