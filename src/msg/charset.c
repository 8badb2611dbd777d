/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charsets as mail uses their labels: the WHATWG's aliases and a few of mail's own, an allow-list of
 * converters, one iconv_t kept open for each charset and thread (opening one anew costs 20 times a word). */
#include "msg/msg.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LABEL_MAX 32
#define CHUNK 2048
#define GROWTH_MAX 4 /* octets out for one in; U+FFFD for a bad octet is three */

enum charset_kind {
	PLAIN,   /* ASCII octets are ASCII: valid UTF-8 is taken for UTF-8 */
	ESCAPES, /* 7-bit with escape sequences */
	WIDE,    /* 16-bit units */
};

struct charset {
	const char *name; /* iconv's */
	enum charset_kind kind;
};

enum charset_id {
	UTF_8,
	WINDOWS_1252,
	ISO_8859_2,
	ISO_8859_3,
	ISO_8859_4,
	ISO_8859_5,
	ISO_8859_6,
	ISO_8859_7,
	ISO_8859_8,
	ISO_8859_10,
	ISO_8859_13,
	ISO_8859_14,
	ISO_8859_15,
	ISO_8859_16,
	WINDOWS_1250,
	WINDOWS_1251,
	WINDOWS_1253,
	WINDOWS_1254,
	WINDOWS_1255,
	WINDOWS_1256,
	WINDOWS_1257,
	WINDOWS_1258,
	CP874,
	KOI8_R,
	KOI8_U,
	CP866,
	CP437,
	CP850,
	CP852,
	MACINTOSH,
	MAC_CYRILLIC,
	VISCII,
	GB18030,
	BIG5_HKSCS,
	EUC_JP,
	CP932,
	CP949,
	ISO_2022_JP,
	ISO_2022_KR,
	UTF_16LE,
	UTF_16BE,
	CHARSETS
};

static const struct charset charsets[CHARSETS] = {
	[UTF_8] = { "UTF-8", PLAIN },
	[WINDOWS_1252] = { "WINDOWS-1252", PLAIN },
	[ISO_8859_2] = { "ISO-8859-2", PLAIN },
	[ISO_8859_3] = { "ISO-8859-3", PLAIN },
	[ISO_8859_4] = { "ISO-8859-4", PLAIN },
	[ISO_8859_5] = { "ISO-8859-5", PLAIN },
	[ISO_8859_6] = { "ISO-8859-6", PLAIN },
	[ISO_8859_7] = { "ISO-8859-7", PLAIN },
	[ISO_8859_8] = { "ISO-8859-8", PLAIN },
	[ISO_8859_10] = { "ISO-8859-10", PLAIN },
	[ISO_8859_13] = { "ISO-8859-13", PLAIN },
	[ISO_8859_14] = { "ISO-8859-14", PLAIN },
	[ISO_8859_15] = { "ISO-8859-15", PLAIN },
	[ISO_8859_16] = { "ISO-8859-16", PLAIN },
	[WINDOWS_1250] = { "WINDOWS-1250", PLAIN },
	[WINDOWS_1251] = { "WINDOWS-1251", PLAIN },
	[WINDOWS_1253] = { "WINDOWS-1253", PLAIN },
	[WINDOWS_1254] = { "WINDOWS-1254", PLAIN },
	[WINDOWS_1255] = { "WINDOWS-1255", PLAIN },
	[WINDOWS_1256] = { "WINDOWS-1256", PLAIN },
	[WINDOWS_1257] = { "WINDOWS-1257", PLAIN },
	[WINDOWS_1258] = { "WINDOWS-1258", PLAIN },
	[CP874] = { "CP874", PLAIN },
	[KOI8_R] = { "KOI8-R", PLAIN },
	[KOI8_U] = { "KOI8-U", PLAIN },
	[CP866] = { "CP866", PLAIN },
	[CP437] = { "CP437", PLAIN },
	[CP850] = { "CP850", PLAIN },
	[CP852] = { "CP852", PLAIN },
	[MACINTOSH] = { "MACINTOSH", PLAIN },
	[MAC_CYRILLIC] = { "MAC-CYRILLIC", PLAIN },
	[VISCII] = { "VISCII", PLAIN },
	[GB18030] = { "GB18030", PLAIN },
	[BIG5_HKSCS] = { "BIG5-HKSCS", PLAIN },
	[EUC_JP] = { "EUC-JP", PLAIN },
	[CP932] = { "CP932", PLAIN },
	[CP949] = { "CP949", PLAIN },
	[ISO_2022_JP] = { "ISO-2022-JP", ESCAPES },
	[ISO_2022_KR] = { "ISO-2022-KR", ESCAPES },
	[UTF_16LE] = { "UTF-16LE", WIDE },
	[UTF_16BE] = { "UTF-16BE", WIDE },
};

