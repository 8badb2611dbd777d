/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header fields are folded at 78 columns where they can be, and under 998 octets always. What is no ASCII, or might be
 * taken for an encoded word, goes as encoded words (RFC 2047) or percent-encoded parameters (RFC 2231). */
#include "compose/compose.h"

#include <stdarg.h>

#include "base/idn.h"
#include "base/utf8.h"
#include "compose/internal.h"

#define COLUMNS 77   /* of the 78 of RFC 5322 2.1.1: a comma or semicolon may follow */
#define WORD_MAX 900 /* octets of a word that stands unencoded */
#define BLANKS_MAX 60
#define ENCODED_MAX 75   /* RFC 2047 2 */
#define ENCODED_LEAST 36 /* columns worth an encoded word */
#define QUOTED_MAX 60
#define PARAM_PIECE 50 /* octets of a piece of a parameter, percent signs counted */

struct fold {
	GString *to;
	size_t start; /* of the line, in to */
	bool begun;   /* something stands behind the field's name */
};

static struct fold fold_begin(GString *to, const char *name)
{
	struct fold f = { to, to->len, false };
	g_string_append(to, name);
	g_string_append_c(to, ':');
	return f;
}

static size_t fold_column(const struct fold *f)
{
	return f->to->len - f->start;
}

static void fold_line(struct fold *f)
{
	g_string_append(f->to, "\r\n");
	f->start = f->to->len;
}

/* A word and the blanks before it, at which the line may end. */
static void fold_word(struct fold *f, const char *blanks, size_t n_blanks, const char *word, size_t n)
{
	if (f->begun && fold_column(f) + n_blanks + n > COLUMNS)
		fold_line(f);
	g_string_append_len(f->to, blanks, (gssize)n_blanks);
	g_string_append_len(f->to, word, (gssize)n);
	f->begun = true;
}

static void fold_add(struct fold *f, const char *word)
{
	fold_word(f, " ", 1, word, strlen(word));
}

static void fold_end(struct fold *f)
{
	g_string_append(f->to, "\r\n");
}

/* --- encoded words --- */

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] > '~')
			return false;
	return true;
}

/* RFC 2047 5 (3): what may stand in a phrase. */
static bool is_q_plain(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!*+-/", c));
}

static size_t q_length(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += is_q_plain(s.p[i]) || s.p[i] == ' ' ? 1 : 3;
	return n;
}

static size_t b_length(struct str s)
{
	return (s.n + 2) / 3 * 4;
}

static void add_q(GString *to, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_q_plain(s.p[i]))
			g_string_append_c(to, s.p[i]);
		else if (s.p[i] == ' ')
			g_string_append_c(to, '_');
		else
			g_string_append_printf(to, "=%02X", (unsigned char)s.p[i]);
	}
}

/* As many whole characters of s as an encoded word of `room` columns holds, at least one. In base64 whole groups, where
 * they can be: some readers join neighbours before they decode them and stop at the padding. */
static struct str encoded_fit(struct str s, size_t room, bool q)
{
	static const size_t frame = sizeof("=?UTF-8?Q?"
					   "?=") -
				    1;
	size_t fit = 0, whole = 0;
	while (fit < s.n) {
		size_t n = MIN((size_t)(g_utf8_next_char(s.p + fit) - s.p), s.n);
		struct str more = { s.p, n };
		if (fit && frame + (q ? q_length(more) : b_length(more)) > room)
			break;
		fit = n;
		whole = fit % 3 ? whole : fit;
	}
	return (struct str){ s.p, q || fit == s.n || !whole ? fit : whole };
}

