/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

static const char message[] = "From: a@b\n"
			      "Subject: outer\n"
			      "Content-Type: multipart/mixed; boundary=b\n\n"
			      "--b\n\nfirst\n"
			      "--b\nContent-Type: image/png; name=i.png\n\nxyz\n"
			      "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nwithin\n"
			      "--b\n\nfooter\n"
			      "--b--\n";

static const char page[] = "first\n\n------- 3  message/rfc822\nSubject: inner\n\nwithin\n\n"
			   "------- 4  text/plain\nfooter\n";

static struct text_job *job_new(const char *section)
{
	struct request *r = request_new(REQ_READ, 1, 0);
	r->section = g_strdup(section);
	return text_job_new(r);
}

static void give_piece(struct text_job *t, const char *section, const char *octets)
{
	struct text_piece *p = g_new0(struct text_piece, 1);
	p->section = g_strdup(section);
	buf_init(&p->body, 1000);
	buf_add_str(&p->body, unit_str(octets));
	g_ptr_array_add(t->pieces, p);
}

static struct msg_part *tree(void)
{
	struct msg *m = msg_parse(STR(message));
	struct msg_part *root = g_steal_pointer(&m->root);
	msg_free(m);
	return root;
}

static void text_of_a_file_has_all_its_parts(void)
{
	struct text_job *t = job_new(NULL);
	buf_add_str(&t->bytes, unit_str(message));
	text_job_run(t);
	g_assert_cmpstr(t->message->text.text, ==, page);
	g_assert_cmpstr(t->message->plain, ==, "first");
	text_job_free(t);
}

/* Of a server there are only the pieces that are shown. */
static void text_of_pieces_is_the_same(void)
{
	struct text_job *t = job_new(NULL);
	t->root = tree();
	buf_add_str(&t->header, STR("Subject: outer\n\n"));
	g_autoptr(GPtrArray) shown = text_shown(t->root, NULL, false);
	g_autoptr(GString) sections = g_string_new(NULL);
	for (guint i = 0; i < shown->len; i++) {
		g_autofree char *section = text_section(shown->pdata[i]);
		g_string_append_printf(sections, "%s ", section);
	}
	g_assert_cmpstr(sections->str, ==, "1 3.HEADER 3.1 4 ");
	give_piece(t, "1", "first");
	give_piece(t, "3.HEADER", "Subject: inner\n\n");
	give_piece(t, "3.1", "within");
	give_piece(t, "4", "footer");
	text_job_run(t);
	g_assert_cmpstr(t->message->text.text, ==, page);
	text_job_free(t);
}

/* A server takes the first lines for the header, whatever they are. */
static void text_taken_for_a_header_is_shown(void)
{
	struct text_job *t = job_new(NULL);
	struct msg *m = msg_parse(STR("\n"));
	t->root = g_steal_pointer(&m->root);
	msg_free(m);
	buf_add_str(&t->header, STR("no header\r\nat all\r\n\r\n"));
	give_piece(t, "1", "-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----\n");
	text_job_run(t);
	const struct msg_text *text = &t->message->text;
	g_assert_true(g_str_has_prefix(text->text, "no header\nat all\n\n-----BEGIN PGP MESSAGE-----\n"));
	const char *begin = strstr(text->text, "-----BEGIN");
	g_assert_cmpuint(g_array_index(text->armours, struct msg_armour, 0).from, ==, begin - text->text);
	g_assert_cmpuint(g_array_index(text->pieces, struct msg_piece, 0).from, ==, begin - text->text);
	g_assert_cmpuint(g_array_index(text->pieces, struct msg_piece, 0).to, ==, strlen(text->text));
	text_job_free(t);
	t = job_new(NULL);
	t->root = tree();
	buf_add_str(&t->header, STR("Subject: outer\n\n"));
	give_piece(t, "3.HEADER", "not one field");
	give_piece(t, "3.1", "");
	text_job_run(t);
	g_assert_nonnull(strstr(t->message->text.text, "message/rfc822\nnot one field\n"));
	text_job_free(t);
	t = job_new(NULL);
	buf_add_str(&t->bytes, STR("Content-Type: message/rfc822\n\nnot one field\n"));
	text_job_run(t);
	g_assert_cmpstr(t->message->text.text, ==, "not one field\n");
	text_job_free(t);
}

static void text_of_one_part_is_that_part(void)
{
	static const char *const cases[][2] = { { "4", "footer\n" }, { "3", "Subject: inner\n\nwithin\n" },
		{ "2", "xyz\n" }, { "9", NULL } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct text_job *t = job_new(cases[i][0]);
		buf_add_str(&t->bytes, unit_str(message));
		text_job_run(t);
		g_assert_cmpstr(t->message->text.text, ==, cases[i][1]);
		text_job_free(t);
	}
}

#define CAT "begin 644 cat.txt\n#0V%T\n`\nend\n"

/* Only what is shown is looked through, and only what was fetched. */
static void files_in_a_text_are_parts_within_it(void)
{
	static const char *const texts[] = { "Subject: x\n\nHello\n" CAT,
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" CAT
		"--b\nContent-Disposition: attachment\n\n" CAT "--b--\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct text_job *t = job_new(NULL);
		buf_add_str(&t->bytes, unit_str(texts[i]));
		text_job_run(t);
		const GPtrArray *within = t->message->within;
		g_assert_cmpuint(within->len, ==, 1);
		const struct msg_part *p = within->pdata[0];
		g_assert_cmpstr(p->section, ==, "1~1");
		g_assert_cmpstr(p->name, ==, "cat.txt");
		bool found = false;
		for (guint k = 0; k < t->message->leaves->len; k++) {
			const struct engine_leaf *leaf = t->message->leaves->pdata[k];
			if (leaf->part != p)
				continue;
			found = true;
			g_assert_cmpuint(leaf->decoded, ==, 3);
			g_assert_cmpstr(
				leaf->sha256, ==, "48735c4fae42d1501164976afec76730b9e5fe467f680bdd8daff4bb77674045");
		}
		g_assert_true(found);
		text_job_free(t);
	}
}

void suite(void)
{
	unit_add(files_in_a_text_are_parts_within_it);
	msg_init();
	unit_add(text_of_a_file_has_all_its_parts);
	unit_add(text_of_pieces_is_the_same);
	unit_add(text_taken_for_a_header_is_shown);
	unit_add(text_of_one_part_is_that_part);
}
