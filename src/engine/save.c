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
	uint64_t octets;
	bool base64, identity;
	gint state;
	guint bits;
	struct buf rest; /* of the encodings that are decoded at the end */
};

struct save *save_new(const char *path, const char *encoding, struct err *e)
{
	struct fs_new *file = fs_new_open(path, false, e);
	if (!file)
		return NULL;
	struct save *s = g_new0(struct save, 1);
	s->file = file;
	s->path = g_strdup(path);
	s->encoding = g_strdup(encoding);
	s->sum = g_checksum_new(G_CHECKSUM_SHA256);
	s->base64 = !strcmp(encoding, "base64");
	s->identity = !strcmp(encoding, "7bit") || !strcmp(encoding, "8bit") || !strcmp(encoding, "binary");
	buf_init(&s->rest, MSG_TEXT_MAX);
	return s;
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
	if (s->base64)
		return put_base64(s, bytes, e);
	if (s->identity)
		return put(s, bytes, e);
	if (buf_add_str(&s->rest, bytes))
		return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the part is larger than %zu octets", s->rest.max);
	return 0;
}

int save_finish(struct save **sp, char **path_out, char **sha256_out, uint64_t *octets_out, struct err *e)
{
	struct save *s = *sp;
	int failed = 0;
	if (!s->base64 && !s->identity) {
		struct buf out;
		buf_init(&out, MSG_TEXT_MAX);
		failed = msg_decode(s->encoding, buf_str(&s->rest), MSG_TEXT_MAX, &out, e) || put(s, buf_str(&out), e);
		buf_clear(&out);
	}
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
	g_free(s);
	*sp = NULL;
}
