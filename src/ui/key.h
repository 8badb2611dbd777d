/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the bytes of a terminal to keys. Total: whatever comes, what is no key is swallowed whole, so that a reply
 * of the terminal or a paste never runs a command. */
#ifndef BOXWOOD_UI_KEY_H
#define BOXWOOD_UI_KEY_H

#include "base/buf.h"

#define KEY_PASTE_MAX 65536 /* octets of a paste that are kept */
#define KEY_STOP 0x03       /* ^C: stops what is waited for, and is never bound */
#define KEY_GAP_MS 1000     /* silence that ends a sequence, or a paste, that never ended */

#define KEY_ANSWER_GAP_MS 5000 /* .. or an answer that was begun */

#define KEY_BACKGROUND UINT32_MAX /* no key: the terminal says what colour lies under its text */

#define KEY_MOUSE 0x110100 /* above every APP_KEY_: struct mouse tells more */

enum mouse_what { MOUSE_PRESS, MOUSE_DRAG, MOUSE_RELEASE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
/* The left button, or the wheel; nothing else comes. */
struct mouse {
	enum mouse_what what;
	int row, col; /* from 0; maybe beyond the screen */
};
struct key_event {
	uint32_t key; /* an APP_KEY_, KEY_MOUSE, KEY_BACKGROUND or a code point; 0: a paste */
	struct mouse mouse;
	int32_t background; /* 0xRRGGBB */
	char *paste;        /* owned by the taker: key_paste_free */
};

struct key_decoder;
struct key_decoder *key_decoder_new(int escape_ms);
void key_decoder_wait(struct key_decoder *d, int escape_ms);
void key_decoder_free(struct key_decoder *d); /* NULL is a no-op */
void key_feed(struct key_decoder *d, const unsigned char *bytes, size_t n);
bool key_next(struct key_decoder *d, struct key_event *out); /* false: no more */
/* The terminal was asked for its background: the first answer is told, and one that is torn or late is no keys either. */
void key_expect_answer(struct key_decoder *d);
int key_wait_ms(const struct key_decoder *d); /* after this silence key_timeout is due; -1: nothing waits */
void key_timeout(struct key_decoder *d);
/* A paste may be a password: its octets are wiped wherever they have been. NULL is a no-op. */
void key_paste_free(char *paste);

#endif
