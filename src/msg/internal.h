/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share. */
#ifndef BOXWOOD_MSG_INTERNAL_H
#define BOXWOOD_MSG_INTERNAL_H

#include <string.h>

#include "msg/msg.h"

/* strchr would find the NUL that ends the set. */
static inline bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* --- header.c --- */
/* The fields of a header block one after the other, up to its empty line. Lines that are no field
 * are passed over and noted in `odd`. */
struct head_scan {
	struct str rest;
	bool odd;
};
/* name: without the colon; value: still folded, without its last line end. False at the end. */
bool head_next(struct head_scan *s, struct str *name, struct str *value);
/* The next line of *rest without its line end (LF, any CR before it); *rest moves behind it. */
struct str line_next(struct str *rest);
/* v itself, or its unfolded copy in scratch. Blanks at both ends are gone. */
struct str head_unfold(struct str v, GString *scratch);
/* One clean line of UTF-8 without blanks at its ends. */
char *clean_line(struct str s);
struct msg_head *head_parse(struct str bytes, GPtrArray *defects);
/* The inside of the first <..>, else the first word; NULL: nothing there. Clean. */
char *id_first(struct str value);

/* --- msg.c --- */
/* Adds the keyword once; NULL defects is a no-op. */
void defect(GPtrArray *defects, const char *keyword);

/* --- words.c --- */
/* n: octets of the encoded word at the start of s, 0: there is none. */
size_t word_length(struct str s);

/* --- address.c --- */
/* As msg_addrs_parse; *odd_out is set when the field is malformed. */
GPtrArray *addrs_parse(struct str value, bool *odd_out);

/* --- date.c --- */
int64_t days_of(int year, int month, int day); /* since 1970-01-01; month and day from 1 */
int month_length(int year, int month);

/* --- param.c: `value; name=value; ..` (RFC 2045 5.1, RFC 2231) --- */
struct params;
/* *main_out: what stands before the parameters. Never NULL. */
struct params *params_parse(struct str value, struct str *main_out);
void params_free(struct params *p);
char *params_octets(const struct params *p, const char *name); /* as sent; NULL */
char *params_text(const struct params *p, const char *name);   /* decoded, clean; NULL */

/* --- decode.c --- */
int base64_decode(struct str in, struct buf *out); /* appends; -1: past the cap of out */

/* --- charset_labels.c --- */
enum charset_kind {
	CHARSET_PLAIN,   /* ASCII octets are ASCII: valid UTF-8 is taken for UTF-8 */
	CHARSET_ESCAPES, /* 7-bit with escape sequences */
	CHARSET_SHIFTS,  /* 7-bit, letters stand for others */
	CHARSET_WIDE,    /* units of more than an octet */
};
struct charset {
	const char *name; /* iconv's */
	enum charset_kind kind;
};
enum charset_id {
	UTF_8,
	WINDOWS_1252,
	ISO_8859_2,
	ISO_8859_3,
	ISO_8859_4,
	ISO_8859_5,
	ISO_8859_6,
	ISO_8859_7,
	ISO_8859_8,
	ISO_8859_10,
	ISO_8859_13,
	ISO_8859_14,
	ISO_8859_15,
	ISO_8859_16,
	WINDOWS_1250,
	WINDOWS_1251,
	WINDOWS_1253,
	WINDOWS_1254,
	WINDOWS_1255,
	WINDOWS_1256,
	WINDOWS_1257,
	WINDOWS_1258,
	CP874,
	KOI8_R,
	KOI8_U,
	CP866,
	CP437,
	CP850,
	CP852,
	MACINTOSH,
	MAC_CYRILLIC,
	VISCII,
	GB18030,
	BIG5_HKSCS,
	EUC_JP,
	CP932,
	CP949,
	ISO_2022_JP,
	ISO_2022_KR,
	UTF_16LE,
	UTF_16BE,
	CP737,
	CP775,
	CP855,
	CP857,
	CP858,
	CP860,
	CP861,
	CP862,
	CP863,
	CP864,
	CP865,
	CP869,
	CP1125,
	KOI8_T,
	MAC_CENTRALEUROPE,
	MAC_UK,
	GEORGIAN_PS,
	GEORGIAN_ACADEMY,
	ARMSCII_8,
	TCVN,
	PT154,
	RK1048,
	HP_ROMAN8,
	CP1046,
	MIK,
	CP1133,
	JOHAB,
	EUC_TW,
	ISO_2022_JP_2,
	ISO_2022_CN,
	UTF_7,
	HZ,
	UTF_32LE,
	UTF_32BE,
	CHARSETS
};
extern const struct charset charsets[CHARSETS];
/* CHARSETS: not on the list. The label itself never reaches iconv_open. */
enum charset_id charset_find(const char *label);

