/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "config/internal.h"
#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

static char *edited_by(const char *text, struct cfg_edit edit)
{
	struct err e = ERR_INIT;
	GString *out = g_string_new(NULL);
	if (cfg_edit_text(unit_str(text), &edit, out, &e))
		g_string_printf(out, "! %s", e.text);
	err_clear(&e);
	return g_string_free(out, FALSE);
}

static void becomes(const char *text, struct cfg_edit edit, const char *expected)
{
	g_autofree char *now = edited_by(text, edit);
	g_assert_cmpstr(now, ==, expected);
}

#define ARGS(...)                                                                                                      \
	.args = (const char *const[]){ __VA_ARGS__, NULL }, .n = G_N_ELEMENTS(((const char *const[]){ __VA_ARGS__ }))

static void set_option(const char *text, const char *name, const char *value, const char *expected)
{
	becomes(text, (struct cfg_edit){ .op = CFG_EDIT_SET, .word = name, ARGS(value) }, expected);
}

static void unset_option(const char *text, const char *name, const char *expected)
{
	becomes(text, (struct cfg_edit){ .op = CFG_EDIT_UNSET, .word = name }, expected);
}

static void option_given_changes_its_word_alone(void)
{
	set_option("# mine\nset  mouse=off keys=mutt # why\n\n", "mouse", "on",
		"# mine\nset  mouse=on keys=mutt # why\n\n");
	set_option("set mouse=off\nset mouse=off\n", "mouse", "on", "set mouse=off\nset mouse=on\n");
	set_option("set keys=mutt \\\n  mouse=off\n", "mouse", "on", "set keys=mutt \\\n  mouse=on\n");
	set_option("set editor=\"vim -c x\"\n", "editor", "nano -w", "set editor=\"nano -w\"\n");
	set_option("set view-image/png=\"feh %s\"\n", "view-image/png", "sxiv", "set view-image/png=sxiv\n");
}

static void option_not_given_finds_its_place(void)
{
	set_option("", "mouse", "on", "set mouse=on\n");
	set_option("set keys=mutt\n\nalias a a@b.example\n", "mouse", "on",
		"set keys=mutt\nset mouse=on\n\nalias a a@b.example\n");
	set_option("set keys=mutt\n# set mouse=off\n\nset plain=off\n", "mouse", "on",
		"set keys=mutt\n# set mouse=off\nset mouse=on\n\nset plain=off\n");
	set_option("alias a a@b.example\n", "mouse", "on", "alias a a@b.example\nset mouse=on\n");
	set_option("# head\n\n# the box\naccount box {\n  email a@b.example\n}\n", "mouse", "on",
		"# head\n\nset mouse=on\n# the box\naccount box {\n  email a@b.example\n}\n");
	set_option("account box {\n# set mouse=off\n}\n", "mouse", "on",
		"set mouse=on\naccount box {\n# set mouse=off\n}\n");
}

static void option_taken_back_keeps_comments(void)
{
	unset_option("set mouse=on\nset keys=mutt\n", "mouse", "set keys=mutt\n");
	unset_option("set mouse=on # why\n", "mouse", "# why\n");
	unset_option("set keys=mutt mouse=on plain=on # why\n", "mouse", "set keys=mutt plain=on # why\n");
	unset_option("set mouse=on mouse=off\nset keys=mutt mouse=on", "mouse", "set keys=mutt");
	unset_option("set keys=mutt\n", "mouse", "set keys=mutt\n");
}

static void option_unset_before_is_set_in_its_place(void)
{
	set_option("set mouse=on\nunset mouse # no\n", "mouse", "on", "set mouse=on\nset mouse=on # no\n");
	set_option("unset mouse keys\nset plain=on\n", "mouse", "on", "unset keys\nset mouse=on\nset plain=on\n");
}

static void ends_of_lines_are_kept(void)
{
	set_option("set keys=mutt\r\nset plain=on\r\n", "mouse", "on",
		"set keys=mutt\r\nset plain=on\r\nset mouse=on\r\n");
	set_option("set keys=mutt", "mouse", "on", "set keys=mutt\nset mouse=on");
	set_option("set keys=mutt\r\nset plain=on", "mouse", "on", "set keys=mutt\r\nset plain=on\r\nset mouse=on");
	set_option("\xef\xbb\xbf", "mouse", "on", "\xef\xbb\xbfset mouse=on\n");
	set_option("\xef\xbb\xbf"
		   "account box {\n}\n",
		"mouse", "on",
		"\xef\xbb\xbf"
		"set mouse=on\naccount box {\n}\n");
}

