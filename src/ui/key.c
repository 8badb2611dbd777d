/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/key.h"

#include <string.h>

#include "app/model.h"

enum state {
	GROUND,
	ESCAPE,        /* Esc has come */
	ESCAPED,       /* and was taken for the key: what was meant to follow it may still come, torn off */
	TORN,          /* [ has come then */
	CSI,           /* Esc [ .. */
	SS3,           /* Esc O */
	STRING,        /* Esc ] P ^ _ X .. until BEL or Esc \ */
	STRING_ESCAPE, /* Esc within a string */
	MOUSE,         /* three octets after Esc [ M */
	PASTE,
};

struct key_decoder {
	enum state state;
	int escape_ms;
	GQueue ready;    /* struct key_event * */
	GString *params; /* of a CSI or a string, bounded */
	bool asked;      /* an answer is to come */
	bool lone;       /* the last thing that came was an Esc with nothing behind it */
	char *paste;     /* PASTE_ROOM octets, never moved, wiped once they are taken; NULL: none came yet */
	size_t pasted;
	unsigned left;    /* octets of a mouse report to come */
	uint32_t point;   /* of a UTF-8 sequence under way */
	uint32_t least;   /* below it the sequence is overlong */
	unsigned missing; /* its octets to come */
};

#define PARAMS_MAX 64
#define MOUSE_MAX 5000     /* columns or rows */
#define MOUSE_MODIFIERS 28 /* Shift, Alt and Control */
#define MOUSE_MOTION 32
#define MOUSE_WHEEL 64
#define PASTE_ROOM (KEY_PASTE_MAX + 8) /* the end mark may lie across */

void key_decoder_wait(struct key_decoder *d, int escape_ms)
{
	d->escape_ms = escape_ms;
}

struct key_decoder *key_decoder_new(int escape_ms)
{
	struct key_decoder *d = g_new0(struct key_decoder, 1);
	d->escape_ms = escape_ms;
	d->params = g_string_new(NULL);
	g_queue_init(&d->ready);
	return d;
}

static void event_free_(void *p)
{
	struct key_event *ev = p;
	key_paste_free(ev->paste);
	g_free(ev);
}

void key_decoder_free(struct key_decoder *d)
{
	if (!d)
		return;
	g_queue_clear_full(&d->ready, event_free_);
	g_string_free(d->params, TRUE);
	if (d->paste)
		explicit_bzero(d->paste, PASTE_ROOM);
	g_free(d->paste);
	g_free(d);
}

static void emit(struct key_decoder *d, uint32_t key)
{
	struct key_event *ev = g_new0(struct key_event, 1);
	ev->key = key == '\n' ? APP_KEY_ENTER : key == '\b' ? APP_KEY_BACKSPACE : key;
	g_queue_push_tail(&d->ready, ev);
}

void key_paste_free(char *paste)
{
	if (paste)
		explicit_bzero(paste, strlen(paste));
	g_free(paste);
}

/* As g_utf8_make_valid, but in one block of its own: that one grows, and leaves what it held behind. NUL ends text. */
static char *valid_copy(const char *p, size_t n)
{
	char *copy = g_malloc(n * 3 + 1), *out = copy;
	const char *end = memchr(p, '\0', n);
	for (end = end ? end : p + n; p < end;) {
		const char *bad;
		g_utf8_validate(p, end - p, &bad);
		memcpy(out, p, (size_t)(bad - p));
		out += bad - p;
		p = bad;
		if (p < end) {
			memcpy(out, "\xef\xbf\xbd", 3);
			out += 3;
			p++;
		}
	}
	*out = '\0';
	return copy;
}

static void emit_paste(struct key_decoder *d)
{
	struct key_event *ev = g_new0(struct key_event, 1);
	ev->paste = valid_copy(d->paste ? d->paste : "", d->pasted);
	if (d->paste)
		explicit_bzero(d->paste, PASTE_ROOM);
	d->pasted = 0;
	g_queue_push_tail(&d->ready, ev);
}

