/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Set-up as it looks, with answers of servers that are made up. */
#include "app/setup.h"
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

struct drawn {
	struct stage *stage;
	struct cfg *cfg;
	struct setup *s;
	bool written;
};

static void answer(struct setup *s, enum setup_test test, enum setup_state state, const char *text, const char *server)
{
	s->results[test].state = state;
	s->results[test].text = g_strdup(text);
	s->results[test].server = g_strdup(server);
}

static struct cfg_card *card(void)
{
	struct cfg_card *c = cfg_card_new("harbour");
	c->title = g_strdup("Harbour Mail");
	c->prefix = g_strdup("INBOX");
	c->poll_floor = 600;
	g_ptr_array_add(c->domains, g_strdup("harbour.example"));
	g_ptr_array_add(c->logins, g_strdup("%u%%%d"));
	g_ptr_array_add(c->logins, g_strdup("%u"));
	g_assert_true(cfg_card_add(c, false, "mail.harbour.example", 993, CFG_TLS));
	g_assert_true(cfg_card_add(c, true, "mail.harbour.example", 465, CFG_TLS));
	return c;
}

static void begin(struct drawn *d, int rows, int cols, const char *email)
{
	struct err e = ERR_INIT;
	*d = (struct drawn){ .cfg = cfg_parse(STR(""), "", NULL) };
	/* What this machine has to keep passwords is not shown. */
	g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
	g_setenv("PASSWORD_STORE_DIR", "/dev/null", TRUE);
	g_ptr_array_add(d->cfg->cards, card());
	d->s = setup_new(d->cfg);
	d->s->keep = SETUP_KEEP_FILE;
	if (email) {
		g_assert_cmpint(setup_set_email(d->s, email, &e), ==, 0);
		setup_set_name(d->s, "Vera Lund");
	}
	d->stage = stage_new(rows, cols);
	struct ui_setup to = { .setup = d->s, .path = "/etc/vera/mailrc", .still = true, .written_out = &d->written };
	ui_push(d->stage->ui, view_setup_new(d->stage->ui, &to));
	stage_settle(d->stage);
}

static void end(struct drawn *d)
{
	stage_free(d->stage);
	setup_free(d->s);
	cfg_free(d->cfg);
}

static void all_is_well(struct setup *s)
{
	setup_choose(s, 1);
	answer(s, SETUP_RECEIVE, SETUP_OK, "certificate ok, 84 ms", NULL);
	answer(s, SETUP_LOGIN, SETUP_OK, "1 try used", NULL);
	answer(s, SETUP_FOLDERS, SETUP_OK, "11 folders", NULL);
	answer(s, SETUP_ROLES, SETUP_OK, "sent Sent, drafts Drafts", NULL);
	answer(s, SETUP_SEND, SETUP_OK, "login ok", NULL);
	answer(s, SETUP_FROM, SETUP_OK, "probed, none sent", NULL);
	s->folders = 11;
	s->found_prefix = g_strdup("INBOX.");
}

static void redraw(struct drawn *d)
{
	stage_type(d->stage, "\t");
}

static void first_screen_asks_for_the_address(void)
{
	struct drawn d;
	begin(&d, 24, 80, NULL);
	stage_golden(d.stage, "setup-empty-80x24");
	end(&d);
}

static void all_sizes_show_the_field_at_hand(void)
{
	static const struct {
		int rows, cols;
		const char *name;
	} sizes[] = { { 24, 80, "setup-80x24" }, { 50, 160, "setup-160x50" }, { 10, 40, "setup-40x10" },
		{ 5, 20, "setup-20x5" } };
	struct drawn d;
	begin(&d, 24, 80, "vera@box.example");
	all_is_well(d.s);
	redraw(&d);
	redraw(&d);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		stage_resize(d.stage, sizes[i].rows, sizes[i].cols);
		stage_golden(d.stage, sizes[i].name);
	}
	end(&d);
}

static void providers_are_chosen_by_up_and_down(void)
{
	struct drawn d;
	begin(&d, 24, 80, "vera@box.example");
	stage_golden(d.stage, "setup-provider-80x24");
	stage_type(d.stage, "\033[B");
	g_assert_cmpint(setup_choice_of(d.s)->kind, ==, SETUP_HOSTED);
	g_assert_cmpstr(setup_login(d.s), ==, "vera%box.example");
	stage_type(d.stage, "\t\033[B");
	g_assert_cmpstr(setup_login(d.s), ==, "vera");
	end(&d);
}

static void failure_has_the_servers_words_and_a_way_on(void)
{
	struct drawn d;
	begin(&d, 24, 80, "vera@box.example");
	all_is_well(d.s);
	answer(d.s, SETUP_LOGIN, SETUP_FAILED, "the login did not work",
		"NO [AUTHENTICATIONFAILED] Authentication failed.");
	d.s->results[SETUP_LOGIN].err.cause = ERR_AUTH;
	stage_type(d.stage, "\005");
	stage_golden(d.stage, "setup-refused-80x24");
	end(&d);
}

static void typed_passwords_are_never_drawn(void)
{
	struct drawn d;
	begin(&d, 24, 80, "vera@box.example");
	stage_type(d.stage, "\t\tcanary-4711");
	g_autofree char *text = stage_text(d.stage);
	g_assert_null(strstr(text, "canary"));
	g_assert_nonnull(strstr(text, "***********"));
	end(&d);
}

static void nonsense_keeps_the_field(void)
{
	struct drawn d;
	begin(&d, 24, 80, NULL);
	stage_type(d.stage, "nonsense\t");
	g_autofree char *text = stage_text(d.stage);
	g_assert_nonnull(strstr(text, "'nonsense' is no mail address"));
	g_assert_null(d.s->email);
	stage_type(d.stage, "\025vera@box.example\t");
	g_assert_cmpstr(d.s->email, ==, "vera@box.example");
	end(&d);
}

void suite(void)
{
	unit_add(first_screen_asks_for_the_address);
	unit_add(all_sizes_show_the_field_at_hand);
	unit_add(providers_are_chosen_by_up_and_down);
	unit_add(failure_has_the_servers_words_and_a_way_on);
	unit_add(typed_passwords_are_never_drawn);
	unit_add(nonsense_keeps_the_field);
}
