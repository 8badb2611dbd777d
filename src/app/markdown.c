/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML of what was written, by the mailrc's command. The text itself stays the letter's first form. */
#include "app/app.h"

#include <string.h>

#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define DEADLINE_MS 30000

struct app_markdown {
	struct proc *proc;
	char *name;
	void (*done)(char *html, const struct err *e, void *aux);
	void *aux;
};

static void markdown_free(struct app_markdown *m)
{
	g_free(m->name);
	g_free(m);
}

/* Why what it printed is not taken; 0: it is. */
static int judge(const char *name, const struct proc_end *end, struct err *e)
{
	if (end->late)
		return err_set(
			e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, _("'%s' did not end in time and was stopped"), name);
	if (end->over)
		return err_set(e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, _("'%s' printed more than %u MB"), name,
			DRAFT_TEXT_MAX >> 20);
	if (end->signal)
		return err_set(
			e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("'%s' was ended by signal %d"), name, end->signal);
	if (end->status)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("'%s' ended with status %d"), name, end->status);
	if (!str_trim(end->words).n)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("'%s' printed nothing"), name);
	if (!utf8_valid(end->words) || memchr(end->words.p, '\0', end->words.n))
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("what '%s' printed is no UTF-8"), name);
	return 0;
}

static void ended(const struct proc_end *end, void *aux)
{
	struct app_markdown *m = aux;
	struct err e = ERR_INIT;
	char *html = judge(m->name, end, &e) ? NULL : str_dup(end->words);
	m->done(html, &e, m->aux);
	err_clear(&e);
	markdown_free(m);
}

struct app_markdown *app_markdown_run(const struct cfg *cfg, const char *text,
	void (*done)(char *html, const struct err *e, void *aux), void *aux, struct err *e)
{
	const char *line = cfg->options.markdown;
	if (!line) {
		err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER,
			_("no command makes HTML of the text: write 'set markdown=COMMAND' in the mailrc"));
		return NULL;
	}
	g_auto(GStrv) argv = proc_argv(line, e);
	if (!argv)
		return NULL;
	struct app_markdown *m = g_new0(struct app_markdown, 1);
	m->name = g_strdup(argv[0]);
	m->done = done;
	m->aux = aux;
	m->proc = proc_filter((const char *const *)argv, str_of(text), DRAFT_TEXT_MAX, DEADLINE_MS, ended, m, e);
	if (m->proc)
		return m;
	markdown_free(m);
	return NULL;
}

void app_markdown_cancel(struct app_markdown *m)
{
	if (!m)
		return;
	proc_cancel(m->proc);
	markdown_free(m);
}
