/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a screen stands on: keys, the command table, and models of what is shown. No curses here.
 *
 * A model keeps what a view shows, asks the engine for it through app.h, and tells its owner when it has changed;
 * the owner draws later. One thread, that of the front.
 */
#ifndef BOXWOOD_APP_MODEL_H
#define BOXWOOD_APP_MODEL_H

#include "app/app.h"

/* --- keys: a code point, a control code, or one of these; Alt is Esc before the key --- */
enum {
	APP_KEY_TAB = 0x09,
	APP_KEY_ENTER = 0x0d,
	APP_KEY_ESC = 0x1b,
	APP_KEY_BACKSPACE = 0x7f,
	APP_KEY_UP = 0x110000, /* above every code point */
	APP_KEY_DOWN,
	APP_KEY_LEFT,
	APP_KEY_RIGHT,
	APP_KEY_HOME,
	APP_KEY_END,
	APP_KEY_PAGE_UP,
	APP_KEY_PAGE_DOWN,
	APP_KEY_INSERT,
	APP_KEY_DELETE,
	APP_KEY_BACKTAB,
	APP_KEY_F1, /* F2 to F12 follow */
	APP_KEY_LAST = APP_KEY_F1 + 11,
};
#define APP_CHORD_MAX 3 /* keys of one command */

/* --- commands: one table feeds dispatch, the hint line, help, completion and the manual --- */
enum app_context {
	CTX_INDEX,
	CTX_MESSAGE,
	CTX_FOLDERS,
	CTX_PARTS,
	CTX_TEXT,
	CTX_COMPOSE,
	CTX_FROM,
	CTX_DRAFTS,
	CTX_QUEUE,
	CTX_QUOTE,
	CTX_SETTINGS,
	CTX_COUNT
};
enum app_group {
	GROUP_MOVE,
	GROUP_SHOW,
	GROUP_READ,
	GROUP_WRITE,
	GROUP_CHANGE,
	GROUP_MAIL,
	GROUP_PROGRAM,
	GROUP_COUNT
};

