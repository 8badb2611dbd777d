/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

#define NOW 1700000000
#define US "100 boot"
#define THEM "200 boot"

static struct store_mail *letter(uint32_t account, enum mail_state state)
{
	struct store_mail *m = store_mail_new(account);
	m->state = state;
	m->made = NOW;
	m->subject = g_strdup("Trout");
	m->path = g_strdup("out-1.eml");
	store_mail_add(m, "ana@duarte.example");
	store_mail_add(m, "bram@dewit.example");
	return m;
}

static uint32_t put_letter(struct fixture *f, uint32_t account, enum mail_state state, int64_t due)
{
	struct store_mail *m = letter(account, state);
	m->due = due;
	check_ok(f, store_mail_put(f->st, m, &f->e));
	uint32_t id = m->id;
	store_mail_free(m);
	return id;
}

static struct store_mail *get(struct fixture *f, uint32_t id)
{
	struct store_mail *m = NULL;
	check_ok(f, store_mail_get(f->st, id, &m, &f->e));
	return m;
}

static enum mail_state state_of(struct fixture *f, uint32_t id)
{
	struct store_mail *m = get(f, id);
	enum mail_state state = m ? m->state : MAIL_DROPPED;
	store_mail_free(m);
	return state;
}

/* The id claimed, 0: none. */
static uint32_t claim(struct fixture *f, uint32_t account, int64_t now, const char *owner)
{
	struct store_mail *m = NULL;
	check_ok(f, store_mail_claim(f->st, account, now, owner, &m, &f->e));
	uint32_t id = m ? m->id : 0;
	store_mail_free(m);
	return id;
}

static void check_cause(struct fixture *f, int result, enum err_cause cause)
{
	g_assert_cmpint(result, ==, -1);
	g_assert_cmpint(f->e.cause, ==, cause);
}

static int64_t count(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	g_assert_cmpint(db_int(db_query(f->st->shelf.state, sql), &n, &f->e), ==, 1);
	return n;
}

static void open_at(struct fixture *f, int64_t wall)
{
	clock_set_virtual(1000, wall);
	fixture_init(f);
	fixture_open(f);
}

/* --- rows --- */

static char **text_at(struct store_mail *m, unsigned n)
{
	char **const texts[] = { &m->key, &m->msgid, &m->from, &m->sender, &m->subject, &m->path, &m->copy_path,
		&m->sha256, &m->copy_sha256, &m->notify, &m->ret, &m->enhanced, &m->text, &m->error, &m->stage,
		&m->owner, &m->dialogue, &m->copy_folder, &m->copy_error, &m->parent_folder, &m->parent_msgid };
	return n < G_N_ELEMENTS(texts) ? texts[n] : NULL;
}

static void letter_says_again_what_it_was_told(void)
{
	struct fixture f;
	open_at(&f, NOW);
	struct store_mail *m = letter(7, MAIL_SENDING), *back;
	for (unsigned i = 0; text_at(m, i); i++) {
		g_free(*text_at(m, i));
		*text_at(m, i) = g_strdup_printf("text %u", i);
	}
	m->step = MAIL_STEP_DATA;
	m->size = UINT64_MAX;
	m->copy_size = 12;
	m->eight_bit = m->partial = true;
	m->due = 13;
	m->tried = 14;
	m->attempts = 16;
	m->code = 250;
	m->copy = COPY_BEGUN;
	m->copy_uidvalidity = UINT32_MAX;
	m->copy_uidnext = 17;
	m->copy_uid = 18;
	m->change = 19;
	m->parent_account = 20;
	m->parent_uidvalidity = 21;
	m->parent_uid = 22;
	m->parent_flag = 23;
	m->draft = 24;
	struct store_rcpt *r = m->rcpts->pdata[1];
	r->state = MAIL_REFUSED;
	r->code = 550;
	r->text = g_strdup("no such user\nreally");
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	g_assert_cmpuint(m->id, ==, 1);
	fixture_shut(&f);
	fixture_open(&f);
	back = get(&f, 1);
	for (unsigned i = 0; text_at(m, i); i++)
		g_assert_cmpstr(*text_at(m, i), ==, *text_at(back, i));
	g_assert_true(back->account == 7 && back->state == MAIL_SENDING && back->step == MAIL_STEP_DATA);
	g_assert_true(back->size == UINT64_MAX && back->copy_size == 12);
	g_assert_true(back->eight_bit && !back->utf8 && back->partial);
	g_assert_true(back->made == NOW && back->due == 13 && back->tried == 14 && back->ended == 0);
	g_assert_true(back->attempts == 16 && back->code == 250 && back->copy == COPY_BEGUN);
	g_assert_true(back->copy_uidvalidity == UINT32_MAX && back->copy_uidnext == 17 && back->copy_uid == 18);
	g_assert_true(back->change == 19 && back->parent_account == 20 && back->parent_uidvalidity == 21);
	g_assert_true(back->parent_uid == 22 && back->parent_flag == 23 && back->draft == 24);
	g_assert_cmpuint(back->rcpts->len, ==, 2);
	r = back->rcpts->pdata[0];
	g_assert_cmpstr(r->addr, ==, "ana@duarte.example");
	g_assert_true(r->state == MAIL_QUEUED && !r->text);
	r = back->rcpts->pdata[1];
	g_assert_true(r->state == MAIL_REFUSED && r->code == 550);
	g_assert_cmpstr(r->text, ==, "no such user\nreally");
	/* Fewer recipients leave none behind. */
	g_ptr_array_set_size(back->rcpts, 1);
	check_ok(&f, store_mail_put(f.st, back, &f.e));
	g_assert_cmpint(count(&f, "SELECT count(*) FROM outbox_rcpt"), ==, 1);
	store_mail_free(m);
	store_mail_free(back);
	fixture_clear(&f);
}

