/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static void add_shape(const struct msg_part *p, GString *s)
{
	g_string_append_printf(s, "%s%s=%s", s->len ? " " : "", p->section, p->type);
	for (guint i = 0; p->children && i < p->children->len; i++)
		add_shape(p->children->pdata[i], s);
}

/* `section=type` of every part in order. */
static void check_shape(struct str bytes, const char *wanted)
{
	struct msg *m = msg_parse(bytes);
	GString *s = g_string_new(NULL);
	add_shape(m->root, s);
	g_assert_cmpstr(s->str, ==, wanted);
	g_string_free(s, TRUE);
	msg_free(m);
}

static bool has_defect(const struct msg *m, const char *keyword)
{
	for (guint i = 0; i < m->defects->len; i++)
		if (!strcmp(m->defects->pdata[i], keyword))
			return true;
	return false;
}

/* How many delimiter lines stand between two octets of the message. */
static unsigned delimiters(struct str between)
{
	unsigned n = 0;
	struct str line;
	while (between.n) {
		str_cut(between, '\n', &line, &between);
		n += str_starts(line, "--");
	}
	return n;
}

/* Extents: header before body, children in order inside the parent, one delimiter before each child. */
static void check_extents(struct str bytes, const struct msg_part *p, uint64_t end)
{
	g_assert_cmpuint(p->head_start, <=, p->start);
	g_assert_cmpuint(p->start + p->length, <=, end);
	if (!p->children || p->body.p != bytes.p + p->start)
		return;
	bool multipart = g_str_has_prefix(p->type, "multipart/");
	uint64_t at = p->start;
	for (guint i = 0; i < p->children->len; i++) {
		const struct msg_part *child = p->children->pdata[i];
		if (child->body.p != bytes.p + child->start)
			return;
		g_assert_cmpuint(child->head_start, >=, at);
		struct str gap = { bytes.p + at, child->head_start - at };
		if (multipart)
			g_assert_cmpuint(delimiters(gap), >=, 1);
		else
			g_assert_cmpuint(gap.n, ==, 0);
		if (multipart && i)
			g_assert_cmpuint(delimiters(gap), ==, 1);
		check_extents(bytes, child, p->start + p->length);
		at = child->start + child->length;
	}
}

static void parts_nested_get_their_sections(void)
{
	check_shape(unit_str("\r\nhello"), "1=text/plain");
	check_shape(
		unit_str(MIXED "--b\r\n\r\none\r\n--b\r\nContent-Type: multipart/alternative; boundary=\"c d\"\r\n\r\n"
			       "--c d\r\n\r\na\r\n--c d\r\nContent-Type: text/html\r\n\r\nb\r\n--c d--\r\n--b--\r\n"),
		"=multipart/mixed 1=text/plain 2=multipart/alternative 2.1=text/plain 2.2=text/html");
	check_shape(
		unit_str(MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ninner\r\n--b\r\n"
			       "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
			       "--i\r\n\r\nx\r\n--i--\r\n--b--\r\n"),
		"=multipart/mixed 1=message/rfc822 1.1=text/plain 2=message/rfc822 2.TEXT=multipart/mixed "
		"2.1=text/plain");
	check_shape(unit_str("Content-Type: message/rfc822\n\nContent-Type: multipart/digest; boundary=d\n\n--d\n\n"
			     "Subject: in a digest\n\ntext\n--d--\n"),
		"1=message/rfc822 1.TEXT=multipart/digest 1.1=message/rfc822 1.1.1=text/plain");
}

static void parts_have_exact_extents(void)
{
	struct str bytes = unit_str(MIXED "--b\r\nX: y\r\n\r\none\r\n\r\n--b\r\n\r\ntwo\n--b--\r\nepilogue");
	struct msg *m = msg_parse(bytes);
	const struct msg_part *one = msg_part_find(m->root, "1"), *two = msg_part_find(m->root, "2");
	g_assert_true(str_eq(one->body, STR("one\r\n")));
	g_assert_true(str_eq(two->body, STR("two")));
	g_assert_true(!memcmp(bytes.p + one->head_start, "X: y", 4));
	g_assert_null(msg_part_find(m->root, "3"));
	msg_free(m);
}

