/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of ui: layout, widgets, views and the loop round them. */
#ifndef BOXWOOD_UI_INTERNAL_H
#define BOXWOOD_UI_INTERNAL_H

#include "app/model.h"
#include "base/clock.h"
#include "ui/grid.h"
#include "ui/key.h"
#include "ui/term.h"
#include "ui/ui.h"

/* --- layout.c: where things stand on a screen of any size --- */
#define SIDEBAR_FROM_COLS 100 /* shown unasked */
#define SIDEBAR_LEAST_COLS 50 /* shown at all */
#define SIDEBAR_COLS 17       /* with its border */
#define SIDEBAR_WIDE_COLS 19  /* the same, beside a reading pane */
#define PANE_FROM_COLS 160    /* the reading pane is shown unasked */
#define PANE_LEAST_COLS 100   /* shown at all */
#define TWO_LINES_BELOW 60    /* columns under which a message takes two lines */

struct rect {
	int row, col, rows, cols; /* rows 0: there is no place for it */
};
struct layout {
	struct rect status, sidebar, body, pane, banner, rule, message, hint;
};
/* Columns that the user has given them; 0: those of the screen. */
struct splits {
	int sidebar; /* with its border */
	int pane;
};
struct layout_wish {
	int banner_rows;
	bool sidebar, pane;
	struct splits splits;
};
/* The body has at least one row always; the rest comes as there is place. Left of the pane stands its border. */
struct layout layout_make(int rows, int cols, const struct layout_wish *wish);

/* --- widget_list.c: a cursor in a list that is all here --- */
struct list {
	int count, cursor, top, height;
};
void list_show(struct list *l, int count, int height); /* the size of now; the cursor stays inside */
bool list_command(struct list *l, enum app_command c); /* true: it moved by that command */
/* What the mouse points at: a row that gets the cursor, or has had it. */
enum pointed { POINTED_NOWHERE, POINTED_AT, POINTED_AGAIN };
enum pointed list_point(struct list *l, int line); /* of the screen, from the first of the list */

/* --- widget_text.c: long text, wrapped as it is looked at --- */
#define TEXT_BODY 0x100   /* a style: quoted lines show how deep */
#define TEXT_RULE 0x200   /* a style: a line across */
#define TEXT_BAR 0x400    /* a style: a bar across, which no writer of a message can draw */
#define TEXT_SEALED 0x800 /* with TEXT_BODY: a bar stands left of each line */

struct text_span {
	uint32_t from, to; /* octets, within one paragraph */
	unsigned style;
	uint32_t hint; /* the number of a link that nothing in the text tells; 0 */
};
struct text;
struct text *text_new(void);
void text_free(struct text *t); /* NULL is a no-op */
void text_reset(struct text *t);
/* One paragraph or many; continuation lines are indented by that much. Cleans what it takes. */
void text_add(struct text *t, unsigned style, int indent, struct str paragraphs);
void text_addf(struct text *t, unsigned style, int indent, const char *fmt, ...) G_GNUC_PRINTF(4, 5);
/* The same, clean, with stretches of other styles: ascending by from; where two overlap the later one counts. Their octets
 * are counted from `base` octets before paragraphs, and lie in it. */
void text_add_spans(
	struct text *t, unsigned style, struct str paragraphs, uint32_t base, const struct text_span *spans, size_t n);
void text_draw(struct text *t, struct grid *g, struct rect r);
bool text_command(struct text *t, enum app_command c);
int text_lines(struct text *t, int width, int most); /* at that width, counted up to most */
int text_percent(const struct text *t);              /* of what has been passed at the bottom of the last draw */
/* One line of at most width columns: octets of s it takes, with the blanks it ends in. For tests too. */
size_t text_wrap(struct str s, int width);
void text_fold(struct text *t, unsigned least); /* runs of more quoted lines become one; 0: none does */
bool text_toggle_fold(struct text *t);          /* true: they are folded now */
bool text_skip_quoted(struct text *t);          /* to what stands behind the next quoted lines; false: nothing does */
void text_show_hints(struct text *t, bool on);  /* the numbers of links over their first letters */
/* What is looked for from now on; empty: nothing. True: something is. */
bool text_look_for(struct text *t, struct str words);
bool text_is_searched(const struct text *t);
enum text_found { TEXT_NOT_FOUND, TEXT_FOUND, TEXT_FOUND_ROUND };
enum text_found text_find(struct text *t, bool forward); /* from the last match, or the top of the screen */