/* --- what the terminal answers --- */
#define ANSWER "11;" /* OSC 11: the background */

static void string_begin(struct key_decoder *d)
{
	d->state = STRING;
	g_string_truncate(d->params, 0);
}

/* 1 to 4 hex digits of a colour that is as deep as they are many. */
static bool channel_of(struct str digits, int32_t *out)
{
	unsigned value = 0, most = 0;
	for (size_t i = 0; i < digits.n; i++) {
		if (i == 4 || !g_ascii_isxdigit(digits.p[i]))
			return false;
		value = value << 4 | (unsigned)g_ascii_xdigit_value(digits.p[i]);
		most = most << 4 | 0xf;
	}
	*out = most ? (int32_t)(value * 255 / most) : 0;
	return most;
}

/* "rgb:1e1e/1e1e/1e1e", or rgba: with one more. */
static bool colour_of(struct str said, int32_t *out)
{
	struct str form, rest, r, g, b;
	int32_t red, green, blue;
	if (!str_cut(said, ':', &form, &rest) || !(str_is(form, "rgb") || str_is(form, "rgba")))
		return false;
	if (!str_cut(rest, '/', &r, &rest) || !str_cut(rest, '/', &g, &rest))
		return false;
	str_cut(rest, '/', &b, &rest);
	if (!channel_of(r, &red) || !channel_of(g, &green) || !channel_of(b, &blue))
		return false;
	*out = red << 16 | green << 8 | blue;
	return true;
}

static void string_end(struct key_decoder *d)
{
	int32_t background;
	d->state = GROUND;
	if (!d->asked || !g_str_has_prefix(d->params->str, ANSWER))
		return;
	d->asked = false;
	if (!colour_of(str_of(d->params->str + strlen(ANSWER)), &background))
		return;
	emit(d, KEY_BACKGROUND);
	((struct key_event *)g_queue_peek_tail(&d->ready))->background = background;
}

/* --- UTF-8 --- */
static void lead(struct key_decoder *d, unsigned char c)
{
	if (c >= 0xc2 && c < 0xe0) {
		d->point = c & 0x1f;
		d->missing = 1;
		d->least = 0x80;
	} else if (c >= 0xe0 && c < 0xf0) {
		d->point = c & 0x0f;
		d->missing = 2;
		d->least = 0x800;
	} else if (c >= 0xf0 && c < 0xf5) {
		d->point = c & 0x07;
		d->missing = 3;
		d->least = 0x10000;
	} else {
		emit(d, 0xfffd);
	}
}

static void ground(struct key_decoder *d, unsigned char c)
{
	if (d->missing && (c & 0xc0) == 0x80) {
		d->point = d->point << 6 | (c & 0x3f);
		if (!--d->missing)
			emit(d, d->point >= d->least && g_unichar_validate(d->point) ? d->point : 0xfffd);
		return;
	}
	if (d->missing) {
		d->missing = 0;
		emit(d, 0xfffd);
	}
	bool torn = d->lone && d->asked && c == ']';
	d->lone = false;
	if (c == APP_KEY_ESC)
		d->state = ESCAPE;
	else if (torn)
		string_begin(d);
	else if (c < 0x80)
		emit(d, c);
	else
		lead(d, c);
}

/* --- sequences --- */
static uint32_t letter_key(unsigned char c)
{
	switch (c) {
	case 'A': return APP_KEY_UP;
	case 'B': return APP_KEY_DOWN;
	case 'C': return APP_KEY_RIGHT;
	case 'D': return APP_KEY_LEFT;
	case 'H': return APP_KEY_HOME;
	case 'F': return APP_KEY_END;
	case 'Z': return APP_KEY_BACKTAB;
	default: return 0;
	}
}

