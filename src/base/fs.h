/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and directories that are ours alone: 0700 and 0600 whatever the umask, no symlink followed
 * at the last step, replaced by rename, synced when asked. */
#ifndef BOXWOOD_BASE_FS_H
#define BOXWOOD_BASE_FS_H

#include "base/buf.h"
#include "base/err.h"

/* Makes path and its missing parents 0700. An existing directory must be ours and becomes 0700; a link must be ours, and
 * lead to one that is closed to others already. */
int fs_private_dir(const char *path, struct err *e);
bool fs_is_private_dir(const char *path); /* it is there, and such a one; nothing is changed */
bool fs_is_network(const char *path);     /* NFS, CIFS, FUSE network file systems: WAL does not work there */

/* Reads a regular file of at most max octets; "-" is standard input. */
int fs_read(const char *path, size_t max, struct buf *out, struct err *e);

/* A new file that appears whole or not at all: temp name in the same directory, fsync, then
 * fs_new_commit links it to its name (never over an existing file unless `replace`), fsync of the directory. */
struct fs_new;
struct fs_new *fs_new_open(const char *path, bool replace, struct err *e);
int fs_new_write(struct fs_new *f, struct str bytes, struct err *e);
int fs_new_fd(const struct fs_new *f); /* for others that write to it, before fs_new_commit; borrowed */
int fs_new_commit(struct fs_new **f, struct err *e);
void fs_new_abort(struct fs_new **f); /* NULL is a no-op; the temp file is removed */
/* Whether the file is a temp file of a process that died, a day ago at least: then it may be removed. */
bool fs_new_is_left(const char *path);
bool fs_is_older(const char *path, int seconds); /* a regular file, not written for so long by the wall clock */

/* A name from outside made into one harmless path component, on other systems too: UTF-8, no '/', no control or bidi
 * bytes, none of \ : * ? " < > |, runs of blanks made one, no leading '.', '-', '~' or '+', no name of a device, at most
 * 240 octets cut between graphemes with the extension kept; never empty ("unnamed"). g_free. */
char *fs_safe_name(const char *name);
/* "photo.png", 2: "photo-2.png"; below 2 as it is. At most 255 octets of a safe name. g_free. */
char *fs_numbered_name(const char *name, unsigned n);

/* An advisory lock on a file (made 0600 if missing). wait_ms 0: do not wait. *holder_out (g_free, may be
 * NULL): what the holder wrote into it. The fd stays open until fs_unlock. */
struct fs_lock;
struct fs_lock *fs_lock(const char *path, bool shared, int wait_ms, char **holder_out, struct err *e);
int fs_lock_write(struct fs_lock *l, const char *text, struct err *e); /* exclusive holders only */
void fs_unlock(struct fs_lock *l);                                     /* NULL is a no-op */

#endif
