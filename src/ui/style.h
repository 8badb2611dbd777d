/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How kinds of text look: roles, not colours, and themes that give them colours. Every meaning is also said by a sign or a
 * word: colour and weight only help. */
#ifndef BOXWOOD_UI_STYLE_H
#define BOXWOOD_UI_STYLE_H

#include "base/buf.h"

/* STYLE_CURSOR is added to any of them. */
enum style {
	STYLE_NORMAL,
	STYLE_BAR,
	STYLE_KEY,
	STYLE_NEW,
	STYLE_DIM,
	STYLE_HEADER,
	STYLE_QUOTE,
	STYLE_QUOTE2,
	STYLE_LINK,
	STYLE_ERROR,
	STYLE_TITLE,
	STYLE_HEADING,
	STYLE_PATCH,
	STYLE_HUNK,
	STYLE_ADDED,
	STYLE_REMOVED,
	STYLE_MATCH,
	STYLE_WARNING,
	STYLE_COUNT,
	STYLE_CURSOR = 0x40,
};
char style_letter(unsigned style);    /* for the style plane of golden screens */
const char *style_name(enum style s); /* as `theme` lines name it */

/* A colour: the terminal's own, one of a palette of 256, or COLOUR_RGB with 0xRRGGBB. */
#define COLOUR_OWN (-1)
#define COLOUR_RGB 0x1000000
#define COLOURS_ALL 0x1000000 /* a terminal that has them all */
#define CONTRAST_LEAST 4.5    /* of text, as WCAG 2 measures it (AA) */

struct style_look {
	int32_t ink, ground;
	bool bold, dim, underline, reverse;
};
/* OWN: the terminal's own eight colours, of which nothing more is known. */
enum theme_kind { THEME_OWN, THEME_DARK, THEME_LIGHT, THEME_MONO };
struct theme {
	int colours; /* the terminal has; below 8 the looks do without */
	struct style_look looks[STYLE_COUNT];
};
/* background: 0xRRGGBB, COLOUR_OWN: not known. Dark and light need 256 colours; with fewer they are as OWN. */
void theme_init(struct theme *t, enum theme_kind kind, int colours, int32_t background);
/* "bold #ffd75f on 234", over what the theme has. False: there is no such role or style. */
bool theme_set(struct theme *t, const char *role, const char *style);
struct style_look theme_look(const struct theme *t, unsigned style); /* in colours that the terminal has */
bool theme_is_dark(int32_t rgb);
double style_contrast(int32_t a, int32_t b); /* of two 0xRRGGBB, 1 to 21 */
int32_t style_rgb(int colour);               /* of a palette of 256, as most terminals have it */

#endif
