/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/batch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* The words of a line as Boxwood's, joined by '|'; NULL: *cause_out. */
static char *face(const char *line, enum err_cause *cause_out)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = NULL;
	g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
	g_auto(GStrv) words = batch_face((int)g_strv_length(argv), argv, &e);
	*cause_out = e.cause;
	err_clear(&e);
	return words ? g_strjoinv("|", words + 1) : NULL;
}

static void becomes(const char *line, const char *wanted)
{
	enum err_cause cause;
	g_autofree char *got = face(line, &cause);
	g_assert_cmpstr(got, ==, wanted);
}

static void is_refused(const char *line, enum err_cause wanted)
{
	enum err_cause cause;
	g_autofree char *got = face(line, &cause);
	g_assert_null(got);
	g_assert_cmpint(cause, ==, wanted);
}

static void own_name_changes_nothing(void)
{
	becomes("boxwood mail -s x", "mail|-s|x");
	becomes("/usr/bin/boxwood", "");
	becomes("hotmail send a@b", "send|a@b");
}

static void mail_sends(void)
{
	becomes("mail -s x a@b c@d", "send|--subject|x|--escapes|--|a@b|c@d");
	becomes("/usr/bin/mailx -nEsx -ca@b a@b", "send|--skip-empty|--subject|x|--cc|a@b|--escapes|--|a@b");
	becomes("boxwood-mail a@b -s x -- -b", "send|--subject|x|--escapes|--|a@b|-b");
	becomes("mail -t --json", "send|-t|--json|--escapes|--");
	becomes("mail -S crt=5 -r c@d -b e@f -A work a@b", "send|--from|c@d|--bcc|e@f|--account|work|--escapes|--|a@b");
}

static void mail_attaches_files_and_adds_fields(void)
{
	becomes("mail -a 'X-Y: z' a@b", "send|--field|X-Y: z|--escapes|--|a@b");
	becomes("mail -a 'C:x' a@b", "send|--attach|C:x|--escapes|--|a@b");
	becomes("mail -a 'a b: c' a@b", "send|--attach|a b: c|--escapes|--|a@b");
	char dir[] = "/tmp/boxwood-face.XXXXXX";
	g_assert_nonnull(mkdtemp(dir));
	g_autofree char *was = g_get_current_dir();
	g_assert_cmpint(chdir(dir), ==, 0);
	close(open("X-Y: z", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	is_refused("mail -a 'X-Y: z' a@b", ERR_USAGE);
	unlink("X-Y: z");
	g_assert_cmpint(chdir(was), ==, 0);
	rmdir(dir);
}

static void mail_does_not_read(void)
{
	static const char *const lines[] = { "mail", "mail -e", "mail -H", "mail -f", "mailx -fmbox", "mail -N",
		"mail -s x" };
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		is_refused(lines[i], ERR_LACKING);
	is_refused("mail -q a@b", ERR_USAGE);
	is_refused("mail a@b -s", ERR_USAGE);
}

static void sendmail_takes_a_whole_message(void)
{
	becomes("sendmail -t -i", "send|--message|--no-input|-t|--");
	becomes("/usr/sbin/sendmail -FCronDaemon -i -odi -oem -oi -t -f root", "send|--message|--no-input|-t|--");
	becomes("sendmail -ti -fa@b", "send|--message|--no-input|-t|--envelope|a@b|--");
	becomes("sendmail -N success,delay -R hdrs -Rfull a@b",
		"send|--message|--no-input|--notify|success,delay|--return|headers|--return|full|--|a@b");
	becomes("sendmail -F Name -o i -B 8BITMIME -N never -- -x@y a@b",
		"send|--message|--no-input|--notify|never|--|-x@y|a@b");
	becomes("sendmail -bm -- a@b", "send|--message|--no-input|--|a@b");
}

static void sendmail_is_no_server(void)
{
	is_refused("sendmail -bs", ERR_LACKING);
	is_refused("sendmail -bd -q30m", ERR_LACKING);
	is_refused("sendmail -Z", ERR_USAGE);
	is_refused("sendmail -f", ERR_USAGE);
}

void suite(void)
{
	unit_add(own_name_changes_nothing);
	unit_add(mail_sends);
	unit_add(mail_attaches_files_and_adds_fields);
	unit_add(mail_does_not_read);
	unit_add(sendmail_takes_a_whole_message);
	unit_add(sendmail_is_no_server);
}
