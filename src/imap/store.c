/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing messages by UID: STORE, COPY, MOVE, UID EXPUNGE (RFC 9051 6.4), and what COPYUID tells of it. */
#include "imap/internal.h"

#include <string.h>

/* --- flags --- */

bool imap_is_keyword(const char *word)
{
	size_t n = strlen(word);
	if (!n || n > MSG_KEYWORD_MAX)
		return false;
	for (const char *p = word; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("(){%*\"\\]", *p))
			return false;
	return true;
}

static bool has_word(const GPtrArray *words, const char *word)
{
	for (unsigned i = 0; i < words->len; i++)
		if (!g_ascii_strcasecmp(g_ptr_array_index(words, i), word))
			return true;
	return false;
}

static void add_word(GString *out, const char *word)
{
	if (out->len && out->str[out->len - 1] != '(')
		g_string_append_c(out, ' ');
	g_string_append(out, word);
}

/* A flag that has a bit. Programs spell the keywords among them in more than one way: each is taken away, and the
 * one that the mailbox knows is set. */
static void add_flag(const struct imap_session *s, const struct imap_command *c, unsigned i, GString *out)
{
	const char *name = msg_flag_name(i);
	bool known = false;
	bool here = c->kind == KIND_STORE && name[0] != '\\';
	for (unsigned k = 0; here && k < s->flag_words->len; k++) {
		const char *word = g_ptr_array_index(s->flag_words, k);
		if (msg_flag_bit(str_of(word)) != 1u << i || (known && c->how != IMAP_STORE_REMOVE))
			continue;
		if (c->how == IMAP_STORE_REMOVE || !has_word(s->flag_words, name))
			add_word(out, word);
		else
			add_word(out, name);
		known = true;
	}
	if (!known)
		add_word(out, name);
}

bool imap_flag_list(const struct imap_session *s, const struct imap_command *c, GString *out)
{
	bool appends = c->kind == KIND_APPEND;
	uint32_t asked = c->flags & MSG_SERVER_FLAGS & ~(uint32_t)MSG_RECENT;
	uint32_t allowed = appends ? asked : s->box.permanent_flags;
	if (s->box.permanent_new)
		allowed |= asked & ~(uint32_t)(MSG_SEEN | MSG_ANSWERED | MSG_FLAGGED | MSG_DELETED | MSG_DRAFT);
	size_t start = out->len;
	bool any = asked || (c->keywords && c->keywords->len);
	g_string_append_c(out, '(');
	for (unsigned i = 0; msg_flag_name(i); i++)
		if (asked & allowed & 1u << i)
			add_flag(s, c, i, out);
	for (unsigned i = 0; c->keywords && i < c->keywords->len; i++) {
		const char *word = g_ptr_array_index(c->keywords, i);
		bool kept = appends || s->box.permanent_new || has_word(s->permanent, word);
		if (kept && imap_is_keyword(word))
			add_word(out, word);
	}
	g_string_append_c(out, ')');
	return out->len - start > 2 || (!any && c->how == IMAP_STORE_SET);
}

/* --- commands --- */

static bool begin(struct imap_session *s, struct imap_command *c, const char *verb)
{
	if (s->box_state != BOX_OPEN) {
		c->refusal = "CLOSED";
		return false;
	}
	g_string_append_printf(c->text, "UID %s %s", verb, c->set_text);
	return true;
}

static void compose_store(struct imap_session *s, struct imap_command *c)
{
	static const char *const words[] = { [IMAP_STORE_ADD] = " +FLAGS.SILENT ",
		[IMAP_STORE_REMOVE] = " -FLAGS.SILENT ",
		[IMAP_STORE_SET] = " FLAGS.SILENT " };
	if (!begin(s, c, "STORE"))
		return;
	g_string_append(c->text, words[c->how]);
	if (s->box.readonly || !imap_flag_list(s, c, c->text))
		c->refusal = "CANNOT";
}

GPtrArray *imap_keywords_copy(const GPtrArray *from)
{
	GPtrArray *to = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; from && i < from->len && i < MSG_KEYWORDS_MAX; i++)
		g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
	return to;
}

uint32_t imap_store(struct imap_session *s, const struct imap_set *uids, enum imap_store_how how, uint32_t flags,
	const GPtrArray *keywords)
{
	struct imap_command *c = imap_command_new(KIND_STORE);
	size_t others = 256;
	c->compose = compose_store;
	c->how = how;
	c->flags = flags;
	c->keywords = imap_keywords_copy(keywords);
	for (unsigned i = 0; i < c->keywords->len; i++)
		others += strlen(g_ptr_array_index(c->keywords, i)) + 1;
	return imap_enqueue_set(s, c, uids, others);
}

static void compose_copy(struct imap_session *s, struct imap_command *c)
{
	bool moves = c->kind == KIND_MOVE;
	if (!begin(s, c, moves ? "MOVE" : "COPY"))
		return;
	g_string_append_c(c->text, ' ');
	imap_command_mailbox(s, c, c->name);
	c->uses = moves ? IMAP_CAP_MOVE : 0;
}

static uint32_t copy(struct imap_session *s, enum imap_kind kind, const struct imap_set *uids, struct str mailbox)
{
	struct imap_command *c = imap_command_new(kind);
	c->compose = compose_copy;
	c->name = imap_command_name(c, mailbox);
	return imap_enqueue_set(s, c, uids, mailbox.n * 2 + 32);
}

