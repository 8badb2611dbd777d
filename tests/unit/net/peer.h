/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of net/ share: a scripted server beside us, a name service of our own, and a session that
 * follows a short list of steps. */
#ifndef BOXWOOD_TESTS_NET_PEER_H
#define BOXWOOD_TESTS_NET_PEER_H

#include "net/net.h"
#include "tests/unit/unit.h"

#define PEER_HOST "imap.boxwood.test" /* what the certificates of tests/live/certs.sh are for */

/* tests/live/hostile.py running `script` once for each of `times` connections (0: --- parts, as many as there are).
 * NULL: no python3, the case is skipped. */
struct peer;
struct peer *peer_new(const char *script, unsigned times);
uint16_t peer_port(const struct peer *p);
/* Waits for its end. True if all went by the script; *out (g_free, may be NULL) is what it printed. */
bool peer_end(struct peer *p, char **out);
/* The directory that tests/live/certs.sh filled; made once. NULL: no openssl(1), the case is skipped. */
const char *peer_certs(void);
char *peer_cert_file(const char *name);

/* Names from here on; `localhost` and numbers are never asked for. */
enum names { NAMES_LOOPBACK, NAMES_UNKNOWN, NAMES_TROUBLE, NAMES_SILENT };
void names_set(enum names how);

/* A listening socket on 127.0.0.1 whose connections nobody accepts but the case. */
int listen_here(uint16_t *port_out);
int accept_here(int listener); /* runs the loop meanwhile; non-blocking */

struct step {
	const char *await; /* a line that holds it comes in; NULL: at once */
	const char *send;  /* then this goes out; NULL: nothing */
	enum wire_want want;
};

enum talk_point {
	TALK_NEVER,
	TALK_SECURED,
	TALK_CONNECTED,
	TALK_FEED,
	TALK_PROGRESS,
	TALK_STARTED,
	TALK_DEFLATED,
	TALK_EXPIRED,
	TALK_EOF,
	TALK_ENDED,
};

struct talk {
	struct wire *w;
	const struct step *steps; /* ends with a zero one */
	struct str bulk;          /* sent after the last step */
	size_t bulk_sent;
	GString *in, *out;
	size_t in_at;   /* up to here steps have looked */
	uint64_t got;   /* octets fed */
	GChecksum *sum; /* of what came after the last step */
	enum wire_want want;
	int64_t deadline;
	enum talk_point free_at; /* wire_free is called there */
	bool fatal_eof, freed;
	unsigned connected, secured, progress, started, deflated, ended;
	size_t line_max;  /* feed fails past it without a line's end; 0: no limit */
	size_t piece_max; /* the largest that was fed */
	char *rest;       /* what came behind the consent to deflate */
	bool tls;
	struct err e; /* how it ended */
};

void talk_init(struct talk *t, const struct step *steps);
void talk_open(struct talk *t, const struct net_where *where);
void talk_run(struct talk *t);                           /* until it has ended or was freed */
bool talk_says(const struct talk *t, const char *words); /* the error it ended with does */
void talk_clear(struct talk *t);
void settle(void); /* whatever the loop has to do now */

#endif
