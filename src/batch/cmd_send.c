/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send, reply, forward and bounce. */
#include "batch/internal.h"

#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

static int fail(struct batch *b, struct err *e)
{
	batch_error(b, NULL, e);
	err_clear(e);
	return b->code;
}

/* --- what is typed --- */

/* What is UTF-8 is that in any locale: cron has none. */
static bool in_utf8(struct str text)
{
	return g_utf8_validate(text.n ? text.p : "", (gssize)text.n, NULL);
}

static int read_octets(const char *path, struct buf *out, struct err *e)
{
	buf_init(out, DRAFT_TEXT_MAX);
	if (fs_read(path, DRAFT_TEXT_MAX, out, e))
		return -1;
	const char *nul = out->n ? memchr(out->p, 0, out->n) : NULL;
	return nul ? err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("'%s' holds a NUL octet at %zu"), path,
			     (size_t)(nul - out->p))
		   : 0;
}

static char *text_of(struct str octets)
{
	const char *charset;
	bool utf8 = g_get_charset(&charset);
	return in_utf8(octets) ? str_dup(octets) : msg_to_utf8(octets, utf8 ? NULL : charset, NULL);
}

static char *read_text(const char *path, struct err *e)
{
	struct buf in;
	char *text = read_octets(path, &in, e) ? NULL : text_of(buf_str(&in));
	buf_clear(&in);
	return text;
}

/* Before what is there: a quotation, a signature. */
static int put_text_before(const struct batch *b, struct draft *d, struct err *e)
{
	g_autofree char *text = batch_attaches_input(b) ? g_strdup("") : read_text("-", e);
	if (!text)
		return -1;
	char *all = g_strconcat(text, g_str_has_suffix(text, "\n") || !*text ? "" : "\n", d->text, NULL);
	g_free(d->text);
	d->text = all;
	return 0;
}

/* --- what every letter has --- */

static int add_to(struct batch *b, enum cli_option_id id, GPtrArray *out, struct err *e)
{
	unsigned n;
	char *const *typed = cli_values(b->cli, id, &n);
	for (unsigned i = 0; i < n; i++)
		if (app_addresses(b->cfg, typed[i], out, e))
			return -1;
	return 0;
}

static int add_args(struct batch *b, unsigned from, GPtrArray *out, struct err *e)
{
	for (unsigned i = from; i < b->cli->args->len; i++)
		if (app_addresses(b->cfg, b->cli->args->pdata[i], out, e))
			return -1;
	return 0;
}

static int add_common(struct batch *b, struct draft *d, struct err *e)
{
	const char *reply = cli_value(b->cli, CLI_REPLY_TO), *subject = cli_value(b->cli, CLI_SUBJECT);
	if (subject) {
		g_free(d->subject);
		d->subject = utf8_from_locale(subject);
	}
	if (reply) {
		g_ptr_array_set_size(d->reply_to, 0);
		if (app_addresses(b->cfg, reply, d->reply_to, e))
			return -1;
	}
	return add_to(b, CLI_CC, d->cc, e) || add_to(b, CLI_BCC, d->bcc, e) || batch_attach(b, d, e) ? -1 : 0;
}

/* Words in place of addresses: aliases; and groups, which hold nobody. changed_out may be NULL. */
static int resolve(struct batch *b, GPtrArray *list, bool *changed_out, struct err *e)
{
	g_autoptr(GPtrArray) out = msg_addrs_new();
	bool changed = false;
	for (unsigned i = 0; i < list->len; i++) {
		const struct msg_addr *a = list->pdata[i];
		bool whole = a->addr && strchr(a->addr, '@');
		changed = changed || (a->addr && !whole);
		if (whole)
			g_ptr_array_add(out, msg_addr_new(a->name, a->addr));
		else if (a->addr && app_addresses(b->cfg, a->addr, out, e))
			return -1;
	}
	g_ptr_array_set_size(list, 0);
	for (unsigned i = 0; i < out->len; i++) {
		const struct msg_addr *a = out->pdata[i];
		g_ptr_array_add(list, msg_addr_new(a->name, a->addr));
	}
	if (changed_out)
		*changed_out = changed;
	return 0;
}

