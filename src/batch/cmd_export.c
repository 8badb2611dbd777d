/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: the messages of a folder into a new mbox or Maildir, which appears whole or not at all. */
#include "batch/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"

#define PAGE 200
#define OUT_MAX (4u << 20) /* octets gathered before they are written */

/* What is needed of a row; a folder has very many. */
struct letter {
	uint32_t uid, local, flags;
	int64_t mid, received;
	char *sender;
};

struct export
{
	struct batch *batch;
	int account;
	char *folder;
	GArray *letters; /* struct letter, newest first */
	bool more;
	struct fs_new *out;
	struct msg_mbox_writer writer;
	struct msg_mbox *check; /* reads what is written */
	struct buf gathered;
	uint64_t octets; /* of the message that comes */
	bool mbox;
	struct err err; /* why writing failed */
};

static void letter_clear(void *p)
{
	g_free(((struct letter *)p)->sender);
}

/* --- which --- */
static void take_rows(struct event *ev, void *aux)
{
	struct export *x = aux;
	if (ev->type != EV_ROWS)
		return;
	x->more = ev->rows->len > 0;
	for (guint i = 0; i < ev->rows->len; i++) {
		const struct store_row *row = ev->rows->pdata[i];
		const struct msg_addr *from = row->from && row->from->len ? row->from->pdata[0] : NULL;
		struct letter l = { row->uid, row->local, row->flags, row->mid, row->received,
			g_strdup(from ? from->addr : NULL) };
		g_array_append_val(x->letters, l);
	}
}

static int gather(struct export *x, struct err *e)
{
	struct batch *b = x->batch;
	/* All of the folder, down to its oldest; a part of it is no export. */
	if (batch_refresh(b, x->account, x->folder, UINT32_MAX, false, e))
		return -1;
	x->more = true;
	while (x->more) {
		guint n = x->letters->len;
		const struct letter *last = n ? &g_array_index(x->letters, struct letter, n - 1) : NULL;
		struct request *r = request_new(REQ_WINDOW, 0, x->account);
		r->folder = g_strdup(x->folder);
		r->window = (struct store_window){ .anchor = last ? ANCHOR_BELOW : ANCHOR_TOP,
			.mid = last ? last->mid : 0,
			.uid = last ? last->uid : 0,
			.rows = PAGE };
		if (batch_ask(b, r, take_rows, x, BATCH_CACHE_MS, e))
			return -1;
	}
	return 0;
}

/* --- one message --- */
static void nothing(void *aux, struct str bytes)
{
	(void)aux;
	(void)bytes;
}

static int write_out(struct export *x)
{
	int failed = fs_new_write(x->out, buf_str(&x->gathered), &x->err);
	if (x->check)
		msg_mbox_feed(x->check, buf_str(&x->gathered));
	buf_reset(&x->gathered);
	return failed;
}

static void take_bytes(struct event *ev, void *aux)
{
	struct export *x = aux;
	struct str bytes = buf_str(&ev->bytes);
	if (ev->type != EV_BYTES)
		return;
	x->octets += bytes.n;
	while (bytes.n && x->err.cause == ERR_NONE) {
		size_t n = MIN(bytes.n, OUT_MAX / 4);
		struct str piece = { bytes.p, n };
		if (x->mbox)
			msg_mbox_write(&x->writer, piece, &x->gathered);
		else
			buf_add_str(&x->gathered, piece);
		write_out(x);
		bytes = str_sub(bytes, n);
	}
}

static int fetch(struct export *x, const struct letter *l, struct err *e)
{
	struct request *r = request_new(REQ_RAW, 0, x->account);
	r->folder = g_strdup(x->folder);
	r->uid = l->uid;
	r->local = l->local;
	x->octets = 0;
	int failed = batch_ask(x->batch, r, take_bytes, x, BATCH_LONG_MS, e);
	if (x->err.cause != ERR_NONE) {
		err_move(e, &x->err);
		failed = -1;
	}
	if (!failed && !x->octets)
		failed = err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_LATER, _("message %u of '%s' is empty or gone"),
			l->uid, x->folder);
	return failed;
}

/* --- mbox --- */
static const struct letter *oldest_first(const struct export *x, guint i)
{
	return &g_array_index(x->letters, struct letter, x->letters->len - 1 - i);
}

static int write_mbox(struct export *x, struct err *e)
{
	for (guint i = 0; i < x->letters->len; i++) {
		const struct letter *l = oldest_first(x, i);
		if (msg_mbox_write_begin(&x->writer, l->sender, l->received, &x->gathered) || fetch(x, l, e) ||
			msg_mbox_write_end(&x->writer, &x->gathered) || write_out(x)) {
			if (e->cause == ERR_NONE)
				err_move(e, &x->err);
			return -1;
		}
	}
	msg_mbox_end(x->check);
	if (msg_mbox_count(x->check) == x->letters->len)
		return 0;
	return err_set(e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, _("%u messages were written and %u are read"),
		x->letters->len, msg_mbox_count(x->check));
}

