/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that dies at its n-th write, for every n: what was acknowledged is there, and all is before or after. */
#include <dlfcn.h>
#include <errno.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

#define MESSAGES 3
#define KILLED 99
#define WRITES_MAX 2000
#define OWNER "1 boot"

/* --- the calls that write, in place of libc's --- */

static int writes_left = -1; /* -1: nobody dies */
static bool die_torn;        /* half of the last write is done */

/* True: now, but first what is torn. */
static bool is_last(void)
{
	if (writes_left < 0 || --writes_left >= 0)
		return false;
	if (!die_torn)
		_exit(KILLED);
	return true;
}

#define REAL(name, ...)                                                                                                \
	static ssize_t (*real)(__VA_ARGS__);                                                                           \
	if (!real)                                                                                                     \
	*(void **)&real = dlsym(RTLD_NEXT, name)

#define POSITIONED(function, name)                                                                                     \
	ssize_t function(int fd, const void *p, size_t n, off_t at) __asm__(name);                                     \
	ssize_t function(int fd, const void *p, size_t n, off_t at)                                                    \
	{                                                                                                              \
		REAL(name, int, const void *, size_t, off_t);                                                          \
		if (is_last()) {                                                                                       \
			real(fd, p, n / 2, at);                                                                        \
			_exit(KILLED);                                                                                 \
		}                                                                                                      \
		return real(fd, p, n, at);                                                                             \
	}
POSITIONED(on_pwrite, "pwrite")
POSITIONED(on_pwrite64, "pwrite64")

ssize_t on_write(int fd, const void *p, size_t n) __asm__("write");
ssize_t on_write(int fd, const void *p, size_t n)
{
	REAL("write", int, const void *, size_t);
	if (is_last()) {
		real(fd, p, n / 2);
		_exit(KILLED);
	}
	return real(fd, p, n);
}

/* Those that are done or not. */
#define ATOMIC(function, name, parameters, ...)                                                                        \
	int function parameters __asm__(name);                                                                         \
	int function parameters                                                                                        \
	{                                                                                                              \
		static int(*real) parameters;                                                                          \
		if (!real)                                                                                             \
			*(void **)&real = dlsym(RTLD_NEXT, name);                                                      \
		if (is_last())                                                                                         \
			_exit(KILLED);                                                                                 \
		return real(__VA_ARGS__);                                                                              \
	}
ATOMIC(on_fsync, "fsync", (int fd), fd)
ATOMIC(on_fdatasync, "fdatasync", (int fd), fd)
ATOMIC(on_ftruncate, "ftruncate", (int fd, off_t n), fd, n)
ATOMIC(on_ftruncate64, "ftruncate64", (int fd, off_t n), fd, n)
ATOMIC(on_unlink, "unlink", (const char *path), path)
ATOMIC(on_rename, "rename", (const char *from, const char *to), from, to)
ATOMIC(on_link, "link", (const char *from, const char *to), from, to)

/* --- the scenario: a move, its effect, its end, and its undoing; a draft and its sending --- */

enum step { NOTHING, PUT, SHOWN, BEGUN, NAMED, DONE, UNDO_PUT, DRAFTED, LETTER_PUT, CLAIMED, AT_END, ACCEPTED, STEPS };

static int put_change(struct fixture *f, uint32_t undoes)
{
	g_autoptr(GPtrArray) changes = store_changes_new();
	struct store_change *c = store_change_new(CHANGE_MOVE, 1), *undone = NULL;
	g_ptr_array_add(changes, c);
	c->folder = g_strdup(undoes ? "Archive" : "INBOX");
	c->target = g_strdup(undoes ? "INBOX" : "Archive");
	c->uidvalidity = 1;
	c->undoes = undoes;
	for (uint32_t i = 0; i < MESSAGES; i++)
		store_change_item_add(c)->uid = (undoes ? 100 : 1) + i;
	/* Both rows say it, or none. */
	if (undoes && store_change_get(f->st, undoes, &undone, &f->e))
		return -1;
	if (undone) {
		undone->undone_by = undoes + 1;
		g_ptr_array_add(changes, undone);
	}
	return store_changes_put(f->st, changes, &f->e);
}

