/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static const struct build_settings plain = { .message_id = "m@box.example", .date = 1795327200, .offset = -330 };

static struct draft *sound(const char *text)
{
	struct draft *d = draft_new(DRAFT_NEW);
	d->from = msg_addr_new("Vera Lund", "vera@box.example");
	g_ptr_array_add(d->to, msg_addr_new(NULL, "a@x.example"));
	g_free(d->subject);
	d->subject = g_strdup("s");
	g_free(d->text);
	d->text = g_strdup(text);
	return d;
}

static int memory_fd(const void *p, size_t n)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, p, n), ==, (ssize_t)n);
	return fd;
}

/* The message, or NULL and the cause in *cause; d stays. */
static char *build(const struct draft *d, const struct build_settings *set, struct built *out, enum err_cause *cause)
{
	struct err e = ERR_INIT;
	struct built own = { 0 }, *built = out ? out : &own;
	int fd = memory_fd("", 0);
	int status = draft_build(d, set, fd, built, &e);
	char *text = NULL;
	if (!status) {
		g_assert_cmpuint(built->longest, <=, 998);
		text = g_malloc0(built->size + 1);
		g_assert_cmpint(pread(fd, text, built->size + 1, 0), ==, (ssize_t)built->size);
		g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text, built->size);
		g_assert_cmpstr(sum, ==, built->sha256);
	}
	if (cause)
		*cause = status ? e.cause : ERR_NONE;
	err_clear(&e);
	built_clear(built);
	close(fd);
	return text;
}

static void build_is_these_octets(void)
{
	struct draft *d = sound("Hello\n");
	g_autofree char *got = build(d, &plain, NULL, NULL);
	g_assert_cmpstr(got, ==,
		"Date: Sun, 22 Nov 2026 00:30:00 -0530\r\nFrom: Vera Lund <vera@box.example>\r\nTo: "
		"a@x.example\r\nSubject: s\r\n"
		"Message-ID: <m@box.example>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=us-ascii; format=flowed\r\nContent-Transfer-Encoding: "
		"7bit\r\n\r\nHello\r\n");
	draft_free(d);
}

static void s12_only_crlf_leaves(void)
{
	static const char *const texts[] = { "a\n.\nb", "a\r.\rb", "a\r\n.\nb", "a\n.\r\nb", "a\rb\nc", ".\n", "\r",
		"\n.\n\r\n.\r" };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		for (int way = 0; way < 3; way++) {
			struct draft *d = sound(texts[i]);
			d->hard = way == 1;
			if (way == 2) {
				d->kind = DRAFT_BOUNCE;
				buf_add_str(&d->original, STR("Subject: s\n\n"));
				buf_add_str(&d->original, str_of(texts[i]));
			}
			g_autofree char *got = build(d, &plain, NULL, NULL);
			g_assert_nonnull(got);
			for (char *p = got; p && *p; p++)
				g_assert_true(*p == '\n' ? p > got && p[-1] == '\r' : *p != '\r' || p[1] == '\n');
			g_assert_true(g_str_has_suffix(got, "\r\n"));
			draft_free(d);
		}
}

static void s13_long_lines_are_encoded(void)
{
	struct draft *d = sound("");
	d->hard = true;
	for (size_t n = 997; n < 1001; n++) {
		g_free(d->text);
		d->text = g_strnfill(n, 'x');
		g_autofree char *got = build(d, &plain, NULL, NULL);
		g_assert_cmpint(strstr(got, "quoted-printable") != NULL, ==, n > 998);
	}
	g_free(d->text);
	d->text = g_strnfill(1 << 20, 'x');
	g_free(d->subject);
	d->subject = g_strnfill(5000, 'y');
	struct built built;
	g_autofree char *got = build(d, &plain, &built, NULL);
	g_assert_cmpuint(built.longest, <=, 78);
	struct msg *m = msg_parse(str_of(got));
	g_assert_cmpstr(m->head->subject, ==, d->subject);
	msg_free(m);
	draft_free(d);
}

