/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include "compose/internal.h"

/* --- to whom --- */

static bool is_mine(const struct reply_how *how, const char *addr)
{
	return addr && how->is_mine && how->is_mine(addr, how->aux);
}

/* Whom a draft already goes to: by key, for lists of thousands. */
struct reached {
	const struct reply_how *how;
	GHashTable *keys;
	bool mine_too;
};

static void reach(struct reached *r, GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const struct msg_addr *a = from->pdata[i];
		if (!a->addr || (!r->mine_too && is_mine(r->how, a->addr)))
			continue;
		if (g_hash_table_add(r->keys, addr_key(a->addr)))
			g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	}
}

static void reach_one(struct reached *r, GPtrArray *to, const char *addr)
{
	g_autoptr(GPtrArray) one = msg_addrs_new();
	g_ptr_array_add(one, msg_addr_new(NULL, addr));
	reach(r, to, one);
}

static GPtrArray *follow_up_of(const struct msg_head *head)
{
	return msg_addrs_parse(str_of(raw_field(head, "Mail-Followup-To")));
}

static bool is_known_list(const struct reply_how *how, const char *addr, const char *post)
{
	return addr_is(addr, post) || (how->is_list && how->is_list(addr, how->aux));
}

/* A list has written its own address into Reply-To: whoever wrote the message did not ask for it. */
static bool is_munged(const struct msg_head *head, const struct reply_how *how, const char *post)
{
	bool any = false;
	for (guint i = 0; i < head->reply_to->len; i++) {
		const struct msg_addr *a = head->reply_to->pdata[i];
		if (a->addr && !is_known_list(how, a->addr, post))
			return false;
		any = any || a->addr;
	}
	return any;
}

static bool any_addr(const GPtrArray *addrs)
{
	for (guint i = 0; i < addrs->len; i++)
		if (((struct msg_addr *)addrs->pdata[i])->addr)
			return true;
	return false;
}

static const GPtrArray *writer_of(const struct msg_head *head, bool munged)
{
	bool asked = any_addr(head->reply_to) && !munged;
	return asked ? head->reply_to : any_addr(head->from) ? head->from : head->sender;
}

static void reach_list(struct reached *r, struct draft *d, const struct msg_head *head, const char *post)
{
	g_autoptr(GPtrArray) follow_up = follow_up_of(head);
	const GPtrArray *lists[] = { head->to, head->cc };
	reach(r, d->to, follow_up);
	if (!d->to->len && post)
		reach_one(r, d->to, post);
	for (size_t i = 0; !post && !any_addr(follow_up) && i < G_N_ELEMENTS(lists); i++)
		for (guint k = 0; k < lists[i]->len; k++) {
			const struct msg_addr *a = lists[i]->pdata[k];
			if (a->addr && is_known_list(r->how, a->addr, NULL))
				reach_one(r, d->to, a->addr);
		}
}

static void reach_all(struct reached *r, struct draft *d, const struct msg_head *head, const char *post)
{
	g_autoptr(GPtrArray) follow_up = follow_up_of(head);
	bool munged = is_munged(head, r->how, post);
	if (any_addr(follow_up)) {
		reach(r, d->to, follow_up);
		return;
	}
	reach(r, d->to, writer_of(head, munged));
	reach(r, d->cc, head->to);
	reach(r, d->cc, head->cc);
	if (munged)
		reach(r, d->cc, head->reply_to);
}

/* One's own words go on to those who got them. */
static bool is_own(const struct msg_head *head, const struct reply_how *how)
{
	for (guint i = 0; i < head->from->len; i++)
		if (is_mine(how, ((struct msg_addr *)head->from->pdata[i])->addr))
			return true;
	return false;
}

static void reach_own(struct reached *r, struct draft *d, const struct msg_head *head)
{
	reach(r, d->to, head->to);
	if (r->how->whom == REPLY_ALL || !d->to->len)
		reach(r, d->cc, head->cc);
}

static void reach_whom(struct reached *r, struct draft *d, const struct msg_head *head, const char *post)
{
	if (r->how->whom == REPLY_LIST)
		reach_list(r, d, head, post);
	else if (is_own(head, r->how) && (any_addr(head->to) || any_addr(head->cc)))
		reach_own(r, d, head);
	else if (r->how->whom == REPLY_ALL)
		reach_all(r, d, head, post);
	else
		reach(r, d->to, writer_of(head, is_munged(head, r->how, post)));
}

static void set_recipients(struct draft *d, const struct msg_head *head, const struct reply_how *how)
{
	g_autofree char *post = msg_list_post(head);
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct reached r = { how, keys, false };
	reach_whom(&r, d, head, post);
	if (!d->to->len && !d->cc->len) {
		r.mine_too = true;
		reach_whom(&r, d, head, post);
	}
	if (!d->to->len) {
		GPtrArray *none = d->to;
		d->to = d->cc;
		d->cc = none;
	}
}

/* --- the rest of the header --- */

/* Octets of `Re:`, `AW: `, `Re[2]:` at the start. */
static size_t mark_length(const char *subject, const char *const *marks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(marks[i]);
		if (g_ascii_strncasecmp(subject, marks[i], len))
			continue;
		if (subject[len] == '[' || subject[len] == '(') {
			len += 1 + strspn(subject + len + 1, "0123456789");
			len += subject[len] == ']' || subject[len] == ')';
		}
		len += subject[len] == ' ';
		if (subject[len] == ':')
			return len + 1;
		if (g_str_has_prefix(subject + len, "\xef\xbc\x9a")) /* a wide colon */
			return len + 3;
	}
	return 0;
}

