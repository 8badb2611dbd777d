/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters on their way out. Shared by post.c (a draft made into a letter), outbox.c (which letter is next, and what came of
 * it), waiters.c (who waits for it), claims.c (whose it is meanwhile), queue.c (what the front asks of it), mailer.c (the
 * connection), sendmail.c (a command in place of one), dialogue.c (what is kept of what was said), aftermath.c (what follows
 * an end: the own copy, the parent's mark, people), identity.c (what the server thinks of a From), confirm.c (the provider's
 * letter that asks whether it may be used), draft.c (letters being written), mirror.c (these on the server), report.c (what
 * became of a letter far away). */
#ifndef BOXWOOD_ENGINE_OUTBOX_H
#define BOXWOOD_ENGINE_OUTBOX_H

#include "engine/internal.h"
#include "smtp/smtp.h"

/* --- mailer.c: the submission connection of an account --- */
struct mailer_events {
	void (*opened)(void *aux); /* letters may be queued: it will log in first */
	void (*event)(void *aux, struct smtp_event *ev);
	void (*room)(void *aux);                 /* octets of the letter may be fed */
	void (*ended)(void *aux, struct err *e); /* the mailer is to be freed; cause NONE: as wanted */
};
struct mailer;
/* person: somebody acts, a secret that was refused may be tried. */
struct mailer *mailer_new(struct account *a, bool person, const struct mailer_events *ev, void *aux);
void mailer_open(struct mailer *m); /* gets the secret, then connects; may end at once */
struct wire_stats mailer_stats(const struct mailer *m);
void mailer_free(struct mailer *m);                       /* NULL is a no-op; not from within its events, but `ended` */
struct smtp_session *mailer_smtp(const struct mailer *m); /* NULL before it has opened */
bool mailer_is_live(const struct mailer *m);              /* takes letters; NULL: no */
void mailer_poke(struct mailer *m);
bool mailer_answer(struct mailer *m, struct request *r); /* to its question for a password; false: it asks none */
/* The name of the submission server as identities are kept by. */
void mailer_server(const struct account *a, const char **host_out, unsigned *port_out, const char **login_out);
/* The octets of a message that it takes, as it said last, or else the provider's card says; 0: nobody said. fresh_out: said
 * within the last day, so that nobody need be asked again. */
uint64_t mailer_size_max(const struct account *a, bool *fresh_out);

/* --- sendmail.c: a command in place of it --- */
struct courier;
/* Gives the letter whose octets are behind fd to the command, once it is noted that it may have been sent. done is called
 * once when that has ended: SMTP_DONE, without an id. NULL with e: nothing was sent. */
struct courier *courier_send(struct account *a, struct store_mail *m, int fd,
	void (*done)(void *aux, const struct smtp_event *ev), void *aux, struct err *e);
void courier_cancel(struct courier *c); /* done is not called; NULL is a no-op */

/* --- outbox.c --- */
struct outbox;
struct outbox *outbox_new(struct account *a);
void outbox_free(struct outbox *o);  /* what is under way and can be taken back is queued again */
void outbox_start(struct outbox *o); /* the store is ready */
void outbox_run(struct outbox *o);   /* what is due is sent */
void outbox_rest(struct outbox *o);
void outbox_look(struct outbox *o); /* another process has written: what became of its letters is told */
bool outbox_cancel(struct outbox *o, uint32_t request); /* true: it waited here */
bool outbox_answer(struct outbox *o, struct request *r);
/* The request ends with the letter; takes r. */
void outbox_wait(struct outbox *o, struct request *r, uint32_t mail);
void outbox_tell(struct account *a, uint32_t request, uint32_t mail, bool duplicate); /* EV_MAIL */
void outbox_copies_settled(struct outbox *o);  /* whoever waited for a copy hears of it */
void outbox_copies_kept(struct outbox *o);     /* the server of the own copies cannot be reached now */
bool outbox_can_send(const struct account *a); /* its lines name a way out */
void outbox_try_again(struct outbox *o);       /* somebody acts: a refused login stops it no longer */
void probe_request(struct engine *en, struct account *a, struct request *r);

/* --- dialogue.c --- */
#define DIALOGUE_LINES 64
/* store_mail.dialogue with one try more, under a line of its own; said: lines that end in LF. g_free. */
char *dialogue_add(const char *before, int64_t wall, unsigned attempt, const char *said);

/* --- waiters.c --- */
struct waiters;
struct waiters *waiters_new(struct account *a);
void waiters_free(struct waiters *l); /* each is told that the program ends */
bool waiters_any(const struct waiters *l);
void waiters_add(struct waiters *l, struct request *r, uint32_t mail); /* takes r; mail 0: all that is due */
bool waiters_cancel(struct waiters *l, uint32_t request);              /* true: it waited here */
void waiters_claimed(struct waiters *l, uint32_t mail);                /* this process sends it */
/* The letter stands so now; why: what is wrong, of which whoever waits for it hears. ended: it does not change by itself
 * in this process any more. */