static void values_are_quoted_as_they_need(void)
{
	static const char *const values[] = { "plain", "two words", "#5", "a\"b", "it's", "back\\slash", "", "{", "}",
		"tab\there", "\xc3\xa6", "a#b" };
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autoptr(GString) line = g_string_new("x ");
		struct err e = ERR_INIT;
		struct lexer l;
		struct stmt s;
		unsigned seq = 0;
		g_assert_cmpint(cfg_edit_quote(values[i], line, &e), ==, 0);
		cfg_lex_init(&l, unit_str(line->str), "x", &seq);
		cfg_stmt_init(&s);
		g_assert_cmpint(cfg_lex_next(&l, &s), ==, LEX_ITEM);
		g_assert_cmpuint(s.n, ==, 2);
		g_assert_cmpstr(s.word[1].text, ==, values[i]);
		cfg_stmt_clear(&s);
	}
}

static void control_characters_are_refused(void)
{
	set_option("", "editor", "a\nset mouse=on", "! a mailrc cannot hold control characters");
	set_option("", "editor", "a\xc2\x85", "! a mailrc cannot hold control characters");
	set_option("", "editor", "a\xff", "! this is no UTF-8");
}

#define BOX                                                                                                            \
	"account box {\n"                                                                                              \
	"  email    vera@box.example   # me\n"                                                                         \
	"  imap     mail.box.example:993 tls\n"                                                                        \
	"  # what is read often\n"                                                                                     \
	"  pinned   Lists/dev\n"                                                                                       \
	"}\n"

static void set_word(const char *text, const char *word, const char *value, const char *expected)
{
	becomes(text, (struct cfg_edit){ .op = CFG_EDIT_SET, .account = "box", .word = word, ARGS(value) }, expected);
}

static void word_of_an_account_is_laid_out_as_its_neighbours(void)
{
	set_word(BOX, "email", "ana@box.example",
		"account box {\n"
		"  email    ana@box.example   # me\n"
		"  imap     mail.box.example:993 tls\n"
		"  # what is read often\n"
		"  pinned   Lists/dev\n"
		"}\n");
	set_word(BOX, "poll", "20m",
		"account box {\n"
		"  email    vera@box.example   # me\n"
		"  imap     mail.box.example:993 tls\n"
		"  poll     20m\n"
		"  # what is read often\n"
		"  pinned   Lists/dev\n"
		"}\n");
	set_word("account box {\n\temail a@b.example\n}\n", "poll", "20m",
		"account box {\n\temail a@b.example\n\tpoll 20m\n}\n");
	set_word("account box {\n}\n", "poll", "20m", "account box {\n  poll     20m\n}\n");
	set_word("account box {\n  email a@b.example\n# poll     15m\n}\n", "poll", "20m",
		"account box {\n  email a@b.example\n# poll     15m\n  poll 20m\n}\n");
	set_word("account other {\n  poll 30m\n}\n", "poll", "20m", "! there is no account 'box' in the mailrc");
}

static void word_of_the_same_place_is_replaced(void)
{
	set_word("account box {\n\tpassword ask # typed\n}\n", "passcmd", "pass mail/box",
		"account box {\n\tpasscmd \"pass mail/box\" # typed\n}\n");
}

static void list_word_grows_and_shrinks(void)
{
	struct cfg_edit add = { .op = CFG_EDIT_ADD, .account = "box", .word = "pinned", ARGS("To do") };
	struct cfg_edit gone = { .op = CFG_EDIT_REMOVE, .account = "box", .word = "pinned", ARGS("Lists/dev") };
	becomes("account box {\n  pinned A # x\n}\n", add, "account box {\n  pinned A \"To do\" # x\n}\n");
	becomes("account box {\n  pinned A\n  pinned B\n}\n", add,
		"account box {\n  pinned A\n  pinned B \"To do\"\n}\n");
	becomes("account box {\n  email a@b.example\n}\n", add,
		"account box {\n  email a@b.example\n  pinned \"To do\"\n}\n");
	becomes("account box {\n  pinned A Lists/dev B\n  pinned \"Lists/dev\"\n}\n", gone,
		"account box {\n  pinned A B\n}\n");
	becomes("account box {\n  pinned Lists/dev # read\n}\n", gone, "account box {\n  # read\n}\n");
}

static void one_of_many_lines_is_meant_by_its_beginning(void)
{
	struct cfg_edit keep = { .op = CFG_EDIT_SET, .account = "box", .word = "keep", ARGS("text", "30d"), .same = 1 };
	becomes("account box {\n  keep text 90d 256MB\n  keep parts 1GB\n}\n", keep,
		"account box {\n  keep text 30d\n  keep parts 1GB\n}\n");
	becomes("account box {\n  keep parts 1GB\n}\n", keep, "account box {\n  keep parts 1GB\n  keep text 30d\n}\n");
}