static int export_mbox(struct export *x, const char *path, struct err *e)
{
	static const struct msg_mbox_sink sink = { nothing, nothing };
	x->out = fs_new_open(path, false, e);
	if (!x->out)
		return -1;
	x->check = msg_mbox_new(true, &sink, NULL);
	int failed = write_mbox(x, e) || fs_new_commit(&x->out, e);
	fs_new_abort(&x->out);
	msg_mbox_free(x->check);
	return failed ? -1 : 0;
}

/* --- Maildir --- */
static char *maildir_name(const struct letter *l, guint i)
{
	GString *name = g_string_new(NULL);
	g_string_printf(name, "%" G_GINT64_FORMAT ".%u_%u.boxwood:2,", MAX(l->received, 0), i + 1, l->uid);
	/* In the order of the letters, as Maildir wants it. */
	static const struct {
		uint32_t flag;
		char letter;
	} marks[] = { { MSG_DRAFT, 'D' }, { MSG_FLAGGED, 'F' }, { MSG_FORWARDED, 'P' }, { MSG_ANSWERED, 'R' },
		{ MSG_SEEN, 'S' }, { MSG_DELETED, 'T' } };
	for (size_t k = 0; k < G_N_ELEMENTS(marks); k++)
		if (l->flags & marks[k].flag)
			g_string_append_c(name, marks[k].letter);
	return g_string_free(name, FALSE);
}

static int write_letters(struct export *x, const char *dir, struct err *e)
{
	for (guint i = 0; i < x->letters->len; i++) {
		const struct letter *l = oldest_first(x, i);
		g_autofree char *name = maildir_name(l, i), *path = g_build_filename(dir, "cur", name, NULL);
		x->out = fs_new_open(path, false, e);
		if (!x->out || fetch(x, l, e) || fs_new_commit(&x->out, e)) {
			fs_new_abort(&x->out);
			return -1;
		}
	}
	return 0;
}

static void remove_tree(const char *dir)
{
	static const char *const subs[] = { "cur", "new", "tmp" };
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *sub = g_build_filename(dir, subs[i], NULL);
		GDir *d = g_dir_open(sub, 0, NULL);
		const char *name;
		while (d && (name = g_dir_read_name(d))) {
			g_autofree char *path = g_build_filename(sub, name, NULL);
			unlink(path);
		}
		if (d)
			g_dir_close(d);
		rmdir(sub);
	}
	rmdir(dir);
}

static int make_dirs(const char *dir, struct err *e)
{
	static const char *const subs[] = { "cur", "new", "tmp" };
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++) {
		g_autofree char *sub = g_build_filename(dir, subs[i], NULL);
		if (mkdir(sub, 0700))
			return err_errno(e, errno, _("cannot make"), sub);
	}
	return 0;
}

/* Made beside its name and renamed: rename replaces nothing but an empty directory. */
static int export_maildir(struct export *x, const char *path, struct err *e)
{
	g_autofree char *dir = g_strdup_printf("%s.XXXXXX", path);
	if (g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK))
		return err_set(e, ERR_PROGRAM, ERR_CREATE, ERR_NEVER, _("'%s' exists already"), path);
	if (!g_mkdtemp_full(dir, 0700))
		return err_set(
			e, ERR_PROGRAM, ERR_CREATE, ERR_NEVER, _("cannot make '%s': %s"), path, g_strerror(errno));
	int failed = make_dirs(dir, e) || write_letters(x, dir, e);
	if (!failed && rename(dir, path))
		failed = err_errno(e, errno, _("cannot rename to"), path);
	if (failed)
		remove_tree(dir);
	return failed ? -1 : 0;
}

/* --- the run --- */
static int run(struct export *x, const char *path, struct err *e)
{
	size_t n = strlen(path);
	g_autofree char *plain = g_strdup(path);
	x->mbox = !n || path[n - 1] != '/';
	while (n > 1 && plain[n - 1] == '/')
		plain[--n] = '\0';
	if (gather(x, e) || (x->mbox ? export_mbox(x, plain, e) : export_maildir(x, plain, e)))
		return -1;
	g_autofree char *text =
		g_strdup_printf(P_("%u message of %s is in %s", "%u messages of %s are in %s", x->letters->len),
			x->letters->len, x->folder, plain);
	batch_note(x->batch, text);
	return 0;
}

int cmd_export(struct batch *b)
{
	struct err e = ERR_INIT;
	const GPtrArray *args = b->cli->args;
	struct export x = { .batch = b };
	x.account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e);
	x.folder = x.account < 0 ? NULL : batch_target(b, x.account, args->pdata[0], &e);
	x.letters = g_array_new(FALSE, FALSE, sizeof(struct letter));
	g_array_set_clear_func(x.letters, letter_clear);
	buf_init(&x.gathered, OUT_MAX);
	if (e.cause == ERR_MISSING && strpbrk(args->pdata[0], ":~ "))
		err_set(&e, ERR_PROGRAM, ERR_LACKING, ERR_NEVER, _("%s is not in this version"), _("a QUERY"));
	if (x.folder)
		run(&x, args->pdata[1], &e);
	if (e.cause != ERR_NONE)
		batch_error(b, batch_label(b, x.account), &e);
	g_array_unref(x.letters);
	buf_clear(&x.gathered);
	g_free(x.folder);
	err_clear(&x.err);
	err_clear(&e);
	return b->code;
}