/* --- find.c: words in a text --- */
struct needle;
struct needle *needle_new(struct str words); /* NULL: no words */
void needle_free(struct needle *d);          /* NULL is a no-op */
/* The next match at octet `from` or behind it; s: valid UTF-8. */
bool needle_next(const struct needle *d, struct str s, size_t from, size_t *at_out, size_t *n_out);
struct view;
bool find_command(struct view *v, enum app_command c); /* of a view that has a text; false: not of finding */

/* --- widget_input.c: one line being typed --- */
#define INPUT_MAX 4096

struct input {
	char *text; /* INPUT_MAX + 1 octets, never moved, wiped at the end: it may hold a password */
	size_t n, at;
	bool hidden;
};
void input_init(struct input *in, const char *text, bool hidden);
void input_clear(struct input *in);
bool input_key(struct input *in, uint32_t key, const char *paste); /* false: no key of a line editor */
void input_draw(const struct input *in, struct grid *g, struct rect r, const char *label);

/* --- widget_status.c: the lines round the body --- */
struct ui;
char *status_sync(const struct model_account *a, int cols); /* "synced 21:14, next 21:29" */
void status_draw(struct grid *g, struct rect r, const char *left, const char *right);
void hint_draw(const struct ui *ui, struct grid *g, struct rect r);
int banner_account(const struct ui *ui);             /* whose trouble is told; -1: nobody's */
struct model_list *banner_gone(const struct ui *ui); /* the list on the screen whose folder is gone; NULL: none */
bool banner_is_shown(const struct ui *ui);           /* where there is room for it */
int banner_rows(const struct ui *ui, int rows, int cols);
void banner_draw(const struct ui *ui, struct grid *g, struct rect r);
unsigned queue_count(const struct ui *ui); /* changes and letters that wait */
char *queue_text(const struct ui *ui);     /* "1 in queue"; NULL: nothing waits */
void sidebar_draw(struct ui *ui, struct grid *g, struct rect r);
void sidebar_press(struct ui *ui, struct rect r, int row);
void sidebar_roll(struct ui *ui, int lines); /* until another folder is gone to */

/* --- views --- */
struct view;
struct view_ops {
	enum app_context context;
	void (*draw)(struct view *v, struct grid *g, struct rect body);
	bool (*command)(struct view *v, enum app_command c);              /* false: not mine */
	bool (*key)(struct view *v, uint32_t key, const char *paste);     /* typed text comes first here; NULL */
	void (*event)(struct view *v, struct event *ev);                  /* of no request; NULL */
	enum pointed (*point)(struct view *v, struct rect body, int row); /* NULL: nothing to be pointed at */
	void (*roll)(struct view *v, int lines);                          /* by the wheel; NULL: as by keys */
	char *(*title)(struct view *v, int cols);
	char *(*aside)(struct view *v, int cols);               /* right of the title; NULL: how the account is */
	const enum app_command *(*hints)(const struct view *v); /* the likeliest keys; NULL: those of the context */
	const char *typing;              /* N_(): the hints of a view that takes typed text; NULL: from the key table */
	char *(*remark)(struct view *v); /* the line under the body when nothing else is said; NULL */
	bool (*stop)(struct view *v);    /* ^C: true when something was under way; NULL */
	struct text *(*text)(struct view *v); /* what can be looked through; NULL */
	void (*free)(struct view *v);
};
struct view {
	const struct view_ops *ops;
	struct ui *ui;
	int account; /* whose state the status line shows */
};

