/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting up an account, for every front end.
 *
 * struct setup is a value: what the user gave, what follows from it, and what the tests have said. It opens nothing and
 * changes nothing. A setup_run tests it, with engines and a directory of its own, and writes it down at the end: nothing
 * else on this machine is touched before. Servers are looked at as soon as they are known; the password goes to a server
 * only once its certificate was accepted, once a call of setup_run_password or setup_run_again.
 *
 *	s = setup_new(cfg);
 *	setup_set_email(s, "vera@box.example", &e);
 *	run = setup_run_new(s, ctx, changed, me);
 *	setup_run_look(run);                 // after each change of s
 *	setup_run_password(run, secret);
 *	setup_run_save(run, path, saved);    // when setup_is_green(s)
 */
#ifndef BOXWOOD_APP_SETUP_H
#define BOXWOOD_APP_SETUP_H

#include "app/app.h"

/* The lines that are tested, in the order of a first contact. */
enum setup_test { SETUP_RECEIVE, SETUP_LOGIN, SETUP_FOLDERS, SETUP_ROLES, SETUP_SEND, SETUP_FROM, SETUP_TESTS };
extern const char *const setup_test_names[]; /* "receive", .. */
enum setup_state { SETUP_UNTESTED, SETUP_TESTING, SETUP_OK, SETUP_WARN, SETUP_FAILED };
struct setup_result {
	enum setup_state state;
	char *text;   /* one line, clean; NULL */
	char *server; /* the server's own words, clean; NULL */
	struct err err;
};

enum setup_kind {
	SETUP_CARD,    /* an address of the provider's own domains */
	SETUP_HOSTED,  /* a domain of one's own at that provider */
	SETUP_FOUND,   /* what was looked up */
	SETUP_LOOK_UP, /* it is asked for: nothing is asked unless the user takes it */
	SETUP_BY_HAND,
};
struct setup_choice {
	enum setup_kind kind;
	const struct cfg_card *card; /* NULL: LOOK_UP, BY_HAND */
};

enum setup_keep { SETUP_KEEP_TOOL, SETUP_KEEP_PASS, SETUP_KEEP_FILE, SETUP_KEEP_ASK, SETUP_KEEP_COMMAND, SETUP_KEEPS };

enum setup_service { SETUP_IMAP, SETUP_SMTP, SETUP_SERVICES };

struct setup {
	const struct cfg *cfg; /* the mailrc so far, and the cards; borrowed */
	char *email, *name;    /* NULL: not given */
	char *label;           /* of the account: from the address, none that is taken */
	GPtrArray *choices;    /* struct setup_choice *; empty without an address */
	unsigned choice;
	bool chosen;            /* by the user */
	struct cfg_card *found; /* NULL: nothing was looked up, or nothing was found */
	bool found_unsure;      /* it came from the name service alone */
	char *found_where;      /* which records or address said so; NULL */
	GPtrArray *logins;      /* char *: what the login name may be, the likely one first */
	unsigned login;
	char *typed_login;                  /* NULL: one of logins */
	char *typed_server[SETUP_SERVICES]; /* "HOST:PORT tls"; NULL: the card's */
	unsigned server[SETUP_SERVICES];    /* which of the card's */
	char *prefix;                       /* as typed; NULL: as the card or the server says */
	GPtrArray *aliases;                 /* char *: further From addresses */
	enum setup_keep keep;
	char *command; /* of KEEP_COMMAND */
	struct setup_result results[SETUP_TESTS];
	unsigned folders; /* once they are known */
	char *found_prefix;
	bool sends_not; /* no server for sending, because the user wants none */
};

struct setup *setup_new(const struct cfg *cfg);
/* What the command line gives: --email, --name, --provider, --login. */
int setup_take_cli(struct setup *s, const struct cli *c, struct err *e);
void setup_free(struct setup *s); /* NULL is a no-op */

/* Each of these checks what was typed as the mailrc would be checked: -1 with e, and s is as before. What followed from the
 * former value follows from the new one. */