struct label {
	const char *name;
	enum charset_id id;
};

/* Sorted; letters and digits only, for senders spell the rest as they like. */
static const struct label labels[] = {
	{ "437", CP437 },
	{ "850", CP850 },
	{ "852", CP852 },
	{ "866", CP866 },
	{ "8bit", WINDOWS_1252 },
	{ "ansi", WINDOWS_1252 },
	{ "ansix341968", WINDOWS_1252 },
	{ "ansix341986", WINDOWS_1252 },
	{ "arabic", ISO_8859_6 },
	{ "ascii", WINDOWS_1252 },
	{ "asmo708", ISO_8859_6 },
	{ "big5", BIG5_HKSCS },
	{ "big5hkscs", BIG5_HKSCS },
	{ "bigfive", BIG5_HKSCS },
	{ "chinese", GB18030 },
	{ "cnbig5", BIG5_HKSCS },
	{ "cp1250", WINDOWS_1250 },
	{ "cp1251", WINDOWS_1251 },
	{ "cp1252", WINDOWS_1252 },
	{ "cp1253", WINDOWS_1253 },
	{ "cp1254", WINDOWS_1254 },
	{ "cp1255", WINDOWS_1255 },
	{ "cp1256", WINDOWS_1256 },
	{ "cp1257", WINDOWS_1257 },
	{ "cp1258", WINDOWS_1258 },
	{ "cp367", WINDOWS_1252 },
	{ "cp437", CP437 },
	{ "cp819", WINDOWS_1252 },
	{ "cp850", CP850 },
	{ "cp852", CP852 },
	{ "cp866", CP866 },
	{ "cp874", CP874 },
	{ "cp932", CP932 },
	{ "cp936", GB18030 },
	{ "cp949", CP949 },
	{ "cp950", BIG5_HKSCS },
	{ "csascii", WINDOWS_1252 },
	{ "csbig5", BIG5_HKSCS },
	{ "cseuckr", CP949 },
	{ "cseucpkdfmtjapanese", EUC_JP },
	{ "csgb2312", GB18030 },
	{ "csibm866", CP866 },
	{ "csiso2022jp", ISO_2022_JP },
	{ "csiso2022kr", ISO_2022_KR },
	{ "csiso58gb231280", GB18030 },
	{ "csiso88596e", ISO_8859_6 },
	{ "csiso88596i", ISO_8859_6 },
	{ "csiso88598e", ISO_8859_8 },
	{ "csiso88598i", ISO_8859_8 },
	{ "csisolatin1", WINDOWS_1252 },
	{ "csisolatin2", ISO_8859_2 },
	{ "csisolatin3", ISO_8859_3 },
	{ "csisolatin4", ISO_8859_4 },
	{ "csisolatin5", WINDOWS_1254 },
	{ "csisolatin6", ISO_8859_10 },
	{ "csisolatin9", ISO_8859_15 },
	{ "csisolatinarabic", ISO_8859_6 },
	{ "csisolatincyrillic", ISO_8859_5 },
	{ "csisolatingreek", ISO_8859_7 },
	{ "csisolatinhebrew", ISO_8859_8 },
	{ "cskoi8r", KOI8_R },
	{ "csksc56011987", CP949 },
	{ "csmacintosh", MACINTOSH },
	{ "cspc850multilingual", CP850 },
	{ "cspc8codepage437", CP437 },
	{ "cspcp852", CP852 },
	{ "csshiftjis", CP932 },
	{ "csunicode", UTF_16LE },
	{ "csutf8", UTF_8 },
	{ "csviscii", VISCII },
	{ "cyrillic", ISO_8859_5 },
	{ "dos874", CP874 },
	{ "ecma114", ISO_8859_6 },
	{ "ecma118", ISO_8859_7 },
	{ "elot928", ISO_8859_7 },
	{ "euccn", GB18030 },
	{ "eucjp", EUC_JP },
	{ "euckr", CP949 },
	{ "gb18030", GB18030 },
	{ "gb2312", GB18030 },
	{ "gb231280", GB18030 },
	{ "gbk", GB18030 },
	{ "greek", ISO_8859_7 },
	{ "greek8", ISO_8859_7 },
	{ "hebrew", ISO_8859_8 },
	{ "ibm367", WINDOWS_1252 },
	{ "ibm437", CP437 },
	{ "ibm819", WINDOWS_1252 },
	{ "ibm850", CP850 },
	{ "ibm852", CP852 },
	{ "ibm866", CP866 },
	{ "iso10646ucs2", UTF_16LE },
	{ "iso2022jp", ISO_2022_JP },
	{ "iso2022kr", ISO_2022_KR },
	{ "iso646irv", WINDOWS_1252 },
	{ "iso646irv1991", WINDOWS_1252 },
	{ "iso646us", WINDOWS_1252 },
	{ "iso88591", WINDOWS_1252 },
	{ "iso885910", ISO_8859_10 },
	{ "iso8859101992", ISO_8859_10 },
	{ "iso885911", CP874 },
	{ "iso885911987", WINDOWS_1252 },
	{ "iso885913", ISO_8859_13 },
	{ "iso885914", ISO_8859_14 },
	{ "iso885915", ISO_8859_15 },
	{ "iso885916", ISO_8859_16 },
	{ "iso88592", ISO_8859_2 },
	{ "iso885921987", ISO_8859_2 },
	{ "iso88593", ISO_8859_3 },
	{ "iso885931988", ISO_8859_3 },
	{ "iso88594", ISO_8859_4 },
	{ "iso885941988", ISO_8859_4 },
	{ "iso88595", ISO_8859_5 },
	{ "iso885951988", ISO_8859_5 },
	{ "iso88596", ISO_8859_6 },
	{ "iso885961987", ISO_8859_6 },
	{ "iso88596e", ISO_8859_6 },
	{ "iso88596i", ISO_8859_6 },
	{ "iso88597", ISO_8859_7 },
	{ "iso885971987", ISO_8859_7 },
	{ "iso88598", ISO_8859_8 },
	{ "iso885981988", ISO_8859_8 },
	{ "iso88598e", ISO_8859_8 },
	{ "iso88598i", ISO_8859_8 },
	{ "iso88599", WINDOWS_1254 },
	{ "iso885991989", WINDOWS_1254 },
	{ "isoir100", WINDOWS_1252 },
	{ "isoir101", ISO_8859_2 },
	{ "isoir109", ISO_8859_3 },
	{ "isoir110", ISO_8859_4 },
	{ "isoir126", ISO_8859_7 },
	{ "isoir127", ISO_8859_6 },
	{ "isoir138", ISO_8859_8 },
	{ "isoir144", ISO_8859_5 },
	{ "isoir148", WINDOWS_1254 },
	{ "isoir149", CP949 },
	{ "isoir157", ISO_8859_10 },
	{ "isoir58", GB18030 },
	{ "isoir6", WINDOWS_1252 },
	{ "koi", KOI8_R },
	{ "koi8", KOI8_R },
	{ "koi8r", KOI8_R },
	{ "koi8ru", KOI8_U },
	{ "koi8u", KOI8_U },
	{ "korean", CP949 },
	{ "ksc5601", CP949 },
	{ "ksc56011987", CP949 },
	{ "ksc56011989", CP949 },
	{ "l1", WINDOWS_1252 },
	{ "l2", ISO_8859_2 },
	{ "l3", ISO_8859_3 },
	{ "l4", ISO_8859_4 },
	{ "l5", WINDOWS_1254 },
	{ "l6", ISO_8859_10 },
	{ "l9", ISO_8859_15 },
	{ "latin0", ISO_8859_15 },
	{ "latin1", WINDOWS_1252 },
	{ "latin2", ISO_8859_2 },
	{ "latin3", ISO_8859_3 },
	{ "latin4", ISO_8859_4 },
	{ "latin5", WINDOWS_1254 },
	{ "latin6", ISO_8859_10 },
	{ "latin9", ISO_8859_15 },
	{ "logical", ISO_8859_8 },
	{ "mac", MACINTOSH },
	{ "macintosh", MACINTOSH },
	{ "ms932", CP932 },
	{ "ms936", GB18030 },
	{ "ms949", CP949 },
	{ "mskanji", CP932 },
	{ "shiftjis", CP932 },
	{ "sjis", CP932 },
	{ "suneugreek", ISO_8859_7 },
	{ "tis620", CP874 },
	{ "ucs2", UTF_16LE },
	{ "uhc", CP949 },
	{ "unicode", UTF_16LE },
	{ "unicode11utf8", UTF_8 },
	{ "unicode20utf8", UTF_8 },
	{ "unicodefeff", UTF_16LE },
	{ "unicodefffe", UTF_16BE },
	{ "unknown8bit", WINDOWS_1252 },
	{ "us", WINDOWS_1252 },
	{ "usascii", WINDOWS_1252 },
	{ "utf16", UTF_16LE },
	{ "utf16be", UTF_16BE },
	{ "utf16le", UTF_16LE },
	{ "utf8", UTF_8 },
	{ "utf8mb4", UTF_8 },
	{ "viscii", VISCII },
	{ "visual", ISO_8859_8 },
	{ "win1250", WINDOWS_1250 },
	{ "win1251", WINDOWS_1251 },
	{ "win1252", WINDOWS_1252 },
	{ "win1253", WINDOWS_1253 },
	{ "win1254", WINDOWS_1254 },
	{ "win1255", WINDOWS_1255 },
	{ "win1256", WINDOWS_1256 },
	{ "win1257", WINDOWS_1257 },
	{ "win1258", WINDOWS_1258 },
	{ "windows1250", WINDOWS_1250 },
	{ "windows1251", WINDOWS_1251 },
	{ "windows1252", WINDOWS_1252 },
	{ "windows1253", WINDOWS_1253 },
	{ "windows1254", WINDOWS_1254 },
	{ "windows1255", WINDOWS_1255 },
	{ "windows1256", WINDOWS_1256 },
	{ "windows1257", WINDOWS_1257 },
	{ "windows1258", WINDOWS_1258 },
	{ "windows31j", CP932 },
	{ "windows874", CP874 },
	{ "windows936", GB18030 },
	{ "windows949", CP949 },
	{ "xansi", WINDOWS_1252 },
	{ "xcp1250", WINDOWS_1250 },
	{ "xcp1251", WINDOWS_1251 },
	{ "xcp1252", WINDOWS_1252 },
	{ "xcp1253", WINDOWS_1253 },
	{ "xcp1254", WINDOWS_1254 },
	{ "xcp1255", WINDOWS_1255 },
	{ "xcp1256", WINDOWS_1256 },
	{ "xcp1257", WINDOWS_1257 },
	{ "xcp1258", WINDOWS_1258 },
	{ "xeucjp", EUC_JP },
	{ "xgbk", GB18030 },
	{ "xmaccyrillic", MAC_CYRILLIC },
	{ "xmacroman", MACINTOSH },
	{ "xmacukrainian", MAC_CYRILLIC },
	{ "xsjis", CP932 },
	{ "xunicode20utf8", UTF_8 },
	{ "xxbig5", BIG5_HKSCS },
};

