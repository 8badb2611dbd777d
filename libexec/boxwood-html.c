/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML in UTF-8 on standard input, records of msg/html.h on standard output.
 *
 * Before it reads the first octet it has locked itself in: from then on the kernel lets it read, write and end, and
 * kills it for anything else. libxml2 therefore gets its memory from an arena that was mapped before, and nothing here
 * may use stdio, time or the locale; it leaves by the system call itself.
 *
 *	boxwood-html              reads HTML
 *	boxwood-html --self-test  locks itself in and does what is forbidden: it must be killed */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <libxml/HTMLparser.h>
#include <libxml/xmlerror.h>
#include <linux/seccomp.h>

#include "msg/html.h"

#define CPU_SECONDS 1
#define ADDRESS_SPACE (512u << 20)
#define ARENA (96u << 20)
#define CHUNK (64u << 10)

static _Noreturn void leave(int status)
{
	for (;;)
		syscall(SYS_exit, status);
}

static void limit(int what, rlim_t most)
{
	struct rlimit l = { most, most };
	setrlimit(what, &l);
}

/* What needs the kernel happens before; -1: there is no such lock here. */
static int lock_in(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, 0);
	limit(RLIMIT_CPU, CPU_SECONDS);
#ifndef BOXWOOD_SANITIZED
	limit(RLIMIT_AS, ADDRESS_SPACE);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
}

static _Noreturn void self_test(void)
{
	if (lock_in())
		leave(HTML_EXIT_OPEN);
	syscall(SYS_getppid);
	/* Still here: the lock does not hold. */
	leave(HTML_EXIT_OPEN);
}

/* --- memory: blocks of powers of two from one arena; what was freed is used again for its size --- */

#define CLASSES 32
#define CLASS_MIN 5 /* 32 octets, the head included */

struct block {
	size_t class;
	struct block *next; /* of those that are free */
};
#define HEAD sizeof(struct block)

static char *arena;
static size_t arena_used;
static struct block *unused[CLASSES];
static bool exhausted;

static void *arena_alloc(size_t n)
{
	size_t class = CLASS_MIN;
	while (class < CLASSES && ((size_t)1 << class) - HEAD < n)
		class ++;
	if (class == CLASSES || (!unused[class] && ((size_t)1 << class) > ARENA - arena_used)) {
		exhausted = true;
		return NULL;
	}
	struct block *b = unused[class];
	if (b) {
		unused[class] = b->next;
	} else {
		b = (struct block *)(void *)(arena + arena_used);
		arena_used += (size_t)1 << class;
		b->class = class;
	}
	return (char *)b + HEAD;
}

static struct block *block_of(void *p)
{
	return (struct block *)(void *)((char *)p - HEAD);
}

static void arena_free(void *p)
{
	if (!p)
		return;
	struct block *b = block_of(p);
	b->next = unused[b->class];
	unused[b->class] = b;
}

static void *arena_realloc(void *p, size_t n)
{
	size_t room = p ? ((size_t)1 << block_of(p)->class) - HEAD : 0;
	if (p && n <= room)
		return p;
	void *larger = arena_alloc(n);
	if (larger && p) {
		memcpy(larger, p, room);
		arena_free(p);
	}
	return larger;
}

static char *arena_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = arena_alloc(n);
	if (copy)
		memcpy(copy, s, n);
	return copy;
}

/* --- records out --- */

struct out {
	size_t n, total;
	bool full, broken;
	unsigned char octets[CHUNK];
};
static struct out out;

static void flush(void)
{
	for (size_t done = 0; done < out.n && !out.broken;) {
		ssize_t n = write(STDOUT_FILENO, out.octets + done, out.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		out.broken = n <= 0;
		done += out.broken ? 0 : (size_t)n;
	}
	out.n = 0;
}

static void put(const void *p, size_t n)
{
	const unsigned char *from = p;
	while (n) {
		size_t some = n < CHUNK - out.n ? n : CHUNK - out.n;
		memcpy(out.octets + out.n, from, some);
		out.n += some;
		from += some;
		n -= some;
		if (out.n == CHUNK)
			flush();
	}
}

static void put_octet(unsigned c)
{
	unsigned char octet = (unsigned char)c;
	put(&octet, 1);
}

static void put_string(const void *p, size_t n)
{
	size_t rest = n;
	for (; rest > 127; rest >>= 7)
		put_octet(128 | (rest & 127));
	put_octet((unsigned)rest);
	put(p, n);
}

/* A record of n octets besides its head may follow; room is kept for the ends of all that is open. */
static bool may_put(size_t n)
{
	if (!out.full && n + 64 > HTML_RECORDS_MAX - out.total)
		out.full = true;
	if (!out.full)
		out.total += n + 8;
	return !out.full;
}

/* --- names --- */

#define NAME(id, name) name,
static const char *const elements[] = { HTML_ELEMENTS(NAME) };
static const char *const attributes[] = { HTML_ATTRIBUTES(NAME) };

/* Its number in the list from 1 on; 0: it is not there. */
static unsigned number_of(const char *name, const char *const *names, size_t n)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, names[middle]);
		if (!order)
			return (unsigned)middle + 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