uint32_t imap_copy(struct imap_session *s, const struct imap_set *uids, struct str mailbox)
{
	return copy(s, KIND_COPY, uids, mailbox);
}

uint32_t imap_move(struct imap_session *s, const struct imap_set *uids, struct str mailbox)
{
	return copy(s, KIND_MOVE, uids, mailbox);
}

static void compose_expunge(struct imap_session *s, struct imap_command *c)
{
	if (begin(s, c, "EXPUNGE"))
		c->uses = IMAP_CAP_UIDPLUS;
}

uint32_t imap_expunge(struct imap_session *s, const struct imap_set *uids)
{
	struct imap_command *c = imap_command_new(KIND_EXPUNGE);
	c->compose = compose_expunge;
	return imap_enqueue_set(s, c, uids, 32);
}

/* --- COPYUID, APPENDUID (RFC 9051 7.1) --- */

void imap_copied_free(struct imap_copied *copied)
{
	if (!copied)
		return;
	g_array_unref((GArray *)copied->from);
	g_array_unref((GArray *)copied->to);
	g_free(copied);
}

static struct imap_copied *copied_new(uint32_t uidvalidity)
{
	struct imap_copied *copied = g_new0(struct imap_copied, 1);
	copied->uidvalidity = uidvalidity;
	copied->from = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	copied->to = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	return copied;
}

static void append_all(const GArray *to, const GArray *from)
{
	g_array_append_vals((GArray *)to, from->data, from->len);
}

void imap_copied_join(struct imap_copied **to, struct imap_copied *more)
{
	if (!more)
		return;
	if (!*to) {
		*to = more;
		return;
	}
	if ((*to)->uidvalidity == more->uidvalidity) {
		append_all((*to)->from, more->from);
		append_all((*to)->to, more->to);
	}
	imap_copied_free(more);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static bool is_unique(const GArray *uids)
{
	GArray *sorted = g_array_copy((GArray *)uids);
	bool unique = true;
	g_array_sort(sorted, by_number);
	for (unsigned i = 1; i < sorted->len; i++)
		unique = unique && g_array_index(sorted, uint32_t, i) != g_array_index(sorted, uint32_t, i - 1);
	g_array_unref(sorted);
	return unique;
}

void imap_copied_check(struct imap_copied **copied)
{
	if (!*copied || (is_unique((*copied)->from) && is_unique((*copied)->to)))
		return;
	imap_copied_free(*copied);
	*copied = NULL;
}

/* How many a set in a response names; 0: none, or too many, or it is unreadable. */
static uint64_t set_size(struct str text)
{
	struct imap_range range;
	uint64_t n = 0;
	int rc;
	while ((rc = imap_range_next(&text, &range)) > 0)
		n += (uint64_t)range.last - range.first + 1;
	return rc || n > IMAP_COPIED_MAX ? 0 : n;
}

/* In the order in which they stand: it is that of the other set. */
static void expand(struct str text, const GArray *out)
{
	struct imap_range range;
	while (imap_range_next(&text, &range) > 0)
		for (uint64_t uid = range.first; uid <= range.last; uid++) {
			uint32_t number = (uint32_t)uid;
			g_array_append_val((GArray *)out, number);
		}
}

static bool is_asked(const struct imap_command *c, struct str from)
{
	struct imap_range range;
	if (!c->set.ranges)
		return false;
	while (imap_range_next(&from, &range) > 0)
		if (!imap_set_covers(&c->set, &range))
			return false;
	return true;
}

static bool copies(const struct imap_command *c)
{
	return (c->kind == KIND_COPY || c->kind == KIND_MOVE) && c->number;
}

/* Untagged it may come for any of them: each has UIDs of its own. */
static struct imap_command *find_copy(const struct imap_session *s, struct str from)
{
	for (GList *l = s->open.head; l; l = l->next)
		if (copies(l->data) && is_asked(l->data, from))
			return l->data;
	return NULL;
}

void imap_take_copied(struct imap_session *s, struct imap_command *c, const struct imap_status *st)
{
	struct str validity, sets, from, to;
	uint64_t uidvalidity;
	str_cut(str_trim(st->args), ' ', &validity, &sets);
	if (!str_u64(validity, UINT32_MAX, &uidvalidity) || !uidvalidity)
		return;
	/* Of REPLACE it comes untagged, before the message that was replaced goes. */
	struct imap_command *appends = c ? c : imap_open_find(s, KIND_REPLACE);
	if (str_is(st->code, "APPENDUID") && appends && imap_appends(appends) && !appends->copied &&
		set_size(sets) == 1) {
		c = appends;
		c->copied = copied_new((uint32_t)uidvalidity);
		expand(sets, c->copied->to);
	}
	if (!str_is(st->code, "COPYUID") || !str_cut(sets, ' ', &from, &to))
		return;
	uint64_t n = set_size(from);
	if (!n || n != set_size(to))
		return;
	if (!c)
		c = find_copy(s, from);
	if (!c || !copies(c) || !is_asked(c, from))
		return;
	struct imap_copied *told = copied_new((uint32_t)uidvalidity);
	expand(from, told->from);
	expand(to, told->to);
	imap_copied_join(&c->copied, told);
}
