/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <magic.h>
#include <string.h>

#define LOOK_OCTETS 65536

static void handle_close(void *handle)
{
	magic_close(handle);
}

/* libmagic's handles know no threads. */
static GPrivate handle_key = G_PRIVATE_INIT(handle_close);

static magic_t handle_get(void)
{
	magic_t h = g_private_get(&handle_key);
	if (h)
		return h;
	/* Nothing is unpacked and no structured file is walked into: the content is hostile. */
	h = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF |
		       MAGIC_NO_CHECK_ELF);
	if (!h)
		return NULL;
	if (magic_load(h, NULL)) {
		magic_close(h);
		return NULL;
	}
	g_private_set(&handle_key, h);
	return h;
}

char *msg_magic(struct str octets)
{
	magic_t h = octets.n ? handle_get() : NULL;
	const char *type = h ? magic_buffer(h, octets.p, MIN(octets.n, LOOK_OCTETS)) : NULL;
	return type && *type ? g_strdup(type) : NULL;
}

/* Office files are zip archives and most source is plain text to libmagic; what browsers and mail programs go by is the
 * name's end (IANA media types). */
const char *msg_type_of_name(const char *name)
{
	static const char *const types[][2] = {
		{ "7z", "application/x-7z-compressed" },
		{ "avi", "video/x-msvideo" },
		{ "avif", "image/avif" },
		{ "bmp", "image/bmp" },
		{ "css", "text/css" },
		{ "csv", "text/csv" },
		{ "diff", "text/x-diff" },
		{ "doc", "application/msword" },
		{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
		{ "eml", "message/rfc822" },
		{ "epub", "application/epub+zip" },
		{ "gif", "image/gif" },
		{ "gz", "application/gzip" },
		{ "heic", "image/heic" },
		{ "htm", "text/html" },
		{ "html", "text/html" },
		{ "ics", "text/calendar" },
		{ "jpeg", "image/jpeg" },
		{ "jpg", "image/jpeg" },
		{ "json", "application/json" },
		{ "log", "text/plain" },
		{ "m4a", "audio/mp4" },
		{ "md", "text/markdown" },
		{ "mkv", "video/x-matroska" },
		{ "mov", "video/quicktime" },
		{ "mp3", "audio/mpeg" },
		{ "mp4", "video/mp4" },
		{ "odp", "application/vnd.oasis.opendocument.presentation" },
		{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
		{ "odt", "application/vnd.oasis.opendocument.text" },
		{ "ogg", "audio/ogg" },
		{ "opus", "audio/ogg" },
		{ "patch", "text/x-diff" },
		{ "pdf", "application/pdf" },
		{ "png", "image/png" },
		{ "ppt", "application/vnd.ms-powerpoint" },
		{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
		{ "ps", "application/postscript" },
		{ "rtf", "application/rtf" },
		{ "shtml", "text/html" },
		{ "svg", "image/svg+xml" },
		{ "svgz", "image/svg+xml" },
		{ "tar", "application/x-tar" },
		{ "tif", "image/tiff" },
		{ "tiff", "image/tiff" },
		{ "txt", "text/plain" },
		{ "vcf", "text/vcard" },
		{ "wav", "audio/x-wav" },
		{ "webm", "video/webm" },
		{ "webp", "image/webp" },
		{ "xht", "application/xhtml+xml" },
		{ "xhtml", "application/xhtml+xml" },
		{ "xls", "application/vnd.ms-excel" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
		{ "xml", "application/xml" },
		{ "zip", "application/zip" },
	};
	const char *dot = strrchr(name, '.');
	for (unsigned i = 0; dot && i < G_N_ELEMENTS(types); i++)
		if (!g_ascii_strcasecmp(types[i][0], dot + 1))
			return types[i][1];
	return NULL;
}