/* text: valid UTF-8 */
static void fold_encoded(struct fold *f, const char *blanks, size_t n_blanks, struct str text)
{
	bool q = q_length(text) <= b_length(text);
	while (text.n) {
		size_t column = fold_column(f) + n_blanks;
		bool narrow = column + ENCODED_LEAST > COLUMNS;
		if (narrow && f->begun)
			fold_line(f);
		column = fold_column(f) + n_blanks;
		size_t room = column + ENCODED_LEAST > COLUMNS ? ENCODED_LEAST : MIN(COLUMNS - column, ENCODED_MAX);
		struct str fit = encoded_fit(text, room, q);
		g_string_append_len(f->to, blanks, (gssize)n_blanks);
		g_string_append(f->to, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
		if (q) {
			add_q(f->to, fit);
		} else {
			g_autofree char *coded = g_base64_encode((const guchar *)fit.p, fit.n);
			g_string_append(f->to, coded);
		}
		g_string_append(f->to, "?=");
		f->begun = true;
		text = str_sub(text, fit.n);
		blanks = " ";
		n_blanks = 1;
	}
}

/* --- unstructured text --- */

struct word {
	struct str blanks, text;
	bool odd; /* cannot stand as it is */
};

static bool word_next(struct str *rest, struct word *out)
{
	size_t blanks = 0, n;
	while (blanks < rest->n && rest->p[blanks] == ' ')
		blanks++;
	for (n = blanks; n < rest->n && rest->p[n] != ' '; n++)
		;
	out->blanks = (struct str){ rest->p, blanks };
	out->text = (struct str){ rest->p + blanks, n - blanks };
	out->odd = n - blanks > WORD_MAX || blanks > BLANKS_MAX || !is_ascii(out->text) ||
		   g_strstr_len(out->text.p, (gssize)out->text.n, "=?");
	*rest = str_sub(*rest, n);
	return out->text.n > 0;
}

/* From the first word that cannot stand as it is to the last, all is encoded, so that no blank between is lost. */
static void fold_words(struct fold *f, struct str value)
{
	struct str rest = value, odd = { 0 };
	struct word w;
	while (word_next(&rest, &w)) {
		if (w.odd && !odd.n)
			odd.p = w.text.p;
		if (w.odd)
			odd.n = (size_t)(w.text.p + w.text.n - odd.p);
	}
	for (rest = value; word_next(&rest, &w);) {
		struct str blanks = f->begun && w.blanks.n <= BLANKS_MAX ? w.blanks : STR(" ");
		if (!blanks.n)
			blanks = STR(" ");
		if (odd.n && w.text.p == odd.p) {
			fold_encoded(f, blanks.p, blanks.n, odd);
			rest = str_sub(value, (size_t)(odd.p + odd.n - value.p));
		} else {
			fold_word(f, blanks.p, blanks.n, w.text.p, w.text.n);
		}
	}
}

/* One line of valid UTF-8 without control bytes, whatever it was. */
static char *tame(const char *value)
{
	g_autofree char *line = utf8_line(str_of(value));
	return g_strdup(g_strstrip(line));
}

void field_text(GString *to, const char *name, const char *value)
{
	g_autofree char *line = tame(value);
	struct fold f = fold_begin(to, name);
	if (*line)
		fold_words(&f, str_of(line));
	else
		g_string_append_c(to, ' ');
	fold_end(&f);
}

/* --- addresses --- */

static bool is_atom_char(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Words with one blank between. */
static bool is_phrase(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!is_atom_char(*p) && (*p != ' ' || p[1] == ' '))
			return false;
	return true;
}

static char *quoted(const char *text)
{
	GString *s = g_string_new("\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(s, '\\');
		g_string_append_c(s, *text);
	}
	g_string_append_c(s, '"');
	return g_string_free(s, FALSE);
}

static void fold_name(struct fold *f, const char *name)
{
	bool plain = is_ascii(str_of(name)) && !strstr(name, "=?");
	if (plain && is_phrase(name)) {
		fold_words(f, str_of(name));
	} else if (plain && strlen(name) <= QUOTED_MAX) {
		g_autofree char *text = quoted(name);
		fold_add(f, text);
	} else {
		fold_encoded(f, " ", 1, str_of(name));
	}
}

static bool is_all_ascii(const char *s)
{
	return is_ascii(str_of(s));
}

/* The address as it goes out: its domain in ASCII unless its local part wants SMTPUTF8 anyway. */
static char *wire_addr(const char *addr, bool utf8)
{
	const char *domain = addr_domain(addr);
	size_t local = (size_t)(domain - addr);
	if (utf8 && !is_ascii((struct str){ addr, local }))
		return g_strdup(addr);
	g_autofree char *ascii = idn_to_ascii(domain);
	return g_strdup_printf("%.*s%s", (int)local, addr, ascii ? ascii : domain);
}

static void fold_addr(struct fold *f, const struct msg_addr *a, bool utf8)
{
	g_autofree char *name = tame(a->name ? a->name : a->addr && addr_is_sound(a->addr) ? "" : a->addr);
	g_autofree char *addr = a->addr && addr_is_sound(a->addr) ? wire_addr(a->addr, utf8) : NULL;
	if (addr && !utf8 && !is_all_ascii(addr))
		g_clear_pointer(&addr, g_free);
	if (*name)
		fold_name(f, name);
	if (addr && *name) {
		g_autofree char *angle = g_strdup_printf("<%s>", addr);
		fold_add(f, angle);
	} else if (addr) {
		fold_add(f, addr);
	} else if (!a->addr) {
		g_string_append(f->to, ":;");
	}
}

void field_addrs(GString *to, const char *name, const GPtrArray *addrs, bool utf8)
{
	if (!addrs->len)
		return;
	struct fold f = fold_begin(to, name);
	for (guint i = 0; i < addrs->len; i++) {
		if (i)
			g_string_append_c(to, ',');
		fold_addr(&f, addrs->pdata[i], utf8);
	}
	fold_end(&f);
}

/* --- the rest --- */

void field_ids(GString *to, const char *name, const GPtrArray *ids)
{
	if (!ids->len)
		return;
	struct fold f = fold_begin(to, name);
	for (guint i = 0; i < ids->len; i++) {
		g_autofree char *id = g_strdup_printf("<%s>", (const char *)ids->pdata[i]);
		fold_add(&f, id);
	}
	fold_end(&f);
}

void field_date(GString *to, const char *name, int64_t date, int offset)
{
	static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	g_autoptr(GTimeZone) zone = g_time_zone_new_offset(offset * 60);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(date);
	g_autoptr(GDateTime) t = utc ? g_date_time_to_timezone(utc, zone) : NULL;
	if (!t)
		t = g_date_time_new_from_unix_utc(0);
	g_string_append_printf(to, "%s: %.3s, %d %.3s %04d %02d:%02d:%02d %c%02d%02d\r\n", name,
		days + 3 * (g_date_time_get_day_of_week(t) - 1), g_date_time_get_day_of_month(t),
		months + 3 * (g_date_time_get_month(t) - 1), g_date_time_get_year(t), g_date_time_get_hour(t),
		g_date_time_get_minute(t), g_date_time_get_second(t), offset < 0 ? '-' : '+', ABS(offset) / 60,
		ABS(offset) % 60);
}

static bool is_token(const char *value)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~' || strchr("()<>@,;:\\\"/[]?='*%", *p))
			return false;
	return *value;
}