static void ten_thousand_recipients_are_kept(void)
{
	struct fixture f;
	open_at(&f, NOW);
	struct store_mail *m = store_mail_new(1), *back;
	for (unsigned i = 0; i < 10000; i++) {
		g_autofree char *addr = g_strdup_printf("%u@example.org", i);
		store_mail_add(m, addr);
	}
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	back = get(&f, m->id);
	g_assert_cmpuint(back->rcpts->len, ==, 10000);
	g_assert_cmpstr(((struct store_rcpt *)back->rcpts->pdata[9999])->addr, ==, "9999@example.org");
	store_mail_free(m);
	store_mail_free(back);
	fixture_clear(&f);
}

static void key_is_one_letter_an_account(void)
{
	struct fixture f;
	open_at(&f, NOW);
	struct store_mail *a = letter(1, MAIL_QUEUED), *b = letter(1, MAIL_QUEUED), *c = letter(2, MAIL_QUEUED);
	a->key = g_strdup("k");
	b->key = g_strdup("k");
	c->key = g_strdup("k");
	b->made = 0;
	check_ok(&f, store_mail_put(f.st, a, &f.e));
	check_cause(&f, store_mail_put(f.st, b, &f.e), ERR_CREATE);
	g_assert_cmpuint(b->id, ==, a->id);
	g_assert_cmpint(b->made, ==, 0);
	g_assert_cmpstr(b->key, ==, "k");
	check_ok(&f, store_mail_put(f.st, c, &f.e));
	g_assert_cmpint(count(&f, "SELECT count(*) FROM outbox"), ==, 2);
	store_mail_free(a);
	store_mail_free(b);
	store_mail_free(c);
	fixture_clear(&f);
}

static void ids_do_not_come_again(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	open_at(&f, NOW);
	check_ok(&f, store_mail_drop(f.st, put_letter(&f, 1, MAIL_QUEUED, 0), &f.e));
	check_ok(&f, store_mails_sweep(f.st, NOW + 10, paths, &f.e));
	g_assert_cmpint(count(&f, "SELECT count(*) FROM outbox"), ==, 0);
	g_assert_cmpuint(put_letter(&f, 1, MAIL_QUEUED, 0), ==, 2);
	fixture_clear(&f);
}

static void letter_is_found_by_its_message_id(void)
{
	struct fixture f;
	struct store_mail *m, *found = NULL;
	open_at(&f, NOW);
	m = letter(1, MAIL_QUEUED);
	m->msgid = g_strdup("x@example.org");
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	check_ok(&f, store_mail_by_msgid(f.st, "x@example.org", &found, &f.e));
	g_assert_cmpuint(found->id, ==, m->id);
	store_mail_free(found);
	check_cause(&f, store_mail_by_msgid(f.st, "y@example.org", &found, &f.e), ERR_MISSING);
	g_assert_null(found);
	store_mail_free(m);
	fixture_clear(&f);
}

