/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define NAME_MAX_OCTETS 240 /* a number finds room behind it */
#define EXTENSION_MAX_OCTETS 20
#define TEMP ".boxwood-"
#define TEMP_LEFT_S 86400

static int check_private(const char *path, struct err *e)
{
	struct stat st, link;
	if (stat(path, &st) || lstat(path, &link))
		return err_errno(e, errno, "cannot look at", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is no directory", path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' belongs to another user", path);
	if (S_ISLNK(link.st_mode) && link.st_uid != geteuid())
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is a link of another user", path);
	/* Where a link leads may be meant for others too. */
	if (S_ISLNK(link.st_mode) && (st.st_mode & 0077))
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER,
			"'%s' is a link to a directory that others may enter", path);
	/* A umask may have taken our own rights too. */
	if (!S_ISLNK(link.st_mode) && (st.st_mode & 0777) != 0700 && chmod(path, 0700))
		return err_errno(e, errno, "cannot make private", path);
	return 0;
}

int fs_private_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0700) && errno != EEXIST) {
		g_autofree char *parent = g_path_get_dirname(path);
		if (errno != ENOENT || !strcmp(parent, path))
			return err_errno(e, errno, "cannot make", path);
		if (!g_file_test(parent, G_FILE_TEST_IS_DIR) && fs_private_dir(parent, e))
			return -1;
		if (mkdir(path, 0700) && errno != EEXIST)
			return err_errno(e, errno, "cannot make", path);
	}
	return check_private(path, e);
}

bool fs_is_private_dir(const char *path)
{
	struct stat st, link;
	return !stat(path, &st) && !lstat(path, &link) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       link.st_uid == geteuid() && !(st.st_mode & 0077);
}

bool fs_is_network(const char *path)
{
	/* Magic numbers of statfs(2): NFS, SMB, CIFS, SMB2, AFS, Coda, 9P, Ceph, FUSE. */
	static const unsigned long kinds[] = { 0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245,
		0x01021997, 0x00c36400, 0x65735546 };
	struct statfs st;
	if (statfs(path, &st))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if ((unsigned long)st.f_type == kinds[i])
			return true;
	return false;
}

int fs_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "no such file '%s'", path);
	if (fd < 0)
		return err_errno(e, errno, "cannot open", path);
	int result = -1;
	char chunk[16384];
	ssize_t n = 1;
	if (!standard && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is no regular file", path);
		goto out;
	}
	while (n) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(e, errno, "cannot read", path);
			goto out;
		}
		size_t room = max - (out->n < max ? out->n : max);
		if ((size_t)n > room || buf_add(out, chunk, (size_t)n)) {
			err_set(e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "'%s' is larger than %zu octets", path, max);
			goto out;
		}
	}
	result = 0;
out:
	if (!standard)
		close(fd);
	return result;
}

struct fs_new {
	char *path, *temp, *dir;
	int fd;
	bool replace;
};

struct fs_new *fs_new_open(const char *path, bool replace, struct err *e)
{
	struct fs_new *f = g_new0(struct fs_new, 1);
	f->path = g_strdup(path);
	f->dir = g_path_get_dirname(path);
	f->replace = replace;
	struct stat st;
	if (!replace && !lstat(path, &st)) {
		err_set(e, ERR_PROGRAM, ERR_CREATE, ERR_NEVER, "'%s' exists", path);
		f->fd = -1;
		fs_new_abort(&f);
		return NULL;
	}
	f->temp = g_build_filename(f->dir, TEMP "XXXXXX", NULL);
	f->fd = g_mkstemp_full(f->temp, O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0 || fchmod(f->fd, 0600)) {
		err_errno(e, errno, "cannot write in", f->dir);
		e->cause = ERR_CREATE;
		g_clear_pointer(&f->temp, g_free);
		fs_new_abort(&f);
	}
	return f;
}

int fs_new_write(struct fs_new *f, struct str bytes, struct err *e)
{
	while (bytes.n) {
		ssize_t n = write(f->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, errno, "cannot write", f->path);
		bytes = str_sub(bytes, (size_t)n);
	}
	return 0;
}

int fs_new_fd(const struct fs_new *f)
{
	return f->fd;
}

static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd);
	int errnum = errno;
	if (fd >= 0)
		close(fd);
	errno = errnum;
	/* Some file systems cannot sync a directory. */
	return failed && errnum != EINVAL ? -1 : 0;
}