static char *reply_subject(const char *subject)
{
	static const char *const marks[] = { "Re", "Aw", "Antw", "Antwort", "Sv", "Vs", "Odp", "Rif", "Res", "Ynt",
		"Atb", "\xe5\x9b\x9e\xe5\xa4\x8d", "\xe7\xad\x94\xe5\xa4\x8d", "\xe5\x9b\x9e\xe8\xa6\x86" };
	for (size_t n; (n = mark_length(subject, marks, G_N_ELEMENTS(marks)));)
		subject += n + strspn(subject + n, " ");
	return g_strdup_printf("Re: %s", subject);
}

static char *forward_subject(const char *subject)
{
	static const char *const marks[] = { "Fwd", "Fw", "Wg", "Tr", "Rv", "Vb", "\xe8\xbd\xac\xe5\x8f\x91" };
	bool marked = mark_length(subject, marks, G_N_ELEMENTS(marks));
	return marked ? g_strdup(subject) : g_strdup_printf("Fwd: %s", subject);
}

static void set_threading(struct draft *d, const struct msg_head *head)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	for (guint i = 0; i < head->references->len; i++)
		g_ptr_array_add(ids, head->references->pdata[i]);
	if (!ids->len && head->in_reply_to)
		g_ptr_array_add(ids, head->in_reply_to);
	if (head->message_id)
		g_ptr_array_add(ids, head->message_id);
	g_ptr_array_unref(d->references);
	d->references = references_trim(ids);
	d->in_reply_to = id_is_sound(head->message_id) ? g_strdup(head->message_id) : NULL;
}

/* --- the text --- */

static const char *date_of(const struct msg_head *head, const char *date_text)
{
	const char *date = date_text ? date_text : msg_head_get(head, "Date");
	return date ? date : "";
}

static bool has_date(const struct msg_head *head)
{
	return msg_date_parse(str_of(msg_head_get(head, "Date"))).known;
}

static void add_expanded(GString *out, const char *format, const struct msg_head *head, const char *date)
{
	const struct msg_addr *from = head->from->len ? head->from->pdata[0] : NULL;
	for (const char *p = format; *p; p++) {
		if (*p != '%' || !p[1]) {
			g_string_append_c(out, *p);
			continue;
		}
		switch (*++p) {
		case 'n': g_string_append(out, from ? msg_addr_short(from) : ""); break;
		case 'a': g_string_append(out, from && from->addr ? from->addr : ""); break;
		case 'd': g_string_append(out, date); break;
		case 's': g_string_append(out, head->subject); break;
		case '%': g_string_append_c(out, '%'); break;
		default: g_string_append_printf(out, "%%%c", *p);
		}
	}
}

static void add_quoted(GString *out, const struct msg_head *head, const struct reply_how *how)
{
	if (!how->text)
		return;
	/* xgettext:no-c-format. Translators: %d is the date, %n the name of who wrote what is replied to. */
	const char *format = how->attribution ? how->attribution
			     : has_date(head)
				     ? _("On %d, %n wrote:")
				     /* xgettext:no-c-format. Translators: as before, of a message without a date. */
				     : _("%n wrote:");
	if (*format) {
		add_expanded(out, format, head, date_of(head, how->date_text));
		g_string_append_c(out, '\n');
	}
	g_autofree char *quoted = quote_text(how->text, how->flowed);
	g_string_append(out, quoted);
}

struct draft *draft_reply(const struct msg_head *original, const struct reply_how *how)
{
	struct draft *d = draft_new(DRAFT_REPLY);
	set_recipients(d, original, how);
	g_free(d->subject);
	d->subject = reply_subject(original->subject);
	set_threading(d, original);
	GString *text = g_string_new(NULL);
	if (how->signature_on_top && how->signature && *how->signature) {
		add_signature(text, how->signature);
		g_string_append_c(text, '\n');
	}
	add_quoted(text, original, how);
	if (!how->signature_on_top)
		add_signature(text, how->signature);
	g_free(d->text);
	d->text = g_string_free(text, FALSE);
	return d;
}

static void add_addr_line(GString *out, const char *name, const GPtrArray *addrs)
{
	if (!addrs->len)
		return;
	g_string_append_printf(out, "%s:", name);
	for (guint i = 0; i < addrs->len; i++) {
		g_autofree char *full = msg_addr_full(addrs->pdata[i]);
		g_string_append_printf(out, "%s %s", i ? "," : "", full);
	}
	g_string_append_c(out, '\n');
}

struct draft *draft_forward(
	const struct msg_head *original, const char *inline_text, const char *date_text, const char *signature)
{
	struct draft *d = draft_new(DRAFT_FORWARD);
	g_free(d->subject);
	d->subject = forward_subject(original->subject);
	GString *text = g_string_new(NULL);
	if (inline_text) {
		g_string_append_printf(text, "\n%s\n", _(FORWARD_BEGIN));
		add_addr_line(text, "From", original->from);
		g_string_append_printf(text, "Date: %s\n", date_of(original, date_text));
		add_addr_line(text, "To", original->to);
		add_addr_line(text, "Cc", original->cc);
		g_string_append_printf(text, "Subject: %s\n\n", original->subject);
		g_string_append(text, inline_text);
		if (text->str[text->len - 1] != '\n')
			g_string_append_c(text, '\n');
		g_string_append_printf(text, "%s\n", _(FORWARD_END));
	}
	add_signature(text, signature);
	g_free(d->text);
	d->text = g_string_free(text, FALSE);
	return d;
}
