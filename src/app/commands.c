/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <string.h>

#include "base/i18n.h"

#define IN(c) (1u << CTX_##c)
#define IN_MAIL (IN(INDEX) | IN(MESSAGE) | IN(FOLDERS) | IN(PARTS))
#define IN_ALL (IN_MAIL | IN(TEXT))

/* Only what works is here: a key in this table is a promise. */
static const struct app_command_info commands[CMD_COUNT] = {
	[CMD_DOWN] = { .name = "down",
		.keys = "j Down",
		.help = N_("one line down"),
		.contexts = IN_ALL & ~IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_UP] = { .name = "up",
		.keys = "k Up",
		.help = N_("one line up"),
		.contexts = IN_ALL & ~IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_LINE_DOWN] = { .name = "line-down",
		.keys = "Down Enter",
		.help = N_("one line down"),
		.contexts = IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_LINE_UP] = { .name = "line-up",
		.keys = "Up BS",
		.help = N_("one line up"),
		.contexts = IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_PAGE_DOWN] = { .name = "page-down",
		.keys = "Space PgDn z",
		.hint = N_("page"),
		.help = N_("one page down"),
		.contexts = IN_ALL,
		.group = GROUP_MOVE },
	[CMD_PAGE_UP] = { .name = "page-up",
		.keys = "PgUp Z -",
		.help = N_("one page up"),
		.contexts = IN_ALL,
		.group = GROUP_MOVE },
	[CMD_FIRST] = { .name = "first",
		.keys = "= Home",
		.help = N_("to the first"),
		.contexts = IN_ALL,
		.group = GROUP_MOVE },
	[CMD_LAST] = { .name = "last",
		.keys = "* End",
		.help = N_("to the last"),
		.contexts = IN_ALL,
		.group = GROUP_MOVE },
	[CMD_SCREEN_TOP] = { .name = "screen-top",
		.keys = "H",
		.help = N_("to the top of the screen"),
		.contexts = IN(INDEX) | IN(FOLDERS),
		.group = GROUP_MOVE },
	[CMD_SCREEN_MIDDLE] = { .name = "screen-middle",
		.keys = "M",
		.help = N_("to the middle of the screen"),
		.contexts = IN(INDEX) | IN(FOLDERS),
		.group = GROUP_MOVE },
	[CMD_NEXT_UNREAD] = { .name = "next-unread",
		.keys = "Tab",
		.hint = N_("next unread"),
		.help = N_("to the next unread message, in the next folder too"),
		.contexts = IN(INDEX) | IN(MESSAGE) | IN(FOLDERS),
		.group = GROUP_MOVE },
	[CMD_PREV_UNREAD] = { .name = "previous-unread",
		.keys = "EscTab BackTab",
		.help = N_("to the unread message above"),
		.contexts = IN(INDEX) | IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_NEXT_MESSAGE] = { .name = "next-message",
		.keys = "j",
		.hint = N_("next"),
		.help = N_("the next message"),
		.contexts = IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_PREV_MESSAGE] = { .name = "previous-message",
		.keys = "k",
		.help = N_("the previous message"),
		.contexts = IN(MESSAGE),
		.group = GROUP_MOVE },
	[CMD_READ] = { .name = "read",
		.keys = "Enter Right",
		.hint = N_("read"),
		.help = N_("read the message"),
		.contexts = IN(INDEX),
		.group = GROUP_READ },
	[CMD_OPEN] = { .name = "open",
		.keys = "Enter Right",
		.hint = N_("open"),
		.help = N_("open what the cursor is on"),
		.contexts = IN(FOLDERS) | IN(PARTS),
		.group = GROUP_READ },
	[CMD_BACK] = { .name = "back",
		.keys = "q EscEsc Left",
		.hint = N_("back"),
		.help = N_("back by one; from the folders: quit"),
		.contexts = IN_ALL,
		.group = GROUP_READ },
	[CMD_PARTS] = { .name = "parts",
		.keys = "v",
		.hint = N_("parts"),
		.help = N_("the parts of the message, to see or save them"),
		.contexts = IN(MESSAGE) | IN(INDEX),
		.group = GROUP_READ },
	[CMD_HEADERS] = { .name = "headers",
		.keys = "h",
		.hint = N_("headers"),
		.help = N_("all header lines, or the usual ones"),
		.contexts = IN(MESSAGE),
		.group = GROUP_READ },
	[CMD_SOURCE] = { .name = "source",
		.keys = "E",
		.hint = N_("source"),
		.help = N_("the message as it came, to read only"),
		.contexts = IN(MESSAGE),
		.group = GROUP_READ },
	[CMD_SAVE] = { .name = "save-part",
		.keys = "s",
		.hint = N_("save"),
		.help = N_("save the part in a new file"),
		.contexts = IN(PARTS),
		.group = GROUP_READ },
	[CMD_SYNC] = { .name = "sync",
		.keys = "$",
		.hint = N_("sync"),
		.help = N_("check mail now"),
		.contexts = IN_MAIL,
		.group = GROUP_MAIL },
	[CMD_FOLDER] = { .name = "folder",
		.keys = "c",
		.hint = N_("folder"),
		.help = N_("go to a folder of any account: type some of its letters"),
		.contexts = IN_MAIL,
		.group = GROUP_MAIL },
	[CMD_NEXT_ACCOUNT] = { .name = "next-account",
		.keys = "}",
		.help = N_("the inbox of the next account"),
		.contexts = IN(INDEX) | IN(FOLDERS),
		.group = GROUP_MAIL },
	[CMD_PREV_ACCOUNT] = { .name = "previous-account",
		.keys = "{",
		.help = N_("the inbox of the previous account"),
		.contexts = IN(INDEX) | IN(FOLDERS),
		.group = GROUP_MAIL },
	[CMD_SIDEBAR] = { .name = "sidebar",
		.keys = "B",
		.help = N_("show or hide the folders beside the list"),
		.contexts = IN(INDEX) | IN(MESSAGE),
		.group = GROUP_PROGRAM },
	[CMD_BANNER_WORDS] = { .name = "banner-words",
		.keys = "!w",
		.hint = N_("server's words"),
		.help = N_("of a banner: what the server said"),
		.contexts = IN_ALL,
		.group = GROUP_MAIL },
	[CMD_BANNER_RETRY] = { .name = "banner-retry",
		.keys = "!n",
		.hint = N_("try now"),
		.help = N_("of a banner: try again now"),
		.contexts = IN_ALL,
		.group = GROUP_MAIL },
	[CMD_BANNER_PASSWORD] = { .name = "banner-password",
		.keys = "!p",
		.hint = N_("type password"),
		.help = N_("of a banner: type the password"),
		.contexts = IN_ALL,
		.group = GROUP_MAIL },
	[CMD_BANNER_HIDE] = { .name = "banner-hide",
		.keys = "!x",
		.hint = N_("hide"),
		.help = N_("of a banner: put it away"),
		.contexts = IN_ALL,
		.group = GROUP_MAIL },
	[CMD_HELP] = { .name = "help",
		.keys = "? F1",
		.hint = N_("more"),
		.help = N_("the keys of this place"),
		.contexts = IN_ALL,
		.group = GROUP_PROGRAM },
	[CMD_REDRAW] = { .name = "redraw",
		.keys = "^L",
		.help = N_("draw the whole screen again"),
		.contexts = IN_ALL,
		.group = GROUP_PROGRAM },
};

