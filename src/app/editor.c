/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's own editor: which one, and the private file it works on. */
#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define PREFIX "letter-"

static const char *env(const char *name)
{
	const char *value = g_getenv(name);
	return value && *value ? value : NULL;
}

static const char *editor_line(const struct cfg *cfg)
{
	const char *line = cfg->options.editor;
	if (!line)
		line = env("VISUAL");
	return line ? line : env("EDITOR");
}

static char **with_path(char **words, const char *path)
{
	guint n = g_strv_length(words);
	char **argv = g_new0(char *, n + 2);
	memcpy(argv, words, n * sizeof *words);
	argv[n] = g_strdup(path);
	g_free(words);
	return argv;
}

char **app_editor_argv(const struct cfg *cfg, const char *path, struct err *e)
{
	const char *line = editor_line(cfg);
	char **words = line ? proc_argv(line, e) : NULL;
	return words ? with_path(words, path) : NULL;
}

/* tmux's commands that come back before what they started has ended. */
static bool makes_window(char **words)
{
	static const char *const makes[] = { "split-window", "splitw", "new-window", "neww" };
	for (guint i = 0; i < G_N_ELEMENTS(makes); i++)
		if (g_strv_contains((const char *const *)words, makes[i]))
			return true;
	return false;
}

char **app_editor_window(const struct cfg *cfg, bool *tells_pid_out)
{
	const char *line = cfg->options.editor_window;
	struct err e = ERR_INIT;
	if (!line && env("TMUX"))
		line = "tmux split-window";
	*tells_pid_out = false;
	char **words = line && *line ? proc_argv(line, &e) : NULL;
	err_clear(&e);
	if (!words)
		return NULL;
	g_autofree char *base = g_path_get_basename(words[0]);
	*tells_pid_out = !strcmp(base, "tmux") && makes_window(words);
	if (!*tells_pid_out)
		return words;
	/* It ends at once and leaves the editor to tmux, which can say who that is. */
	guint n = g_strv_length(words);
	words = g_renew(char *, words, n + 4);
	words[n] = g_strdup("-P");
	words[n + 1] = g_strdup("-F");
	words[n + 2] = g_strdup("#{pane_pid}");
	words[n + 3] = NULL;
	return words;
}

bool app_has_editor(const struct cfg *cfg)
{
	return editor_line(cfg) != NULL;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The text a person writes: in the encoding of the terminal. */
static char *text_for(const struct cfg *cfg, const struct draft *d)
{
	g_autofree char *text = draft_to_text(d, cfg->options.edit_headers);
	return utf8_locale() ? g_steal_pointer(&text) : utf8_to_locale(text);
}

int app_editor_write(const struct cfg *cfg, const char *state_dir, const struct draft *d, char **path, struct err *e)
{
	g_autofree char *dir = g_build_filename(state_dir, "editing", NULL);
	g_autofree char *text = text_for(cfg, d);
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (*path ? O_TRUNC : O_EXCL), fd = -1;
	if (fs_private_dir(dir, e))
		return -1;
	for (unsigned i = 0; !*path || fd < 0; i++) {
		g_autofree char *name =
			g_strdup_printf(PREFIX "%d-%u.%s", (int)getpid(), i, cfg->options.edit_headers ? "eml" : "txt");
		g_autofree char *at = *path ? g_strdup(*path) : g_build_filename(dir, name, NULL);
		fd = open(at, flags, 0600);
		if (fd < 0 && (errno != EEXIST || *path))
			return err_errno(e, errno, _("cannot write"), at);
		if (fd >= 0 && !*path)
			*path = g_steal_pointer(&at);
	}
	int failed = write_all(fd, text, strlen(text)), number = errno;
	return close(fd) || failed ? err_errno(e, failed ? number : errno, _("cannot write"), *path) : 0;
}

char *app_editor_read(const char *path, struct err *e)
{
	struct buf in;
	char *text = NULL;
	const char *charset = NULL;
	buf_init(&in, DRAFT_TEXT_MAX);
	if (!fs_read(path, DRAFT_TEXT_MAX, &in, e)) {
		bool utf8 = g_get_charset(&charset);
		if (in.n && memchr(in.p, 0, in.n))
			err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the editor left a NUL octet in '%s'"), path);
		else
			text = msg_to_utf8(buf_str(&in), utf8 ? NULL : charset, NULL);
	}
	buf_clear(&in);
	return text;
}

/* The name of a process that lives; NULL: there is none, or it is only not buried yet. */
static char *process_name(long pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%ld/stat", pid), *stat = NULL;
	if (!g_file_get_contents(path, &stat, NULL, NULL))
		return NULL;
	char *name = strchr(stat, '('), *end = strrchr(stat, ')');
	bool lives = name && end && end > name && end[1] && end[2] != 'Z' && end[2] != 'X';
	return lives ? g_strndup(name + 1, (gsize)(end - name - 1)) : NULL;
}

bool app_runs_elsewhere(long pid)
{
	if (pid < 2 || pid == getpid())
		return false;
	g_autofree char *theirs = process_name(pid), *ours = process_name(getpid());
	return theirs && ours && !strcmp(theirs, ours);
}

/* Names in `editing` say which program made them. */
bool app_editor_is_elsewhere(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);
	return g_str_has_prefix(base, PREFIX) && app_runs_elsewhere(strtol(base + strlen(PREFIX), NULL, 10));
}

void app_editor_done(const char *path)
{
	if (path)
		unlink(path);
}