static void s14_x04_nothing_malformed_is_written(void)
{
	static const char *const bad[] = { "a@b>\r\nRCPT TO:<x@y", "a@b> NOTIFY=NEVER", "-oQ/tmp", "a@b\r\nBcc: x@y" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct draft *d = sound("x");
		enum err_cause cause;
		g_ptr_array_add(d->to, msg_addr_new(NULL, bad[i]));
		g_autofree char *got = build(d, &plain, NULL, &cause);
		g_assert_null(got);
		g_assert_cmpint(cause, ==, ERR_INPUT);
		draft_free(d);
	}
	struct draft *d = sound("x");
	g_free(d->subject);
	d->subject = g_strdup("a\r\nBcc: x@y");
	g_autofree char *got = build(d, &plain, NULL, NULL);
	g_assert_null(got);
	draft_free(d);
}

static void promise_17_names_become_no_header(void)
{
	struct draft *d = sound("x");
	struct draft_file *f = draft_file_new();
	f->name = g_strdup("a\"; x=\r\nBcc: y@z\r\n\r\n../b\xff.txt");
	f->type = g_strdup("text/plain\r\nX-Evil: yes");
	f->cid = g_strdup("a>\r\nX-Evil: yes");
	f->description = g_strdup("d\r\nX-Evil: yes");
	g_ptr_array_add(d->files, f);
	g_autofree char *got = build(d, &plain, NULL, NULL);
	g_assert_null(strstr(got, "\nBcc"));
	g_assert_null(strstr(got, "\nX-Evil"));
	g_assert_null(strstr(got, "/b"));
	draft_free(d);
}

static void s15_promise_20_bcc_is_kept_or_gone(void)
{
	struct draft *d = sound("x");
	g_ptr_array_add(d->bcc, msg_addr_new("Secret", "secret@x.example"));
	struct msg_field *f = g_new0(struct msg_field, 1);
	*f = (struct msg_field){ g_strdup("bCC"), g_strdup("secret@x.example"), NULL };
	g_ptr_array_add(d->extra, f);
	draft_add_message(d, NULL, STR("Bcc:\n secret@x.example\nbcc : secret@x.example\nSubject: s\n\nbody\n"));
	g_autofree char *wire = build(d, &plain, NULL, NULL);
	g_assert_null(strstr(wire, "secret"));
	g_assert_nonnull(strstr(wire, "Subject: s\r\n\r\nbody"));
	struct build_settings keep = plain;
	keep.keep_bcc = true;
	g_ptr_array_set_size(d->extra, 0);
	g_autofree char *kept = build(d, &keep, NULL, NULL);
	g_assert_nonnull(strstr(kept, "\r\nBcc: Secret <secret@x.example>\r\n"));
	g_ptr_array_set_size(d->to, 0);
	g_autofree char *hidden = build(d, &plain, NULL, NULL);
	g_assert_nonnull(strstr(hidden, "\r\nTo: undisclosed-recipients:;\r\n"));
	draft_free(d);
}

static void s15_bounce_hides_no_bcc_behind_bare_cr(void)
{
	struct draft *d = draft_bounce(STR("From x@y Mon Jan  1 00:00:00 2024\nReturn-Path: <r@x>\nX: a\rBcc: "
					   "secret@x\r c\nBCC\t: secret@x\n\n body\n"));
	d->from = msg_addr_new(NULL, "vera@box.example");
	g_ptr_array_add(d->bcc, msg_addr_new(NULL, "secret@x.example"));
	g_autofree char *got = build(d, &plain, NULL, NULL);
	g_assert_null(strstr(got, "secret"));
	g_assert_true(g_str_has_suffix(got, "Resent-Message-ID: <m@box.example>\r\nX: a\r\n\r\n body\r\n"));
	draft_free(d);
}

