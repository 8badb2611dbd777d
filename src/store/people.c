/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses met in mail. Words of names and addresses, folded, are an index; the best of what it gives are the answer. */
#include "store/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

#define PEOPLE_MAX 50000 /* those never written to go first */
#define TRIM_EVERY 256
#define NAME_MAX_OCTETS 200
#define ADDR_MAX 320
#define WORDS_MAX 16
#define WORD_MAX 64     /* octets of a word in the index */
#define RECENT_MAX 1000 /* looked at when there is no prefix */
#define DAY 86400

/* --- values --- */

/* As they are kept. */
struct person_row {
	uint32_t id;
	char *folded; /* the address without case: what makes it the same */
	struct store_person p;
};

#define PERSON(kind, name) FIELD(kind, struct person_row, p.name)
static const struct field person_columns[] = {
	{ FIELD(U32, struct person_row, id) },
	{ FIELD(TEXT, struct person_row, folded) },
	{ PERSON(TEXT, name) },
	{ PERSON(TEXT, addr) },
	{ PERSON(U32, sent) },
	{ PERSON(U32, seen) },
	{ PERSON(I64, last_sent) },
	{ PERSON(I64, last_seen) },
};
static const struct row_fields person_fields = { person_columns, G_N_ELEMENTS(person_columns) };

void store_person_free(struct store_person *p)
{
	if (!p)
		return;
	g_free(p->name);
	g_free(p->addr);
	g_free(p);
}

static void free_person(void *person)
{
	store_person_free(person);
}

GPtrArray *store_people_new(void)
{
	return g_ptr_array_new_with_free_func(free_person);
}

/* --- words --- */

/* At most WORD_MAX octets, whole characters. */
static char *cut(const char *word, size_t n)
{
	if (n > WORD_MAX)
		n = (size_t)(g_utf8_find_prev_char(word, word + WORD_MAX + 1) - word);
	return g_strndup(word, n);
}

/* Adds the words of a folded text, up to the first `end`. */
static void add_words(GPtrArray *words, const char *folded, gunichar end)
{
	const char *from = NULL;
	for (const char *c = folded;; c = g_utf8_next_char(c)) {
		gunichar u = g_utf8_get_char(c);
		bool inside = g_unichar_isalnum(u);
		if (inside && !from)
			from = c;
		if (!inside && from && words->len < WORDS_MAX)
			g_ptr_array_add(words, cut(from, (size_t)(c - from)));
		if (!inside)
			from = NULL;
		if (!u || u == end)
			return;
	}
}

/* What a person is found by: the words of the name, the address, and the words before its @. */
static GPtrArray *words_of(const char *name, const char *addr)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folded_addr = utf8_fold(str_of(addr));
	g_ptr_array_add(words, cut(folded_addr, strlen(folded_addr)));
	add_words(words, folded_addr, '@');
	if (name) {
		g_autofree char *folded = utf8_fold(str_of(name));
		add_words(words, folded, 0);
	}
	return words;
}

int people_find_damaged(struct db *state, struct damage *found, struct err *e)
{
	return rows_find_damaged(db_query(state, "SELECT * FROM person"), &person_fields, sizeof(struct person_row),
		found->ids[DAMAGED_PERSON], e);
}

/* --- whom to keep --- */

static bool is_address(const char *addr)
{
	const char *at = addr ? strrchr(addr, '@') : NULL;
	if (!at || at == addr || !at[1] || strlen(addr) > ADDR_MAX || !utf8_valid(str_of(addr)))
		return false;
	for (const char *c = addr; *c; c++)
		if (g_ascii_iscntrl(*c) || *c == ' ')
			return false;
	return true;
}

/* Nobody reads what is written there. */
static bool is_no_reply(const char *addr)
{
	static const char *const inside[] = { "noreply", "donotreply", "dontreply", "nepasrepondre", "mailerdaemon" };
	GString *local = g_string_new(NULL);
	for (const char *c = addr; *c && *c != '@'; c++)
		if (g_ascii_isalnum(*c))
			g_string_append_c(local, g_ascii_tolower(*c));
	bool found = g_str_has_prefix(local->str, "bounce") || !strcmp(local->str, "nobody");
	for (size_t i = 0; i < G_N_ELEMENTS(inside); i++)
		found = found || strstr(local->str, inside[i]);
	g_string_free(local, TRUE);
	return found;
}

/* A name as one line; NULL when it says nothing that the address does not. */
static char *clean_name(const char *name, const char *addr)
{
	if (!name || !*name || !g_ascii_strcasecmp(name, addr))
		return NULL;
	size_t n = strlen(name);
	struct str s = { name, MIN(n, NAME_MAX_OCTETS) };
	char *line = utf8_line(s);
	g_strstrip(line);
	if (!*line)
		g_clear_pointer(&line, g_free);
	return line;
}

/* --- writing --- */

