/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from files, as the reader shows them: those of tests/data/msg, and of the directory that BOXWOOD_MAIL names. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 10
#else
#define SLOWER 1
#endif
#define OPEN_MS 20
#define FILE_MS 2000

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x2028 || c == 0x2029;
}

/* Every cell is clean, and no row is wider than the screen. */
static void check_screen(const struct stage *s)
{
	const struct grid *g = term_capture_grid(s->term);
	for (int row = 0; row < g->rows; row++) {
		int cols = 0;
		for (int col = 0; col < g->cols; col++) {
			const struct cell *c = grid_cell(g, row, col);
			for (int i = 0; i < c->points; i++)
				if (c->point[i] || !i)
					g_assert_false(c->point[i] && is_control(c->point[i]));
			cols += c->point[0] ? c->width : 0;
		}
		g_assert_cmpint(cols, ==, g->cols);
	}
}

/* The message on the stage; NULL: it cannot be read. */
static struct view *open_file(struct stage *s, const char *path)
{
	struct err e = ERR_INIT;
	struct view *v = view_message_file(s->ui, path, &e);
	err_clear(&e);
	if (v)
		ui_push(s->ui, v);
	stage_settle(s);
	return v;
}

static void read_through(struct stage *s)
{
	static const char *const keys[] = { " ", "T", " ", ">", "/e\r", "n", "N", "*", "=", "h", " ", "Vh", "Vt", "o",
		"\033\033", "Vckoi8-r\r", "Vc\x15\r", "E", " ", "*", "/e\r", "q", "v", "*", "q" };
	check_screen(s);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		stage_type(s, keys[i]);
		check_screen(s);
	}
}

static void read_file(const char *path)
{
	static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 3, 9 } };
	struct stage *s = stage_new(24, 80);
	int64_t from = clock_cpu_us();
	g_test_message("%s", path);
	if (open_file(s, path))
		for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
			stage_resize(s, sizes[i][0], sizes[i][1]);
			read_through(s);
		}
	g_assert_cmpint((clock_cpu_us() - from) / 1000, <, FILE_MS * SLOWER);
	stage_free(s);
}

static unsigned read_directory(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	unsigned n = 0;
	for (const char *name; d && (name = g_dir_read_name(d));) {
		g_autofree char *path = g_build_filename(dir, name, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			n += read_directory(path);
		} else {
			read_file(path);
			n++;
		}
	}
	if (d)
		g_dir_close(d);
	return n;
}

static char *data_directory(void)
{
	const char *top = g_getenv("TOP_SRCDIR");
	return g_build_filename(top ? top : ".", "tests", "data", "msg", NULL);
}

static void e01_promise_16_any_message_is_shown_without_a_control(void)
{
	const char *more = g_getenv("BOXWOOD_MAIL");
	g_autofree char *dir = data_directory();
	g_assert_cmpuint(read_directory(dir), >, 10);
	if (more)
		g_assert_cmpuint(read_directory(more), >, 0);
}

/* --- made up here --- */
static char *scratch(const char *octets, size_t n)
{
	char *path = g_build_filename(g_get_tmp_dir(), "boxwood-reader-XXXXXX", NULL);
	int fd = g_mkstemp(path);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, octets, n), ==, (ssize_t)n);
	close(fd);
	return path;
}

static void forget(char *path)
{
	unlink(path);
	g_free(path);
}