static void bind_replaces_its_own_key_or_stands_beside_its_kin(void)
{
	struct cfg_edit bind = { .op = CFG_EDIT_SET, .word = "bind", ARGS("index", "x", "delete"), .same = 2 };
	becomes("bind index y move\nset keys=mutt\n", bind, "bind index y move\nbind index x delete\nset keys=mutt\n");
	becomes("bind index x move # mine\n", bind, "bind index x delete # mine\n");
	becomes("set keys=mutt\n", bind, "set keys=mutt\nbind index x delete\n");
}

static void block_is_added_behind_the_last_account(void)
{
	static const char block[] = "account two {\n  email b@b.example\n}\n";
	GString *out = g_string_new(NULL);
	cfg_edit_add_block(unit_str("set keys=mutt\naccount one {\n}\n# end\n"), block, out);
	g_assert_cmpstr(
		out->str, ==, "set keys=mutt\naccount one {\n}\n\naccount two {\n  email b@b.example\n}\n# end\n");
	g_string_truncate(out, 0);
	cfg_edit_add_block(unit_str(""), block, out);
	g_assert_cmpstr(out->str, ==, block);
	g_string_truncate(out, 0);
	cfg_edit_add_block(unit_str("set keys=mutt\r\nset mouse=on"), block, out);
	g_assert_cmpstr(
		out->str, ==, "set keys=mutt\r\nset mouse=on\r\n\r\naccount two {\r\n  email b@b.example\r\n}\r\n");
	g_string_free(out, TRUE);
}

/* --- any mailrc: after the edit exactly one value is another --- */

static const char *pick(GRand *r, const char *const *words, size_t n)
{
	return words[g_rand_int_range(r, 0, (gint32)n)];
}
#define PICK(...) pick(r, (const char *const[]){ __VA_ARGS__ }, G_N_ELEMENTS(((const char *const[]){ __VA_ARGS__ })))

static void add_noise(GRand *r, GString *out, const char *end)
{
	while (g_rand_boolean(r))
		g_string_append_printf(out, "%s%s",
			PICK("", "# a comment", "   # set mouse=off", "# set keys=mutt", "alias a a@b.example",
				"bind index x delete", "ignore received", "# account {", "# poll 15m"),
			end);
}

static void add_option(GRand *r, GString *out)
{
	g_string_append(
		out, PICK(" mouse=on", " mouse=\"off\"", " plain=on", " undo-send=20s", " editor=\"vim -c 'x y'\"",
			     " 'mouse=on'", " date-format=\"%d # %b\"", " view-image/*=\"feh %s\"", " escape-ms=70"));
}

static char *random_mailrc(GRand *r)
{
	GString *out = g_string_new(g_rand_boolean(r) ? "" : "# head\n");
	const char *end = g_rand_int_range(r, 0, 4) ? "\n" : "\r\n";
	g_string_assign(out, "");
	for (int i = g_rand_int_range(r, 0, 6); i > 0; i--) {
		add_noise(r, out, end);
		if (g_rand_int_range(r, 0, 4)) {
			g_string_append(out, PICK("set", "  set"));
			for (int k = g_rand_int_range(r, 1, 4); k > 0; k--) {
				add_option(r, out);
				if (k > 1 && !g_rand_int_range(r, 0, 4))
					g_string_append_printf(out, " \\%s ", end);
			}
		} else {
			g_string_append(out, PICK("unset mouse", "unset plain mouse", "unset editor"));
		}
		g_string_append_printf(out, "%s%s", PICK("", "", " # why"), end);
	}
	if (g_rand_boolean(r)) {
		g_string_append_printf(out, "account box {%s", end);
		g_string_append_printf(out, "  email    vera@box.example%s%s", PICK("", " # me"), end);
		g_string_append_printf(out, "  imap %s mail.box.example:993 tls%s", PICK("", "  "), end);
		add_noise(r, out, "\n");
		g_string_truncate(out, out->len);
		g_string_append_printf(out, "%s", PICK("", "  poll 30m\n", "  pinned A \"B C\"\n  pinned D # d\n"));
		g_string_append_printf(out, "}%s", end);
		add_noise(r, out, end);
	}
	if (g_rand_boolean(r) && g_str_has_suffix(out->str, end))
		g_string_truncate(out, out->len - strlen(end));
	return g_string_free(out, FALSE);
}