static void newest_letter_is_found_by_what_it_answers(void)
{
	struct fixture f;
	struct store_mail *found = NULL;
	uint32_t newest = 0;
	open_at(&f, NOW);
	for (int i = 0; i < 2; i++) {
		struct store_mail *m = letter(1, MAIL_ACCEPTED);
		m->parent_msgid = g_strdup("x@example.org");
		check_ok(&f, store_mail_put(f.st, m, &f.e));
		newest = m->id;
		store_mail_free(m);
	}
	put_letter(&f, 1, MAIL_QUEUED, 0);
	check_ok(&f, store_mail_by_parent(f.st, "x@example.org", &found, &f.e));
	g_assert_cmpuint(found->id, ==, newest);
	store_mail_free(found);
	check_cause(&f, store_mail_by_parent(f.st, "y@example.org", &found, &f.e), ERR_MISSING);
	g_assert_null(found);
	fixture_clear(&f);
}

/* --- claims --- */

static void claim_takes_what_is_due_oldest_first(void)
{
	struct fixture f;
	open_at(&f, NOW);
	uint32_t held = put_letter(&f, 1, MAIL_HELD, NOW + 10), kept = put_letter(&f, 1, MAIL_HELD, 0);
	uint32_t later = put_letter(&f, 1, MAIL_DEFERRED, NOW + 60), queued = put_letter(&f, 1, MAIL_QUEUED, 0);
	uint32_t other = put_letter(&f, 2, MAIL_QUEUED, 0);
	g_assert_cmpuint(claim(&f, 1, NOW, US), ==, queued);
	g_assert_cmpuint(claim(&f, 1, NOW, US), ==, 0);
	g_assert_cmpuint(claim(&f, 0, NOW, US), ==, other);
	g_assert_cmpuint(claim(&f, 0, NOW + 9, US), ==, 0);
	g_assert_cmpuint(claim(&f, 0, NOW + 60, US), ==, held);
	g_assert_cmpuint(claim(&f, 0, NOW + 60, US), ==, later);
	g_assert_cmpuint(claim(&f, 0, NOW + 100000, US), ==, 0);
	g_assert_cmpint(state_of(&f, kept), ==, MAIL_HELD);
	struct store_mail *m = get(&f, later);
	g_assert_true(m->state == MAIL_SENDING && m->step == MAIL_STEP_NONE);
	g_assert_true(m->attempts == 1 && m->tried == NOW + 60);
	g_assert_cmpstr(m->owner, ==, US);
	store_mail_free(m);
	fixture_clear(&f);
}