static void parts_inner_message_has_its_header(void)
{
	struct msg *m = msg_parse(unit_str("Subject: outer\nContent-Type: message/rfc822\n\nSubject: inner\n\nx"));
	g_assert_cmpstr(m->head->subject, ==, "outer");
	g_assert_cmpstr(m->root->head->subject, ==, "inner");
	msg_free(m);
}

static void parts_encoded_message_is_walked_into(void)
{
	struct msg *m = msg_parse(unit_str("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
					   "U3ViamVjdDogeA0KDQp0ZXh0\n"));
	struct buf out;
	struct err e = ERR_INIT;
	buf_init(&out, 100);
	g_assert_cmpstr(m->root->head->subject, ==, "x");
	g_assert_cmpint(msg_part_bytes(m, msg_part_find(m->root, "1.1"), 100, &out, &e), ==, 0);
	g_assert_true(str_eq(buf_str(&out), STR("text")));
	buf_clear(&out);
	msg_free(m);
}

/* n times "multipart in multipart", each with a boundary of its own. */
static struct str nested_multiparts(unsigned n)
{
	GString *s = g_string_new("Content-Type: multipart/mixed; boundary=b0\n\n");
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(s, "--b%u\nContent-Type: multipart/mixed; boundary=b%u\n\n", i, i + 1);
	struct str exact = unit_exact(s->str, s->len);
	g_string_free(s, TRUE);
	return exact;
}

static unsigned depth_of(const struct msg_part *p)
{
	unsigned deepest = 0;
	for (guint i = 0; p->children && i < p->children->len; i++) {
		unsigned depth = depth_of(p->children->pdata[i]);
		deepest = MAX(deepest, depth);
	}
	return deepest + 1;
}

static void m01_deep_nesting_stops_at_the_limit(void)
{
	int64_t from = clock_cpu_us();
	struct msg *m = msg_parse(nested_multiparts(100000));
	g_assert_cmpuint(depth_of(m->root), ==, MSG_DEPTH_MAX);
	g_assert_true(has_defect(m, "depth-limit"));
	check_extents(m->bytes, m->root, m->bytes.n);
	msg_free(m);
	GString *s = g_string_new(NULL);
	for (int i = 0; i < 10000; i++)
		g_string_append(s, "Content-Type: message/rfc822\n\n");
	m = msg_parse((struct str){ s->str, s->len });
	g_assert_cmpuint(depth_of(m->root), ==, MSG_DEPTH_MAX);
	msg_free(m);
	g_string_free(s, TRUE);
	g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
}

static void m02_a_million_parts_meet_the_limit(void)
{
	GString *s = g_string_new(MIXED);
	for (int i = 0; i < 1000000; i++)
		g_string_append(s, "--b\n");
	int64_t from = clock_cpu_us();
	struct msg *m = msg_parse((struct str){ s->str, s->len });
	g_assert_cmpuint(m->root->children->len, ==, MSG_PARTS_MAX - 1);
	g_assert_true(has_defect(m, "parts-limit"));
	g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
	msg_free(m);
	g_string_free(s, TRUE);
}

#define HUGE_OCTETS ((size_t)9 << 29) /* 4.5 GiB */

