/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <string.h>
#include <sys/stat.h>

#include "tests/unit/unit.h"

/* An engine that knows one person, and says so when it is let. */
struct desk {
	GMainContext *ctx;
	struct channel *events;
	struct cfg *cfg;
	struct app *app;
	char *dir;
	struct app_finder *finder;
	unsigned changes;
};

static void take(void *it, struct request *r)
{
	struct desk *d = it;
	if (r->type == REQ_PEOPLE && g_str_has_prefix("jonas@post.example", r->folder)) {
		struct event *ev = event_new(EV_PEOPLE, r->id, -1);
		struct store_person *p = g_new0(struct store_person, 1);
		p->name = g_strdup("Jonas");
		p->addr = g_strdup("jonas@post.example");
		p->sent = 1;
		ev->people = store_people_new();
		g_ptr_array_add(ev->people, p);
		channel_send(d->events, ev);
	}
	if (r->id)
		channel_send(d->events, event_new(EV_ENDED, r->id, -1));
	request_free(r);
}

static void event_free_any(void *ev)
{
	event_free(ev);
}

static void changed(void *aux)
{
	((struct desk *)aux)->changes++;
}

static void put(const struct desk *d, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(d->dir, name, NULL), *parent = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* %s in mailrc: the desk's directory. */
static void desk_init(struct desk *d, const char *mailrc)
{
	*d = (struct desk){ .ctx = g_main_context_new(), .events = channel_new(event_free_any), .dir = unit_tmpdir() };
	g_auto(GStrv) pieces = g_strsplit(mailrc, "DIR", -1);
	g_autofree char *text = g_strjoinv(d->dir, pieces);
	d->cfg = cfg_parse(str_of(text), "mailrc", NULL);
	g_assert_cmpuint(d->cfg->diags->len, ==, 0);
	g_main_context_push_thread_default(d->ctx);
	d->app = app_new(d->cfg, &(struct app_port){ d, take, d->events }, d->ctx);
	d->finder = app_finder_new(d->app, d->ctx, changed, d);
}

static void desk_clear(struct desk *d)
{
	app_finder_free(d->finder);
	while (g_main_context_iteration(d->ctx, FALSE))
		;
	app_free(d->app);
	channel_free(d->events);
	cfg_free(d->cfg);
	g_main_context_pop_thread_default(d->ctx);
	g_main_context_unref(d->ctx);
	g_free(d->dir);
}

static char *found(struct desk *d)
{
	GString *s = g_string_new(NULL);
	const GPtrArray *all = app_finder_found(d->finder);
	for (guint i = 0; i < all->len; i++) {
		const struct app_found *f = all->pdata[i];
		g_autofree char *text = app_found_text(f);
		g_string_append_printf(s, "%s%s (%s)", i ? "; " : "", text, f->source);
	}
	return g_string_free(s, FALSE);
}

static void check(struct desk *d, const char *typed, const char *wanted)
{
	app_finder_ask(d->finder, typed, 10, 0);
	while (app_finder_is_busy(d->finder))
		g_main_context_iteration(d->ctx, TRUE);
	g_autofree char *got = found(d);
	g_assert_cmpstr(got, ==, wanted);
}

static void places_come_in_their_order_and_each_address_once(void)
{
	struct desk d;
	desk_init(&d, "alias jo joan@x.example\nset address-vcards=DIR/cards\n"
		      "set query-command=\"printf 'found\\\\njob@x.example\\\\tJob\\\\ta "
		      "remark\\\\njonas@post.example\\\\tX\\\\n"
		      "no address\\\\njosef@x.example\\\\n'\"\n");
	put(&d, "cards/a.vcf", "BEGIN:VCARD\nFN:Josef K.\nORG:Bank\nEMAIL:josef@x.example\nEND:VCARD\n");
	put(&d, "cards/b.vcf", "BEGIN:VCARD\nFN:Jonas Elsewhere\nEMAIL:Jonas@post.example\nEND:VCARD\n");
	check(&d, "jo",
		"joan@x.example (jo); Jonas <jonas@post.example> (written to); \"Josef K.\" <josef@x.example> (Bank); "
		"Job <job@x.example> (a remark)");
	g_assert_cmpuint(d.changes, >, 0);
	g_assert_cmpint(app_finder_err(d.finder)->cause, ==, ERR_NONE);
	desk_clear(&d);
}

static void cards_are_found_by_the_beginning_of_any_word(void)
{
	struct desk d;
	desk_init(&d, "set address-vcards=DIR\n");
	put(&d, "one/a.VCF",
		"BEGIN:VCARD\nFN:Åsa Öberg\nNICKNAME:Mouse\nEMAIL:a@x.example\nEMAIL;TYPE=pref:asa@y.example\n"
		"EMAIL:none\nEND:VCARD\n");
	put(&d, ".hidden.vcf", "BEGIN:VCARD\nFN:Åsa Hidden\nEMAIL:h@x.example\nEND:VCARD\n");
	put(&d, "other.txt", "BEGIN:VCARD\nFN:Åsa Other\nEMAIL:o@x.example\nEND:VCARD\n");
	check(&d, "öb", "Åsa Öberg <asa@y.example> (vCard); Åsa Öberg <a@x.example> (vCard)");
	check(&d, "mou", "Åsa Öberg <asa@y.example> (vCard); Åsa Öberg <a@x.example> (vCard)");
	check(&d, "y.ex", "Åsa Öberg <asa@y.example> (vCard)");
	check(&d, "berg", "");
	desk_clear(&d);
}

static void file_of_many_cards_will_do_and_one_that_is_missing_is_told(void)
{
	struct desk d;
	desk_init(&d, "set address-vcards=DIR/all.vcf\n");
	check(&d, "x", "");
	g_assert_cmpint(app_finder_err(d.finder)->cause, ==, ERR_MISSING);
	desk_clear(&d);
	desk_init(&d, "set address-vcards=DIR/all.vcf\n");
	put(&d, "all.vcf",
		"BEGIN:VCARD\nEMAIL:x@x.example\nEND:VCARD\nBEGIN:VCARD\nFN:X\nEMAIL:y@x.example\nEND:VCARD\n");
	check(&d, "x", "x@x.example (vCard); X <y@x.example> (vCard)");
	desk_clear(&d);
}

static void command_gets_what_was_typed_as_one_word(void)
{
	struct desk d;
	desk_init(&d, "set query-command=\"printf '\\\\n1@x.example\\\\tA %s\\\\n'\"\n");
	check(&d, "b c; $(id)", "\"A b c; $(id)\" <1@x.example> (query-command)");
	desk_clear(&d);
	desk_init(&d, "set query-command=\"sh -c 'echo; echo $1@x.example; exit 1' sh\"\n");
	check(&d, "typed", "typed@x.example (query-command)");
	check(&d, "", "Jonas <jonas@post.example> (written to)");
	desk_clear(&d);
}

static void command_that_cannot_be_run_is_told(void)
{
	struct desk d;
	desk_init(&d, "set query-command=/nonexistent/program\n");
	check(&d, "x", "");
	g_assert_cmpint(app_finder_err(d.finder)->cause, ==, ERR_LOCAL);
	desk_clear(&d);
}

static void new_question_gives_the_old_one_up(void)
{
	struct desk d;
	desk_init(&d, "set query-command=\"sh -c 'test $1 = slow && exec sleep 600; echo; echo $1@x.example' sh\"\n");
	app_finder_ask(d.finder, "slow", 10, 0);
	g_assert_true(app_finder_is_busy(d.finder));
	check(&d, "quick", "quick@x.example (query-command)");
	app_finder_ask(d.finder, "never", 10, 60000);
	app_finder_stop(d.finder);
	g_assert_false(app_finder_is_busy(d.finder));
	desk_clear(&d);
}

void suite(void)
{
	unit_add(places_come_in_their_order_and_each_address_once);
	unit_add(cards_are_found_by_the_beginning_of_any_word);
	unit_add(file_of_many_cards_will_do_and_one_that_is_missing_is_told);
	unit_add(command_gets_what_was_typed_as_one_word);
	unit_add(command_that_cannot_be_run_is_told);
	unit_add(new_question_gives_the_old_one_up);
}
