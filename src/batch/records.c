/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as records: the JSON of cli.md and the lines of text output. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define SEALS_TOLD 8

static void add_nulls(struct json *j, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_add(j, keys[i], json_null());
}

static struct json *strings(const GPtrArray *values)
{
	struct json *array = json_array();
	for (unsigned i = 0; values && i < values->len; i++)
		json_push(array, json_string(values->pdata[i]));
	return array;
}

static struct json *headers_of(const struct msg_head *h)
{
	struct json *array = json_array();
	for (unsigned i = 0; i < h->fields->len; i++) {
		const struct msg_field *f = h->fields->pdata[i];
		struct json *pair = json_array();
		json_push(pair, json_string(f->name));
		json_push(pair, json_string(f->value));
		json_push(array, pair);
	}
	return array;
}

static const struct engine_leaf *leaf_of(const struct engine_message *m, const struct msg_part *p)
{
	for (unsigned i = 0; i < m->leaves->len; i++) {
		const struct engine_leaf *l = m->leaves->pdata[i];
		if (l->part == p)
			return l;
	}
	return NULL;
}

/* Recursion is as deep as MSG_DEPTH_MAX allows. */
static struct json *part_of(const struct engine_message *m, const struct msg_part *p, bool digest)
{
	struct json *j = json_object(), *children = json_array();
	json_add(j, "section", json_string(p->section));
	json_add(j, "type", json_string(p->type));
	json_add(j, "charset", json_string(p->charset));
	json_add(j, "encoding", json_string(p->encoding));
	json_add(j, "size", json_number((int64_t)p->size));
	json_add(j, "disposition", json_string(p->disposition));
	json_add(j, "name", json_string(p->name));
	json_add(j, "cid", json_string(p->cid));
	const struct engine_leaf *l = digest ? leaf_of(m, p) : NULL;
	if (l)
		json_add(j, "sha256", json_string(l->sha256));
	for (unsigned i = 0; p->children && i < p->children->len; i++)
		json_push(children, part_of(m, p->children->pdata[i], digest));
	json_add(j, "children", children);
	return j;
}

static struct json *links_of(const struct msg_text *t)
{
	struct json *array = json_array();
	for (unsigned i = 0; t->links && i < t->links->len; i++) {
		const struct msg_link *l = t->links->pdata[i];
		struct json *o = json_object();
		json_add(o, "n", json_number(i + 1));
		json_add(o, "url", json_string(l->url));
		json_add(o, "text", json_string(l->text));
		json_add(o, "host", json_string(l->host));
		json_add(o, "clean", json_string(app_link_target(l)));
		json_add(o, "tracking", json_number(l->tracking));
		json_add(o, "deceives", json_bool(l->deceives));
		json_push(array, o);
	}
	return array;
}

static struct json *files_of(const struct engine_message *m)
{
	struct json *array = json_array();
	g_autoptr(GPtrArray) files = engine_files(m);
	for (unsigned i = 0; i < files->len; i++) {
		const struct msg_part *p = files->pdata[i];
		const struct engine_leaf *l = leaf_of(m, p);
		struct json *o = json_object();
		json_add(o, "section", json_string(p->section));
		json_add(o, "name", json_string(p->name));
		json_add(o, "type", json_string(p->type));
		json_add(o, "size", l && l->known ? json_number((int64_t)l->decoded) : json_null());
		json_add(o, "sha256", json_string(l ? l->sha256 : NULL));
		json_push(array, o);
	}
	return array;
}

static const char *const html_words[] = { NULL, "laid", "command", "stripped", "missing", "open", "ended", "limit",
	"failed" };

/* How the text came to be, and what it leaves out. */
static struct json *rendering_of(const struct msg_text *t)
{
	struct json *o = json_object(), *hosts = json_array();
	for (unsigned i = 0; t->hosts && i < t->hosts->len; i++) {
		const struct msg_remote *r = t->hosts->pdata[i];
		struct json *h = json_object();
		json_add(h, "host", json_string(r->host));
		json_add(h, "images", json_number(r->images));
		json_add(h, "beacons", json_number(r->beacons));
		json_add(h, "others", json_number(r->others));
		json_push(hosts, h);
	}
	json_add(o, "html", json_string(html_words[t->html]));
	json_add(o, "hidden", json_number(t->hidden));
	json_add(o, "forms", json_number(t->forms));
	json_add(o, "blocked", hosts);
	json_add(o, "truncated", json_bool(t->truncated));
	return o;
}

