/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to malformed messages, forwards and bounces of them, and they themselves edited once more: what leaves is sound. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static const char nul[] = "Subject: n\0l\r\nFrom: a\0b@x\r\n\r\na\0b\r\n";
static const char *const odd[] = {
	"",
	"\r\n",
	"no header at all\r\n",
	" From: x\r\nFrom : a@x\r\nno colon\r\nN\xe4me: v\r\n\r\nb",
	"From: =?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.com\r\n"
	"Subject: =?utf-8?Q?a=0D=0ABcc:_evil@x?=\r\n\r\nHi\r\n",
	"From: \"a\r\n b\" <a@x>\r\nReply-To: \"=?utf-8?Q?=0ABcc=3A_evil=40x=0A?=\" <r@x>\r\nSubject: "
	"\xe2\x80\xa8x\r\n\r\nHi\r\n",
	"From: a@x\r\nFrom: b@x\r\nSubject: one\r\nSubject: two\r\nMessage-ID: <1@x>\r\nMessage-ID: "
	"<2@x>\r\n\r\nHi\r\n",
	"From: A <spoof@x> <real@y>, \"open <b@x>\r\nMessage-ID: <a b\x01>\r\nReferences: <a@x> <\xff@x> "
	"<c>\r\n\r\nHi\r\n",
	"Attach: /etc/passwd\r\nMarkdown: yes\r\nFrom: a@x\r\n\r\nAttach: /etc/passwd\r\n",
	"Subject: \x1b]0;t\x07 =?utf-8?Q?=1B[2J?=\r\n\r\n\x1b[2J\x9b\r\n",
	"Content-Type: multipart/mixed\r\n\r\n--\r\nx\r\n",
	"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\nx\r\n--\r\n",
	MIXED "--b\r\n\r\nno end\r\n--b\r\nContent-Type: image/png; name=\"a\\\"\r\n",
	MIXED
	"--b\r\nContent-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\r\n\r\n"
	"Content-Type: text/plain\r\n\r\n--b\r\nContent-Type: message/partial; id=x; number=1\r\n\r\nx\r\n--b--\r\n",
	MIXED "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: "
	      "base64\r\n\r\nU3ViamVjdDogeA0KDQp0\r\n--b--\r\n",
	MIXED "--b\r\nContent-Type: ../../etc; name=\"../../x\"; name*0*=a\r\nContent-Disposition: \xff; "
	      "filename=\"\x01\"\r\n\r\nx\r\n--b--\r\n",
	"Content-Transfer-Encoding: base64\r\n" MIXED "--b\r\n\r\nx\r\n--b--\r\n",
	"Content-Type: text/plain; charset=\"../../gconv\"; format=flowed\r\n\r\n>> > a \r\nb\r\n-- \r\nc\r\n",
	"Content-Type: text/html; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>+ADw-=00=\r\n",
	"Subject: bare\n\nline\nfeeds\r\nand\rothers\n.\n",
	"Content-Type: multipart/related; boundary=b; start=\"<a>\"\r\n\r\n--b\r\nContent-Type: "
	"text/html\r\nContent-ID: "
	"<a>\r\n\r\n<img src=cid:b>\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <b>\r\n\r\n<img "
	"src=cid:a>\r\n--b--\r\n",
};

static GString *nested(const char *type, unsigned n)
{
	GString *s = g_string_new("Subject: deep\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n");
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(type, "message/rfc822"))
			g_string_append(s, i ? "Content-Type: message/rfc822\r\n\r\n"
					     : "--b0\r\nContent-Type: message/rfc822\r\n\r\n");
		else
			g_string_append_printf(
				s, "--b%u\r\nContent-Type: multipart/mixed; boundary=b%u\r\n\r\n", i, i + 1);
	g_string_append(s, "end\r\n");
	return s;
}

/* --- what leaves --- */

/* NULL and the cause: it cannot be built. */
static char *build(struct draft *d, size_t *n_out, enum err_cause *cause_out)
{
	struct build_settings set = { .message_id = "m@box.example", .date = 1795327200 };
	struct built built = { 0 };
	struct err e = ERR_INIT;
	int fd = memfd_create("unit", MFD_CLOEXEC);
	bool failed = draft_build(d, &set, fd, &built, &e);
	char *text = failed ? NULL : g_malloc0(built.size + 1);
	if (text) {
		g_assert_cmpint(pread(fd, text, built.size, 0), ==, (ssize_t)built.size);
		g_assert_cmpuint(built.longest, <=, 998);
	}
	*n_out = built.size;
	*cause_out = e.cause;
	built_clear(&built);
	err_clear(&e);
	close(fd);
	return text;
}

