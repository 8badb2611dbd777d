/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at outside the program. */
#include "app/app.h"

#include <string.h>

#include "base/proc.h"

static bool has_scheme(const char *url, const char *scheme)
{
	size_t n = strlen(scheme);
	return !g_ascii_strncasecmp(url, scheme, n) && url[n];
}

enum app_link app_link_kind(const char *url)
{
	for (const unsigned char *p = (const unsigned char *)url; *p; p++)
		if (*p <= ' ' || *p == 0x7f)
			return LINK_OTHER;
	if (has_scheme(url, "http://") || has_scheme(url, "https://"))
		return LINK_WEB;
	return has_scheme(url, "mailto:") ? LINK_MAILTO : LINK_OTHER;
}

char *app_link_true_host(const char *url)
{
	const char *authority = strstr(url, "://");
	if (!authority)
		return NULL;
	authority += 3;
	g_autofree char *whole = g_strndup(authority, strcspn(authority, "/\\?#"));
	const char *at = strrchr(whole, '@');
	return at ? g_strdup(at + 1) : NULL;
}

/* The link takes the place of each %s; without any it comes last. It is always a word of its own. */
static GPtrArray *with_link(char **words, const char *url)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	bool placed = false;
	for (; *words; words++) {
		bool here = !strcmp(*words, "%s");
		g_ptr_array_add(argv, g_strdup(here ? url : *words));
		placed |= here;
	}
	if (!placed)
		g_ptr_array_add(argv, g_strdup(url));
	g_ptr_array_add(argv, NULL);
	return argv;
}

static bool start(const char *command, const char *url)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) words = proc_argv(command, &e);
	g_autofree char *program = words ? g_find_program_in_path(words[0]) : NULL;
	g_autoptr(GPtrArray) argv = program ? with_link(words, url) : NULL;
	bool started = argv && !proc_detach((const char *const *)argv->pdata, &e);
	err_clear(&e);
	return started;
}

bool app_link_open(const char *url)
{
	const char *browser = g_getenv("BROWSER");
	if (app_link_kind(url) != LINK_WEB)
		return false;
	g_auto(GStrv) commands = g_strsplit(browser ? browser : "", ":", -1);
	for (char **c = commands; *c; c++)
		if (start(*c, url))
			return true;
	return start("xdg-open", url);
}