enum app_command {
	CMD_NONE,
	CMD_DOWN,
	CMD_UP,
	CMD_LINE_DOWN,
	CMD_LINE_UP,
	CMD_PAGE_DOWN,
	CMD_SCROLL_DOWN,
	CMD_PAGE_UP,
	CMD_HALF_DOWN,
	CMD_HALF_UP,
	CMD_CENTER,
	CMD_FIRST,
	CMD_LAST,
	CMD_SCREEN_TOP,
	CMD_SCREEN_MIDDLE,
	CMD_NEXT_UNREAD,
	CMD_PREV_UNREAD,
	CMD_NEXT_MESSAGE,
	CMD_PREV_MESSAGE,
	CMD_READ,
	CMD_OPEN,
	CMD_BACK,
	CMD_READ_ON, /* behind CMD_PAGE_DOWN: in the list it takes Space from it */
	CMD_READ_BACK,
	CMD_LEFT,
	CMD_RIGHT,
	CMD_PARTS,
	CMD_HEADERS,
	CMD_SOURCE,
	CMD_LINK,
	CMD_FIND,
	CMD_FIND_NEXT,
	CMD_FIND_PREVIOUS,
	CMD_FOLD,
	CMD_SKIP_QUOTED,
	CMD_VIEW_TEXT,
	CMD_VIEW_HTML,
	CMD_CHARSET,
	CMD_INVITATION,
	CMD_RECEIPT,
	CMD_UNSUBSCRIBE,
	CMD_OPEN_OUTSIDE,
	CMD_AS_TEXT,
	CMD_SAVE,
	CMD_SAVE_AS,
	CMD_SAVE_ALL,
	CMD_PIPE,
	CMD_DETACH_PART,
	CMD_PRINT,
	CMD_COMPOSE,
	CMD_TEMPLATE,
	CMD_REPLY,
	CMD_REPLY_ALL,
	CMD_REPLY_LIST,
	CMD_QUOTE,
	CMD_TAKE_LINE,
	CMD_TAKE_PARAGRAPH,
	CMD_FORWARD,
	CMD_FORWARD_WHOLE,
	CMD_BOUNCE,
	CMD_EDIT_AGAIN,
	CMD_DRAFTS,
	CMD_QUEUE,
	CMD_SEND,
	CMD_EDIT,
	CMD_FROM,
	CMD_TO,
	CMD_CC,
	CMD_BCC,
	CMD_SUBJECT,
	CMD_ATTACH,
	CMD_DETACH,
	CMD_REPORTS,
	CMD_ATTACH_PART,
	CMD_MARKDOWN,
	CMD_POSTPONE,
	CMD_LATER,
	CMD_PROBE,
	CMD_HOW,
	CMD_VALIDATE,
	CMD_CHOOSE,
	CMD_ANOTHER,
	CMD_DROP,
	CMD_TRY,
	CMD_HOLD,
	CMD_DELETE,
	CMD_ARCHIVE,
	CMD_SPAM,
	CMD_MOVE,
	CMD_COPY,
	CMD_FLAG,
	CMD_SET_FLAG,
	CMD_CLEAR_FLAG,
	CMD_TOGGLE_NEW,
	CMD_TAG,
	CMD_UNTAG,
	CMD_TAG_PREFIX,
	CMD_THREADS,
	CMD_THREAD_TURN,
	CMD_THREAD_TURN_ALL,
	CMD_THREAD_NEXT,
	CMD_THREAD_PREVIOUS,
	CMD_THREAD_DELETE,
	CMD_THREAD_READ,
	CMD_THREAD_ARCHIVE,
	CMD_THREAD_MOVE,
	CMD_THREAD_TAG,
	CMD_UNDO,
	CMD_REDO,
	CMD_TAG_MATCHING,
	CMD_UNTAG_MATCHING,
	CMD_FILTER,
	CMD_UNREAD_ONLY,
	CMD_SORT_RECEIVED,
	CMD_SORT_DATE,
	CMD_SORT_FROM,
	CMD_SORT_SUBJECT,
	CMD_SORT_SIZE,
	CMD_CREATE_FOLDER,
	CMD_RENAME_FOLDER,
	CMD_DELETE_FOLDER,
	CMD_EMPTY_FOLDER,
	CMD_SUBSCRIBE,
	CMD_PIN,
	CMD_FOLD_FOLDER,
	CMD_FOLD_FOLDERS,
	CMD_SYNC,
	CMD_FOLDER,
	CMD_NEXT_ACCOUNT,
	CMD_PREV_ACCOUNT,
	CMD_SIDEBAR,
	CMD_YANK_SENDER,
	CMD_YANK_SUBJECT,
	CMD_YANK_LINK,
	CMD_YANK_ID,
	CMD_YANK_TEXT,
	CMD_YANK_SOURCE,
	CMD_YANK_NAME,
	CMD_YANK_PATH,
	CMD_PANE,
	CMD_BANNER_WORDS,
	CMD_BANNER_RETRY,
	CMD_BANNER_PASSWORD,
	CMD_BANNER_DEFAULT,
	CMD_BANNER_FROM,
	CMD_BANNER_EDIT,
	CMD_BANNER_OTHERS,
	CMD_BANNER_DROP,
	CMD_BANNER_HIDE,
	CMD_MESSAGES,
	CMD_PALETTE,
	CMD_SETTINGS,
	CMD_SETTING_CHANGE,
	CMD_SETTING_DEFAULT,
	CMD_SETTING_UNDO,
	CMD_SETTING_FILTER,
	CMD_HELP,
	CMD_REDRAW,
	CMD_COUNT,
};

/* What may stand behind a command's name in the palette: what it would ask for. */
enum app_argument { ARG_NONE, ARG_TEXT, ARG_FOLDER, ARG_PATH };
/* What a number typed before its key does. */
enum app_count {
	COUNT_NO,     /* nothing */
	COUNT_REPEAT, /* the command is done so often */
	COUNT_ROWS,   /* it is done to so many messages, from the cursor on, as one change */
	COUNT_TO,     /* the cursor goes to that row */
};
struct app_command_info {
	const char *name;  /* "next-unread": what `bind` says */
	const char *keys;  /* default keys, blank between them: "j Down"; a chord has no blank: "!w", "EscTab" */
	const char *hint;  /* a word or two for the hint line, N_(); NULL: never there */
	const char *help;  /* what it does, N_() */
	const char *words; /* others it is looked for by, N_(), blanks between; NULL: none */
	unsigned contexts; /* bits 1 << CTX_ */
	enum app_group group;
	enum app_argument arg;
	enum app_count count;
};
const struct app_command_info *app_command_info(enum app_command c);
enum app_command app_command_find(const char *name); /* CMD_NONE: no such command */
extern const char *const app_context_names[CTX_COUNT];
const char *app_group_title(enum app_group g); /* translated */
/* The likeliest commands of a context, best first, ended by CMD_NONE; at most 10. */
const enum app_command *app_hints(enum app_context ctx);
const enum app_command *app_hints_of_threads(void); /* of the index by threads */

/* --- the key map: the keys of a preset and the mailrc's `bind` and `macro` lines over them --- */
extern const char *const app_presets[]; /* "mutt", "vim"; NULL ends them */
#define APP_MACRO_MAX 256               /* steps of a macro */

