/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/grid.h"

#define OWN (-1)
enum { RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* Every meaning is also said by a sign or a word: colour and weight only help. */
static const struct {
	struct style_look look;
	char letter;
} styles[STYLE_COUNT] = {
	[STYLE_NORMAL] = { { .colour = OWN }, '.' },
	[STYLE_BAR] = { { .colour = OWN, .reverse = true }, 'b' },
	[STYLE_KEY] = { { .colour = OWN, .bold = true, .reverse = true }, 'k' },
	[STYLE_NEW] = { { .colour = OWN, .bold = true }, 'n' },
	[STYLE_DIM] = { { .colour = OWN, .dim = true }, 'd' },
	[STYLE_HEADER] = { { .colour = CYAN }, 'h' },
	[STYLE_QUOTE] = { { .colour = GREEN }, 'q' },
	[STYLE_QUOTE2] = { { .colour = BLUE }, 'r' },
	[STYLE_LINK] = { { .colour = MAGENTA, .underline = true }, 'l' },
	[STYLE_ERROR] = { { .colour = RED, .bold = true }, 'e' },
	[STYLE_TITLE] = { { .colour = YELLOW, .bold = true }, 't' },
	[STYLE_HEADING] = { { .colour = OWN, .bold = true }, 'w' },
	[STYLE_PATCH] = { { .colour = OWN, .bold = true }, 'p' },
	[STYLE_HUNK] = { { .colour = CYAN }, 'u' },
	[STYLE_ADDED] = { { .colour = GREEN }, 'a' },
	[STYLE_REMOVED] = { { .colour = RED }, 'm' },
	[STYLE_MATCH] = { { .colour = YELLOW, .reverse = true }, 'f' },
	[STYLE_WARNING] = { { .colour = RED, .bold = true }, '!' },
};

struct style_look style_look(unsigned style, int colours)
{
	struct style_look look = styles[style & ~(unsigned)STYLE_CURSOR].look;
	if (colours < 8)
		look.colour = OWN;
	if (style & STYLE_CURSOR)
		look.reverse = !look.reverse;
	return look;
}

char style_letter(unsigned style)
{
	char letter = styles[style & ~(unsigned)STYLE_CURSOR].letter;
	if (!(style & STYLE_CURSOR))
		return letter;
	return letter == '.' ? '>' : g_ascii_toupper(letter);
}
