/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any file of another program: what comes of it are whole lines of a mailrc, whose only mistakes are what it lacks. */
#include "base/utf8.h"
#include "config/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	for (const char *const *kind = cfg_import_kinds; *kind; kind++) {
		struct cfg_import *i = cfg_import_new(*kind, text, "file");
		unsigned seq = 0;
		struct lexer l;
		struct stmt s;
		enum lex got;
		cfg_lex_init(&l, (struct str){ i->mailrc->str, i->mailrc->len }, "mailrc", &seq);
		cfg_stmt_init(&s);
		while ((got = cfg_lex_next(&l, &s)) != LEX_END)
			g_assert_cmpint(got, ==, LEX_ITEM);
		cfg_stmt_clear(&s);
		for (guint k = 0; k < i->left->len; k++)
			g_assert_true(utf8_is_clean(str_of(((struct cfg_diag *)i->left->pdata[k])->text)));
		cfg_import_free(i);
	}
	return 0;
}