/* Tells the ids it claims, one octet each. */
static int claim_all(struct fixture *f, int gate, int fd)
{
	char go;
	struct store_mail *m = NULL;
	if (read(gate, &go, 1) != 0 || store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	g_autofree char *owner = g_strdup_printf("%d boot", (int)getpid());
	do {
		store_mail_free(m);
		if (store_mail_claim(f->st, 0, NOW, owner, &m, &f->e))
			return 2;
		if (m && write(fd, &(unsigned char){ (unsigned char)m->id }, 1) != 1)
			return 3;
	} while (m);
	store_close(f->st);
	return 0;
}

static void s16_of_four_processes_exactly_one_claims_each_letter(void)
{
	enum { LETTERS = 40, PROCESSES = 4 };
	struct fixture f;
	int gate[2], told[2], status;
	unsigned claimed[LETTERS + 1] = { 0 };
	unsigned char id;
	open_at(&f, NOW);
	for (unsigned i = 0; i < LETTERS; i++)
		put_letter(&f, 1, i % 2 ? MAIL_QUEUED : MAIL_HELD, NOW);
	fixture_shut(&f);
	g_assert_true(!pipe(gate) && !pipe(told));
	for (unsigned i = 0; i < PROCESSES; i++) {
		if (fork())
			continue;
		close(gate[1]);
		close(told[0]);
		_exit(claim_all(&f, gate[0], told[1]));
	}
	close(gate[0]);
	close(gate[1]);
	close(told[1]);
	while (read(told[0], &id, 1) == 1)
		claimed[MIN(id, LETTERS)]++;
	close(told[0]);
	for (unsigned i = 0; i < PROCESSES; i++) {
		g_assert_cmpint(wait(&status), >, 0);
		g_assert_cmpint(status, ==, 0);
	}
	for (unsigned i = 1; i <= LETTERS; i++)
		g_assert_cmpuint(claimed[i], ==, 1);
	fixture_clear(&f);
}

static void s16_stale_writing_does_not_bring_a_letter_back(void)
{
	struct fixture f;
	open_at(&f, NOW);
	uint32_t id = put_letter(&f, 1, MAIL_QUEUED, 0);
	struct store_mail *stale = get(&f, id), *ours = NULL;
	check_ok(&f, store_mail_claim(f.st, 1, NOW, US, &ours, &f.e));
	stale->state = MAIL_QUEUED;
	check_cause(&f, store_mail_put(f.st, stale, &f.e), ERR_CANCELED);
	ours->state = MAIL_ACCEPTED;
	ours->ended = NOW;
	ours->copy = COPY_WANTED;
	check_ok(&f, store_mail_put(f.st, ours, &f.e));
	g_assert_null(ours->owner);
	check_cause(&f, store_mail_put(f.st, stale, &f.e), ERR_CANCELED);
	g_assert_cmpint(state_of(&f, id), ==, MAIL_ACCEPTED);
	/* The one that wrote last may go on. */
	ours->copy = COPY_STORED;
	check_ok(&f, store_mail_put(f.st, ours, &f.e));
	g_assert_cmpuint(claim(&f, 0, NOW, THEM), ==, 0);
	store_mail_free(stale);
	store_mail_free(ours);
	fixture_clear(&f);
}

static void s05_of_two_that_begin_the_copy_one_goes_on(void)
{
	struct fixture f;
	open_at(&f, NOW);
	struct store_mail *m = letter(1, MAIL_ACCEPTED);
	m->copy = COPY_WANTED;
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	struct store_mail *a = get(&f, m->id), *b = get(&f, m->id);
	a->copy = b->copy = COPY_BEGUN;
	a->copy_uidnext = b->copy_uidnext = 50;
	check_ok(&f, store_mail_put(f.st, a, &f.e));
	check_cause(&f, store_mail_put(f.st, b, &f.e), ERR_CANCELED);
	store_mail_free(m);
	m = get(&f, a->id);
	g_assert_true(m->copy == COPY_BEGUN && m->copy_uidnext == 50);
	store_mail_free(m);
	store_mail_free(a);
	store_mail_free(b);
	fixture_clear(&f);
}

static void step_is_the_owners_and_goes_forward(void)
{
	struct fixture f;
	struct store_mail *m = NULL;
	open_at(&f, NOW);
	uint32_t id = put_letter(&f, 1, MAIL_QUEUED, 0);
	check_cause(&f, store_mail_step(f.st, id, US, MAIL_STEP_DATA, &f.e), ERR_CANCELED);
	check_ok(&f, store_mail_claim(f.st, 1, NOW, US, &m, &f.e));
	check_cause(&f, store_mail_step(f.st, id, THEM, MAIL_STEP_DATA, &f.e), ERR_CANCELED);
	check_ok(&f, store_mail_step(f.st, id, US, MAIL_STEP_END, &f.e));
	check_cause(&f, store_mail_step(f.st, id, US, MAIL_STEP_DATA, &f.e), ERR_BUG);
	check_cause(&f, store_mail_step(f.st, 99, US, MAIL_STEP_DATA, &f.e), ERR_MISSING);
	/* The step does not make the owner's copy stale, nor does that take the step back. */
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	g_assert_cmpint(m->step, ==, MAIL_STEP_END);
	store_mail_free(m);
	fixture_clear(&f);
}

static void s16_drop_takes_back_only_what_has_not_begun(void)
{
	static const enum mail_state kept[] = { MAIL_SENDING, MAIL_ACCEPTED, MAIL_REFUSED, MAIL_MAYBE };
	static const enum mail_state back[] = { MAIL_HELD, MAIL_QUEUED, MAIL_DEFERRED };
	struct fixture f;
	open_at(&f, NOW);
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
		uint32_t id = put_letter(&f, 1, kept[i], 0);
		check_cause(&f, store_mail_drop(f.st, id, &f.e), ERR_CANCELED);
		g_assert_cmpint(state_of(&f, id), ==, kept[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(back); i++) {
		uint32_t id = put_letter(&f, 1, back[i], 1);
		struct store_mail *stale = get(&f, id);
		check_ok(&f, store_mail_drop(f.st, id, &f.e));
		check_cause(&f, store_mail_drop(f.st, id, &f.e), ERR_CANCELED);
		check_cause(&f, store_mail_put(f.st, stale, &f.e), ERR_CANCELED);
		g_assert_cmpint(state_of(&f, id), ==, MAIL_DROPPED);
		store_mail_free(stale);
	}
	g_assert_cmpuint(claim(&f, 0, NOW, US), ==, 0);
	check_cause(&f, store_mail_drop(f.st, 99, &f.e), ERR_MISSING);
	fixture_clear(&f);
}

/* --- owners that died --- */

static bool they_live(const char *owner, void *aux)
{
	(void)aux;
	return !strcmp(owner, THEM);
}

static void s01_orphan_is_queued_before_the_end_and_maybe_after(void)
{
	static const struct {
		enum mail_step step;
		enum mail_state then;
	} cases[] = { { MAIL_STEP_NONE, MAIL_QUEUED }, { MAIL_STEP_ENVELOPE, MAIL_QUEUED },
		{ MAIL_STEP_DATA, MAIL_QUEUED }, { MAIL_STEP_END, MAIL_MAYBE } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fixture f;
		g_autoptr(GPtrArray) changed = store_mails_new();
		open_at(&f, NOW);
		uint32_t ours = put_letter(&f, 1, MAIL_QUEUED, 0), theirs = put_letter(&f, 1, MAIL_QUEUED, 0);
		g_assert_cmpuint(claim(&f, 1, NOW, US), ==, ours);
		g_assert_cmpuint(claim(&f, 1, NOW, THEM), ==, theirs);
		check_ok(&f, store_mail_step(f.st, ours, US, cases[i].step, &f.e));
		check_ok(&f, store_mail_step(f.st, theirs, THEM, cases[i].step, &f.e));
		check_ok(&f, store_mails_orphaned(f.st, they_live, NULL, changed, &f.e));
		g_assert_cmpuint(changed->len, ==, 1);
		g_assert_cmpuint(((struct store_mail *)changed->pdata[0])->id, ==, ours);
		g_assert_cmpint(state_of(&f, ours), ==, cases[i].then);
		g_assert_cmpint(state_of(&f, theirs), ==, MAIL_SENDING);
		/* The dead one's word is late. */
		check_cause(&f, store_mail_step(f.st, ours, US, MAIL_STEP_END, &f.e), ERR_CANCELED);
		g_assert_cmpuint(claim(&f, 0, NOW, THEM), ==, cases[i].then == MAIL_QUEUED ? ours : 0);
		fixture_clear(&f);
	}
}

static void s01_maybe_stays_open_and_is_not_swept(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) open = store_mails_new(), paths = g_ptr_array_new_with_free_func(g_free);
	open_at(&f, NOW);
	put_letter(&f, 1, MAIL_MAYBE, 0);
	check_ok(&f, store_mails_sweep(f.st, NOW + 86400, paths, &f.e));
	check_ok(&f, store_mails_open(f.st, 1, open, &f.e));
	g_assert_cmpuint(open->len, ==, 1);
	g_assert_cmpuint(paths->len, ==, 0);
	g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, 0);
	fixture_clear(&f);
}