/* --- parse.c --- */
/* Fills head and root of m from its bytes, the header block beginning at `from`. */
void tree_parse(struct msg *m, size_t from);

/* --- within.c --- */
/* One more of those octets; NULL: it does not lie in them, or they are enough. */
struct msg_within *within_add(GPtrArray *files, const char *encoding, struct str octets, size_t start, size_t length);
char *within_name(struct str octets); /* clean; NULL: nothing is left */

/* --- tnef.c --- */
void tnef_find(struct str octets, GPtrArray *files);

/* --- part.c --- */
/* The first leaf of that type that is not in a message within: what came back, or was forwarded, asks nothing. NULL. */
struct msg_part *part_outside(struct msg_part *p, const char *type);

/* --- report.c --- */
struct msg_report *msg_report_new(void); /* of nobody yet */

/* --- failure.c --- */
/* The first status such as "5.1.1" in words, which is no piece of an address of the net; NULL: none. g_free. */
char *failure_status(const char *words);

/* --- entities.c --- */
/* The code point of `&name;` in HTML 4, 0 if there is no such name. */
gunichar entity_find(struct str name);

/* --- text.c, flowed.c, marks.c, html.c --- */
/* RFC 3676: flowed lines are joined, stuffing and DelSp undone. text: LF ended, valid UTF-8. */
GString *flowed_join(struct str text, bool delsp);
/* Adds links and spans of plain text, which lies at `base` in that of out. */
void marks_find(struct str text, uint32_t base, struct msg_text *out);
/* The spans of links whose numbers stand in the text, from the one at index `from` of out's. */
void marks_numbered(struct str text, uint32_t base, guint from, struct msg_text *out);
/* Tags stripped; text not yet cleaned. */
GString *html_strip(struct str html, struct msg_text *out);

/* --- calendar_value.c: what stands behind the colon of a content line (RFC 5545 3.3) --- */
/* A wall time: seconds since 1970 as if it were UTC. */
struct cal_wall {
	int64_t s;
	bool day, utc; /* no time of day; Z stood behind it */
};
bool cal_wall_parse(struct str value, struct cal_wall *out);
bool cal_offset_parse(struct str value, int *seconds_out);       /* "+0530" */
bool cal_duration_parse(struct str value, int64_t *seconds_out); /* "-PT15M"; days are 24 hours */
void cal_rule_parse(struct str value, struct cal_rule *out);
char *cal_text(struct str value, bool lines); /* backslashes undone, clean; one line, or lines */

/* --- calendar_rule.c: the dates of a RRULE, as wall times (RFC 5545 3.3.10) --- */
#define CAL_WORK_MAX 400000 /* days looked at, of one calendar: what is rarer has no next date */
struct cal_dates;
/* offset: seconds east of UTC at the start. work: counts days looked at, so that several share one limit. */
struct cal_dates *cal_dates_new(struct str rule, struct cal_wall start, int offset, unsigned *work);
void cal_dates_free(struct cal_dates *d);
void cal_dates_skip(struct cal_dates *d, int64_t wall);      /* dates long before that one need not be told */
bool cal_dates_next(struct cal_dates *d, int64_t *wall_out); /* false: there is none, or it is not to be found out */

/* --- calendar_zone.c: VTIMEZONE (RFC 5545 3.6.5) --- */
#define CAL_OBSERVANCES_MAX 200 /* of one zone */
struct cal_zone;
struct cal_zone *cal_zone_new(void);
void cal_zone_free(void *zone);
void cal_zone_name(struct cal_zone *z, char *name); /* takes name */
const char *cal_zone_named(const struct cal_zone *z);
/* A STANDARD or DAYLIGHT begins; what follows of it; false: there are too many. */
bool cal_zone_observance(struct cal_zone *z);
void cal_zone_property(struct cal_zone *z, struct str name, struct str value);
/* Seconds east of UTC at that wall time. False: the zone says nothing. */
bool cal_zone_offset(const struct cal_zone *z, int64_t wall, int *seconds_out);
/* The same by a name that the system, or Windows, gives a zone. */
bool cal_zone_known(const char *name, int64_t wall, int *seconds_out);
int cal_zone_here(int64_t wall); /* of the reader */

#endif