struct keymap;
/* complaints (char *, may be NULL) gets a sentence for each line that says nothing. */
struct keymap *keymap_new(const struct cfg *cfg, GPtrArray *complaints);
void keymap_free(struct keymap *k);
char *keymap_take(struct keymap *k, const struct cfg_bind *line); /* NULL, or what is wrong with it; g_free */
enum keymap_match { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_FOUND, KEYMAP_MACRO };
enum keymap_match keymap_find(
	const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n, enum app_command *out);
/* A key, or a command by its name. */
struct macro_step {
	uint32_t key; /* 0: the command */
	enum app_command command;
};
/* Of a KEYMAP_MACRO: struct macro_step. Borrowed. */
const GArray *keymap_macro(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n);
char *keymap_first(
	const struct keymap *k, enum app_context ctx, enum app_command c);          /* "Enter"; NULL: no key; g_free */
char *keymap_all(const struct keymap *k, enum app_context ctx, enum app_command c); /* "j, Down"; NULL; g_free */
/* What can follow the keys typed so far (n 0: everything), in the order of the table. */
struct keymap_next {
	char *keys; /* "w"; of several for one command "n, r" */
	enum app_command command;
	char *macro; /* as it is written, then command is CMD_NONE; or NULL */
};
GPtrArray *keymap_next(const struct keymap *k, enum app_context ctx, const uint32_t *keys, size_t n); /* freeing */
/* One chord from its written form ("j", "^D", "EscTab", "!w"); the number of keys, 0: malformed. */
size_t key_parse(const char *text, uint32_t keys[APP_CHORD_MAX]);
char *key_name(uint32_t key);                    /* g_free */
char *key_names(const uint32_t *keys, size_t n); /* "Esc f", "!w"; g_free */

/* --- finding commands by what is typed (palette.c) --- */
struct palette_row {
	enum app_command command;
	int score;
	bool here; /* it works in this place */
};
/* What `typed` may mean: by names, what they do, and other words for it. struct palette_row, the best first; those of other
 * places last. "": all that work here. */
GArray *app_palette(enum app_context ctx, const char *typed);
/* A line "move Archive": the command, and what stands behind it (borrowed; "" nothing). CMD_NONE: it is no such line. */
enum app_command app_palette_line(const char *line, const char **rest_out);
char *app_command_title(enum app_command c);           /* what it does, in a clause; g_free */
const char *app_command_elsewhere(enum app_command c); /* how one gets to where it works; translated */

/* --- accounts and their folders --- */
/* A model tells its owner that what it shows has changed. Called from the context; draw later. */
typedef void (*model_changed_fn)(void *aux);

struct model_account {
	const struct cfg_account *cfg;
	struct account_state state; /* of the last EV_ACCOUNT */
	bool known;                 /* an EV_ACCOUNT has come */
	GPtrArray *folders;         /* struct store_folder *, in the order shown */
	bool asked, again;          /* a REQ_FOLDERS is under way; another is due */
	uint32_t request;
	struct engine_ask *ask; /* a password is wanted; NULL */
	char *work;             /* a long work: what; NULL */
	uint64_t done, total;
	uint32_t work_folder;
	bool hidden; /* the banner was put away; a new trouble brings it back */
};
struct model_folders {
	struct app *app;
	GPtrArray *accounts; /* struct model_account *, as in the mailrc */
	GHashTable *folded;  /* "0/Lists": what lies below is not shown */
	model_changed_fn changed;
	void *aux;
};
struct model_folders *model_folders_new(struct app *a, model_changed_fn changed, void *aux);
void model_folders_free(struct model_folders *m);
void model_folders_load(struct model_folders *m, int account);                           /* -1: all */
void model_folders_event(struct model_folders *m, struct event *ev);                     /* an event of no request */
struct model_account *model_folders_account(const struct model_folders *m, int account); /* NULL: no such index */
const struct store_folder *model_folders_find(const struct model_folders *m, int account, const char *name);
uint32_t model_folder_unread(const struct store_folder *f);
bool model_folders_has_below(const struct model_folders *m, int account, const char *name);
void model_folders_fold(struct model_folders *m, int account, const char *name); /* or unfolds */
void model_folders_fold_all(struct model_folders *m);                            /* or, when any is, unfolds all */
bool model_folders_is_folded(const struct model_folders *m, int account, const char *name);
bool model_folders_is_hidden(const struct model_folders *m, int account, const char *name); /* below a folded one */
uint32_t model_folders_unread_below(const struct model_folders *m, int account, const char *name);
int model_folders_owner(const struct model_folders *m, uint32_t folder); /* the account it is of; -1: not known */
uint32_t model_folders_inbox_unread(const struct model_folders *m);      /* of all accounts */
/* The next folder after (account, name) that holds unread mail, going round once. */
const struct store_folder *model_folders_next_unread(const struct model_folders *m, int *account, const char *name);
/* How well the letters of `typed` are found in `name`, in order: 0 not at all, more is better. */
int model_fuzzy(const char *typed, const char *name);
/* Fills an account's password question, or tries again with the typed password. Takes secret. */
void model_folders_password(struct model_folders *m, int account, struct secret *secret);

