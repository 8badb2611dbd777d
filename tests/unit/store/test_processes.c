/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers beside a writer, writers beside each other, a writer killed, a disk that is full. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

#define BATCH 20
#define KILLS 25

/* Runs child() in a process of its own, with a pipe to read from or to write to. */
static pid_t spawn(struct fixture *f, int (*child)(struct fixture *f, int fd), bool child_reads, int *fd_out)
{
	int fds[2];
	g_assert_cmpint(pipe(fds), ==, 0);
	pid_t pid = fork();
	g_assert_cmpint(pid, >=, 0);
	if (!pid) {
		close(fds[child_reads]);
		_exit(child(f, fds[!child_reads]));
	}
	close(fds[!child_reads]);
	*fd_out = fds[child_reads];
	return pid;
}

static int exit_of(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Rows lo.. of one batch in one transaction. */
static int put_batch(struct fixture *f, uint32_t lo)
{
	int failed = store_begin(f->st, &f->e);
	for (uint32_t uid = lo; !failed && uid < lo + BATCH; uid++) {
		struct store_row row;
		fixture_row(&row, f->folder, uid, 0, uid % 2 ? MSG_SEEN : 0);
		failed = store_row_put(f->st, &row, &f->e);
		store_row_clear(&row);
	}
	if (failed)
		store_rollback(f->st);
	return failed ? -1 : store_commit(f->st, &f->e);
}

/* --- readers --- */

static bool pipe_ended(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) > 0;
}

/* Until the pipe ends: every answer is whole transactions, in order. */
static int read_on(struct fixture *f, int fd)
{
	if (reader_open(f->cache, f->state, &f->r, &f->e))
		return 1;
	for (bool ended = false; !ended;) {
		ended = pipe_ended(fd);
		struct store_window w = { .folder = f->folder };
		g_autoptr(GPtrArray) rows = store_rows_new();
		if (reader_window(f->r, &w, rows, &f->e))
			return 2;
		if (rows->len % BATCH)
			return 3;
		for (guint i = 0; i < rows->len; i++)
			if (((struct store_row *)rows->pdata[i])->uid != rows->len - i ||
				!fixture_is_whole(rows->pdata[i]))
				return 4;
	}
	reader_close(f->r);
	return 0;
}

static void two_processes_read_while_one_writes(void)
{
	struct fixture f;
	int fds[2];
	pid_t pids[2];
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	f.folder = 1;
	for (int i = 0; i < 2; i++)
		pids[i] = spawn(&f, read_on, true, &fds[i]);
	fixture_open(&f);
	for (uint32_t batch = 0; batch < 60; batch++)
		check_ok(&f, put_batch(&f, 1 + batch * BATCH));
	/* The first child has the second's pipe from us no longer: both ends are seen when both are closed. */
	for (int i = 1; i >= 0; i--)
		close(fds[i]);
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(exit_of(pids[i]), ==, 0);
	fixture_sound(&f);
	fixture_clear(&f);
}

/* --- writers --- */