static int label_compare(const void *name, const void *label)
{
	return strcmp(name, ((const struct label *)label)->name);
}

/* CHARSETS: not on the list. The label itself never reaches iconv_open. */
static enum charset_id charset_find(const char *label)
{
	GString *name = g_string_sized_new(LABEL_MAX);
	for (; label && *label && name->len < LABEL_MAX; label++)
		if (g_ascii_isalnum(*label))
			g_string_append_c(name, g_ascii_tolower(*label));
	const struct label *found = bsearch(name->str, labels, G_N_ELEMENTS(labels), sizeof(labels[0]), label_compare);
	g_string_free(name, TRUE);
	return found ? found->id : CHARSETS;
}

/* --- converters of this thread --- */

struct converters {
	bool open[CHARSETS];
	iconv_t cd[CHARSETS];
};

static void converters_free(void *value)
{
	struct converters *c = value;
	for (int i = 0; i < CHARSETS; i++)
		if (c->open[i] && c->cd[i] != (iconv_t)-1)
			iconv_close(c->cd[i]);
	g_free(c);
}

static GPrivate converters_key = G_PRIVATE_INIT(converters_free);

static iconv_t converter(enum charset_id id)
{
	struct converters *c = g_private_get(&converters_key);
	if (!c) {
		c = g_new0(struct converters, 1);
		g_private_set(&converters_key, c);
	}
	if (!c->open[id]) {
		c->cd[id] = iconv_open("UTF-8", charsets[id].name);
		c->open[id] = true;
	}
	return c->cd[id];
}