/* --- the rows of one folder --- */
#define MODEL_LIST_WINDOW 200 /* rows asked for at a time */
#define MODEL_LIST_KEEP 400   /* rows kept round the cursor */
#define MODEL_LIST_SEEK 20    /* windows looked through for an unread message */

#define MODEL_LIST_TAGS 100000 /* tagged by one pattern at most */

enum model_seek { SEEK_NO, SEEK_DOWN, SEEK_UP };

/* Which messages of the folder, and in what order (model_choice.c). */
struct model_choice {
	uint32_t view;               /* VIEW_ bits: kept over restarts */
	char *pattern;               /* the filter as it was typed; NULL: there is none */
	struct store_filter *filter; /* NULL */
	GArray *keep; /* int64_t: messages that were changed under the reader's eyes, and stay in the list for that */
};
bool model_choice_is_plain(const struct model_choice *c); /* the folder, in the order it came in */
struct store_choice *model_choice_ask(const struct model_choice *c);
void model_choice_keep(struct model_choice *c, int64_t mid);

struct model_list {
	struct app *app;
	int account;                 /* -1: the inboxes of all, as one list */
	char *name;                  /* of the folder, as shown */
	struct store_folder *folder; /* as it stood with the newest rows; NULL: not in the cache */
	GPtrArray *rows;             /* struct store_row *: an unbroken stretch */
	uint32_t first;              /* position of rows[0] in the folder, from 0 */
	uint32_t total;              /* rows of the folder in the cache */
	uint32_t cursor, top;        /* positions; top is the first on the screen */
	uint32_t height;             /* messages on the screen */
	bool loaded;                 /* an answer has come */
	struct err err;              /* why there are no rows */
	struct model_choice choice;
	bool counting;    /* total may still grow: the folder is being looked through */
	bool gone_hidden; /* the user has read that the folder is gone */
	bool threads;     /* positions are lines of threads: that is wanted (VIEW_THREADS), and the choice is plain */
	bool unfolded;    /* the threads are, but for those of `turned`; else only those */
	/* The rest is the model's own. */
	bool viewed;        /* it is known how the folder was looked at last */
	uint32_t selection; /* the number of the choice; 0: it is plain */
	uint32_t selected;  /* messages found of it so far */
	uint32_t position;  /* of the rows that come, where they are of a choice or round a message */
	bool renew;         /* the choice is to be made anew, for the cache has changed */
	bool moves;         /* the next question is for what is round near_mid, else for the top */
	int64_t near_mid;
	uint32_t threads_at; /* where the cursor was when a choice took the place of the threads */
	void (*picked)(
		void *aux, unsigned n, bool whole); /* so many were tagged, or untagged, by a pattern; may be NULL */
	uint32_t picking;
	bool untags;
	bool stale;       /* the cache has changed since the last question */
	uint32_t request; /* the window asked for, 0 none */
	struct store_window asked;
	bool asked_to_seek;
	GPtrArray *coming;       /* its rows */
	bool short_of;           /* they were fewer than asked for: the end is reached */
	bool starved;            /* all of them are gone by what is laid over: no use to ask again before it settles */
	uint32_t hidden;         /* rows of the folder that are gone so */
	GArray *left;            /* int64_t: messages the cursor was on when they went so, since it was moved last */
	GHashTable *tagged;      /* gint64: places */
	bool switched;           /* the rows are not in the order yet that is asked for: */
	uint32_t guess;          /* where the first of them will stand */
	GArray *turned;          /* int64_t: in_thread of those that are as the others are not */
	uint32_t thread_request; /* what is the thread at the cursor? 0: not asked */
	int thread_what;
	void (*got_thread)(void *aux, int what, GArray *places);
	void *thread_aux;
	enum model_seek seek;        /* looking for unread mail past what is loaded */
	uint32_t seek_at, seek_left; /* the next position to look at; windows left */
	int64_t seek_mid;            /* the last row looked at */
	uint32_t seek_uid;
	uint32_t opened; /* the REQ_OPEN; 0: not sent or ended */
	bool wanted;     /* the engine was told */
	model_changed_fn changed;
	void (*sought)(void *aux, bool found);
	void *aux;
};
/* Asks for the newest rows and then tells the engine that the folder is looked at. sought, which may be NULL,
 * hears how each model_list_seek ended. */