/* By the structure and the armour in the text alone; of an envelope nobody has opened either may be true. */
static struct json *crypto_of(const struct engine_message *m)
{
	static const char *const schemes[] = { NULL, "openpgp", "smime" };
	g_autoptr(GArray) seals = msg_seals(m->root);
	struct json *o = json_object();
	bool found[MSG_SEAL_ENVELOPE + 1] = { false };
	enum msg_seal_scheme scheme = MSG_SEAL_UNKNOWN;
	for (guint i = 0; i < seals->len; i++) {
		const struct msg_seal *s = &g_array_index(seals, struct msg_seal, i);
		found[s->kind] = true;
		scheme = scheme ? scheme : s->scheme;
	}
	for (guint i = 0; m->text.armours && i < m->text.armours->len; i++) {
		found[g_array_index(m->text.armours, struct msg_armour, i).kind] = true;
		scheme = scheme ? scheme : MSG_SEAL_OPENPGP;
	}
	bool closed = found[MSG_SEAL_ENVELOPE];
	json_add(o, "signed", closed && !found[MSG_SEAL_SIGNED] ? json_null() : json_bool(found[MSG_SEAL_SIGNED]));
	json_add(o, "encrypted",
		closed && !found[MSG_SEAL_ENCRYPTED] ? json_null() : json_bool(found[MSG_SEAL_ENCRYPTED]));
	json_add(o, "scheme", json_string(schemes[scheme]));
	json_add(o, "verified", json_null());
	return o;
}

static struct json *doubts_of(const struct engine_message *m)
{
	struct json *array = json_array();
	g_autoptr(GPtrArray) doubts = app_doubts(m, NULL);
	for (guint i = 0; i < doubts->len; i++) {
		const struct app_doubt *d = doubts->pdata[i];
		struct json *o = json_object();
		json_add(o, "kind", json_string(app_doubt_names[d->kind]));
		json_add(o, "text", json_string(d->text));
		json_push(array, o);
	}
	return array;
}

struct json *record_message(const char *account, const struct place *p, const struct engine_message *m, bool digest)
{
	static const char *const file_nulls[] = { "id", "account", "folder", "uid", "uidvalidity" };
	const struct msg_head *h = m->head;
	struct json *j = json_record("message");
	if (p) {
		struct store_folder f = { .name = p->folder, .uidvalidity = p->uidvalidity };
		record_place(j, account, &f, p->uid, p->local);
	} else {
		add_nulls(j, file_nulls, G_N_ELEMENTS(file_nulls));
	}
	json_add(j, "msgid", json_string(h->message_id));
	json_add(j, "thread", p ? json_string(p->row->thread) : json_null());
	json_add(j, "date", record_sent_at(h->date));
	json_add(j, "received", p ? json_date(p->row->received) : json_null());
	json_add(j, "from", json_addrs(h->from));
	json_add(j, "to", json_addrs(h->to));
	json_add(j, "cc", json_addrs(h->cc));
	json_add(j, "subject", json_string(h->subject));
	json_add(j, "flags", p ? json_flags(p->row->flags, p->row->keywords) : json_array());
	json_add(j, "size", json_number((int64_t)(p ? p->row->size : m->octets)));
	json_add(j, "attachments", json_number(msg_attachments(m->root)));
	json_add(j, "preview", json_null());
	json_add(j, "list", json_string(h->list_id));
	json_add(j, "headers", headers_of(h));
	json_add(j, "reply_to", json_addrs(h->reply_to));
	json_add(j, "sender", json_addrs(h->sender));
	json_add(j, "bcc", json_addrs(h->bcc));
	json_add(j, "in_reply_to", json_string(h->in_reply_to));
	json_add(j, "references", strings(h->references));
	json_add(j, "parts", part_of(m, m->root, digest));
	json_add(j, "text", json_string(m->text.text));
	json_add(j, "plain", json_string(m->plain));
	json_add(j, "html", json_string(m->html));
	json_add(j, "links", links_of(&m->text));
	json_add(j, "files", files_of(m));
	json_add(j, "remote", strings(m->text.remote));
	json_add(j, "rendering", rendering_of(&m->text));
	json_add(j, "unsubscribe", json_string(msg_head_get(h, "List-Unsubscribe")));
	json_add(j, "crypto", crypto_of(m));
	json_add(j, "defects", strings(m->defects));
	json_add(j, "doubts", doubts_of(m));
	return j;
}

/* --- text --- */

static void append_fit(GString *out, const char *text, int columns)
{
	int width;
	struct str fit = utf8_fit(str_of(text), columns, &width);
	g_string_append_len(out, fit.p, (gssize)fit.n);
	g_string_append_printf(out, "%*s", columns - width, "");
}

#define DEPTH_SHOWN 8 /* of answers to answers */

