/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message tells or asks beside its text, as lines that both front ends show. */
#include "app/app.h"

#include <string.h>

#include "app/internal.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define HOPS_SHOWN 30
#define VCARDS_SHOWN 5

static void line_free(void *data)
{
	struct card_line *l = data;
	g_free(l->label);
	g_free(l->text);
	g_free(l);
}

void card_add(GPtrArray *card, enum card_role role, const char *label, char *text)
{
	struct card_line *l = g_new0(struct card_line, 1);
	l->role = role;
	l->label = g_strdup(label);
	l->text = utf8_line(str_of(text));
	g_free(text);
	g_ptr_array_add(card, l);
}

static GPtrArray *card_new(void)
{
	return g_ptr_array_new_with_free_func(line_free);
}

/* --- the list it came through --- */

static void add_piece(GString *out, char *piece)
{
	if (piece)
		g_string_append_printf(out, "%s%s", out->len ? "  " : "", piece);
	g_free(piece);
}

static char *first_uri(const struct msg_head *head, const char *name)
{
	g_autoptr(GPtrArray) uris = msg_list_uris(head, name);
	return uris->len ? g_strdup(uris->pdata[0]) : NULL;
}

static char *leave_text(const struct app_leaving *l)
{
	switch (l->how) {
	case LEAVE_POST: return g_strdup_printf(_("leave at once: %s"), l->host);
	case LEAVE_MAIL: return g_strdup_printf(_("leave by letter: %s"), l->host);
	case LEAVE_PAGE: return g_strdup_printf(_("leave on a page: %s"), l->host);
	case LEAVE_NONE: break;
	}
	return NULL;
}

static void add_list(GPtrArray *card, const struct cfg *cfg, int account, const struct msg_head *head)
{
	const char *post = msg_head_get(head, "List-Post");
	g_autofree char *to = msg_list_post(head), *archive = first_uri(head, "List-Archive");
	struct app_leaving leaving;
	GString *out = g_string_new(head->list_id);
	app_leaving_of(cfg, account, head, &leaving);
	if (to)
		add_piece(out, g_strdup_printf(_("write: %s"), to));
	else if (post && g_str_has_prefix(post, "NO"))
		add_piece(out, g_strdup(_("nobody may write to it")));
	if (archive)
		add_piece(out, g_strdup_printf(_("archive: %s"), archive));
	add_piece(out, leave_text(&leaving));
	app_leaving_clear(&leaving);
	/* Its name alone is in the line below the header. */
	if (out->len > (head->list_id ? strlen(head->list_id) : 0))
		card_add(card, CARD_DIM, _("List"), g_string_free(out, FALSE));
	else
		g_string_free(out, TRUE);
}

/* --- receipts --- */

static void add_receipt(GPtrArray *card, const struct msg_head *head)
{
	g_autoptr(GPtrArray) to = app_receipt_to(head);
	GString *who = g_string_new(NULL);
	bool other = false;
	for (guint i = 0; to && i < to->len; i++) {
		const struct msg_addr *a = to->pdata[i], *from = head->from->len ? head->from->pdata[0] : NULL;
		if (!a->addr)
			continue;
		g_string_append_printf(who, "%s%s", who->len ? ", " : "", a->addr);
		other = other || !from || !from->addr || g_ascii_strcasecmp(from->addr, a->addr);
	}
	if (who->len)
		card_add(card, other ? CARD_WARN : CARD_LINE, _("Receipt"),
			g_strdup_printf(_("is asked for by %s; none is sent unless you say so"), who->str));
	g_string_free(who, TRUE);
}

/* --- people's cards --- */

static void add_vcard(GPtrArray *card, const struct msg_vcard *v)
{
	static const char *const names[] = { "title", "org", "email", "tel", "adr", "url" };
	GString *out = g_string_new(v->name ? v->name : "?");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = msg_vcard_get(v, names[i]);
		if (value && g_strcmp0(value, v->name))
			add_piece(out, g_strdup(value));
	}
	card_add(card, CARD_LINE, _("Card"), g_string_free(out, FALSE));
}