struct view *view_folders_new(struct ui *ui);
struct view *view_folders_pick(struct ui *ui); /* type some letters of a name */
/* What is done with the folder that was picked: name as shown, or as typed when there is none. */
struct pick {
	int account; /* only of this one */
	const char *label;
	void (*picked)(struct ui *ui, const char *name, bool exists, void *aux);
	void *aux;
	void (*free)(void *aux);
};
struct view *view_folders_pick_for(struct ui *ui, const struct pick *pick); /* takes aux */
struct view *view_list_new(struct ui *ui, int account, const char *folder);
bool view_list_is(const struct view *v, int account, const char *folder);
bool view_is_list(const struct view *v);
struct model_list *view_list_model(struct view *v);
const char *view_list_folder(struct view *v, const struct store_row *row); /* the row's: a thread has those of others */
int view_list_account(const struct view *v, const struct store_row *row);  /* whose it is; -1: not known yet */
/* Looks for unread mail once the rows are here, and reads what is found. */
void view_list_seek_later(struct view *v, bool then_read);
struct view *view_message_part(struct ui *ui, const struct model_message *of, const char *section);
struct view *view_message_file(struct ui *ui, const char *path, struct err *e); /* NULL with e */
bool view_is_message(const struct view *v);
struct model_message *view_message_model(struct view *v); /* NULL: nothing is shown yet */
const char *view_parts_name(struct view *v);   /* of the part at the cursor; NULL: it has none, or another view */
const char *view_folders_name(struct view *v); /* of the folder at the cursor; NULL: none, or another view */
/* Of a prompt for the number of a link; aux: how many there are. */
bool view_message_link_is_enough(struct str typed, void *aux);
void view_message_follow(struct view *v);             /* the list's cursor, as soon as its row is here */
struct view *view_message_list(const struct view *v); /* NULL: a message of no list */
/* It keeps up with the list's cursor by itself, after a pause, and counts as read after `preview-seen`. */
struct view *view_message_beside(struct ui *ui, struct view *list);
void view_message_set_beside(struct view *v, bool beside); /* false: it is opened */
/* Reads what the cursor is on now, and does `then` (an answer to it, or none) once it is here. Gives v back. */
struct view *view_message_keep(struct view *v, enum app_command then);
struct view *view_parts_new(struct ui *ui, struct view *message);
struct view *view_text_new(struct ui *ui, const char *title, const char *text);
struct view *view_text_source(struct ui *ui, struct view *message);
struct view *view_help_new(struct ui *ui, enum app_context of);
/* Lines of a text are taken, for an answer to the message below. */
struct view *view_quote_new(struct ui *ui, int account, const char *text);
struct view *view_settings_new(struct ui *ui);
struct view *view_drafts_new(struct ui *ui);
struct view *view_queue_new(struct ui *ui);
void view_queue_reload(struct view *v); /* no queue: nothing */

/* --- view_compose.c: the one place a letter is looked over before it goes --- */
enum compose_begin {
	COMPOSE_REVIEW,
	COMPOSE_ASK,      /* To and Subject, then the editor */
	COMPOSE_TEMPLATE, /* what it lacks of them, then the editor */
	COMPOSE_ASK_TO,   /* whom it goes to, then the editor */
	COMPOSE_EDIT,     /* the editor at once */
	COMPOSE_PICK,     /* the From picker is open */
	COMPOSE_SEND,     /* sent at once */
	COMPOSE_BOUNCE,   /* whom it goes to, then sent */
};
struct view *view_compose_open(struct ui *ui, struct model_letter *m, enum compose_begin how); /* on top; takes m */
struct model_letter *view_compose_letter(const struct view *v);                                /* NULL: another view */
struct model_letter *view_compose_release(
	struct view *v);                  /* the letter goes on without the view, which is to be popped */
void view_compose_edited(struct view *v); /* the text has come back */

/* --- widget_picker.c: the addresses a letter can be sent as --- */
struct pick_row {
	char *addr; /* NULL: another is typed */
	int account;
	char *mark, *words;
	const char *aside;      /* translated; "" */
	bool refused, pressing; /* the server said no; its aside is a way on */
};
GPtrArray *picker_rows(const struct model_letter *m); /* struct pick_row *, freeing; never empty */
int picker_height(const GPtrArray *rows, int most);
void picker_draw(const GPtrArray *rows, struct list *list, struct grid *g, struct rect r, bool framed);