static void e01_e06_h08_x10_every_field_may_hold_every_octet(void)
{
	static const char *const evil[] = { "\033]52;c;aGk=\a", "\033]0;title\a", "\033[2J\033[H",
		"\x9b"
		"2J",
		"\xc2\x9b"
		"2J",
		"\033P$q\"p\033\\", "\033[31mred", "\b\b\b\x7f", "\x0e\x0f", "\033]8;;http://x\a", "%n%s%*d%1000000d",
		"\xe2\x80\xae"
		"gpj.exe",
		"\xe2\x81\xa6x", "\033Ptmux;\033\033]52;c;x\a", "\xe2\x80\xa8line" };
	for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
		const char *x = evil[i];
		g_autofree char *octets = g_strdup_printf(
			"From: \"%s\" <a%s@b.example>\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nList-Id: <%s>\r\n"
			"Reply-To: %s <x@%s>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
			"boundary=\"b%s\"\r\n\r\n"
			"--b%s\r\nContent-Type: text/plain; charset=\"%s\"\r\n\r\n%s http://x/%s\n> %s\n--- %s\n+++ "
			"%s\n"
			"@@ -1 +1 @@ %s\n-%s\n+%s\n-----BEGIN PGP MESSAGE-----\n%s\n-----END PGP MESSAGE-----\n-- "
			"\n%s\n"
			"--b%s\r\nContent-Type: text/html\r\n\r\n<h1>%s</h1><a "
			"href=\"http://%s\">%s</a>&#27;[2J&#x9b;\r\n"
			"--b%s\r\nContent-Type: image/%s; name=\"%s\"\r\nContent-Description: "
			"%s\r\n\r\nx\r\n--b%s--\r\n",
			x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x);
		char *path = scratch(octets, strlen(octets));
		read_file(path);
		forget(path);
	}
}

static char *screen_of(const char *octets, int rows, int cols, const char *keys)
{
	struct stage *s = stage_new(rows, cols);
	char *path = scratch(octets, strlen(octets));
	g_assert_nonnull(open_file(s, path));
	stage_type(s, keys);
	check_screen(s);
	char *text = stage_text(s);
	stage_free(s);
	forget(path);
	return text;
}

static void shows(const char *octets, const char *keys, const char *wanted)
{
	g_autofree char *text = screen_of(octets, 24, 80, keys);
	g_test_message("%s", text);
	g_assert_nonnull(strstr(text, wanted));
}

static void h03_h07_h09_promise_18_doubts_stand_under_the_header(void)
{
	shows("From: \"ana@duarte.example\" <x@evil.example>\n\nHi\n", "",
		"! The name \"ana@duarte.example\" shows another address than x@evil.example.");
	shows("From: a@b.example\nReply-To: Ana <x@evil.org>\n\nHi\n", "", "Answers Ana <x@evil.org>");
	shows("From: x@p\xd0\xb0ypal.example\n\nHi\n", "", "xn--pypal-4ve.example");
}

/* 300 blanks of any kind push nothing out of sight. */
static void h04_padded_name_leaves_its_address_on_the_screen(void)
{
	static const char *const pads[] = { "\xc2\xa0", "\xe2\xa0\x80", "\xe3\x85\xa4", "\xe1\x85\x9f", "\xe2\x80\x83",
		"\t", " ", "\xe2\x80\x8b" };
	for (size_t i = 0; i < G_N_ELEMENTS(pads); i++) {
		GString *s = g_string_new("From: \"ceo@bank.example");
		for (int k = 0; k < 300; k++)
			g_string_append(s, pads[i]);
		g_string_append(s, "x\" <x@evil.example>\n\nHi\n");
		shows(s->str, "", "<x@evil.example>");
		g_string_free(s, TRUE);
	}
}

static void h05_h06_h11_m04_what_is_malformed_is_told(void)
{
	shows("From: a@b.example\nFrom: x@evil.example\n\nHi\n", "", "Its header says From twice and differently");
	shows("From: A <spoof@b.example> <x@evil.example>\n\nHi\n", "", "is malformed");
	shows("From: a@b.example, c@d.example\nSender: x@evil.org\n\nHi\n", "", "a@b.example, c@d.example");
	shows("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n", "", "Its end is missing");
}

static const char signed_message[] =
	"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n"
	"Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\n\n--s\n\nsigned words\n"
	"--s\nContent-Type: application/pgp-signature\n\nx\n--s--\n--o\n\n| added words\n--o--\n";