static bool has_defect(const struct msg *m, const char *keyword)
{
	for (guint i = 0; i < m->defects->len; i++)
		if (!strcmp(m->defects->pdata[i], keyword))
			return true;
	return false;
}

/* Lines end as they must, the header has nothing twice, nothing hidden, and nothing that is no field. */
static void check_sound(struct str got)
{
	for (size_t i = 0; i < got.n; i++)
		if (got.p[i] == '\n' ? !i || got.p[i - 1] != '\r'
				     : got.p[i] == '\r' && (i + 1 == got.n || got.p[i + 1] != '\n'))
			g_assert_not_reached();
	struct msg *m = msg_parse(got);
	g_assert_false(has_defect(m, "bad-header-line"));
	g_assert_false(has_defect(m, "duplicate-field"));
	g_assert_false(has_defect(m, "bad-address"));
	g_assert_cmpuint(m->head->bcc->len, ==, 0);
	g_assert_cmpstr(m->head->message_id, ==, "m@box.example");
	g_assert_cmpuint(m->head->to->len, ==, 1);
	for (guint i = 0; i < m->head->fields->len; i++) {
		const struct msg_field *f = m->head->fields->pdata[i];
		g_assert_true(g_str_is_ascii(f->name) && g_str_is_ascii(f->raw));
		for (const char *p = f->raw; *p; p++)
			g_assert_true(*p >= ' ' || *p == '\t');
	}
	msg_free(m);
}

/* Nothing of this machine goes along. */
static void check_files(const struct draft *d)
{
	g_assert_cmpuint(d->names->len, ==, 0);
	for (guint i = 0; i < d->files->len; i++) {
		const struct draft_file *f = d->files->pdata[i];
		g_assert_cmpint(f->fd, ==, -1);
		g_assert_null(f->source);
	}
}

static void address(struct draft *d)
{
	msg_addr_free(d->from);
	d->from = msg_addr_new(NULL, "vera@box.example");
	GPtrArray *lists[] = { d->to, d->cc, d->bcc, d->reply_to, d->follow_up };
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_ptr_array_set_size(lists[i], 0);
	g_ptr_array_add(d->to, msg_addr_new(NULL, "a@x.example"));
}

/* Takes d. */
static char *leaves(struct draft *d, size_t *n_out)
{
	enum err_cause cause;
	check_files(d);
	address(d);
	char *got = build(d, n_out, &cause);
	g_assert_cmpint(cause, ==, ERR_NONE);
	if (got)
		check_sound((struct str){ got, *n_out });
	draft_free(d);
	return got;
}

static char *reader_text(const struct msg *m)
{
	struct msg_part *p = msg_first(m->root, "text/plain");
	struct buf octets;
	struct msg_text text;
	struct err e = ERR_INIT;
	buf_init(&octets, 1 << 20);
	if (p)
		msg_part_bytes(m, p, 1 << 20, &octets, &e);
	msg_text_make(buf_str(&octets), "text/plain", p ? p->charset : NULL, p && p->flowed, false, &text);
	char *out = g_strdup(text.text);
	msg_text_clear(&text);
	buf_clear(&octets);
	err_clear(&e);
	return out;
}

/* --- the ways out --- */

static bool is_mine(const char *addr, void *aux)
{
	(void)addr;
	(void)aux;
	return false;
}

static void answer(const struct msg *m, const char *text)
{
	size_t n;
	struct reply_how how = { .whom = REPLY_ALL, .is_mine = is_mine, .text = text };
	g_free(leaves(draft_reply(m->head, &how), &n));
}