/* --- converting --- */

/* iconv stopped at *in: past what is bad, at least one octet further. */
static void replace_bad(struct str *in, enum charset_kind kind, GString *out)
{
	g_string_append(out, "\xef\xbf\xbd");
	*in = str_sub(*in, kind == WIDE && in->n > 1 ? 2 : 1);
}

/* Valid UTF-8 whatever the octets are. Every turn takes at least one of them. */
static GString *convert(enum charset_id id, struct str in)
{
	GString *out = g_string_sized_new(in.n + in.n / 2);
	iconv_t cd = converter(id);
	char chunk[4 * CHUNK];
	if (cd == (iconv_t)-1) {
		g_autofree char *valid = utf8_make_valid(in);
		return g_string_append(out, valid);
	}
	iconv(cd, NULL, NULL, NULL, NULL);
	size_t cap = in.n > G_MAXSIZE / GROWTH_MAX ? G_MAXSIZE : in.n * GROWTH_MAX;
	while (in.n && out->len <= cap) {
		char *from = (char *)in.p, *to = chunk;
		size_t left = MIN(in.n, CHUNK), room = sizeof(chunk);
		size_t result = iconv(cd, &from, &left, &to, &room);
		int why = errno;
		g_string_append_len(out, chunk, to - chunk);
		size_t taken = (size_t)(from - in.p);
		in = str_sub(in, taken);
		/* A character cut by the end of the piece is whole in the next one. */
		bool goes_on = taken && (why == E2BIG || (why == EINVAL && in.n > left));
		if (result == (size_t)-1 && !goes_on)
			replace_bad(&in, charsets[id].kind, out);
	}
	char *to = chunk;
	size_t room = sizeof(chunk);
	iconv(cd, NULL, NULL, &to, &room);
	g_string_append_len(out, chunk, to - chunk);
	return out;
}

