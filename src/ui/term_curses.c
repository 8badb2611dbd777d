/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows curses. */
#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* Not <term.h>: it has a struct term of its own. */
#include <curses.h>

#include "base/utf8.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* Clicks, the wheel and drags, in the SGR form. */
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define CELL_WCHARS (CELL_POINTS + 1)
/* The window's title goes on a stack of the terminal, and comes back from there. */
#define TITLE_KEEP "\033[22;2t"
#define TITLE_BACK "\033[23;2t"
#define BACKGROUND_ASK "\033]11;?\a"

struct curses {
	struct term term;
	SCREEN *screen;
	FILE *out;
	WINDOW *pad; /* keys are read from it: reading from stdscr would repaint */
	int colours;
	struct theme theme;
	bool utf8, lent, mouse, titled; /* titled: the terminal keeps the title that it had */
	char *title;                    /* as it was set; NULL: it never was */
	mbstate_t typed;                /* of a character of the locale that came in part */
	int pipe_out;
};

/* --- signals: handlers write one octet, the loop reads it. Their state is the process's. --- */
static int signal_pipe = -1;
static const int caught[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT };
static const int deadly[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGQUIT };

/* What gives the terminal back, made beforehand: a dying program may not call much. */
static char *farewell;
static size_t farewell_n;
static struct termios before;

static void on_signal(int number)
{
	int kept = errno;
	char octet = (char)number;
	ssize_t ignored = write(signal_pipe, &octet, 1);
	(void)ignored;
	errno = kept;
}

