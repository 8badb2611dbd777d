/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

static void settle(struct list *l)
{
	int last = MAX(l->count - 1, 0), height = MAX(l->height, 1);
	l->cursor = CLAMP(l->cursor, 0, last);
	l->top = CLAMP(l->top, l->cursor - height + 1, l->cursor);
	l->top = CLAMP(l->top, 0, MAX(l->count - height, 0));
}

void list_show(struct list *l, int count, int height)
{
	l->count = count;
	l->height = height;
	settle(l);
}

enum pointed list_point(struct list *l, int line)
{
	int at = l->top + line;
	if (line < 0 || line >= l->height || at >= l->count)
		return POINTED_NOWHERE;
	bool again = l->cursor == at;
	l->cursor = at;
	return again ? POINTED_AGAIN : POINTED_AT;
}

bool list_command(struct list *l, enum app_command c)
{
	int page = MAX(l->height, 1);
	switch (c) {
	case CMD_DOWN: l->cursor++; break;
	case CMD_UP: l->cursor--; break;
	case CMD_PAGE_DOWN:
		l->cursor += page;
		l->top += page;
		break;
	case CMD_PAGE_UP:
		l->cursor -= page;
		l->top -= page;
		break;
	case CMD_HALF_DOWN:
		l->cursor += (page + 1) / 2;
		l->top += (page + 1) / 2;
		break;
	case CMD_HALF_UP:
		l->cursor -= (page + 1) / 2;
		l->top -= (page + 1) / 2;
		break;
	case CMD_CENTER: l->top = l->cursor - page / 2; break;
	case CMD_FIRST: l->cursor = 0; break;
	case CMD_LAST: l->cursor = l->count; break;
	case CMD_SCREEN_TOP: l->cursor = l->top; break;
	case CMD_SCREEN_MIDDLE: l->cursor = l->top + MIN(page, l->count - l->top) / 2; break;
	default: return false;
	}
	settle(l);
	return true;
}