static void bounce_that_no_server_takes_is_refused(void)
{
	enum err_cause cause;
	struct draft *d = draft_bounce(STR("Subject: s\n\na\0b"));
	d->from = msg_addr_new(NULL, "vera@box.example");
	g_assert_null(build(d, &plain, NULL, &cause));
	g_assert_cmpint(cause, ==, ERR_INPUT);
	buf_reset(&d->original);
	for (int i = 0; i < 999; i++)
		buf_add_c(&d->original, 'x');
	g_assert_null(build(d, &plain, NULL, &cause));
	g_assert_cmpint(cause, ==, ERR_INPUT);
	draft_free(d);
}

static int attach_fd(struct draft *d, int fd, uint64_t size)
{
	struct draft_file *f = draft_file_new();
	f->name = g_strdup("a.bin");
	f->source = g_strdup("/home/vera/secret-dir/a.bin");
	f->fd = fd;
	f->size = size;
	g_ptr_array_add(d->files, f);
	return fd;
}

static void s17_files_that_changed_are_told(void)
{
	enum err_cause cause;
	int pipes[2];
	struct draft *d = sound("x");
	int fd = attach_fd(d, memory_fd("hello", 5), 5);
	g_autofree char *fine = build(d, &plain, NULL, &cause);
	g_assert_nonnull(strstr(fine, "\r\naGVsbG8=\r\n"));
	g_assert_cmpint(ftruncate(fd, 3), ==, 0);
	g_assert_null(build(d, &plain, NULL, &cause));
	g_assert_cmpint(cause, ==, ERR_MISSING);
	g_assert_cmpint(ftruncate(fd, 9), ==, 0);
	g_assert_null(build(d, &plain, NULL, &cause));
	g_assert_cmpint(cause, ==, ERR_MISSING);
	close(fd);
	draft_free(d);

	int odd[3] = { open("/dev/zero", O_RDONLY | O_CLOEXEC), open("/", O_RDONLY | O_CLOEXEC), -1 };
	g_assert_cmpint(pipe(pipes), ==, 0);
	odd[2] = pipes[0];
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		d = sound("x");
		attach_fd(d, odd[i], 5);
		g_assert_null(build(d, &plain, NULL, &cause));
		g_assert_cmpint(cause, ==, ERR_MISSING);
		close(odd[i]);
		draft_free(d);
	}
	close(pipes[1]);
}

static void s18_nothing_of_this_machine_is_told(void)
{
	struct draft *d = sound("x");
	char host[256] = "";
	gethostname(host, sizeof(host) - 1);
	int fd = attach_fd(d, memory_fd("hello", 5), 5);
	g_autofree char *got = build(d, &plain, NULL, NULL);
	g_autofree char *lower = g_ascii_strdown(got, -1), *at = g_strdup_printf("@%s", host);
	g_assert_null(strstr(lower, "boxwood"));
	g_assert_null(strstr(lower, "secret-dir"));
	g_assert_null(strstr(lower, "user-agent"));
	g_assert_null(strstr(lower, "x-mailer"));
	g_assert_null(strstr(got, at));
	g_assert_nonnull(strstr(got, " -0530\r\n"));
	close(fd);
	draft_free(d);
	g_autofree char *one = message_id_new("vera@b\xc3\xbc"
					      "cher.example"),
			*other = message_id_new("vera@box.example");
	g_assert_true(g_str_has_suffix(one, "@xn--bcher-kva.example"));
	g_assert_cmpuint(strcspn(other, "@"), ==, 32);
	g_assert_true(strncmp(one, other, 32));
	g_autofree char *bare = message_id_new("vera");
	g_assert_true(g_str_has_suffix(bare, "@invalid"));
}

