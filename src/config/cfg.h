/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailrc and provider cards as typed values.
 *
 * Knows only base. One reading reports every mistake; an account with an error is left out, the others
 * are whole. Values are read through typed fields, never by name. Nothing here opens a connection or
 * runs a command. One thread; a loaded cfg is constant and owned by whoever loaded it.
 *
 *	cfg_load(path_or_null, card_dirs, &cfg);   // always gives a cfg, with diagnostics
 */
#ifndef BOXWOOD_CONFIG_CFG_H
#define BOXWOOD_CONFIG_CFG_H

#include "base/buf.h"
#include "base/err.h"

#define CFG_FILE_MAX (1u << 20)
#define CFG_SOURCE_DEPTH 10

enum cfg_level { CFG_ERROR, CFG_WARNING, CFG_NOTICE };

struct cfg_diag {
	enum cfg_level level;
	char *file;
	unsigned line, col; /* from 1; col in characters */
	char *text;         /* one sentence part, translated, never a secret */
	char *hint;         /* or NULL */
	char *source;       /* the line itself, cleaned, secrets masked; or NULL */
	unsigned width;     /* columns to underline, at least 1 */
};

enum cfg_security { CFG_TLS, CFG_STARTTLS, CFG_INSECURE };
/* How to log in; BEST: the usual order. */
enum cfg_auth {
	CFG_AUTH_BEST,
	CFG_AUTH_PLAIN,
	CFG_AUTH_LOGIN,
	CFG_AUTH_SCRAM, /* the best of its kind */
	CFG_AUTH_SCRAM_SHA_1,
	CFG_AUTH_SCRAM_SHA_256,
	CFG_AUTH_CRAM_MD5,
	CFG_AUTH_XOAUTH2,
	CFG_AUTH_OAUTHBEARER,
	CFG_AUTH_EXTERNAL,
};

struct cfg_server {
	char *host;
	uint16_t port;
	enum cfg_security security;
};

/* TOKEN: a command gives an OAuth access token, which is no password. */
enum cfg_password { CFG_PASSWORD_NONE, CFG_PASSWORD_ASK, CFG_PASSWORD_FILE, CFG_PASSWORD_COMMAND, CFG_PASSWORD_TOKEN };

struct cfg_pin {
	char *host;
	uint16_t port;
	char *sha256; /* 64 hex digits in lower case */
};

/* addr may be "*@domain"; name NULL: the account's. */
struct cfg_from {
	char *name, *addr;
	bool is_default;
	char *signature; /* path of a file; NULL: that of the options */
	char *reply_to, *bcc, *key;
	char *sent;         /* folder for the own copy, as the user wrote it; NULL: the account's */
	GPtrArray *folders; /* char *: whose letters it answers, with those below them; names as shown */
};

/* Roles whose folder the user named; "none" turns one off. Index: cfg_role. */
enum cfg_role { CFG_SENT, CFG_DRAFTS, CFG_TRASH, CFG_JUNK, CFG_ARCHIVE, CFG_ROLES };

struct cfg_account {
	char *label;                 /* NAME of the block */
	const struct cfg_card *card; /* or NULL; borrowed from the cfg */
	char *email, *name, *login;
	enum cfg_password password;
	char *password_arg;              /* path of the file, or the command line */
	struct cfg_server *imap;         /* NULL: none */
	struct cfg_server *smtp;         /* NULL: none */
	char *sendmail;                  /* a command line in place of smtp, or NULL */
	char *smtp_login;                /* NULL: login */
	enum cfg_password smtp_password; /* NONE: that of the account */
	char *smtp_password_arg;
	GPtrArray *pins;  /* struct cfg_pin * */
	GPtrArray *froms; /* struct cfg_from * */
	enum cfg_auth auth;
	char *cafile, *proxy, *tunnel;
	char *prefix;           /* NULL: ask NAMESPACE */
	char *roles[CFG_ROLES]; /* as the user wrote it; NULL: find out */
	int connections;        /* at the same time, 1 to 3 */
	int poll;               /* seconds between polls, always above 600 */
	GPtrArray *pinned;      /* char *: folders polled with the inbox, names as shown */
	GPtrArray *skipped;     /* char *: folders never synced by themselves; none is in pinned */
	GPtrArray *notified;  /* char *: folders whose new mail is told; empty: the inbox and what is pinned; "none" */
	GPtrArray *authservs; /* char *: servers whose Authentication-Results are believed; empty: none is */
	int keep_days;        /* keep envelopes: days, 0 all */
	int keep_rows;        /* keep envelopes: messages a folder, 0 all */
	int keep_text_days;
	int64_t keep_text_bytes, keep_parts_bytes;
};

