/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define CONTENT "\211PNG octets"

/* An engine that has every part there is, programs that tell what they were called with, and a user who sees. */
struct bench {
	char *dir, *state, *runtime, *heard;
	GMainContext *ctx;
	struct channel *events;
	struct cfg *cfg;
	struct app *app;
	struct model_parts *parts;
	char *said, *title, *shown;
	char *part_path;    /* where the octets were asked to */
	const char *raw[2]; /* the message */
	int lent;
	bool silent, refuses; /* parts do not come; nothing is stored */
	struct store_place replaced;
	struct engine_change *stored;
	char *stored_text;
	uint32_t taken_back; /* group */
	GArray *asked;       /* uint32_t: UIDs of messages that were asked for whole */
};

static void event_free_any(void *ev)
{
	event_free(ev);
}

static void end(struct bench *b, const struct request *r)
{
	channel_send(b->events, event_new(EV_ENDED, r->id, r->account));
}

static void answer(void *it, struct request *r)
{
	struct bench *b = it;
	struct event *ev;
	if (r->type == REQ_PART && !b->silent) {
		g_free(b->part_path);
		b->part_path = g_strdup(r->path);
		g_assert_true(g_file_set_contents(r->path, CONTENT, -1, NULL));
		ev = event_new(EV_SAVED, r->id, r->account);
		ev->path = g_strdup(r->path);
		ev->bytes_done = strlen(CONTENT);
		channel_send(b->events, ev);
		end(b, r);
	} else if (r->type == REQ_READ) {
		ev = event_new(EV_MESSAGE, r->id, r->account);
		ev->message = g_new0(struct engine_message, 1);
		ev->message->text.text = g_strdup("as it reads\n");
		channel_send(b->events, ev);
		end(b, r);
	} else if (r->type == REQ_RAW) {
		g_array_append_val(b->asked, r->uid);
		for (int i = 0; i < 2; i++) {
			ev = event_new(EV_BYTES, r->id, r->account);
			buf_add_str(&ev->bytes, str_of(b->raw[i]));
			channel_send(b->events, ev);
		}
		end(b, r);
	} else if (r->type == REQ_FIND) {
		ev = event_new(EV_ROWS, r->id, r->account);
		ev->rows = store_rows_new();
		struct store_row *row = g_new0(struct store_row, 1);
		row->folder = 3;
		row->uid = r->uid;
		row->flags = MSG_SEEN | MSG_ATTACHMENT | MSG_DELETED;
		row->received = 12345;
		g_ptr_array_add(ev->rows, row);
		channel_send(b->events, ev);
		end(b, r);
	} else if (r->type == REQ_CHANGE) {
		ev = event_new(EV_DURABLE, r->id, r->account);
		ev->durable = g_new0(struct engine_durable, 1);
		ev->durable->group = 9;
		channel_send(b->events, ev);
		b->stored = g_steal_pointer(&r->change);
		g_assert_true(g_file_get_contents(b->stored->path, &b->stored_text, NULL, NULL));
		ev = event_new(EV_ENDED, r->id, r->account);
		if (b->refuses)
			err_set(&ev->err, ERR_ACCOUNT, ERR_NET, ERR_LATER, "no network");
		channel_send(b->events, ev);
	} else if (r->type == REQ_UNDO) {
		b->taken_back = r->answers;
	} else if (r->type == REQ_CANCEL) {
		ev = event_new(EV_ENDED, r->answers, r->account);
		err_set(&ev->err, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
		channel_send(b->events, ev);
	}
	request_free(r);
}

static void changed(void *aux)
{
	(void)aux;
}

static void said(void *aux, char *sentence)
{
	struct bench *b = aux;
	g_free(b->said);
	b->said = sentence;
}

static void shown(void *aux, char *command, char *output)
{
	struct bench *b = aux;
	g_free(b->title);
	g_free(b->shown);
	b->title = command;
	b->shown = output;
}

static void lend(void *aux)
{
	((struct bench *)aux)->lent++;
}

static void take_back(void *aux)
{
	((struct bench *)aux)->lent--;
}

static void replaced(void *aux, int account, struct store_place old)
{
	(void)account;
	((struct bench *)aux)->replaced = old;
}

static const struct model_parts_hooks hooks = { changed, said, shown, lend, take_back, replaced };

/* A program that writes what it was called with, and what it read, into `heard`. */
static char *program(struct bench *b, const char *name)
{
	char *path = g_build_filename(b->dir, name, NULL);
	g_autofree char *script = g_strdup_printf(
		"#!/bin/sh\n{ for a; do printf '%%s\\n' \"$a\"; done; [ -f \"$1\" ] && cat \"$1\" || cat; } >'%s.new'\n"
		"mv '%s.new' '%s'\n",
		b->heard, b->heard, b->heard);
	g_assert_true(g_file_set_contents(path, script, -1, NULL));
	g_chmod(path, 0700);
	return path;
}

static void bench_init(struct bench *b, const char *mailrc, const char *mailcap)
{
	*b = (struct bench){ .raw = { "one\n", "two\n" } };
	b->asked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	b->dir = unit_tmpdir();
	b->state = g_build_filename(b->dir, "state", NULL);
	b->runtime = g_build_filename(b->dir, "run", NULL);
	b->heard = g_build_filename(b->dir, "heard", NULL);
	g_autofree char *path = g_build_filename(b->dir, "mailcap", NULL), *viewer = program(b, "viewer");
	g_auto(GStrv) pieces = g_strsplit(mailcap, "VIEWER", -1), words = g_strsplit(mailrc, "VIEWER", -1);
	g_autofree char *text = g_strjoinv(viewer, pieces), *rc = g_strjoinv(viewer, words);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_cmpint(g_mkdir(b->runtime, 0700), ==, 0);
	g_setenv("MAILCAPS", path, TRUE);
	g_setenv("XDG_RUNTIME_DIR", b->runtime, TRUE);
	b->ctx = g_main_context_new();
	g_main_context_push_thread_default(b->ctx);
	b->events = channel_new(event_free_any);
	b->cfg = cfg_parse(str_of(rc), "mailrc", NULL);
	g_assert_cmpuint(b->cfg->diags->len, ==, 0);
	b->app = app_new(b->cfg, &(struct app_port){ b, answer, b->events }, b->ctx);
	b->parts = model_parts_new(b->app, b->state, &hooks, b);
}

static unsigned count_temps(const struct bench *b)
{
	unsigned n = 0;
	g_autofree char *in_memory = g_build_filename(b->runtime, "boxwood", NULL);
	g_autofree char *on_disk = g_build_filename(b->state, "viewing", NULL);
	const char *const dirs[] = { in_memory, on_disk };
	for (int i = 0; i < 2; i++) {
		GDir *dir = g_dir_open(dirs[i], 0, NULL);
		while (dir && g_dir_read_name(dir))
			n++;
		if (dir)
			g_dir_close(dir);
	}
	return n;
}

static void bench_clear(struct bench *b)
{
	model_parts_free(b->parts);
	app_free(b->app);
	cfg_free(b->cfg);
	channel_free(b->events);
	g_main_context_pop_thread_default(b->ctx);
	g_main_context_unref(b->ctx);
	g_free(b->dir);
	g_free(b->state);
	g_free(b->runtime);
	g_free(b->heard);
	g_free(b->said);
	g_free(b->title);
	g_free(b->shown);
	g_free(b->part_path);
	g_free(b->stored_text);
	g_array_unref(b->asked);
	engine_change_free(b->stored);
}

static void settle(struct bench *b)
{
	while (b->parts->works->len)
		g_main_context_iteration(b->ctx, TRUE);
}

static const struct model_source source = { .account = 0, .folder = "Inbox", .uid = 7 };

static struct msg_part picture(const char *name)
{
	return (struct msg_part){
		.section = (char *)"2", .type = (char *)"image/png", .encoding = (char *)"base64", .name = (char *)name
	};
}

static char *heard(const struct bench *b)
{
	char *text = NULL;
	g_file_get_contents(b->heard, &text, NULL, NULL);
	return text;
}

static void users_program_comes_first_and_gets_a_private_file(void)
{
	struct bench b;
	bench_init(&b, "set view-image=\"VIEWER\"\n", "image/png; false %s\n");
	struct msg_part p = picture("../a;b $(id).png");
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_autofree char *base = g_path_get_basename(b.part_path), *dir = g_path_get_dirname(b.part_path);
	g_autofree char *got = heard(&b), *wanted = g_strdup_printf("%s\n" CONTENT, b.part_path);
	g_assert_cmpstr(base, ==, "_.._a_b___id_.png");
	g_assert_cmpstr(got, ==, wanted);
	g_assert_true(g_str_has_prefix(b.part_path, b.runtime));
	g_assert_nonnull(strstr(b.said, "viewer"));
	struct stat st;
	g_assert_cmpint(stat(dir, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0700);
	bench_clear(&b);
}

static void n06_large_file_lies_with_the_users_work(void)
{
	struct bench b;
	bench_init(&b, "", "image/*; VIEWER %s\n");
	struct msg_part p = picture("a.png");
	p.size = 100 << 20;
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_assert_true(g_str_has_prefix(b.part_path, b.state));
	bench_clear(&b);
}

static void first_entry_whose_test_holds_is_run(void)
{
	struct bench b;
	bench_init(&b, "",
		"image/png; false %s; test=test -n \"\"\nimage/png; false %s; test=sh -c 'exit 1'\n"
		"image/png; /does/not/exist %s\nimage/png; false %s | cat\n"
		"image/*; VIEWER --type %t; test=sh -c 'exit 0'\n");
	struct msg_part p = picture("a.png");
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_autofree char *got = heard(&b);
	g_assert_cmpstr(got, ==, "--type\nimage/png\n" CONTENT);
	bench_clear(&b);
}

static void n07_file_goes_with_its_viewer(void)
{
	struct bench b;
	bench_init(&b, "", "image/png; VIEWER %s; needsterminal\n");
	struct msg_part p = picture("a.png");
	model_parts_open(b.parts, &source, &p);
	g_assert_cmpint(b.lent, ==, 0);
	while (!b.lent)
		g_main_context_iteration(b.ctx, TRUE);
	g_assert_cmpuint(count_temps(&b), ==, 1);
	settle(&b);
	g_assert_cmpint(b.lent, ==, 0);
	g_assert_cmpuint(count_temps(&b), ==, 0);
	bench_clear(&b);
}

static void n07_what_a_dead_session_left_is_removed(void)
{
	struct bench b;
	bench_init(&b, "", "");
	g_autofree char *old = g_build_filename(b.runtime, "boxwood", "open-999999999-0", NULL);
	g_autofree char *mine = g_strdup_printf("%s/boxwood/open-%d-77", b.runtime, (int)getpid());
	g_autofree char *file = g_build_filename(old, "secret", NULL);
	g_assert_cmpint(g_mkdir_with_parents(old, 0700), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(mine, 0700), ==, 0);
	g_assert_true(g_file_set_contents(file, "x", -1, NULL));
	app_temp_clean(b.state);
	g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(mine, G_FILE_TEST_IS_DIR));
	bench_clear(&b);
}

static void n06_planted_directory_is_not_used(void)
{
	struct bench b;
	bench_init(&b, "", "image/*; VIEWER %s\n");
	g_autofree char *planted = g_build_filename(b.runtime, "boxwood", NULL);
	g_autofree char *open = unit_tmpdir();
	g_assert_cmpint(chmod(open, 0755), ==, 0);
	g_assert_cmpint(symlink(open, planted), ==, 0);
	struct msg_part p = picture("a.png");
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_assert_true(g_str_has_prefix(b.part_path, b.state));
	unlink(planted);
	bench_clear(&b);
}

static void e06_output_is_shown_clean(void)
{
	struct bench b;
	bench_init(&b, "", "image/png; printf '\\033[31mred\\033[0m b\\bbold \\033]0\\;t\\007\\n'; copiousoutput\n");
	struct msg_part p = picture("a.png");
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_assert_cmpstr(b.title, ==, "printf");
	g_assert_cmpstr(b.shown, ==, "red bold \xef\xbf\xbd]0;t\xef\xbf\xbd\n");
	g_assert_cmpuint(count_temps(&b), ==, 0);
	bench_clear(&b);
}

static void nobody_to_open_it_is_said_with_the_reason(void)
{
	struct bench b;
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	bench_init(&b, "", "image/png; feh %s | cat\n");
	g_setenv("PATH", "/does/not/exist", TRUE);
	struct msg_part p = picture("a.png");
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_assert_nonnull(strstr(b.said, "'feh %s | cat' is not run: it has a pipe"));
	p.type = (char *)"video/x-unheard-of";
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_assert_nonnull(strstr(b.said, "No program is known for video/x-unheard-of"));
	g_setenv("PATH", path, TRUE);
	bench_clear(&b);
}

static void octets_of_no_type_go_by_their_name(void)
{
	struct bench b;
	bench_init(&b, "set view-application/pdf=VIEWER\n", "");
	struct msg_part p = { .section = (char *)"2",
		.type = (char *)"application/octet-stream",
		.encoding = (char *)"base64",
		.name = (char *)"a.PDF" };
	g_assert_true(model_parts_has_viewer(b.parts, &p));
	model_parts_open(b.parts, &source, &p);
	settle(&b);
	g_autofree char *got = heard(&b);
	g_assert_nonnull(got);
	bench_clear(&b);
}

/* --- commands --- */

static void x11_pipe_gives_octets_and_no_name_of_theirs(void)
{
	struct bench b;
	bench_init(&b, "", "");
	struct msg_part p = picture("$(id); |x");
	model_parts_pipe(b.parts, &source, &p, "tr a-z A-Z; echo done >&2");
	settle(&b);
	g_assert_cmpstr(b.title, ==, "tr a-z A-Z; echo done >&2");
	g_assert_cmpstr(b.shown, ==, "\xef\xbf\xbdPNG OCTETSdone\n");
	model_parts_pipe(b.parts, &source, NULL, "cat");
	settle(&b);
	g_assert_cmpstr(b.shown, ==, "one\ntwo\n");
	model_parts_pipe(b.parts, &source, NULL, "cat >/dev/null");
	settle(&b);
	g_assert_cmpstr(b.said, ==, "cat >/dev/null has ended and printed nothing.");
	model_parts_pipe(b.parts, &source, NULL, "exit 3");
	settle(&b);
	g_assert_nonnull(strstr(b.said, "status 3"));
	g_assert_cmpuint(count_temps(&b), ==, 0);
	bench_clear(&b);
}

static struct model_source several(GArray *places)
{
	static const uint32_t uids[] = { 9, 7 };
	for (size_t i = 0; i < G_N_ELEMENTS(uids); i++) {
		struct store_place p = { 3, uids[i], 0 };
		g_array_append_val(places, p);
	}
	return (struct model_source){ .account = 0, .folder = "Inbox", .places = places };
}

/* To one command, in their order, so that it knows where each begins. */
static void several_messages_are_piped_as_an_mbox(void)
{
	struct bench b;
	bench_init(&b, "", "");
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	struct model_source of = several(places);
	b.raw[1] = "From here\r\n";
	model_parts_pipe(b.parts, &of, NULL, "sed 's/DAEMON .*/DAEMON/'");
	settle(&b);
	g_assert_cmpstr(b.shown, ==, "From MAILER-DAEMON\none\n>From here\n\nFrom MAILER-DAEMON\none\n>From here\n\n");
	g_assert_cmpuint(b.asked->len, ==, 2);
	g_assert_cmpuint(g_array_index(b.asked, uint32_t, 0), ==, 7);
	g_assert_cmpuint(g_array_index(b.asked, uint32_t, 1), ==, 9);
	bench_clear(&b);
}

static void several_messages_are_printed_on_pages_of_their_own(void)
{
	struct bench b;
	bench_init(&b, "set print=\"VIEWER -\"\n", "");
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	struct model_source of = several(places);
	model_parts_print(b.parts, &of, NULL);
	settle(&b);
	g_autofree char *got = heard(&b);
	g_assert_cmpstr(got, ==, "-\nas it reads\n\fas it reads\n");
	g_assert_cmpuint(count_temps(&b), ==, 0);
	bench_clear(&b);
}

static void mailcap_prints_what_printers_do_not_take(void)
{
	struct bench b;
	bench_init(&b, "set print=false\n",
		"application/zip; true %s; test=false; print=false\napplication/zip; true %s; print=VIEWER %s %t\n");
	struct msg_part p = picture("a'b.zip");
	p.type = (char *)"application/zip";
	g_assert_true(model_parts_can_print(&p));
	model_parts_print(b.parts, &source, &p);
	settle(&b);
	g_autofree char *got = heard(&b), *wanted = g_strdup_printf("%s\napplication/zip\n" CONTENT, b.part_path);
	g_assert_cmpstr(got, ==, wanted);
	g_assert_true(g_str_has_suffix(b.part_path, "a_b.zip"));
	g_assert_cmpstr(b.said, ==, "Given to viewer.");
	g_assert_cmpuint(count_temps(&b), ==, 0);
	p.type = (char *)"application/x-odd";
	p.name = NULL;
	g_assert_false(model_parts_can_print(&p));
	bench_clear(&b);
}

static void print_gives_a_picture_to_the_printing_command(void)
{
	struct bench b;
	bench_init(&b, "set print=\"VIEWER -o fit\"\n", "");
	struct msg_part p = picture("a.png");
	model_parts_print(b.parts, &source, &p);
	settle(&b);
	g_autofree char *got = heard(&b);
	g_assert_cmpstr(got, ==, "-o\nfit\n" CONTENT);
	p.type = (char *)"application/zip";
	g_assert_false(model_parts_can_print(&p));
	bench_clear(&b);
}

static void command_that_stays_is_stopped(void)
{
	struct bench b;
	bench_init(&b, "", "");
	model_parts_pipe(b.parts, &source, NULL, "cat >/dev/null; sleep 600");
	while (b.parts->works->len) {
		g_assert_true(model_parts_stop(b.parts));
		if (b.parts->works->len)
			g_main_context_iteration(b.ctx, TRUE);
	}
	g_assert_false(model_parts_stop(b.parts));
	bench_clear(&b);
}

/* --- without one of its parts --- */

static void detached_message_is_stored_before_the_old_one_goes(void)
{
	struct bench b;
	bench_init(&b, "", "");
	struct msg_part p = picture("a.png");
	b.raw[0] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: image/png\n\n";
	b.raw[1] = "octets\n--b--\n";
	model_parts_detach(b.parts, &source, &p);
	settle(&b);
	g_assert_cmpuint(b.replaced.folder, ==, 3);
	g_assert_cmpuint(b.replaced.uid, ==, 7);
	g_assert_cmpint(b.stored->op, ==, CHANGE_APPEND);
	g_assert_cmpstr(b.stored->target, ==, "Inbox");
	g_assert_cmpuint(b.stored->add, ==, MSG_SEEN);
	g_assert_cmpint(b.stored->received, ==, 12345);
	g_assert_null(strstr(b.stored_text, "octets"));
	g_assert_nonnull(strstr(b.stored_text, "x-mutt-deleted"));
	g_assert_cmpuint(count_temps(&b), ==, 0);
	bench_clear(&b);
}

static void promise_6_old_message_stays_when_the_new_one_is_not_stored(void)
{
	struct bench b;
	bench_init(&b, "", "");
	struct msg_part p = picture("a.png");
	b.raw[0] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: image/png\n\n";
	b.raw[1] = "octets\n--b--\n";
	b.refuses = true;
	model_parts_detach(b.parts, &source, &p);
	settle(&b);
	g_assert_cmpuint(b.replaced.folder, ==, 0);
	g_assert_cmpuint(b.taken_back, ==, 9);
	g_assert_nonnull(b.said);
	b.raw[0] = "\nno such part\n";
	model_parts_detach(b.parts, &source, &p);
	settle(&b);
	g_assert_cmpuint(b.replaced.folder, ==, 0);
	bench_clear(&b);
}

/* --- saving --- */

static void n08_a_thousand_of_one_name_are_all_kept(void)
{
	struct bench b;
	bench_init(&b, "", "");
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	struct msg_part p = picture("../photo.png");
	for (int i = 0; i < 1000; i++)
		g_ptr_array_add(parts, &p);
	g_autofree char *dir = g_build_filename(b.dir, "saved", NULL);
	g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
	model_parts_save(b.parts, &source, parts, dir);
	settle(&b);
	g_autofree char *first = g_build_filename(dir, "_.._photo.png", NULL);
	g_autofree char *last = g_build_filename(dir, "_.._photo-1000.png", NULL);
	g_assert_true(g_file_test(first, G_FILE_TEST_IS_REGULAR) && g_file_test(last, G_FILE_TEST_IS_REGULAR));
	g_assert_true(g_str_has_prefix(b.said, "Saved 1000 files in "));
	bench_clear(&b);
}

static void one_part_is_saved_as_typed(void)
{
	struct bench b;
	bench_init(&b, "", "");
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	struct msg_part p = picture("a.png");
	g_ptr_array_add(parts, &p);
	g_autofree char *typed = g_build_filename(b.dir, "mine", NULL);
	model_parts_save(b.parts, &source, parts, typed);
	settle(&b);
	g_assert_cmpstr(b.part_path, ==, typed);
	g_ptr_array_add(parts, &p);
	g_autofree char *nowhere = g_build_filename(b.dir, "nowhere", NULL);
	model_parts_save(b.parts, &source, parts, nowhere);
	g_assert_true(g_str_has_prefix(b.said, "There is no directory "));
	bench_clear(&b);
}

static void saving_that_is_stopped_saves_no_more(void)
{
	struct bench b;
	bench_init(&b, "", "");
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	struct msg_part p = picture("a.png");
	for (int i = 0; i < 3; i++)
		g_ptr_array_add(parts, &p);
	b.silent = true;
	model_parts_save(b.parts, &source, parts, b.dir);
	g_autofree char *progress = model_parts_progress(b.parts);
	g_assert_nonnull(strstr(progress, "a.png"));
	g_assert_true(model_parts_stop(b.parts));
	settle(&b);
	g_assert_null(b.part_path);
	bench_clear(&b);
}

static void n04_name_that_says_another_kind_is_told(void)
{
	static const struct {
		const char *type, *name;
		bool odd;
	} cases[] = {
		{ "image/png", "a.png", false },
		{ "image/png", "invoice.exe", true },
		{ "application/octet-stream", "invoice.pdf.exe", true },
		{ "application/pdf", "a.mp3", true },
		{ "application/x-msdownload", "a.exe", false },
		{ "application/octet-stream", "a.pdf", false },
		{ "text/plain", "a.sh", true },
		{ "application/x-unknown", "a.txt", false },
		{ "text/plain", "a.png", true },
		{ "image/png", NULL, false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct msg_part p = { .type = (char *)cases[i].type, .name = (char *)cases[i].name };
		g_assert_cmpint(app_part_disagrees(&p) != NULL, ==, cases[i].odd);
	}
}

static void n04_program_is_one_by_its_type_or_its_name(void)
{
	struct msg_part named = { .type = (char *)"application/octet-stream", .name = (char *)"Invoice.pdf.DESKTOP" };
	struct msg_part typed = { .type = (char *)"application/x-sh" };
	struct msg_part paper = { .type = (char *)"application/pdf", .name = (char *)"a.pdf" };
	g_assert_true(app_part_is_program(&named));
	g_assert_true(app_part_is_program(&typed));
	g_assert_false(app_part_is_program(&paper));
}

static void w01_page_is_one_by_its_type_or_its_name(void)
{
	static const struct {
		const char *type, *name;
		bool fetches;
	} cases[] = { { "text/html", NULL, true }, { "application/octet-stream", "a.html", true },
		{ "image/png", "a.HTM", true }, { "image/svg+xml", "x", true }, { "image/png", "a.svg", true },
		{ "application/octet-stream", "a.xhtml", true }, { "image/png", "a.png", false },
		{ "application/pdf", NULL, false } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct msg_part p = { .type = (char *)cases[i].type, .name = (char *)cases[i].name };
		g_assert_cmpint(model_parts_may_fetch(&p), ==, cases[i].fetches);
	}
}

void suite(void)
{
	unit_add(users_program_comes_first_and_gets_a_private_file);
	unit_add(n06_large_file_lies_with_the_users_work);
	unit_add(first_entry_whose_test_holds_is_run);
	unit_add(n07_file_goes_with_its_viewer);
	unit_add(n07_what_a_dead_session_left_is_removed);
	unit_add(n06_planted_directory_is_not_used);
	unit_add(e06_output_is_shown_clean);
	unit_add(nobody_to_open_it_is_said_with_the_reason);
	unit_add(octets_of_no_type_go_by_their_name);
	unit_add(x11_pipe_gives_octets_and_no_name_of_theirs);
	unit_add(several_messages_are_piped_as_an_mbox);
	unit_add(several_messages_are_printed_on_pages_of_their_own);
	unit_add(mailcap_prints_what_printers_do_not_take);
	unit_add(print_gives_a_picture_to_the_printing_command);
	unit_add(command_that_stays_is_stopped);
	unit_add(detached_message_is_stored_before_the_old_one_goes);
	unit_add(promise_6_old_message_stays_when_the_new_one_is_not_stored);
	unit_add(n08_a_thousand_of_one_name_are_all_kept);
	unit_add(one_part_is_saved_as_typed);
	unit_add(saving_that_is_stopped_saves_no_more);
	unit_add(n04_name_that_says_another_kind_is_told);
	unit_add(n04_program_is_one_by_its_type_or_its_name);
	unit_add(w01_page_is_one_by_its_type_or_its_name);
}
