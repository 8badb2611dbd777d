/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "app/app.h"
#include "base/utf8.h"
#include "tests/unit/unit.h"

static void b01_promise_28_exit_codes_follow_the_cause(void)
{
	static const struct {
		enum err_cause cause;
		enum err_retry retry;
		int code;
	} cases[] = {
		{ ERR_NONE, ERR_NOW, 0 },
		{ ERR_NET, ERR_LATER, 75 },
		{ ERR_NET, ERR_NEVER, 68 },
		{ ERR_TLS, ERR_NEVER, 76 },
		{ ERR_PROTOCOL, ERR_LATER, 76 },
		{ ERR_AUTH, ERR_NEVER, 77 },
		{ ERR_LACKING, ERR_NEVER, 69 },
		{ ERR_MISSING, ERR_NEVER, 66 },
		{ ERR_INPUT, ERR_NEVER, 65 },
		{ ERR_USAGE, ERR_NEVER, 64 },
		{ ERR_LOCAL, ERR_NEVER, 74 },
		{ ERR_CONFIG, ERR_NEVER, 78 },
		{ ERR_NOT_DUE, ERR_LATER, 75 },
		{ ERR_BUG, ERR_NEVER, 70 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct err e = { .cause = cases[i].cause, .retry = cases[i].retry };
		g_assert_cmpint(app_exit_code(&e), ==, cases[i].code);
	}
}

static void exit_codes_the_worst_wins(void)
{
	g_assert_cmpint(app_exit_worst(0, 75), ==, 75);
	g_assert_cmpint(app_exit_worst(75, 66), ==, 66);
	g_assert_cmpint(app_exit_worst(66, 77), ==, 77);
	g_assert_cmpint(app_exit_worst(77, 78), ==, 78);
	g_assert_cmpint(app_exit_worst(70, 78), ==, 70);
	g_assert_cmpint(app_exit_worst(0, 0), ==, 0);
}

static void e02_words_of_errors_are_clean(void)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER, "issuer 'a\x1b]0;x\x07'");
	g_autofree char *text = app_err_text(&e, "box");
	g_assert_null(strchr(text, '\x1b'));
	g_assert_true(g_str_has_prefix(text, "box: "));
	g_autofree char *hint = app_err_hint(&e, "box");
	g_assert_nonnull(hint);
	err_clear(&e);
	/* What servers, certificates, helpers and names of files bring into any kind of error. */
	static const char hostile[] = "550 \x1b]52;c;eA==\x07 \xc2\x9b"
				      "31m \xe2\x80\xae \x9b \xff a\r\nb\tc";
	for (int cause = ERR_NONE + 1; cause <= ERR_BUG; cause++) {
		err_set(&e, ERR_ACCOUNT, (enum err_cause)cause, ERR_NEVER, "%s", hostile);
		err_set_server(&e, hostile);
		g_autofree char *words = app_err_text(&e, "box"), *help = app_err_hint(&e, "box");
		g_assert_true(utf8_is_clean(str_of(words)));
		g_assert_true(!help || utf8_is_clean(str_of(help)));
		err_clear(&e);
	}
}

static void ids_go_round(void)
{
	struct app_id id;
	struct err e = ERR_INIT;
	g_autofree char *text = app_id_format("box", "Kunder æ Søn/100%\x01", 17, 4294967295u);
	g_assert_cmpstr(text, ==, "box/Kunder æ Søn/100%25%01/17.4294967295");
	g_assert_cmpint(app_id_parse(text, &id, &e), ==, 0);
	g_assert_cmpstr(id.account, ==, "box");
	g_assert_cmpstr(id.folder, ==, "Kunder æ Søn/100%\x01");
	g_assert_cmpuint(id.uidvalidity, ==, 17);
	g_assert_cmpuint(id.uid, ==, 4294967295u);
	app_id_clear(&id);
	g_assert_true(app_id_is_full(text));
	g_autofree char *odd = app_id_format("50%", "x", 1, 2);
	g_assert_cmpint(app_id_parse(odd, &id, &e), ==, 0);
	g_assert_cmpstr(id.account, ==, "50%");
	app_id_clear(&id);
}