static void on_death(int number)
{
	ssize_t ignored = write(STDOUT_FILENO, farewell, farewell_n);
	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	signal(number, SIG_DFL);
	raise(number);
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static unsigned bit_of(int number)
{
	switch (number) {
	case SIGWINCH: return TERM_RESIZED;
	case SIGTSTP: return TERM_STOP;
	case SIGCONT: return TERM_CONTINUED;
	case SIGINT: return TERM_INTERRUPT;
	default: return TERM_GONE;
	}
}

static void measure(void)
{
	struct winsize w;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
		return;
	int rows = CLAMP((int)w.ws_row, 1, GRID_ROWS_MAX), cols = CLAMP((int)w.ws_col, 1, GRID_COLS_MAX);
	if (w.ws_row && w.ws_col && (rows != LINES || cols != COLS))
		resizeterm(rows, cols);
}

/* Sequences that no terminal description has. */
static void put(struct curses *c, const char *words)
{
	fputs(words, c->out);
	fflush(c->out);
}

static void put_title(struct curses *c)
{
	g_autofree char *local = utf8_to_locale(c->title);
	g_autofree char *words = g_strdup_printf("%s\033]2;%s\a", c->titled ? "" : TITLE_KEEP, local);
	c->titled = true;
	put(c, words);
}

static void take_back(struct curses *c)
{
	reset_prog_mode();
	measure();
	clearok(curscr, TRUE);
	put(c, PASTE_ON);
	put(c, c->mouse ? MOUSE_ON : "");
	if (c->title)
		put_title(c);
}

static unsigned take_signals(struct term *t)
{
	struct curses *c = (struct curses *)t;
	unsigned got = 0;
	char octets[64];
	ssize_t n;
	while ((n = read(t->signals_fd, octets, sizeof octets)) > 0)
		for (ssize_t i = 0; i < n; i++)
			got |= bit_of(octets[i]);
	if (c->lent)
		return got;
	if (got & TERM_RESIZED)
		measure();
	if (got & TERM_CONTINUED)
		take_back(c);
	return got;
}

static void give_back(struct curses *c)
{
	put(c, c->mouse ? MOUSE_OFF : "");
	if (c->titled)
		put(c, TITLE_BACK);
	c->titled = false;
	put(c, PASTE_OFF);
	endwin();
}

static void suspend(struct term *t)
{
	struct curses *c = (struct curses *)t;
	if (!c->lent)
		give_back(c);
	handle(SIGTSTP, SIG_DFL, 0);
	kill(getpid(), SIGTSTP);
	handle(SIGTSTP, on_signal, SA_RESTART);
	if (!c->lent)
		take_back(c);
}

static void lend(struct term *t)
{
	struct curses *c = (struct curses *)t;
	give_back(c);
	c->lent = true;
}

static void take(struct term *t)
{
	struct curses *c = (struct curses *)t;
	c->lent = false;
	/* What was typed ahead was meant for the other program. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	take_back(c);
}

/* --- size, keys --- */
static void size(struct term *t, int *rows_out, int *cols_out)
{
	(void)t;
	*rows_out = LINES;
	*cols_out = COLS;
}

/* An octet of a character in the locale's charset: what is complete becomes UTF-8. One that does not go on takes no octet
 * of the next with it. */
static int take_local(struct curses *c, char octet, unsigned char *bytes)
{
	wchar_t wide = 0;
	bool begun = !mbsinit(&c->typed);
	size_t got = mbrtowc(&wide, &octet, 1, &c->typed);
	if (got == (size_t)-2)
		return 0;
	bool bad = got == (size_t)-1 || !g_unichar_validate((gunichar)wide);
	int n = g_unichar_to_utf8(bad ? 0xfffd : (gunichar)wide, (char *)bytes);
	if (got == (size_t)-1)
		memset(&c->typed, 0, sizeof c->typed);
	return got == (size_t)-1 && begun ? n + take_local(c, octet, bytes + n) : n;
}

#define UTF8_OCTETS 12 /* room for two characters */

static int read_keys(struct term *t, unsigned char *bytes, int max)
{
	struct curses *c = (struct curses *)t;
	int n = 0, key;
	while (n + UTF8_OCTETS <= max && (key = wgetch(c->pad)) != ERR) {
		if (key < 0 || key >= 256)
			continue;
		if (c->utf8)
			bytes[n++] = (unsigned char)key;
		else
			n += take_local(c, (char)key, bytes + n);
	}
	return n;
}

/* --- drawing --- */
/* Each role has a pair of its own. */
static int pair_of(unsigned style)
{
	return (int)(style & ~(unsigned)STYLE_CURSOR) + 1;
}

static attr_t attributes(const struct curses *c, unsigned style)
{
	struct style_look look = theme_look(&c->theme, style);
	attr_t a = A_NORMAL;
	if (look.bold)
		a |= A_BOLD;
	if (look.dim)
		a |= A_DIM;
	if (look.underline)
		a |= A_UNDERLINE;
	if (look.reverse)
		a |= A_REVERSE;
	if (look.ink != COLOUR_OWN || look.ground != COLOUR_OWN)
		a |= COLOR_PAIR(pair_of(style));
	return a;
}

/* The cluster as the C library measures it. Where that is not what the grid says, something of the right
 * width stands in: a column must never shift. */
static int cell_wide(const struct cell *cell, wchar_t out[CELL_WCHARS])
{
	int n = 0, width = 0;
	for (; n < cell->points; n++) {
		out[n] = (wchar_t)cell->point[n];
		int w = wcwidth(out[n]);
		if (w < 0 || (n && w > 0 && width + w > cell->width))
			break;
		width += w;
	}
	if (width != cell->width) {
		n = 0;
		while (n < cell->width)
			out[n++] = L'?';
	}
	return n;
}

static int cell_narrow(const struct cell *cell, wchar_t out[CELL_WCHARS])
{
	if (cell->points == 1 && cell->point[0] < 0x80) {
		out[0] = (wchar_t)cell->point[0];
		return 1;
	}
	g_autofree char *utf8 = g_ucs4_to_utf8(cell->point, cell->points, NULL, NULL, NULL);
	g_autofree char *local = utf8_to_locale(utf8 ? utf8 : "?");
	size_t n = mbstowcs(out, local, CELL_WCHARS);
	if (n == (size_t)-1 || n != cell->width || wcswidth(out, n) != cell->width) {
		n = 0;
		while (n < cell->width)
			out[n++] = L'?';
	}
	return (int)n;
}

static void draw_cell(const struct curses *c, int row, int col, const struct cell *cell)
{
	wchar_t wide[CELL_WCHARS];
	if (!cell->width)
		return;
	int n = c->utf8 ? cell_wide(cell, wide) : cell_narrow(cell, wide);
	attrset(attributes(c, cell->style));
	mvaddnwstr(row, col, wide, n);
}

static void flush(struct term *t, const struct grid *g, const bool *dirty)
{
	struct curses *c = (struct curses *)t;
	int rows = MIN(g->rows, LINES), cols = MIN(g->cols, COLS);
	if (!dirty)
		clearok(curscr, TRUE);
	for (int row = 0; row < rows; row++)
		for (int col = 0; (!dirty || dirty[row]) && col < cols; col++)
			draw_cell(c, row, col, grid_cell(g, row, col));
	curs_set(g->cursor_shown);
	/* Where a screen reader should look. */
	move(CLAMP(g->cursor_row, 0, rows - 1), CLAMP(g->cursor_col, 0, cols - 1));
	refresh();
}

static void ring(struct term *t)
{
	(void)t;
	beep();
}

/* Terminals that say they have a clipboard, or titles, know the sequences of xterm. */
static bool has_clipboard(void)
{
	const char *s = tigetstr("Ms");
	return s && s != (const char *)-1;
}

static bool is_like_xterm(void)
{
	return has_clipboard() || tigetflag("XT") > 0;
}

/* Base64 holds no control octet. */
static bool copy(struct term *t, struct str text)
{
	struct curses *c = (struct curses *)t;
	if (!has_clipboard())
		return false;
	g_autofree char *octets = g_base64_encode((const guchar *)text.p, text.n);
	g_autofree char *words = g_strdup_printf("\033]52;c;%s\a", octets);
	put(c, words);
	return true;
}

/* In one line, and short. */
static char *local_line(const char *text)
{
	int cols;
	struct str head = utf8_fit(str_of(text), TERM_TELL_COLS, &cols);
	g_autofree char *kept = utf8_line(head);
	return utf8_to_locale(kept);
}

static void tell(struct term *t, enum term_tell how, const char *text)
{
	g_autofree char *local = local_line(text);
	g_autofree char *words = how == TELL_OSC9 ? g_strdup_printf("\033]9;%s\a", local)
						  : g_strdup_printf("\033]777;notify;Boxwood;%s\a", local);
	put((struct curses *)t, words);
}

static bool ask_background(struct term *t)
{
	if (!is_like_xterm())
		return false;
	put((struct curses *)t, BACKGROUND_ASK);
	return true;
}

/* A terminal without the capability has no mouse, or would print what it does not know. */
static void mouse(struct term *t, bool on)
{
	struct curses *c = (struct curses *)t;
	const char *s = tigetstr("kmous");
	on = on && s && s != (const char *)-1;
	if (on == c->mouse)
		return;
	c->mouse = on;
	put(c, on ? MOUSE_ON : MOUSE_OFF);
}

/* --- opening and closing --- */
static int count_colours(struct term *t)
{
	return ((struct curses *)t)->colours;
}

static void look(struct term *t, const struct theme *theme)
{
	struct curses *c = (struct curses *)t;
	c->theme = *theme;
	for (int i = 0; i < STYLE_COUNT; i++) {
		struct style_look l = c->theme.looks[i] = theme_look(theme, (unsigned)i); /* once, not in each cell */
		if (c->colours < 8)
			continue;
		/* In a terminal with all colours 0 to 7 are those of its palette. */
		init_extended_pair(pair_of((unsigned)i), l.ink < 0 ? -1 : l.ink & 0xffffff,
			l.ground < 0 ? -1 : l.ground & 0xffffff);
	}
}

static void start_colours(struct curses *c, int most)
{
	if (!most || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	c->colours = most < 0 ? COLORS : MIN(COLORS, most);
}

static void append_capability(GString *out, const char *name)
{
	const char *s = tigetstr(name);
	if (s && s != (const char *)-1)
		g_string_append(out, s);
}

static void prepare_farewell(const struct curses *c)
{
	GString *out = g_string_new(MOUSE_OFF PASTE_OFF);
	if (c->title)
		g_string_append(out, TITLE_BACK);
	append_capability(out, "sgr0");
	append_capability(out, "cnorm");
	append_capability(out, "rmcup");
	char *old = farewell;
	farewell_n = 0;
	farewell = out->str;
	farewell_n = out->len;
	g_string_free(out, FALSE);
	g_free(old);
}

static void set_title(struct term *t, const char *text)
{
	struct curses *c = (struct curses *)t;
	bool first = !c->title;
	if (!is_like_xterm() || c->lent)
		return;
	g_free(c->title);
	c->title = local_line(text);
	put_title(c);
	if (first)
		prepare_farewell(c);
}

static int open_pipe(struct curses *c, struct err *e)
{
	int fds[2];
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC))
		return err_errno(e, errno, "cannot open", "pipe");
	c->term.signals_fd = fds[0];
	c->pipe_out = signal_pipe = fds[1];
	return 0;
}

static void close_term(struct term *t)
{
	struct curses *c = (struct curses *)t;
	if (c->screen) {
		put(c, c->mouse ? MOUSE_OFF : "");
		if (c->pad)
			delwin(c->pad);
		give_back(c);
		delscreen(c->screen);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(caught); i++)
		handle(caught[i], SIG_DFL, 0);
	for (size_t i = 0; farewell && i < G_N_ELEMENTS(deadly); i++)
		handle(deadly[i], SIG_DFL, 0);
	g_clear_pointer(&farewell, g_free);
	signal_pipe = -1;
	if (t->signals_fd >= 0)
		close(t->signals_fd);
	if (c->pipe_out >= 0)
		close(c->pipe_out);
	if (c->out)
		fclose(c->out);
	g_free(c->title);
	g_free(c);
}

static int check_terminal(struct err *e)
{
	const char *name = getenv("TERM");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "the screens need a terminal");
	if (!name || !*name)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "TERM is not set");
	return 0;
}