/* --- clocks --- */

static void next_due_is_the_first(void)
{
	struct fixture f;
	open_at(&f, NOW);
	g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, 0);
	put_letter(&f, 1, MAIL_HELD, 0);
	put_letter(&f, 1, MAIL_HELD, NOW + 90);
	put_letter(&f, 1, MAIL_DEFERRED, NOW + 60);
	put_letter(&f, 2, MAIL_HELD, NOW + 10);
	g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, NOW + 10);
	g_assert_cmpint(store_mail_next_due(f.st, 1, &f.e), ==, NOW + 60);
	put_letter(&f, 1, MAIL_QUEUED, 0);
	g_assert_cmpint(store_mail_next_due(f.st, 1, &f.e), ==, NOW);
	fixture_clear(&f);
}

static void promise_27_clock_set_back_lengthens_no_wait(void)
{
	enum { BACK = NOW - 86400 * 400 };
	struct fixture f;
	open_at(&f, NOW);
	uint32_t held = put_letter(&f, 1, MAIL_HELD, NOW + 10), dated = put_letter(&f, 1, MAIL_HELD, NOW + 86400);
	struct store_mail *m = letter(1, MAIL_DEFERRED);
	m->tried = NOW + 5;
	m->due = NOW + 5 + 7200;
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	clock_set_virtual(2000, BACK);
	g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, BACK + 10);
	/* It does not move on with each question. */
	clock_set_virtual(3000, BACK + 4);
	g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, BACK + 10);
	g_assert_cmpuint(claim(&f, 0, BACK + 9, US), ==, 0);
	g_assert_cmpuint(claim(&f, 0, BACK + 10, US), ==, held);
	g_assert_cmpuint(claim(&f, 0, BACK + 7199, US), ==, 0);
	g_assert_cmpuint(claim(&f, 0, BACK + 7200, US), ==, m->id);
	/* A date the user named is one. */
	g_assert_cmpuint(claim(&f, 0, NOW, US), ==, 0);
	g_assert_cmpuint(claim(&f, 0, NOW + 86400, US), ==, dated);
	store_mail_free(m);
	fixture_clear(&f);
}

