/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of every error: one sentence that says what, and one that says what to do. */
#include "app/app.h"

#include "base/i18n.h"
#include "base/utf8.h"

static const char *sentence_of(const struct err *e)
{
	switch (e->cause) {
	case ERR_NET: return e->retry == ERR_NEVER ? N_("no such host") : N_("no connection");
	case ERR_TLS: return N_("not connected: the server's certificate or TLS is not acceptable");
	case ERR_AUTH: return N_("the login did not work");
	case ERR_PROTOCOL: return N_("the server does not speak as it should");
	case ERR_REFUSED: return N_("the server refused");
	case ERR_LACKING: return N_("not available");
	case ERR_NOT_DUE: return N_("not due yet");
	case ERR_CANCELED: return N_("canceled");
	case ERR_BUG: return N_("a fault in Boxwood");
	default: return NULL;
	}
}

char *app_err_text(const struct err *e, const char *account)
{
	g_autofree char *detail = utf8_line(str_of(e->text ? e->text : ""));
	const char *sentence = sentence_of(e);
	GString *out = g_string_new(NULL);
	/* What concerns a file or the command line has nothing to do with the account at hand. */
	if (account && (e->scope == ERR_ACCOUNT || e->scope == ERR_FOLDER))
		g_string_append_printf(out, "%s: ", account);
	if (sentence)
		g_string_append(out, _(sentence));
	if (sentence && *detail)
		g_string_append_printf(out, ": %s", detail);
	else if (*detail)
		g_string_append(out, detail);
	return g_string_free(out, FALSE);
}

char *app_err_hint(const struct err *e, const char *account)
{
	switch (e->cause) {
	case ERR_NET:
		return g_strdup(e->retry == ERR_NEVER ? _("check the host name in the 'imap' line of the mailrc")
						      : _("what is in the cache can be read; try again later"));
	case ERR_TLS:
		return g_strdup(
			_("no password was sent; if this is your own server, name its CA with 'cafile' or its key with "
			  "'pin' in the mailrc"));
	case ERR_AUTH:
		return g_strdup_printf(_("check login and password, then run: boxwood -A %s setup check"),
			account ? account : "ACCOUNT");
	case ERR_NOT_DUE:
		return e->after ? g_strdup_printf(P_("try again in %d second", "try again in %d seconds",
							  (unsigned long)e->after),
					  e->after)
				: NULL;
	case ERR_CONFIG: return g_strdup(_("run: boxwood config check"));
	case ERR_MISSING: return e->scope == ERR_FOLDER ? g_strdup(_("run: boxwood folders")) : NULL;
	case ERR_BUG: return g_strdup(_("please report it, with what you did"));
	default: return NULL;
	}
}

int app_exit_code(const struct err *e)
{
	switch (e->cause) {
	case ERR_NONE: return EXIT_CODE_OK;
	case ERR_NET: return e->retry == ERR_NEVER ? EXIT_CODE_NOHOST : EXIT_CODE_TEMP;
	case ERR_TLS:
	case ERR_PROTOCOL: return EXIT_CODE_TLS;
	case ERR_AUTH: return EXIT_CODE_AUTH;
	case ERR_LACKING: return EXIT_CODE_LACKING;
	case ERR_MISSING: return EXIT_CODE_MISSING;
	case ERR_INPUT: return EXIT_CODE_BAD;
	case ERR_USAGE: return EXIT_CODE_USAGE;
	case ERR_LOCAL: return EXIT_CODE_IO;
	case ERR_CREATE: return EXIT_CODE_CREATE;
	case ERR_LIMIT: return e->scope == ERR_ACCOUNT ? EXIT_CODE_TLS : EXIT_CODE_BAD;
	case ERR_CONFIG: return EXIT_CODE_CONFIG;
	case ERR_BUG: return EXIT_CODE_BUG;
	case ERR_REFUSED:
	case ERR_NOT_DUE:
	case ERR_CANCELED: return EXIT_CODE_TEMP;
	}
	return EXIT_CODE_BUG;
}

int app_exit_worst(int a, int b)
{
	static const int order[] = { 70, 74, 73, 78, 77, 76, 79, 69, 68, 67, 66, 65, 75, 64, 1, 0 };
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}
