/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records in which boxwood-html, a child that trusts nobody and is trusted by nobody, tells what stands in HTML.
 *
 * A stream begins with HTML_HEAD, written when the child has locked itself in and before it reads anything. Then:
 *
 *	HTML_OPEN element count (attribute length octets)..    an element begins
 *	HTML_TEXT length octets                                what stands between the tags
 *	HTML_CLOSE                                             the element that began last ends
 *	HTML_END                                               all was read; nothing follows
 *	HTML_CUT                                               a limit was met; nothing follows
 *
 * Element, count and attribute are one octet each; a length has seven bits an octet, the lowest first, the eighth set
 * when more follow. Names that are in neither list are element 0, and attributes that are not told. */
#ifndef BOXWOOD_MSG_HTML_H
#define BOXWOOD_MSG_HTML_H

#define HTML_HEAD "bwhtml1\n"
#define HTML_OPEN 'o'
#define HTML_TEXT 't'
#define HTML_CLOSE 'c'
#define HTML_END 'e'
#define HTML_CUT 'x'

#define HTML_SOURCE_MAX (16u << 20)  /* octets of HTML that are laid out */
#define HTML_NODES_MAX (2u << 20)    /* elements and texts in it */
#define HTML_VALUE_MAX (1u << 16)    /* octets of an attribute; what is longer is cut */
#define HTML_TEXT_MAX (1u << 16)     /* of one HTML_TEXT */
#define HTML_RECORDS_MAX (64u << 20) /* of a stream */

/* How the child ends, besides by a signal. */
#define HTML_EXIT_OPEN 3 /* it could not lock itself in, and read nothing */
#define HTML_EXIT_USAGE 64

/* Sorted by name. */
#define HTML_ELEMENTS(X)                                                                                               \
	X(A, "a")                                                                                                      \
	X(ADDRESS, "address")                                                                                          \
	X(AREA, "area")                                                                                                \
	X(ARTICLE, "article")                                                                                          \
	X(ASIDE, "aside")                                                                                              \
	X(AUDIO, "audio")                                                                                              \
	X(B, "b")                                                                                                      \
	X(BASE, "base")                                                                                                \
	X(BLOCKQUOTE, "blockquote")                                                                                    \
	X(BODY, "body")                                                                                                \
	X(BR, "br")                                                                                                    \
	X(BUTTON, "button")                                                                                            \
	X(CAPTION, "caption")                                                                                          \
	X(CENTER, "center")                                                                                            \
	X(DD, "dd")                                                                                                    \
	X(DEL, "del")                                                                                                  \
	X(DETAILS, "details")                                                                                          \
	X(DIR, "dir")                                                                                                  \
	X(DIV, "div")                                                                                                  \
	X(DL, "dl")                                                                                                    \
	X(DT, "dt")                                                                                                    \
	X(EMBED, "embed")                                                                                              \
	X(FEIMAGE, "feimage")                                                                                          \
	X(FIELDSET, "fieldset")                                                                                        \
	X(FIGCAPTION, "figcaption")                                                                                    \
	X(FIGURE, "figure")                                                                                            \
	X(FOOTER, "footer")                                                                                            \
	X(FORM, "form")                                                                                                \
	X(FRAME, "frame")                                                                                              \
	X(H1, "h1")                                                                                                    \
	X(H2, "h2")                                                                                                    \
	X(H3, "h3")                                                                                                    \
	X(H4, "h4")                                                                                                    \
	X(H5, "h5")                                                                                                    \
	X(H6, "h6")                                                                                                    \
	X(HEAD, "head")                                                                                                \
	X(HEADER, "header")                                                                                            \
	X(HR, "hr")                                                                                                    \
	X(HTML, "html")                                                                                                \
	X(IFRAME, "iframe")                                                                                            \
	X(IMAGE, "image")                                                                                              \
	X(IMG, "img")                                                                                                  \
	X(INPUT, "input")                                                                                              \
	X(LEGEND, "legend")                                                                                            \
	X(LI, "li")                                                                                                    \
	X(LINK, "link")                                                                                                \
	X(LISTING, "listing")                                                                                          \
	X(MAIN, "main")                                                                                                \
	X(MENU, "menu")                                                                                                \
	X(META, "meta")                                                                                                \
	X(NAV, "nav")                                                                                                  \
	X(NOEMBED, "noembed")                                                                                          \
	X(NOFRAMES, "noframes")                                                                                        \
	X(OBJECT, "object")                                                                                            \
	X(OL, "ol")                                                                                                    \
	X(OPTION, "option")                                                                                            \
	X(P, "p")                                                                                                      \
	X(PLAINTEXT, "plaintext")                                                                                      \
	X(PRE, "pre")                                                                                                  \
	X(Q, "q")                                                                                                      \
	X(RP, "rp")                                                                                                    \
	X(RT, "rt")                                                                                                    \
	X(S, "s")                                                                                                      \
	X(SCRIPT, "script")                                                                                            \
	X(SECTION, "section")                                                                                          \
	X(SELECT, "select")                                                                                            \
	X(SOURCE, "source")                                                                                            \
	X(STRIKE, "strike")                                                                                            \
	X(STRONG, "strong")                                                                                            \
	X(STYLE, "style")                                                                                              \
	X(SUB, "sub")                                                                                                  \
	X(SUMMARY, "summary")                                                                                          \
	X(SUP, "sup")                                                                                                  \
	X(TABLE, "table")                                                                                              \
	X(TBODY, "tbody")                                                                                              \
	X(TD, "td")                                                                                                    \
	X(TEMPLATE, "template")                                                                                        \
	X(TEXTAREA, "textarea")                                                                                        \
	X(TFOOT, "tfoot")                                                                                              \
	X(TH, "th")                                                                                                    \
	X(THEAD, "thead")                                                                                              \
	X(TITLE, "title")                                                                                              \
	X(TR, "tr")                                                                                                    \
	X(TRACK, "track")                                                                                              \
	X(UL, "ul")                                                                                                    \
	X(USE, "use")                                                                                                  \
	X(VIDEO, "video")                                                                                              \
	X(XMP, "xmp")

