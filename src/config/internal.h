/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share: words with their places, the parser's state, the rules of the tables. */
#ifndef BOXWOOD_CONFIG_INTERNAL_H
#define BOXWOOD_CONFIG_INTERNAL_H

#include "config/cfg.h"

#define CFG_DIAGS_MAX 200 /* mistakes kept of one reading */
#define CFG_LINE_WORDS_MAX 10000
#define CFG_ACCOUNTS_MAX 64
#define CFG_SOURCE_FILES_MAX 100
#define CFG_SOURCE_LINE_MAX 1000 /* longer lines are not shown again, octets */
#define CFG_POLL_LEAST 601       /* strictly more than ten minutes, seconds */
#define CFG_POLL_DEFAULT 900
#define CFG_CONNECTIONS_DEFAULT 2
#define CFG_CONNECTIONS_MOST 3

/* --- lexer.c: lines to words --- */

/* A place in a file, with what is needed to show it. Borrows the text of the file. */
struct mark {
	const char *file;
	unsigned line, col;
	unsigned seq;      /* number of the statement in the whole reading: the order of diagnostics */
	struct str source; /* the whole line */
	struct str span;   /* the part of it that is meant */
	size_t secret;     /* from this octet of source on nothing may be shown */
};

struct word {
	char *text;     /* quotes and backslashes resolved */
	struct mark at; /* its span is the word as written */
	bool quoted;
};

enum lex_fault { LEX_FINE, LEX_OPEN_QUOTE, LEX_CONTROL, LEX_BAD_UTF8, LEX_TOO_MANY };
enum lex { LEX_ITEM, LEX_END, LEX_BAD };

/* A line of words; with a backslash at its end it goes on in the next one. */
struct stmt {
	GArray *store;
	const struct word *word;
	size_t n;
	enum lex_fault fault;
	struct mark fault_at;
};

struct lexer {
	const char *file;
	struct str text;
	size_t at;
	unsigned line; /* the one taken last */
	unsigned *seq;
};

void cfg_lex_init(struct lexer *l, struct str text, const char *file, unsigned *seq);
/* The next line that has words. BAD: s holds the words before the fault. */
enum lex cfg_lex_next(struct lexer *l, struct stmt *s);
void cfg_stmt_init(struct stmt *s);
void cfg_stmt_clear(struct stmt *s);
/* The place of n octets at `from` in a word; all of the word when quotes make the octets uncertain. */
struct mark cfg_mark_within(const struct word *w, size_t from, size_t n);

/* --- diag.c --- */

struct parser;
/* hint may be NULL. Past CFG_DIAGS_MAX it only counts. */
void cfg_complain(struct parser *p, enum cfg_level level, const struct mark *at, const char *hint, const char *fmt, ...)
	G_GNUC_PRINTF(5, 6);
/* 'word' for a message: clean, cut to a readable length, without what may be a secret. g_free. */
char *cfg_quote_word(const struct word *w);
char *cfg_first_here(const struct mark *now, const struct mark *first); /* "first here: 19:30"; g_free */
char *cfg_did_you_mean(const char *nearest);                            /* NULL gives NULL; g_free */
size_t cfg_secret_from(struct str line); /* the octet where a secret may begin, or the length */
GPtrArray *cfg_diags_new(void);
void cfg_diags_finish(struct parser *p); /* in order of appearance; says what was left out */

/* --- the state of one reading (parser.c) --- */

struct source {
	const char *file;
	struct source *up; /* who reads it */
	unsigned depth;
	struct cfg_diag *foreign; /* the notice about mailx variables, once a file */
	GString *foreign_names;
	unsigned foreign_count;
};

/* A word of a block and its value, once given. */
struct given {
	struct mark word, value;
};

/* An account while it is read. */
struct block {
	struct cfg_account *account;
	struct mark open; /* the brace, or the word where it is missing */
	GHashTable *given;
	unsigned errors_before;
	bool brace_missing, unclosed;
};

struct parser {
	struct cfg *cfg;
	bool disk; /* files may be looked at and read */
	unsigned seq, errors, dropped, dropped_errors;
	GStringChunk *names; /* of files; marks borrow them */
	GPtrArray *texts;    /* struct buf *: marks borrow their lines */
	struct source *source;
	const char *over_path; /* is read as over_text, as if it were written; NULL: nothing is */
	struct str over_text;
	struct block *block;     /* the open account, or NULL */
	GHashTable *labels;      /* of accounts -> struct given * */
	GHashTable *alias_index; /* name -> index in cfg->aliases, and 1 */
	GArray *alias_uses;      /* struct alias_use */
};

