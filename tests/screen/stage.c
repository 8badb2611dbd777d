/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/stage.h"

#include "engine/internal.h"
#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

#define UIDVALIDITY 7
#define INBOX_OF_WORK 20 /* of all inboxes every second message is there */

static const char mailrc[] = "account box {\n"
			     "  email vera@box.example\n"
			     "  name \"Vera Lund\"\n"
			     "  smtp mail.box.example:465 tls\n"
			     "  from vera.l@box.example\n"
			     "  from vera@box.example default\n"
			     "  from sales@box.example\n"
			     "  from vera@alias.example\n"
			     "  from me@old-isp.example\n"
			     "  login vera%box.example\n"
			     "  password ask\n"
			     "  imap mail.box.example:993 tls\n"
			     "}\n"
			     "account work {\n"
			     "  email vera@work.example\n"
			     "  login vera\n"
			     "  password ask\n"
			     "  imap mail.work.example:993 tls\n"
			     "}\n";

/* --- made-up mail --- */
struct sample {
	const char *name, *addr, *subject;
	unsigned flags;
};
static const struct sample samples[] = {
	{ "山田太郎", "taro@yamada.example", "来週の会議について、場所が変わりましたのでご確認をお願いいたします", 0 },
	{ "Greta Lind", "greta@lind.example", "Invitation: Planning meeting", MSG_INVITE },
	{ "Shop News", "news@shop.example", "Autumn sale: 20% off everything", 0 },
	{ "Ana Duarte", "ana@duarte.example", "Invoice 2026-000", MSG_ATTACHMENT },
	{ "Ольга Смирнова", "olga@smirnova.example", "Отчёт за октябрь и планы на ноябрь", MSG_FLAGGED },
	{ "Chidi Okafor", "chidi@okafor.example", "Your question", MSG_SEEN | MSG_ANSWERED },
	{ "Bram de Wit", "bram@dewit.example", "שלום עולם (shalom 123)", MSG_SEEN },
	{ "أمينة", "amina@example.example", "مرحبا بالعالم", MSG_SEEN },
	{ "Combi\xcc\x81ne\xcc\x81\xcc\xa3", "c@marks.example",
		"Zalgo a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a\xcc\x8b end",
		MSG_SEEN },
	{ "👩‍👩‍👧‍👦 family", "f@zwj.example", "☁️ clouds 🇳🇴 flag 👍🏽 tone", MSG_SEEN },
	{ "\033]0;title\a evil", "e@evil.example", "\033[2J\033[Hgone \xe2\x80\xaetxt.exe\xc2\x9b 31m\r\nX-Injected: 1",
		MSG_SEEN },
	{ "", "bare@address.example", "", MSG_SEEN | MSG_FLAGGED },
	{ NULL, NULL, "\xff\xfe not utf-8", MSG_SEEN },
	{ "हिन्दी नाम", "h@hindi.example", "नमस्ते दुनिया", MSG_SEEN },
	{ "한국어", "k@korea.example", "안녕하세요 여러분", MSG_SEEN },
};

/* Row 0 is the newest; ages grow by steps that cross hours, days, months and years. */
static int64_t age_of(uint32_t i)
{
	return 3600 + (int64_t)i * i * 900;
}

static struct store_row *row_new(uint32_t total, uint32_t i)
{
	const struct sample *p = &samples[i % G_N_ELEMENTS(samples)];
	struct store_row *row = g_new0(struct store_row, 1);
	row->folder = 1;
	row->uid = total - i;
	row->received = STAGE_NOW - age_of(i);
	row->mid = ((int64_t)(total - i)) << 24;
	row->flags = p->flags | (i > 40 ? MSG_SEEN : 0);
	row->date = (struct msg_date){ row->received, 0, true };
	row->subject = i >= G_N_ELEMENTS(samples) ? g_strdup_printf("%s (%u)", p->subject, i) : g_strdup(p->subject);
	row->from = msg_addrs_new();
	row->to = msg_addrs_new();
	row->cc = msg_addrs_new();
	if (p->addr)
		g_ptr_array_add(row->from, msg_addr_new(*p->name ? p->name : NULL, p->addr));
	g_ptr_array_add(row->to, msg_addr_new("Vera Lund", "vera@box.example"));
	row->attachments = p->flags & MSG_ATTACHMENT ? 1 : 0;
	return row;
}

static struct store_folder *folder_new(
	uint32_t id, const char *name, enum store_role role, uint32_t rows, uint32_t unread)
{
	struct store_folder *f = g_new0(struct store_folder, 1);
	f->id = id;
	f->raw = g_strdup(name);
	f->name = g_strdup(name);
	f->delimiter = '/';
	f->role = role;
	f->uidvalidity = UIDVALIDITY;
	f->exists = f->rows = rows;
	f->unseen = f->rows_unseen = unread;
	f->complete = true;
	f->last_sync = STAGE_NOW;
	return f;
}