/* --- compose.c: letters begun --- */
bool compose_command(struct ui *ui, enum app_command c); /* false: no command that begins one */
/* The part of that message goes along with the next letter that is begun or opened. */
void compose_take_part(struct ui *ui, const struct model_message *m, const char *section);
/* To the message at the top, quoting only this (taken). */
void compose_answer(struct ui *ui, enum app_command c, char *only);
void compose_mailto(struct ui *ui, const char *uri);
/* draft 0: one is made of the letter `was`, which is in the outbox. */
void compose_resume(struct ui *ui, uint32_t draft, enum compose_begin how, uint32_t was);
void compose_resend(struct ui *ui, uint32_t draft, uint32_t was); /* from the account's default address */
/* Says, second by second, when a held letter leaves, until something else is said or a key is typed. */
void compose_count(struct ui *ui, uint32_t mail);
void compose_count_end(struct ui *ui);
void compose_leave(struct ui *ui);          /* what is only begun is given up */
void compose_look_at_drafts(struct ui *ui); /* whether one was being written at the last end */
extern const struct model_queue_hooks queue_hooks;

/* --- parts.c: what parts and messages are given to --- */
extern const struct model_parts_hooks parts_hooks;
struct model_source parts_source(const struct model_message *m);
/* p NULL: the whole message. What they ask keeps copies. */
void parts_pipe(struct ui *ui, const struct model_source *of, const struct msg_part *p);
void parts_print(struct ui *ui, const struct model_source *of, const struct msg_part *p);
void parts_open(struct ui *ui, const struct model_source *of, const struct msg_part *p);
void parts_detach(
	struct ui *ui, const struct model_source *of, const struct msg_part *p, bool sealed); /* sealed: it is signed */
bool parts_command(struct ui *ui, enum app_command c); /* of the message on top; false: no such command */

/* --- edit.c: the user's own editor --- */
/* The letter's text in it: the screen is lent, or a window is opened and v is popped. False: there is no editor. */
bool edit_start(struct ui *ui, struct view *v, struct model_letter *m);
bool edit_is_of(const struct ui *ui, const struct view *v); /* an editor has the view's letter */
bool edit_has(const struct ui *ui, uint32_t draft);         /* is in a window */
/* What is in the editor's file: taken, or asked about. */
void edit_look(struct ui *ui, struct view *v, struct model_letter *m, const struct err *failed);
void edit_forget(struct ui *ui, const struct view *v); /* the view is going */
void edit_leave(struct ui *ui);                        /* the program ends: editors go on */

/* --- view_editor.c: the small editor for those who have none --- */
struct view *view_editor_new(struct ui *ui, struct view *compose);

/* --- view_setup.c: an account is set up --- */
struct view *view_setup_new(struct ui *ui, const struct ui_setup *to);

/* --- complete.c: Tab in a prompt --- */
void complete_addresses(struct ui *ui); /* in the prompt just asked */
void complete_paths(struct ui *ui);
void complete_add_paths(const char *typed, GPtrArray *out); /* char *: those that begin so */
void complete_templates(struct ui *ui);

/* --- card.c: what a message tells or asks beside its text --- */
/* Its lines, if there are any; way: those of its way here too. account -1: a file's. flags: of its row. */
void card_show(
	struct text *t, const struct ui *ui, int account, const struct engine_message *m, uint32_t flags, bool way);
/* False: no command that answers. */
bool card_command(struct ui *ui, const struct model_message *m, uint32_t flags, enum app_command c);

/* --- copy.c: into the terminal's clipboard --- */
bool copy_command(struct ui *ui, enum app_command c); /* false: no command that copies */
bool copy_is_choosing(const struct ui *ui);           /* the number of a link is typed */
bool copy_stop(struct ui *ui);                        /* what is fetched for it; false: nothing was */

/* --- craft.c: what is asked of the terminal beside drawing --- */
int craft_colours(
	const struct cfg *cfg, const char *colour); /* as term_curses_open takes them; colour: of --color, or NULL */
void craft_dress(struct ui *ui);                    /* in the colours of the mailrc; again when they have changed */
void craft_listen(struct ui *ui);                   /* for new mail; the store is open */
void craft_background(struct ui *ui, int32_t rgb);  /* the terminal has answered */
void craft_title(struct ui *ui);                    /* of the window, where it is wanted */
void craft_end(struct ui *ui);