void cfg_parser_init(struct parser *p, struct cfg *c, bool disk);
void cfg_parser_clear(struct parser *p);
void cfg_parse_text(struct parser *p, struct str text, const char *file);       /* text must outlive the parser */
struct buf *cfg_parser_read(struct parser *p, const char *path, struct err *e); /* kept until the parser ends */
int cfg_parse_file(struct parser *p, const char *path, struct err *e);          /* reads and parses; -1: not read */
void cfg_parse_end(struct parser *p);                                           /* what only the whole can tell */
void cfg_complain_fault(struct parser *p, const struct stmt *s);
/* A path of a mailrc: ~ is the home directory, a relative one lies beside the file. g_free; NULL: told. */
char *cfg_path_of(struct parser *p, const struct word *w);
struct cfg *cfg_new(GPtrArray *cards); /* takes the reference; NULL: none */

/* --- the tables --- */

enum option_type {
	OPTION_BOOL,
	OPTION_NUMBER,
	OPTION_TIME, /* seconds */
	OPTION_CHOICE,
	OPTION_PATH,
	OPTION_DATE,
	OPTION_COMMAND,
	OPTION_COMMAND_OR_NONE, /* may be "" */
	OPTION_VIEWER,          /* a row for many names: cfg.viewers */
	OPTION_REPORTS,         /* cfg_reports() */
	OPTION_HOURS,           /* cfg_hours() */
	OPTION_TEMPLATE,        /* text with %d, %n, %a, %s and %% */
};

