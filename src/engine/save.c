/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part on its way into a file: decoded as it comes, so that memory does not grow with it. */
#include "engine/internal.h"

#include <string.h>

#include "base/fs.h"

#define CHUNK 16384

struct save {
	struct fs_new *file;
	char *path, *encoding;
	GChecksum *sum;
	uint64_t fed, octets;
	bool base64, identity;
	gint state;
	guint bits;
	struct buf rest; /* of the encodings that are decoded at the end */
	/* A file within it, from 1; 0: all of it. */
	unsigned within;
	char *type, *section;
};

const struct msg_part *save_part(struct msg_part *root, const char *section, struct err *e)
{
	unsigned n;
	g_autofree char *holder = msg_within_holder(section, &n);
	const struct msg_part *p = holder ? msg_part_find(root, holder) : NULL;
	if (p && !(p->children && (n || !msg_holds_message(p))))
		return p;
	err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "the message has no part '%s'", section);
	return NULL;
}

struct save *save_new(struct msg_part *root, const char *section, const char *path, char **fetched_out, struct err *e)
{
	const struct msg_part *p = save_part(root, section, e);
	struct fs_new *file = p ? fs_new_open(path, false, e) : NULL;
	if (!file)
		return NULL;
	struct save *s = g_new0(struct save, 1);
	*fetched_out = msg_within_holder(section, &s->within);
	s->file = file;
	s->path = g_strdup(path);
	s->encoding = g_strdup(p->encoding);
	s->type = g_strdup(p->type);
	s->section = g_strdup(p->section);
	s->sum = g_checksum_new(G_CHECKSUM_SHA256);
	s->base64 = !s->within && !strcmp(s->encoding, "base64");
	s->identity = !s->within &&
		      (!strcmp(s->encoding, "7bit") || !strcmp(s->encoding, "8bit") || !strcmp(s->encoding, "binary"));
	buf_init(&s->rest, MSG_TEXT_MAX);
	return s;
}

uint64_t save_fed(const struct save *s)
{
	return s->fed;
}

static int put(struct save *s, struct str bytes, struct err *e)
{
	g_checksum_update(s->sum, (const guchar *)bytes.p, (gssize)bytes.n);
	s->octets += bytes.n;
	return fs_new_write(s->file, bytes, e);
}

static int put_base64(struct save *s, struct str bytes, struct err *e)
{
	guchar out[CHUNK];
	while (bytes.n) {
		size_t n = MIN(bytes.n, (size_t)CHUNK);
		gsize made = g_base64_decode_step(bytes.p, n, out, &s->state, &s->bits);
		if (put(s, (struct str){ (const char *)out, made }, e))
			return -1;
		bytes = str_sub(bytes, n);
	}
	return 0;
}

int save_feed(struct save *s, struct str bytes, struct err *e)
{
	s->fed += bytes.n;
	if (s->base64)
		return put_base64(s, bytes, e);
	if (s->identity)
		return put(s, bytes, e);
	if (buf_add_str(&s->rest, bytes))
		return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the part is larger than %zu octets", s->rest.max);
	return 0;
}

static int put_rest(struct save *s, struct err *e)
{
	const struct msg_part p = { .type = s->type, .section = s->section };
	struct buf out, file;
	buf_init(&out, MSG_TEXT_MAX);
	buf_init(&file, MSG_TEXT_MAX);
	int failed = msg_decode(s->encoding, buf_str(&s->rest), MSG_TEXT_MAX, &out, e);
	if (!failed && s->within)
		failed = msg_within_bytes(&p, buf_str(&out), s->within, MSG_TEXT_MAX, &file, e);
	if (!failed)
		failed = put(s, buf_str(s->within ? &file : &out), e);
	buf_clear(&out);
	buf_clear(&file);
	return failed;
}

int save_finish(struct save **sp, char **path_out, char **sha256_out, uint64_t *octets_out, struct err *e)
{
	struct save *s = *sp;
	int failed = s->base64 || s->identity ? 0 : put_rest(s, e);
	if (!failed)
		failed = fs_new_commit(&s->file, e);
	if (!failed) {
		*path_out = g_strdup(s->path);
		*sha256_out = g_strdup(g_checksum_get_string(s->sum));
		*octets_out = s->octets;
	}
	save_abort(sp);
	return failed ? -1 : 0;
}

void save_abort(struct save **sp)
{
	struct save *s = *sp;
	if (!s)
		return;
	fs_new_abort(&s->file);
	g_checksum_free(s->sum);
	buf_clear(&s->rest);
	g_free(s->path);
	g_free(s->encoding);
	g_free(s->type);
	g_free(s->section);
	g_free(s);
	*sp = NULL;
}