/* --- lists and sweeping --- */

static void check_ids(const GPtrArray *mails, const char *want)
{
	g_autoptr(GString) ids = g_string_new(NULL);
	for (guint i = 0; i < mails->len; i++)
		g_string_append_printf(ids, "%s%u", i ? " " : "", ((struct store_mail *)mails->pdata[i])->id);
	g_assert_cmpstr(ids->str, ==, want);
}

static void put_ended(struct fixture *f, enum mail_state state, enum copy_state copy, uint32_t flag)
{
	struct store_mail *m = letter(1, state);
	m->ended = NOW;
	m->copy = copy;
	m->parent_flag = flag;
	m->copy_path = g_strdup_printf("copy-%d-%d", state, copy);
	check_ok(f, store_mail_put(f->st, m, &f->e));
	store_mail_free(m);
}

static void copy_of_a_letter_that_some_have_is_not_forgotten(void)
{
	static const enum mail_state states[] = { MAIL_REFUSED, MAIL_DROPPED };
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		struct fixture f;
		open_at(&f, NOW);
		struct store_mail *m = letter(1, states[i]);
		g_autoptr(GPtrArray) open = store_mails_new(), then = store_mails_new();
		((struct store_rcpt *)m->rcpts->pdata[0])->state = MAIL_ACCEPTED;
		m->ended = NOW;
		m->copy = COPY_BEGUN;
		check_ok(&f, store_mail_put(f.st, m, &f.e));
		check_ok(&f, store_mails_open(f.st, 0, open, &f.e));
		g_assert_cmpuint(open->len, ==, 1);
		g_assert_cmpint(store_mail_next_due(f.st, 0, &f.e), ==, 0);
		m->copy = COPY_STORED;
		check_ok(&f, store_mail_put(f.st, m, &f.e));
		check_ok(&f, store_mails_open(f.st, 0, then, &f.e));
		g_assert_cmpuint(then->len, ==, 0);
		store_mail_free(m);
		fixture_clear(&f);
	}
}

static void lists_show_what_is_left_to_do(void)
{
	struct fixture f;
	open_at(&f, NOW);
	fixture_read(&f);
	put_ended(&f, MAIL_ACCEPTED, COPY_STORED, 0);
	put_ended(&f, MAIL_ACCEPTED, COPY_WANTED, 0);
	put_ended(&f, MAIL_ACCEPTED, COPY_NONE, MSG_ANSWERED);
	put_ended(&f, MAIL_REFUSED, COPY_WANTED, MSG_ANSWERED);
	put_ended(&f, MAIL_ACCEPTED, COPY_FAILED, 0);
	put_letter(&f, 1, MAIL_HELD, 0);
	g_autoptr(GPtrArray) open = store_mails_new(), queue = store_mails_new();
	g_autoptr(GPtrArray) all = store_mails_new(), two = store_mails_new();
	check_ok(&f, store_mails_open(f.st, 0, open, &f.e));
	check_ids(open, "2 3 6");
	check_ok(&f, reader_mails(f.r, false, 0, queue, &f.e));
	check_ids(queue, "6 5 4 3 2");
	check_ok(&f, reader_mails(f.r, true, 0, all, &f.e));
	check_ids(all, "6 5 4 3 2 1");
	check_ok(&f, reader_mails(f.r, true, 2, two, &f.e));
	check_ids(two, "6 5");
	fixture_clear(&f);
}