const char *const app_context_names[CTX_COUNT] = {
	[CTX_INDEX] = "index",
	[CTX_MESSAGE] = "message",
	[CTX_FOLDERS] = "folders",
	[CTX_PARTS] = "parts",
	[CTX_TEXT] = "text",
};

static const enum app_command hints[CTX_COUNT][8] = {
	[CTX_INDEX] = { CMD_READ, CMD_NEXT_UNREAD, CMD_FOLDER, CMD_SYNC, CMD_PARTS, CMD_BACK, CMD_HELP },
	[CTX_MESSAGE] = { CMD_PAGE_DOWN, CMD_NEXT_MESSAGE, CMD_NEXT_UNREAD, CMD_PARTS, CMD_HEADERS, CMD_BACK,
		CMD_HELP },
	[CTX_FOLDERS] = { CMD_OPEN, CMD_NEXT_UNREAD, CMD_FOLDER, CMD_SYNC, CMD_BACK, CMD_HELP },
	[CTX_PARTS] = { CMD_OPEN, CMD_SAVE, CMD_BACK, CMD_HELP },
	[CTX_TEXT] = { CMD_PAGE_DOWN, CMD_BACK, CMD_HELP },
};

const struct app_command_info *app_command_info(enum app_command c)
{
	return &commands[c];
}

enum app_command app_command_find(const char *name)
{
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++)
		if (!strcmp(commands[c].name, name))
			return c;
	return CMD_NONE;
}

const char *app_group_title(enum app_group g)
{
	switch (g) {
	case GROUP_MOVE: return _("Moving");
	case GROUP_READ: return _("Reading");
	case GROUP_MAIL: return _("Folders and servers");
	default: return _("The program");
	}
}

const enum app_command *app_hints(enum app_context ctx)
{
	return hints[ctx];
}