struct model_list *model_list_new(struct app *a, int account, const char *name, model_changed_fn changed,
	void (*sought)(void *aux, bool found), void *aux);
void model_list_free(struct model_list *m); /* the folder is no longer looked at */
void model_list_event(struct model_list *m, const struct event *ev);
/* The message at a position, NULL while it is not here yet. */
const struct store_row *model_list_row(const struct model_list *m, uint32_t position);
const struct store_row *model_list_current(const struct model_list *m);
void model_list_height(struct model_list *m, uint32_t rows);
void model_list_move(struct model_list *m, int64_t by); /* the cursor, stopping at both ends */
void model_list_scroll(struct model_list *m, int pages);
void model_list_center(struct model_list *m);         /* the cursor's row comes to the middle */
void model_list_roll(struct model_list *m, int rows); /* the screen; the cursor goes along only where it must */
void model_list_first(struct model_list *m);
void model_list_last(struct model_list *m);
void model_list_to(struct model_list *m, uint32_t position);
/* Puts the cursor on the next unread message below or above it (inclusive: it may stay where it is). */
void model_list_seek(struct model_list *m, enum model_seek way, bool inclusive);
void model_list_stop(struct model_list *m);    /* the search */
void model_list_lay(struct model_list *m);     /* the overlay has grown: shows it at once */
void model_list_refresh(struct model_list *m); /* the overlay has shrunk: asks for what is true */
/* The cursor stays where it is, also when a message comes back from which it was taken: that is done by each move. */
void model_list_stay(struct model_list *m);
/* Tagged messages are acted on together; without any, the one at the cursor. */
void model_list_tag(struct model_list *m); /* or untags, at the cursor */
void model_list_untag(struct model_list *m);
/* Takes both; NULL: all messages are shown. The cursor goes to the message `mid` or, 0, stays at its own, or goes to the
 * one that is nearest. */
void model_list_filter(struct model_list *m, char *pattern, struct store_filter *filter, int64_t mid);
void model_list_sort(struct model_list *m, enum store_order order); /* the same again: the other way round */
void model_list_unread_only(struct model_list *m, bool on);
/* Tags all that match, or takes their tags away, of those the list shows; also what is not loaded. Takes filter. */
void model_list_tag_matching(struct model_list *m, struct store_filter *filter, bool on);
void model_list_tag_places(struct model_list *m, const GArray *places, bool on); /* struct store_place */
void model_list_choose(struct model_list *m, int64_t mid);                       /* m->choice has changed */
bool model_list_is_gone(const struct model_list *m); /* the server has the folder no more, or not to be opened */
bool model_list_is_tagged(const struct model_list *m, const struct store_row *row);
guint model_list_tags(const struct model_list *m);
GArray *model_list_chosen(
	const struct model_list *m); /* struct store_place; all of a folded thread; NULL: there is none */
bool model_list_all_have(const struct model_list *m, uint32_t flag); /* of those chosen that are loaded */

/* --- the same by threads (model_thread.c) --- */
#define MODEL_LIST_TURNED 1000 /* threads that are remembered as folded or not */
/* Remembered of the folder. A filter or another order shows messages: the threads come back when that is lifted. */
void model_list_by_threads(struct model_list *m, bool on);
/* The first line of the thread to which the line at a position belongs; NULL: not by threads, or not here yet. */
const struct store_row *model_list_head(const struct model_list *m, uint32_t position);
bool model_row_is_unread(const struct store_row *row); /* of a folded thread: any of it */
/* The thread at the cursor: false, it is so already, or there is nothing to fold. */
enum model_fold { FOLD_IT, UNFOLD_IT, TURN_IT };
bool model_list_fold(struct model_list *m, enum model_fold how);
void model_list_fold_all(struct model_list *m); /* or unfolds all */
void model_list_to_thread(
	struct model_list *m, bool down); /* the cursor, to the first line of the next or previous one */
/* Gives the messages (struct store_place, taken; NULL: none) of the thread at the cursor that lie in the folder: at once if
 * the list is by threads, else when the cache has said which these are. account is that of the message at the cursor, what is the
 * caller's. */
void model_list_thread(
	struct model_list *m, int account, int what, void (*got)(void *aux, int what, GArray *places), void *aux);
void model_list_tag_thread(struct model_list *m, const GArray *places); /* or untags, if all are */

/* --- what the user changes --- */
#define MODEL_TROUBLES_KEPT 20

