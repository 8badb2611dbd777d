/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An edit of any mailrc without mistakes makes exactly the value that was meant, and no mistake. */
#include <string.h>

#include "config/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const args[] = { "a \"b\" #c" };
	struct str text = { (const char *)data, size };
	struct cfg_edit edit = { .op = CFG_EDIT_SET, .word = "editor", .args = args, .n = 1 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct err e = ERR_INIT;
	struct cfg *was = cfg_parse(text, "mailrc", NULL);
	bool whole = !cfg_errors(was);
	if (!cfg_edit_text(text, &edit, out, &e) && whole && out->len < CFG_FILE_MAX) {
		struct cfg *now = cfg_parse((struct str){ out->str, out->len }, "mailrc", NULL);
		g_assert_true(!cfg_errors(now) && now->accounts->len == was->accounts->len);
		g_assert_cmpstr(now->options.editor, ==, args[0]);
		g_assert_cmpint(now->options.mouse, ==, was->options.mouse);
		cfg_free(now);
	}
	err_clear(&e);
	cfg_free(was);
	return 0;
}