/* Global options: one field for each row of options.c's table. */
struct cfg_options {
	bool mouse;
	char *keys;                  /* "mutt", "vim" */
	char *cache_dir, *state_dir; /* NULL: the XDG places */
	char *save_dir;              /* where parts are saved; NULL: the working directory */
	int escape_ms;               /* how long a lone Esc waits */
	bool sidebar, reading_pane;
	int preview_seen; /* seconds until what the pane shows counts as read; -1: it does not */
	bool plain;
	char *date_format; /* NULL: the list's own */
	int fold_quotes;   /* runs of more quoted lines are folded at first; 0: none */
	/* writing and sending; commands are run without a shell */
	char *editor;        /* NULL: $VISUAL, else $EDITOR */
	char *editor_window; /* the editor's command is put behind it; NULL: a tmux split inside tmux; "": none */
	bool edit_headers;
	int undo_send;     /* seconds a letter is held; 0: none */
	char *attribution; /* %d date, %n name, %a address, %s subject, %%; NULL: the usual; "": none */
	char *signature;   /* path of a file, or NULL */
	bool signature_on_top;
	bool sent_bcc; /* the own copy names those of Bcc */
	bool text_flowed;
	char *html;             /* a command: HTML in, text out, in place of our own reader; NULL: none */
	char *markdown;         /* a command: text in, HTML out; NULL: none */
	char *query_command;    /* prints addresses as mutt's does; %s: what was typed; NULL: none */
	char *address_vcards;   /* a directory, or NULL */
	char *delivery_reports; /* as cfg_reports() takes it; NULL: none is asked for */
	char *delivery_return;  /* "headers" or "full": what of the letter comes back with one */
	int many_recipients;    /* above these the review screen tells; 0: never */
	bool attach_reminder;
	char *print; /* a command that prints its stdin */
	/* the terminal */
	char *theme;  /* "auto", "dark", "light" or "mono" */
	char *colour; /* "auto", "off", "8", "16", "256" or "24bit" */
	bool title;
	/* mail that has come */
	char *notify_terminal; /* "bell", "osc9", "osc777" or "off" */
	char *notify;          /* a command that is told on its stdin; NULL: none */
	char *quiet_hours;     /* as cfg_hours() takes it; NULL: none */
};

/* `set view-TYPE=..`: as the fields of a mailcap line behind the type. */
struct cfg_viewer {
	char *type; /* "image/png"; for all of a kind "image" or "image" and a star; lower case */
	char *command;
};

/* command "": the key does nothing. macro: it is the keys that are typed instead. */
struct cfg_bind {
	char *context, *key, *command;
	bool macro;
};

struct cfg_theme {
	char *role, *style;
};

/* members: char *, `"Name" <addr>`, an address, or the name of another alias. */
struct cfg_alias {
	char *name;
	GPtrArray *members;
};