/* Gives the temp file its name; without `replace` never over an existing one. */
static int name_it(struct fs_new *f)
{
	if (f->replace)
		return rename(f->temp, f->path);
	if (!renameat2(AT_FDCWD, f->temp, AT_FDCWD, f->path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(f->temp, f->path) || unlink(f->temp) ? -1 : 0;
}

int fs_new_commit(struct fs_new **fp, struct err *e)
{
	struct fs_new *f = *fp;
	int fd = f->fd;
	int failed = fsync(fd);
	f->fd = -1;
	if (close(fd) || failed) {
		err_errno(e, errno, "cannot write", f->path);
	} else if (name_it(f)) {
		if (errno == EEXIST)
			err_set(e, ERR_PROGRAM, ERR_CREATE, ERR_NEVER, "'%s' exists", f->path);
		else
			err_errno(e, errno, "cannot make", f->path);
	} else {
		g_clear_pointer(&f->temp, g_free);
		failed = sync_dir(f->dir);
		if (failed)
			err_errno(e, errno, "cannot sync", f->dir);
		fs_new_abort(fp);
		return failed;
	}
	fs_new_abort(fp);
	return -1;
}

void fs_new_abort(struct fs_new **fp)
{
	struct fs_new *f = *fp;
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	if (f->temp)
		unlink(f->temp);
	g_free(f->temp);
	g_free(f->dir);
	g_free(f->path);
	g_free(f);
	*fp = NULL;
}

bool fs_is_older(const char *path, int seconds)
{
	struct stat st;
	return !lstat(path, &st) && S_ISREG(st.st_mode) && st.st_mtime < clock_wall() - seconds;
}

bool fs_new_is_left(const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	return g_str_has_prefix(name, TEMP) && fs_is_older(path, TEMP_LEFT_S);
}

/* At most max octets of a valid string, cut between what a reader takes for characters. */
static size_t cut_at(const char *s, size_t max)
{
	struct str rest = str_of(s);
	size_t n = 0;
	int width;
	while (rest.n) {
		struct str c = utf8_cluster(rest, &width);
		if (n + c.n > max)
			break;
		n += c.n;
		rest = str_sub(rest, c.n);
	}
	return n;
}

/* Devices on file systems that others read, with any extension. */
static bool is_device(const char *name)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul", "com", "lpt" };
	size_t n = strcspn(name, ". ");
	for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
		if (!g_ascii_strncasecmp(name, devices[i], 3) && (i < 4 ? n == 3 : n == 4 && g_ascii_isdigit(name[3])))
			return true;
	return false;
}

/* ".tar.gz" is as much of an extension as ".png". */
static const char *extension_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (!dot || dot == name || strlen(dot) > EXTENSION_MAX_OCTETS)
		return name + strlen(name);
	if (dot - name > 4 && !g_ascii_strncasecmp(dot - 4, ".tar", 4))
		return dot - 4;
	return dot;
}

char *fs_safe_name(const char *name)
{
	g_autofree char *line = utf8_line(str_of(name));
	GString *safe = g_string_new(NULL);
	for (const char *p = g_strstrip(line); *p; p++)
		if (*p != ' ' || p[1] != ' ')
			g_string_append_c(safe, strchr("/\\:*?\"<>|", *p) ? '_' : *p);
	if ((safe->len && strchr(".-~+", safe->str[0])) || is_device(safe->str))
		g_string_prepend_c(safe, '_');
	while (safe->len && (safe->str[safe->len - 1] == '.' || safe->str[safe->len - 1] == ' '))
		g_string_truncate(safe, safe->len - 1);
	if (safe->len > NAME_MAX_OCTETS) {
		g_autofree char *ext = g_strdup(extension_of(safe->str));
		g_string_truncate(safe, cut_at(safe->str, NAME_MAX_OCTETS - strlen(ext)));
		g_string_append(safe, ext);
	}
	if (!safe->len)
		g_string_assign(safe, "unnamed");
	return g_string_free(safe, FALSE);
}

char *fs_numbered_name(const char *name, unsigned n)
{
	const char *ext = extension_of(name);
	return n < 2 ? g_strdup(name) : g_strdup_printf("%.*s-%u%s", (int)(ext - name), name, n, ext);
}

struct fs_lock {
	int fd;
};

struct fs_lock *fs_lock(const char *path, bool shared, int wait_ms, char **holder_out, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err_errno(e, errno, "cannot open", path);
		return NULL;
	}
	fchmod(fd, 0600);
	int64_t deadline = clock_ms() + wait_ms;
	/* flock has no deadline; a lock is awaited only at start and for seconds, so asking again is enough. */
	while (flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB)) {
		if (errno == EINTR)
			continue;
		if (errno == EWOULDBLOCK && clock_ms() < deadline) {
			g_usleep(20000);
			continue;
		}
		if (holder_out) {
			char text[512];
			ssize_t n = pread(fd, text, sizeof(text), 0);
			*holder_out = n > 0 ? utf8_line((struct str){ text, (size_t)n }) : NULL;
		}
		if (errno == EWOULDBLOCK)
			err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "'%s' is locked by another process", path);
		else
			err_errno(e, errno, "cannot lock", path);
		close(fd);
		return NULL;
	}
	struct fs_lock *l = g_new(struct fs_lock, 1);
	l->fd = fd;
	return l;
}

int fs_lock_write(struct fs_lock *l, const char *text, struct err *e)
{
	size_t n = strlen(text);
	if (ftruncate(l->fd, 0) || pwrite(l->fd, text, n, 0) != (ssize_t)n)
		return err_errno(e, errno, "cannot write", "the lock");
	return 0;
}

void fs_unlock(struct fs_lock *l)
{
	if (!l)
		return;
	close(l->fd);
	g_free(l);
}