/* After newterm: a terminal that cannot put its cursor somewhere is no place for screens. */
static int check_abilities(struct err *e)
{
	const char *move_to = tigetstr("cup");
	if (move_to && move_to != (const char *)-1)
		return 0;
	return err_set(
		e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "the terminal '%s' cannot move its cursor", getenv("TERM"));
}

/* COLORTERM is how terminals say that they have all colours, which their usual descriptions do not tell. */
static bool announces_all(int colours)
{
	const char *said = getenv("COLORTERM");
	return colours > 256 || (colours < 0 && said && (!strcmp(said, "truecolor") || !strcmp(said, "24bit")));
}

/* TERM's name for the same terminal with all colours; g_free. NULL: they are not wanted. */
static char *direct_name(int colours)
{
	static const char suffix[] = "-256color";
	if (!announces_all(colours))
		return NULL;
	g_autofree char *base = g_strdup(getenv("TERM"));
	if (g_str_has_suffix(base, suffix))
		base[strlen(base) - strlen(suffix)] = '\0';
	return g_strconcat(base, "-direct", NULL);
}

static int begin(struct curses *c, int colours, struct err *e)
{
	g_autofree char *direct = direct_name(colours);
	for (size_t i = 0; i < G_N_ELEMENTS(caught); i++)
		handle(caught[i], on_signal, SA_RESTART);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	tcgetattr(STDIN_FILENO, &before);
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	c->out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!c->out)
		return err_errno(e, errno, "cannot open", "terminal");
	c->screen = direct ? newterm(direct, c->out, stdin) : NULL;
	if (!c->screen)
		c->screen = newterm(NULL, c->out, stdin);
	if (!c->screen)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "the terminal '%s' is not known", getenv("TERM"));
	return check_abilities(e);
}

struct term *term_curses_open(int colours, struct err *e)
{
	const char *no = getenv("NO_COLOR");
	if (check_terminal(e))
		return NULL;
	struct curses *c = g_new0(struct curses, 1);
	c->term = (struct term){ STDIN_FILENO, -1, size, flush, read_keys, take_signals, ring, copy, tell, set_title,
		ask_background, count_colours, look, suspend, lend, take, mouse, close_term };
	c->pipe_out = -1;
	if (colours == TERM_COLOURS_AUTO && no && *no)
		colours = 0;
	if (open_pipe(c, e) || begin(c, colours, e)) {
		close_term(&c->term);
		return NULL;
	}
	c->utf8 = utf8_locale();
	cbreak();
	noecho();
	nonl();
	c->pad = newpad(1, 1);
	nodelay(c->pad, TRUE);
	start_colours(c, colours);
	theme_init(&c->theme, THEME_MONO, 0, COLOUR_OWN);
	prepare_farewell(c);
	for (size_t i = 0; i < G_N_ELEMENTS(deadly); i++)
		handle(deadly[i], on_death, (int)SA_RESETHAND);
	measure();
	put(c, PASTE_ON);
	return &c->term;
}