/* Line ends are those of the wire, and how many there are at the end is not looked at; no other octet may differ. */
static GString *with_pairs(struct str s)
{
	GString *out = g_string_sized_new(s.n);
	while (s.n && strchr("\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		bool alone = s.p[i] == '\n' ? !i || s.p[i - 1] != '\r'
					    : s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n');
		if (alone)
			g_string_append(out, "\r\n");
		else
			g_string_append_c(out, s.p[i]);
	}
	return out;
}

/* The message stands behind the text, octet by octet, whatever boundaries it has itself. */
static void pass_on(const struct msg *m, struct str bytes, const char *text)
{
	size_t n;
	struct buf octets;
	struct err e = ERR_INIT;
	g_free(leaves(draft_forward(m->head, text, NULL, NULL), &n));
	struct draft *d = draft_forward(m->head, NULL, NULL, NULL);
	draft_add_message(d, m->head, bytes);
	g_autofree char *got = leaves(d, &n);
	struct msg *out = msg_parse((struct str){ got, n });
	g_assert_cmpuint(out->root->children->len, ==, 2);
	buf_init(&octets, n);
	g_assert_cmpint(msg_part_bytes(out, out->root->children->pdata[1], n, &octets, &e), ==, 0);
	GString *there = with_pairs(buf_str(&octets)), *wanted = with_pairs(bytes);
	g_assert_cmpmem(there->str, there->len, wanted->str, wanted->len);
	g_string_free(there, TRUE);
	g_string_free(wanted, TRUE);
	buf_clear(&octets);
	msg_free(out);
}

/* Behind its header the octets it had; or it is refused, for no server would take it. */
static void send_on(struct str bytes)
{
	size_t n;
	enum err_cause cause;
	struct draft *d = draft_bounce(bytes);
	address(d);
	g_autofree char *got = build(d, &n, &cause);
	if (got) {
		GString *there = with_pairs((struct str){ got, n }), *wanted = with_pairs(bytes);
		const char *body = g_strstr_len(wanted->str, (gssize)wanted->len, "\r\n\r\n");
		size_t same = body ? (size_t)(wanted->str + wanted->len - body) : 0;
		g_assert_cmpuint(there->len, >=, same);
		g_assert_cmpmem(there->str + there->len - same, same, wanted->str + wanted->len - same, same);
		g_string_free(there, TRUE);
		g_string_free(wanted, TRUE);
	} else {
		g_assert_cmpint(cause, ==, ERR_INPUT);
	}
	draft_free(d);
}

static void edit_again(const struct msg *m, enum draft_kind kind)
{
	size_t n;
	struct draft *d = draft_of_message(m, kind);
	check_files(d);
	g_autofree char *text = draft_to_text(d, true);
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	draft_of_text(d, str_of(text), true, faults);
	g_free(leaves(d, &n));
}

static void through_every_way(struct str bytes)
{
	struct msg *m = msg_parse(bytes);
	g_autofree char *text = reader_text(m);
	answer(m, text);
	pass_on(m, bytes, text);
	send_on(bytes);
	edit_again(m, DRAFT_AGAIN);
	edit_again(m, DRAFT_NEW);
	msg_free(m);
}

static void h02_m19_x04_malformed_messages_leave_sound_in_every_way(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_test_message("message %zu", i);
		through_every_way(unit_str(odd[i]));
	}
	through_every_way(unit_exact(nul, sizeof(nul) - 1));
}

/* tests/data/msg, and what the fuzzers begin with. */
static void m19_collected_messages_leave_sound_in_every_way(void)
{
	static const char *const dirs[] = { "data/msg", "fuzz/seeds/msg_parts", "fuzz/seeds/msg_head",
		"fuzz/seeds/msg_text", "fuzz/seeds/msg_words", "fuzz/seeds/msg_within", "fuzz/seeds/msg_report" };
	const char *top = g_getenv("TOP_SRCDIR");
	unsigned seen = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
		g_autofree char *path = g_build_filename(top ? top : ".", "tests", dirs[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		g_assert_nonnull(dir);
		for (const char *name; (name = g_dir_read_name(dir)); seen++) {
			g_autofree char *file = g_build_filename(path, name, NULL), *octets = NULL;
			gsize n = 0;
			g_assert_true(g_file_get_contents(file, &octets, &n, NULL));
			g_test_message("%s", file);
			through_every_way(unit_exact(octets, n));
		}
	}
	g_assert_cmpuint(seen, >, 25);
}

static void m01_deep_messages_leave_sound_in_every_way(void)
{
	static const char *const types[] = { "multipart/mixed", "message/rfc822" };
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		GString *s = nested(types[i], 10000);
		struct buf out;
		struct err e = ERR_INIT;
		through_every_way((struct str){ s->str, s->len });
		buf_init(&out, s->len * 2);
		int failed = compose_detach((struct str){ s->str, s->len }, "1.1.1", 0, &out, &e);
		g_assert_cmpint(failed != 0, ==, e.cause != ERR_NONE);
		buf_clear(&out);
		err_clear(&e);
		g_string_free(s, TRUE);
	}
}

void suite(void)
{
	msg_init();
	unit_add(h02_m19_x04_malformed_messages_leave_sound_in_every_way);
	unit_add(m19_collected_messages_leave_sound_in_every_way);
	unit_add(m01_deep_messages_leave_sound_in_every_way);
}