static void same_but(const struct cfg *was, const struct cfg *now, const char *key)
{
	g_autoptr(GPtrArray) keys = cfg_setting_keys(was);
	for (guint i = 0; i < keys->len; i++) {
		struct cfg_setting a, b;
		struct err e = ERR_INIT;
		if (!strcmp(keys->pdata[i], key))
			continue;
		g_assert_cmpint(cfg_setting_get(was, keys->pdata[i], &a, &e), ==, 0);
		g_assert_cmpint(cfg_setting_get(now, keys->pdata[i], &b, &e), ==, 0);
		g_assert_cmpstr(a.value, ==, b.value);
		cfg_setting_clear(&a);
		cfg_setting_clear(&b);
	}
	g_assert_cmpuint(was->binds->len, ==, now->binds->len);
	g_assert_cmpuint(was->aliases->len, ==, now->aliases->len);
	g_assert_cmpuint(was->ignore->len, ==, now->ignore->len);
	g_assert_cmpuint(was->diags->len, >=, now->diags->len);
}

static unsigned lines(const char *text)
{
	unsigned n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void has_value(const struct cfg *c, const char *key, const char *value)
{
	struct cfg_setting s;
	struct err e = ERR_INIT;
	g_assert_cmpint(cfg_setting_get(c, key, &s, &e), ==, 0);
	g_assert_cmpstr(s.value, ==, value);
	cfg_setting_clear(&s);
}

static void try_edit(const char *text, const struct cfg *was, const struct cfg_edit *edit, const char *value)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct err e = ERR_INIT;
	g_autofree char *key = cfg_key_of(edit->account, edit->word);
	g_assert_cmpint(cfg_edit_text(unit_str(text), edit, out, &e), ==, 0);
	struct cfg *now = cfg_parse((struct str){ out->str, out->len }, "mailrc", was->cards);
	has_value(now, key, value);
	same_but(was, now, key);
	if (edit->op != CFG_EDIT_UNSET) {
		g_assert_cmpuint(lines(out->str), >=, lines(text));
		g_assert_cmpuint(lines(out->str), <=, lines(text) + 1);
	}
	cfg_free(now);
}

static void any_edit_changes_exactly_one_value(void)
{
	GRand *r = g_rand_new_with_seed(7);
	g_autoptr(GPtrArray) cards = told_cards();
	unsigned whole = 0;
	for (int i = 0; i < 3000; i++) {
		g_autofree char *text = random_mailrc(r);
		struct cfg *was = cfg_parse(unit_str(text), "mailrc", cards);
		if (!cfg_errors(was)) {
			whole++;
			const char *editor = PICK("vi", "emacs -nw", "a 'b c' d");
			try_edit(text, was, &(struct cfg_edit){ .op = CFG_EDIT_SET, .word = "mouse", ARGS("off") },
				"off");
			try_edit(text, was, &(struct cfg_edit){ .op = CFG_EDIT_UNSET, .word = "mouse" }, "on");
			try_edit(text, was, &(struct cfg_edit){ .op = CFG_EDIT_SET, .word = "editor", ARGS(editor) },
				editor);
		}
		if (!cfg_errors(was) && was->accounts->len) {
			try_edit(text, was,
				&(struct cfg_edit){ .op = CFG_EDIT_SET, .account = "box", .word = "poll", ARGS("20m") },
				"20m");
			try_edit(text, was,
				&(struct cfg_edit){ .op = CFG_EDIT_UNSET, .account = "box", .word = "poll" }, "15m");
			try_edit(text, was,
				&(struct cfg_edit){
					.op = CFG_EDIT_SET, .account = "box", .word = "name", ARGS("Vera Lund") },
				"Vera Lund");
		}
		cfg_free(was);
	}
	g_assert_cmpuint(whole, >, 1000);
	g_rand_free(r);
}

void suite(void)
{
	unit_add(option_given_changes_its_word_alone);
	unit_add(option_not_given_finds_its_place);
	unit_add(option_taken_back_keeps_comments);
	unit_add(option_unset_before_is_set_in_its_place);
	unit_add(ends_of_lines_are_kept);
	unit_add(values_are_quoted_as_they_need);
	unit_add(control_characters_are_refused);
	unit_add(word_of_an_account_is_laid_out_as_its_neighbours);
	unit_add(word_of_the_same_place_is_replaced);
	unit_add(list_word_grows_and_shrinks);
	unit_add(one_of_many_lines_is_meant_by_its_beginning);
	unit_add(bind_replaces_its_own_key_or_stands_beside_its_kin);
	unit_add(block_is_added_behind_the_last_account);
	unit_add(any_edit_changes_exactly_one_value);
}
