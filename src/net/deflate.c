/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/internal.h"

#define ZLIB_CONST
#include <zlib.h>

#define RAW_WINDOW (-15) /* the largest one, without zlib's own head and checksum */
#define SCRATCH 4096

struct deflate {
	z_stream packer, unpacker;
	struct buf packed; /* to be sent */
	struct buf given;  /* came in; unpacker reads from it */
	bool over;         /* the peer has ended its stream */
};

struct deflate *deflate_new(void)
{
	struct deflate *d = g_new0(struct deflate, 1);
	buf_init(&d->packed, SIZE_MAX);
	buf_init(&d->given, SIZE_MAX);
	if (deflateInit2(&d->packer, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
		inflateInit2(&d->unpacker, RAW_WINDOW) != Z_OK)
		g_error("out of memory for a compressed connection");
	return d;
}

void deflate_free(struct deflate *d)
{
	if (!d)
		return;
	deflateEnd(&d->packer);
	inflateEnd(&d->unpacker);
	buf_clear(&d->packed);
	buf_clear(&d->given);
	g_free(d);
}

void deflate_pack(struct deflate *d, struct str plain)
{
	Bytef scratch[SCRATCH];
	z_stream *z = &d->packer;
	z->next_in = (const Bytef *)plain.p;
	z->avail_in = (uInt)plain.n;
	do {
		z->next_out = scratch;
		z->avail_out = SCRATCH;
		deflate(z, Z_SYNC_FLUSH);
		buf_add(&d->packed, scratch, SCRATCH - z->avail_out);
	} while (z->avail_out == 0);
}

struct str deflate_packed(const struct deflate *d)
{
	return buf_str(&d->packed);
}

void deflate_sent(struct deflate *d, size_t n)
{
	buf_drop(&d->packed, n);
}

void deflate_give(struct deflate *d, struct str packed)
{
	buf_drop(&d->given, d->given.n - d->unpacker.avail_in);
	buf_add_str(&d->given, packed);
	d->unpacker.next_in = (const Bytef *)d->given.p;
	d->unpacker.avail_in = (uInt)d->given.n;
}

int deflate_unpack(struct deflate *d, char *p, size_t n, size_t *n_out)
{
	z_stream *z = &d->unpacker;
	*n_out = 0;
	if (d->over)
		return z->avail_in ? -1 : 0;
	z->next_out = (Bytef *)p;
	z->avail_out = (uInt)n;
	int rc = inflate(z, Z_SYNC_FLUSH);
	*n_out = n - z->avail_out;
	d->over = rc == Z_STREAM_END;
	return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? 0 : -1;
}