static void smtputf8_is_asked_for_and_told(void)
{
	struct draft *d = sound("x");
	struct build_settings utf8 = plain;
	struct built built;
	enum err_cause cause;
	utf8.utf8_headers = true;
	g_ptr_array_add(d->to, msg_addr_new(NULL, "a@b\xc3\xbc"
						  "cher.example"));
	g_autofree char *labels = build(d, &plain, &built, NULL);
	g_assert_nonnull(strstr(labels, "a@xn--bcher-kva.example"));
	g_assert_false(built.utf8 || built.eight_bit);
	g_ptr_array_add(d->to, msg_addr_new(NULL, "\xc3\xbc@b\xc3\xbc"
						  "cher.example"));
	g_assert_null(build(d, &plain, NULL, &cause));
	g_assert_cmpint(cause, ==, ERR_LACKING);
	g_autofree char *wide = build(d, &utf8, &built, NULL);
	g_assert_true(built.utf8 && built.eight_bit);
	g_assert_nonnull(strstr(wide, "a@xn--bcher-kva.example"));
	g_assert_nonnull(strstr(wide, "\xc3\xbc@b\xc3\xbc"
				      "cher.example"));
	draft_free(d);
}

static void build_text_takes_the_shorter_encoding(void)
{
	static const char *const rows[][2] = { { "Gr\xc3\xbc\xc3\x9f"
						 "e aus einem langen deutschen Satz\n",
						       "quoted-printable" },
		{ "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\n", "base64" }, { "plain\n", "7bit" },
		{ "\x07 bell, and some words\n", "quoted-printable" } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct draft *d = sound(rows[i][0]);
		g_autofree char *got = build(d, &plain, NULL, NULL),
				*label = g_strdup_printf("Encoding: %s\r\n", rows[i][1]);
		g_assert_nonnull(strstr(got, label));
		draft_free(d);
	}
}

static char *forwarded(struct str message, struct built *built)
{
	struct draft *d = sound("x");
	draft_add_message(d, NULL, message);
	char *got = build(d, &plain, built, NULL);
	draft_free(d);
	return got;
}

static void forward_labels_eight_bits(void)
{
	struct built built;
	g_autofree char *seven = forwarded(STR("Subject: s\n\nb\n"), &built);
	g_assert_false(built.eight_bit);
	g_assert_null(strstr(seven, "8bit"));
	g_autofree char *eight = forwarded(STR("Subject: s\n\n\xc3\xbc\n"), &built);
	g_assert_true(built.eight_bit);
	char *first = strstr(eight, "Content-Transfer-Encoding: 8bit");
	g_assert_true(first && first < strstr(eight, "\r\n\r\n"));
	g_assert_nonnull(strstr(first + 1, "Content-Transfer-Encoding: 8bit"));
}

/* RFC 2046 5.2.1: a message/rfc822 is never encoded. */
static void forward_of_what_cannot_travel_goes_as_octets(void)
{
	g_autofree char *wide = g_strnfill(999, 'x'), *text = g_strdup_printf("Subject: s\n\n%s\n", wide);
	const struct str messages[] = { str_of(text), STR("Subject: s\n\na\rb\n"), STR("Subject: s\n\na\0b\n") };
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
		g_autofree char *got = forwarded(messages[i], NULL);
		g_assert_nonnull(got);
		struct msg *m = msg_parse(str_of(got));
		struct msg_part *p = msg_part_find(m->root, "2");
		g_assert_cmpstr(p->type, ==, "application/octet-stream");
		g_assert_cmpstr(p->name, ==, "message.eml");
		struct buf b;
		struct err e = ERR_INIT;
		buf_init(&b, 10000);
		g_assert_cmpint(msg_part_bytes(m, p, 10000, &b, &e), ==, 0);
		g_assert_true(str_eq(buf_str(&b), messages[i]));
		buf_clear(&b);
		msg_free(m);
	}
}

static char *with_part(const char *part)
{
	struct draft *d = sound("x");
	struct draft_file *f = draft_file_new();
	f->verbatim = true;
	buf_add_str(&f->bytes, str_of(part));
	f->size = f->bytes.n;
	g_ptr_array_add(d->files, f);
	char *got = build(d, &plain, NULL, NULL);
	draft_free(d);
	return got;
}

