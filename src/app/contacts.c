/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vCards of `address-vcards`, read away from whoever is typing. */
#include "app/app.h"

#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/pool.h"

#define FILES_MAX 20000
#define FILE_MAX (16u << 20)
#define OCTETS_MAX (128u << 20) /* of all files */
#define DEPTH_MAX 3             /* of directories */
#define FRESH_MS 30000          /* so long they are not looked at again */

struct reading {
	const char *path;
	const int *stop;
	GPtrArray *cards;
	unsigned files;
	uint64_t octets;
	struct err err;
};

struct app_contacts {
	char *path;
	GPtrArray *cards; /* struct app_contact *; NULL: not read yet */
	struct err err;   /* why they could not be read */
	int64_t read_at;
	bool reading;
	int stop; /* by g_atomic_int_ only */
	struct pool *pool;
	struct channel *back;
	GSource *source;
	void (*changed)(void *aux);
	void *aux;
};

static void card_free(void *data)
{
	struct app_contact *c = data;
	g_free(c->name);
	g_free(c->addr);
	g_free(c->org);
	g_free(c->folded);
	g_free(c);
}

static void reading_free(void *data)
{
	struct reading *r = data;
	g_ptr_array_unref(r->cards);
	err_clear(&r->err);
	g_free(r);
}

/* --- in the pool --- */

static void take_card(GPtrArray *to, const struct msg_vcard *v)
{
	const char *nick = msg_vcard_get(v, "nickname"), *org = msg_vcard_get(v, "org");
	for (guint i = 0; i < v->fields->len; i++) {
		const struct msg_vcard_field *f = v->fields->pdata[i];
		g_autoptr(GPtrArray) addrs = strcmp(f->name, "email") ? NULL : msg_addrs_parse(str_of(f->value));
		const struct msg_addr *one = addrs && addrs->len == 1 ? addrs->pdata[0] : NULL;
		if (!one || !one->addr || !strchr(one->addr, '@'))
			continue;
		struct app_contact *c = g_new0(struct app_contact, 1);
		c->addr = g_strdup(one->addr);
		c->name = strcmp(v->name, f->value) ? g_strdup(v->name) : NULL;
		c->org = g_strdup(org);
		g_autofree char *all = g_strdup_printf("%s %s %s", c->name ? c->name : "", nick ? nick : "", c->addr);
		c->folded = g_utf8_casefold(all, -1);
		g_ptr_array_add(to, c);
	}
}

static void read_file(struct reading *r, const char *path, struct err *e)
{
	struct buf b;
	buf_init(&b, FILE_MAX);
	if (!fs_read(path, FILE_MAX, &b, e)) {
		g_autoptr(GPtrArray) cards = msg_vcards_parse(buf_str(&b));
		for (guint i = 0; i < cards->len && r->cards->len < MSG_VCARDS_MAX; i++)
			take_card(r->cards, cards->pdata[i]);
	}
	r->files++;
	r->octets += b.n;
	buf_clear(&b);
}

static bool has_enough(const struct reading *r)
{
	return g_atomic_int_get(r->stop) || r->files >= FILES_MAX || r->octets >= OCTETS_MAX ||
	       r->cards->len >= MSG_VCARDS_MAX;
}

static void read_dir(struct reading *r, const char *path, int depth)
{
	const char *name;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	while (dir && !has_enough(r) && (name = g_dir_read_name(dir))) {
		g_autofree char *one = g_build_filename(path, name, NULL);
		struct err e = ERR_INIT;
		struct stat st;
		if (*name == '.' || stat(one, &st))
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			read_dir(r, one, depth + 1);
		else if (S_ISREG(st.st_mode) && strlen(name) > 4 &&
			 !g_ascii_strcasecmp(name + strlen(name) - 4, ".vcf"))
			read_file(r, one, &e);
		err_clear(&e);
	}
}

static void read_all(void *value)
{
	struct reading *r = value;
	struct stat st;
	if (stat(r->path, &st))
		err_set(&r->err, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "no such file '%s'", r->path);
	else if (S_ISDIR(st.st_mode))
		read_dir(r, r->path, 1);
	else
		read_file(r, r->path, &r->err);
}

/* --- at the front --- */

static void got(void *value, void *aux)
{
	struct app_contacts *c = aux;
	struct reading *r = value;
	if (c->cards)
		g_ptr_array_unref(c->cards);
	c->cards = g_ptr_array_ref(r->cards);
	err_clear(&c->err);
	err_move(&c->err, &r->err);
	c->reading = false;
	c->read_at = clock_ms();
	reading_free(r);
	c->changed(c->aux);
}

struct app_contacts *app_contacts_new(const char *path, GMainContext *ctx, void (*changed)(void *aux), void *aux)
{
	struct app_contacts *c = g_new0(struct app_contacts, 1);
	c->path = g_strdup(path);
	c->changed = changed;
	c->aux = aux;
	c->pool = pool_new(1);
	c->back = channel_new(reading_free);
	c->source = channel_watch(c->back, ctx, got, c);
	return c;
}

void app_contacts_free(struct app_contacts *c)
{
	if (!c)
		return;
	g_atomic_int_set(&c->stop, 1);
	pool_free(c->pool);
	g_source_destroy(c->source);
	g_source_unref(c->source);
	channel_free(c->back);
	if (c->cards)
		g_ptr_array_unref(c->cards);
	err_clear(&c->err);
	g_free(c->path);
	g_free(c);
}

const GPtrArray *app_contacts_get(struct app_contacts *c, bool *reading_out, const struct err **err_out)
{
	if (!c->reading && (!c->cards || clock_ms() - c->read_at > FRESH_MS)) {
		struct reading *r = g_new0(struct reading, 1);
		r->path = c->path;
		r->stop = &c->stop;
		r->cards = g_ptr_array_new_with_free_func(card_free);
		c->reading = true;
		pool_run(c->pool, read_all, r, c->back);
	}
	*reading_out = c->reading && !c->cards;
	*err_out = &c->err;
	return c->cards;
}