/* --- thread.c: the list by threads, and what is done with a whole one --- */
bool thread_command(struct ui *ui, struct view *list, enum app_command c); /* false: no such command */
char *thread_sign(const struct store_row *row);                            /* "+5"; NULL: it is no folded thread */
char *thread_people(const struct store_row *row); /* who wrote in a folded one; NULL: none is */
char *thread_subject(struct view *list, const struct store_row *row);

/* --- change.c: what the keys change --- */
extern const struct model_changes_hooks change_hooks;
/* The chosen messages of a list view; false: no command that changes any. */
bool change_command(struct ui *ui, struct view *list, enum app_command c);
/* The same of these messages, taken. */
void change_places(struct ui *ui, struct view *list, enum app_command c, GArray *places);
/* The folder at the cursor (NULL: an account's line); false: no such command. */
bool change_is_pinned(const struct ui *ui, int account, const char *name); /* as the mailrc says now */
bool change_folder_command(struct ui *ui, int account, const struct store_folder *f, enum app_command c);
void change_seen(struct ui *ui, int account, const struct store_row *row); /* its text was shown */

/* --- filter.c: what a list shows, and in what order --- */
bool filter_command(struct ui *ui, struct view *list, enum app_command c);             /* false: no such command */
void filter_tagged(struct ui *ui, const struct model_list *m, unsigned n, bool whole); /* tags by a pattern were set */
char *filter_text(const struct model_list *m); /* "~f ana  unread only  by size"; "": all, as it came in */
char *filter_why_empty(const struct ui *ui, const struct model_list *m); /* NULL: not for what it leaves out */

/* --- prompt.c: the line that is typed into, and the question that waits for a key --- */
struct prompt;
struct prompt_helper {
	void (*typed)(struct ui *ui, struct prompt *p); /* after each key that changed the text */
	void (*tab)(struct ui *ui, struct prompt *p, bool back);
	char *(*offer)(const struct prompt *p); /* shown in the place of the hints; NULL: nothing */
	void (*free)(struct prompt *p);
};
struct prompt {
	char *label;
	const struct prompt_helper *helper; /* NULL */
	void *helping;
	struct input input;
	void (*done)(struct ui *ui, struct str typed, void *aux); /* not called when given up */
	void *aux;
	bool (*enough)(struct str typed, void *aux); /* needs no Enter any more; NULL: always Enter */
	void (*free)(void *aux);                     /* may be NULL */
};

/* What has no way back is asked first. Keys count only when the question has been seen. */
#define QUESTION_QUIET_MS 250
#define CHOICES_MAX 4
struct choice {
	uint32_t key; /* 0: no more of them */
	void (*act)(struct ui *ui, void *aux);
};
struct question {
	char *text;
	int64_t live_at;                    /* 0: not drawn yet */
	struct choice choices[CHOICES_MAX]; /* Enter: the first, unless it is a yes or no */
	bool yes_or_no;
	void *aux;
	void (*free)(void *aux);
};

void ui_ask(struct ui *ui, char *label, const char *text, bool hidden,
	void (*done)(struct ui *ui, struct str typed, void *aux), void *aux, void (*free)(void *aux));
/* The prompt just asked ends by itself as soon as what is typed is enough. */
void ui_ask_until(struct ui *ui, bool (*enough)(struct str typed, void *aux));
/* Asked with No for an answer unless y is typed; takes text and aux. free may be NULL. */
void ui_question(struct ui *ui, char *text, void (*yes)(struct ui *ui, void *aux), void *aux, void (*free)(void *aux));
/* The first choice is taken by Enter; Esc takes none. Takes text and aux. */
void ui_choose(struct ui *ui, char *text, const struct choice *choices, void *aux, void (*free)(void *aux));
void prompt_key(struct ui *ui, uint32_t key, const char *paste);
void prompt_draw(struct ui *ui, struct grid *g, const struct layout *l);
void prompt_drop(struct ui *ui);
void question_key(struct ui *ui, uint32_t key);
void question_draw(struct ui *ui, struct grid *g, const struct layout *l);
void question_drop(struct ui *ui);