/* How a row of a table is read. */
struct cfg_rule {
	/* a word at the start of a line; into: the account or card, or NULL */
	void (*take)(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
	unsigned min, max; /* words behind it */
	bool many;         /* may stand more than once in its block */
	bool list;         /* what stands behind it is added to what it has */
	const char *slot;  /* shares its one place with this word */
	size_t field;      /* offset in `into` or in struct cfg_options */
	/* a value of `set` */
	enum option_type type;
	int low, high;
	const char *const *choices; /* NULL at the end */
};

const struct cfg_word *cfg_word_find(const struct cfg_word *words, size_t n, const char *name);
const char *cfg_word_nearest(const struct cfg_word *words, size_t n, const char *name);
/* Looks for s's word in the table, checks the number of its arguments and that it stands once (seen may be
 * NULL), and takes it. account: the label of the block, or NULL. */
void cfg_run_word(struct parser *p, const struct cfg_word *words, size_t n, const struct stmt *s, void *into,
	GHashTable *seen, const char *account);
GHashTable *cfg_given_table(void); /* slot -> struct given * */
/* Notes what stands in a slot; false: something stood there before, which is told as "'word' " and `told`. */
bool cfg_give_once(struct parser *p, GHashTable *seen, const char *slot, const struct word *word,
	const struct word *value, const char *told);
void cfg_take_text(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
/* Each word into the GPtrArray of char * at the field. */
void cfg_take_words(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);

/* --- options.c --- */
const struct cfg_word *cfg_option_find(const char *name); /* also of view-TYPE; NULL */
/* As it would be written; NULL: nothing is set. g_free. */
char *cfg_option_text(const struct cfg *c, const struct cfg_word *option, const char *name);
void cfg_options_init(struct cfg_options *o);
void cfg_options_clear(struct cfg_options *o);
void cfg_take_set(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
void cfg_foreign_finish(struct source *source); /* words the notice about mailx variables */
void cfg_take_unset(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);

/* --- block.c --- */
void cfg_take_account(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
void cfg_account_line(struct parser *p, const struct stmt *s);
void cfg_account_unclosed(struct parser *p, unsigned line, bool at_end); /* the line where it was noticed */
void cfg_account_free(struct cfg_account *a);

/* --- identity.c: from, pin, password, the words with a grammar of their own --- */
void cfg_take_from(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
void cfg_take_pin(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
void cfg_take_password(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
void cfg_take_smtp_password(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
char *cfg_pin_slot(const char *host, uint16_t port); /* where a pin is noted in the block; g_free */
void cfg_from_free(struct cfg_from *f);
void cfg_pin_free(struct cfg_pin *pin);

/* --- alias.c --- */
void cfg_take_alias(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule);
GArray *cfg_alias_uses_new(void);
void cfg_aliases_check(struct parser *p); /* loops and names that are none */

/* --- server.c --- */
enum service { SERVICE_IMAP, SERVICE_SMTP, SERVICE_POP3 };
/* HOST:PORT SECURITY from two words of a line; NULL: told. */
struct cfg_server *cfg_server_of(struct parser *p, const struct stmt *s, size_t at, enum service service);
/* HOST:PORT; false: told. */
bool cfg_hostport_of(struct parser *p, const struct word *w, char **host_out, uint16_t *port_out);
const char *cfg_security_name(enum cfg_security security); /* "tls", .. */
struct cfg_server *cfg_server_copy(const struct cfg_server *s);
void cfg_server_free(struct cfg_server *s);

/* --- provider.c --- */
/* NULL when the card has an error (told). */
struct cfg_card *cfg_card_parse(struct parser *p, struct str text, const char *file, const char *name);
void cfg_cards_load(struct parser *p, const char *dir); /* adds those whose names are new */
char *cfg_login_expand(const char *template, const char *local, const char *domain); /* g_free */
/* The templates that fit an address of the domain, the likely one first; borrowed. */
GPtrArray *cfg_card_templates(const struct cfg_card *card, const char *domain);

/* --- setting.c --- */
GHashTable *cfg_origins_new(void);
/* The value of key stands in the words w[0..n), in the first behind skip octets; n 0: w takes it back. */
void cfg_origin_note(struct parser *p, const char *key, const struct word *w, size_t n, size_t skip);
/* It is added to what key has. */
void cfg_origin_add(struct parser *p, const char *key, const struct cfg_word *word, const struct word *w, size_t n);
char *cfg_key_of(const char *account, const char *word); /* "box.poll"; account NULL: "poll"; g_free */

/* --- cfg.c --- */
struct cfg *cfg_load_over(const char *path, const char *card_dir, const char *over_path, struct str over_text);

/* --- import.c: what the readers of other programs' files fill --- */
#define IMPORT_ACCOUNTS_MAX 64
#define IMPORT_LEFT_MAX 500 /* notices of one file */

struct import_server {
	char *host; /* NULL: none */
	unsigned port;
	enum cfg_security security;
};
struct import_account {
	char *label, *email, *name, *login, *smtp_login, *auth, *prefix, *poll, *cafile;
	char *passcmd;
	bool token;                       /* it gives a token */
	unsigned password, smtp_password; /* the line where one stands; 0: none */
	struct import_server imap, smtp;
	char *roles[CFG_ROLES];
	char *signature;
	GPtrArray *pinned, *froms; /* char *: folders; addresses, with a name or without */
};
struct import {
	const char *file;
	unsigned line;       /* that is being read */
	unsigned taken;      /* lines read so far */
	GString *top;        /* lines in front of the accounts */
	GPtrArray *accounts; /* struct import_account * */
	GPtrArray *left;     /* struct cfg_diag * */
	GHashTable *told;    /* words of which one notice is enough */
};
struct import_account *import_account(struct import *i, const char *label); /* a new one, of a name like that */
struct import_account *import_first(struct import *i);                      /* the only one, made when there is none */
void import_put(char **field, const char *value);                           /* replaces it; "" and NULL: nothing */
void import_line(struct import *i, const char *word, const char *const *args, size_t n); /* a command */
/* members: char *, addresses with a name or without, and other aliases. */
void import_alias(struct import *i, const char *nick, const GPtrArray *members);
void import_option(struct import *i, const char *name, const char *value);
/* Said once for each `what`. It is named, never its value. */
void import_leave(struct import *i, const char *what, const char *why);
/* SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/PATH]; *path_out (may be NULL): g_free. False: it is none. */
bool import_url(struct import *i, struct import_account *a, const char *url, char **path_out);
/* HOST or HOST:PORT; port 0: the usual one. */
void import_server(struct import_server *s, const char *host, unsigned port, enum cfg_security security, bool smtp);
/* A command line for a shell, as one without. */
bool import_needs_shell(const char *command);
void import_passcmd(struct import *i, struct import_account *a, const char *shell);
void import_address(struct import_account *a, const char *text); /* NAME <ADDRESS>: the account's own, else one more */
const char *import_folder(const char *written);                  /* without what says that it is a folder there */
/* Words of a line as a shell would cut it; *next_out: what stands behind the `ends` that stopped it. NULL: none. */
struct import_word {
	char *text;
	bool command; /* it stood in backticks */
};
GArray *import_words(struct str line, const char *ends, struct str *rest_out);
/* The next line, with those that a backslash joins to it; i->line is where it begins. */
bool import_next(struct import *i, struct str *text, GString *line_out);

void import_mutt(struct import *i, struct str text);
void import_mailx(struct import *i, struct str text);
void import_aerc(struct import *i, struct str text);
void import_mbsync(struct import *i, struct str text);
void import_alpine(struct import *i, struct str text);

/* --- value.c --- */
bool cfg_value_time(struct str s, int *seconds_out);    /* "90s 15m 24h 90d 2w", at most ten years */
bool cfg_value_size(struct str s, int64_t *octets_out); /* "64KB 1MB 2GB", at most 1 PB */
char *cfg_time_text(int seconds);                       /* "15m"; g_free */
bool cfg_value_address(struct str s);                   /* local@domain as plain as people write it */
bool cfg_value_host(struct str s);                      /* a name or an address, no bracket */
bool cfg_value_header(struct str s);                    /* a header field's name */

#endif