static void ids_have_shorter_forms(void)
{
	struct app_id id;
	struct err e = ERR_INIT;
	/* Whether the first word is an account or a part of the folder's name is known only later. */
	g_assert_cmpint(app_id_parse("100%25/x/5", &id, &e), ==, 0);
	g_assert_cmpstr(id.account, ==, "100%");
	g_assert_cmpstr(id.folder, ==, "x");
	app_id_clear(&id);
	g_assert_cmpint(app_id_parse("box/Inbox/7", &id, &e), ==, 0);
	g_assert_cmpuint(id.uid, ==, 7);
	g_assert_cmpuint(id.uidvalidity, ==, 0);
	app_id_clear(&id);
	g_assert_cmpint(app_id_parse("7", &id, &e), ==, 0);
	g_assert_null(id.folder);
	app_id_clear(&id);
	g_assert_cmpint(app_id_parse("<a@b>", &id, &e), ==, 0);
	g_assert_cmpstr(id.msgid, ==, "a@b");
	app_id_clear(&id);
	g_assert_false(app_id_is_full("box/Inbox/7"));
}

static void ids_of_places_no_server_has_named(void)
{
	struct app_id id;
	struct err e = ERR_INIT;
	g_autofree char *text = app_id_local("box", "Lists/dev", 12), *folder = app_id_folder("box", "100%");
	g_assert_cmpstr(text, ==, "box/Lists/dev/local.12");
	g_assert_cmpstr(folder, ==, "box/100%25");
	g_assert_cmpint(app_id_parse(text, &id, &e), ==, 0);
	g_assert_cmpstr(id.folder, ==, "Lists/dev");
	g_assert_cmpuint(id.local, ==, 12);
	g_assert_cmpuint(id.uid, ==, 0);
	app_id_clear(&id);
	g_assert_true(app_id_is_full(text));
	g_assert_cmpint(app_id_parse("box/x/local.0", &id, &e), ==, -1);
	g_assert_cmpint(app_id_parse("box/x/Local.1", &id, &e), ==, -1);
	err_clear(&e);
}

static void changes_are_told_in_words(void)
{
	struct engine_durable d = { .op = CHANGE_MOVE, .messages = 2, .target = (char *)"Archive", .undoable = true };
	g_autofree char *archived = app_done_text(VERB_ARCHIVE, &d), *moved = app_done_text(VERB_MOVE, &d);
	g_assert_cmpstr(archived, ==, "Archived 2 messages.");
	g_assert_cmpstr(moved, ==, "Moved 2 messages to Archive.");
	d.undo = true;
	g_autofree char *undone = app_done_text(VERB_NONE, &d);
	g_assert_cmpstr(undone, ==, "Undone: 2 messages are in Archive again.");
	struct engine_changed c = { .op = CHANGE_MOVE, .folder = (char *)"In\033box", .target = (char *)"Archive" };
	c.state = CHANGE_FAILED;
	err_set(&c.err, ERR_MESSAGE, ERR_REFUSED, ERR_NEVER, "the server refused to move");
	g_autofree char *failed = app_failed_text(&c, 1);
	g_assert_cmpstr(failed, ==,
		"Not moved to Archive: 1 message, which is still in In\xef\xbf\xbd"
		"box (the server refused to move)");
	c.state = CHANGE_PARKED;
	g_autofree char *parked = app_failed_text(&c, 2);
	g_assert_nonnull(strstr(parked, "queue"));
	err_clear(&c.err);
}

