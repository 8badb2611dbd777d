/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mailcap whose first line is also what a part says of itself: as many words as the entry has, and safe values. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void fill(const GPtrArray *words, const struct msg_part *p)
{
	g_auto(GStrv) argv = words ? mailcap_argv(words, "/f", p) : NULL;
	if (words && g_strv_length(argv) != words->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n }, first, rest;
	g_autoptr(GPtrArray) entries = mailcap_new();
	str_cut(text, '\n', &first, &rest);
	g_autofree char *said = str_dup(first);
	struct msg_part p = { .type = said, .charset = said, .name = said };
	mailcap_parse(entries, text);
	for (guint i = 0; i < entries->len; i++) {
		const struct mailcap_entry *m = entries->pdata[i];
		g_autofree char *name = mailcap_file_name(m, said);
		if (!*name || *name == '-' || *name == '.' || strpbrk(name, "/';|&<>$`()\"\\ \n") ||
			!m->view == !m->why)
			abort();
		fill(m->view, &p);
		fill(m->test, &p);
		mailcap_fits(m, said);
	}
	return 0;
}
