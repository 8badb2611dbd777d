/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/style.h"

#include <math.h>
#include <string.h>

#define OWN COLOUR_OWN
#define RGB(value) (COLOUR_RGB | (value))
enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

static const struct {
	const char *name;
	char letter;
	struct style_look own; /* with the terminal's colours, or none */
	int32_t dark, light;   /* the ink where more is known; 0: as it is */
} styles[STYLE_COUNT] = {
	[STYLE_NORMAL] = { "normal", '.', { .ink = OWN, .ground = OWN }, 0, 0 },
	[STYLE_BAR] = { "bar", 'b', { .ink = OWN, .ground = OWN, .reverse = true }, 0, 0 },
	[STYLE_KEY] = { "key", 'k', { .ink = OWN, .ground = OWN, .bold = true, .reverse = true }, 0, 0 },
	[STYLE_NEW] = { "new", 'n', { .ink = OWN, .ground = OWN, .bold = true }, 0, 0 },
	[STYLE_DIM] = { "dim", 'd', { .ink = OWN, .ground = OWN, .dim = true }, RGB(0xa8a8a8), RGB(0x5f5f5f) },
	[STYLE_HEADER] = { "header", 'h', { .ink = CYAN, .ground = OWN }, RGB(0x5fd7d7), RGB(0x005f87) },
	[STYLE_QUOTE] = { "quote", 'q', { .ink = GREEN, .ground = OWN }, RGB(0x87d787), RGB(0x005f00) },
	[STYLE_QUOTE2] = { "quote2", 'r', { .ink = BLUE, .ground = OWN }, RGB(0x87afff), RGB(0x0000af) },
	[STYLE_LINK] = { "link", 'l', { .ink = MAGENTA, .ground = OWN, .underline = true }, RGB(0xd7afff),
		RGB(0x87008f) },
	[STYLE_ERROR] = { "error", 'e', { .ink = RED, .ground = OWN, .bold = true }, RGB(0xff8787), RGB(0xaf0000) },
	[STYLE_TITLE] = { "title", 't', { .ink = YELLOW, .ground = OWN, .bold = true }, RGB(0xffd787), RGB(0x6f4700) },
	[STYLE_HEADING] = { "heading", 'w', { .ink = OWN, .ground = OWN, .bold = true }, 0, 0 },
	[STYLE_PATCH] = { "patch", 'p', { .ink = OWN, .ground = OWN, .bold = true }, 0, 0 },
	[STYLE_HUNK] = { "hunk", 'u', { .ink = CYAN, .ground = OWN }, RGB(0x5fd7d7), RGB(0x005f87) },
	[STYLE_ADDED] = { "added", 'a', { .ink = GREEN, .ground = OWN }, RGB(0x87d787), RGB(0x005f00) },
	[STYLE_REMOVED] = { "removed", 'm', { .ink = RED, .ground = OWN }, RGB(0xff8787), RGB(0xaf0000) },
	[STYLE_MATCH] = { "match", 'f', { .ink = YELLOW, .ground = OWN, .reverse = true }, RGB(0xffd75f),
		RGB(0x6f4700) },
	[STYLE_WARNING] = { "warning", '!', { .ink = RED, .ground = OWN, .bold = true }, RGB(0xff8787), RGB(0xaf0000) },
};

char style_letter(unsigned style)
{
	char letter = styles[style & ~(unsigned)STYLE_CURSOR].letter;
	if (!(style & STYLE_CURSOR))
		return letter;
	return letter == '.' ? '>' : g_ascii_toupper(letter);
}

const char *style_name(enum style s)
{
	return styles[s].name;
}

/* --- colours --- */
static const int cube[] = { 0, 95, 135, 175, 215, 255 };

int32_t style_rgb(int colour)
{
	static const int32_t first[] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	int n = CLAMP(colour, 0, 255);
	if (n < 16)
		return first[n];
	if (n >= 232)
		return (8 + (n - 232) * 10) * 0x010101;
	n -= 16;
	return cube[n / 36] << 16 | cube[n / 6 % 6] << 8 | cube[n % 6];
}

static double linear(int32_t octet)
{
	double c = octet / 255.0;
	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
	return 0.2126 * linear(rgb >> 16 & 0xff) + 0.7152 * linear(rgb >> 8 & 0xff) + 0.0722 * linear(rgb & 0xff);
}

double style_contrast(int32_t a, int32_t b)
{
	double x = luminance(a), y = luminance(b);
	return (MAX(x, y) + 0.05) / (MIN(x, y) + 0.05);
}

/* Where white and black stand out the same. */
bool theme_is_dark(int32_t rgb)
{
	return luminance(rgb) < 0.179;
}

static int apart(int32_t a, int32_t b)
{
	int r = (a >> 16 & 0xff) - (b >> 16 & 0xff), g = (a >> 8 & 0xff) - (b >> 8 & 0xff), c = (a & 0xff) - (b & 0xff);
	return 2 * r * r + 4 * g * g + 3 * c * c;
}

/* background COLOUR_OWN: anything will do. */
static bool is_readable(int32_t rgb, int32_t background)
{
	return background == OWN || style_contrast(rgb, background) >= CONTRAST_LEAST;
}

