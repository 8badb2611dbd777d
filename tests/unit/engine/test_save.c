/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>

static const char message[] = "Content-Type: multipart/mixed; boundary=b\n\n"
			      "--b\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n"
			      "--b\nContent-Transfer-Encoding: base64\n\nQ2F0\nQ2F0\n"
			      "--b\nContent-Transfer-Encoding: quoted-printable\n\nC=61t=\n\n"
			      "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nwithin\n"
			      "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n"
			      "--b--\n";

/* What lies in the file, fed in pieces of so many octets; NULL: it could not be saved. */
static char *saved(const char *section, size_t step)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "file", NULL), *fed = NULL, *made = NULL,
			*sum = NULL, *content = NULL;
	struct err e = ERR_INIT;
	uint64_t octets = 0;
	gsize n = 0;
	struct msg *m = msg_parse(STR(message));
	struct save *s = save_new(m->root, section, path, &fed, &e);
	const struct msg_part *p = s ? msg_part_find(m->root, fed) : NULL;
	for (size_t at = 0; s && at < p->body.n; at += step) {
		struct str piece = { p->body.p + at, MIN(step, p->body.n - at) };
		g_assert_cmpuint(save_fed(s), ==, at);
		g_assert_cmpint(save_feed(s, piece, &e), ==, 0);
	}
	if (s && !save_finish(&s, &made, &sum, &octets, &e)) {
		struct stat st;
		g_assert_true(g_file_get_contents(made, &content, &n, NULL));
		g_assert_cmpuint(n, ==, octets);
		g_autofree char *again = g_compute_checksum_for_string(G_CHECKSUM_SHA256, content, (gssize)n);
		g_assert_cmpstr(sum, ==, again);
		g_assert_cmpint(stat(made, &st), ==, 0);
		g_assert_cmpint(st.st_mode & 07777, ==, 0600);
	}
	g_assert_cmpint(content != NULL, ==, e.cause == ERR_NONE);
	g_assert_null(s);
	err_clear(&e);
	msg_free(m);
	return g_steal_pointer(&content);
}

static void part_is_saved_decoded_however_it_comes(void)
{
	static const struct {
		const char *section, *content;
	} cases[] = {
		{ "1", "begin 644 cat.txt\n#0V%T\n`\nend" },
		{ "1~1", "Cat" },
		{ "2", "CatCat" },
		{ "3", "Cat" },
		{ "4", "Subject: inner\n\nwithin" },
		{ "5", NULL },
		{ "6", NULL },
		{ "1~2", NULL },
		{ "2~1", NULL },
		{ "4~1", NULL },
		{ "1~x", NULL },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t step = 1; step < 100; step += 3) {
			g_autofree char *content = saved(cases[i].section, step);
			g_assert_cmpstr(content, ==, cases[i].content);
		}
}

static void n08_saving_never_overwrites(void)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "file", NULL), *fed = NULL, *again = NULL;
	struct err e = ERR_INIT;
	struct msg *m = msg_parse(STR(message));
	struct save *s = save_new(m->root, "2", path, &fed, &e);
	g_assert_nonnull(s);
	/* Somebody else is quicker. */
	g_assert_true(g_file_set_contents(path, "theirs", -1, NULL));
	g_autofree char *made = NULL, *sum = NULL, *content = NULL;
	uint64_t octets;
	g_assert_cmpint(save_finish(&s, &made, &sum, &octets, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_CREATE);
	err_clear(&e);
	g_assert_null(save_new(m->root, "2", path, &again, &e));
	g_assert_cmpint(e.cause, ==, ERR_CREATE);
	g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
	g_assert_cmpstr(content, ==, "theirs");
	err_clear(&e);
	msg_free(m);
}

void suite(void)
{
	unit_add(part_is_saved_decoded_however_it_comes);
	unit_add(n08_saving_never_overwrites);
}