/* --- banner.c: what the keys of a banner do --- */
void banner_command(struct ui *ui, enum app_command c);
void ui_retry_mail(struct ui *ui, const struct store_mail *m);
void ui_mail_words(struct ui *ui, const struct store_mail *m); /* what the server said of it */

/* --- command.c: what no view does by itself --- */
void command_run(struct ui *ui, enum app_command c);
const char *command_why_not(const struct ui *ui, enum app_command c); /* translated; NULL: it can be done here */

/* --- typing.c: what is typed of a command --- */
void typing_key(struct ui *ui, uint32_t key);
void typing_drop(struct ui *ui);
void typing_panel_due(void *aux);
bool typing_is_under_way(const struct ui *ui);
char *typing_text(const struct ui *ui); /* "5 g-"; NULL: nothing */
/* What is to be typed for a command: its key in that place, else its name in the palette; g_free. */
char *ui_key(const struct ui *ui, enum app_context ctx, enum app_command c);

/* --- widget_panel.c: how a chord can go on --- */
void panel_draw(const struct ui *ui, struct grid *g, struct rect area); /* at its foot */

/* --- palette.c: commands by a word for them --- */
struct palette;
void palette_open(struct ui *ui, const char *text);
void palette_drop(struct ui *ui);
void palette_key(struct ui *ui, uint32_t key, const char *paste);
void palette_draw(const struct ui *ui, struct grid *g, struct rect area);

/* --- shell.c: programs that have the whole screen for a while --- */
void shell_run(struct ui *ui, const char *line);
void shell_manual(struct ui *ui);
void shell_leave(struct ui *ui); /* the program ends: what runs goes on */

/* --- said.c: what is said, and all that was --- */
struct log_entry {
	int64_t when; /* wall seconds */
	char *text;   /* clean; may have several lines */
};
GArray *said_log_new(void);
void ui_say(struct ui *ui, char *sentence);   /* until the next key; takes the string; NULL: nothing holds any more */
void ui_log(struct ui *ui, const char *text); /* is shown elsewhere, and kept with what was said */
void ui_logged(void *ui, const char *text);   /* the same, for the hooks of models */
struct view *view_log_new(struct ui *ui);

/* --- pane.c: the message at the cursor, beside the list --- */
enum pane { PANE_AUTO, PANE_ON, PANE_OFF };
/* The list it stands beside on a screen so wide; NULL: it is not shown. */
struct view *pane_list(const struct ui *ui, int cols);
void pane_draw(struct ui *ui, struct grid *g, struct rect r, struct view *list);
void pane_open(struct ui *ui, struct view *list); /* the message at the cursor, over the whole body */
bool pane_back(struct ui *ui);                    /* from the message to the list; false: it is not on top */
bool pane_back_to_list(struct ui *ui);            /* the same, if it has the keys in the pane */
void pane_enter(struct ui *ui);                   /* the message in the pane gets the keys */
bool pane_command(struct ui *ui, enum app_command c);
bool pane_stop(struct ui *ui);                           /* what it waits for; false: nothing */
struct model_message *pane_message(const struct ui *ui); /* on top, or at the cursor of the list on top; NULL */
void pane_forget(struct ui *ui, const struct view *v);   /* that view is going */
void pane_drop(struct ui *ui);

/* --- mouse.c --- */
enum drag { DRAG_NONE, DRAG_SIDEBAR, DRAG_PANE };
void mouse_take(struct ui *ui, const struct mouse *m);

/* --- ui.c --- */
enum sidebar { SIDEBAR_AUTO, SIDEBAR_ON, SIDEBAR_OFF };