struct cfg {
	char *path; /* of the main file, or NULL: none was found */
	struct cfg_options options;
	GPtrArray *accounts;        /* struct cfg_account *: whole ones, in order */
	GPtrArray *broken;          /* char *: labels of accounts left out */
	GPtrArray *aliases;         /* struct cfg_alias * */
	GPtrArray *binds;           /* struct cfg_bind * */
	GPtrArray *themes;          /* struct cfg_theme * */
	GPtrArray *viewers;         /* struct cfg_viewer *, the last one said first */
	GPtrArray *ignore, *retain; /* char *: header names */
	GPtrArray *cards;           /* struct cfg_card * */
	GPtrArray *diags;           /* struct cfg_diag *, in order of appearance */
	GHashTable *origins;        /* what was given, by its key ("sidebar", "box.poll") -> struct cfg_origin * */
	char *usual;                /* where the main file is, or would be made; NULL: it is no file */
	char *asked, *card_dir;     /* as cfg_load was told */
};

/* Where the value that counts stands. */
struct cfg_origin {
	char *file; /* as it was opened */
	unsigned line;
	char *given; /* as written there, secrets masked; NULL: an `unset` */
	bool secret; /* something is masked */
};

/* A provider card: a file of the same grammar, one word a line. */
struct cfg_card {
	char *name, *title;
	GPtrArray *domains; /* char *: the provider's own mail domains */
	GPtrArray *mx;      /* char *: domains of the hosts that take mail for those it hosts, beside its own */
	GPtrArray *imap, *smtp, *pop3; /* struct cfg_server *, best first */
	GPtrArray *logins; /* char *: templates with %u (local part), %d (domain) and %%; most likely first */
	char *login_own;   /* template for addresses in `domains` */
	char *prefix;
	char *roles[CFG_ROLES];
	int poll_floor; /* seconds */
	char *note;     /* what the provider wants of those who read mail so, for people */
	char *validate; /* how an address is validated, for people */
	/* How the letter is known that asks whether an address may be used: from whom it comes, and whither its link goes. */
	GPtrArray *confirm_from, *confirm_hosts; /* char *: domains, with those below them; hosts as they are */
	GPtrArray *authservs; /* char *: what its mail servers are called in Authentication-Results */
	int64_t size_max;
};

/* path NULL: $BOXWOOD_MAILRC, else $XDG_CONFIG_HOME/boxwood/mailrc; a missing default file is no error, a
 * missing named one is. card_dir: where installed cards lie; the user's own come first. Never NULL. */
struct cfg *cfg_load(const char *path, const char *card_dir);
char *cfg_path(const char *path); /* which file that would be; g_free */
/* From memory, for tests and fuzzing: no file is opened, `source` is refused. cards: of struct cfg_card,
 * or NULL; the cfg takes a reference. */
struct cfg *cfg_parse(struct str text, const char *file, const GPtrArray *cards);
void cfg_free(struct cfg *c);
unsigned cfg_errors(const struct cfg *c);                                      /* diagnostics of level error */
const struct cfg_account *cfg_account(const struct cfg *c, const char *label); /* label NULL: the first */
const struct cfg_card *cfg_card(const struct cfg *c, const char *name);
/* The `from` line that an address belongs to: its own, else that of its whole domain (its addr is "*@..": the address
 * is the caller's), without ASCII case; NULL: none. */
const struct cfg_from *cfg_from_of(const struct cfg_account *a, const char *addr);
/* The line for letters begun in that folder, by its name as shown: the nearest that names it or one above it; NULL. */
const struct cfg_from *cfg_from_of_folder(const struct cfg_account *a, const char *folder);
/* The line to send from where nothing says another: the one marked so, that of the account's address, else the first
 * with an address. NULL: the account's address and name stand for themselves. */
const struct cfg_from *cfg_from_default(const struct cfg_account *a);
/* The pin for host:port, or NULL. */
const char *cfg_pin(const struct cfg_account *a, const char *host, uint16_t port);
struct cfg_card *cfg_card_new(const char *name); /* with nothing on it */
void cfg_card_free(struct cfg_card *card);       /* NULL is a no-op */
bool cfg_card_add(struct cfg_card *card, bool sends, const char *host, unsigned port, enum cfg_security security);
#define CFG_AUTOCONFIG_MAX (256u << 10)
/* Mozilla's XML that says where a domain's mail is (autoconfig), as a card; only encrypted servers that take passwords. NULL: it
 * is none, or names no such IMAP server. Any bytes; g_free the card by cfg_card_free. */