static int move_all(struct fixture *f, uint32_t from, uint32_t from_uid, uint32_t from_local, uint32_t to,
	uint32_t to_uid, uint32_t to_local)
{
	int failed = store_begin(f->st, &f->e);
	for (uint32_t i = 0; !failed && i < MESSAGES; i++) {
		struct store_place a = { from, from_uid ? from_uid + i : 0, from_local ? from_local + i : 0 };
		struct store_place b = { to, to_uid ? to_uid + i : 0, to_local ? to_local + i : 0 };
		failed = store_place_move(f->st, a, b, &f->e);
	}
	return failed ? -1 : store_commit(f->st, &f->e);
}

static int name_items(struct fixture *f, struct store_change *c, uint32_t archive)
{
	for (uint32_t i = 0; i < MESSAGES; i++) {
		struct store_change_item *item = c->items->pdata[i];
		item->target_uid = 100 + i;
		item->state = CHANGE_DONE;
	}
	if (store_change_items(f->st, c, &f->e))
		return -1;
	return move_all(f, archive, 0, 1, archive, 100, 0);
}

static int put_draft(struct fixture *f)
{
	struct store_draft *d = store_draft_new(1);
	d->path = g_strdup("draft");
	store_draft_add(d)->path = g_strdup("file");
	int result = store_draft_put(f->st, d, &f->e);
	store_draft_free(d);
	return result;
}

static int put_letter(struct fixture *f)
{
	struct store_mail *m = store_mail_new(1);
	m->state = MAIL_QUEUED;
	store_mail_add(m, "ana@duarte.example");
	store_mail_add(m, "bram@dewit.example");
	int result = store_mail_put(f->st, m, &f->e);
	store_mail_free(m);
	return result;
}

static int send_letter(struct fixture *f, enum step step)
{
	struct store_mail *m = NULL;
	int result = -1;
	if (step == CLAIMED)
		result = store_mail_claim(f->st, 1, WHEN, OWNER, &m, &f->e) || !m ? -1 : 0;
	else if (step == AT_END)
		result = store_mail_step(f->st, 1, OWNER, MAIL_STEP_END, &f->e);
	else if (!store_mail_get(f->st, 1, &m, &f->e)) {
		m->state = MAIL_ACCEPTED;
		m->ended = WHEN;
		for (guint i = 0; i < m->rcpts->len; i++)
			((struct store_rcpt *)m->rcpts->pdata[i])->state = MAIL_ACCEPTED;
		result = store_mail_put(f->st, m, &f->e);
	}
	store_mail_free(m);
	return result;
}

static int take_step(struct fixture *f, enum step step, uint32_t archive)
{
	struct store_change *c = NULL;
	int result = -1;
	if (step == DRAFTED)
		return put_draft(f);
	if (step > DRAFTED)
		return step == LETTER_PUT ? put_letter(f) : send_letter(f, step);
	if (step != PUT && store_change_get(f->st, 1, &c, &f->e))
		return -1;
	switch (step) {
	case PUT: return put_change(f, 0);
	case SHOWN: result = move_all(f, f->folder, 1, 0, archive, 0, 1); break;
	case BEGUN:
		c->state = CHANGE_BEGUN;
		c->target_uidnext = 100;
		result = store_change_step(f->st, c, &f->e);
		break;
	case NAMED: result = name_items(f, c, archive); break;
	case DONE:
		c->state = CHANGE_DONE;
		c->ended = WHEN;
		result = store_change_step(f->st, c, &f->e);
		break;
	case UNDO_PUT: result = put_change(f, 1); break;
	default: break;
	}
	store_change_free(c);
	return result;
}