static void h20_promise_18_bars_cover_what_is_signed_and_no_more(void)
{
	struct stage *s = stage_new(24, 80);
	char *path = scratch(signed_message, strlen(signed_message));
	g_assert_nonnull(open_file(s, path));
	const struct grid *g = term_capture_grid(s->term);
	int covered = 0, added = 0;
	for (int row = 0; row < g->rows; row++) {
		const struct cell *bar = grid_cell(g, row, 0), *first = grid_cell(g, row, 2);
		bool is_bar = bar->point[0] == '|' && bar->style == STYLE_BAR;
		covered += is_bar && first->point[0] == 's';
		added += bar->point[0] == '|' && !is_bar && first->point[0] == 'a';
	}
	g_assert_cmpint(covered, ==, 1);
	g_assert_cmpint(added, ==, 1);
	g_autofree char *text = stage_text(s);
	g_assert_nonnull(strstr(text, "Signed by OpenPGP: NOT VERIFIED"));
	stage_free(s);
	forget(path);
}

static void sealed_messages_say_so(void)
{
	shows("From: a@b.example\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n"
	      "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--x\nContent-Type: "
	      "application/octet-stream\n\nx\n"
	      "--x--\n",
		"", "Encrypted by OpenPGP: NOT DECRYPTED");
	shows("From: a@b.example\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n", "",
		"In an envelope of S/MIME, signed or encrypted: NOT OPENED");
}

static const char alternatives[] =
	"From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\nplain words\n--x\n"
	"Content-Type: text/html\n\n<p>html words</p>\n--x--\n";

static void m16_views_of_alternatives_are_chosen(void)
{
	shows(alternatives, "", "plain words");
	shows(alternatives, "Vh", "html words");
	shows(alternatives, "VhVt", "plain words");
	shows("From: a@b.example\n\nx\n", "Vh", "The message has no HTML.");
}

static void other_forms_are_no_attachments(void)
{
	g_autofree char *text = screen_of(alternatives, 24, 80, "");
	g_assert_null(strstr(text, "Attach"));
	shows(alternatives, "v", "text/html");
}

