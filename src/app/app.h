/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program without a screen: what both front ends share.
 *
 * Knows no curses, no stdout and no SQLite. Lives in the front's thread on its GMainContext: app_new joins it
 * to an engine through a port; requests go down with a callback that gets every event of theirs, the last
 * being EV_ENDED; events without a request go to listeners. Callbacks run from the context, never from inside
 * app_request.
 *
 *	a = app_new(cfg, &port, ctx);
 *	id = app_request(a, request_new(REQ_WINDOW, 0, account), got, me);
 *	app_free(a);                 // callbacks are not called any more
 */
#ifndef BOXWOOD_APP_APP_H
#define BOXWOOD_APP_APP_H

#include "base/err.h"
#include "config/cfg.h"
#include "engine/engine.h"

/* --- the way to the engine; tests join a port of their own --- */
struct app_port {
	void *it;
	void (*send)(void *it, struct request *r); /* takes ownership */
	struct channel *events;                    /* of struct event *; borrowed */
};

/* ev belongs to app and is freed after the call; what is taken out of it is replaced by NULL. */
typedef void (*app_event_fn)(struct event *ev, void *aux);

struct app;
struct app *app_new(const struct cfg *cfg, const struct app_port *port, GMainContext *ctx);
void app_free(struct app *a); /* NULL is a no-op */
const struct cfg *app_cfg(const struct app *a);
/* Gives r its id, sends it, and calls fn for its events. fn may be NULL. */
uint32_t app_request(struct app *a, struct request *r, app_event_fn fn, void *aux);
void app_cancel(struct app *a, uint32_t id);                /* its EV_ENDED still comes; 0 is a no-op */
void app_forget(struct app *a, uint32_t id);                /* canceled, and fn is not called any more; 0 is a no-op */
void app_listen(struct app *a, app_event_fn fn, void *aux); /* events of no request; one listener a front end */

/* --- the words of errors (words.c): every sentence both front ends say --- */
char *app_err_text(const struct err *e, const char *account); /* one sentence; account may be NULL; g_free */
char *app_err_hint(const struct err *e, const char *account); /* what to do, or NULL; g_free */
enum {
	EXIT_CODE_OK = 0,
	EXIT_CODE_NONE = 1,
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_BAD = 65,
	EXIT_CODE_MISSING = 66,
	EXIT_CODE_RECIPIENT = 67,
	EXIT_CODE_NOHOST = 68,
	EXIT_CODE_LACKING = 69,
	EXIT_CODE_BUG = 70,
	EXIT_CODE_CREATE = 73,
	EXIT_CODE_IO = 74,
	EXIT_CODE_TEMP = 75,
	EXIT_CODE_TLS = 76,
	EXIT_CODE_AUTH = 77,
	EXIT_CODE_CONFIG = 78,
	EXIT_CODE_MAYBE = 79,
};
int app_exit_code(const struct err *e);
int app_exit_worst(int a, int b); /* the order of cli.md */

/* --- ids: ACCOUNT/FOLDER/UIDVALIDITY.UID and its shorter forms --- */
struct app_id {
	char *account, *folder;    /* NULL: not said */
	uint32_t uidvalidity, uid; /* uidvalidity 0: not said */
	char *msgid;               /* `<..>` form, without <>; then the rest is empty */
};
int app_id_parse(const char *text, struct app_id *out, struct err *e);
void app_id_clear(struct app_id *id);
char *app_id_format(const char *account, const char *folder, uint32_t uidvalidity, uint32_t uid);
bool app_id_is_full(const char *text);

/* --- dates for people, in the local time zone --- */
char *app_date_short(
	int64_t when, int64_t now);     /* at most 6 columns: "20:14", "Fri 20", "16 Nov", "Nov 24" = month year */
char *app_date_long(struct msg_date d); /* "Sat 21 Nov 2026 19:14", with the sender's own time if it differs */
char *app_size(uint64_t octets);        /* "3 KB" */

/* --- the command line (cli.c) --- */
enum cli_option_id {
	CLI_CONFIG,
	CLI_ACCOUNT,
	CLI_JSON,
	CLI_FORMAT,
	CLI_ZERO,
	CLI_QUIET,
	CLI_VERBOSE,
	CLI_LOG,
	CLI_NO_INPUT,
	CLI_OFFLINE,
	CLI_FRESH,
	CLI_COLOR,
	CLI_VERSION,
	CLI_HELP,
	CLI_NUMBER,
	CLI_SORT,
	CLI_THREADS,
	CLI_PART,
	CLI_DIGEST,
	CLI_RAW,
	CLI_HEADERS,
	CLI_TEXT,
	CLI_HTML,
	CLI_SEEN,
	CLI_OUTPUT,
	CLI_ALL,
	CLI_FOLDER,
	CLI_BODIES,
	CLI_IF_DUE,
	CLI_WATCH,
	CLI_DRY_RUN,
	CLI_OPTIONS
};
struct cli_option {
	const char *name; /* long; or NULL */
	char letter;      /* short; or 0 */
	const char *arg;  /* NULL: a flag */
	const char *help; /* N_() */
};
struct cli_verb {
	const char *name, *args;
	int args_min, args_max; /* max -1: any number */
	uint64_t options;       /* bits of its own, beside the global ones */
	const char *help, *doc; /* N_(); doc may be NULL */
};
struct cli {
	const struct cli_verb *verb; /* NULL: the screens */
	GPtrArray *args;             /* char *, UTF-8 */
	GPtrArray *folders;          /* char *: each --folder */
	char *values[CLI_OPTIONS];
	uint64_t given;
	int verbose;
};
/* Options may stand before and after the command; `--` ends them. -1: ERR_USAGE, or ERR_LACKING for commands
 * of later versions. Clear c in either case. */
int cli_parse(int argc, char **argv, struct cli *c, struct err *e);
void cli_clear(struct cli *c);
bool cli_has(const struct cli *c, enum cli_option_id id);
const char *cli_value(const struct cli *c, enum cli_option_id id); /* NULL: not given */
char *cli_help(const struct cli_verb *v);                          /* v NULL: of the program; g_free */
/* The tables, for the manual and the completions. */
const struct cli_option *cli_option(enum cli_option_id id);
const struct cli_verb *cli_verbs(size_t *n_out);
bool cli_takes(const struct cli_verb *v, enum cli_option_id id);
bool cli_is_global(enum cli_option_id id);

#endif
