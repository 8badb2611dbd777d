/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

static void alias_free(void *v)
{
	struct cfg_alias *a = v;
	g_free(a->name);
	g_ptr_array_unref(a->members);
	g_free(a);
}

static void bind_free(void *v)
{
	struct cfg_bind *b = v;
	g_free(b->context);
	g_free(b->key);
	g_free(b->command);
	g_free(b);
}

static void viewer_free(void *v)
{
	struct cfg_viewer *w = v;
	g_free(w->type);
	g_free(w->command);
	g_free(w);
}

static void theme_free(void *v)
{
	struct cfg_theme *t = v;
	g_free(t->role);
	g_free(t->style);
	g_free(t);
}

struct cfg *cfg_new(GPtrArray *cards)
{
	struct cfg *c = g_new0(struct cfg, 1);
	cfg_options_init(&c->options);
	c->accounts = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_account_free);
	c->broken = g_ptr_array_new_with_free_func(g_free);
	c->aliases = g_ptr_array_new_with_free_func(alias_free);
	c->binds = g_ptr_array_new_with_free_func(bind_free);
	c->themes = g_ptr_array_new_with_free_func(theme_free);
	c->viewers = g_ptr_array_new_with_free_func(viewer_free);
	c->ignore = g_ptr_array_new_with_free_func(g_free);
	c->retain = g_ptr_array_new_with_free_func(g_free);
	c->cards = cards ? cards : g_ptr_array_new_with_free_func((GDestroyNotify)cfg_card_free);
	c->diags = cfg_diags_new();
	c->origins = cfg_origins_new();
	return c;
}

void cfg_free(struct cfg *c)
{
	if (!c)
		return;
	GPtrArray *const lists[] = { c->accounts, c->broken, c->aliases, c->binds, c->themes, c->viewers, c->ignore,
		c->retain, c->cards, c->diags };
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_ptr_array_unref(lists[i]);
	g_hash_table_unref(c->origins);
	cfg_options_clear(&c->options);
	g_free(c->path);
	g_free(c->usual);
	g_free(c->asked);
	g_free(c->card_dir);
	g_free(c);
}

struct cfg *cfg_parse(struct str text, const char *file, const GPtrArray *cards)
{
	struct cfg *c = cfg_new(cards ? g_ptr_array_ref((GPtrArray *)cards) : NULL);
	struct parser p;
	cfg_parser_init(&p, c, false);
	c->path = g_strdup(file);
	if (text.n > CFG_FILE_MAX) {
		struct mark at = { .file = file };
		cfg_complain(
			&p, CFG_ERROR, &at, NULL, _("larger than %u octets; nothing of it was read"), CFG_FILE_MAX);
	} else {
		cfg_parse_text(&p, text, file);
	}
	cfg_parse_end(&p);
	cfg_parser_clear(&p);
	return c;
}

static char *config_dir(void)
{
	const char *base = g_getenv("XDG_CONFIG_HOME");
	if (base && g_path_is_absolute(base))
		return g_build_filename(base, "boxwood", NULL);
	return g_build_filename(g_get_home_dir(), ".config", "boxwood", NULL);
}

/* NULL: the usual one. */
static const char *named_path(const char *path)
{
	const char *named = path ? path : g_getenv("BOXWOOD_MAILRC");
	return named && !*named && !path ? NULL : named;
}

char *cfg_path(const char *path)
{
	g_autofree char *own = config_dir();
	const char *named = named_path(path);
	return named ? g_strdup(named) : g_build_filename(own, "mailrc", NULL);
}

struct cfg *cfg_load_over(const char *path, const char *card_dir, const char *over_path, struct str over_text)
{
	g_autofree char *own = config_dir();
	g_autofree char *own_cards = g_build_filename(own, "providers", NULL);
	g_autofree char *file = cfg_path(path);
	bool named = named_path(path);
	struct cfg *c = cfg_new(NULL);
	struct parser p;
	struct err e = ERR_INIT;
	cfg_parser_init(&p, c, true);
	p.over_path = over_path;
	p.over_text = over_text;
	c->usual = g_strdup(file);
	c->asked = g_strdup(path);
	c->card_dir = g_strdup(card_dir);
	cfg_cards_load(&p, own_cards);
	cfg_cards_load(&p, card_dir);
	if (!cfg_parse_file(&p, file, &e)) {
		c->path = g_strdup(file);
	} else if (named || e.cause != ERR_MISSING) {
		struct mark at = { .file = file, .seq = p.seq + 1 };
		cfg_complain(&p, CFG_ERROR, &at, NULL, "%s", e.text);
	}
	err_clear(&e);
	cfg_parse_end(&p);
	cfg_parser_clear(&p);
	return c;
}

struct cfg *cfg_load(const char *path, const char *card_dir)
{
	return cfg_load_over(path, card_dir, NULL, (struct str){ 0 });
}

struct cfg *cfg_load_again(const struct cfg *c)
{
	return cfg_load(c->asked, c->card_dir);
}

unsigned cfg_errors(const struct cfg *c)
{
	unsigned n = 0;
	for (guint i = 0; i < c->diags->len; i++)
		n += ((const struct cfg_diag *)c->diags->pdata[i])->level == CFG_ERROR;
	return n;
}

const struct cfg_account *cfg_account(const struct cfg *c, const char *label)
{
	for (guint i = 0; i < c->accounts->len; i++) {
		const struct cfg_account *a = c->accounts->pdata[i];
		if (!label || !strcmp(a->label, label))
			return a;
	}
	return NULL;
}

const struct cfg_card *cfg_card(const struct cfg *c, const char *name)
{
	for (guint i = 0; i < c->cards->len; i++) {
		const struct cfg_card *card = c->cards->pdata[i];
		if (!strcmp(card->name, name))
			return card;
	}
	return NULL;
}

const char *cfg_pin(const struct cfg_account *a, const char *host, uint16_t port)
{
	for (guint i = 0; i < a->pins->len; i++) {
		const struct cfg_pin *pin = a->pins->pdata[i];
		if (pin->port == port && !g_ascii_strcasecmp(pin->host, host))
			return pin->sha256;
	}
	return NULL;
}

struct cfg_card *cfg_autoconfig_copy(const char *directory, const char *domain, char **where_out)
{
	g_autofree char *own = config_dir(), *mine = g_build_filename(own, "autoconfig", NULL);
	const char *const places[] = { mine, directory };
	struct cfg_card *card = NULL;
	*where_out = NULL;
	/* A domain is part of the path. */
	if (!cfg_value_host(str_of(domain)) || strchr(domain, ':'))
		return NULL;
	for (size_t i = 0; !card && i < G_N_ELEMENTS(places); i++) {
		struct err e = ERR_INIT;
		struct buf text;
		g_autofree char *name = g_ascii_strdown(domain, -1);
		g_autofree char *path = places[i] ? g_build_filename(places[i], name, NULL) : NULL;
		buf_init(&text, CFG_AUTOCONFIG_MAX);
		if (path && !fs_read(path, CFG_AUTOCONFIG_MAX, &text, &e))
			card = cfg_autoconfig(buf_str(&text), name);
		if (card)
			*where_out = g_steal_pointer(&path);
		buf_clear(&text);
		err_clear(&e);
	}
	return card;
}
