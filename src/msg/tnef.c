/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files in a winmail.dat (MS-OXTNEF): what the attributes of its attachments say, the letter as RTF (rtf.c). */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define SIGNATURE 0x223e9f78u
#define ATTR_CODEPAGE 0x69007u
#define ATTR_RENDER 0x69002u /* a new attachment begins */
#define ATTR_TITLE 0x18010u
#define ATTR_DATA 0x6800fu
#define ATTR_PROPS 0x69005u
#define ATTR_BODY 0x2800cu
#define ATTR_MESSAGE_PROPS 0x69003u
#define PROP_HTML 0x1013u
#define PROP_RTF 0x1009
#define PROP_LONG_NAME 0x3707u
#define PROP_NAME 0x3704u
#define PROP_DATA 0x3701u
#define TYPE_MULTI 0x1000u
#define OBJECT_ID 16 /* octets that say what kind of object follows */

/* A read past its end gives 0 and sets `bad`. */
struct reader {
	struct str all;
	size_t at;
	bool bad;
};

static uint32_t number(struct reader *r, size_t octets)
{
	uint32_t value = 0;
	if (r->bad || octets > r->all.n - r->at) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < octets; i++)
		value |= (uint32_t)(unsigned char)r->all.p[r->at + i] << (8 * i);
	r->at += octets;
	return value;
}

static struct str take(struct reader *r, size_t octets)
{
	struct str piece = { r->all.p + r->at, octets };
	if (r->bad || octets > r->all.n - r->at) {
		r->bad = true;
		return (struct str){ NULL, 0 };
	}
	r->at += octets;
	return piece;
}

/* Values stand at multiples of four. */
static struct str take_padded(struct reader *r, size_t octets)
{
	struct str piece = take(r, octets);
	size_t rest = (4 - octets % 4) % 4;
	r->at += MIN(rest, r->all.n - r->at);
	return piece;
}

static char *utf16_text(struct str s)
{
	GString *out = g_string_new(NULL);
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		gunichar c = (unsigned char)s.p[i] | (gunichar)(unsigned char)s.p[i + 1] << 8, low;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < s.n) {
			low = (unsigned char)s.p[i + 2] | (gunichar)(unsigned char)s.p[i + 3] << 8;
			c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
			i += 2;
		}
		if (!c)
			break;
		g_string_append_unichar(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
	return g_string_free(out, FALSE);
}

static char *name_of(struct str octets, bool wide, const char *charset)
{
	struct str text, rest;
	g_autofree char *converted = NULL;
	if (wide) {
		converted = utf16_text(octets);
	} else {
		str_cut(octets, '\0', &text, &rest);
		converted = msg_to_utf8(text, charset, NULL);
	}
	return within_name(str_of(converted));
}

struct tnef {
	struct str octets;
	GPtrArray *files;
	char *charset; /* of its text; NULL: not said */
	bool message;  /* the properties are the letter's own */
	/* of the attachment that is being read */
	struct str data;
	char *title, *name, *long_name;
	/* of the letter */
	struct str rtf;
	bool body; /* there is another form of it */
};

static void file_end(struct tnef *t)
{
	struct msg_within *w =
		t->data.p ? within_add(t->files, "binary", t->octets, (size_t)(t->data.p - t->octets.p), t->data.n)
			  : NULL;
	char **best = t->long_name ? &t->long_name : t->name ? &t->name : &t->title;
	if (w)
		w->name = g_steal_pointer(best);
	t->data = (struct str){ NULL, 0 };
	g_clear_pointer(&t->title, g_free);
	g_clear_pointer(&t->name, g_free);
	g_clear_pointer(&t->long_name, g_free);
}

/* Octets of a value that is no string and no object; 0: of a type nobody knows. */
static size_t fixed_octets(uint32_t type)
{
	switch (type) {
	case 0x02:
	case 0x03:
	case 0x04:
	case 0x0a:
	case 0x0b: return 4;
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x14:
	case 0x40: return 8;
	case 0x48: return 16;
	default: return 0;
	}
}

static bool is_sized(uint32_t type)
{
	return type == 0x0d || type == 0x1e || type == 0x1f || type == 0x102;
}

static void set_name(char **name, struct str value, bool wide, const char *charset)
{
	if (!*name)
		*name = name_of(value, wide, charset);
}