void waiters_tell(struct waiters *l, uint32_t mail, const struct err *why, bool ended);
void waiters_end_flushes(struct waiters *l, const struct err *why); /* nothing leaves any more for now; why: NULL */
/* All letters wait for somebody to act, or for a better time: a command is told at once. */
void waiters_kept(struct waiters *l, const struct err *why);
/* Letters may have been claimed by another process, and copies be filed by it. True: one is with another still.
 * under_way: which this process sends, 0. */
bool waiters_look(struct waiters *l, uint32_t under_way);
void waiters_copies_kept(struct waiters *l); /* that it was sent is said; the copy follows some time */

/* --- claims.c --- */
int claims_open(struct engine *en, struct err *e);
void claims_close(struct engine *en);
void claims_take_orphans(struct engine *en); /* what a process left that died in the middle */
void claims_sweep(struct engine *en);

/* --- queue.c --- */
struct account *account_numbered(struct engine *en, uint32_t number); /* NULL */
void mail_drop_request(struct engine *en, struct request *r);
void mail_retry_request(struct engine *en, struct request *r);
void mail_hold_request(struct engine *en, struct request *r);
void post_due_request(struct engine *en, struct account *a, struct request *r);
char *engine_spool_path(const struct engine *en, const char *name); /* g_free */

/* --- post.c --- */
void post_request(struct engine *en, struct account *a, struct request *r); /* SEND */
/* What the letter answers, by names that outlive the cache; a place that is gone is none. */
int post_parent(struct engine *en, const struct engine_parent *p, struct store_mail *m, struct err *e);

int post_offset(int64_t wall); /* of local time as it is then: minutes east of UTC */

/* --- aftermath.c --- */
/* Once a letter was accepted: the copy for Sent, the parent's mark, the people. Each step is noted; what was noted is not
 * done twice. */
void aftermath(struct account *a, struct store_mail *m);
void aftermath_prepare(struct account *a, const struct store_mail *m); /* m is about to leave */
void aftermath_change_ended(struct account *a, uint32_t change);       /* perhaps one that files a copy */
void aftermath_resume(struct account *a);                              /* what a crash left between two steps */

/* --- identity.c --- */
/* Does the reply refuse that From, or something else? m: the letter, NULL for a probe. */
bool identity_is_about_sender(
	const char *from, const struct store_mail *m, const struct smtp_reply *reply, enum smtp_stage stage);
void identity_accepted(struct account *a, const char *addr, bool with_data, const struct smtp_reply *reply);
void identity_refused(struct account *a, const char *addr, enum smtp_stage stage, const struct smtp_reply *reply);
int identity_may_probe(struct account *a, const char *addr, struct err *e);
/* SMTP_DONE of it. counts: somebody asked, and waits a day to ask again. */
void identity_note_probe(struct account *a, const char *addr, bool counts, const struct smtp_event *ev);
int identity_get(struct account *a, const char *addr, struct store_identity *out, struct err *e); /* as the store's */
void identities_request(struct engine *en, struct account *a, struct request *r);
void identity_add_request(struct engine *en, struct account *a, struct request *r);
/* news: the address that EV_IDENTITIES tells of unasked; NULL. */
void identities_tell(struct account *a, uint32_t request, const char *news);

/* --- confirm.c --- */
/* The link of the letter that asks whether addr may be used, which the user wants since then: from one of the card's
 * domains, with a pass for it from a server that is believed, meant for addr, to one of the card's hosts over https. g_free;
 * NULL: it is not that letter. */
char *confirm_link(const struct cfg_card *card, const GPtrArray *servers, const struct msg_head *h,
	const struct msg_text *t, const char *addr, int64_t since);

/* --- check_smtp.c --- */
/* The half of CHECK that is of sending; takes r, which ends with it, or with what went wrong before. */
void check_smtp_start(struct account *a, struct request *r, const struct err *before);
bool check_smtp_answer(struct account *a, struct request *r);
bool check_smtp_cancel(struct account *a, uint32_t request); /* 0: whichever it is; true: it waited here */

/* --- report.c --- */
void report_take(struct engine *en, const struct msg_report *r);

/* --- draft.c --- */
void draft_save_request(struct engine *en, struct account *a, struct request *r);
void draft_open_request(struct engine *en, struct request *r);
void draft_drop_request(struct engine *en, struct request *r);
void draft_of_mail_request(struct engine *en, struct request *r);
void draft_sent(struct account *a, uint32_t draft);                                        /* its letter was accepted */
struct draft *draft_load(struct engine *en, const struct store_draft *row, struct err *e); /* engine_discard */

/* --- mirror.c: on the server --- */
/* row is kept and is d as it stands: it is put there too, some time. */
void mirror_save(struct account *a, const struct draft *d, struct store_draft *row);
void mirror_drop(struct account *a, const struct store_draft *d); /* and taken away; the row goes */
/* The version on the server that c, an APPEND, makes needless, as the change that would take it away; it is not stored,
 * store_change_free. NULL: none. */
struct store_change *mirror_former(struct account *a, const struct store_change *c);
void mirror_change_ended(struct account *a, uint32_t change); /* perhaps one that puts a draft there */
void mirror_resume(struct account *a);                        /* what a crash left between two steps */

#endif
