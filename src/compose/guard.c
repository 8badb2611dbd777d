/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include "base/idn.h"
#include "base/utf8.h"
#include "compose/internal.h"

#define MANY 20
#define DETAIL_MAX 20 /* addresses told of */

static void guard_free(void *guard)
{
	struct guard *g = guard;
	g_free(g->detail);
	g_free(g);
}

static void add_guard(GPtrArray *guards, enum guard_kind kind, char *detail)
{
	struct guard *g = g_new(struct guard, 1);
	*g = (struct guard){ kind, detail };
	g_ptr_array_add(guards, g);
}

static void add_guard_if(GPtrArray *guards, enum guard_kind kind, const GString *detail)
{
	if (detail->len)
		add_guard(guards, kind, utf8_line((struct str){ detail->str, detail->len }));
}

/* --- the text --- */

struct stem {
	const char *text; /* case folded */
	bool whole;       /* a letter behind it makes another word */
};

/* Words that promise an attachment. */
static const struct stem stems[] = {
	/* en */ { "attach", false },
	{ "enclosed", true },
	/* de */ { "anhang", false },
	{ "anhäng", false },
	{ "angehängt", false },
	{ "anbei", true },
	{ "beigefügt", false },
	/* fr */ { "ci-joint", false },
	{ "pièce jointe", false },
	{ "pièces jointes", false },
	/* es */ { "adjunt", false },
	/* it */ { "allegat", false },
	{ "allego", true },
	/* pt */ { "anexo", false },
	/* nl */ { "bijlage", false },
	{ "bijgevoegd", false },
	{ "bijgesloten", false },
	/* sv */ { "bifoga", false },
	{ "bilaga", false },
	/* da, nb */ { "vedhæft", false },
	{ "vedlegg", false },
	{ "vedlagt", false },
	/* fi */ { "liitteen", false },
	{ "liitetiedosto", false },
	/* pl */ { "załącz", false },
	/* cs, sk */ { "přílo", false },
	{ "přilož", false },
	{ "prílo", false },
	/* ru, uk, bg */ { "вложен", false },
	{ "прикреп", false },
	{ "прилага", false },
	{ "додатк", false },
	/* el */ { "συνημμ", false },
	/* tr */ { "ekte", true },
	{ "ekteki", true },
	{ "ilişikte", true },
	/* hu */ { "csatol", false },
	{ "mellékel", false },
	/* ja, zh, ko */ { "添付", false },
	{ "附件", false },
	{ "如附", false },
	{ "첨부", false },
};

/* Scripts that write words without blanks between have no edges to look for. */
static bool is_letter_before(const char *text, const char *at)
{
	if (at == text)
		return false;
	gunichar c = g_utf8_get_char(g_utf8_prev_char(at));
	return g_unichar_isalnum(c) && g_utf8_get_char(at) < 0x2e80;
}

static bool speaks_of(const char *text, const struct stem *s)
{
	size_t n = strlen(s->text);
	for (const char *at = text; (at = strstr(at, s->text)); at += n)
		if (!is_letter_before(text, at) && !(s->whole && g_unichar_isalnum(g_utf8_get_char(at + n))))
			return true;
	return false;
}

/* What was written for this message: no quoted lines, no signature, nothing that is passed on. */
static char *own_words(const struct draft *d)
{
	struct str rest = str_of(d->text), line;
	GString *own = g_string_new(NULL);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_eq(line, STR("-- ")) || str_eq(line, str_of(_(FORWARD_BEGIN))))
			break;
		if (line.n && line.p[0] == '>')
			continue;
		g_string_append_len(own, line.p, (gssize)line.n);
		g_string_append_c(own, '\n');
	}
	return g_string_free(own, FALSE);
}

static void guard_text(const struct draft *d, bool remind, GPtrArray *guards)
{
	g_autofree char *own = own_words(d);
	g_autofree char *valid = utf8_make_valid(str_of(own));
	g_autofree char *folded = g_utf8_casefold(valid, -1);
	if (!str_trim(str_of(d->subject)).n)
		add_guard(guards, GUARD_NO_SUBJECT, NULL);
	if (d->files->len || d->names->len)
		return;
	for (size_t i = 0; remind && i < G_N_ELEMENTS(stems); i++)
		if (speaks_of(folded, &stems[i])) {
			add_guard(guards, GUARD_NO_ATTACHMENT, NULL);
			break;
		}
	if (!str_trim(str_of(own)).n && !strstr(d->text, _(FORWARD_BEGIN)) && !d->html)
		add_guard(guards, GUARD_EMPTY, NULL);
}

/* --- recipients --- */

/* Every recipient with an address; borrowed. */
static GPtrArray *all_recipients(const struct draft *d)
{
	const GPtrArray *lists[] = { d->to, d->cc, d->bcc };
	GPtrArray *all = g_ptr_array_new();
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint k = 0; k < lists[i]->len; k++)
			if (((struct msg_addr *)lists[i]->pdata[k])->addr)
				g_ptr_array_add(all, ((struct msg_addr *)lists[i]->pdata[k])->addr);
	return all;
}

