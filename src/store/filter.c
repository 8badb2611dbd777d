/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <string.h>

#include "base/utf8.h"

/* --- the tree --- */

static void free_filter(void *filter)
{
	store_filter_free(filter);
}

struct store_filter *store_filter_new(enum filter_op op)
{
	struct store_filter *f = g_new0(struct store_filter, 1);
	f->op = op;
	if (op == FILTER_AND || op == FILTER_OR || op == FILTER_NOT)
		f->of = g_ptr_array_new_with_free_func(free_filter);
	return f;
}

void store_filter_free(struct store_filter *f)
{
	if (!f)
		return;
	if (f->of)
		g_ptr_array_unref(f->of);
	g_free(f->text);
	g_free(f);
}

void store_filter_add(struct store_filter *f, struct store_filter *part)
{
	g_ptr_array_add(f->of, part);
}

struct store_filter *store_filter_text(unsigned fields, struct str text)
{
	struct store_filter *f = store_filter_new(FILTER_TEXT);
	f->fields = fields;
	f->text = utf8_fold(text);
	return f;
}

struct store_filter *store_filter_flags(uint32_t flags)
{
	struct store_filter *f = store_filter_new(FILTER_FLAGS);
	f->flags = flags;
	return f;
}

struct store_filter *store_filter_copy(const struct store_filter *f)
{
	if (!f)
		return NULL;
	struct store_filter *copy = g_memdup2(f, sizeof *f);
	copy->text = g_strdup(f->text);
	if (f->of)
		copy->of = g_ptr_array_new_with_free_func(free_filter);
	for (guint i = 0; f->of && i < f->of->len; i++)
		g_ptr_array_add(copy->of, store_filter_copy(f->of->pdata[i]));
	return copy;
}

bool filter_has(const struct store_filter *f, enum filter_op op)
{
	bool has = f && f->op == op;
	for (guint i = 0; f && f->of && i < f->of->len && !has; i++)
		has = filter_has(f->of->pdata[i], op);
	return has;
}

bool filter_demands(const struct store_filter *f, uint32_t flag, bool set)
{
	if (!f)
		return false;
	const struct store_filter *of = f->op == FILTER_NOT && f->of->len ? f->of->pdata[0] : NULL;
	if (set ? f->op == FILTER_FLAGS && f->flags == flag : of && of->op == FILTER_FLAGS && of->flags & flag)
		return true;
	for (guint i = 0; f->op == FILTER_AND && i < f->of->len; i++)
		if (filter_demands(f->of->pdata[i], flag, set))
			return true;
	return false;
}

/* --- one message --- */

static bool stands_in(struct str field, const char *folded, GString *scratch)
{
	if (!field.n)
		return false;
	g_string_truncate(scratch, 0);
	utf8_fold_to(scratch, field);
	return memmem(scratch->str, scratch->len, folded, strlen(folded));
}

static bool has_text(const struct store_filter *f, const struct filtered *row, GString *scratch)
{
	const struct {
		unsigned bit;
		const struct str *field;
	} fields[] = { { FILTER_SUBJECT, &row->subject }, { FILTER_FROM, &row->from }, { FILTER_TO, &row->to },
		{ FILTER_CC, &row->cc }, { FILTER_LIST, &row->list }, { FILTER_MSGID, &row->msgid } };
	if (!*f->text)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (f->fields & fields[i].bit && stands_in(*fields[i].field, f->text, scratch))
			return true;
	return false;
}

static bool has_keyword(const struct store_filter *f, struct str packed)
{
	struct str word;
	while (packed.n) {
		str_cut(packed, '\0', &word, &packed);
		if (str_ieq(word, str_of(f->text)))
			return true;
	}
	return false;
}

static bool is_between(const struct store_filter *f, int64_t v)
{
	return f->low <= v && v < f->high;
}

bool filter_matches(const struct store_filter *f, const struct filtered *row, GString *scratch)
{
	if (!f)
		return true;
	switch (f->op) {
	case FILTER_TEXT: return has_text(f, row, scratch);
	case FILTER_FLAGS: return row->flags & f->flags;
	case FILTER_KEYWORD: return has_keyword(f, row->keywords);
	case FILTER_RECEIVED: return is_between(f, row->mid >> MID_COUNTER_BITS);
	case FILTER_DATE: return is_between(f, row->date);
	case FILTER_SIZE: return is_between(f, row->size);
	case FILTER_ATTACHMENTS: return is_between(f, row->attachments);
	default: break;
	}
	bool all = f->op == FILTER_AND;
	for (guint i = 0; i < f->of->len; i++)
		if (filter_matches(f->of->pdata[i], row, scratch) != all)
			return f->op == FILTER_OR;
	return f->op != FILTER_OR;
}