static void sweep_takes_only_what_is_filed(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free), left = store_mails_new();
	g_autoptr(GHashTable) needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	open_at(&f, NOW);
	put_ended(&f, MAIL_ACCEPTED, COPY_STORED, 0);
	put_ended(&f, MAIL_ACCEPTED, COPY_WANTED, 0);
	put_ended(&f, MAIL_ACCEPTED, COPY_FAILED, 0);
	put_ended(&f, MAIL_REFUSED, COPY_NONE, 0);
	check_ok(&f, store_mails_sweep(f.st, NOW, paths, &f.e));
	g_assert_cmpuint(paths->len, ==, 0);
	check_ok(&f, store_mails_sweep(f.st, NOW + 1, paths, &f.e));
	g_assert_cmpuint(paths->len, ==, 4);
	g_assert_cmpstr(paths->pdata[1], ==, "copy-3-3");
	fixture_read(&f);
	check_ok(&f, reader_mails(f.r, true, 0, left, &f.e));
	check_ids(left, "3 2");
	g_assert_cmpint(count(&f, "SELECT count(*) FROM outbox_rcpt"), ==, 4);
	check_ok(&f, store_mail_paths(f.st, needed, &f.e));
	g_assert_true(g_hash_table_contains(needed, "out-1.eml") && g_hash_table_contains(needed, "copy-3-1"));
	g_assert_cmpuint(g_hash_table_size(needed), ==, 3);
	fixture_clear(&f);
}

/* --- damage --- */

static void run(struct fixture *f, const char *sql)
{
	check_ok(f, db_run(db_query(f->st->shelf.state, sql), &f->e));
}

static void check_set_aside(const char *damage, int64_t rows)
{
	struct fixture f;
	g_autoptr(GHashTable) needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	open_at(&f, NOW);
	put_letter(&f, 1, MAIL_QUEUED, 0);
	uint32_t sound = put_letter(&f, 1, MAIL_QUEUED, 0);
	run(&f, damage);
	/* Found by the claim itself, or at the next start. */
	g_assert_cmpuint(claim(&f, 0, NOW, US), ==, sound);
	g_assert_nonnull(store_notice(f.st));
	g_assert_nonnull(strstr(store_notice(f.st), "1 letters"));
	g_assert_cmpint(count(&f, "SELECT count(*) FROM damaged"), ==, rows);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM outbox"), ==, 1);
	check_ok(&f, store_mail_paths(f.st, needed, &f.e));
	g_assert_true(g_hash_table_contains(needed, "out-1.eml"));
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void promise_8_damaged_letter_is_set_aside_and_never_sent(void)
{
	check_set_aside("UPDATE outbox SET subject=x'41' WHERE id=1", 3);
	check_set_aside("UPDATE outbox SET due=due+1 WHERE id=1", 3);
	check_set_aside("UPDATE outbox SET state=5 WHERE id=1", 3);
}

static void promise_8_damaged_letter_is_not_written_over(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) open = store_mails_new();
	open_at(&f, NOW);
	uint32_t id = put_letter(&f, 1, MAIL_QUEUED, 0);
	struct store_mail *m = get(&f, id);
	run(&f, "UPDATE outbox SET subject=x'41' WHERE id=1");
	check_cause(&f, store_mail_put(f.st, m, &f.e), ERR_LOCAL);
	check_cause(&f, store_mail_drop(f.st, id, &f.e), ERR_LOCAL);
	check_cause(&f, store_mail_step(f.st, id, US, MAIL_STEP_END, &f.e), ERR_LOCAL);
	g_assert_null(store_notice(f.st));
	check_ok(&f, store_mails_open(f.st, 0, open, &f.e));
	g_assert_cmpuint(open->len, ==, 0);
	g_assert_nonnull(store_notice(f.st));
	g_assert_cmpint(count(&f, "SELECT count(*) FROM damaged"), ==, 3);
	store_mail_free(m);
	fixture_clear(&f);
}