int setup_set_email(struct setup *s, const char *typed, struct err *e);
void setup_set_name(struct setup *s, const char *typed);
void setup_choose(struct setup *s, unsigned choice);
int setup_choose_card(struct setup *s, const char *name, struct err *e); /* a card, whatever the address */
int setup_set_login(struct setup *s, const char *typed, struct err *e);  /* "": by the template again */
void setup_next_login(struct setup *s, int by);
/* HOST, HOST:PORT or HOST:PORT and tls, starttls (or ssl); "": the card's again, and of SMTP without a card none. */
int setup_set_server(struct setup *s, enum setup_service service, const char *typed, struct err *e);
int setup_set_prefix(struct setup *s, const char *typed, struct err *e);
int setup_add_from(struct setup *s, const char *typed, struct err *e); /* one address, or several with commas */
void setup_drop_from(struct setup *s);                                 /* the one added last */
int setup_set_command(struct setup *s, const char *typed, struct err *e);
bool setup_keep_works(enum setup_keep keep); /* that program is here */
void setup_next_keep(struct setup *s, int by);
/* Takes found. unsure: nobody vouches for it. */
void setup_take_found(struct setup *s, struct cfg_card *found, const char *where, bool unsure);
/* False: the servers are others than the domain's own, and only the name service says so: somebody has to look at them. */
bool setup_is_vouched(const struct setup *s);

const struct setup_choice *setup_choice_of(const struct setup *s);     /* NULL: no address yet */
const char *setup_login(const struct setup *s);                        /* NULL: not known */
char *setup_server(const struct setup *s, enum setup_service service); /* "HOST:PORT tls"; NULL: not known; g_free */
unsigned setup_servers(const struct setup *s, enum setup_service service); /* how many the card has */
int setup_poll(const struct setup *s);                                     /* seconds between polls, as they will be */
bool setup_has_servers(const struct setup *s);
bool setup_is_whole(const struct setup *s);                /* all is given but the password */
bool setup_is_green(const struct setup *s);                /* .. and every test has passed */
enum setup_test setup_first_failed(const struct setup *s); /* SETUP_TESTS: none */

/* The words of the front ends; g_free. */
char *setup_choice_text(const struct setup *s, const struct setup_choice *c);
char *setup_login_text(const struct setup *s);                 /* how the login name was made */
const char *setup_keep_name(enum setup_keep keep);             /* "secret-tool" */
const char *setup_card_note(const struct setup *s);            /* what the provider wants of its users; NULL */
char *setup_hint(const struct setup *s, enum setup_test test); /* what to do about a failure; NULL */

/* The account's lines as they go into a mailrc; directory: where a password file lies. */
char *setup_block(const struct setup *s, const char *directory);

/* The provider whose servers are among the hosts that take a domain's mail; NULL. */
const struct cfg_card *setup_card_of_hosts(const struct cfg *cfg, const GPtrArray *hosts);

/* --- tests, look-up and writing (setup_run.c) --- */
struct setup_run;
/* changed() is called from ctx whenever s has changed by itself. */
struct setup_run *setup_run_new(
	struct setup *s, GMainContext *ctx, bool offline, void (*changed)(void *aux), void *aux);
void setup_run_free(struct setup_run *r); /* NULL is a no-op; leaves nothing behind */
void setup_run_look(struct setup_run *r);
/* Takes secret; NULL: none any more. It is tried, once, as soon as the servers were reached. */
void setup_run_password(struct setup_run *r, struct secret *secret);
bool setup_run_has_password(const struct setup_run *r);
void setup_run_again(struct setup_run *r); /* everything, the password once more too */
/* Looks for the provider: in the copies kept here (cfg_autoconfig_copy), then, if `ask`, in the network. A choice is added and
 * taken, or setup_run_look_up_err says why none was. */
void setup_run_look_up(struct setup_run *r, bool ask);
bool setup_run_is_looking_up(const struct setup_run *r);
const struct err *setup_run_look_up_err(const struct setup_run *r); /* NULL: it was not looked up, or found */
bool setup_run_is_busy(const struct setup_run *r);
/* Keeps the password where it is to be kept and writes the mailrc at path: a new file, or this account behind what is there.
 * saved() is called once, from ctx or at once: e is empty, or says why nothing was written. */
void setup_run_save(struct setup_run *r, const char *path, void (*saved)(const struct err *e, void *aux));

#endif
