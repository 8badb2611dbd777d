/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a message on its way to the server: a file of the state directory, made before the change is called durable
 * and removed once the server has it. Until its change is a row its name ends in ".new": then it is nobody's work yet. */
#include "engine/changes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/utf8.h"

#define PIECE 65536
#define HEADER_MOST (1u << 20) /* octets that are looked at */
#define NEW ".new"
#define NEW_FOR_S 86400 /* so long another process may be about to write the row */
#define LETTERS_KEPT_S (30 * 86400)

struct spool {
	FILE *file;
	uint64_t left;
	bool utf8;
};

static char *spool_path(const struct account *a, const char *name)
{
	return g_build_filename(a->engine->settings.state_dir, "spool", name, NULL);
}

static char *new_path(const struct account *a, const char *name)
{
	g_autofree char *path = spool_path(a, name);
	return g_strconcat(path, NEW, NULL);
}

/* A NUL cannot go through APPEND (RFC 3501 9, CHAR8), and every line ends as RFC 5322 has it. */
static GString *with_crlf(struct str in, struct err *e)
{
	GString *out = g_string_sized_new(in.n + in.n / 40);
	for (size_t i = 0; i < in.n; i++) {
		if (!in.p[i]) {
			err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "the message holds a NUL octet at %zu", i);
			g_string_free(out, TRUE);
			return NULL;
		}
		if (in.p[i] == '\n' && (!i || in.p[i - 1] != '\r'))
			g_string_append_c(out, '\r');
		g_string_append_c(out, in.p[i]);
	}
	return out;
}

static int write_spool(const char *path, struct str bytes, struct err *e)
{
	struct fs_new *f = fs_new_open(path, false, e);
	if (!f)
		return -1;
	if (fs_new_write(f, bytes, e) || fs_new_commit(&f, e)) {
		fs_new_abort(&f);
		return -1;
	}
	return 0;
}

int spool_take(
	struct account *a, const struct engine_change *want, struct store_change *c, GPtrArray *rows, struct err *e)
{
	struct buf in;
	buf_init(&in, ENGINE_MESSAGE_MAX);
	g_ptr_array_add(rows, c);
	g_autofree char *dir = g_build_filename(a->engine->settings.state_dir, "spool", NULL);
	g_autofree char *path = NULL;
	GString *out = NULL;
	int result = -1;
	if (fs_private_dir(dir, e) || fs_read(want->path, ENGINE_MESSAGE_MAX, &in, e))
		goto out;
	out = with_crlf(buf_str(&in), e);
	if (!out)
		goto out;
	c->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)out->str, out->len);
	uint32_t random;
	net_random(&random, sizeof(random));
	c->path = g_strdup_printf("%.16s-%08x.eml", c->sha256, random);
	c->size = out->len;
	struct msg *m = msg_parse((struct str){ out->str, out->len });
	struct store_change_item *item = store_change_item_add(c);
	item->size = out->len;
	item->received = want->received ? want->received : m->head->date.known ? m->head->date.epoch : clock_wall();
	item->msgid = g_strdup(m->head->message_id);
	msg_free(m);
	path = new_path(a, c->path);
	result = write_spool(path, (struct str){ out->str, out->len }, e);
out:
	if (out)
		g_string_free(out, TRUE);
	buf_clear(&in);
	return result;
}

void spool_keep(struct account *a, const struct store_change *c)
{
	if (!c->path)
		return;
	g_autofree char *from = new_path(a, c->path), *to = spool_path(a, c->path);
	if (rename(from, to) && errno != ENOENT)
		log_line(LOG_ERROR, "%s: %s", from, g_strerror(errno));
}

static bool header_is_utf8(FILE *file)
{
	g_autofree char *head = g_malloc(HEADER_MOST);
	struct str rest = { head, fread(head, 1, HEADER_MOST, file) }, line;
	bool more = false, valid = true;
	while (rest.n && str_cut(rest, '\n', &line, &rest) && str_trim(line).n) {
		valid = valid && utf8_valid(line);
		for (size_t i = 0; i < line.n; i++)
			more = more || line.p[i] & 0x80;
	}
	return more && valid;
}

/* The octets are those that the row was made for; from the start again. */
static bool is_as_written(FILE *file, const struct store_change *c)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree guchar *piece = g_malloc(PIECE);
	size_t n;
	while ((n = fread(piece, 1, PIECE, file)))
		g_checksum_update(sum, piece, (gssize)n);
	bool read = !ferror(file);
	rewind(file);
	return read && !g_strcmp0(g_checksum_get_string(sum), c->sha256);
}

char *spool_new(struct account *a, struct store_change *c, struct err *e)
{
	uint32_t random[3];
	net_random(random, sizeof(random));
	g_autofree char *dir = g_build_filename(a->engine->settings.state_dir, "spool", NULL);
	c->path = g_strdup_printf("%08x%08x-%08x.eml", random[0], random[1], random[2]);
	return fs_private_dir(dir, e) ? NULL : new_path(a, c->path);
}

int spool_link(struct account *a, struct store_change *c, const char *name, const char *sha256, struct err *e)
{
	uint32_t random;
	net_random(&random, sizeof(random));
	c->path = g_strdup_printf("%.16s-%08x.eml", sha256, random);
	c->sha256 = g_strdup(sha256);
	g_autofree char *from = spool_path(a, name), *to = new_path(a, c->path);
	return link(from, to) ? err_errno(e, errno, "cannot link", to) : 0;
}