struct ui {
	struct app *app;
	GMainContext *ctx;
	struct term *term;
	struct keymap *keymap;
	struct model_folders *folders;
	struct model_changes *changes;
	struct model_queue *queue;
	struct model_parts *parts;
	GPtrArray *editing;        /* of edit.c */
	GPtrArray *begun;          /* of compose.c */
	char *attach_dir;          /* where the last attachment came from, with a slash; NULL */
	GPtrArray *chosen;         /* struct draft_file *: for the next letter; NULL: none */
	struct app_finder *finder; /* of complete.c; NULL: no address was asked for yet */
	bool lent;                 /* an editor has the terminal */
	const char *state_dir, *mailto;
	const struct ui_setup *setup; /* an account is set up, and nothing else; or NULL */
	bool interrupted;             /* a letter was being written when the program ended: a banner says so */
	struct question *question;
	GPtrArray *views; /* struct view *, the top last; never empty once the store is open */
	struct grid shown;
	bool all_dirty;
	GSource *drawing; /* a turn of the loop that draws; NULL: nothing to draw */
	GSource *keys, *signals;
	struct key_decoder *decoder;
	struct timer *key_timer;
	uint32_t chord[APP_CHORD_MAX];
	size_t chord_n;
	unsigned number;           /* typed before; 0: none */
	bool panel;                /* shows how the chord can go on */
	struct timer *panel_timer; /* until it does */
	bool macro_plays;
	unsigned macro_left; /* steps it may still take */
	struct prompt *prompt;
	struct palette *palette;
	GPtrArray *palette_lines;   /* char *: typed in it before */
	struct proc *outside;       /* of shell.c; NULL: none runs */
	const char *outside_failed; /* what is said when it fails; NULL */
	char *said;
	GArray *log;         /* struct log_entry: what was said, the newest last */
	unsigned log_count;  /* of all, also of those that are kept no more */
	uint32_t counted;    /* the letter whose time to leave `said` counts down; 0: none */
	struct timer *count; /* to its next second; set only while it does */
	enum sidebar sidebar;
	struct copying *copying; /* of copy.c; NULL */
	bool plain;              /* for a screen reader */
	struct theme theme;
	struct timer *answer; /* until it fires an answer about the background counts; NULL: it was not asked */
	bool answer_counts;
	int32_t background;        /* of the terminal, 0xRRGGBB; COLOUR_OWN: not known */
	char *titled;              /* the window's title; NULL */
	struct notifier *notifier; /* NULL: the store is not open yet */
	enum pane pane;
	struct view
		*beside; /* the message at the cursor of a list, also of one that is opened; NULL: there is none yet */
	bool opened;     /* `beside`, when it is on top, has the whole body */
	struct splits splits;
	enum drag drag;
	struct list side; /* the lines of the sidebar; its cursor: that of the folder looked at */
	bool side_rolled;
	struct layout layout; /* of the last draw */
	int at_account;       /* the folder last looked at, at first the one to begin with */
	const char *file;     /* a message to be shown first, or NULL */
	char *at_folder;
	bool at_changed;       /* the folders view has not put its cursor there yet */
	uint32_t sync_request; /* what `sync` asked for last, while it is under way; 0 */
	bool hop, hop_read;    /* to the next folder with unread mail, at the next draw; and read there */
	unsigned hops;         /* since the last key */
	bool quit;
	struct err err; /* why it ended */
};

/* term is the ui's from now on. Tests drive the parts; ui_run puts them on a loop. */
struct ui *ui_new(struct app *a, const struct ui_options *options, struct term *term);
void ui_free(struct ui *ui);
void ui_read_keys(struct ui *ui);
void ui_take_signals(struct ui *ui);
void ui_draw(struct ui *ui);  /* now */
void ui_touch(struct ui *ui); /* at the end of this turn */

struct view *ui_top(const struct ui *ui);
void ui_push(struct ui *ui, struct view *v);
void ui_pop(struct ui *ui);
void ui_take_key(struct ui *ui, const struct key_event *ev); /* as if it were typed */
/* Shows that folder, over the folders view. */
struct view *ui_open_folder(struct ui *ui, int account, const char *name);
void ui_next_unread_folder(struct ui *ui, bool then_read);    /* before the next draw */
void ui_drop_mail(struct ui *ui, const struct store_mail *m); /* asks before */
void ui_lend(struct ui *ui);                                  /* the terminal to another program */
void ui_take_back(struct ui *ui);
bool ui_has(const struct ui *ui, const struct view *v);
bool ui_is_idle(const struct ui *ui);                /* nothing is being typed or asked */
void ui_take_mailrc(struct ui *ui, struct cfg *now); /* it was read anew; taken */
bool ui_has_sidebar(const struct ui *ui, int cols);

#endif