static struct engine_post *post_of(struct batch *b, struct draft *d, struct err *e)
{
	const char *at = cli_value(b->cli, CLI_AT);
	struct engine_post *p = engine_post_new(d);
	p->key = g_strdup(cli_value(b->cli, CLI_KEY));
	p->sender = g_strdup(cli_value(b->cli, CLI_ENVELOPE));
	p->queue = cli_has(b->cli, CLI_QUEUE);
	p->partial = cli_has(b->cli, CLI_PARTIAL);
	p->dry_run = cli_has(b->cli, CLI_DRY_RUN);
	p->keep_bcc = b->cfg->options.sent_bcc;
	p->at = at ? app_time_typed(at, e) : 0;
	if (e->cause == ERR_NONE &&
		!app_reports(b->cfg, cli_value(b->cli, CLI_NOTIFY), cli_value(b->cli, CLI_RETURN), p, e))
		return p;
	engine_post_free(p);
	return NULL;
}

/* --- HTML of the text --- */

struct making {
	bool ended;
	char *html;
	struct err err;
};

static void made(char *html, const struct err *e, void *aux)
{
	struct making *m = aux;
	m->ended = true;
	m->html = html;
	if (!html)
		err_copy(&m->err, e);
}

/* Where it is wanted. */
static int make_html(struct batch *b, struct draft *d, struct err *e)
{
	struct making m = { .err = ERR_INIT };
	bool whole = d->kind == DRAFT_READY || d->kind == DRAFT_BOUNCE;
	d->markdown = d->markdown || cli_has(b->cli, CLI_MARKDOWN);
	if (!d->markdown || (whole && !cli_has(b->cli, CLI_MARKDOWN)))
		return 0;
	if (whole || d->html)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
			whole ? _("a whole message is sent as it is, without --%s")
			      : _("--%s: the letter has HTML of its own"),
			"markdown");
	if (!app_markdown_run(b->cfg, d->text, made, &m, e))
		return -1;
	while (!m.ended)
		g_main_context_iteration(b->ctx, TRUE);
	d->html = m.html;
	err_move(e, &m.err);
	return d->html ? 0 : -1;
}

/* Takes d. */
static int send_it(struct batch *b, int account, struct draft *d, const struct engine_parent *parent, struct err *e)
{
	if (make_html(b, d, e)) {
		engine_discard(d);
		return fail(b, e);
	}
	struct engine_post *p = post_of(b, d, e);
	if (!p)
		return fail(b, e);
	if (parent)
		p->parent = *parent;
	batch_post(b, account, p);
	return b->code;
}

/* A message that is answered or sent on. */
struct original {
	struct place *place;
	struct engine_message *message;
	struct buf raw;
};

/* to: what it answers or sends on; NULL: nothing. */
static int from_of(struct batch *b, int account, const struct original *to, struct app_from *out, struct err *e)
{
	const char *typed = cli_value(b->cli, CLI_FROM);
	if (typed)
		return app_from_typed(b->cfg, account, typed, out, e);
	struct app_from_facts facts = { 0 };
	if (to)
		facts = (struct app_from_facts){
			.head = to->message->head, .written_as = to->message->written_as, .folder = to->place->folder
		};
	app_from_decide(b->cfg, account, &facts, out);
	return 0;
}

/* --- send --- */

static int read_html(struct batch *b, struct draft *d, struct err *e)
{
	const char *path = cli_value(b->cli, CLI_HTML_FILE);
	d->html = path ? read_text(path, e) : NULL;
	return path && !d->html ? -1 : 0;
}

/* A From of the header block is the user's word, as -r is. */
static int from_header(struct batch *b, struct draft *d, int *account, struct err *e)
{
	struct app_from said;
	if (cli_has(b->cli, CLI_FROM))
		return 0;
	if (app_from_typed(b->cfg, *account, d->from->addr ? d->from->addr : "", &said, e))
		return -1;
	*account = said.account;
	app_from_clear(&said);
	return 0;
}

