/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The octets of a message: behind 354 with dots stuffed (RFC 5321 4.5.2), or in chunks (RFC 3030). A chunk is announced
 * only when all its octets are here, so that a refusal never leaves one half sent. */
#include "smtp/internal.h"

#include <string.h>

#define CHUNK (SMTP_DATA_WAITING / 2)

static struct smtp_letter *fed_letter(const struct smtp_session *s)
{
	struct smtp_letter *l = s->letter;
	return l && s->phase == PHASE_READY && l->body == BODY_OPEN && !l->decided && l->left ? l : NULL;
}

uint32_t smtp_data_id(const struct smtp_session *s)
{
	const struct smtp_letter *l = fed_letter(s);
	return l ? l->id : 0;
}

size_t smtp_data_room(const struct smtp_session *s)
{
	const struct smtp_letter *l = fed_letter(s);
	size_t waiting = s->out.n + (l ? l->staged.n : 0);
	if (!l || waiting >= SMTP_DATA_WAITING)
		return 0;
	return (size_t)MIN(l->left, SMTP_DATA_WAITING - waiting);
}

/* Line ends are pairs, and the last line has one: anything else might end the message, or not, as each server likes. */
static bool is_paired(const struct smtp_letter *l, struct str bytes)
{
	char before = l->before;
	for (size_t i = 0; i < bytes.n; before = bytes.p[i++])
		if ((before == '\r') != (bytes.p[i] == '\n'))
			return false;
	return l->left > bytes.n || before == '\n';
}

/* Only a lost connection keeps a server from taking what it has got for the whole. */
static void spoil(struct smtp_session *s, struct smtp_letter *l, const char *why)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "%s", why);
	smtp_decide_err(l, SMTP_REFUSED, smtp_letter_stage(l), &e);
	err_clear(&e);
	smtp_close(s);
	smtp_flush(s);
}

static void stuff(struct smtp_session *s, struct smtp_letter *l, struct str bytes)
{
	size_t from = 0;
	char before = l->before;
	for (size_t i = 0; i < bytes.n; before = bytes.p[i++]) {
		if (bytes.p[i] != '.' || (before && before != '\n'))
			continue;
		smtp_write(s, (struct str){ bytes.p + from, i - from }, (struct str){ 0 });
		smtp_write(s, STR("."), (struct str){ 0 });
		from = i;
	}
	smtp_write(s, str_sub(bytes, from), (struct str){ 0 });
	if (l->left)
		return;
	l->body = BODY_ENDED;
	smtp_write(s, STR(".\r\n"), STR("."));
}

/* Behind the first one the recipient's answer is waited for. */
bool smtp_chunk_send(struct smtp_session *s)
{
	struct smtp_letter *l = s->letter;
	bool last = !l->left;
	if (!l->chunks || l->body != BODY_OPEN || !l->staged.n || (!last && l->staged.n < CHUNK))
		return false;
	if (l->chunked && l->answered < l->to->len)
		return false;
	g_autofree char *words = g_strdup_printf("BDAT %zu%s", l->staged.n, last ? " LAST" : "");
	smtp_command(s, KIND_BDAT, last, words);
	smtp_write(s, buf_str(&l->staged), (struct str){ 0 });
	buf_reset(&l->staged);
	l->chunked = true;
	if (last)
		l->body = BODY_ENDED;
	return true;
}

void smtp_data_feed(struct smtp_session *s, struct str bytes)
{
	struct smtp_letter *l = fed_letter(s);
	if (!l || !bytes.n)
		return;
	if (bytes.n > smtp_data_room(s)) {
		spoil(s, l, "more octets of the message than there was room for");
		return;
	}
	if (!is_paired(l, bytes)) {
		spoil(s, l, "a line of the message does not end in CR LF");
		return;
	}
	l->left -= bytes.n;
	if (l->chunks)
		buf_add_str(&l->staged, bytes);
	else
		stuff(s, l, bytes);
	l->before = bytes.p[bytes.n - 1];
	smtp_flush(s);
}

static void cancel(struct smtp_letter *l)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "the sending was stopped");
	smtp_decide_err(l, SMTP_DEFERRED, smtp_letter_stage(l), &e);
	err_clear(&e);
}

bool smtp_abort(struct smtp_session *s)
{
	struct smtp_letter *l = s->letter;
	if (!l && s->queue.length) {
		l = g_queue_pop_head(&s->queue);
		cancel(l);
		smtp_tell_done(s, l);
		return true;
	}
	if (!l || l->decided || (l->size && !l->left))
		return false;
	cancel(l);
	smtp_close(s);
	smtp_flush(s);
	return true;
}