static void verbatim_part_stands_as_it_came(void)
{
	static const char part[] = "Content-Type: text/calendar; x-odd=\"a b\";\r\n method=REQUEST\r\nX-Own:  "
				   "y\r\n\r\nBEGIN:VCALENDAR\r\n";
	g_autofree char *got = with_part(part), *lf = with_part("Content-Type: text/x-a\n\nb\n");
	g_assert_nonnull(strstr(got, part));
	g_assert_nonnull(strstr(lf, "\r\nContent-Type: text/x-a\r\n\r\nb\r\n"));
	g_autofree char *wide = g_strnfill(999, 'x');
	g_autofree char *text = g_strdup_printf("Content-Type: text/x-a; charset=utf-8; name=n.txt\n\n%s", wide);
	g_autofree char *remade = with_part(text);
	struct msg *m = msg_parse(str_of(remade));
	struct msg_part *p = msg_part_find(m->root, "2");
	g_assert_cmpstr(p->type, ==, "text/x-a");
	g_assert_cmpstr(p->name, ==, "n.txt");
	g_assert_cmpstr(p->encoding, ==, "base64");
	msg_free(m);
}

static void build_streams_200_megabytes(void)
{
	struct rusage before, after;
	struct draft *d = sound("x");
	int fd = memory_fd("", 0), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(ftruncate(fd, 200 << 20), ==, 0);
	attach_fd(d, fd, 200 << 20);
	getrusage(RUSAGE_SELF, &before);
	struct built built;
	struct err e = ERR_INIT;
	g_assert_cmpint(draft_build(d, &plain, null, &built, &e), ==, 0);
	getrusage(RUSAGE_SELF, &after);
	g_assert_cmpuint(built.size, >, 270u << 20);
	g_assert_cmpint(after.ru_maxrss - before.ru_maxrss, <, 16 << 10);
	built_clear(&built);
	close(fd);
	close(null);
	draft_free(d);
}

static void draft_of_half_an_address_is_kept(void)
{
	struct build_settings keep = plain;
	struct draft *d = draft_new(DRAFT_NEW);
	g_ptr_array_add(d->to, msg_addr_new(NULL, "ann"));
	keep.keep_bcc = true;
	g_autofree char *got = build(d, &keep, NULL, NULL), *refused = build(d, &plain, NULL, NULL);
	g_assert_null(refused);
	g_assert_nonnull(strstr(got, "\r\nTo: ann\r\n"));
	struct msg *m = msg_parse(str_of(got));
	struct draft *again = draft_of_message(m, DRAFT_NEW);
	g_assert_null(again->from);
	g_assert_cmpstr(((struct msg_addr *)again->to->pdata[0])->addr, ==, "ann");
	msg_free(m);
	draft_free(again);
	draft_free(d);
}

static void build_that_cannot_be_written_says_so(void)
{
	struct draft *d = sound("x");
	struct built built;
	struct err e = ERR_INIT;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(draft_build(d, &plain, full, &built, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	err_clear(&e);
	built_clear(&built);
	close(full);
	draft_free(d);
}

void suite(void)
{
	unit_add(build_is_these_octets);
	unit_add(s12_only_crlf_leaves);
	unit_add(s13_long_lines_are_encoded);
	unit_add(s14_x04_nothing_malformed_is_written);
	unit_add(promise_17_names_become_no_header);
	unit_add(s15_promise_20_bcc_is_kept_or_gone);
	unit_add(s15_bounce_hides_no_bcc_behind_bare_cr);
	unit_add(bounce_that_no_server_takes_is_refused);
	unit_add(s17_files_that_changed_are_told);
	unit_add(s18_nothing_of_this_machine_is_told);
	unit_add(smtputf8_is_asked_for_and_told);
	unit_add(build_text_takes_the_shorter_encoding);
	unit_add(forward_labels_eight_bits);
	unit_add(forward_of_what_cannot_travel_goes_as_octets);
	unit_add(verbatim_part_stands_as_it_came);
	unit_add(build_streams_200_megabytes);
	unit_add(draft_of_half_an_address_is_kept);
	unit_add(build_that_cannot_be_written_says_so);
}