static int add_fields(struct batch *b, struct draft *d, struct err *e)
{
	unsigned n;
	char *const *typed = cli_values(b->cli, CLI_FIELD, &n);
	for (unsigned i = 0; i < n; i++) {
		struct str name, value;
		if (!str_cut(str_of(typed[i]), ':', &name, &value))
			return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
				_("'%s' is no header field: 'NAME: VALUE'"), typed[i]);
		struct msg_field *f = g_new0(struct msg_field, 1);
		f->name = str_dup(str_trim(name));
		f->value = str_dup(str_trim(value));
		g_ptr_array_add(d->extra, f);
	}
	return 0;
}

/* The text, or fields and text, that a person or a script wrote. */
static int fill_letter(struct batch *b, struct draft *d, const char *text, bool headers, struct err *e)
{
	struct msg_addr *from = d->from;
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	d->from = NULL;
	int bad = draft_of_text(d, str_of(text), headers, faults);
	if (d->from && (bad || (d->from->addr && strchr(d->from->addr, '@')))) {
		msg_addr_free(from);
	} else {
		msg_addr_free(d->from);
		d->from = from;
	}
	if (bad)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s", (const char *)faults->pdata[0]);
	if (resolve(b, d->to, NULL, e) || resolve(b, d->cc, NULL, e) || resolve(b, d->bcc, NULL, e) ||
		resolve(b, d->reply_to, NULL, e))
		return -1;
	return add_args(b, 0, d->to, e) || add_common(b, d, e) || add_fields(b, d, e) || read_html(b, d, e) ? -1 : 0;
}

/* What says of itself how it is written, or when, was written by a program. */
static bool is_whole_message(struct str octets)
{
	static const char *const marks[] = { "Content-Type", "MIME-Version", "Date", "Message-ID" };
	struct draft *d = draft_ready(octets);
	struct str all = buf_str(&d->original);
	const char *gap = all.n ? g_strstr_len(all.p, (gssize)all.n, "\n\n") : NULL;
	struct msg_head *head = msg_head_parse((struct str){ all.p, gap ? (size_t)(gap - all.p) : all.n });
	bool whole = false;
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		whole = whole || msg_head_get(head, marks[i]);
	msg_head_free(head);
	draft_free(d);
	return whole;
}

/* To those its header names (-t), or only to those named here. */
static int fill_ready(struct batch *b, struct draft *d, const struct app_from *from, struct err *e)
{
	static const enum cli_option_id barred[] = { CLI_SUBJECT, CLI_ATTACH, CLI_HTML_FILE, CLI_REPLY_TO, CLI_FIELD };
	bool to = false, cc = false;
	for (size_t i = 0; i < G_N_ELEMENTS(barred); i++)
		if (cli_has(b->cli, barred[i]))
			return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
				_("a whole message is sent as it is, without --%s"), cli_option(barred[i])->name);
	if (!cli_has(b->cli, CLI_TO_IN_HEADER)) {
		g_ptr_array_set_size(d->to, 0);
		g_ptr_array_set_size(d->cc, 0);
		g_ptr_array_set_size(d->bcc, 0);
	} else if (resolve(b, d->to, &to, e) || resolve(b, d->cc, &cc, e) || resolve(b, d->bcc, NULL, e)) {
		return -1;
	}
	d->new_to = to || cc;
	if (cli_has(b->cli, CLI_FROM) || !d->from || !d->from->addr || !strchr(d->from->addr, '@')) {
		g_autofree char *name = d->from && !from->addr->name ? g_strdup(d->from->name) : NULL;
		msg_addr_free(d->from);
		d->from = msg_addr_new(name ? name : from->addr->name, from->addr->addr);
		d->new_from = true;
	}
	return add_args(b, 0, d->bcc, e) || add_to(b, CLI_CC, d->bcc, e) || add_to(b, CLI_BCC, d->bcc, e) ? -1 : 0;
}