static unsigned attribute_of(const xmlChar *name)
{
	return number_of((const char *)name, attributes, sizeof(attributes) / sizeof(attributes[0]));
}

/* What of a value is told: never a part of a character. */
static size_t value_length(const xmlChar *value)
{
	size_t n = strnlen((const char *)value, HTML_VALUE_MAX + 1);
	if (n > HTML_VALUE_MAX)
		for (n = HTML_VALUE_MAX; n && (value[n] & 0xc0) == 0x80;)
			n--;
	return n;
}

/* --- what the parser tells --- */

static void element_begins(void *ctx, const xmlChar *name, const xmlChar **pairs)
{
	unsigned count = 0;
	size_t octets = 0;
	(void)ctx;
	for (const xmlChar **a = pairs; a && a[0] && count < 255; a += 2)
		if (attribute_of(a[0])) {
			count++;
			octets += 4 + (a[1] ? value_length(a[1]) : 0);
		}
	if (!may_put(octets))
		return;
	put_octet(HTML_OPEN);
	put_octet(number_of((const char *)name, elements, sizeof(elements) / sizeof(elements[0])));
	put_octet(count);
	for (const xmlChar **a = pairs; count; a += 2) {
		unsigned id = attribute_of(a[0]);
		if (!id)
			continue;
		put_octet(id);
		put_string(a[1], a[1] ? value_length(a[1]) : 0);
		count--;
	}
}

static void element_ends(void *ctx, const xmlChar *name)
{
	(void)ctx;
	(void)name;
	if (may_put(0))
		put_octet(HTML_CLOSE);
}

static void text_comes(void *ctx, const xmlChar *text, int length)
{
	(void)ctx;
	for (size_t rest = length > 0 ? (size_t)length : 0; rest;) {
		size_t n = rest < HTML_TEXT_MAX ? rest : HTML_TEXT_MAX;
		while (n < rest && n && (text[n] & 0xc0) == 0x80)
			n--;
		n = n ? n : rest;
		if (!may_put(n))
			return;
		put_octet(HTML_TEXT);
		put_string(text, n);
		text += n;
		rest -= n;
	}
}

static void say_nothing(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

static void say_nothing_in_detail(void *ctx, xmlErrorPtr error)
{
	(void)ctx;
	(void)error;
}

static htmlParserCtxtPtr parser_new(void)
{
	static xmlSAXHandler sax = { .startElement = element_begins,
		.endElement = element_ends,
		.characters = text_comes,
		.ignorableWhitespace = text_comes,
		.cdataBlock = text_comes,
		.initialized = 1 };
	arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena == MAP_FAILED || xmlMemSetup(arena_free, arena_alloc, arena_realloc, arena_strdup))
		return NULL;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
	xmlSetStructuredErrorFunc(NULL, say_nothing_in_detail);
	/* No paragraph is to begin where none was written. */
	htmlHandleOmittedElem(0);
	htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (parser)
		htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
						   HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC);
	return parser;
}

static bool was_cut(const htmlParserCtxt *parser)
{
	return exhausted || out.full || parser->disableSAX || parser->errNo == XML_ERR_NO_MEMORY;
}

static _Noreturn void read_html(void)
{
	static char chunk[CHUNK];
	htmlParserCtxtPtr parser = parser_new();
	ssize_t n;
	if (!parser || lock_in())
		leave(HTML_EXIT_OPEN);
	put(HTML_HEAD, sizeof(HTML_HEAD) - 1);
	flush();
	/* What is in no element would end with the first that closes. */
	htmlParseChunk(parser, "<html>", 6, 0);
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			htmlParseChunk(parser, chunk, (int)n, 0);
		if (was_cut(parser) || out.broken)
			break;
	}
	if (!was_cut(parser))
		htmlParseChunk(parser, chunk, 0, 1);
	put_octet(was_cut(parser) ? HTML_CUT : HTML_END);
	flush();
	leave(out.broken);
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* Whatever else was open is none of its business. */
	syscall(SYS_close_range, 3u, ~0u, 0u);
	if (argc > 1 && !strcmp(argv[1], "--self-test"))
		self_test();
	if (argc > 1)
		return HTML_EXIT_USAGE;
	read_html();
}