static uint32_t number_key(unsigned n)
{
	switch (n) {
	case 1:
	case 7: return APP_KEY_HOME;
	case 2: return APP_KEY_INSERT;
	case 3: return APP_KEY_DELETE;
	case 4:
	case 8: return APP_KEY_END;
	case 5: return APP_KEY_PAGE_UP;
	case 6: return APP_KEY_PAGE_DOWN;
	default: break;
	}
	/* F1 to F12 are numbered 11-15, 17-21, 23, 24. */
	if (n >= 11 && n <= 15)
		return APP_KEY_F1 + n - 11;
	if (n >= 17 && n <= 21)
		return APP_KEY_F1 + n - 12;
	if (n == 23 || n == 24)
		return APP_KEY_F1 + n - 13;
	return 0;
}

/* "5", or with a modifier "5;2": the first number. Anything else than digits is no key of ours. */
static bool params_number(const char *p, unsigned *out)
{
	struct str first, rest;
	uint64_t n, modifier;
	bool more = str_cut(str_of(p), ';', &first, &rest);
	if (!str_u64(first, 1000, &n) || (more && !str_u64(rest, 16, &modifier)))
		return false;
	*out = (unsigned)n;
	return true;
}

/* "<button;column;row", as the SGR form has it. Buttons have their modifiers among them, which do not count here. */
static void report(struct key_decoder *d, bool release)
{
	struct str button, col, row, rest = str_of(d->params->str + 1);
	uint64_t b, x, y;
	if (!str_cut(rest, ';', &button, &rest) || !str_cut(rest, ';', &col, &row))
		return;
	if (!str_u64(button, 255, &b) || !str_u64(col, MOUSE_MAX, &x) || !str_u64(row, MOUSE_MAX, &y) || !x || !y)
		return;
	enum mouse_what what = release ? MOUSE_RELEASE : MOUSE_PRESS;
	b &= ~(uint64_t)MOUSE_MODIFIERS;
	if (b == MOUSE_WHEEL || b == MOUSE_WHEEL + 1)
		what = b == MOUSE_WHEEL ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	else if (b == MOUSE_MOTION)
		what = MOUSE_DRAG;
	else if (b)
		return;
	if (release && what != MOUSE_RELEASE)
		return;
	struct key_event *ev = g_new0(struct key_event, 1);
	*ev = (struct key_event){ .key = KEY_MOUSE, .mouse = { what, (int)y - 1, (int)x - 1 } };
	g_queue_push_tail(&d->ready, ev);
}

static void csi_end(struct key_decoder *d, unsigned char c)
{
	unsigned n = 0;
	bool plain = !d->params->len, number = params_number(d->params->str, &n);
	uint32_t key = 0;
	d->state = GROUND;
	if (d->params->str[0] == '<') {
		if (c == 'M' || c == 'm')
			report(d, c == 'm');
		return;
	}
	if (c == '~' && number && n == 200) {
		d->state = PASTE;
		return;
	}
	if (c == 'M' && plain) {
		d->state = MOUSE;
		d->left = 3;
		return;
	}
	if (c == '~' && number)
		key = number_key(n);
	else if (plain || (number && n == 1))
		key = letter_key(c);
	if (key)
		emit(d, key);
}

static void csi(struct key_decoder *d, unsigned char c)
{
	if (c == APP_KEY_ESC) {
		d->state = ESCAPE;
	} else if (c >= 0x40 && c < 0x7f) {
		csi_end(d, c);
	} else if (c < 0x20 || c >= 0x7f) {
		d->state = GROUND; /* no sequence after all: what came of it is lost, this octet too */
	} else if (d->params->len < PARAMS_MAX) {
		g_string_append_c(d->params, (char)c);
	}
}

static void ss3(struct key_decoder *d, unsigned char c)
{
	d->state = GROUND;
	uint32_t key = letter_key(c);
	if (c >= 'P' && c <= 'S')
		key = APP_KEY_F1 + c - 'P';
	else if (c == 'M')
		key = APP_KEY_ENTER;
	if (key)
		emit(d, key);
}