/* A part that lies past 2^32; the memory between is never written, and so never there. */
static void m20_offsets_have_64_bits(void)
{
	static const char first[] = MIXED "--b\r\nContent-Type: application/octet-stream\r\n\r\n";
	static const char last[] = "\r\n--b\r\nContent-Type: image/png\r\n\r\nend\r\n--b--\r\n";
	if (sizeof(size_t) < 8) {
		g_test_skip("no message of this size can be had here");
		return;
	}
	char *p = mmap(NULL, HUGE_OCTETS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		g_test_skip("so much address space cannot be had");
		return;
	}
	memcpy(p, first, strlen(first));
	memcpy(p + HUGE_OCTETS - strlen(last), last, strlen(last));
	struct msg *m = msg_parse((struct str){ p, HUGE_OCTETS });
	g_assert_cmpuint(m->root->children->len, ==, 2);
	const struct msg_part *one = m->root->children->pdata[0], *two = m->root->children->pdata[1];
	g_assert_cmpuint(one->length, ==, HUGE_OCTETS - strlen(first) - strlen(last));
	g_assert_cmpuint(one->size, ==, one->length);
	g_assert_cmpuint(two->start, >, G_MAXUINT32);
	g_assert_true(str_eq(two->body, STR("end")));
	struct buf out;
	struct err e = ERR_INIT;
	buf_init(&out, 100);
	g_assert_cmpint(msg_part_bytes(m, two, 100, &out, &e), ==, 0);
	g_assert_true(str_eq(buf_str(&out), STR("end")));
	buf_reset(&out);
	g_assert_cmpint(msg_part_bytes(m, one, 100, &out, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	err_clear(&e);
	buf_clear(&out);
	msg_free(m);
	munmap(p, HUGE_OCTETS);
}

static void m03_odd_boundaries_are_total(void)
{
	check_shape(unit_str("Content-Type: multipart/mixed\n\n--\nx\n"), "=multipart/mixed");
	check_shape(unit_str("Content-Type: multipart/mixed; boundary=\"\"\n\n--\nx\n-- \n"), "=multipart/mixed");
	check_shape(unit_str("Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\nx\n--\"--\n"),
		"=multipart/mixed 1=text/plain");
	/* One is the beginning of another: the longest counts. */
	check_shape(unit_str("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; "
			     "boundary=b-1\n"
			     "\n--b-1\n\nx\n--b-1--\n--b\n\ny\n--b--\n"),
		"=multipart/mixed 1=multipart/mixed 1.1=text/plain 2=text/plain");
	/* The same twice: the inner one first. */
	check_shape(
		unit_str("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n"
			 "\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n"),
		"=multipart/mixed 1=multipart/mixed 1.1=text/plain 2=text/plain");
	/* Not at the beginning of a line, and one blank short of the boundary. */
	check_shape(unit_str("Content-Type: multipart/mixed; boundary=\"b  \"\n\n--b  \n\nx\n --b  \n--b \n--b  --\n"),
		"=multipart/mixed 1=text/plain");
	GString *s = g_string_new("Content-Type: multipart/mixed; boundary=");
	for (int i = 0; i < 1000000; i++)
		g_string_append_c(s, 'b');
	g_string_append(s, "\n\n--b\n--bb\n");
	check_shape((struct str){ s->str, s->len }, "=multipart/mixed");
	g_string_free(s, TRUE);
}

static void m04_preamble_and_epilogue_are_no_parts(void)
{
	struct str bytes = unit_str(MIXED "preamble\r\n--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\nepilogue\r\n");
	check_shape(bytes, "=multipart/mixed 1=text/plain");
	struct msg *m = msg_parse(bytes);
	g_assert_false(has_defect(m, "no-end-boundary"));
	msg_free(m);
	m = msg_parse(unit_str(MIXED "--b\r\n\r\nx\r\n"));
	g_assert_true(has_defect(m, "no-end-boundary"));
	g_assert_true(has_defect(m, "cut-off"));
	g_assert_true(str_eq(msg_part_find(m->root, "1")->body, STR("x\r\n")));
	msg_free(m);
	m = msg_parse(unit_str(MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; "
				     "boundary=c\r\n\r\n--c\r\n\r\nreturned, and cut\r\n--b--\r\n"));
	g_assert_true(has_defect(m, "no-end-boundary"));
	g_assert_false(has_defect(m, "cut-off"));
	msg_free(m);
	m = msg_parse(unit_str(MIXED "all in the preamble\r\n"));
	g_autoptr(GPtrArray) shown = msg_shown_parts(m->root);
	g_assert_cmpuint(shown->len, ==, 1);
	g_assert_true(shown->pdata[0] == m->root);
	msg_free(m);
}

static const char sample[] =
	"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\none\r\n--b\r\n"
	"Content-Type: message/rfc822\r\n\r\nSubject: i\r\nContent-Type: multipart/alternative;\r\n"
	" boundary=\"c\"\r\n\r\n--c\r\n\r\nplain\r\n--c\r\nContent-Type: text/html; charset=utf-8\r\n"
	"Content-Transfer-Encoding: base64\r\n\r\nPGI+eDwvYj4=\r\n--c--\r\n--b\r\n"
	"Content-Disposition: attachment; filename=a.bin\r\n\r\nxyz\r\n--b--\r\nepi\r\n";

/* There is one way in, whole; what a cut message gives is bounded by the cut. */
static void m05_every_prefix_gives_a_tree(void)
{
	for (size_t n = 0; n < sizeof(sample); n++) {
		struct str bytes = unit_exact(sample, n);
		struct msg *m = msg_parse(bytes);
		check_extents(bytes, m->root, n);
		msg_free(m);
	}
}

static void m21_extents_cover_damaged_messages(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(21);
	for (int round = 0; round < 3000; round++) {
		g_autofree char *copy = g_memdup2(sample, sizeof(sample) - 1);
		for (int i = 0; i < 8; i++)
			copy[g_rand_int_range(rand, 0, sizeof(sample) - 1)] =
				"\n\r-b:; =\0\xff"[g_rand_int_range(rand, 0, 10)];
		struct str bytes = unit_exact(copy, sizeof(sample) - 1);
		struct msg *m = msg_parse(bytes);
		check_extents(bytes, m->root, bytes.n);
		g_assert_cmpuint(m->root->start + m->root->length, ==, bytes.n);
		msg_free(m);
	}
}

static void check_type(const char *header, const char *type)
{
	g_autofree char *text = g_strconcat(header, "\n\nx", NULL);
	struct msg *m = msg_parse(unit_str(text));
	g_assert_cmpstr(m->root->type, ==, type);
	msg_free(m);
}

static void m08_content_types_have_defaults(void)
{
	check_type("Subject: none", "text/plain");
	check_type("Content-Type:", "text/plain");
	check_type("Content-Type: text", "text/plain");
	check_type("Content-Type: text/", "text/plain");
	check_type("Content-Type: TEXT/HTML;;;", "text/html");
	check_type("Content-Type: text/html, charset=x", "text/html");
	check_type("Content-Type: /", "application/octet-stream");
	check_type("Content-Type: image", "application/octet-stream");
	check_type("Content-Type: \x1b[2J/\x07", "application/octet-stream");
	check_type("Content-Type: text/html\nContent-Type: image/png", "text/html");
	g_autofree char *many = g_strnfill(50000, ';');
	g_autofree char *header = g_strconcat("Content-Type: text/html", many, NULL);
	check_type(header, "text/html");
}

static void m08_encodings_have_defaults(void)
{
	struct msg *m = msg_parse(unit_str("Content-Transfer-Encoding: Base64 (x)\n\nWA=="));
	g_assert_cmpstr(m->root->encoding, ==, "base64");
	msg_free(m);
	m = msg_parse(unit_str("Content-Transfer-Encoding:\n\nx"));
	g_assert_cmpstr(m->root->encoding, ==, "7bit");
	msg_free(m);
	m = msg_parse(unit_str("Content-Transfer-Encoding: base64\n" MIXED "--b\n\nx\n--b--\n"));
	g_assert_cmpuint(m->root->children->len, ==, 1);
	g_assert_true(has_defect(m, "encoded-multipart"));
	msg_free(m);
}

static void parts_fields_are_read(void)
{
	struct msg *m =
		msg_parse(unit_str("Content-Type: text/plain; charset=\"UTF-8\"; format=Flowed; DelSp=Yes; name=n\n"
				   "Content-ID: <c@x>\nContent-Description: =?utf-8?q?d=0A?=\n"
				   "Content-Disposition: Inline; filename=f\n\nx"));
	g_assert_cmpstr(m->root->charset, ==, "utf-8");
	g_assert_true(m->root->flowed);
	g_assert_true(m->root->delsp);
	g_assert_cmpstr(m->root->name, ==, "f");
	g_assert_cmpstr(m->root->cid, ==, "c@x");
	g_assert_cmpstr(m->root->description, ==, "d");
	g_assert_cmpstr(m->root->disposition, ==, "inline");
	g_assert_null(m->root->method);
	msg_free(m);
	m = msg_parse(unit_str("Content-Type: text/calendar; charset=utf-8; method=\"REPLY\"\n\nx"));
	g_assert_cmpstr(m->root->method, ==, "REPLY");
	GString *packed = g_string_new(NULL);
	msg_part_pack(m->root, packed);
	struct msg_part *back = msg_part_unpack(unit_exact(packed->str, packed->len));
	g_assert_cmpstr(back->method, ==, "REPLY");
	msg_part_free(back);
	g_string_free(packed, TRUE);
	msg_free(m);
}

/* What older programs have left in the cache. */
static void parts_packed_without_methods_are_read(void)
{
	static const char old[] = "\1\x0btext/plain\0\5"
				  "7bit\0\0\0\0\0\5\0";
	struct msg_part *p = msg_part_unpack(unit_exact(old, sizeof(old) - 1));
	g_assert_nonnull(p);
	g_assert_cmpstr(p->type, ==, "text/plain");
	g_assert_cmpuint(p->size, ==, 5);
	g_assert_null(p->method);
	msg_part_free(p);
}

#define PLAIN "--b\nContent-Type: text/plain\n\nplain\n"
#define HTML "--b\nContent-Type: text/html\n\n<b>html</b>\n"
#define IMAGE "--b\nContent-Type: image/png; name=i.png\n\nxyz\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n"

/* sections: of what is shown, in order. */
static void check_shown(const char *text, const char *sections, unsigned files, unsigned attachments)
{
	struct msg *m = msg_parse(unit_str(text));
	g_autoptr(GPtrArray) shown = msg_shown_parts(m->root);
	GString *found = g_string_new(NULL);
	for (guint i = 0; i < shown->len; i++) {
		const struct msg_part *p = shown->pdata[i];
		g_string_append_printf(found, "%s%s", i ? " " : "", p->section);
	}
	g_assert_cmpstr(found->str, ==, sections);
	g_autoptr(GPtrArray) list = msg_files(m->root, shown);
	g_assert_cmpuint(list->len, ==, files);
	g_assert_cmpuint(msg_attachments(m->root), ==, attachments);
	g_string_free(found, TRUE);
	msg_free(m);
}

static void shown_part_is_the_best_text(void)
{
	check_shown("\nx", "1", 0, 0);
	check_shown(ALTERNATIVE PLAIN HTML "--b--\n", "1", 1, 0);
	check_shown(ALTERNATIVE HTML PLAIN "--b--\n", "2", 1, 0);
	check_shown(ALTERNATIVE "--b\n\n\n" HTML "--b--\n", "2", 1, 0);
	check_shown(MIXED IMAGE "--b--\n", "", 1, 1);
	check_shown("Content-Disposition: attachment\n\nx", "", 1, 1);
	check_shown(MIXED "--b\nContent-Disposition: attachment\n\nx\n" PLAIN "--b--\n", "2", 1, 1);
}

static void shown_parts_are_all_inline_texts_in_order(void)
{
	check_shown(MIXED IMAGE HTML PLAIN "--b--\n", "2 3", 1, 1);
	check_shown(MIXED PLAIN IMAGE PLAIN "--b\nContent-Type: text/x-patch; name=a.patch\n"
					    "Content-Disposition: inline\n\n+x\n--b--\n",
		"1 3 4", 1, 2);
	check_shown(MIXED PLAIN "--b\nContent-Type: text/x-patch; name=a.patch\n\n+x\n--b--\n", "1", 1, 1);
	check_shown(MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\n"
			  "Content-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: text/html\n\nh\n--d\n\nx\n"
			  "--d--\n--c--\n--b\n\nfooter\n--b--\n",
		"1.1 2", 2, 0);
	check_shown(ALTERNATIVE "--b\nContent-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: text/html\n\nh\n"
				"--d\n\nx\n--d--\n--b--\n",
		"1.1 1.2", 0, 0);
	check_shown("Content-Type: multipart/related; boundary=b\n\n" HTML
		    "--b\nContent-Type: text/css\nContent-ID: <s>\n\np {}\n" PLAIN "--b--\n",
		"1 3", 1, 0);
}

static void shown_parts_go_into_messages_unless_attached(void)
{
	check_shown(MIXED "--b\nContent-Type: message/rfc822\n\n\ninner\n--b\n\nouter\n--b--\n", "1 1.1 2", 0, 0);
	check_shown(MIXED "--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n\ninner\n" PLAIN
			  "--b--\n",
		"2", 1, 1);
	check_shown("Content-Type: message/rfc822\n\n\ninner\n", "1 1.1", 0, 0);
	check_shown("Content-Type: message/rfc822\nContent-Disposition: attachment\n\n\nx", "1 1.1", 0, 1);
	check_shown("Content-Type: multipart/digest; boundary=b\n\n--b\n\n\none\n--b\n\n\ntwo\n--b--\n", "1 1.1 2 2.1",
		0, 0);
}

static void shown_parts_of_a_report_are_its_readable_ones(void)
{
	check_shown("Content-Type: multipart/report; boundary=b\n\n" PLAIN
		    "--b\nContent-Type: message/delivery-status\n\nAction: failed\n"
		    "--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--\n",
		"1 2 3", 0, 0);
}

static void shown_parts_of_a_signed_letter_are_its_own(void)
{
	check_shown("Content-Type: multipart/signed; boundary=b; micalg=pgp-sha512\n\n" PLAIN
		    "--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nx\n--b--\n",
		"1", 1, 0);
	check_shown("Content-Type: multipart/signed; boundary=b\n\n"
		    "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c\nContent-Type: application/pdf; "
		    "name=a.pdf\n\nx\n--c--\n"
		    "--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; "
		    "filename=smime.p7s\n\nx\n--b--\n",
		"1.1", 2, 1);
}

/* Its parts are no text and no file of anybody, whatever they call themselves. */
static void nothing_of_an_encrypted_letter_is_shown(void)
{
	static const char pgp[] = "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
				  "--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\nx\n--b--\n";
	g_autofree char *letter = g_strconcat("Content-Type: multipart/encrypted; boundary=b\n\n", pgp, NULL);
	check_shown(letter, "", 2, 0);
	check_shown("Content-Type: multipart/encrypted; boundary=b\n\n" PLAIN HTML "--b--\n", "", 2, 0);
	check_shown("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nfooter\n--a\n"
		    "Content-Type: multipart/encrypted; boundary=b\n\n" PLAIN "--b--\n--a--\n",
		"1", 1, 0);
	check_shown("Content-Type: multipart/alternative; boundary=a\n\n--a\n"
		    "Content-Type: multipart/encrypted; boundary=b\n\n" PLAIN
		    "--b--\n--a\nContent-Type: text/html\n\nh\n"
		    "--a--\n",
		"2", 1, 0);
}

static void halves_of_a_macintosh_file_are_one_attachment(void)
{
	static const char fork[] = "--d\nContent-Type: application/applefile; name=a.pdf\n"
				   "Content-Disposition: attachment; filename=a.pdf\n\nx\n";
	g_autofree char *letter = g_strconcat(MIXED PLAIN "--b\nContent-Type: multipart/appledouble; boundary=d\n\n",
		fork,
		"--d\nContent-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n\nx\n--d--\n--b--\n",
		NULL);
	check_shown(letter, "1", 2, 1);
	/* One that stands alone is all there is of its file. */
	check_shown(MIXED PLAIN "--b\nContent-Type: application/applefile; name=a.bin\n\nx\n--b--\n", "1", 1, 1);
}

static void parallel_and_unknown_multiparts_are_mixed(void)
{
	check_shown("Content-Type: multipart/parallel; boundary=b\n\n" PLAIN IMAGE HTML "--b--\n", "1 3", 1, 1);
	check_shown("Content-Type: multipart/x-unheard-of; boundary=b\n\n" PLAIN HTML "--b--\n", "1 2", 0, 0);
}

static void m16_invitation_beside_text_is_one_key_away(void)
{
	check_shown(ALTERNATIVE PLAIN HTML "--b\nContent-Type: text/calendar; method=REQUEST\n\nx\n--b--\n", "1", 2, 0);
	check_shown(ALTERNATIVE "--b\nContent-Type: text/calendar\n\nx\n--b--\n", "1", 0, 0);
	check_shown(ALTERNATIVE PLAIN
		"--b\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\nh\n"
		"--r\nContent-Type: image/png; name=a.png\nContent-ID: <i>\n\nx\n--r--\n--b--\n",
		"1", 2, 0);
}

static void m17_external_body_is_a_part_and_no_more(void)
{
	check_shown(MIXED PLAIN
		"--b\nContent-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\n\n"
		"Content-Type: text/plain\n\n--b\nContent-Type: message/partial; id=x; number=1\n\nx\n--b--\n",
		"1", 2, 1);
	/* What refers to itself is read once. */
	check_shown(
		"Content-Type: multipart/related; boundary=b; start=\"<b>\"\n\n--b\nContent-Type: text/html\n"
		"Content-ID: <a>\n\n<img src=cid:b>\n--b\nContent-Type: multipart/related; boundary=c\n"
		"Content-ID: <b>\n\n--c\nContent-Type: text/html\nContent-ID: <b>\n\n<img src=cid:a>\n--c--\n--b--\n",
		"1", 1, 0);
}

/* sections: of what is offered beside what is shown. */
static void check_beside(const char *text, const char *sections)
{
	struct msg *m = msg_parse(unit_str(text));
	g_autoptr(GPtrArray) shown = msg_shown_parts(m->root), files = msg_files_beside(m->root, shown);
	g_autoptr(GString) found = g_string_new(NULL);
	for (guint i = 0; i < files->len; i++)
		g_string_append_printf(
			found, "%s%s", i ? " " : "", ((const struct msg_part *)files->pdata[i])->section);
	g_assert_cmpstr(found->str, ==, sections);
	msg_free(m);
}

static void other_forms_of_what_is_shown_are_not_beside_it(void)
{
	check_beside(ALTERNATIVE PLAIN HTML "--b--\n", "");
	check_beside(ALTERNATIVE PLAIN HTML "--b\nContent-Type: text/calendar\n\nx\n--b\nContent-Type: text/calendar; "
					    "name=invite.ics\nContent-Disposition: attachment\n\nx\n--b--\n",
		"4");
	/* As some write it: the file is in the form that is not shown. */
	check_beside(ALTERNATIVE PLAIN
		"--b\nContent-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: text/html\n\nh\n--d\n"
		"Content-Type: application/pdf; name=a.pdf\n\nx\n--d\nContent-Type: text/html\n\nh\n--d--\n--b--\n",
		"2.2");
	check_beside(MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\nContent-Type: "
			   "multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\nh\n--r\n"
			   "Content-Type: image/png; name=a.png\nContent-ID: <i>\n\nx\n--r--\n--c--\n" IMAGE "--b--\n",
		"2");
	check_beside(ALTERNATIVE IMAGE "--b--\n", "1");
	check_beside(MIXED PLAIN IMAGE "--b--\n", "2");
}

static void shown_parts_are_bounded(void)
{
	GString *many = g_string_new(MIXED);
	for (unsigned i = 0; i < MSG_SHOWN_MAX + 10; i++)
		g_string_append(many, PLAIN);
	struct msg *m = msg_parse(unit_exact(many->str, many->len));
	g_autoptr(GPtrArray) shown = msg_shown_parts(m->root);
	g_assert_cmpuint(shown->len, ==, MSG_SHOWN_MAX);
	g_autoptr(GPtrArray) list = msg_files(m->root, shown);
	g_assert_cmpuint(list->len, ==, 10);
	/* Texts too long together: the first, and what fits beside it. */
	struct msg_part *first = m->root->children->pdata[0], *second = m->root->children->pdata[1];
	first->size = MSG_TEXT_MAX - 10;
	second->size = 11;
	g_autoptr(GPtrArray) less = msg_shown_parts(m->root);
	g_assert_true(less->pdata[0] == first);
	g_assert_true(less->pdata[1] == m->root->children->pdata[2]);
	first->size = G_MAXUINT64;
	g_autoptr(GPtrArray) one = msg_shown_parts(m->root);
	g_assert_cmpuint(one->len, ==, 1);
	g_string_free(many, TRUE);
	msg_free(m);
}

static void attachments_are_what_people_call_so(void)
{
	check_shown(
		"Content-Type: image/png\nContent-ID: <x>\nContent-Disposition: inline; filename=x.png\n\n", "", 1, 0);
	check_shown("Content-Type: application/pgp-signature\nContent-Disposition: attachment\n\n", "", 1, 0);
	check_shown("Content-Type: text/plain; name=x.txt\n\nx", "1", 0, 0);
}

static void first_of_a_type_is_no_attachment(void)
{
	struct msg *m = msg_parse(unit_str(MIXED "--b\nContent-Disposition: attachment\n\nx\n" HTML PLAIN "--b--\n"));
	g_assert_cmpstr(msg_first(m->root, "text/plain")->section, ==, "3");
	g_assert_cmpstr(msg_first(m->root, "text/html")->section, ==, "2");
	g_assert_null(msg_first(m->root, "image/png"));
	msg_free(m);
}

static void pack_and_back_gives_the_same_tree(void)
{
	struct msg *m = msg_parse(unit_str(sample));
	GString *packed = g_string_new(NULL), *again = g_string_new(NULL);
	msg_part_pack(m->root, packed);
	struct msg_part *back = msg_part_unpack(unit_exact(packed->str, packed->len));
	GString *before = g_string_new(NULL), *after = g_string_new(NULL);
	add_shape(m->root, before);
	add_shape(back, after);
	g_assert_cmpstr(before->str, ==, after->str);
	msg_part_pack(back, again);
	g_assert_true(g_string_equal(packed, again));
	g_assert_cmpstr(msg_part_find(back, "3")->name, ==, "a.bin");
	msg_part_free(back);
	/* A prefix, an addition and random damage: NULL or a tree, never worse. */
	for (size_t n = 0; n < packed->len; n++)
		g_assert_null(msg_part_unpack(unit_exact(packed->str, n)));
	g_string_append_c(packed, 'x');
	g_assert_null(msg_part_unpack(unit_exact(packed->str, packed->len)));
	for (size_t i = 0; i < packed->len - 1; i++) {
		packed->str[i] ^= 0x41;
		msg_part_free(msg_part_unpack(unit_exact(packed->str, packed->len - 1)));
		packed->str[i] ^= 0x41;
	}
	g_string_free(packed, TRUE);
	g_string_free(again, TRUE);
	g_string_free(before, TRUE);
	g_string_free(after, TRUE);
	msg_free(m);
}

void suite(void)
{
	msg_init();
	unit_add(parts_nested_get_their_sections);
	unit_add(parts_have_exact_extents);
	unit_add(parts_inner_message_has_its_header);
	unit_add(parts_encoded_message_is_walked_into);
	unit_add(m01_deep_nesting_stops_at_the_limit);
	unit_add(m02_a_million_parts_meet_the_limit);
	unit_add(m20_offsets_have_64_bits);
	unit_add(m03_odd_boundaries_are_total);
	unit_add(m04_preamble_and_epilogue_are_no_parts);
	unit_add(m05_every_prefix_gives_a_tree);
	unit_add(m21_extents_cover_damaged_messages);
	unit_add(m08_content_types_have_defaults);
	unit_add(m08_encodings_have_defaults);
	unit_add(parts_fields_are_read);
	unit_add(parts_packed_without_methods_are_read);
	unit_add(shown_part_is_the_best_text);
	unit_add(shown_parts_are_all_inline_texts_in_order);
	unit_add(shown_parts_go_into_messages_unless_attached);
	unit_add(shown_parts_of_a_report_are_its_readable_ones);
	unit_add(shown_parts_of_a_signed_letter_are_its_own);
	unit_add(nothing_of_an_encrypted_letter_is_shown);
	unit_add(halves_of_a_macintosh_file_are_one_attachment);
	unit_add(parallel_and_unknown_multiparts_are_mixed);
	unit_add(m16_invitation_beside_text_is_one_key_away);
	unit_add(m17_external_body_is_a_part_and_no_more);
	unit_add(other_forms_of_what_is_shown_are_not_beside_it);
	unit_add(shown_parts_are_bounded);
	unit_add(attachments_are_what_people_call_so);
	unit_add(first_of_a_type_is_no_attachment);
	unit_add(pack_and_back_gives_the_same_tree);
}
