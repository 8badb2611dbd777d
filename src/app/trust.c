/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader should know before believing a message: who it is from, where answers go, what its files are. */
#include "app/app.h"

#include <string.h>

#include "base/i18n.h"
#include "base/idn.h"
#include "base/utf8.h"
#include "compose/compose.h"

#define DOUBTS_MAX 8
#define ADDRESSES_LOOKED_AT 12

const char *const app_doubt_names[] = { "no-from", "name-is-address", "mixed-scripts", "other-script", "lookalike",
	"sender", "reply-to", "program", "name-and-type", "content-and-type", "bad-address", "field-twice", "cut-off",
	"limit" };

static void doubt_free(void *doubt)
{
	struct app_doubt *d = doubt;
	g_free(d->text);
	g_free(d);
}

static void add(GPtrArray *doubts, enum app_doubt_kind kind, char *text)
{
	for (guint i = 0; i < doubts->len; i++)
		if (doubts->len >= DOUBTS_MAX || !strcmp(((struct app_doubt *)doubts->pdata[i])->text, text)) {
			g_free(text);
			return;
		}
	struct app_doubt *d = g_new(struct app_doubt, 1);
	*d = (struct app_doubt){ kind, utf8_line(str_of(text)) };
	g_free(text);
	g_ptr_array_add(doubts, d);
}

/* --- names --- */

static const char *domain_of(const char *addr)
{
	const char *at = strrchr(addr, '@');
	return at ? at + 1 : "";
}

/* An address within a name that is none of the address itself. */
static bool names_another(const char *name, const char *addr)
{
	g_auto(GStrv) words = g_strsplit_set(name, " \t\"'<>()[],;:", -1);
	for (char **w = words; *w; w++) {
		const char *at = strchr(*w, '@');
		if (at && at > *w && strchr(at, '.') && g_ascii_strcasecmp(*w, addr))
			return true;
	}
	return false;
}

/* --- scripts --- */

static bool is_any(const char *script, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(script, *names))
			return true;
	return false;
}

/* More than one script in s, other than those that are written together (UTS 39, 5.2). */
static bool is_mixed(const char *s)
{
	static const char *const japanese[] = { "Latin", "Han", "Hiragana", "Katakana", NULL };
	static const char *const korean[] = { "Latin", "Han", "Hangul", NULL };
	static const char *const chinese[] = { "Latin", "Han", "Bopomofo", NULL };
	const char *first = NULL;
	bool ja = true, ko = true, zh = true, many = false;
	for (const char *p = s; *p; p = g_utf8_next_char(p)) {
		const char *script = utf8_script(g_utf8_get_char(p));
		if (!script)
			continue;
		many = many || (first && strcmp(first, script));
		first = first ? first : script;
		ja = ja && is_any(script, japanese);
		ko = ko && is_any(script, korean);
		zh = zh && is_any(script, chinese);
	}
	return many && !ja && !ko && !zh;
}

static bool has_mixed_piece(const char *s, const char *separators)
{
	g_auto(GStrv) pieces = g_strsplit_set(s, separators, -1);
	for (char **p = pieces; *p; p++)
		if (is_mixed(*p))
			return true;
	return false;
}

/* A label of letters from another script that all look Latin, under a domain that is Latin: "аррӏе.com". */
static bool only_looks_latin(const char *domain)
{
	g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
	guint n = g_strv_length(labels);
	if (!n || !g_str_is_ascii(labels[n - 1]))
		return false;
	for (char **l = labels; *l; l++) {
		g_autofree char *bones = g_str_is_ascii(*l) ? NULL : lookalike_skeleton(*l);
		if (bones && g_str_is_ascii(bones))
			return true;
	}
	return false;
}

/* --- addresses --- */

static void look_at_address(const struct msg_addr *a, GPtrArray *doubts)
{
	if (a->name && a->addr && names_another(a->name, a->addr))
		add(doubts, DOUBT_NAME_IS_ADDRESS,
			g_strdup_printf(_("The name \"%s\" shows another address than %s."), a->name, a->addr));
	if (a->name && has_mixed_piece(a->name, " -.@"))
		add(doubts, DOUBT_MIXED_SCRIPTS,
			g_strdup_printf(_("The name \"%s\" mixes letters of several scripts in one word."), a->name));
	if (!a->addr)
		return;
	g_autofree char *unicode = idn_to_unicode(domain_of(a->addr));
	g_autofree char *ascii = idn_to_ascii(unicode);
	if (g_str_is_ascii(unicode))
		return;
	if (has_mixed_piece(unicode, "."))
		add(doubts, DOUBT_MIXED_SCRIPTS,
			g_strdup_printf(_("The domain %s mixes letters of several scripts in one word: it is %s."),
				unicode, ascii ? ascii : "?"));
	else if (only_looks_latin(unicode))
		add(doubts, DOUBT_OTHER_SCRIPT,
			g_strdup_printf(_("The domain %s only looks like Latin letters: it is %s."), unicode,
				ascii ? ascii : "?"));
}

