/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of keys. The command table is mutt's; a preset says where it differs. What it does not name keeps the table's
 * keys, but for those that stand in the way of its own. */
#include "app/internal.h"

#include <string.h>

#define IN(c) (1u << CTX_##c)
#define ALL (~0u)

static const struct preset_key mutt[] = {
	{ IN(MESSAGE), "back", "+i" },
	{ 0, NULL, NULL },
};

/* g, d, y and z begin chords; the lines of a message scroll by j and k. */
static const struct preset_key vim[] = {
	{ IN(MESSAGE), "back", "+i" },
	{ ALL, "first", "gg Home" },
	{ ALL, "last", "G End" },
	{ IN(INDEX), "page-down", "^F PgDn" },
	{ ALL & ~IN(INDEX), "page-down", "^F Space PgDn" },
	{ ALL, "scroll-down", "^F Space PgDn" },
	{ ALL, "page-up", "^B PgUp" },
	{ ALL, "half-down", "^D" },
	{ ALL, "half-up", "^U" },
	{ ALL, "center", "zz" },
	{ ALL, "line-down", "j ^E Down Enter" },
	{ ALL, "line-up", "k ^Y Up BS" },
	{ ALL, "next-message", "J" },
	{ ALL, "previous-message", "K" },
	{ ALL, "find", "/" },
	{ ALL, "find-next", "n" },
	{ ALL, "find-previous", "N" },
	{ ALL, "fold-quotes", "za T" },
	{ ALL, "delete", "dd" },
	{ ALL, "delete-part", "dd" },
	{ ALL, "delete-folder", "dd" },
	{ ALL, "drop", "dd" },
	{ ALL, "copy", "yy" },
	{ ALL, "thread-delete", "dT" },
	{ ALL, "thread-fold", "za Escv" },
	{ ALL, "thread-fold-all", "zM EscV" },
	{ IN(INDEX), "fold-or-back", "zc Left" },
	{ ALL, "unfold-or-read", "zo Right" },
	{ ALL, "reply-all", "ga" },
	{ ALL, "reply-list", "gl L" },
	{ ALL, "toggle-new", "gn" },
	{ ALL, "thread-read", "gr" },
	{ ALL, "next-account", "gt }" },
	{ ALL, "previous-account", "gT {" },
	{ ALL, "redo", "^R Escu" },
	{ 0, NULL, NULL },
};

const char *const app_presets[] = { "mutt", "vim", NULL };

static const struct preset presets[] = { { "mutt", mutt }, { "vim", vim } };

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
		if (!g_strcmp0(presets[i].name, name))
			return &presets[i];
	return &presets[0];
}