/* A change that did not come to be, or waits for the user. */
struct model_trouble {
	int account;
	uint32_t change;
	unsigned messages;
	struct engine_changed first; /* of its first message */
};
struct model_changes_hooks {
	/* Takes the sentence; NULL: what was said last holds no more. */
	void (*said)(void *aux, char *sentence, bool undoable);
	void (*logged)(void *aux, const char *sentence); /* a banner tells it; it is for the log */
	/* There is no such folder: it may be made, by model_changes_make with what is given back. Takes c. */
	void (*lacks)(void *aux, int account, enum app_verb verb, struct engine_change *c);
	void (*laid)(void *aux);   /* the overlay has grown */
	void (*lifted)(void *aux); /* the overlay has shrunk */
	void (*changed)(void *aux);
};
struct model_changes {
	struct app *app;
	const struct model_changes_hooks *hooks;
	void *aux;
	GPtrArray *troubles; /* struct model_trouble *, the newest last */
	GArray *waiting;     /* unsigned: open changes by account */
	/* The rest is the model's own. */
	GPtrArray *calls, *made;
	GArray *asked;  /* by account: the question how many wait */
	GArray *undone; /* undos that can be taken back, the newest last */
};
struct model_changes *model_changes_new(struct app *a, const struct model_changes_hooks *hooks, void *aux);
void model_changes_free(struct model_changes *m);
void model_changes_make(
	struct model_changes *m, int account, enum app_verb verb, struct engine_change *c); /* takes c */
void model_changes_undo(struct model_changes *m);
void model_changes_redo(struct model_changes *m);
int64_t model_changes_made_at(const struct model_changes *m); /* clock_ms(): the last of this session that stands; 0 */
bool model_changes_can_redo(const struct model_changes *m);
void model_changes_event(struct model_changes *m, struct event *ev);              /* an event of no request */
unsigned model_changes_waiting(const struct model_changes *m, int account);       /* -1: of all */
const struct model_trouble *model_changes_trouble(const struct model_changes *m); /* the newest; NULL */
void model_changes_hide(struct model_changes *m);                                 /* it was read */
void model_changes_retry(struct model_changes *m);

/* --- one message --- */
struct model_message {
	struct app *app;
	int account;
	char *folder;
	uint32_t folder_id, uid, local;
	struct buf file;                /* a message from a file, whole; account -1 then */
	char *section;                  /* NULL: the part the program chose */
	char *charset;                  /* what the reader said the text is in; NULL: as labelled */
	bool html_first;                /* of alternatives */
	struct engine_message *message; /* NULL: not here yet */
	GPtrArray *doubts;              /* struct app_doubt *: with the message */
	struct err err;                 /* why it will not come */
	uint32_t request;
	uint64_t done, total;
	char *raw;         /* the source, cleaned; NULL: not asked or not here yet */
	struct buf source; /* of it, what came so far */
	uint32_t raw_request;
	char *said;       /* a sentence for the user (saved, failed); taken by whoever shows it */
	GPtrArray *known; /* char *: whom the user has written to */
	uint32_t meeting;
	model_changed_fn changed;
	void *aux;
};
struct model_message *model_message_new(struct app *a, int account, const char *folder, const struct store_row *row,
	const char *section, model_changed_fn changed, void *aux);
/* The same, but nothing is asked for before model_message_read. */
struct model_message *model_message_later(struct app *a, int account, const char *folder, const struct store_row *row,
	model_changed_fn changed, void *aux);
void model_message_read(struct model_message *m); /* unless it is here, or on its way */
/* A message in a file; NULL with e when it cannot be read. */
struct model_message *model_message_file(
	struct app *a, const char *path, model_changed_fn changed, void *aux, struct err *e);
/* Another part of the same message. */
struct model_message *model_message_part(
	const struct model_message *of, const char *section, model_changed_fn changed, void *aux);
void model_message_free(struct model_message *m);
/* The same message, read otherwise; what was shown stays until it is here. charset NULL: as it is labelled. */
void model_message_read_as(struct model_message *m, bool html_first, const char *charset);
void model_message_source(struct model_message *m); /* asks for the source */
bool model_message_stop(struct model_message *m);   /* what is under way; false: nothing was */

/* --- a letter being written (model_letter.c) --- */
#define LETTER_PAUSE_MS 2000 /* of quiet, before it is saved */
#define LETTER_PEOPLE 500
#define LETTER_SAVE_MS 10000 /* at most, while it goes on */