static void look_at_addresses(const GPtrArray *who, struct lookalikes *known, GPtrArray *doubts)
{
	for (guint i = 0; who && i < MIN(who->len, ADDRESSES_LOOKED_AT); i++) {
		const struct msg_addr *a = who->pdata[i];
		look_at_address(a, doubts);
		const char *like = known && a->addr ? lookalikes_find(known, a->addr) : NULL;
		if (like)
			add(doubts, DOUBT_LOOKALIKE,
				g_strdup_printf(_("%s is not %s, to whom you have written."), a->addr, like));
	}
}

/* The part of a domain that one owner has: two labels, three under a short second one ("co.uk"). */
static const char *owned(const char *domain)
{
	const char *last = strrchr(domain, '.');
	const char *second = last ? g_strrstr_len(domain, last - domain, ".") : NULL;
	const char *from = second ? second + 1 : domain;
	if (second && last - from <= 3) {
		const char *third = g_strrstr_len(domain, second - domain, ".");
		from = third ? third + 1 : domain;
	}
	return from;
}

static bool is_of_one_owner(const char *a, const char *b)
{
	return !g_ascii_strcasecmp(owned(domain_of(a)), owned(domain_of(b)));
}

static bool has_address(const GPtrArray *who, const char *addr, bool owner_is_enough)
{
	for (guint i = 0; who && i < who->len; i++) {
		const char *other = ((const struct msg_addr *)who->pdata[i])->addr;
		if (other && (!g_ascii_strcasecmp(other, addr) || (owner_is_enough && is_of_one_owner(other, addr))))
			return true;
	}
	return false;
}

/* The first address of `who` that From does not have; NULL: none. Of one owner: that will do. */
static const char *another_than_from(const GPtrArray *who, const struct msg_head *h, bool owner_is_enough)
{
	for (guint i = 0; who && i < MIN(who->len, ADDRESSES_LOOKED_AT); i++) {
		const char *addr = ((const struct msg_addr *)who->pdata[i])->addr;
		if (addr && !has_address(h->from, addr, owner_is_enough))
			return addr;
	}
	return NULL;
}

bool app_differs_from_writer(const struct msg_head *h, const GPtrArray *who)
{
	return another_than_from(who, h, false);
}

/* What a mailing list writes into a message is no doubt about its writer; old ones only name themselves so. */
static bool is_of_list(const struct msg_head *h, const char *sender)
{
	return h->list_id || msg_head_get(h, "List-Post") || msg_head_get(h, "List-Unsubscribe") ||
	       (sender && (g_str_has_prefix(sender, "owner-") || strstr(sender, "-bounces@") ||
				  strstr(sender, "-owner@") || strstr(sender, "-request@")));
}

/* An address of another owner that answers would go to; NULL: none. To all who have the message they may: a list, or a
 * group. */
static const char *goes_elsewhere(const struct msg_head *h)
{
	const char *answers = another_than_from(h->reply_to, h, true);
	bool has_it = answers && (has_address(h->to, answers, false) || has_address(h->cc, answers, false));
	return h->from->len && !has_it && !is_of_list(h, another_than_from(h->sender, h, true)) ? answers : NULL;
}

bool app_answers_go_elsewhere(const struct msg_head *h)
{
	return goes_elsewhere(h);
}

static void look_at_ways(const struct msg_head *h, GPtrArray *doubts)
{
	const char *sender = another_than_from(h->sender, h, true), *answers = goes_elsewhere(h);
	if (!h->from->len && h->fields->len)
		add(doubts, DOUBT_NO_FROM, g_strdup(_("It does not say whom it is from.")));
	if (!h->from->len || is_of_list(h, sender))
		return;
	if (sender)
		add(doubts, DOUBT_SENDER,
			g_strdup_printf(_("It was sent by %s, which is another domain than that of From."), sender));
	if (answers)
		add(doubts, DOUBT_REPLY_TO,
			g_strdup_printf(
				_("Answers would go to %s, which is another domain than that of From."), answers));
}