struct spool *spool_open(struct account *a, const struct store_change *c, struct err *e)
{
	/* The row may have been all that was written, and no name may be had now. */
	spool_keep(a, c);
	g_autofree char *path = spool_path(a, c->path), *unnamed = new_path(a, c->path);
	FILE *file = fopen(path, "rbe");
	struct stat st;
	if (!file && errno == ENOENT)
		file = fopen(unnamed, "rbe");
	if (!file) {
		bool absent = errno == ENOENT;
		err_errno(e, errno, "cannot open", path);
		if (absent)
			e->cause = ERR_MISSING;
		return NULL;
	}
	if (fstat(fileno(file), &st) || (uint64_t)st.st_size != c->size || !is_as_written(file, c)) {
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER,
			"the message kept for it was damaged on the disk and is not sent; what is left of it stays in "
			"'%s'",
			path);
		fclose(file);
		return NULL;
	}
	struct spool *s = g_new0(struct spool, 1);
	s->file = file;
	s->left = c->size;
	s->utf8 = header_is_utf8(file);
	rewind(file);
	return s;
}

bool spool_is_utf8(const struct spool *s)
{
	return s->utf8;
}

/* As much as the session takes now; it comes back when that was sent. */
int spool_feed(struct spool *s, struct imap_session *imap, struct err *e)
{
	g_autofree char *piece = g_malloc(PIECE);
	size_t room = imap_append_room(imap);
	while (s->left && room) {
		size_t want = MIN(MIN(room, PIECE), s->left);
		size_t n = fread(piece, 1, want, s->file);
		if (!n)
			return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER, "the kept message is shorter than it was");
		imap_append_feed(imap, (struct str){ piece, n });
		s->left -= n;
		room = imap_append_room(imap);
	}
	return 0;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	fclose(s->file);
	g_free(s);
}

void spool_remove(struct account *a, const struct store_change *c)
{
	g_autofree char *path = c->path ? spool_path(a, c->path) : NULL,
			*unnamed = c->path ? new_path(a, c->path) : NULL;
	if (path && unlink(path) && (errno != ENOENT || unlink(unnamed)))
		log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
}

struct kept {
	GHashTable *states;  /* of changes, by their file */
	GHashTable *letters; /* files that letters and drafts need */
	bool sound;          /* no state was lost here: a file that no row names is nobody's */
};

static bool is_of_letters(const char *name)
{
	static const char *const endings[] = { ".mail", ".draft", ".part" };
	for (unsigned i = 0; i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(name, endings[i]))
			return true;
	return false;
}

/* Whether nobody will ask for the file. A message of a change that has its name and no row stays: the state it was in may be
 * lost. */
static bool is_left_over(const char *name, const char *path, const struct kept *kept)
{
	gpointer state;
	if (g_hash_table_contains(kept->letters, name))
		return false;
	bool unnamed = g_str_has_suffix(name, NEW);
	g_autofree char *to_be = g_strndup(name, strlen(name) - (unnamed ? strlen(NEW) : 0));
	if (g_hash_table_lookup_extended(kept->states, to_be, NULL, &state))
		return GPOINTER_TO_INT(state) == CHANGE_DONE || GPOINTER_TO_INT(state) == CHANGE_UNDONE;
	if (unnamed)
		return fs_is_older(path, NEW_FOR_S);
	return fs_new_is_left(path) || (is_of_letters(name) && kept->sound && fs_is_older(path, NEW_FOR_S));
}

static void remove_left(const char *path)
{
	if (unlink(path) && errno != ENOENT)
		log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
}

/* What is set aside may be mended by hand, and then needs its files. */
static bool was_any_state_lost(const struct engine *en)
{
	GDir *d = g_dir_open(en->settings.state_dir, 0, NULL);
	const char *name;
	bool lost = store_notice(en->store) != NULL;
	while (d && !lost && (name = g_dir_read_name(d)))
		lost = strstr(name, ".corrupt-") != NULL;
	if (d)
		g_dir_close(d);
	return lost;
}

static void sweep_letters(struct engine *en, struct err *e)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	if (store_mails_sweep(en->store, clock_wall() - LETTERS_KEPT_S, names, e))
		return;
	for (unsigned i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(en->settings.state_dir, "spool", names->pdata[i], NULL);
		remove_left(path);
	}
}

void spool_sweep(struct engine *en)
{
	g_autofree char *dir = g_build_filename(en->settings.state_dir, "spool", NULL);
	g_autoptr(GHashTable) states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) letters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct kept kept = { states, letters, !was_any_state_lost(en) };
	struct err e = ERR_INIT;
	if (kept.sound)
		sweep_letters(en, &e);
	GDir *d = g_dir_open(dir, 0, NULL);
	const char *name = d ? g_dir_read_name(d) : NULL;
	if (e.cause != ERR_NONE ||
		(name && (store_change_paths(en->store, states, &e) || store_mail_paths(en->store, letters, &e)))) {
		log_line(LOG_ERROR, "%s", e.text);
		name = NULL;
	}
	for (; name; name = g_dir_read_name(d)) {
		g_autofree char *path = g_build_filename(dir, name, NULL);
		if (is_left_over(name, path, &kept))
			remove_left(path);
	}
	err_clear(&e);
	if (d)
		g_dir_close(d);
}