char *text_row(const struct store_row *row, int64_t now)
{
	GString *out = g_string_new(NULL);
	int64_t when = row->date.known ? row->date.epoch : row->received;
	g_autoptr(GDateTime) iso = app_date_iso() ? g_date_time_new_from_unix_local(when) : NULL;
	g_autofree char *date = iso ? g_date_time_format(iso, "%Y-%m-%d %H:%M") : app_date_short(when, now);
	const char *who = row->from && row->from->len ? msg_addr_short(row->from->pdata[0]) : "";
	g_autofree char *number =
		row->local ? g_strdup_printf("local.%u", row->local) : g_strdup_printf("%u", row->uid);
	g_string_append_printf(out, "%6s %c%c%c ", number, row->flags & MSG_SEEN ? ' ' : 'N',
		row->flags & MSG_FLAGGED    ? 'F'
		: row->flags & MSG_ANSWERED ? 'r'
					    : ' ',
		row->flags & MSG_INVITE       ? 'i'
		: row->flags & MSG_ATTACHMENT ? '@'
					      : ' ');
	append_fit(out, date, iso ? 17 : 7);
	append_fit(out, who, 20);
	g_string_append_printf(out, " %*s%s", 2 * (int)MIN(row->depth, DEPTH_SHOWN), "",
		row->subject && *row->subject ? row->subject : _("(no subject)"));
	return g_string_free(out, FALSE);
}

static void add_field(GString *out, const char *name, const char *value)
{
	g_string_append_printf(out, "%s: %s\n", name, value);
}

static void add_people(GString *out, const char *name, const GPtrArray *addrs)
{
	if (!addrs->len)
		return;
	g_string_append_printf(out, "%s: ", name);
	for (unsigned i = 0; i < addrs->len; i++) {
		g_autofree char *one = msg_addr_full(addrs->pdata[i]);
		g_string_append_printf(out, "%s%s", i ? ", " : "", one);
	}
	g_string_append_c(out, '\n');
}

char *text_header(const struct engine_message *m, bool all)
{
	GString *out = g_string_new(NULL);
	const struct msg_head *h = m->head;
	if (all) {
		for (unsigned i = 0; i < h->fields->len; i++) {
			const struct msg_field *f = h->fields->pdata[i];
			add_field(out, f->name, f->value);
		}
		return g_string_free(out, FALSE);
	}
	g_autofree char *date = app_date_head(h);
	add_people(out, "From", h->from);
	if (app_differs_from_writer(h, h->sender))
		add_people(out, "Sender", h->sender);
	if (app_differs_from_writer(h, h->reply_to))
		add_people(out, "Reply-To", h->reply_to);
	add_people(out, "To", h->to);
	add_people(out, "Cc", h->cc);
	add_field(out, "Date", date);
	add_field(out, "Subject", h->subject);
	return g_string_free(out, FALSE);
}

static void add_seal(GString *out, enum msg_seal_kind kind, enum msg_seal_scheme scheme)
{
	g_autofree char *told = app_seal_text(kind, scheme);
	g_string_append_printf(out, "! %s\n", told);
}

char *text_doubts(const struct engine_message *m)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) doubts = app_doubts(m, NULL);
	g_autoptr(GArray) seals = msg_seals(m->root);
	for (guint i = 0; i < doubts->len; i++)
		g_string_append_printf(out, "! %s\n", ((const struct app_doubt *)doubts->pdata[i])->text);
	for (guint i = 0; i < MIN(seals->len, SEALS_TOLD); i++) {
		const struct msg_seal *s = &g_array_index(seals, struct msg_seal, i);
		add_seal(out, s->kind, s->scheme);
	}
	for (guint i = 0; m->text.armours && i < MIN(m->text.armours->len, SEALS_TOLD); i++)
		add_seal(out, g_array_index(m->text.armours, struct msg_armour, i).kind, MSG_SEAL_OPENPGP);
	return g_string_free(out, FALSE);
}

char *text_parts(const struct engine_message *m)
{
	GString *out = g_string_new(NULL);
	for (unsigned i = 0; m->text.links && i < m->text.links->len; i++) {
		const struct msg_link *l = m->text.links->pdata[i];
		g_autofree char *shown = app_link_shown(l);
		if (!l->in_text)
			g_string_append_printf(out, "[%u] %s\n", i + 1, shown);
	}
	g_autoptr(GPtrArray) notes = app_text_notes(&m->text);
	for (unsigned i = 0; i < notes->len; i++)
		g_string_append_printf(out, "%s\n", (const char *)notes->pdata[i]);
	g_autoptr(GPtrArray) files = engine_files(m);
	for (unsigned i = 0; i < files->len; i++) {
		const struct msg_part *p = files->pdata[i];
		g_autofree char *size = app_size(model_part_size(p));
		g_string_append_printf(
			out, _("part %s: %s, %s, %s\n"), p->section, p->name ? p->name : "-", p->type, size);
	}
	return g_string_free(out, FALSE);
}