static void note(GString *detail, unsigned *n, const char *text)
{
	if ((*n)++ < DETAIL_MAX)
		g_string_append_printf(detail, "%s%s", detail->len ? ", " : "", text);
	else if (*n == DETAIL_MAX + 2)
		g_string_append(detail, ", ..");
}

static void guard_grown(const struct draft *d, const GPtrArray *all, const GPtrArray *original, GPtrArray *guards)
{
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) detail = g_string_new(NULL);
	unsigned n = 0;
	if (d->kind != DRAFT_REPLY || !original)
		return;
	for (guint i = 0; i < original->len; i++) {
		const struct msg_addr *a = original->pdata[i];
		if (a->addr)
			g_hash_table_add(keys, addr_key(a->addr));
	}
	for (guint i = 0; i < all->len; i++) {
		g_autofree char *key = addr_key(all->pdata[i]);
		if (!g_hash_table_contains(keys, key))
			note(detail, &n, all->pdata[i]);
	}
	add_guard_if(guards, GUARD_GROWN, detail);
}

static bool is_no_reply(const char *addr)
{
	static const char *const words[] = { "noreply", "donotreply", "nepasrepondre", "nichtantworten",
		"keineantwort" };
	GString *tight = g_string_new(NULL);
	for (const char *p = addr; *p && *p != '@'; p++)
		if (g_ascii_isalnum(*p))
			g_string_append_c(tight, g_ascii_tolower(*p));
	g_autofree char *local = g_string_free(tight, FALSE);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(local, words[i]))
			return true;
	return false;
}

static void guard_no_reply(const GPtrArray *all, GPtrArray *guards)
{
	g_autoptr(GString) detail = g_string_new(NULL);
	unsigned n = 0;
	for (guint i = 0; i < all->len; i++)
		if (is_no_reply(all->pdata[i]))
			note(detail, &n, all->pdata[i]);
	add_guard_if(guards, GUARD_NO_REPLY, detail);
}

static void guard_lookalike(const GPtrArray *all, const GPtrArray *addrs, GPtrArray *guards)
{
	g_autoptr(GString) detail = g_string_new(NULL);
	unsigned n = 0;
	if (!addrs || !addrs->len)
		return;
	struct lookalikes *known = lookalikes_new(addrs);
	for (guint i = 0; i < all->len; i++) {
		const char *like = lookalikes_find(known, all->pdata[i]);
		g_autofree char *text = like ? g_strdup_printf(_("%s is not %s"), (char *)all->pdata[i], like) : NULL;
		if (text)
			note(detail, &n, text);
	}
	add_guard_if(guards, GUARD_LOOKALIKE, detail);
	lookalikes_free(known);
}

static void guard_domain(const struct draft *d, const char *account, GPtrArray *guards)
{
	if (!d->from || !d->from->addr || !account || !*addr_domain(account))
		return;
	g_autofree char *mine = plain_domain(account), *from = plain_domain(d->from->addr);
	if (strcmp(mine, from))
		add_guard(guards, GUARD_OTHER_DOMAIN, utf8_line(str_of(d->from->addr)));
}

/* 57 octets a line of 76. */
static uint64_t in_base64(uint64_t octets)
{
	return (octets + 2) / 3 * 4 + (octets + 56) / 57 * 2;
}

uint64_t draft_octets(const struct draft *d)
{
	uint64_t all = strlen(d->text) + (d->html ? strlen(d->html) : 0) + d->original.n;
	for (guint i = 0; i < d->files->len; i++) {
		const struct draft_file *f = d->files->pdata[i];
		uint64_t n = f->fd >= 0 ? f->size : f->bytes.n;
		all += f->verbatim || g_str_has_prefix(f->type ? f->type : "", "message/") ? n : in_base64(n);
	}
	return all;
}

GPtrArray *draft_guards(const struct draft *d, const struct guard_facts *facts)
{
	GPtrArray *guards = g_ptr_array_new_with_free_func(guard_free);
	g_autoptr(GPtrArray) all = all_recipients(d);
	unsigned many = facts->many ? facts->many : MANY;
	if (d->kind != DRAFT_BOUNCE)
		guard_text(d, !facts->no_reminder, guards);
	if (all->len > many)
		add_guard(guards, GUARD_MANY, g_strdup_printf("%u", all->len));
	guard_lookalike(all, facts->known, guards);
	guard_grown(d, all, facts->original, guards);
	guard_domain(d, facts->account_email, guards);
	guard_no_reply(all, guards);
	if (facts->size_max && draft_octets(d) > facts->size_max)
		add_guard(guards, GUARD_TOO_LARGE, NULL);
	return guards;
}
