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

/* --- rtf.c --- */
/* Compressed RTF to RTF; damaged input gives what could be read. -1: past the cap of out. */
int rtf_inflate(struct str in, struct buf *out);
char *rtf_text(struct str rtf); /* what it says, not clean; g_free */

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
/* Encodings of these alone: compressed RTF, and the text of it. */
#define WITHIN_RTF "x-lzfu"
#define WITHIN_RTF_TEXT "x-lzfu-text"
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
/* What `&name;` stands for, one or two characters; ended: the semicolon is there. NULL: nothing. */
const char *entity_find(struct str name, bool ended);

/* --- html_reference.c --- */
struct html_char {
	char octets[8];
	size_t n;
};
/* s begins with '&': what it refers to. Octets read, 0: it is no reference. */
size_t html_reference(struct str s, struct html_char *out);

/* --- html_prepare.c --- */
/* Up to the end tag of an element whose content is no markup. */
struct str raw_take(struct str *s, struct str name);
/* Behind "<!--"; one that nothing ends takes all the rest, as in browsers. */
void comment_skip(struct str *s);

/* --- html_records.c: what boxwood-html told, as a tree in one flat array --- */
struct html_node {
	uint32_t end; /* the first node that is not within */
	uint32_t n;   /* of a text: its octets; of an element: those of its attributes */
	size_t at;    /* where they begin in the records */
	uint64_t has; /* a bit for each of its attributes: most questions are about one that is not there */
	bool is_text;
	uint8_t element; /* enum html_element */
};
struct html_doc {
	struct str records; /* borrowed */
	struct html_node *nodes;
	uint32_t n;
	bool cut; /* a limit was met */
};
/* -1: these are no records. */
int html_doc_read(struct str records, struct html_doc *out);
void html_doc_clear(struct html_doc *d);
struct str html_text(const struct html_doc *d, const struct html_node *text);
/* False: there is no such attribute. Any octets but those of NUL-ended strings; html_value makes a clean line of one, NULL:
 * there is none. */
bool html_attribute(
	const struct html_doc *d, const struct html_node *element, unsigned attribute, struct str *value_out);
char *html_value(const struct html_doc *d, const struct html_node *element, unsigned attribute);

/* --- html_style.c: what of CSS decides whether and how text is shown --- */
enum html_tri { HTML_UNSAID, HTML_NO, HTML_YES };
enum html_space { HTML_SPACE_UNSAID, HTML_SPACE_NORMAL, HTML_SPACE_LINES, HTML_SPACE_PRE };
struct html_style {
	uint8_t gone;      /* enum html_tri: it takes no room, or is clipped to nothing */
	uint8_t tiny;      /* enum html_tri: letters of no size */
	uint8_t invisible; /* enum html_tri */
	uint8_t struck;    /* enum html_tri: a line goes through it */
	uint8_t block;     /* enum html_tri */
	uint8_t right;     /* enum html_tri: it stands at the right */
	uint8_t small;     /* enum html_tri: one pixel wide or high */
	uint8_t space;     /* enum html_space */
};
struct html_styles;
struct html_styles *html_styles_new(void);
void html_styles_free(struct html_styles *s);
void html_styles_add(struct html_styles *s, struct str sheet);
/* Of an element: what the sheets say of its name, classes and id, then its own words. */
struct html_style html_style_of(const struct html_styles *s, const struct html_doc *d, const struct html_node *element);
/* Calls found() with each address that a style or a sheet would load. */
void html_style_addresses(struct str css, void (*found)(struct str address, void *aux), void *aux);

/* --- html_link.c --- */
struct msg_link *link_new(char *url); /* takes url */
void link_free(void *link);
/* Whether text names a host or an address, and that is not where the link goes. */
bool link_deceives(const struct msg_link *link, const char *text);
/* "[3]", or "[3 -> host]" where the text says another. g_free. */
char *link_mark(const struct msg_link *link, unsigned number);
char *url_host(const char *url); /* in ASCII, lower case; NULL: it names none. g_free */

/* --- html_remote.c: what would be loaded, and is not --- */
enum remote_kind { REMOTE_IMAGE, REMOTE_BEACON, REMOTE_OTHER };
bool url_is_remote(struct str url);
void remote_add(struct msg_text *t, char *url, enum remote_kind kind); /* takes url */
void remote_free(void *host);
/* srcset: the addresses between sizes, blanks and commas. */
void remote_each(struct str set, void (*found)(struct str address, void *aux), void *aux);
/* Of `content` of a refresh: where it would go. */
void remote_refresh(struct str content, void (*found)(struct str address, void *aux), void *aux);
bool html_is_one_pixel(const struct html_doc *d, const struct html_styles *styles, const struct html_node *image);
/* What all elements would load, and what sheets say. base: for addresses without a host; NULL. */
void html_remote(const struct html_doc *d, struct html_styles *styles, char **base_out, struct msg_text *t);

