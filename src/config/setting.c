/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single values by their key, and where they come from. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

#define MASK "********"

/* --- where values stand --- */

static void origin_free(void *v)
{
	struct cfg_origin *o = v;
	g_free(o->file);
	g_free(o->given);
	g_free(o);
}

GHashTable *cfg_origins_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, origin_free);
}

char *cfg_key_of(const char *account, const char *word)
{
	return account ? g_strdup_printf("%s.%s", account, word) : g_strdup(word);
}

static bool has_secret(const struct word *w)
{
	size_t end = w->at.source.p ? (size_t)(w->at.span.p - w->at.source.p) + w->at.span.n : 0;
	return w->at.secret < end;
}

static struct cfg_origin *origin_new(const struct word *w)
{
	struct cfg_origin *o = g_new0(struct cfg_origin, 1);
	o->file = g_strdup(w->at.file);
	o->line = w->at.line;
	return o;
}

void cfg_origin_note(struct parser *p, const char *key, const struct word *w, size_t n, size_t skip)
{
	struct cfg_origin *o = origin_new(w);
	if (n) {
		o->secret = has_secret(w);
		o->given = g_strdup(o->secret ? MASK : w->text + skip);
	}
	g_hash_table_replace(p->cfg->origins, g_strdup(key), o);
}

static char *words_text(const struct word *w, size_t n, bool *secret_out)
{
	GString *out = g_string_new(NULL);
	for (size_t i = 0; i < n && !*secret_out; i++) {
		struct err e = ERR_INIT;
		if (i)
			g_string_append_c(out, ' ');
		*secret_out = has_secret(w + i);
		if (*secret_out)
			g_string_append(out, MASK);
		else
			cfg_edit_quote(w[i].text, out, &e);
		err_clear(&e);
	}
	return g_string_free(out, FALSE);
}

void cfg_origin_add(struct parser *p, const char *key, const struct cfg_word *word, const struct word *w, size_t n)
{
	const struct cfg_origin *had = word->rule->many ? g_hash_table_lookup(p->cfg->origins, key) : NULL;
	struct cfg_origin *o = origin_new(w);
	bool secret = false;
	bool one = word->rule->max == 1 && !has_secret(w);
	g_autofree char *text = one ? g_strdup(w->text) : words_text(w, n, &secret);
	o->given = had ? g_strdup_printf("%s%s%s", had->given, word->rule->list ? " " : ", ", text) : g_strdup(text);
	o->secret = secret || (had && had->secret);
	g_hash_table_replace(p->cfg->origins, g_strdup(key), o);
}

/* --- what accounts have without a word of their own --- */

static char *server_text(const struct cfg_server *s)
{
	const char *open = s && strchr(s->host, ':') ? "[" : "", *end = *open ? "]" : "";
	return s ? g_strdup_printf("%s%s%s:%u %s", open, s->host, end, s->port, cfg_security_name(s->security)) : NULL;
}

/* The value that the card or the address gave; *card_out: the card did. NULL: as for everybody. */
static char *made_value(const struct cfg_account *a, const char *word, bool *card_out)
{
	static const char *const roles[CFG_ROLES] = { "sent", "drafts", "trash", "junk", "archive" };
	const struct cfg_card *card = a->card;
	*card_out = card;
	if (!strcmp(word, "imap"))
		return server_text(a->imap);
	if (!strcmp(word, "smtp") && a->smtp)
		return server_text(a->smtp);
	if (!strcmp(word, "login"))
		return g_strdup(a->login);
	if (!strcmp(word, "prefix"))
		return g_strdup(a->prefix);
	for (int i = 0; i < CFG_ROLES; i++)
		if (!strcmp(word, roles[i]))
			return g_strdup(a->roles[i]);
	*card_out = false;
	if (!strcmp(word, "smtp-login"))
		return g_strdup(a->login);
	if (strcmp(word, "poll"))
		return NULL;
	*card_out = card && card->poll_floor > CFG_POLL_DEFAULT;
	return cfg_time_text(a->poll);
}

/* --- keys --- */

static const struct cfg_account *account_of(const struct cfg *c, const char *key, const char **word_out)
{
	const char *dot = strrchr(key, '.');
	g_autofree char *label = dot ? g_strndup(key, (gsize)(dot - key)) : NULL;
	*word_out = dot ? dot + 1 : NULL;
	return label ? cfg_account(c, label) : NULL;
}

static int no_key(const struct cfg *c, const char *key, struct err *e)
{
	g_autoptr(GPtrArray) keys = cfg_setting_keys(c);
	const char *near = cfg_nearest(key, (const char *const *)keys->pdata, keys->len);
	g_autofree char *hint = cfg_did_you_mean(near);
	err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("there is no setting '%s'"), key);
	if (hint) {
		g_autofree char *without = e->text;
		e->text = g_strdup_printf("%s; %s", without, hint);
	}
	return -1;
}

static void option_get(const struct cfg *c, const struct cfg_word *option, struct cfg_setting *out)
{
	out->value = out->origin && out->origin->secret ? g_strdup(out->origin->given)
							: cfg_option_text(c, option, out->key);
}

static void word_get(struct cfg_setting *out)
{
	bool card = false;
	out->value = out->origin ? g_strdup(out->origin->given) : made_value(out->account, out->word->name, &card);
	if (out->value && !out->origin && card)
		out->card = out->account->card->name;
	/* A smaller value is raised. */
	if (!strcmp(out->word->name, "poll") && out->origin) {
		g_free(out->value);
		out->value = cfg_time_text(out->account->poll);
	}
	bool otherwise = !strcmp(out->word->name, "password") && out->account->password != CFG_PASSWORD_ASK;
	if (!out->value && !otherwise)
		out->value = g_strdup(out->word->preset);
}

int cfg_setting_get(const struct cfg *c, const char *key, struct cfg_setting *out, struct err *e)
{
	const char *word = NULL;
	size_t n;
	const struct cfg_word *words = cfg_account_words(&n);
	const struct cfg_word *option = cfg_option_find(key);
	const struct cfg_account *a = option ? NULL : account_of(c, key, &word);
	*out = (struct cfg_setting){ .word = a ? cfg_word_find(words, n, word) : option, .account = a };
	if (!out->word)
		return no_key(c, key, e);
	out->key = g_strdup(key);
	out->origin = g_hash_table_lookup(c->origins, key);
	if (a)
		word_get(out);
	else
		option_get(c, option, out);
	return 0;
}

void cfg_setting_clear(struct cfg_setting *s)
{
	g_free(s->key);
	g_free(s->value);
	*s = (struct cfg_setting){ 0 };
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *cfg_setting_keys(const struct cfg *c)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) viewers = g_ptr_array_new();
	size_t n;
	const struct cfg_word *words = cfg_option_words(&n);
	for (guint i = 0; i < c->viewers->len; i++)
		g_ptr_array_add(viewers, ((const struct cfg_viewer *)c->viewers->pdata[i])->type);
	g_ptr_array_sort(viewers, by_name);
	for (size_t i = 0; i < n; i++) {
		if (words[i].rule->type != OPTION_VIEWER)
			g_ptr_array_add(keys, g_strdup(words[i].name));
		else
			for (guint k = 0; k < viewers->len; k++)
				g_ptr_array_add(keys, g_strconcat("view-", (char *)viewers->pdata[k], NULL));
	}
	words = cfg_account_words(&n);
	for (guint i = 0; i < c->accounts->len; i++)
		for (size_t k = 0; k < n; k++)
			g_ptr_array_add(keys,
				cfg_key_of(((const struct cfg_account *)c->accounts->pdata[i])->label, words[k].name));
	return keys;
}