static int write_other_folder(struct fixture *f, int fd)
{
	char go;
	if (read(fd, &go, 1) != 1 || store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	f->folder = fixture_folder(f, "Other");
	for (uint32_t batch = 0; batch < 60; batch++)
		if (put_batch(f, 1 + batch * BATCH))
			return 2;
	store_close(f->st);
	return 0;
}

static void d10_two_processes_write(void)
{
	struct fixture f;
	int fd;
	fixture_init(&f);
	pid_t pid = spawn(&f, write_other_folder, true, &fd);
	fixture_open(&f);
	g_assert_cmpint(write(fd, "x", 1), ==, 1);
	for (uint32_t batch = 0; batch < 60; batch++)
		check_ok(&f, put_batch(&f, 1 + batch * BATCH));
	g_assert_cmpint(exit_of(pid), ==, 0);
	fixture_sound(&f);
	f.folder = fixture_folder(&f, "Other");
	fixture_sound(&f);
	fixture_read(&f);
	g_autofree char *uids = fixture_window(&f, ANCHOR_TOP, 0, 2);
	g_assert_cmpstr(uids, ==, "1200 1199");
	close(fd);
	fixture_clear(&f);
}

static int open_at_once(struct fixture *f, int fd)
{
	char go;
	if (read(fd, &go, 1) != 0) /* the end: all are let go together */
		return 1;
	if (store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 2;
	uint32_t number = 0;
	if (store_account(f->st, "host", 993, "me", "work", &number, &f->e) || number != 1)
		return 3;
	store_close(f->st);
	return 0;
}

static void d10_many_processes_open_the_first_time_at_once(void)
{
	struct fixture f;
	int fds[2];
	pid_t pids[6];
	fixture_init(&f);
	g_assert_cmpint(pipe(fds), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(pids); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			close(fds[1]);
			_exit(open_at_once(&f, fds[0]));
		}
	}
	close(fds[0]);
	close(fds[1]);
	for (size_t i = 0; i < G_N_ELEMENTS(pids); i++)
		g_assert_cmpint(exit_of(pids[i]), ==, 0);
	fixture_open(&f);
	g_assert_false(f.fresh);
	g_assert_cmpuint(f.st->shelf.generation, ==, 1);
	fixture_clear(&f);
}

/* --- kill -9 --- */

/* Tells each finished transaction. */
static int write_on(struct fixture *f, int fd)
{
	if (store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	f->folder = fixture_folder(f, "INBOX");
	struct store_folder folder = { 0 };
	if (store_folder_get(f->st, f->folder, &folder, &f->e))
		return 2;
	for (uint32_t lo = folder.rows + 1;; lo += BATCH)
		if (put_batch(f, lo) || write(fd, "x", 1) != 1)
			return 3;
}

static void d01_killed_writer_loses_no_finished_transaction(void)
{
	struct fixture f;
	guint32 seed = g_test_rand_int();
	uint32_t rows = 0;
	g_test_message("seed %u", seed);
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	fixture_init(&f);
	for (int i = 0; i < KILLS; i++) {
		int fd;
		char done;
		pid_t pid = spawn(&f, write_on, false, &fd);
		uint32_t finished = 0, want = (uint32_t)g_rand_int_range(random, 0, 12);
		while (finished < want && read(fd, &done, 1) == 1)
			finished++;
		g_assert_cmpuint(finished, ==, want);
		for (int spin = g_rand_int_range(random, 0, 400); spin; spin--)
			getppid(); /* some way into the next */
		kill(pid, SIGKILL);
		g_assert_cmpint(exit_of(pid), ==, 128 + SIGKILL);
		while (read(fd, &done, 1) == 1)
			finished++;
		close(fd);
		fixture_open(&f);
		struct store_folder folder = { 0 };
		check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
		g_assert_true(i == 0 || !f.fresh);
		g_assert_cmpuint(folder.rows % BATCH, ==, 0);
		g_assert_cmpuint(folder.rows, >=, rows + finished * BATCH);
		rows = folder.rows;
		store_folder_clear(&folder);
		fixture_sound(&f);
		g_assert_true(db_check(f.st->shelf.state, NULL));
		fixture_shut(&f);
	}
	fixture_clear(&f);
}

/* --- disk full --- */

static int write_until_full(struct fixture *f, int fd)
{
	(void)fd;
	signal(SIGXFSZ, SIG_IGN);
	if (store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	f->folder = fixture_folder(f, "INBOX");
	if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1 << 20, 1 << 20 }))
		return 2;
	int failed = 0;
	for (uint32_t batch = 0; batch < 3000 && !failed; batch++)
		failed = put_batch(f, 1 + batch * BATCH);
	if (!failed || f->e.cause != ERR_LOCAL || !f->e.text)
		return 3;
	/* What was there can still be read, and the state written. */
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
	uint32_t number;
	if (store_uids(f->st, f->folder, 1, UINT32_MAX, uids, &f->e) || !uids->len || uids->len % BATCH)
		return 4;
	if (store_account(f->st, "host", 993, "me", "work", &number, &f->e))
		return 5;
	g_autofree char *large = g_strnfill(2 << 20, 'x');
	if (!store_part_put(f->st, f->folder, 1, "1", (struct str){ large, 2 << 20 }, &f->e) || f->e.cause != ERR_LOCAL)
		return 6;
	store_close(f->st);
	return 0;
}

static void d04_promise_7_full_disk_is_told_and_does_no_harm(void)
{
	struct fixture f;
	int fd;
	fixture_init(&f);
	pid_t pid = spawn(&f, write_until_full, true, &fd);
	g_assert_cmpint(exit_of(pid), ==, 0);
	close(fd);
	fixture_open(&f);
	g_assert_false(f.fresh);
	g_assert_null(store_notice(f.st));
	fixture_sound(&f);
	fixture_read(&f);
	g_autofree char *uids = fixture_window(&f, ANCHOR_BOTTOM, 0, 2);
	g_assert_cmpstr(uids, ==, "2 1");
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(two_processes_read_while_one_writes);
	unit_add(d10_two_processes_write);
	unit_add(d10_many_processes_open_the_first_time_at_once);
	unit_add(d01_killed_writer_loses_no_finished_transaction);
	unit_add(d04_promise_7_full_disk_is_told_and_does_no_harm);
}