/* --- html_flow.c: text that flows into lines --- */
struct html_flow {
	GString *out;
	unsigned breaks; /* line ends wanted before what comes next */
	unsigned hard;   /* blanks wanted that do not collapse */
	bool space;      /* a blank is wanted */
	bool glued;      /* none is wanted, whatever comes */
	unsigned quote, last_quote, indent;
	size_t line, joined; /* where the line began; its octets that take no column of their own */
	size_t line_text;    /* where its text did, behind quote marks and others */
	GArray *spans;       /* struct msg_span: what was told by flow_role; NULL: nobody wants to know */
	GString *mark;       /* of a list item whose text has not come */
	size_t noted;        /* where what came since flow_note began, once it no longer awaits it */
	bool awaits;
};
void flow_init(struct html_flow *f);
char *flow_end(struct html_flow *f, size_t *n_out);
void flow_break(struct html_flow *f, unsigned n); /* at least n line ends before what comes next */
void flow_gap(struct html_flow *f, unsigned n);   /* at least n blanks, within a line */
void flow_mark(struct html_flow *f, const char *mark);
void flow_put(struct html_flow *f, const char *s);
void flow_words(struct html_flow *f, const char *s);  /* blanks collapse; valid UTF-8 */
void flow_behind(struct html_flow *f, const char *s); /* right behind what came last, before any blank */
void flow_point(struct html_flow *f, gunichar c, enum html_space space);
void flow_note(struct html_flow *f);
char *flow_since(const struct html_flow *f); /* in one clean line, without blanks around; g_free */
/* What stands behind `from`, an earlier length of out, has a role. */
void flow_role(struct html_flow *f, size_t from, enum msg_role role, uint32_t link);
bool flow_in_line(const struct html_flow *f); /* something stands on the line */

/* --- html_table.c --- */
bool html_is_filled(struct str text); /* some of it is seen */
bool table_is_data(const struct html_doc *d, uint32_t table);
/* Makes lines of a table; cell() gives the text of one. */
void table_lay(const struct html_doc *d, uint32_t table, struct html_flow *f, char *(*cell)(uint32_t node, void *aux),
	void *aux);

/* --- html_layout.c --- */
/* Text, not yet cleaned, with its spans; links and what is not loaded of the records into out. Not LAID: they are none, or
 * were cut. */
enum msg_html html_lay(struct str records, struct msg_text *out, GString **text_out, GArray *spans);

/* --- text.c, flowed.c, marks.c, html_strip.c --- */
/* RFC 3676: flowed lines are joined, stuffing and DelSp undone. text: LF ended, valid UTF-8. */
GString *flowed_join(struct str text, bool delsp);
/* Adds links and spans of plain text, which lies at `base` in that of out. */
void marks_find(struct str text, uint32_t base, struct msg_text *out);
/* The spans of links whose numbers stand in the text, from the one at index `from` of out's. */
void marks_numbered(struct str text, uint32_t base, guint from, struct msg_text *out);
/* Tags stripped; text not yet cleaned. */
GString *html_strip(struct str html, struct msg_text *out);

/* --- calendar_line.c --- */
struct cal_content {
	struct str whole, name, params, value;
};
/* Folds go before the charset is looked at: they may stand inside a character. */
void cal_unfold(struct str in, struct buf *out);
bool cal_content_next(struct str *rest, struct cal_content *out);
/* Without quotes, ^n ^^ ^' undone (RFC 6868), clean; NULL: there is none. g_free. */
char *cal_param(const struct cal_content *c, const char *wanted);
bool cal_param_is(const struct cal_content *c, const char *wanted, const char *value);

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
#define CAL_WORK_MAX 400000 /* days and times looked at, of one calendar: what is rarer has no next date */
struct cal_dates;
/* offset: seconds east of UTC at the start. work: counts what is looked at, so that several share one limit. */
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
unsigned cal_zone_work(const struct cal_zone *z); /* what asking that costs, of CAL_WORK_MAX */
/* The same by a name that the system, or Windows, gives a zone. */
bool cal_zone_known(const char *name, int64_t wall, int *seconds_out);
int cal_zone_here(int64_t wall); /* of the reader */

#endif