/* Acknowledges each step by a byte that is no write of the store. */
static int run(struct fixture *f, int fd, int writes, bool torn)
{
	die_torn = torn;
	writes_left = writes;
	if (store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	uint32_t archive = f->folder + 1;
	for (enum step step = PUT; step < STEPS; step++) {
		if (take_step(f, step, archive))
			return 2;
		int left = writes_left;
		writes_left = -1;
		if (write(fd, "x", 1) != 1)
			return 3;
		writes_left = left;
	}
	store_close(f->st);
	f->st = NULL;
	return writes_left > 0 ? 0 : KILLED;
}

/* --- what is found --- */

static unsigned rows_of(struct fixture *f, uint32_t folder)
{
	struct store_folder found = { 0 };
	check_ok(f, store_folder_get(f->st, folder, &found, &f->e));
	unsigned rows = found.rows + found.rows_local;
	store_folder_clear(&found);
	return rows;
}

static bool change_at_least(struct fixture *f, enum step step)
{
	struct store_change *c = NULL, *undo = NULL;
	if (store_change_get(f->st, 1, &c, &f->e))
		return step < PUT;
	g_assert_cmpuint(c->items->len, ==, MESSAGES);
	enum step is = c->state == CHANGE_DONE ? DONE : c->state == CHANGE_BEGUN ? BEGUN : PUT;
	unsigned named = 0;
	for (guint i = 0; i < c->items->len; i++)
		named += ((struct store_change_item *)c->items->pdata[i])->target_uid == 100 + i;
	g_assert_true(named == 0 || named == MESSAGES);
	is = is == BEGUN && named ? NAMED : is;
	g_assert_cmpint(is >= BEGUN ? c->target_uidnext : 100, ==, 100);
	/* The undo and the word of it stand together. */
	bool undone = !store_change_get(f->st, 2, &undo, &f->e);
	g_assert_cmpuint(c->undone_by, ==, undone ? 2 : 0);
	if (undone) {
		g_assert_cmpint(is, ==, DONE);
		g_assert_cmpuint(undo->items->len, ==, MESSAGES);
		is = UNDO_PUT;
	}
	store_change_free(undo);
	store_change_free(c);
	return is >= step || (step == SHOWN && is == PUT);
}

static bool nobody_lives(const char *owner, void *aux)
{
	(void)aux;
	return !g_strcmp0(owner, "");
}

/* What is sent may be sent once more only if its end was not noted. */
static void check_letter(struct fixture *f, enum step acknowledged)
{
	struct store_mail *m = NULL, *again = NULL;
	g_autoptr(GPtrArray) changed = store_mails_new();
	if (store_mail_get(f->st, 1, &m, &f->e)) {
		g_assert_cmpint(acknowledged, <, LETTER_PUT);
		return;
	}
	g_assert_cmpuint(m->rcpts->len, ==, 2);
	for (guint i = 0; i < m->rcpts->len; i++)
		g_assert_cmpint(((struct store_rcpt *)m->rcpts->pdata[i])->state, ==,
			m->state == MAIL_ACCEPTED ? MAIL_ACCEPTED : MAIL_QUEUED);
	enum step is = m->state == MAIL_ACCEPTED  ? ACCEPTED
		       : m->step == MAIL_STEP_END ? AT_END
		       : m->state == MAIL_SENDING ? CLAIMED
						  : LETTER_PUT;
	g_assert_cmpint(is, >=, MIN(acknowledged, ACCEPTED));
	check_ok(f, store_mails_orphaned(f->st, nobody_lives, NULL, changed, &f->e));
	g_assert_cmpuint(changed->len, ==, is == CLAIMED || is == AT_END);
	check_ok(f, store_mail_claim(f->st, 1, WHEN, OWNER, &again, &f->e));
	g_assert_true(!again == (is >= AT_END));
	store_mail_free(again);
	store_mail_free(m);
}

static void check_draft(struct fixture *f, enum step acknowledged)
{
	struct store_draft *d = NULL;
	if (store_draft_get(f->st, 1, &d, &f->e)) {
		g_assert_cmpint(acknowledged, <, DRAFTED);
		return;
	}
	g_assert_cmpstr(d->path, ==, "draft");
	g_assert_cmpuint(d->files->len, ==, 1);
	store_draft_free(d);
}

static void check_after(struct fixture *f, enum step acknowledged)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	check_ok(f, store_open(f->cache, f->state, &f->st, &f->fresh, &f->e));
	if (!f->st)
		return;
	g_assert_false(f->fresh);
	g_assert_null(store_notice(f->st));
	g_assert_true(store_check(f->st, faults, &f->e));
	g_assert_true(change_at_least(f, MIN(acknowledged, UNDO_PUT)));
	check_draft(f, acknowledged);
	check_letter(f, acknowledged);
	/* All messages are in one folder or all in the other, none twice. */
	unsigned inbox = rows_of(f, f->folder), archive = rows_of(f, f->folder + 1);
	g_assert_cmpuint(inbox + archive, ==, MESSAGES);
	g_assert_true(inbox == 0 || archive == 0);
	g_assert_true(acknowledged < SHOWN || archive);
	/* No id comes again. */
	struct store_change *c = store_change_new(CHANGE_MOVE, 1), *last = NULL;
	struct store_change_item *item = store_change_item_add(c);
	uint32_t before =
		!store_change_get(f->st, 2, &last, &f->e) || !store_change_get(f->st, 1, &last, &f->e) ? last->id : 0;
	uint32_t before_item = last ? ((struct store_change_item *)last->items->pdata[MESSAGES - 1])->id : 0;
	check_ok(f, store_change_put(f->st, c, &f->e));
	g_assert_cmpuint(c->id, ==, before + 1);
	g_assert_cmpuint(item->id, ==, before_item + 1);
	store_change_free(c);
	store_change_free(last);
	g_clear_pointer(&f->st, store_close);
}