static GString *keep(struct str octets)
{
	return g_string_new_len(octets.p ? octets.p : "", (gssize)octets.n);
}

static bool has_mark(struct str s, const char *mark, size_t n)
{
	return s.n >= n && !memcmp(s.p, mark, n);
}

static bool has_octet(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

/* ESC, SO or SI: what a 7-bit charset switches by. */
static bool has_escapes(struct str s)
{
	return has_octet(s, 0x1b) || has_octet(s, 0x0e) || has_octet(s, 0x0f);
}

static GString *convert_wide(enum charset_id id, struct str octets)
{
	if (has_mark(octets, "\xff\xfe", 2))
		return convert(UTF_16LE, str_sub(octets, 2));
	if (has_mark(octets, "\xfe\xff", 2))
		return convert(UTF_16BE, str_sub(octets, 2));
	/* Lines, but no unit with an empty half: text of another charset under this label. */
	if (has_octet(octets, '\n') && !has_octet(octets, '\0') && utf8_valid(octets))
		return keep(octets);
	return convert(id, octets);
}

static GString *to_utf8(enum charset_id id, struct str octets)
{
	enum charset_kind kind = id < CHARSETS ? charsets[id].kind : PLAIN;
	if (has_mark(octets, "\xef\xbb\xbf", 3))
		octets = str_sub(octets, 3);
	if (kind == WIDE)
		return convert_wide(id, octets);
	if (kind == ESCAPES && has_escapes(octets))
		return convert(id, octets);
	if (utf8_valid(octets))
		return keep(octets);
	if (id == UTF_8) {
		g_autofree char *valid = utf8_make_valid(octets);
		return g_string_new(valid);
	}
	return convert(id < CHARSETS ? id : WINDOWS_1252, octets);
}

static void drop_carriage_returns(GString *text)
{
	char *from = memchr(text->str, '\r', text->len);
	if (!from)
		return;
	char *to = from, *end = text->str + text->len;
	for (; from < end; from++)
		if (*from != '\r' || from + 1 == end || from[1] != '\n')
			*to++ = *from;
	g_string_truncate(text, (gsize)(to - text->str));
}

char *msg_to_utf8(struct str octets, const char *label, size_t *n_out)
{
	GString *text = to_utf8(charset_find(label), octets);
	drop_carriage_returns(text);
	if (n_out)
		*n_out = text->len;
	return g_string_free(text, FALSE);
}
