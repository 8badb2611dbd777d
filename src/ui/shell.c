/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that have the whole screen for a while: a command of the user's, the manual. */
#include "ui/internal.h"

#include "base/i18n.h"
#include "base/proc.h"

/* "$1" is what the user typed, "$2" what asks for Enter: neither is ever part of the script. */
static const char script[] = "/bin/sh -c \"$1\"; printf '\\n%s ' \"$2\"; read -r _";

static void ended(struct buf *out, struct err *e, void *aux)
{
	struct ui *ui = aux;
	(void)out;
	ui->outside = NULL;
	ui_take_back(ui);
	if (ui->outside_failed && e->cause)
		ui_say(ui, g_strdup(ui->outside_failed));
}

/* done() may have been called before proc_lend returns. */
static void lend_to(struct ui *ui, const char *const *argv, const char *failed)
{
	if (ui->term->keys_fd < 0) {
		ui_say(ui, g_strdup(_("There is no terminal to lend.")));
		return;
	}
	ui->outside_failed = failed;
	ui_lend(ui);
	struct proc *p = proc_lend(argv, true, -1, ended, ui);
	if (ui->lent)
		ui->outside = p;
}

void shell_run(struct ui *ui, const char *line)
{
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", line, _("Press Enter to go on."), NULL };
	if (*line)
		lend_to(ui, argv, NULL);
	else
		ui_say(ui, g_strdup(_("A command for the shell goes behind the '!'.")));
}

void shell_leave(struct ui *ui)
{
	if (ui->outside)
		proc_leave(ui->outside);
}

void shell_manual(struct ui *ui)
{
	static const char *const argv[] = { "man", "boxwood", NULL };
	lend_to(ui, argv, _("The manual page cannot be shown: 'man boxwood' failed."));
}