/* Backslashes are left to nobody's reading of quotes. */
static bool is_quotable(const char *value)
{
	return is_all_ascii(value) && strlen(value) <= QUOTED_MAX && !strpbrk(value, "\"\\") && !strstr(value, "=?");
}

static bool is_param_char(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!#$&+-.^_`{|}~", c));
}

/* Percent-encoded whole characters of *rest, as many as fit into `room`. */
static char *percent_piece(struct str *rest, size_t room)
{
	GString *piece = g_string_new(NULL);
	while (rest->n) {
		size_t n = MIN((size_t)(g_utf8_next_char(rest->p) - rest->p), rest->n);
		if (piece->len && piece->len + 3 * n > room)
			break;
		for (size_t i = 0; i < n; i++) {
			if (is_param_char(rest->p[i]))
				g_string_append_c(piece, rest->p[i]);
			else
				g_string_append_printf(piece, "%%%02X", (unsigned char)rest->p[i]);
		}
		*rest = str_sub(*rest, n);
	}
	return g_string_free(piece, FALSE);
}

static void fold_param(struct fold *f, const char *name, const char *value)
{
	g_autofree char *tamed = tame(value);
	if (is_token(tamed) || is_quotable(tamed)) {
		g_autofree char *text = g_strdup_printf(is_token(tamed) ? "%s=%s" : "%s=\"%s\"", name, tamed);
		g_string_append_c(f->to, ';');
		fold_add(f, text);
		return;
	}
	struct str rest = str_of(tamed);
	for (int i = 0; rest.n; i++) {
		g_autofree char *piece = percent_piece(&rest, PARAM_PIECE);
		g_autofree char *index = i || rest.n ? g_strdup_printf("*%d", i) : g_strdup("");
		g_autofree char *text = g_strdup_printf("%s%s*=%s%s", name, index, i ? "" : "UTF-8''", piece);
		g_string_append_c(f->to, ';');
		fold_add(f, text);
	}
}

void field_mime(GString *to, const char *name, const char *value, ...)
{
	struct fold f = fold_begin(to, name);
	fold_add(&f, value);
	va_list ap;
	va_start(ap, value);
	for (const char *param; (param = va_arg(ap, const char *));) {
		const char *text = va_arg(ap, const char *);
		if (text)
			fold_param(&f, param, text);
	}
	va_end(ap);
	fold_end(&f);
}