static void charset_is_the_readers_choice(void)
{
	static const char message[] = "From: a@b.example\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n";
	shows(message, "Vckoi8-r\r", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
	shows(message, "Vcnowhere\r", "No charset of that name is known.");
}

static void links_show_their_numbers_while_one_is_asked_for(void)
{
	static const char message[] = "From: a@b.example\n\nsee https://one.example/ and www.two.example\n";
	shows(message, "", "see https://one.example/ and www.two.example");
	shows(message, "o", "see [1]ps://one.example/ and [2].two.example");
}

static void x14_link_that_goes_elsewhere_is_asked_about(void)
{
	shows("From: a@b.example\n\nhttp://bank.example@evil.example/\n", "o", "This link goes to evil.example: open");
}

static void words_are_found(void)
{
	GString *s = g_string_new("From: a@b.example\n\n");
	for (int i = 0; i < 500; i++)
		g_string_append_printf(s, "line %d\n", i);
	shows(s->str, "/LINE 333\r", "line 333");
	shows(s->str, "/nowhere\r", "It is not in this text.");
	shows(s->str, "n", "Nothing to find yet: / asks for it.");
	g_string_free(s, TRUE);
}

static const char review[] =
	"From: Ana Duarte <ana@duarte.example>\nTo: vera@box.example\nSubject: patches and links\n"
	"Date: Sat, 21 Nov 2026 19:14:00 +0000\n\n"
	"See https://shop.example/a/very/long/path/that/should/not/be/broken/in/the/middle?x=1 and\n"
	"<https://one.example/\ntwo/three>. Also www.example.org.\n\n> quoted once\n>> twice\n>>> thrice\n> back\n\n"
	"--- a/f.c\n+++ b/f.c\n@@ -1,3 +1,3 @@ int f\n context\n-removed\n+added\n context\n-- \nAna\n";

static void golden(const char *octets, int rows, int cols, const char *keys, const char *name)
{
	struct stage *s = stage_new(rows, cols);
	char *path = scratch(octets, strlen(octets));
	g_assert_nonnull(open_file(s, path));
	stage_type(s, keys);
	stage_golden(s, name);
	stage_free(s);
	forget(path);
}

static void patches_quotes_and_links_look_so(void)
{
	golden(review, 26, 80, "/quoted\r", "reader-review-80x26");
	golden(review, 26, 80, "To", "reader-links-80x26");
	golden(review, 10, 40, ">", "reader-review-40x10");
}

static void signed_and_doubtful_look_so(void)
{
	g_autofree char *doubtful =
		g_strconcat("Reply-To: x@evil.org\nTo: vera@box.example\nSubject: sealed\n", signed_message, NULL);
	golden(doubtful, 24, 80, "", "reader-signed-80x24");
	golden(doubtful, 10, 40, "", "reader-signed-40x10");
}

static char *newsletter(size_t octets)
{
	GString *s = g_string_new("From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\n");
	for (int i = 0; s->len < octets / 2; i++)
		g_string_append_printf(s, "Some words of line %d, and https://shop.example/%d\n", i, i);
	g_string_append(s, "--x\nContent-Type: text/html\n\n<html><body>");
	for (int i = 0; s->len < octets; i++)
		g_string_append_printf(s, "<p>Some words, <a href=\"https://shop.example/%d\">and a link</a></p>\n", i);
	g_string_append(s, "</body></html>\n--x--\n");
	return g_string_free(s, FALSE);
}

static void opening_fifty_kilobytes_takes_little_time(void)
{
	g_autofree char *octets = newsletter(50000);
	char *path = scratch(octets, strlen(octets));
	struct stage *s = stage_new(24, 80);
	int64_t best = G_MAXINT64;
	for (int i = 0; i < 5; i++) {
		int64_t from = clock_cpu_us();
		open_file(s, path);
		best = MIN(best, clock_cpu_us() - from);
		ui_pop(s->ui);
	}
	g_test_message("%d us", (int)best);
	g_assert_cmpint(best, <, OPEN_MS * 1000 * SLOWER);
	stage_free(s);
	forget(path);
}

static long resident_kb(void)
{
	long pages = 0;
	g_autofree char *text = NULL;
	if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
		sscanf(text, "%*d %ld", &pages);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory_is_flat_over_a_thousand_messages(void)
{
	g_autofree char *octets = newsletter(50000);
	char *path = scratch(octets, strlen(octets));
	struct stage *s = stage_new(24, 80);
	long before = 0;
	for (int i = 0; i < 1000 / SLOWER; i++) {
		open_file(s, path);
		ui_pop(s->ui);
		stage_settle(s);
		if (i == 99 / SLOWER)
			before = resident_kb();
	}
	g_test_message("%ld KB, then %ld KB", before, resident_kb());
	if (SLOWER == 1)
		g_assert_cmpint(resident_kb(), <, before + 2048);
	stage_free(s);
	forget(path);
}

void suite(void)
{
	msg_init();
	unit_add(e01_promise_16_any_message_is_shown_without_a_control);
	unit_add(e01_e06_h08_x10_every_field_may_hold_every_octet);
	unit_add(h03_h07_h09_promise_18_doubts_stand_under_the_header);
	unit_add(h04_padded_name_leaves_its_address_on_the_screen);
	unit_add(h05_h06_h11_m04_what_is_malformed_is_told);
	unit_add(h20_promise_18_bars_cover_what_is_signed_and_no_more);
	unit_add(sealed_messages_say_so);
	unit_add(m16_views_of_alternatives_are_chosen);
	unit_add(other_forms_are_no_attachments);
	unit_add(charset_is_the_readers_choice);
	unit_add(links_show_their_numbers_while_one_is_asked_for);
	unit_add(x14_link_that_goes_elsewhere_is_asked_about);
	unit_add(words_are_found);
	unit_add(patches_quotes_and_links_look_so);
	unit_add(signed_and_doubtful_look_so);
	unit_add(opening_fifty_kilobytes_takes_little_time);
	unit_add(memory_is_flat_over_a_thousand_messages);
}