struct cfg_card *cfg_autoconfig(struct str text, const char *domain);
/* The copy of such a file that the user or the machine keeps for that domain: $XDG_CONFIG_HOME/boxwood/autoconfig/DOMAIN, or
 * below directory (NULL: none). NULL: there is none. *where_out: the file; g_free. */
struct cfg_card *cfg_autoconfig_copy(const char *directory, const char *domain, char **where_out);
/* The provider has given out addresses of that domain itself. */
bool cfg_card_owns(const struct cfg_card *card, const char *domain);
/* Login names that the provider may want for an address (char *, freeing), the likely one first; maybe empty. */
GPtrArray *cfg_card_logins(const struct cfg_card *card, const char *email);
/* One word as a mailrc writes it, in quotes where it needs them. Without what no mailrc may hold. g_free. */
char *cfg_quoted(const char *word);
/* The nearest of names (by edit distance, at most a third of the letters wrong), or NULL. */
const char *cfg_nearest(const char *word, const char *const *names, size_t n);
int cfg_duration(const char *text); /* seconds of "90s 15m 24h 90d 2w", at most ten years; -1: it is none */
/* "22:00-07:00" as minutes of the day, the end not counted; past midnight where it is below the beginning. */
bool cfg_hours(const char *text, int *from_out, int *until_out);
/* When reports of delivery are wanted, "never" or some of "success,failure,delay", in the words of RFC 3461:
 * "SUCCESS,FAILURE". NULL: it says something else. g_free. */
char *cfg_reports(const char *text);
const char *cfg_level_name(enum cfg_level level); /* "error", .. */
/* A diagnostic as people read it: FILE:LINE:COL: level: text, the line, a caret, the hint; each of these
 * lines ends in a newline. g_free. */
char *cfg_diag_text(const struct cfg_diag *d);

/* The tables, for the man pages and mailrc.example. That file is the examples of the options, then those
 * of the commands; behind the `account` row's (`account box {`) stand those of the account words, and "}". */
struct cfg_rule;
struct cfg_word {
	const char *name;
	const char *args;            /* "HOST:PORT tls|starttls|insecure" */
	const char *preset;          /* the default as text, or NULL */
	const char *help;            /* one line, N_() */
	const char *doc;             /* sentences for the manual, N_(), or NULL */
	const char *example;         /* a line of mailrc.example, or NULL */
	bool at_start;               /* a change of it counts from the next start; so do all words of accounts */
	const char *group;           /* the heading over it and those behind it, N_(); NULL: that of the one before */
	const struct cfg_rule *rule; /* how it is read; the room's own */
};
const struct cfg_word *cfg_option_words(size_t *n_out);  /* `set` */
const struct cfg_word *cfg_account_words(size_t *n_out); /* inside account { } */
const struct cfg_word *cfg_command_words(size_t *n_out); /* set, alias, account, .. */

/* --- single values, by their key: an option's name, or ACCOUNT.WORD (setting.c) --- */
struct cfg_setting {
	char *key;
	const struct cfg_word *word;
	const struct cfg_account *account; /* NULL: an option */
	char *value;                       /* what counts, as it is written, secrets masked; NULL: nothing is set */
	const char *card;                  /* the provider's card that says so; NULL: it does not */
	const struct cfg_origin *origin;   /* where it is said; NULL: nowhere */
};
/* -1: there is no such key (ERR_INPUT, with the nearest). */
int cfg_setting_get(const struct cfg *c, const char *key, struct cfg_setting *out, struct err *e);
void cfg_setting_clear(struct cfg_setting *s);
GPtrArray *cfg_setting_keys(const struct cfg *c); /* char *: options, then the words of each account */
/* What values an option or word takes, for people: "on or off"; NULL: nothing is known. g_free. */
char *cfg_wanted(const struct cfg_word *word);
/* The values to choose from, on and off among them; NULL: any. */
const char *const *cfg_choices(const struct cfg_word *word);