/* --- what is malformed --- */

/* Fields that may stand once. What else stands twice, or says the same twice, deceives nobody. */
static const char *const single[] = { "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID",
	"Content-Type", "Content-Transfer-Encoding" };

/* Does a later field of that name say something else than the first, which counts? */
static bool stands_twice(const struct msg_head *h, const char *name)
{
	const char *first = NULL;
	for (guint i = 0; i < h->fields->len; i++) {
		const struct msg_field *f = h->fields->pdata[i];
		if (g_ascii_strcasecmp(f->name, name))
			continue;
		if (first && strcmp(first, f->raw))
			return true;
		first = first ? first : f->raw;
	}
	return false;
}

static bool has_defect(const struct engine_message *m, const char *keyword)
{
	for (guint i = 0; m->defects && i < m->defects->len; i++)
		if (!strcmp(m->defects->pdata[i], keyword))
			return true;
	return false;
}

static void look_at_form(const struct engine_message *m, GPtrArray *doubts)
{
	static const char *const limits[] = { "depth-limit", "parts-limit", "header-limit", "decode-limit" };
	if (m->head->odd_writer)
		add(doubts, DOUBT_BAD_ADDRESS,
			g_strdup(_("An address it is from, or answers go to, is malformed: what is shown is what an "
				   "answer goes to.")));
	for (size_t i = 0; i < G_N_ELEMENTS(single); i++)
		if (stands_twice(m->head, single[i]))
			add(doubts, DOUBT_FIELD_TWICE,
				g_strdup_printf(_("Its header says %s twice and differently: the first one counts."),
					single[i]));
	if (has_defect(m, "cut-off"))
		add(doubts, DOUBT_CUT_OFF, g_strdup(_("Its end is missing: the last part may be cut off.")));
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
		if (has_defect(m, limits[i]))
			add(doubts, DOUBT_LIMIT,
				g_strdup(_("It is larger or nested deeper than is read: only its source is whole.")));
}

/* --- files --- */

static void look_at_files(const struct engine_message *m, GPtrArray *doubts)
{
	for (guint i = 0; m->leaves && i < m->leaves->len; i++) {
		const struct engine_leaf *l = m->leaves->pdata[i];
		const struct msg_part *p = l->part;
		const char *name = p->name ? p->name : p->section;
		switch (msg_file_doubt(p->type, p->name, l->found)) {
		case MSG_FILE_FINE: break;
		case MSG_FILE_PROGRAM:
			add(doubts, DOUBT_PROGRAM,
				g_strdup_printf(_("The attachment %s is a program, or is opened like one."), name));
			break;
		case MSG_FILE_NAME:
			add(doubts, DOUBT_NAME_AND_TYPE,
				g_strdup_printf(_("The attachment %s is said to be %s: its name says otherwise."), name,
					p->type));
			break;
		case MSG_FILE_CONTENT:
			add(doubts, DOUBT_CONTENT_AND_TYPE,
				g_strdup_printf(_("The attachment %s is said to be %s, but it holds %s."), name,
					p->type, l->found));
			break;
		}
	}
}

GPtrArray *app_doubts(const struct engine_message *m, const GPtrArray *known)
{
	GPtrArray *doubts = g_ptr_array_new_with_free_func(doubt_free);
	struct lookalikes *people = known && known->len ? lookalikes_new(known) : NULL;
	look_at_addresses(m->head->from, people, doubts);
	look_at_addresses(m->head->sender, NULL, doubts);
	look_at_addresses(m->head->reply_to, people, doubts);
	if (m->is_mail) {
		look_at_ways(m->head, doubts);
		look_at_form(m, doubts);
	}
	look_at_files(m, doubts);
	lookalikes_free(people);
	return doubts;
}

/* --- signed and encrypted --- */

char *app_seal_text(enum msg_seal_kind kind, enum msg_seal_scheme scheme)
{
	const char *how = scheme == MSG_SEAL_OPENPGP ? "OpenPGP"
			  : scheme == MSG_SEAL_SMIME ? "S/MIME"
						     : _("an unknown way");
	switch (kind) {
	case MSG_SEAL_SIGNED: return g_strdup_printf(_("Signed by %s: NOT VERIFIED"), how);
	case MSG_SEAL_ENCRYPTED: return g_strdup_printf(_("Encrypted by %s: NOT DECRYPTED"), how);
	default: return g_strdup_printf(_("In an envelope of %s, signed or encrypted: NOT OPENED"), how);
	}
}