/* *row_out with id 0: nobody. What is damaged is set aside. */
static int find(struct store *st, const char *folded, struct person_row *row_out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, "SELECT * FROM person WHERE folded=?");
	db_bind_blob(q, str_of(folded));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t id = db_get_int(q, 0);
	bool sound = row_read(q, &person_fields, row_out);
	db_reset(q);
	if (sound)
		return 0;
	struct damage found;
	row_clear(&person_fields, row_out);
	*row_out = (struct person_row){ 0 };
	damage_init(&found);
	g_array_append_val(found.ids[DAMAGED_PERSON], id);
	int result = damage_quarantine_within(st, &found, e);
	damage_clear(&found);
	return result;
}

static int put_words(struct db *state, const struct person_row *row, struct err *e)
{
	g_autoptr(GPtrArray) words = words_of(row->p.name, row->p.addr);
	for (guint i = 0; i < words->len; i++) {
		struct query *q = db_query(state, "INSERT OR IGNORE INTO person_word VALUES(?,?)");
		db_bind_blob(q, str_of(words->pdata[i]));
		db_bind_int(q, row->id);
		if (db_run(q, e))
			return -1;
	}
	return 0;
}

static int drop_words(struct db *state, const struct person_row *row, struct err *e)
{
	g_autoptr(GPtrArray) words = words_of(row->p.name, row->p.addr);
	for (guint i = 0; i < words->len; i++) {
		struct query *q = db_query(state, "DELETE FROM person_word WHERE word=? AND person=?");
		db_bind_blob(q, str_of(words->pdata[i]));
		db_bind_int(q, row->id);
		if (db_run(q, e))
			return -1;
	}
	return 0;
}

/* Strangers who wrote longest ago. */
static int trim(struct db *state, struct err *e)
{
	struct query *q =
		db_query(state, "DELETE FROM person WHERE id IN (SELECT id FROM person WHERE sent=0 ORDER BY last_seen"
				" LIMIT max(0, (SELECT count(*) FROM person) - ?))");
	db_bind_int(q, PEOPLE_MAX);
	if (db_run(q, e))
		return -1;
	return db_changes(state)
		       ? db_run(db_query(state, "DELETE FROM person_word WHERE person NOT IN (SELECT id FROM person)"),
				 e)
		       : 0;
}

static int begin_person(struct db *state, struct person_row *row, const char *folded, const char *addr, struct err *e)
{
	int64_t id;
	if (db_int(db_query(state, "SELECT coalesce(max(id), 0) + 1 FROM person"), &id, e) < 0)
		return -1;
	if (id % TRIM_EVERY == 0 && trim(state, e))
		return -1;
	row->id = (uint32_t)id;
	row->folded = g_strdup(folded);
	row->p.addr = g_strdup(addr);
	return 0;
}

/* The name of the newest letter counts; one that was written to keeps what it was called then. */
static bool takes_name(const struct person_row *row, const char *name, const struct store_person *add)
{
	if (!name || !g_strcmp0(name, row->p.name))
		return false;
	if (!row->p.name)
		return true;
	return add->sent ? add->last_sent >= row->p.last_sent : !row->p.sent && add->last_seen >= row->p.last_seen;
}

static int put_person(
	struct db *state, struct person_row *row, const struct store_person *add, bool known, struct err *e)
{
	g_autofree char *name = clean_name(add->name, row->p.addr);
	bool renamed = takes_name(row, name, add);
	if (renamed && known && drop_words(state, row, e))
		return -1;
	if (renamed) {
		g_free(row->p.name);
		row->p.name = g_steal_pointer(&name);
	}
	row->p.sent += MIN(add->sent, UINT_MAX - row->p.sent);
	row->p.seen += MIN(add->seen, UINT_MAX - row->p.seen);
	row->p.last_sent = MAX(row->p.last_sent, add->sent ? add->last_sent : 0);
	row->p.last_seen = MAX(row->p.last_seen, add->seen ? add->last_seen : 0);
	if (row_write(state, &person_fields, "INSERT OR REPLACE INTO person VALUES(?,?,?,?,?,?,?,?,?)", row, e))
		return -1;
	return renamed || !known ? put_words(state, row, e) : 0;
}

static int add_person(struct store *st, const struct store_person *add, struct err *e)
{
	if (!is_address(add->addr) || (!add->sent && is_no_reply(add->addr)))
		return 0;
	g_autofree char *folded = g_utf8_casefold(add->addr, -1);
	struct person_row row = { 0 };
	int result = find(st, folded, &row, e);
	bool known = row.id;
	if (!result && !known)
		result = begin_person(st->shelf.state, &row, folded, add->addr, e);
	if (!result)
		result = put_person(st->shelf.state, &row, add, known, e);
	row_clear(&person_fields, &row);
	return result;
}

static int add_people(struct store *st, const GPtrArray *people, struct err *e)
{
	for (guint i = 0; i < people->len; i++)
		if (add_person(st, people->pdata[i], e))
			return -1;
	return 0;
}

int store_people_add(struct store *st, const GPtrArray *people, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, add_people(st, people, e), e);
}

static int add_one(struct store *st, const struct store_person *add, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, add_person(st, add, e), e);
}

