/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/wire/script.h"

#include <stdbool.h>
#include <string.h>

void script_unescape(const char *text, const char *tag, GString *out)
{
	bool ended = true;
	for (const char *p = text; *p; p++) {
		if (tag && *p == '$' && g_ascii_isdigit(p[1])) {
			g_string_append(out, tag);
		} else if (*p != '\\' || !p[1]) {
			g_string_append_c(out, *p);
		} else if (p[1] == 'x' && g_ascii_isxdigit(p[2]) && g_ascii_isxdigit(p[3])) {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(p[2]) << 4 | g_ascii_xdigit_value(p[3])));
			p += 3;
		} else {
			p++;
			if (*p == 'c')
				ended = false;
			else if (*p == 'r' || *p == 'n')
				g_string_append_c(out, *p == 'r' ? '\r' : '\n');
			else
				g_string_append_printf(out, "\\%c", *p);
		}
	}
	if (ended)
		g_string_append(out, "\r\n");
}

char script_kind(const char *line)
{
	return line && line[0] && line[1] == ':' ? line[0] : '\0';
}

void script_block(char **lines, int *i, const char *tag, GString *joined, GPtrArray *each)
{
	char kind = script_kind(lines[*i]);
	for (; script_kind(lines[*i]) == kind; (*i)++) {
		char *text = lines[*i] + 2 + (lines[*i][2] == ' ');
		script_unescape(text, tag, joined);
		g_ptr_array_add(each, text);
	}
	(*i)--;
}

static char *path_of(const char *dir, const char *file)
{
	const char *top = g_getenv("TOP_SRCDIR");
	return g_build_filename(top ? top : ".", "tests", "wire", dir, file, NULL);
}

char **script_lines(const char *dir, const char *file)
{
	g_autofree char *path = path_of(dir, file);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return g_strsplit(text, "\n", -1);
}

void script_add_all(const char *dir, unsigned least, void (*play)(const void *file))
{
	g_autofree char *path = path_of(dir, NULL);
	GDir *d = g_dir_open(path, 0, NULL);
	g_assert_nonnull(d);
	unsigned n = 0;
	for (const char *name; (name = g_dir_read_name(d));) {
		if (!g_str_has_suffix(name, ".t"))
			continue;
		g_autofree char *test = g_strdup_printf("/%.*s", (int)(strlen(name) - 2), name);
		g_test_add_data_func_full(test, g_strdup(name), play, g_free);
		n++;
	}
	g_assert_cmpuint(n, >=, least);
	g_dir_close(d);
}