/* --- changing a mailrc: comments, blank lines and the order stay (edit.c: its text, rewrite.c: the file) --- */
enum cfg_edit_op {
	CFG_EDIT_SET,    /* the word stands there with these arguments */
	CFG_EDIT_UNSET,  /* it stands there no more */
	CFG_EDIT_ADD,    /* these arguments are added to those it has; of a command: one more line */
	CFG_EDIT_REMOVE, /* these are taken away */
};
struct cfg_edit {
	enum cfg_edit_op op;
	const char *account; /* whose word; NULL: an option, or a command such as bind */
	const char *word;
	const char *const *args; /* as they are meant, without quotes; of an option one */
	size_t n;
	size_t same; /* of words that stand more than once: so many arguments say which of the lines is meant */
};
/* The text after the edit, in the file's own manner; -1: it cannot be said so (ERR_INPUT), or not there. Whether it then
 * means what it should is for the caller to see. */
int cfg_edit_text(struct str text, const struct cfg_edit *edit, GString *out, struct err *e);
/* A block of lines, `account NAME {` to `}`, behind the last account. */
void cfg_edit_add_block(struct str text, const char *block, GString *out);
/* As one word of a line: in quotes where it needs them. -1: no line can hold it. */
int cfg_edit_quote(const char *value, GString *out, struct err *e);

/* An edit of the file where the value stands. */
struct cfg_rewrite {
	char *path;              /* the file itself, links followed */
	GString *before, *after; /* before NULL: there is no such file */
	struct cfg *now;         /* read anew, as if it were written; may be taken (NULL is left) */
};
/* NULL with e: it makes no sense (ERR_INPUT), it is not what comes of it (ERR_CONFIG), the file cannot be read. */
struct cfg_rewrite *cfg_rewrite_new(const struct cfg *c, const struct cfg_edit *edit, struct err *e);
/* The edit that gives key this value, as it is typed (several words where the word takes several); NULL: takes it back. */
struct cfg_rewrite *cfg_rewrite_set(const struct cfg *c, const char *key, const char *typed, struct err *e);
/* Writes it, whole or not at all, with the mode it had; -1: it was changed meanwhile (ERR_CONFIG), or cannot be. */
int cfg_rewrite_write(const struct cfg_rewrite *r, struct err *e);
int cfg_rewrite_undo(const struct cfg_rewrite *r, struct err *e); /* the same, back */
char *cfg_rewrite_diff(const struct cfg_rewrite *r); /* the lines that differ, for people and patch; g_free */
void cfg_rewrite_free(struct cfg_rewrite *r);        /* NULL is a no-op */
struct cfg *cfg_load_again(const struct cfg *c);     /* the same files, as they are now */
/* What counts in a program that was started with one reading and has made another: accounts and what counts from the next
 * start as they were, the rest as it is now. Borrows from both; never freed. */
struct cfg cfg_mix(const struct cfg *started, const struct cfg *now);

/* --- from the files of other programs (import.c) --- */
struct cfg_import {
	GString *mailrc; /* lines of a mailrc; what is to be done by hand stands there in comments. Never a password */
	GPtrArray *left; /* struct cfg_diag *: what was not carried over, in order */
};
extern const char *const cfg_import_kinds[]; /* "mutt", "aerc", ..; ended by NULL */
/* file: as it is to be named. NULL: no such kind. */
struct cfg_import *cfg_import_new(const char *kind, struct str text, const char *file);
void cfg_import_free(struct cfg_import *i); /* NULL is a no-op */

#endif