static void add_vcards(GPtrArray *card, const GPtrArray *vcards)
{
	for (guint i = 0; i < MIN(vcards->len, VCARDS_SHOWN); i++)
		add_vcard(card, vcards->pdata[i]);
	if (vcards->len > VCARDS_SHOWN) {
		guint more = vcards->len - VCARDS_SHOWN;
		card_add(card, CARD_DIM, "", g_strdup_printf(P_("and %u more", "and %u more", more), more));
	}
}

GPtrArray *app_card(const struct cfg *cfg, int account, const struct engine_message *m)
{
	GPtrArray *card = card_new();
	if (m->calendar)
		card_calendar(card, cfg, account, m);
	if (m->report)
		card_report(card, m->report);
	if (m->vcards)
		add_vcards(card, m->vcards);
	if (!m->is_mail)
		return card;
	add_receipt(card, m->head);
	add_list(card, cfg, account, m->head);
	return card;
}

/* --- its way --- */

static char *result_text(const struct msg_authres_result *r)
{
	static const char *const names[] = { "header.d", "header.i", "header.from", "smtp.mailfrom", "smtp.helo" };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *of = msg_authres_get(r, names[i]);
		if (of)
			return g_strdup_printf("%s %s (%s)", r->method, r->result, of);
	}
	return g_strdup_printf("%s %s", r->method, r->result);
}

static void add_results(GPtrArray *card, const struct cfg *cfg, int account, const struct msg_head *head)
{
	const GPtrArray *servers = authservs_of(cfg, account);
	struct msg_authres *a = servers && servers->len ? msg_authres_trusted(head, servers) : NULL;
	GString *out = g_string_new(NULL);
	for (guint i = 0; a && i < a->results->len; i++)
		add_piece(out, result_text(a->results->pdata[i]));
	if (a)
		card_add(card, CARD_LINE, _("Checked"),
			g_strdup_printf(_("by %s: %s"), a->server, out->len ? out->str : "-"));
	else if (msg_head_get(head, "Authentication-Results"))
		card_add(card, CARD_DIM, _("Checked"), g_strdup(_("by nobody whom 'authserv' of the account names")));
	g_string_free(out, TRUE);
	msg_authres_free(a);
}

/* "from a by b with c; date": the word behind `by`. */
static char *hop_host(const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t;", 200);
	for (char **w = words; *w && w[1]; w++)
		if (!g_ascii_strcasecmp(*w, "by") && *w[1])
			return g_strdup(w[1]);
	return g_strdup("?");
}

static void add_hop(GPtrArray *card, const char *value, int64_t *before)
{
	const char *semicolon = strrchr(value, ';');
	struct msg_date d = msg_date_parse(str_of(semicolon ? semicolon + 1 : ""));
	g_autofree char *host = hop_host(value), *when = d.known ? app_date_long(d) : g_strdup(_("no valid date"));
	g_autofree char *later =
		d.known && *before ? g_strdup_printf("  %+" G_GINT64_FORMAT " s", d.epoch - *before) : NULL;
	card_add(card, CARD_LINE, _("Passed"), g_strdup_printf("%s  %s%s", when, host, later ? later : ""));
	if (d.known)
		*before = d.epoch;
}

GPtrArray *app_card_way(const struct cfg *cfg, int account, const struct msg_head *head)
{
	GPtrArray *card = card_new();
	int64_t before = 0;
	unsigned shown = 0;
	add_results(card, cfg, account, head);
	/* The oldest is the last. */
	for (guint i = head->fields->len; i-- && shown < HOPS_SHOWN;) {
		const struct msg_field *f = head->fields->pdata[i];
		if (g_ascii_strcasecmp(f->name, "Received"))
			continue;
		add_hop(card, f->value, &before);
		shown++;
	}
	return card;
}