static void escape(struct key_decoder *d, unsigned char c)
{
	d->state = GROUND;
	switch (c) {
	case '[':
		d->state = CSI;
		g_string_truncate(d->params, 0);
		return;
	case 'O': d->state = SS3; return;
	case ']': string_begin(d); return;
	case 'P':
	case '^':
	case '_':
	case 'X':
		string_begin(d);
		g_string_append_c(d->params, (char)c); /* no answer begins so */
		return;
	case APP_KEY_ESC:
		emit(d, APP_KEY_ESC);
		d->state = ESCAPE;
		return;
	default: /* Alt: Esc, then the key */ emit(d, APP_KEY_ESC); ground(d, c);
	}
}

static void paste(struct key_decoder *d, unsigned char c)
{
	static const char end[] = "\033[201~";
	const size_t n = sizeof end - 1;
	if (!d->paste)
		d->paste = g_malloc0(PASTE_ROOM);
	d->paste[d->pasted++] = (char)c;
	if (d->pasted >= n && !memcmp(d->paste + d->pasted - n, end, n)) {
		d->pasted -= n;
		d->state = GROUND;
		emit_paste(d);
	} else if (d->pasted > KEY_PASTE_MAX) {
		/* The end mark may lie across: its length is kept. */
		memmove(d->paste + KEY_PASTE_MAX - n, d->paste + KEY_PASTE_MAX - n + 1,
			d->pasted - (KEY_PASTE_MAX - n + 1));
		d->pasted--;
	}
}

/* Over a slow line a report of the mouse may come in two, and its second half must not be taken for keys. */
static void torn(struct key_decoder *d, unsigned char c)
{
	d->state = GROUND;
	if (c == '<') {
		d->state = CSI;
		g_string_assign(d->params, "<");
		return;
	}
	emit(d, '[');
	ground(d, c);
}

static void feed(struct key_decoder *d, unsigned char c)
{
	switch (d->state) {
	case ESCAPED:
		d->state = GROUND;
		if (c == '[')
			d->state = TORN;
		else
			ground(d, c);
		break;
	case TORN: torn(d, c); break;
	case GROUND: ground(d, c); break;
	case ESCAPE: escape(d, c); break;
	case CSI: csi(d, c); break;
	case SS3: ss3(d, c); break;
	case STRING:
		if (c == '\a')
			string_end(d);
		else if (c == APP_KEY_ESC)
			d->state = STRING_ESCAPE;
		else if (d->params->len < PARAMS_MAX)
			g_string_append_c(d->params, (char)c);
		break;
	case STRING_ESCAPE:
		d->state = c == APP_KEY_ESC ? STRING_ESCAPE : STRING;
		if (c == '\\' || c == '\a')
			string_end(d);
		break;
	case MOUSE:
		if (!--d->left)
			d->state = GROUND;
		break;
	case PASTE: paste(d, c); break;
	}
}

void key_feed(struct key_decoder *d, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		feed(d, bytes[i]);
}

bool key_next(struct key_decoder *d, struct key_event *out)
{
	struct key_event *ev = g_queue_pop_head(&d->ready);
	if (!ev)
		return false;
	*out = *ev;
	g_free(ev);
	return true;
}

void key_expect_answer(struct key_decoder *d)
{
	d->asked = true;
}

int key_wait_ms(const struct key_decoder *d)
{
	if ((d->state == GROUND || d->state == ESCAPED) && !d->missing)
		return -1;
	bool answer = (d->state == STRING || d->state == STRING_ESCAPE) && d->asked &&
		      g_str_has_prefix(d->params->str, ANSWER);
	bool escaped = d->state == ESCAPE || d->state == TORN;
	return escaped ? d->escape_ms : answer ? KEY_ANSWER_GAP_MS : KEY_GAP_MS;
}

void key_timeout(struct key_decoder *d)
{
	d->lone = d->state == ESCAPE;
	bool escaped = d->state == ESCAPE;
	if (escaped)
		emit(d, APP_KEY_ESC);
	else if (d->state == TORN)
		emit(d, '[');
	else if (d->state == PASTE)
		emit_paste(d);
	else if (d->missing)
		emit(d, 0xfffd);
	d->missing = 0;
	d->state = escaped ? ESCAPED : GROUND;
}