static void promise_8_damaged_recipient_is_not_left_out(void)
{
	check_set_aside("UPDATE outbox_rcpt SET addr=x'414041' WHERE id=16777217", 3);
	check_set_aside("DELETE FROM outbox_rcpt WHERE id=16777217", 2);
}

static void promise_8_damage_is_told_at_the_next_start(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) mails = store_mails_new(), faults = g_ptr_array_new_with_free_func(g_free);
	open_at(&f, NOW);
	put_letter(&f, 1, MAIL_HELD, 0);
	run(&f, "UPDATE outbox SET sum=sum+1");
	fixture_read(&f);
	check_ok(&f, reader_mails(f.r, true, 0, mails, &f.e));
	g_assert_cmpuint(mails->len, ==, 0);
	g_assert_false(store_check(f.st, faults, &f.e));
	g_assert_cmpstr(faults->pdata[0], ==, "letter 1 is damaged");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_nonnull(store_notice(f.st));
	g_assert_nonnull(strstr(store_notice(f.st), "1 letters of the outbox"));
	fixture_clear(&f);
}

/* --- a disk that is full --- */

static int put_until_full(struct fixture *f)
{
	g_autofree char *large = g_strnfill(100000, 'x');
	signal(SIGXFSZ, SIG_IGN);
	if (store_open(f->cache, f->state, &f->st, &f->fresh, &f->e))
		return 1;
	if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1 << 20, 1 << 20 }))
		return 2;
	int failed = 0;
	struct store_mail *m = NULL;
	for (unsigned i = 0; i < 100 && !failed; i++) {
		store_mail_free(m);
		m = letter(1, MAIL_QUEUED);
		m->text = g_strdup(large);
		failed = store_mail_put(f->st, m, &f->e);
	}
	if (!failed || f->e.cause != ERR_LOCAL || m->id)
		return 3;
	store_mail_free(m);
	m = NULL;
	/* A claim that cannot be noted is none. */
	return store_mail_get(f->st, 1, &m, &f->e) || strlen(m->text) != 100000 ? 4 : 0;
}

static void d04_full_disk_is_told_and_no_letter_is_half(void)
{
	struct fixture f;
	int status = -1;
	g_autoptr(GPtrArray) open = store_mails_new();
	open_at(&f, NOW);
	fixture_shut(&f);
	pid_t pid = fork();
	if (!pid)
		_exit(put_until_full(&f));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	g_assert_cmpint(status, ==, 0);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	check_ok(&f, store_mails_open(f.st, 0, open, &f.e));
	g_assert_cmpuint(open->len, >, 2);
	for (guint i = 0; i < open->len; i++)
		g_assert_cmpuint(((struct store_mail *)open->pdata[i])->id, ==, i + 1);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(letter_says_again_what_it_was_told);
	unit_add(ten_thousand_recipients_are_kept);
	unit_add(key_is_one_letter_an_account);
	unit_add(ids_do_not_come_again);
	unit_add(letter_is_found_by_its_message_id);
	unit_add(newest_letter_is_found_by_what_it_answers);
	unit_add(claim_takes_what_is_due_oldest_first);
	unit_add(s16_of_four_processes_exactly_one_claims_each_letter);
	unit_add(s16_stale_writing_does_not_bring_a_letter_back);
	unit_add(s05_of_two_that_begin_the_copy_one_goes_on);
	unit_add(step_is_the_owners_and_goes_forward);
	unit_add(s16_drop_takes_back_only_what_has_not_begun);
	unit_add(s01_orphan_is_queued_before_the_end_and_maybe_after);
	unit_add(s01_maybe_stays_open_and_is_not_swept);
	unit_add(next_due_is_the_first);
	unit_add(promise_27_clock_set_back_lengthens_no_wait);
	unit_add(lists_show_what_is_left_to_do);
	unit_add(copy_of_a_letter_that_some_have_is_not_forgotten);
	unit_add(sweep_takes_only_what_is_filed);
	unit_add(promise_8_damaged_letter_is_set_aside_and_never_sent);
	unit_add(promise_8_damaged_letter_is_not_written_over);
	unit_add(promise_8_damaged_recipient_is_not_left_out);
	unit_add(promise_8_damage_is_told_at_the_next_start);
	unit_add(d04_full_disk_is_told_and_no_letter_is_half);
}