/* A whole message keeps its octets: in which charset they are it says itself. */
static int fill_any(struct batch *b, struct draft **out, struct str octets, bool headers, const struct app_from *from,
	struct err *e)
{
	if (cli_has(b->cli, CLI_MESSAGE) || (headers && is_whole_message(octets))) {
		*out = draft_ready(octets);
		return fill_ready(b, *out, from, e);
	}
	g_autofree char *text = text_of(octets);
	*out = app_letter_new(b->cfg, from);
	return fill_letter(b, *out, text, headers, e);
}

/* A template with standard input behind its text. */
static int fill_template(struct batch *b, struct draft **out, struct str octets, struct app_from *from, struct err *e)
{
	g_autofree char *more = text_of(octets);
	*out = app_letter_template(b->cfg, cli_value(b->cli, CLI_TEMPLATE), more, cli_has(b->cli, CLI_FROM), from, e);
	if (!*out || add_args(b, 0, (*out)->to, e) || add_common(b, *out, e) || add_fields(b, *out, e) ||
		read_html(b, *out, e))
		return -1;
	app_template_fill(*out);
	return 0;
}

static int bar_template(struct batch *b, bool headers, struct err *e)
{
	if (!cli_has(b->cli, CLI_TEMPLATE) || (!headers && !cli_has(b->cli, CLI_MESSAGE)))
		return 0;
	return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--template has header fields of its own"));
}

/* What was typed and given up is kept as a draft, as far as anything was. */
static int keep_draft(struct batch *b, int account, struct draft *d)
{
	struct err e = ERR_INIT;
	if (!*d->text) {
		engine_discard(d);
		return b->code;
	}
	struct request *r = request_new(REQ_DRAFT_SAVE, 0, account);
	r->draft = g_new0(struct engine_draft, 1);
	r->draft->account = account;
	r->draft->draft = d;
	r->draft->parent.account = -1;
	if (batch_ask(b, r, NULL, NULL, BATCH_CACHE_MS, &e))
		return fail(b, &e);
	batch_note(b, _("not sent; kept as a draft"));
	return b->code;
}

/* A person at a terminal types it. */
static int typed_letter(struct batch *b, int account, const struct app_from *from)
{
	struct err e = ERR_INIT;
	struct draft *d = app_letter_new(b->cfg, from);
	g_free(d->text);
	d->text = g_strdup("");
	if (add_args(b, 0, d->to, &e) || add_common(b, d, &e) || add_fields(b, d, &e)) {
		engine_discard(d);
		return fail(b, &e);
	}
	return batch_type_letter(b, d) ? send_it(b, account, d, NULL, &e) : keep_draft(b, account, d);
}

int cmd_send(struct batch *b)
{
	struct err e = ERR_INIT;
	struct app_from from = { 0 };
	struct draft *d = NULL;
	const char *file = cli_value(b->cli, CLI_HEADER_FILE);
	bool headers = file || cli_has(b->cli, CLI_TO_IN_HEADER);
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e);
	if (account < 0 || bar_template(b, headers, &e) || from_of(b, account, NULL, &from, &e))
		return fail(b, &e);
	if (cli_has(b->cli, CLI_ESCAPES) && !headers && isatty(STDIN_FILENO)) {
		int code = typed_letter(b, from.account, &from);
		app_from_clear(&from);
		return code;
	}
	struct buf in;
	int failed = 0;
	if (!file && batch_attaches_input(b))
		buf_init(&in, 0);
	else
		failed = read_octets(file ? file : "-", &in, &e);
	bool more = cli_has(b->cli, CLI_TEMPLATE) || batch_attaches_input(b);
	if (!failed && !more && cli_has(b->cli, CLI_SKIP_EMPTY) && !str_trim(buf_str(&in)).n) {
		buf_clear(&in);
		app_from_clear(&from);
		return EXIT_CODE_OK;
	}
	if (!failed && cli_has(b->cli, CLI_TEMPLATE))
		failed = fill_template(b, &d, buf_str(&in), &from, &e);
	else if (!failed)
		failed = fill_any(b, &d, buf_str(&in), headers, &from, &e);
	account = from.account;
	buf_clear(&in);
	app_from_clear(&from);
	if (!failed && !from_header(b, d, &account, &e))
		return send_it(b, account, d, NULL, &e);
	engine_discard(d);
	return fail(b, &e);
}