struct model_letter_hooks {
	void (*changed)(void *aux);
	void (*said)(void *aux, char *sentence); /* takes it; NULL: what was said last holds no more */
	void (*sent)(
		void *aux, struct store_mail *mail); /* durable in the outbox; takes mail; the letter may be freed */
};
struct model_letter {
	struct app *app;
	struct app_from from;        /* .account: whose server and drafts */
	struct draft *draft;         /* changed by its owner, who then calls model_letter_touch */
	struct engine_parent parent; /* .account -1: none */
	char *title;                 /* "Reply to all"; NULL: by the draft's kind */
	char *delivered;             /* the address the mail that is answered came to; NULL */
	GPtrArray *original;         /* struct msg_addr *: everyone in the original; NULL */
	uint32_t id;                 /* of the draft kept of it; 0: not saved yet */
	uint32_t was;                /* the letter of the outbox it was: forgotten once this one is sent; 0 */
	int64_t saved;               /* wall seconds; 0 never */
	bool mirrored, dirty;
	struct draft *interim; /* what an editor has written so far: saved in place of `draft`; NULL */
	bool left;             /* it is put away: the server's Drafts get it with the next saving */
	struct err err;        /* why the last saving failed */
	char *editor_path;     /* an editor's file of it; NULL */
	GPtrArray *identities; /* struct engine_identity *, of the account; NULL: not here yet */
	char *reports;         /* as app_reports takes them; NULL: as the mailrc says */
	bool after_data;
	uint64_t size_max; /* octets that its server takes; 0: not known */
	GPtrArray *known;  /* char *: addresses that were written to */
	bool no_asked;     /* the user knows that this From is refused */
	/* The rest is the model's own. */
	struct timer *timer;
	int64_t dirty_since, at;
	uint32_t saving, sending, asking, meeting;
	bool then_send, probing;
	void (*then)(void *aux, bool saved);
	void *then_aux;
	struct store_mail *mail;
	struct app_markdown *making;
	const struct model_letter_hooks *hooks;
	void *aux;
};
/* Takes d and what is in from. */
struct model_letter *model_letter_new(struct app *a, GMainContext *ctx, struct draft *d, struct app_from *from,
	const struct model_letter_hooks *hooks, void *aux);
void model_letter_free(struct model_letter *m); /* what is not saved is sent to be saved; NULL is a no-op */
void model_letter_listen(struct model_letter *m, const struct model_letter_hooks *hooks, void *aux);
void model_letter_event(struct model_letter *m, const struct event *ev); /* an event of no request */
void model_letter_touch(struct model_letter *m);                         /* it was changed: saved soon */
/* An editor has written so much of it, and goes on: it is saved soon. Takes d; NULL: it has ended. */
void model_letter_interim(struct model_letter *m, struct draft *d);
void model_letter_save(struct model_letter *m); /* now */
void model_letter_save_due(void *aux);
void model_letter_save_then(struct model_letter *m, void (*then)(void *aux, bool saved), void *aux);
void model_letter_drop(struct model_letter *m); /* its draft */
void model_letter_identities(struct model_letter *m);
void model_letter_people(struct model_letter *m); /* whom the user writes to: for the guards */
void model_letter_probe(struct model_letter *m, const char *addr);
/* The user has asked the provider to validate it. */
void model_letter_validate(struct model_letter *m, const char *addr);
const struct engine_identity *model_letter_identity(const struct model_letter *m, const char *addr); /* NULL: unknown */
void model_letter_from(struct model_letter *m, struct app_from *now); /* takes what is in now */
GPtrArray *model_letter_faults(const struct model_letter *m);         /* char *: why it cannot be sent */
/* That it is larger than its server takes, as far as that is known; NULL: it is not. g_free. */
char *model_letter_size_text(const struct model_letter *m);
GPtrArray *model_letter_guards(const struct model_letter *m); /* struct guard * */
void model_letter_send(struct model_letter *m, int64_t at);   /* saved first; at 0: after the undo window */
bool model_letter_stop(struct model_letter *m);               /* what it waits for here; false: nothing */
bool model_letter_is_leaving(const struct model_letter *m);

/* --- letters on their way (model_queue.c) --- */
#define MODEL_QUEUE_UNDO_S 3600 /* no undo window is longer */

