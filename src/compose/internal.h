/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share. */
#ifndef BOXWOOD_COMPOSE_INTERNAL_H
#define BOXWOOD_COMPOSE_INTERNAL_H

#include <string.h>

#include "base/i18n.h"
#include "compose/compose.h"

#define LINE_MAX_WIRE 998 /* octets of a line without its CRLF (RFC 5322 2.1.1) */
#define REFERENCES_MAX 100
#define ADDR_MAX 512
#define FORWARD_BEGIN N_("----- Forwarded message -----")
#define FORWARD_END N_("----- End of forwarded message -----")

/* --- check.c --- */
bool text_is_sound(const char *value);  /* UTF-8 without control bytes */
bool value_is_sound(const char *value); /* UTF-8 without control bytes, not past DRAFT_HEADER_MAX */
bool addr_is_sound(const char *addr);   /* can be written between <> and behind RCPT TO: */
bool id_is_sound(const char *id);       /* of a message, without <> */
bool field_is_sound(const char *name);  /* can be the name of a header field */
bool field_is_ours(const char *name);   /* one that draft_build or the way to the reader writes, never a draft */
/* One letter added, lost, changed, or swapped with its neighbour; ASCII case is ignored. */
bool is_near(const char *a, const char *b);

/* --- lookalike.c --- */
char *plain_domain(const char *addr); /* lower case, as people read it; g_free */

/* --- draft.c --- */
bool addr_is(const char *a, const char *b); /* the same but for the case of the domain, and how it is spelled */
/* What a table of addresses is keyed by, so that addr_is() holds for those of one key; g_free. */
char *addr_key(const char *addr);
const char *addr_domain(const char *addr); /* behind the last '@'; "" */
void add_addrs(GPtrArray *to, const GPtrArray *from);
/* The first field of this name as it was sent: decoded, what is in an encoded word would divide a list of addresses. "" */
const char *raw_field(const struct msg_head *head, const char *name);
void add_signature(GString *text, const char *signature);
/* Where no group can be, a name without an address is what somebody had begun to write, or an alias. raw: the field. */
void add_written(GPtrArray *to, const GPtrArray *from, const char *raw);
/* At most REFERENCES_MAX of ids, the first and the newest; those that cannot be written are left out. */
GPtrArray *references_trim(const GPtrArray *ids);
/* The text with LF line ends only; g_free. */
char *lf_lines(struct str text);
/* The message without these fields of its header, nor an mbox line before it. names: NULL ended. */
void head_without(struct str message, const char *const *names, GString *out);

/* --- flow.c --- */
#define FLOW_COLUMNS 72
#define QUOTE_DEPTH_MAX 100          /* deeper quoting stays at this depth */
size_t quote_depth(struct str line); /* its '>' */
/* The words of text that fit into so many columns, one at least, with the blanks behind them; a word of more than so many
 * octets is cut. */
struct str line_fit(struct str text, int columns, size_t octets);

/* --- field.c: header fields as they stand on the wire, folded, each ended by CRLF --- */
void field_text(GString *to, const char *name, const char *value);
/* utf8: a local part may stand in UTF-8. Addresses that are not sound are written as names without an address. */
void field_addrs(GString *to, const char *name, const GPtrArray *addrs, bool utf8);
void field_ids(GString *to, const char *name, const GPtrArray *ids);
void field_date(GString *to, const char *name, int64_t date, int offset);
/* `name: value`, then parameters (RFC 2231), each but the NULL ones, then NULL. */
void field_mime(GString *to, const char *name, const char *value, ...) G_GNUC_NULL_TERMINATED;

/* --- encode.c: octets on their way to the descriptor --- */
struct out {
	int fd, errnum; /* of the first write that failed */
	char *p;
	size_t n;
	GChecksum *sum;
	uint64_t size;
	unsigned line, longest; /* octets of the line that is open; of the longest ended one */
	bool eight, cr;         /* a CR was the last octet that mime_lines was given */
};
void mime_init(struct out *o, int fd);
void mime_clear(struct out *o);
int mime_end(struct out *o); /* -1: errnum says why something could not be written */
void mime_add(struct out *o, const char *p, size_t n);
void mime_str(struct out *o, const char *text);
void mime_lines(struct out *o, struct str bytes); /* any line end becomes CRLF, over any number of calls */
void mime_lines_end(struct out *o);               /* the last line is ended */

/* Octets that go along, in memory or in a file. */
struct source {
	const char *p;
	int fd; /* -1: p */
	uint64_t size;
	const char *name; /* for messages */
};
int mime_read(const struct source *s, uint64_t at, char *into, size_t n, struct err *e);

/* What octets hold that decides how they can travel. */
struct survey {
	bool eight, utf8; /* above 127; and all of it UTF-8 */
	bool nul, bare_cr;
	uint64_t longest; /* line */
	uint64_t odd;     /* octets that quoted-printable writes as three */
};
int mime_survey(const struct source *s, struct survey *out, struct err *e);

enum encoding { ENCODING_7BIT, ENCODING_8BIT, ENCODING_QP, ENCODING_BASE64 };
const char *mime_encoding_name(enum encoding encoding);
enum encoding mime_encoding_for(struct str text); /* LF lines; never 8BIT */
void mime_text(struct out *o, struct str text, enum encoding encoding);
int mime_base64(struct out *o, const struct source *s, struct err *e);

/* --- build.c --- */
char *random_word(size_t octets); /* of so many random octets, in base32, lower case */
#define BOUNDARY_OCTETS 15

/* --- bounce.c --- */
int bounce_build(struct out *o, const struct draft *d, const struct build_settings *set, struct err *e);

/* --- ready.c --- */
void ready_build(struct out *o, const struct draft *d, const struct build_settings *set);

#endif
