/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of keys. The command table is mutt's; a preset says where it differs. What it does not name keeps the table's
 * keys, but for those that stand in the way of its own. */
#include "app/internal.h"

#include <string.h>

#define IN(c) (1u << CTX_##c)
#define ALL (~0u)

static const struct preset_key mutt[] = {
	{ IN(MESSAGE), CMD_BACK, "q i EscEsc" },
	{ 0, CMD_NONE, NULL },
};

/* g, d, y and z begin chords; the lines of a message scroll by j and k. */
static const struct preset_key vim[] = {
	{ IN(MESSAGE), CMD_BACK, "q i EscEsc" },
	{ ALL, CMD_FIRST, "gg Home" },
	{ ALL, CMD_LAST, "G End" },
	{ IN(INDEX), CMD_PAGE_DOWN, "^F PgDn" },
	{ ALL & ~IN(INDEX), CMD_PAGE_DOWN, "^F Space PgDn" },
	{ ALL, CMD_SCROLL_DOWN, "^F Space PgDn" },
	{ ALL, CMD_PAGE_UP, "^B PgUp" },
	{ ALL, CMD_HALF_DOWN, "^D" },
	{ ALL, CMD_HALF_UP, "^U" },
	{ ALL, CMD_CENTER, "zz" },
	{ ALL, CMD_LINE_DOWN, "j ^E Down Enter" },
	{ ALL, CMD_LINE_UP, "k ^Y Up BS" },
	{ ALL, CMD_NEXT_MESSAGE, "J ^N" },
	{ ALL, CMD_PREV_MESSAGE, "K ^P" },
	{ ALL, CMD_FIND, "/" },
	{ ALL, CMD_FIND_NEXT, "n" },
	{ ALL, CMD_FIND_PREVIOUS, "N" },
	{ ALL, CMD_FOLD, "za T" },
	{ ALL, CMD_DELETE, "dd" },
	{ ALL, CMD_DETACH_PART, "dd" },
	{ ALL, CMD_DELETE_FOLDER, "dd" },
	{ ALL, CMD_DROP, "dd" },
	{ ALL, CMD_COPY, "yy" },
	{ ALL, CMD_REPLY_ALL, "ga" },
	{ ALL, CMD_REPLY_LIST, "gl L" },
	{ ALL, CMD_TOGGLE_NEW, "gn" },
	{ ALL, CMD_THREAD_READ, "gr" },
	{ ALL, CMD_THREAD_DELETE, "dT" },
	{ ALL, CMD_THREAD_NEXT, "gj" },
	{ ALL, CMD_THREAD_PREVIOUS, "gk" },
	{ ALL, CMD_THREAD_TURN, "za Escv" },
	{ ALL, CMD_THREAD_TURN_ALL, "zA EscV" },
	{ IN(INDEX), CMD_LEFT, "zc Left" },
	{ ALL, CMD_RIGHT, "zo Right" },
	{ ALL, CMD_NEXT_ACCOUNT, "gt }" },
	{ ALL, CMD_PREV_ACCOUNT, "gT {" },
	{ ALL, CMD_REDO, "^R Escu" },
	{ 0, CMD_NONE, NULL },
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