static int nearest(int32_t rgb, int from, int until, int32_t background)
{
	int best = -1;
	for (int i = from; i < until; i++)
		if (is_readable(style_rgb(i), background) &&
			(best < 0 || apart(style_rgb(i), rgb) < apart(style_rgb(best), rgb)))
			best = i;
	return best;
}

/* In steps towards white or black until it can be read. */
static int32_t readable(int32_t rgb, int32_t background)
{
	int goal = theme_is_dark(background) ? 255 : 0;
	for (int step = 0; step < 16 && !is_readable(rgb, background); step++) {
		int32_t next = 0;
		for (int shift = 0; shift <= 16; shift += 8) {
			int c = rgb >> shift & 0xff;
			next |= (c + (goal - c) / 4) << shift;
		}
		rgb = next;
	}
	return is_readable(rgb, background) ? rgb : goal * 0x010101;
}

/* --- themes --- */
static int32_t fitting(int32_t ink, int colours, int32_t background)
{
	int32_t rgb = readable(ink & 0xffffff, background);
	if (colours > 256)
		return RGB(rgb);
	int n = nearest(rgb, 16, 256, background);
	return n < 0 ? OWN : n;
}

void theme_init(struct theme *t, enum theme_kind kind, int colours, int32_t background)
{
	bool dark = kind == THEME_DARK, known = (dark || kind == THEME_LIGHT) && colours >= 256;
	int32_t under = background == OWN ? (dark ? 0x000000 : 0xffffff) : background;
	t->colours = kind == THEME_MONO ? 0 : colours;
	for (int i = 0; i < STYLE_COUNT; i++) {
		int32_t ink = dark ? styles[i].dark : styles[i].light;
		t->looks[i] = styles[i].own;
		if (!known || !ink)
			continue;
		t->looks[i].ink = fitting(ink, colours, under);
		t->looks[i].dim = false;
	}
}

static bool named_colour(const char *word, int32_t *out)
{
	static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };
	bool bright = g_str_has_prefix(word, "bright-");
	const char *name = bright ? word + strlen("bright-") : word;
	for (int i = 0; i < (int)G_N_ELEMENTS(names); i++)
		if (!g_ascii_strcasecmp(name, names[i])) {
			*out = i + (bright ? 8 : 0);
			return true;
		}
	return false;
}

static bool hex_colour(const char *word, int32_t *out)
{
	int32_t rgb = 0;
	if (word[0] != '#' || strlen(word) != 7)
		return false;
	for (const char *p = word + 1; *p; p++) {
		if (!g_ascii_isxdigit(*p))
			return false;
		rgb = rgb << 4 | g_ascii_xdigit_value(*p);
	}
	*out = RGB(rgb);
	return true;
}

static bool colour_of(const char *word, int32_t *out)
{
	uint64_t n;
	if (!strcmp(word, "default")) {
		*out = OWN;
		return true;
	}
	if (str_u64(str_of(word), 255, &n)) {
		*out = (int32_t)n;
		return true;
	}
	return hex_colour(word, out) || named_colour(word, out);
}

static bool attribute_of(struct style_look *look, const char *word)
{
	if (!strcmp(word, "plain"))
		*look = (struct style_look){ .ink = look->ink, .ground = look->ground };
	else if (!strcmp(word, "bold"))
		look->bold = true;
	else if (!strcmp(word, "dim"))
		look->dim = true;
	else if (!strcmp(word, "underline"))
		look->underline = true;
	else if (!strcmp(word, "reverse"))
		look->reverse = true;
	else
		return false;
	return true;
}

static bool look_of(struct style_look *look, const char *style)
{
	g_auto(GStrv) words = g_strsplit_set(style, " \t", -1);
	for (char **w = words; *w; w++) {
		if (!**w || attribute_of(look, *w))
			continue;
		bool on = !strcmp(*w, "on");
		if (on && !*++w)
			return false;
		if (!colour_of(*w, on ? &look->ground : &look->ink))
			return false;
	}
	return true;
}

bool theme_set(struct theme *t, const char *role, const char *style)
{
	for (int i = 0; i < STYLE_COUNT; i++) {
		struct style_look look = t->looks[i];
		if (strcmp(styles[i].name, role))
			continue;
		if (!look_of(&look, style))
			return false;
		t->looks[i] = look;
		return true;
	}
	return false;
}

/* What the terminal has in place of a colour. */
static int32_t reduced(int32_t colour, int colours)
{
	if (colour == OWN || colours < 8)
		return OWN;
	bool rgb = colour & COLOUR_RGB;
	if (colours > 256)
		return rgb || colour < 8 ? colour : RGB(style_rgb(colour));
	if (!rgb && colour < colours)
		return colour;
	int32_t value = rgb ? colour & 0xffffff : style_rgb(colour);
	return nearest(value, colours == 256 ? 16 : 0, MIN(colours, 256), OWN);
}

struct style_look theme_look(const struct theme *t, unsigned style)
{
	struct style_look look = t->looks[style & ~(unsigned)STYLE_CURSOR];
	look.ink = reduced(look.ink, t->colours);
	look.ground = reduced(look.ground, t->colours);
	if (style & STYLE_CURSOR)
		look.reverse = !look.reverse;
	return look;
}
