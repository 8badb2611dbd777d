/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pasted password leaves nothing behind: what is freed on its way is looked at. */
#include "tests/unit/unit.h"

#include <malloc.h>
#include <string.h>

#include "ui/internal.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WATCHED 0
#endif
#endif
#ifndef WATCHED
#define WATCHED 1
#endif

#define SECRET "correct-horse-battery"

static unsigned left_behind;

#if WATCHED
/* The C library's own, under the names that let a program put others in front. */
extern void __libc_free(void *p);
static bool watching;

/* A part of it would do, and it may have lost its head to the allocator's own notes. */
void free(void *p)
{
	if (watching && p && memmem(p, malloc_usable_size(p), &SECRET[8], sizeof SECRET - 9))
		left_behind++;
	__libc_free(p);
}

void *realloc(void *p, size_t n)
{
	void *grown = malloc(n ? n : 1);
	if (grown && p)
		memcpy(grown, p, MIN(n, malloc_usable_size(p)));
	free(p);
	return grown;
}
#endif

static void watch(bool on)
{
#if WATCHED
	watching = on;
#else
	(void)on;
#endif
}

/* Of a paste in that much other text. */
static void paste_into_a_prompt(size_t before, const char *after)
{
	struct key_decoder *d = key_decoder_new(60);
	struct input in;
	struct key_event ev;
	g_autofree char *blank = g_strnfill(before, 'x');
	static const char *const pieces[] = { "\033[200~", "", SECRET, "", "\033[201~" };
	watch(true);
	input_init(&in, "", true);
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		const char *piece = i == 1 ? blank : i == 3 ? after : pieces[i];
		key_feed(d, (const unsigned char *)piece, strlen(piece));
	}
	g_assert_true(key_next(d, &ev));
	g_assert_nonnull(strstr(ev.paste, SECRET));
	input_key(&in, ev.key, ev.paste);
	g_assert_nonnull(strstr(in.text, SECRET));
	key_paste_free(ev.paste);
	input_clear(&in);
	key_decoder_free(d);
	watch(false);
}

static void pasted_password_is_wiped(void)
{
	left_behind = 0;
	paste_into_a_prompt(0, "");
	paste_into_a_prompt(2000, "");
	paste_into_a_prompt(100, "\xff\xfe not UTF-8 \xc3");
	g_assert_cmpuint(left_behind, ==, 0);
}

static void paste_that_is_not_taken_is_wiped(void)
{
	static const char *const bytes[] = { "\033[200~" SECRET, "\033[200~" SECRET "\033[201~" };
	left_behind = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
		watch(true);
		struct key_decoder *d = key_decoder_new(60);
		key_feed(d, (const unsigned char *)bytes[i], strlen(bytes[i]));
		key_decoder_free(d);
		watch(false);
	}
	g_assert_cmpuint(left_behind, ==, 0);
}

static void watch_sees_what_is_left(void)
{
	if (!WATCHED) {
		g_test_skip("the sanitizer has its own allocator");
		return;
	}
	left_behind = 0;
	watch(true);
	g_free(g_strdup(SECRET));
	watch(false);
	g_assert_cmpuint(left_behind, ==, 1);
}

void suite(void)
{
	unit_add(watch_sees_what_is_left);
	unit_add(pasted_password_is_wiped);
	unit_add(paste_that_is_not_taken_is_wiped);
}
