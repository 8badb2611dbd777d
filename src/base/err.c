/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <string.h>

int err_set(struct err *e, enum err_scope scope, enum err_cause cause, enum err_retry retry, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	err_clear(e);
	e->scope = scope;
	e->cause = cause;
	e->retry = retry;
	e->text = text;
	return -1;
}

int err_set_server(struct err *e, const char *words)
{
	g_free(e->server);
	e->server = g_strdup(words);
	return -1;
}

int err_errno(struct err *e, int errnum, const char *what, const char *path)
{
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "%s '%s': %s", what, path, g_strerror(errnum));
}

int err_errno_passing(struct err *e, int errnum, const char *what, const char *path)
{
	static const int passing[] = { EMFILE, ENFILE, ENOMEM, EAGAIN, ENOSPC, EDQUOT };
	err_errno(e, errnum, what, path);
	for (size_t i = 0; i < G_N_ELEMENTS(passing); i++)
		if (errnum == passing[i])
			e->retry = ERR_LATER;
	return -1;
}

void err_clear(struct err *e)
{
	g_free(e->text);
	g_free(e->server);
	*e = (struct err){ 0 };
}

void err_move(struct err *to, struct err *from)
{
	err_clear(to);
	*to = *from;
	*from = (struct err){ 0 };
}

void err_copy(struct err *to, const struct err *from)
{
	struct err copy = *from;
	copy.text = g_strdup(from->text);
	copy.server = g_strdup(from->server);
	err_clear(to);
	*to = copy;
}

const char *err_cause_name(enum err_cause c)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",
		[ERR_NET] = "net",
		[ERR_TLS] = "tls",
		[ERR_AUTH] = "auth",
		[ERR_PROTOCOL] = "protocol",
		[ERR_REFUSED] = "refused",
		[ERR_DENIED] = "denied",
		[ERR_LACKING] = "lacking",
		[ERR_MISSING] = "missing",
		[ERR_INPUT] = "input",
		[ERR_USAGE] = "usage",
		[ERR_LOCAL] = "local",
		[ERR_CREATE] = "create",
		[ERR_LIMIT] = "limit",
		[ERR_CONFIG] = "config",
		[ERR_NOT_DUE] = "not-due",
		[ERR_MAYBE] = "maybe",
		[ERR_CANCELED] = "canceled",
		[ERR_BUG] = "bug",
	};
	return names[c];
}
