/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

struct msg_mbox {
	const struct msg_mbox_sink *sink;
	void *aux;
	bool unquote, quoted, bad;
	unsigned count;
	size_t signs;             /* ">" at the start of the line that is being read */
	char head[MSG_MBOX_HEAD]; /* what follows them */
	size_t n;
	bool inside;   /* the head was dealt with: the rest of the line follows it */
	bool dropped;  /* .. and is dropped, as part of a postmark */
	char blank[3]; /* an empty line that may belong to the next postmark */
	size_t blank_n;
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* --- postmarks --- */
static int month_of(const char *word)
{
	for (int i = 0; i < 12; i++)
		if (strlen(word) == 3 && !g_ascii_strncasecmp(word, months + (size_t)i * 3, 3))
			return i + 1;
	return 0;
}

static bool number(const char *word, uint64_t max, int *out)
{
	uint64_t n;
	if (!str_u64(str_of(word), max, &n))
		return false;
	*out = (int)n;
	return true;
}

/* "10:20" or "10:20:30" */
static bool clock_of(const char *word, int hms[3])
{
	g_auto(GStrv) parts = g_strsplit(word, ":", 4);
	guint n = g_strv_length(parts);
	hms[2] = 0;
	for (guint i = 0; i < n && n <= 3; i++)
		if (!number(parts[i], i ? 60 : 23, &hms[i]))
			return false;
	return n == 2 || n == 3;
}

/* "From SENDER Sat Nov 21 10:20:30 2026", in whatever order the words behind the sender come. */
bool msg_mbox_date(struct str postmark, int64_t *epoch_out)
{
	g_autofree char *line = str_dup(postmark);
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r\n", -1);
	int day = 0, month = 0, year = 0, hms[3] = { -1, 0, 0 }, got[3];
	for (char **word = words; *word; word++) {
		int n;
		if (month_of(*word))
			month = month_of(*word);
		else if (clock_of(*word, got))
			memcpy(hms, got, sizeof hms);
		else if (number(*word, 31, &n) && n)
			day = n;
		else if (number(*word, 9999, &n) && n >= 1900)
			year = n;
	}
	if (!day || !month || !year || hms[0] < 0)
		return false;
	g_autoptr(GDateTime) when = g_date_time_new_utc(year, month, day, hms[0], MIN(hms[1], 59), MIN(hms[2], 59));
	if (!when)
		return false;
	*epoch_out = g_date_time_to_unix(when);
	return true;
}

static bool starts_from(struct str line)
{
	return line.n >= 5 && !memcmp(line.p, "From ", 5);
}

static bool is_postmark(struct str line)
{
	int64_t when;
	return starts_from(line) && msg_mbox_date(line, &when);
}

/* --- reading --- */
struct msg_mbox *msg_mbox_new(bool unquote, const struct msg_mbox_sink *sink, void *aux)
{
	struct msg_mbox *m = g_new0(struct msg_mbox, 1);
	m->sink = sink;
	m->aux = aux;
	m->unquote = unquote;
	m->quoted = true;
	return m;
}

void msg_mbox_free(struct msg_mbox *m)
{
	g_free(m);
}

static void emit(struct msg_mbox *m, struct str bytes)
{
	if (bytes.n)
		m->sink->text(m->aux, bytes);
}

static struct str without_end(struct str line)
{
	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

static bool is_blank(struct str line)
{
	return str_eq(line, STR("\n")) || str_eq(line, STR("\r\n"));
}

static void text_line(struct msg_mbox *m, struct str line)
{
	emit(m, (struct str){ m->blank, m->blank_n });
	m->blank_n = 0;
	if (!m->signs && is_blank(line)) {
		memcpy(m->blank, line.p, line.n);
		m->blank_n = line.n;
		return;
	}
	m->quoted = m->quoted && (m->signs || !starts_from(line));
	for (size_t i = m->unquote && starts_from(line); i < m->signs; i++)
		emit(m, STR(">"));
	emit(m, line);
}

/* The head of a line: whole with its end, or its first MSG_MBOX_HEAD octets. */
static void take_head(struct msg_mbox *m)
{
	struct str line = { m->head, m->n };
	/* Anything after "From " will do for the first. */
	m->dropped = !m->signs && (m->count ? is_postmark(line) : starts_from(line));
	if (m->dropped) {
		m->count++;
		m->blank_n = 0;
		m->sink->begin(m->aux, without_end(line));
	} else if (m->count) {
		text_line(m, line);
	} else {
		m->bad = m->signs || !is_blank(line);
	}
	m->n = m->signs = 0;
}

int msg_mbox_feed(struct msg_mbox *m, struct str bytes)
{
	while (bytes.n && !m->bad) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end ? (size_t)(end - bytes.p) + 1 : bytes.n;
		if (!m->inside && !m->n && bytes.p[0] == '>') {
			m->signs++;
			n = 1;
		} else if (!m->inside) {
			n = MIN(n, sizeof m->head - m->n);
			memcpy(m->head + m->n, bytes.p, n);
			m->n += n;
			bool ends = m->head[m->n - 1] == '\n';
			m->inside = !ends && m->n == sizeof m->head;
			if (ends || m->inside)
				take_head(m);
		} else {
			if (!m->dropped)
				emit(m, (struct str){ bytes.p, n });
			m->inside = !end;
		}
		bytes = str_sub(bytes, n);
	}
	return m->bad ? -1 : 0;
}

int msg_mbox_end(struct msg_mbox *m)
{
	if ((m->n || m->signs) && !m->bad)
		take_head(m);
	m->blank_n = 0;
	return m->bad ? -1 : 0;
}

unsigned msg_mbox_count(const struct msg_mbox *m)
{
	return m->count;
}

bool msg_mbox_is_quoted(const struct msg_mbox *m)
{
	return m->quoted;
}

/* --- writing --- */
int msg_mbox_write_begin(struct msg_mbox_writer *w, const char *sender, int64_t received, struct buf *out)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(received);
	g_autofree char *who = g_strdup(sender && *sender ? sender : "MAILER-DAEMON");
	*w = (struct msg_mbox_writer){ 0 };
	for (char *p = who; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			*p = '-';
	/* A year of four digits, or the line would be no postmark. */
	if (!when || g_date_time_get_year(when) < 1900) {
		g_clear_pointer(&when, g_date_time_unref);
		when = g_date_time_new_from_unix_utc(0);
	}
	return buf_addf(out, "From %.200s %s %.3s %2d %02d:%02d:%02d %04d\n", who,
		days[g_date_time_get_day_of_week(when) - 1], months + (size_t)(g_date_time_get_month(when) - 1) * 3,
		g_date_time_get_day_of_month(when), g_date_time_get_hour(when), g_date_time_get_minute(when),
		g_date_time_get_second(when), g_date_time_get_year(when));
}

static int put_head(struct msg_mbox_writer *w, struct buf *out)
{
	struct str line = { w->head, w->n };
	for (size_t i = starts_from(line) ? 0 : 1; i <= w->signs; i++)
		if (buf_add_c(out, '>'))
			return -1;
	w->signs = w->n = 0;
	return buf_add_str(out, line);
}

static int put(struct msg_mbox_writer *w, char c, struct buf *out)
{
	if (w->inside) {
		w->inside = c != '\n';
		return buf_add_c(out, c);
	}
	if (c == '>' && !w->n) {
		w->signs++;
		return 0;
	}
	w->head[w->n++] = c;
	if (c != '\n' && w->n < sizeof w->head)
		return 0;
	w->inside = c != '\n';
	return put_head(w, out);
}

int msg_mbox_write(struct msg_mbox_writer *w, struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];
		if (w->cr && c != '\n' && put(w, '\r', out))
			return -1;
		w->cr = c == '\r';
		if (!w->cr && put(w, c, out))
			return -1;
	}
	return 0;
}

int msg_mbox_write_end(struct msg_mbox_writer *w, struct buf *out)
{
	if (w->cr && put(w, '\r', out))
		return -1;
	w->cr = false;
	if ((w->inside || w->n || w->signs) && put(w, '\n', out))
		return -1;
	return buf_add_c(out, '\n');
}