/* Every change and every end of it has words. */
static void no_change_is_told_without_words(void)
{
	for (enum change_op op = CHANGE_FLAG; op < CHANGE_SYNC; op++) {
		struct engine_durable d = { .op = op, .messages = 1, .target = (char *)"x" };
		struct engine_changed c = { .op = op, .folder = (char *)"x", .state = CHANGE_FAILED };
		struct store_change *s = store_change_new(op, 1);
		g_autofree char *done = app_done_text(VERB_NONE, &d), *failed = app_failed_text(&c, 1);
		g_autofree char *text = app_change_text(s, NULL, NULL);
		g_assert_cmpstr(done, !=, "");
		g_assert_cmpstr(failed, !=, "");
		g_assert_cmpstr(text, !=, "");
		store_change_free(s);
	}
}

static void flag_names_parsed(void)
{
	uint32_t bit;
	g_assert_true(app_flag_parse("seen", &bit));
	g_assert_cmpuint(bit, ==, MSG_SEEN);
	g_assert_true(app_flag_parse("\\Flagged", &bit));
	g_assert_cmpuint(bit, ==, MSG_FLAGGED);
	g_assert_true(app_flag_parse("$Todo", &bit));
	g_assert_cmpuint(bit, ==, 0);
	static const char *const bad[] = { "", "a b", "\\Nonsense", "recent", "x)", "x\r\ny", "\xc3\xa9" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(app_flag_parse(bad[i], &bit));
}

static void b07_nonsense_is_no_id(void)
{
	static const char *const bad[] = { "", "/", "x", "box/Inbox/", "box/Inbox/0", "box/Inbox/1.0", "box/Inbox/-1",
		"box/Inbox/4294967296", "box/Inbox/1.2.3", "<>", "a.eml", "box/%00/1", "%00/x/1" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct app_id id;
		struct err e = ERR_INIT;
		g_assert_cmpint(app_id_parse(bad[i], &id, &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_INPUT);
		app_id_clear(&id);
		err_clear(&e);
	}
}

static void dates_fit_their_column(void)
{
	int64_t now = 1795000000;
	for (int64_t when = now - 40 * 365 * 86400LL; when < now + 400 * 86400LL; when += 86400 * 3 + 3571) {
		g_autofree char *text = app_date_short(when, now);
		g_assert_cmpint((int)g_utf8_strlen(text, -1), <=, 6);
	}
	g_autofree char *odd = app_date_short(INT64_MAX, now);
	g_assert_cmpstr(odd, ==, "?");
}

static void date_that_is_none_shows_its_words(void)
{
	static const struct {
		const char *field, *shown;
	} cases[] = {
		{ "Date: next Tuesday, about noon\r\n", "next Tuesday, about noon (no valid date)" },
		{ "Date: \033[31m32 Foo\x07 2026\r\n", "\xef\xbf\xbd[31m32 Foo\xef\xbf\xbd 2026 (no valid date)" },
		{ "Date: \r\n", "no valid date" },
		{ "Subject: none\r\n", "no valid date" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct msg_head *h = msg_head_parse(str_of(cases[i].field));
		g_autofree char *shown = app_date_head(h);
		g_assert_cmpstr(shown, ==, cases[i].shown);
		msg_head_free(h);
	}
	g_autofree char *words = g_strnfill(5000, 'w'), *line = g_strdup_printf("Date: %s\r\n", words);
	struct msg_head *h = msg_head_parse(str_of(line));
	g_autofree char *shown = app_date_head(h);
	g_assert_cmpuint(strlen(shown), <, 100);
	g_assert_true(g_str_has_suffix(shown, "www... (no valid date)"));
	msg_head_free(h);
}

void suite(void)
{
	unit_add(date_that_is_none_shows_its_words);
	unit_add(b01_promise_28_exit_codes_follow_the_cause);
	unit_add(exit_codes_the_worst_wins);
	unit_add(e02_words_of_errors_are_clean);
	unit_add(ids_go_round);
	unit_add(ids_have_shorter_forms);
	unit_add(ids_of_places_no_server_has_named);
	unit_add(changes_are_told_in_words);
	unit_add(no_change_is_told_without_words);
	unit_add(flag_names_parsed);
	unit_add(b07_nonsense_is_no_id);
	unit_add(dates_fit_their_column);
}
