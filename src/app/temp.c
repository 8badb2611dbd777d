/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that other programs look at: each in a private directory of its own that says which process made it. */
#include "app/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"

#define PREFIX "open-"
#define MEMORY_MAX (16u << 20) /* octets that may lie in a file system in memory */

/* In memory, where nothing is left on a disk; what is large lies with the user's work. */
static char *place(const char *state_dir, bool memory)
{
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");
	if (!memory)
		return g_build_filename(state_dir, "viewing", NULL);
	return runtime && g_path_is_absolute(runtime) ? g_build_filename(runtime, "boxwood", NULL) : NULL;
}

static char *make_in(const char *base, struct err *e)
{
	static unsigned made;
	if (fs_private_dir(base, e))
		return NULL;
	for (;;) {
		g_autofree char *name = g_strdup_printf(PREFIX "%d-%u", (int)getpid(), made++);
		g_autofree char *dir = g_build_filename(base, name, NULL);
		if (!mkdir(dir, 0700))
			return g_steal_pointer(&dir);
		if (errno != EEXIST) {
			err_errno(e, errno, _("cannot make"), dir);
			return NULL;
		}
	}
}

char *app_temp_dir(const char *state_dir, uint64_t octets, struct err *e)
{
	g_autofree char *memory = octets <= MEMORY_MAX ? place(state_dir, true) : NULL;
	char *dir = memory ? make_in(memory, e) : NULL;
	if (dir)
		return dir;
	err_clear(e);
	g_autofree char *disk = place(state_dir, false);
	return make_in(disk, e);
}

char *app_copied_file(const char *state_dir, struct str text, struct err *e)
{
	g_autofree char *path = g_build_filename(state_dir, "copied", NULL);
	if (fs_private_dir(state_dir, e))
		return NULL;
	if (!g_file_set_contents_full(path, text.p, (gssize)text.n, G_FILE_SET_CONTENTS_NONE, 0600, NULL)) {
		err_errno(e, errno, _("cannot write to"), path);
		return NULL;
	}
	return g_steal_pointer(&path);
}

void app_temp_drop(const char *dir)
{
	GDir *open = dir ? g_dir_open(dir, 0, NULL) : NULL;
	const char *name;
	while (open && (name = g_dir_read_name(open))) {
		g_autofree char *path = g_build_filename(dir, name, NULL);
		unlink(path);
	}
	if (open)
		g_dir_close(open);
	if (dir)
		rmdir(dir);
}

static void clean(const char *base)
{
	/* Where others may write, a name may lead anywhere by the time it is looked at. */
	GDir *open = base && fs_is_private_dir(base) ? g_dir_open(base, 0, NULL) : NULL;
	const char *name;
	while (open && (name = g_dir_read_name(open))) {
		g_autofree char *dir = g_build_filename(base, name, NULL);
		long pid = g_str_has_prefix(name, PREFIX) ? strtol(name + strlen(PREFIX), NULL, 10) : 0;
		if (pid > 1 && pid != getpid() && !app_runs_elsewhere(pid) && !g_file_test(dir, G_FILE_TEST_IS_SYMLINK))
			app_temp_drop(dir);
	}
	if (open)
		g_dir_close(open);
}

void app_temp_clean(const char *state_dir)
{
	g_autofree char *memory = place(state_dir, true), *disk = place(state_dir, false);
	clean(memory);
	clean(disk);
}

/* --- names of what is saved --- */

char *app_part_name(const struct msg_part *p)
{
	static const char *const kinds[][2] = { { "text/plain", "txt" }, { "text/html", "html" },
		{ "text/calendar", "ics" }, { "text/vcard", "vcf" }, { "message/rfc822", "eml" },
		{ "message/global", "eml" }, { "application/pdf", "pdf" }, { "image/jpeg", "jpg" },
		{ "image/png", "png" }, { "image/gif", "gif" } };
	if (p->name && *p->name)
		return fs_safe_name(p->name);
	const char *kind = g_str_has_prefix(p->type, "text/") ? "txt" : "bin";
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(p->type, kinds[i][0]))
			kind = kinds[i][1];
	g_autofree char *made = g_strdup_printf("part-%s.%s", *p->section ? p->section : "1", kind);
	return fs_safe_name(made);
}

/* Names of what is run when it is opened, on some system. */
static bool is_runnable(const char *name)
{
	static const char *const ends[] = { "apk", "app", "appimage", "bat", "cmd", "com", "cpl", "deb", "desktop",
		"dll", "dmg", "exe", "hta", "iso", "jar", "js", "jse", "lnk", "msi", "pif", "ps1", "rpm", "scr", "sh",
		"url", "vbe", "vbs", "wsf" };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < G_N_ELEMENTS(ends); i++)
		if (!g_ascii_strcasecmp(dot + 1, ends[i]))
			return true;
	return false;
}

bool app_part_is_program(const struct msg_part *p)
{
	static const char *const kinds[] = { "application/java-archive", "application/javascript",
		"application/vnd.debian.binary-package", "application/vnd.microsoft.portable-executable",
		"application/x-desktop", "application/x-executable", "application/x-java-archive",
		"application/x-msdownload", "application/x-sh", "application/x-shellscript", "text/javascript",
		"text/x-python", "text/x-sh", "text/x-shellscript" };
	bool found = p->name && is_runnable(p->name);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		found = found || !strcmp(p->type, kinds[i]);
	return found;
}

const char *app_part_disagrees(const struct msg_part *p)
{
	const char *named = p->name ? msg_type_of_name(p->name) : NULL;
	size_t kind = strcspn(p->type, "/") + 1;
	bool general = !strcmp(p->type, "application/octet-stream");
	if (p->children || !p->name)
		return NULL;
	if (is_runnable(p->name))
		return general || strncmp(p->type, "application/", kind) ? _("a program") : NULL;
	/* Within a kind there are many names for the same. */
	return named && !general && strncmp(named, p->type, kind) && strncmp(named, "text/", 5) ? named : NULL;
}

#define NAMES_MAX 100000

char *app_free_path(const char *dir, const char *name)
{
	for (unsigned n = 1; n < NAMES_MAX; n++) {
		g_autofree char *numbered = fs_numbered_name(name, n);
		g_autofree char *path = dir ? g_build_filename(dir, numbered, NULL) : g_strdup(numbered);
		if (!g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			return g_steal_pointer(&path);
	}
	return dir ? g_build_filename(dir, name, NULL) : g_strdup(name);
}

char *app_expand_home(const char *path)
{
	if (path[0] == '~' && (path[1] == '/' || !path[1]))
		return g_build_filename(g_get_home_dir(), path + 1, NULL);
	return g_strdup(path);
}