int store_person_sent(struct store *st, const char *name, const char *addr, int64_t wall, struct err *e)
{
	return add_one(st,
		&(struct store_person){ .name = (char *)name, .addr = (char *)addr, .sent = 1, .last_sent = wall }, e);
}

int store_person_seen(struct store *st, const char *name, const char *addr, int64_t wall, struct err *e)
{
	return add_one(st,
		&(struct store_person){ .name = (char *)name, .addr = (char *)addr, .seen = 1, .last_seen = wall }, e);
}

/* --- ranking --- */

static uint64_t worth(unsigned times, int64_t last, int64_t now)
{
	static const struct {
		int64_t days;
		unsigned worth;
	} ages[] = { { 4, 100 }, { 14, 70 }, { 31, 50 }, { 90, 30 }, { 365, 10 } };
	for (size_t i = 0; i < G_N_ELEMENTS(ages); i++)
		if (now - last < ages[i].days * DAY)
			return (uint64_t)times * ages[i].worth;
	return times;
}

/* Those written to, by how often and how lately; then those who wrote. */
static int by_rank(const void *a, const void *b, void *aux)
{
	const struct store_person *x = *(struct store_person *const *)a, *y = *(struct store_person *const *)b;
	int64_t now = *(const int64_t *)aux;
	uint64_t sent_x = worth(x->sent, x->last_sent, now), sent_y = worth(y->sent, y->last_sent, now);
	uint64_t seen_x = worth(x->seen, x->last_seen, now), seen_y = worth(y->seen, y->last_seen, now);
	if (sent_x != sent_y)
		return sent_x > sent_y ? -1 : 1;
	if (seen_x != seen_y)
		return seen_x > seen_y ? -1 : 1;
	return strcmp(x->addr, y->addr);
}

/* Moves the best to out. */
static void rank(GPtrArray *people, unsigned most, GPtrArray *out)
{
	int64_t now = clock_wall();
	g_ptr_array_sort_with_data(people, by_rank, &now);
	if (most && most < people->len)
		g_ptr_array_set_size(people, (int)most);
	g_ptr_array_extend_and_steal(out, g_ptr_array_ref(people));
}

/* --- finding --- */

/* Each word of the question begins one of the person's. */
static bool matches(const struct store_person *p, const GPtrArray *wanted)
{
	g_autoptr(GPtrArray) words = words_of(p->name, p->addr);
	for (guint i = 0; i < wanted->len; i++) {
		bool found = false;
		for (guint k = 0; k < words->len && !found; k++)
			found = g_str_has_prefix(words->pdata[k], wanted->pdata[i]);
		if (!found)
			return false;
	}
	return true;
}

static GPtrArray *question(const char *prefix)
{
	GPtrArray *wanted = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folded = utf8_fold(str_of(prefix));
	g_strstrip(folded);
	if (strchr(folded, '@'))
		g_ptr_array_add(wanted, cut(folded, strlen(folded)));
	else
		add_words(wanted, folded, 0);
	return wanted;
}

static const char *longest(const GPtrArray *words)
{
	const char *found = words->pdata[0];
	for (guint i = 1; i < words->len; i++)
		found = strlen(words->pdata[i]) > strlen(found) ? words->pdata[i] : found;
	return found;
}

/* Reads people into `out`, each once; wanted NULL: all of them. */
static int read_people(struct db *state, struct query *q, const GPtrArray *wanted, GPtrArray *out, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct person_row row = { 0 };
		bool sound = row_read(q, &person_fields, &row);
		/* The writer sets it aside at the next start. */
		if (!sound)
			db_mark_bad(state);
		if (sound && (!wanted || matches(&row.p, wanted))) {
			g_ptr_array_add(out, g_memdup2(&row.p, sizeof(row.p)));
			row.p = (struct store_person){ 0 };
		}
		row_clear(&person_fields, &row);
	}
	return pull == DB_END ? 0 : -1;
}

int reader_people(struct store_reader *r, const char *prefix, unsigned most, GPtrArray *out, struct err *e)
{
	struct db *state = r->shelf.state;
	g_autoptr(GPtrArray) found = store_people_new();
	g_autoptr(GPtrArray) wanted = question(prefix);
	g_autofree char *end = NULL;
	struct query *q;
	if (!wanted->len && prefix && *prefix)
		return 0;
	if (wanted->len) {
		const char *word = longest(wanted);
		/* Above every word that begins so: no octet of UTF-8 is 0xff. */
		end = g_strconcat(word, "\xff", NULL);
		q = db_query(state,
			"SELECT * FROM person WHERE id IN (SELECT person FROM person_word WHERE word>=? AND word<?)");
		db_bind_blob(q, str_of(word));
		db_bind_blob(q, str_of(end));
	} else {
		q = db_query(state, "SELECT * FROM person ORDER BY last_sent DESC, last_seen DESC LIMIT ?");
		db_bind_int(q, RECENT_MAX);
	}
	int result = read_people(state, q, wanted->len > 1 ? wanted : NULL, found, e);
	if (!result)
		rank(found, most, out);
	return result;
}