/* --- every n --- */

static void copy_all(struct fixture *f, const char *from, const char *to)
{
	g_autofree char *source = g_build_filename(f->root, from, NULL);
	g_autofree char *target = g_build_filename(f->root, to, NULL);
	GDir *d = g_dir_open(target, 0, NULL);
	for (const char *name; d && (name = g_dir_read_name(d));) {
		g_autofree char *old = g_build_filename(target, name, NULL);
		unlink(old);
	}
	if (d)
		g_dir_close(d);
	g_mkdir_with_parents(target, 0700);
	d = g_dir_open(source, 0, NULL);
	for (const char *name; (name = g_dir_read_name(d));) {
		g_autofree char *a = g_build_filename(from, name, NULL);
		g_autofree char *b = g_build_filename(to, name, NULL);
		if (g_str_has_suffix(name, ".db"))
			fixture_copy(f, a, b);
	}
	g_dir_close(d);
}

/* True: it came to its end. */
static bool kill_at(struct fixture *f, int writes, bool torn)
{
	int fds[2], status = 0;
	char byte;
	enum step acknowledged = NOTHING;
	copy_all(f, "start/cache", "cache");
	copy_all(f, "start/state", "state");
	g_assert_cmpint(pipe(fds), ==, 0);
	pid_t pid = fork();
	if (!pid) {
		close(fds[0]);
		_exit(run(f, fds[1], writes, torn));
	}
	close(fds[1]);
	while (read(fds[0], &byte, 1) == 1)
		acknowledged++;
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	g_assert_true(WIFEXITED(status));
	bool ended = WEXITSTATUS(status) == 0;
	g_assert_true(ended || WEXITSTATUS(status) == KILLED);
	check_after(f, acknowledged);
	return ended;
}

static void check_kills(bool torn)
{
	struct fixture f;
	int n = 0;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, MESSAGES);
	g_assert_cmpuint(fixture_folder(&f, "Archive"), ==, f.folder + 1);
	fixture_shut(&f);
	copy_all(&f, "cache", "start/cache");
	copy_all(&f, "state", "start/state");
	while (n < WRITES_MAX && !kill_at(&f, n, torn) && !g_test_failed())
		n++;
	g_test_message("%d writes", n);
	g_assert_cmpint(n, >, 20);
	g_assert_cmpint(n, <, WRITES_MAX);
	fixture_clear(&f);
}

static void d01_s01_death_before_any_write_leaves_before_or_after(void)
{
	check_kills(false);
}

static void d01_s01_death_within_any_write_leaves_before_or_after(void)
{
	check_kills(true);
}

void suite(void)
{
	unit_add(d01_s01_death_before_any_write_leaves_before_or_after);
	unit_add(d01_s01_death_within_any_write_leaves_before_or_after);
}
