/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/json.h"

#include <string.h>

#include "base/utf8.h"

enum kind { NUL, BOOLEAN, NUMBER, STRING, ARRAY, OBJECT };

struct json {
	enum kind kind;
	int64_t number; /* NUMBER, BOOLEAN */
	char *string;
	GPtrArray *values; /* struct json *: ARRAY, OBJECT */
	GPtrArray *keys;   /* const char *: OBJECT */
};

static void free_value(void *data)
{
	json_free(data);
}

static struct json *make(enum kind kind)
{
	struct json *j = g_new0(struct json, 1);
	j->kind = kind;
	if (kind == ARRAY || kind == OBJECT)
		j->values = g_ptr_array_new_with_free_func(free_value);
	if (kind == OBJECT)
		j->keys = g_ptr_array_new();
	return j;
}

struct json *json_object(void)
{
	return make(OBJECT);
}

struct json *json_array(void)
{
	return make(ARRAY);
}

struct json *json_null(void)
{
	return make(NUL);
}

struct json *json_string(const char *s)
{
	struct json *j = make(s ? STRING : NUL);
	if (s)
		j->string = utf8_make_valid(str_of(s));
	return j;
}

struct json *json_number(int64_t n)
{
	struct json *j = make(NUMBER);
	j->number = n;
	return j;
}

struct json *json_bool(bool b)
{
	struct json *j = make(BOOLEAN);
	j->number = b;
	return j;
}

void json_add(struct json *object, const char *key, struct json *value)
{
	g_ptr_array_add(object->keys, (gpointer)key);
	g_ptr_array_add(object->values, value);
}

void json_push(struct json *array, struct json *value)
{
	g_ptr_array_add(array->values, value);
}

void json_free(struct json *j)
{
	if (!j)
		return;
	g_free(j->string);
	g_clear_pointer(&j->values, g_ptr_array_unref);
	g_clear_pointer(&j->keys, g_ptr_array_unref);
	g_free(j);
}

/* All C0 and C1 controls are escaped, so that a terminal is safe from JSON too. */
static void print_string(const char *s, GString *out)
{
	g_string_append_c(out, '"');
	for (const char *p = s; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '\t')
			g_string_append(out, "\\t");
		else if (c == '\r')
			g_string_append(out, "\\r");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
			g_string_append_printf(out, "\\u%04x", (unsigned)c);
		else
			g_string_append_len(out, p, g_utf8_next_char(p) - p);
	}
	g_string_append_c(out, '"');
}

void json_print(const struct json *j, GString *out)
{
	switch (j->kind) {
	case NUL: g_string_append(out, "null"); return;
	case BOOLEAN: g_string_append(out, j->number ? "true" : "false"); return;
	case NUMBER: g_string_append_printf(out, "%" G_GINT64_FORMAT, j->number); return;
	case STRING: print_string(j->string, out); return;
	case ARRAY:
	case OBJECT: break;
	}
	g_string_append_c(out, j->kind == ARRAY ? '[' : '{');
	for (unsigned i = 0; i < j->values->len; i++) {
		if (i)
			g_string_append_c(out, ',');
		if (j->kind == OBJECT) {
			print_string(j->keys->pdata[i], out);
			g_string_append_c(out, ':');
		}
		json_print(j->values->pdata[i], out);
	}
	g_string_append_c(out, j->kind == ARRAY ? ']' : '}');
}

static const struct json *member(const struct json *j, struct str key)
{
	for (unsigned i = 0; j->kind == OBJECT && i < j->values->len; i++)
		if (str_eq(str_of(j->keys->pdata[i]), key))
			return j->values->pdata[i];
	return NULL;
}

/* A path into arrays gives each element's value, joined by ", ". Nothing there: nothing printed. */
static void format_path(const struct json *j, struct str path, GString *out)
{
	struct str head, tail;
	if (j->kind == ARRAY) {
		for (unsigned i = 0; i < j->values->len; i++) {
			if (i)
				g_string_append(out, ", ");
			format_path(j->values->pdata[i], path, out);
		}
		return;
	}
	if (path.n) {
		str_cut(path, '.', &head, &tail);
		const struct json *m = member(j, head);
		if (m)
			format_path(m, tail, out);
		return;
	}
	if (j->kind == STRING) {
		/* A record stays one line whatever stands in a field. */
		g_autofree char *line = utf8_line(str_of(j->string));
		g_string_append(out, line);
	} else if (j->kind != NUL) {
		json_print(j, out);
	}
}

void json_format(const struct json *j, const char *pattern, GString *out)
{
	for (const char *p = pattern; *p; p++) {
		const char *end = p[0] == '%' && p[1] == '(' ? strchr(p, ')') : NULL;
		if (end) {
			format_path(j, (struct str){ p + 2, (size_t)(end - p - 2) }, out);
			p = end;
		} else if (p[0] == '%' && p[1] == '%') {
			g_string_append_c(out, *p++);
		} else if (p[0] == '\\' && (p[1] == 'n' || p[1] == 't')) {
			g_string_append_c(out, *++p == 'n' ? '\n' : '\t');
		} else {
			g_string_append_c(out, *p);
		}
	}
}

struct json *json_record(const char *type)
{
	struct json *j = json_object();
	json_add(j, "v", json_number(1));
	json_add(j, "type", json_string(type));
	return j;
}

struct json *json_addrs(const GPtrArray *addrs)
{
	struct json *array = json_array();
	for (unsigned i = 0; addrs && i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		struct json *o = json_object();
		json_add(o, "name", json_string(a->name));
		json_add(o, "addr", json_string(a->addr));
		json_push(array, o);
	}
	return array;
}

struct json *json_flags(uint32_t flags, const GPtrArray *keywords)
{
	struct json *array = json_array();
	for (unsigned i = 0; i < 16; i++)
		if ((flags & MSG_SERVER_FLAGS & (1u << i)) && msg_flag_name(i))
			json_push(array, json_string(msg_flag_name(i)));
	for (unsigned i = 0; keywords && i < keywords->len; i++)
		json_push(array, json_string(keywords->pdata[i]));
	return array;
}

struct json *json_date(int64_t epoch)
{
	struct msg_date d = { .epoch = epoch, .known = epoch != 0 };
	g_autofree char *text = msg_date_rfc3339(d);
	return json_string(text);
}