/* The letter itself. */
static void take_body(struct tnef *t, struct str value, const char *encoding, const char *name)
{
	/* A string has its end with it. */
	while (value.n && !value.p[value.n - 1] && !strcmp(encoding, "binary"))
		value.n--;
	struct msg_within *w =
		value.n ? within_add(t->files, encoding, t->octets, (size_t)(value.p - t->octets.p), value.n) : NULL;
	if (w)
		w->name = g_strdup(name);
	t->body = t->body || w;
}

/* Its text is made only where nobody else has written it. */
static void rtf_end(struct tnef *t)
{
	if (!t->body)
		take_body(t, t->rtf, WITHIN_RTF_TEXT, "body.txt");
	take_body(t, t->rtf, WITHIN_RTF, "body.rtf");
}

static void take_prop(struct tnef *t, uint32_t id, uint32_t type, struct str value)
{
	bool text = type == 0x1e || type == 0x1f, wide = type == 0x1f;
	if (t->message && id == PROP_HTML && (type == 0x102 || type == 0x1e))
		take_body(t, value, "binary", "body.html");
	else if (t->message && id == PROP_RTF && type == 0x102)
		t->rtf = value;
	else if (t->message)
		return;
	else if (id == PROP_LONG_NAME && text)
		set_name(&t->long_name, value, wide, t->charset);
	else if (id == PROP_NAME && text)
		set_name(&t->name, value, wide, t->charset);
	else if (id == PROP_DATA && type == 0x102 && !t->data.n)
		t->data = value;
	else if (id == PROP_DATA && type == 0x0d && value.n > OBJECT_ID && !t->data.n)
		t->data = str_sub(value, OBJECT_ID);
}

static void skip_property_name(struct reader *r)
{
	take(r, 16);
	bool words = number(r, 4);
	if (words)
		take_padded(r, number(r, 4));
	else
		number(r, 4);
}

static void take_props(struct tnef *t, struct str octets)
{
	struct reader r = { .all = octets };
	uint32_t count = number(&r, 4);
	for (uint32_t i = 0; i < count && !r.bad && r.at < r.all.n; i++) {
		uint32_t type = number(&r, 2), id = number(&r, 2), plain = type & ~TYPE_MULTI;
		if (id & 0x8000)
			skip_property_name(&r);
		uint32_t values = is_sized(plain) || type & TYPE_MULTI ? number(&r, 4) : 1;
		if (!is_sized(plain) && !fixed_octets(plain))
			return;
		for (uint32_t k = 0; k < values && !r.bad && r.at < r.all.n; k++) {
			struct str value = take_padded(&r, is_sized(plain) ? number(&r, 4) : fixed_octets(plain));
			if (!r.bad)
				take_prop(t, id, plain, value);
		}
	}
}

static void set_codepage(struct tnef *t, struct str data)
{
	struct reader r = { .all = data };
	uint32_t page = number(&r, 4);
	g_free(t->charset);
	t->charset = page == 65001 ? g_strdup("utf-8") : g_strdup_printf(page < 1000 ? "cp%u" : "windows-%u", page);
}

void tnef_find(struct str octets, GPtrArray *files)
{
	struct tnef t = { .octets = octets, .files = files };
	struct reader r = { .all = octets };
	if (number(&r, 4) != SIGNATURE)
		return;
	number(&r, 2);
	while (!r.bad && r.at < octets.n && files->len < MSG_WITHIN_MAX) {
		number(&r, 1);
		uint32_t id = number(&r, 4), length = number(&r, 4);
		struct str data = take(&r, length);
		number(&r, 2);
		if (!data.p)
			break;
		switch (id) {
		case ATTR_CODEPAGE: set_codepage(&t, data); break;
		case ATTR_RENDER: file_end(&t); break;
		case ATTR_TITLE: set_name(&t.title, data, false, t.charset); break;
		case ATTR_DATA: t.data = data; break;
		case ATTR_BODY: take_body(&t, data, "binary", "body.txt"); break;
		case ATTR_PROPS:
		case ATTR_MESSAGE_PROPS:
			t.message = id == ATTR_MESSAGE_PROPS;
			take_props(&t, data);
			break;
		default: break;
		}
	}
	file_end(&t);
	rtf_end(&t);
	g_free(t.charset);
}