/* --- answers and forwards --- */

static int read_original(struct batch *b, struct original *o, bool raw, struct err *e)
{
	o->place = batch_place_find(b, b->cli->args->pdata[0], e);
	buf_init(&o->raw, ENGINE_MESSAGE_MAX);
	if (!o->place)
		return -1;
	o->message = batch_message(b, o->place, e);
	if (!o->message)
		return -1;
	return raw ? batch_raw(b, o->place, &o->raw, e) : 0;
}

static void original_clear(struct original *o)
{
	if (o->place)
		batch_place_free(o->place);
	engine_message_free(o->message);
	buf_clear(&o->raw);
}

static struct engine_parent parent_of(const struct original *o, int account, uint32_t flag)
{
	return (struct engine_parent){
		.account = account, .place = { o->place->row->folder, o->place->uid, o->place->local }, .flag = flag
	};
}

int cmd_reply(struct batch *b)
{
	struct err e = ERR_INIT;
	struct original o = { 0 };
	struct app_from from = { 0 };
	struct draft *d = NULL;
	int code;
	if (!read_original(b, &o, false, &e) && !from_of(b, o.place->account, &o, &from, &e)) {
		struct engine_parent parent = parent_of(&o, o.place->account, MSG_ANSWERED);
		d = app_letter_reply(
			b->cfg, &from, o.message, cli_has(b->cli, CLI_ALL) ? REPLY_ALL : REPLY_SENDER, NULL);
		if (!put_text_before(b, d, &e) && !add_common(b, d, &e)) {
			code = send_it(b, from.account, g_steal_pointer(&d), &parent, &e);
			goto out;
		}
	}
	code = fail(b, &e);
out:
	engine_discard(d);
	app_from_clear(&from);
	original_clear(&o);
	return code;
}

int cmd_forward(struct batch *b)
{
	struct err e = ERR_INIT;
	struct original o = { 0 };
	struct app_from from = { 0 };
	struct draft *d = NULL;
	bool whole = cli_has(b->cli, CLI_AS_ATTACHMENT);
	int code;
	if (!read_original(b, &o, false, &e) &&
		(!app_forward_needs_raw(o.message, whole) || !batch_raw(b, o.place, &o.raw, &e)) &&
		!from_of(b, o.place->account, &o, &from, &e)) {
		struct engine_parent parent = parent_of(&o, o.place->account, MSG_FORWARDED);
		struct str raw = buf_str(&o.raw);
		d = app_letter_forward(b->cfg, &from, o.message, raw.n ? &raw : NULL, whole);
		if (!put_text_before(b, d, &e) && !add_args(b, 1, d->to, &e) && !add_common(b, d, &e)) {
			code = send_it(b, from.account, g_steal_pointer(&d), &parent, &e);
			goto out;
		}
	}
	code = fail(b, &e);
out:
	engine_discard(d);
	app_from_clear(&from);
	original_clear(&o);
	return code;
}

int cmd_bounce(struct batch *b)
{
	struct err e = ERR_INIT;
	struct original o = { 0 };
	struct app_from from = { 0 };
	struct draft *d = NULL;
	int code;
	if (!read_original(b, &o, true, &e) && !from_of(b, o.place->account, &o, &from, &e)) {
		d = draft_bounce(buf_str(&o.raw));
		app_letter_set_from(d, b->cfg, NULL, &from);
		if (!add_args(b, 1, d->to, &e)) {
			code = send_it(b, from.account, g_steal_pointer(&d), NULL, &e);
			goto out;
		}
	}
	code = fail(b, &e);
out:
	engine_discard(d);
	app_from_clear(&from);
	original_clear(&o);
	return code;
}