static void add_folders(GPtrArray *out, const struct stage *s, int account)
{
	if (account == 0) {
		g_ptr_array_add(out, folder_new(9, "Trash", ROLE_TRASH, 0, 0));
		g_ptr_array_add(out, folder_new(5, "Lists/dev", ROLE_NONE, 12, 9));
		g_ptr_array_add(out, folder_new(4, "Lists", ROLE_NONE, 0, 0));
		g_ptr_array_add(out, folder_new(6, "Kunder æ Søn", ROLE_NONE, 3, 0));
		g_ptr_array_add(out, folder_new(7, "\033[31mred\xe2\x80\xae", ROLE_NONE, 0, 0));
		g_ptr_array_add(out, folder_new(2, "Drafts", ROLE_DRAFTS, 1, 1));
		g_ptr_array_add(out, folder_new(3, "Sent", ROLE_SENT, 20, 0));
		g_ptr_array_add(out, folder_new(8, "Spam", ROLE_JUNK, 5, 5));
		g_ptr_array_add(out, folder_new(10, "Archive", ROLE_ARCHIVE, 0, 0));
	}
	g_ptr_array_add(out, folder_new(account ? INBOX_OF_WORK : 1, "Inbox", ROLE_INBOX, s->rows, 62));
}

static const char message[] =
	"From: Shop News <news@shop.example>\r\n"
	"To: Vera Lund <vera@box.example>, \"Lind, Greta\" <greta@lind.example>\r\n"
	"Cc: ana@duarte.example\r\n"
	"Date: Sat, 21 Nov 2026 19:14:00 +0000\r\n"
	"Subject: =?utf-8?q?Autumn_sale=3A_20=25_off_=E2=9C=93?=\r\n"
	"Message-ID: <1@shop.example>\r\n"
	"List-Id: Shop News <news.shop.example>\r\n"
	"X-Evil: \033[2J\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	"--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
	"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
	"<p>Dear Vera, our autumn <a href=\"https://shop.example/r/0\">sale</a> starts now. It goes on for a long "
	"while, "
	"so that this line must be wrapped somewhere, and here is a long address: "
	"https://shop.example/a/very/long/path/that/should/not/be/broken/in/the/middle</p>"
	"<p>&gt; quoted once</p><p><a href=\"https://shop.example/unsub\">Unsubscribe</a></p>"
	"<img src=\"https://track.example/pixel.png\">\r\n"
	"--a--\r\n"
	"--b\r\nContent-Type: application/pdf; name=\"invoice-000.pdf\"\r\nContent-Disposition: attachment; "
	"filename=\"invoice-000.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKJcfs\r\n"
	"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"../\033[31m写真 0.png\"\r\n"
	"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
	"--b--\r\n";

static const char plain_text[] =
	"Hello Vera,\n\n"
	"> On Tue, Ana wrote a line that is long enough to be wrapped when the screen has eighty columns only.\n"
	"> > and before that\n\n"
	"来週の会議についてご連絡いたします。場所は本社三階の会議室です。ご出席のほど、よろしくお願い申し上げます。\n"
	"\tA tab and\ta second.\n"
	"\033[31mred?\033[0m \xe2\x80\xaeltr\n";

static struct engine_message *message_new(const char *section, const char *mail)
{
	struct engine_message *out = g_new0(struct engine_message, 1);
	struct msg *m = msg_parse(mail ? str_of(mail) : STR(message));
	struct buf body;
	struct err e = ERR_INIT;
	out->head = g_steal_pointer(&m->head);
	out->root = g_steal_pointer(&m->root);
	m->head = msg_head_parse((struct str){ 0 });
	m->root = msg_part_new();
	out->is_mail = true;
	out->leaves = g_ptr_array_new();
	out->within = g_ptr_array_new();
	out->shown = msg_shown_parts(section ? msg_part_find(out->root, section) : out->root);
	if (section || mail) {
		msg_text_make(str_of(plain_text), "text/plain", "utf-8", false, false, &out->text);
	} else {
		struct msg_part *p = out->shown->pdata[0];
		buf_init(&body, 1 << 20);
		msg_decode("7bit", (struct str){ message + p->start, p->length }, 1 << 20, &body, &e);
		msg_text_make(buf_str(&body), "text/html", "utf-8", false, false, &out->text);
		buf_clear(&body);
	}
	msg_free(m);
	return out;
}

static void change_free_any(void *c)
{
	store_change_free(c);
}

/* --- the engine that is none --- */
static void end(struct stage *s, struct request *r, enum err_cause cause, const char *text)
{
	struct event *ev = event_new(EV_ENDED, r->id, r->account);
	if (cause)
		err_set(&ev->err, ERR_FOLDER, cause, ERR_LATER, "%s", text);
	channel_send(s->events, ev);
}

static uint32_t *visible(const struct stage *s, uint32_t rows, uint32_t *n_out)
{
	uint32_t *at = g_new(uint32_t, rows + 1), n = 0;
	for (uint32_t i = 0; i < rows; i++)
		if (!g_hash_table_contains(s->gone, GUINT_TO_POINTER(s->rows - i)))
			at[n++] = i;
	*n_out = n;
	return at;
}

struct store_row *stage_inbox_row(const struct stage *s, uint32_t i)
{
	struct store_row *row = row_new(s->rows, i);
	guint flags = GPOINTER_TO_UINT(g_hash_table_lookup(s->flags, GUINT_TO_POINTER(row->uid)));
	if (flags)
		row->flags = flags - 1;
	return row;
}

static bool is_chosen(const struct store_choice *c, const struct store_row *row)
{
	g_autoptr(GString) from = g_string_new(NULL), to = g_string_new(NULL), scratch = g_string_new(NULL);
	msg_addrs_pack(row->from, from);
	msg_addrs_pack(row->to, to);
	struct filtered it = { .mid = row->mid,
		.date = row->received,
		.flags = row->flags,
		.size = (int64_t)row->size,
		.subject = str_of(row->subject),
		.from = { from->str, from->len },
		.to = { to->str, to->len } };
	for (guint i = 0; i < c->keep->len; i++)
		if (g_array_index(c->keep, int64_t, i) == row->mid)
			return true;
	return filter_matches(c->filter, &it, scratch);
}

/* What of the inbox is chosen, in that order: that of the subjects, or as it came in. */
static GPtrArray *choose(const struct stage *s, const struct store_choice *c, bool all)
{
	uint32_t n;
	g_autofree uint32_t *at = visible(s, s->rows, &n);
	GPtrArray *rows = store_rows_new();
	for (uint32_t i = 0; i < n; i++) {
		struct store_row *row = stage_inbox_row(s, c->reverse ? at[n - 1 - i] : at[i]);
		if (all && row->uid % 2)
			row->folder = INBOX_OF_WORK;
		if (is_chosen(c, row))
			g_ptr_array_add(rows, row);
		else
			store_row_free(row);
	}
	return rows;
}

static uint32_t position_of(const GPtrArray *rows, const struct request *r)
{
	bool ordered = !r->choice->reverse && !r->choice->order;
	for (uint32_t at = 0; at < rows->len; at++) {
		int64_t mid = ((const struct store_row *)rows->pdata[at])->mid;
		if (mid == r->window.mid)
			return at + (r->window.anchor == ANCHOR_BELOW);
		if (ordered && mid < r->window.mid)
			return at;
	}
	return ordered ? rows->len : MIN(r->window.position, rows->len);
}

/* All of it at once. */
static void answer_chosen(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_ROWS, r->id, r->account);
	g_autoptr(GPtrArray) rows = choose(s, r->choice, r->account < 0);
	uint32_t at = position_of(rows, r), most = r->window.rows, first = at;
	if (r->window.anchor == ANCHOR_TOP)
		first = 0;
	else if (r->window.anchor == ANCHOR_NEAR)
		first = at > most / 2 ? at - most / 2 : 0;
	else if (r->window.anchor == ANCHOR_BOTTOM)
		first = rows->len > most ? rows->len - most : 0;
	else if (r->window.anchor == ANCHOR_ABOVE)
		first = at - (most = MIN(most, at));
	ev->folder = folder_new(1, "Inbox", ROLE_INBOX, s->rows, 62);
	ev->selection = r->selection;
	ev->position = first;
	ev->total = rows->len;
	ev->whole = true;
	ev->rows = store_rows_new();
	for (uint32_t i = first; i < rows->len && i - first < most; i++)
		g_ptr_array_add(ev->rows, g_steal_pointer(&rows->pdata[i]));
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_places(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_PLACES, r->id, r->account);
	g_autoptr(GPtrArray) rows = choose(s, r->choice, r->account < 0);
	ev->places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	for (guint i = 0; i < rows->len; i++) {
		const struct store_row *row = rows->pdata[i];
		struct store_place at = { row->folder, row->uid, 0 };
		g_array_append_val(ev->places, at);
	}
	ev->whole = true;
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_window(struct stage *s, struct request *r)
{
	if (s->cold) {
		end(s, r, ERR_MISSING, "no folder 'Inbox' is known");
		return;
	}
	if (r->account < 0 && !r->choice)
		r->choice = store_choice_new();
	if (r->choice) {
		answer_chosen(s, r);
		return;
	}
	struct event *ev = event_new(EV_ROWS, r->id, r->account);
	bool inbox = !strcmp(r->folder, "Inbox");
	uint32_t rows = inbox ? s->rows : !strcmp(r->folder, "Lists/dev") ? 12 : 0, n;
	g_autofree uint32_t *at = visible(s, rows, &n);
	uint32_t first = 0, last;
	/* Places in the folder as it is now: what was moved away is not counted. */
	uint32_t here = r->window.mid ? s->rows - MIN((uint32_t)(r->window.mid >> 24), s->rows) : 0, k = 0;
	while (k < n && at[k] < here)
		k++;
	if (r->window.anchor == ANCHOR_BOTTOM)
		first = n > r->window.rows ? n - r->window.rows : 0;
	else if (r->window.anchor == ANCHOR_AT)
		first = k;
	else if (r->window.anchor == ANCHOR_BELOW)
		first = k + (k < n && at[k] == here);
	else if (r->window.anchor == ANCHOR_ABOVE)
		first = k > r->window.rows ? k - r->window.rows : 0;
	else if (r->window.anchor == ANCHOR_NEAR)
		first = k > r->window.rows / 2 ? k - r->window.rows / 2 : 0;
	last = r->window.anchor == ANCHOR_ABOVE ? k : MIN(first + r->window.rows, n);
	enum store_role role = inbox                         ? ROLE_INBOX
			       : !strcmp(r->folder, "Spam")  ? ROLE_JUNK
			       : !strcmp(r->folder, "Trash") ? ROLE_TRASH
							     : ROLE_NONE;
	ev->folder = folder_new(inbox ? 1 : 5, r->folder, role, n, inbox ? 62 : 9);
	ev->folder->flags |= s->folder_flags;
	ev->position = first;
	ev->rows = store_rows_new();
	if (r->window.threads && inbox)
		stage_threads(s, r, ev);
	for (uint32_t i = first; i < last && !(r->window.threads && inbox); i++)
		g_ptr_array_add(ev->rows, inbox ? stage_inbox_row(s, at[i]) : row_new(s->rows, at[i]));
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_folders(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_FOLDERS, r->id, r->account);
	ev->folders = store_folders_new();
	if (!s->cold)
		add_folders(ev->folders, s, r->account);
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_message(struct stage *s, struct request *r)
{
	if (s->lose_message) {
		end(s, r, ERR_NET, "connection lost");
		return;
	}
	struct event *ev = event_new(EV_MESSAGE, r->id, r->account);
	ev->message = message_new(r->section, s->mail);
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_raw(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_BYTES, r->id, r->account);
	buf_init(&ev->bytes, sizeof message);
	buf_add(&ev->bytes, message, sizeof message - 1);
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_part(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_SAVED, r->id, r->account);
	g_free(s->saved_path);
	g_free(s->saved_section);
	s->saved_path = g_strdup(r->path);
	s->saved_section = g_strdup(r->section);
	ev->path = g_strdup(r->path);
	ev->bytes_done = 12;
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

/* --- changes --- */
static void carry_out(struct stage *s, const struct engine_change *c)
{
	for (guint i = 0; i < c->places->len; i++) {
		const struct store_place *p = &g_array_index(c->places, struct store_place, i);
		if (p->folder != 1 || p->uid > s->rows)
			continue;
		if (c->op == CHANGE_MOVE || c->op == CHANGE_EXPUNGE) {
			g_hash_table_add(s->gone, GUINT_TO_POINTER(p->uid));
		} else if (c->op == CHANGE_FLAG) {
			struct store_row *row = stage_inbox_row(s, s->rows - p->uid);
			guint flags = (row->flags | c->add) & ~c->remove;
			g_hash_table_insert(s->flags, GUINT_TO_POINTER(p->uid), GUINT_TO_POINTER(flags + 1));
			store_row_free(row);
		}
	}
}

static const char *target_of(const struct engine_change *c)
{
	static const char *const names[] = {
		[ROLE_INBOX] = "Inbox", [ROLE_TRASH] = "Trash", [ROLE_JUNK] = "Spam", [ROLE_ARCHIVE] = "Archive"
	};
	return c->target ? c->target : c->name ? c->name : c->role ? names[c->role] : NULL;
}

static void tell_durable(struct stage *s, const struct request *r, const struct engine_change *c, bool undo)
{
	struct event *ev = event_new(EV_DURABLE, r->id, r->account < 0 ? 0 : r->account);
	ev->durable = g_new0(struct engine_durable, 1);
	*ev->durable = (struct engine_durable){ .group = undo ? 1000 + s->group : ++s->group,
		.op = c->op,
		.messages = c->places->len,
		.target = g_strdup(undo ? "Inbox" : target_of(c)),
		.undoable = c->op != CHANGE_EXPUNGE && c->op != CHANGE_DELETE && c->op != CHANGE_EMPTY,
		.undo = undo,
		.undone = undo ? s->group : 0 };
	channel_send(s->events, ev);
	ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	channel_send(s->events, ev);
}

static void tell_refused(struct stage *s, const struct request *r, const struct engine_change *c)
{
	for (guint i = 0; i < MAX(c->places->len, 1); i++) {
		struct event *ev = event_new(EV_CHANGE, r->id, r->account);
		ev->changed = g_new0(struct engine_changed, 1);
		*ev->changed = (struct engine_changed){ .change = 7,
			.op = c->op,
			.folder = g_strdup("Inbox"),
			.state = CHANGE_FAILED,
			.target = g_strdup(target_of(c)) };
		err_set(&ev->changed->err, ERR_MESSAGE, ERR_REFUSED, ERR_NEVER, "the mailbox is full");
		err_set_server(&ev->changed->err, s->refusal);
		channel_send(s->events, ev);
	}
	g_hash_table_remove_all(s->gone);
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	channel_send(s->events, ev);
}

static void answer_change(struct stage *s, struct request *r)
{
	const struct engine_change *c = r->change;
	if (s->no_role && c->role && c->role != ROLE_INBOX && !c->create) {
		end(s, r, ERR_MISSING, "no folder of the account is for that");
		return;
	}
	carry_out(s, c);
	tell_durable(s, r, c, false);
	if (s->refusal)
		tell_refused(s, r, c);
	end(s, r, s->refusal ? ERR_REFUSED : ERR_NONE, "the server refused");
}

static void answer_undo(struct stage *s, struct request *r)
{
	if (!s->last) {
		end(s, r, ERR_MISSING, "there is nothing to take back");
		return;
	}
	g_hash_table_remove_all(s->gone);
	g_hash_table_remove_all(s->flags);
	tell_durable(s, r, s->last, true);
	end(s, r, ERR_NONE, NULL);
}

static void answer_changes(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_CHANGES, r->id, r->account);
	ev->changes = g_ptr_array_new_with_free_func(change_free_any);
	for (unsigned i = 0; i < (r->account ? 0 : s->queue); i++) {
		struct store_change *c = store_change_new(CHANGE_MOVE, 1);
		c->id = c->group = i + 1;
		g_ptr_array_add(ev->changes, c);
	}
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void take_change(struct stage *s, struct request *r)
{
	g_clear_pointer(&s->last, engine_change_free);
	s->last = app_change_copy(r->change);
}

static void send_request(void *it, struct request *r);

void stage_durable(struct stage *s)
{
	for (guint i = s->held->len; i-- > 0;) {
		struct request *r = s->held->pdata[i];
		if (r->type != REQ_CHANGE)
			continue;
		answer_change(s, r);
		g_ptr_array_remove_index(s->held, i);
	}
	stage_settle(s);
}

void stage_answer(struct stage *s)
{
	for (guint i = s->held->len; i-- > 0;) {
		struct request *r = s->held->pdata[i];
		if (r->type == REQ_OPEN || r->type == REQ_CHANGE)
			continue;
		g_ptr_array_steal_index(s->held, i);
		s->sent[r->type]--;
		send_request(s, r);
	}
	stage_settle(s);
}

static void cancel(struct stage *s, struct request *r)
{
	for (guint i = 0; i < s->held->len; i++) {
		struct request *held = s->held->pdata[i];
		if (held->id != r->answers)
			continue;
		end(s, held, ERR_CANCELED, "stopped");
		g_ptr_array_remove_index(s->held, i);
		break;
	}
	end(s, r, ERR_NONE, NULL);
}

static void take_password(struct stage *s, struct request *r)
{
	s->answered = r->answers;
	if (r->secret)
		s->password = str_dup(secret_bytes(r->secret));
	end(s, r, ERR_NONE, NULL);
}

/* --- letters --- */
static void mail_free_any(void *m)
{
	store_mail_free(m);
}

static void take_letter(struct stage *s, const struct draft *d)
{
	draft_free(s->letter);
	s->letter = draft_copy(d);
}

static struct engine_identity *identity(const char *addr, enum identity_state state, int64_t days, const char *words)
{
	struct engine_identity *i = g_new0(struct engine_identity, 1);
	i->known.addr = g_strdup(addr);
	i->known.state = state;
	i->known.date = state == IDENTITY_UNKNOWN ? 0 : STAGE_NOW - days * 86400;
	i->known.code = words ? 550 : 0;
	i->known.text = g_strdup(words);
	i->configured = true;
	return i;
}

static void identity_free_any(void *p)
{
	struct engine_identity *i = p;
	store_identity_clear(&i->known);
	g_free(i->name);
	g_free(i);
}

static void answer_identities(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_IDENTITIES, r->id, r->account);
	ev->identities = g_ptr_array_new_with_free_func(identity_free_any);
	if (r->account == 0) {
		g_ptr_array_add(ev->identities, identity("vera.l@box.example", IDENTITY_OK, 1, NULL));
		g_ptr_array_add(ev->identities, identity("vera@box.example", IDENTITY_OK, 0, NULL));
		g_ptr_array_add(ev->identities, identity("sales@box.example", IDENTITY_LIKELY, 50, NULL));
		g_ptr_array_add(ev->identities, identity("vera@alias.example", IDENTITY_UNKNOWN, 0, NULL));
		g_ptr_array_add(ev->identities, identity("me@old-isp.example", IDENTITY_REFUSED, 18, "not validated"));
	}
	ev->size_max = s->size_max;
	for (guint i = 0; s->pending && i < ev->identities->len; i++) {
		struct store_identity *k = &((struct engine_identity *)ev->identities->pdata[i])->known;
		if (strcmp(k->addr, s->pending))
			continue;
		k->state = IDENTITY_PENDING;
		k->pending = clock_wall();
		k->link = g_strdup(s->link);
	}
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

/* The user has asked the provider. */
static void answer_identity_add(struct stage *s, struct request *r)
{
	s->pending = g_intern_string(r->folder);
	answer_identities(s, r);
}

static void answer_save(struct stage *s, struct request *r)
{
	if (s->full_disk) {
		end(s, r, ERR_LOCAL, "cannot write to 'spool': No space left on device");
		return;
	}
	struct event *ev = event_new(EV_DRAFT, r->id, r->account);
	take_letter(s, r->draft->draft);
	ev->draft = g_steal_pointer(&r->draft);
	ev->draft->id = ev->draft->id ? ev->draft->id : 5;
	ev->draft->saved = clock_wall();
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_open(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_DRAFT, r->id, 0);
	ev->draft = g_new0(struct engine_draft, 1);
	ev->draft->id = r->answers;
	ev->draft->draft = s->letter ? draft_copy(s->letter) : draft_new(DRAFT_NEW);
	ev->draft->parent.account = -1;
	ev->draft->saved = STAGE_NOW;
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_drafts(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_DRAFTS, r->id, r->account);
	ev->drafts = store_drafts_new();
	for (uint32_t i = 0; s->letter && i < 2; i++) {
		struct store_draft *d = store_draft_new(1);
		d->id = 5 + i;
		d->subject = g_strdup(s->letter->subject);
		d->to = g_strdup(i ? "" : "Ana Duarte");
		d->saved = STAGE_NOW - i * 86400;
		d->editor_path = s->interrupted ? g_strdup("letter-0-0.eml") : NULL;
		g_ptr_array_add(ev->drafts, d);
	}
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static struct store_mail *mail_copy(const struct store_mail *m)
{
	struct store_mail *copy = store_mail_new(m->account);
	copy->id = m->id;
	copy->state = m->state;
	copy->from = g_strdup(m->from);
	copy->subject = g_strdup(m->subject);
	copy->made = m->made;
	copy->due = m->due;
	copy->draft = m->draft;
	copy->code = m->code;
	copy->enhanced = g_strdup(m->enhanced);
	copy->text = g_strdup(m->text);
	copy->stage = g_strdup(m->stage);
	for (guint i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *to = m->rcpts->pdata[i];
		store_mail_add(copy, to->addr)->state = to->state;
	}
	return copy;
}

static void tell_mail(struct stage *s, uint32_t request, const struct store_mail *m)
{
	struct event *ev = event_new(EV_MAIL, request, 0);
	ev->mail = mail_copy(m);
	channel_send(s->events, ev);
}

static void answer_send(struct stage *s, struct request *r)
{
	const struct draft *d = r->post->draft;
	struct store_mail *m = store_mail_new(1);
	m->id = s->mails->len + 1;
	m->from = g_strdup(d->from->addr);
	m->subject = g_strdup(d->subject);
	m->made = clock_wall();
	m->notify = g_strdup(r->post->notify);
	m->ret = g_strdup(r->post->ret);
	m->draft = r->post->draft_id;
	m->state = r->post->at || r->post->hold ? MAIL_HELD : MAIL_QUEUED;
	m->due = r->post->at ? r->post->at : m->made + r->post->hold;
	for (guint i = 0; i < d->to->len; i++)
		store_mail_add(m, ((const struct msg_addr *)d->to->pdata[i])->addr);
	take_letter(s, d);
	g_ptr_array_add(s->mails, m);
	tell_mail(s, r->id, m);
	end(s, r, ERR_NONE, NULL);
}

static struct store_mail *mail_of(struct stage *s, uint32_t id)
{
	return id && id <= s->mails->len ? s->mails->pdata[id - 1] : NULL;
}

void stage_deliver(struct stage *s)
{
	for (guint i = 0; i < s->mails->len; i++) {
		struct store_mail *m = s->mails->pdata[i];
		if (m->state != MAIL_HELD && m->state != MAIL_QUEUED)
			continue;
		m->state = s->mail_refusal ? MAIL_REFUSED : MAIL_ACCEPTED;
		m->code = s->mail_refusal ? 550 : 250;
		m->enhanced = g_strdup(s->mail_refusal ? "5.7.1" : "2.0.0");
		m->text = g_strdup(s->mail_refusal ? s->mail_refusal : "queued");
		m->error = s->mail_refusal ? g_strdup("the server refused a recipient") : NULL;
		m->stage = g_strdup(s->mail_refusal ? MAIL_STAGE_SENDER : "end");
		for (guint k = 0; k < m->rcpts->len; k++)
			((struct store_rcpt *)m->rcpts->pdata[k])->state =
				s->mail_refusal ? MAIL_QUEUED : MAIL_ACCEPTED;
		tell_mail(s, 0, m);
	}
	stage_settle(s);
}

static void answer_mail_act(struct stage *s, struct request *r)
{
	struct store_mail *m = mail_of(s, r->answers);
	if (!m) {
		end(s, r, ERR_MISSING, "there is no such letter");
		return;
	}
	if (r->type == REQ_MAIL_DROP)
		m->state = MAIL_DROPPED;
	else
		m->state = r->type == REQ_MAIL_HOLD ? MAIL_HELD : MAIL_QUEUED;
	m->due = 0;
	tell_mail(s, r->id, m);
	end(s, r, ERR_NONE, NULL);
}

static void answer_mails(struct stage *s, struct request *r)
{
	struct event *ev = event_new(EV_MAILS, r->id, r->account);
	ev->mails = store_mails_new();
	for (guint i = s->mails->len; i-- > 0;)
		g_ptr_array_add(ev->mails, mail_copy(s->mails->pdata[i]));
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

static void answer_people(struct stage *s, struct request *r)
{
	static const char *const names[] = { "Ana Duarte", "Anders Berg" };
	struct event *ev = event_new(EV_PEOPLE, r->id, r->account);
	ev->people = store_people_new();
	for (guint i = 0; r->folder && *r->folder && i < G_N_ELEMENTS(names); i++) {
		struct store_person *p = g_new0(struct store_person, 1);
		p->name = g_strdup(names[i]);
		p->addr = g_strdup(i ? "anders@berg.example" : "ana@duarte.example");
		p->sent = 1;
		g_ptr_array_add(ev->people, p);
	}
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
}

/* Read as the engine reads it; takes r. */
static void answer_file(struct stage *s, struct request *r)
{
	struct text_job *t = text_job_new(r);
	struct event *ev = event_new(EV_MESSAGE, r->id, r->account);
	text_job_run(t);
	ev->message = g_steal_pointer(&t->message);
	channel_send(s->events, ev);
	end(s, r, ERR_NONE, NULL);
	text_job_free(t);
}

static void send_request(void *it, struct request *r)
{
	struct stage *s = it;
	if (s->deaf && r->type != REQ_TAKEN) {
		s->sent[r->type]++;
		if (r->type == REQ_CHANGE)
			take_change(s, r);
		g_ptr_array_add(s->held, r);
		return;
	}
	if (r->type == REQ_FILE) {
		s->sent[r->type]++;
		answer_file(s, r);
		return;
	}
	s->sent[r->type]++;
	if (r->type == REQ_CHANGE)
		take_change(s, r);
	bool slow = r->type == REQ_READ || r->type == REQ_RAW || r->type == REQ_PART;
	slow = ((slow || r->type == REQ_SYNC) && s->silent) || (r->type == REQ_CHANGE && s->slow_changes);
	if (r->type == REQ_OPEN || slow) {
		g_ptr_array_add(s->held, r);
		return;
	}
	switch (r->type) {
	case REQ_WINDOW: answer_window(s, r); break;
	case REQ_PLACES: answer_places(s, r); break;
	case REQ_FOLDERS: answer_folders(s, r); break;
	case REQ_READ: answer_message(s, r); break;
	case REQ_RAW: answer_raw(s, r); break;
	case REQ_PART: answer_part(s, r); break;
	case REQ_CHANGE: answer_change(s, r); break;
	case REQ_UNDO: answer_undo(s, r); break;
	case REQ_CHANGES: answer_changes(s, r); break;
	case REQ_IDENTITY_ADD: answer_identity_add(s, r); break;
	case REQ_IDENTITIES:
	case REQ_PROBE: answer_identities(s, r); break;
	case REQ_DRAFT_SAVE: answer_save(s, r); break;
	case REQ_DRAFT_OPEN: answer_open(s, r); break;
	case REQ_DRAFTS: answer_drafts(s, r); break;
	case REQ_SEND: answer_send(s, r); break;
	case REQ_MAILS: answer_mails(s, r); break;
	case REQ_MAIL_DROP:
	case REQ_MAIL_RETRY:
	case REQ_MAIL_HOLD: answer_mail_act(s, r); break;
	case REQ_PEOPLE: answer_people(s, r); break;
	case REQ_CANCEL: cancel(s, r); break;
	case REQ_ANSWER:
	case REQ_RETRY: take_password(s, r); break;
	case REQ_TAKEN: break;
	default: end(s, r, ERR_NONE, NULL);
	}
	request_free(r);
}

/* --- the stage --- */
static void event_free_any(void *ev)
{
	event_free(ev);
}

static void request_free_any(void *r)
{
	request_free(r);
}

/* Everything but the screens. */
static struct stage *behind(bool cold)
{
	struct stage *s = g_new0(struct stage, 1);
	s->ctx = g_main_context_new();
	s->events = channel_new(event_free_any);
	s->cfg = cfg_parse(STR(mailrc), "mailrc", NULL);
	s->cfg->options.sidebar = true;
	s->gone = g_hash_table_new(NULL, NULL);
	s->flags = g_hash_table_new(NULL, NULL);
	s->held = g_ptr_array_new_with_free_func(request_free_any);
	s->mails = g_ptr_array_new_with_free_func(mail_free_any);
	g_unsetenv("VISUAL");
	g_unsetenv("EDITOR");
	s->rows = STAGE_ROWS;
	s->cold = cold;
	s->app = app_new(s->cfg, &(struct app_port){ s, send_request, s->events }, s->ctx);
	return s;
}

static struct stage *make(int rows, int cols, bool cold)
{
	g_setenv("TZ", "UTC", TRUE);
	clock_set_virtual(1000000, STAGE_NOW);
	struct stage *s = behind(cold);
	s->term = term_capture_new(rows, cols);
	s->ui = ui_new(s->app, &(struct ui_options){ .ctx = s->ctx }, s->term);
	stage_tell(s, event_new(EV_STORE_READY, 0, -1));
	return s;
}

int stage_run(struct err *e)
{
	struct stage *s = behind(false);
	channel_send(s->events, event_new(EV_STORE_READY, 0, -1));
	int code = ui_run(s->app, &(struct ui_options){ .ctx = s->ctx }, e);
	stage_free(s);
	return code;
}

struct stage *stage_new(int rows, int cols)
{
	struct stage *s = make(rows, cols, false);
	stage_account(s, ACCOUNT_ONLINE, STAGE_NOW, STAGE_NOW + 900, NULL);
	return s;
}

struct stage *stage_new_cold(int rows, int cols)
{
	return make(rows, cols, true);
}

void stage_free(struct stage *s)
{
	if (s->ui)
		ui_free(s->ui);
	app_free(s->app);
	channel_free(s->events);
	g_ptr_array_unref(s->held);
	g_hash_table_unref(s->gone);
	g_hash_table_unref(s->flags);
	engine_change_free(s->last);
	g_ptr_array_unref(s->mails);
	draft_free(s->letter);
	cfg_free(s->cfg);
	g_main_context_unref(s->ctx);
	g_free(s->saved_path);
	g_free(s->saved_section);
	g_free(s->password);
	g_free(s);
}

struct cfg_options *stage_options(struct stage *s)
{
	return &((struct cfg *)app_cfg(s->app))->options;
}

void stage_settle(struct stage *s)
{
	while (g_main_context_iteration(s->ctx, FALSE))
		;
}

void stage_type(struct stage *s, const char *keys)
{
	term_capture_type(s->term, keys, strlen(keys));
	ui_read_keys(s->ui);
	stage_settle(s);
}

void stage_resize(struct stage *s, int rows, int cols)
{
	term_capture_resize(s->term, rows, cols);
	ui_take_signals(s->ui);
	stage_settle(s);
}

void stage_tell(struct stage *s, struct event *ev)
{
	channel_send(s->events, ev);
	stage_settle(s);
}

void stage_account(struct stage *s, enum account_phase phase, int64_t last_sync, int64_t next, struct err *e)
{
	struct event *ev = event_new(EV_ACCOUNT, 0, 0);
	ev->state = g_new0(struct account_state, 1);
	ev->state->phase = phase;
	ev->state->last_sync = last_sync;
	ev->state->next = next;
	ev->state->since = STAGE_NOW - 240;
	if (e)
		err_move(&ev->state->err, e);
	stage_tell(s, ev);
}

/* --- goldens --- */
static void append_cell(GString *out, const struct cell *c)
{
	for (int i = 0; i < c->points; i++)
		g_string_append_unichar(out, c->point[i]);
}

char *stage_text(const struct stage *s)
{
	const struct grid *g = term_capture_grid(s->term);
	GString *out = g_string_new(NULL);
	for (int row = 0; row < g->rows; row++) {
		g_string_append_c(out, '|');
		for (int col = 0; col < g->cols; col++)
			append_cell(out, grid_cell(g, row, col));
		g_string_append(out, "|\n");
	}
	return g_string_free(out, FALSE);
}

static char *planes(const struct stage *s)
{
	const struct grid *g = term_capture_grid(s->term);
	g_autofree char *text = stage_text(s);
	GString *out = g_string_new(text);
	g_string_append(out, "styles\n");
	for (int row = 0; row < g->rows; row++) {
		g_string_append_c(out, '|');
		for (int col = 0; col < g->cols; col++)
			g_string_append_c(out, style_letter(grid_cell(g, row, col)->style));
		g_string_append(out, "|\n");
	}
	g_string_append_printf(
		out, "cursor %d %d %s\n", g->cursor_row, g->cursor_col, g->cursor_shown ? "shown" : "hidden");
	return g_string_free(out, FALSE);
}

void stage_golden(struct stage *s, const char *name)
{
	const char *top = g_getenv("TOP_SRCDIR");
	g_autofree char *file = g_strdup_printf("%s.txt", name);
	g_autofree char *path = g_build_filename(top ? top : ".", "tests", "screen", "golden", file, NULL);
	g_autofree char *now = planes(s), *then = NULL;
	if (g_getenv("UPDATE")) {
		g_assert_true(g_file_set_contents(path, now, -1, NULL));
		return;
	}
	g_file_get_contents(path, &then, NULL, NULL);
	if (g_strcmp0(now, then))
		g_test_message("%s differs; it is now:\n%s", path, now);
	g_assert_cmpint(g_strcmp0(now, then), ==, 0);
}