#define HTML_ATTRIBUTES(X)                                                                                             \
	X(ALIGN, "align")                                                                                              \
	X(ALT, "alt")                                                                                                  \
	X(BACKGROUND, "background")                                                                                    \
	X(BORDER, "border")                                                                                            \
	X(CLASS, "class")                                                                                              \
	X(COLSPAN, "colspan")                                                                                          \
	X(CONTENT, "content")                                                                                          \
	X(DATA, "data")                                                                                                \
	X(DIR, "dir")                                                                                                  \
	X(DYNSRC, "dynsrc")                                                                                            \
	X(HEIGHT, "height")                                                                                            \
	X(HIDDEN, "hidden")                                                                                            \
	X(HREF, "href")                                                                                                \
	X(HTTP_EQUIV, "http-equiv")                                                                                    \
	X(ID, "id")                                                                                                    \
	X(IMAGESRCSET, "imagesrcset")                                                                                  \
	X(LOWSRC, "lowsrc")                                                                                            \
	X(MEDIA, "media")                                                                                              \
	X(POSTER, "poster")                                                                                            \
	X(REVERSED, "reversed")                                                                                        \
	X(ROLE, "role")                                                                                                \
	X(ROWSPAN, "rowspan")                                                                                          \
	X(SRC, "src")                                                                                                  \
	X(SRCSET, "srcset")                                                                                            \
	X(START, "start")                                                                                              \
	X(STYLE, "style")                                                                                              \
	X(SUMMARY, "summary")                                                                                          \
	X(TITLE, "title")                                                                                              \
	X(TYPE, "type")                                                                                                \
	X(VALUE, "value")                                                                                              \
	X(WIDTH, "width")                                                                                              \
	X(XLINK_HREF, "xlink:href")

#define HTML_ELEMENT_ID(id, name) HTML_EL_##id,
#define HTML_ATTRIBUTE_ID(id, name) HTML_AT_##id,
enum html_element { HTML_EL_OTHER, HTML_ELEMENTS(HTML_ELEMENT_ID) HTML_ELEMENT_COUNT };
enum html_attribute { HTML_AT_NONE, HTML_ATTRIBUTES(HTML_ATTRIBUTE_ID) HTML_ATTRIBUTE_COUNT };

#endif