enum model_queue_act {
	QUEUE_UNDO,
	QUEUE_DROP,
	QUEUE_RETRY,
	QUEUE_RETRY_MAYBE,
	QUEUE_RETRY_OTHERS,
	QUEUE_HOLD,
	QUEUE_EDIT, /* taken back, for its text to be made a draft */
	QUEUE_FORGET
};
struct model_queue_hooks {
	void (*changed)(void *aux);
	void (*said)(void *aux, char *sentence);         /* takes it; NULL: what was said last holds no more */
	void (*logged)(void *aux, const char *sentence); /* a banner tells it; it is for the log */
	/* The act has ended: e->cause ERR_NONE: done. draft: the text kept of the letter, 0 none. */
	void (*acted)(void *aux, enum model_queue_act what, uint32_t id, uint32_t draft, const struct err *e);
};
struct model_queue {
	struct app *app;
	GPtrArray *mails; /* struct store_mail *: not ended, or wanting a decision; newest first */
	bool loaded;
	/* The rest is the model's own. */
	GPtrArray *acts;    /* under way */
	GHashTable *hidden; /* ids whose banner was put away */
	uint32_t undoable;  /* the letter sent last, while it is held */
	int64_t sent_at;    /* clock_ms() of it */
	uint32_t request;
	const struct model_queue_hooks *hooks;
	void *aux;
};
struct model_queue *model_queue_new(struct app *a, const struct model_queue_hooks *hooks, void *aux);
void model_queue_free(struct model_queue *m);
void model_queue_load(struct model_queue *m);
void model_queue_event(struct model_queue *m, struct event *ev);
void model_queue_take(struct model_queue *m, struct store_mail *mail); /* as it stands now; taken */
void model_queue_sent(struct model_queue *m, struct store_mail *mail); /* the screens have just sent it; taken */
const struct store_mail *model_queue_find(const struct model_queue *m, uint32_t id); /* NULL */
bool model_queue_has_draft(const struct model_queue *m, uint32_t draft);    /* it is the text of a letter that leaves */
const struct store_mail *model_queue_undoable(const struct model_queue *m); /* in its undo window; NULL */
unsigned model_queue_waiting(const struct model_queue *m, int64_t *first_due_out); /* letters that will leave */
const struct store_mail *model_queue_trouble(const struct model_queue *m);         /* wants a decision; NULL */
bool model_queue_has_others(const struct store_mail *m); /* it can be sent without those that were refused */
void model_queue_hide(struct model_queue *m, uint32_t id);
void model_queue_act(struct model_queue *m, uint32_t id, enum model_queue_act what);

/* --- what is done with parts outside the program (model_parts.c, parts_..c) --- */
struct model_parts_hooks {
	void (*changed)(void *aux);                            /* something goes on, or has ended */
	void (*said)(void *aux, char *sentence);               /* takes it */
	void (*shown)(void *aux, char *command, char *output); /* what it printed, clean; takes both */
	void (*lend)(void *aux);                               /* the terminal, to a program */
	void (*take_back)(void *aux);
	void (*replaced)(
		void *aux, int account, struct store_place old); /* another took its place: it may be deleted */
};
struct model_parts {
	struct app *app;
	/* The rest is the model's own. */
	char *state_dir;
	GPtrArray *works, *kept;
	const struct model_parts_hooks *hooks;
	void *aux;
};
/* Which message; borrowed. file: all of it, of one that is in no account (account -1). */
struct model_source {
	int account;
	const char *folder;
	uint32_t uid, local;
	struct str file;
	const GArray *places; /* struct store_place: of the folder these messages, and not that one; NULL */
};
/* state_dir NULL: nothing can be opened or given away. What is left over of sessions that have ended is removed. */
struct model_parts *model_parts_new(
	struct app *a, const char *state_dir, const struct model_parts_hooks *hooks, void *aux);
void model_parts_free(struct model_parts *m); /* programs with a window of their own go on */
/* parts: struct msg_part *; typed: a directory, or for one part the file. Nothing is ever overwritten. */
void model_parts_save(struct model_parts *m, const struct model_source *of, const GPtrArray *parts, const char *typed);
char *model_parts_save_dir(const struct model_parts *m); /* NULL: the working directory; g_free */
/* With the user's program (`set view-TYPE`), one of the mailcaps, or xdg-open. */
void model_parts_open(struct model_parts *m, const struct model_source *of, const struct msg_part *p);
bool model_parts_has_viewer(const struct model_parts *m, const struct msg_part *p); /* the user has named one */
/* The octets of the part, or of the message (p NULL), to a command line for /bin/sh: what the user typed, nothing of the
 * mail is put into it. Several messages go to one command, as an mbox. */
void model_parts_pipe(
	struct model_parts *m, const struct model_source *of, const struct msg_part *p, const char *command);
/* Texts as they are read, to the command of `set print`, each message on a page of its own; other parts by the `print` of a
 * mailcap, else to that command too. */
void model_parts_print(struct model_parts *m, const struct model_source *of, const struct msg_part *p);
/* What is opened may fetch what it names: so its type says, or its name, by which programs are chosen too. */
bool model_parts_may_fetch(const struct msg_part *p);
bool model_parts_can_print(const struct msg_part *p); /* what printers take, and what a mailcap prints */
/* Stores the message anew without that part, in the same folder; once the server has it, `replaced` is told. */
void model_parts_detach(struct model_parts *m, const struct model_source *of, const struct msg_part *p);
bool model_parts_stop(struct model_parts *m);            /* what is waited for; false: nothing was */
char *model_parts_progress(const struct model_parts *m); /* a sentence; NULL: nothing is being fetched; g_free */

#endif
