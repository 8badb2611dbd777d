/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/changes.h"
#include "tests/unit/unit.h"

static struct store_change_item *item(struct store_change *c, uint32_t uid, const char *msgid)
{
	struct store_change_item *i = store_change_item_add(c);
	i->uid = uid;
	i->size = 100;
	i->received = 1700000000;
	i->msgid = g_strdup(msgid);
	return i;
}

static void see(GArray *seen, uint32_t uid, const char *msgid, uint64_t size)
{
	struct identity id = { uid, size, 1700000000, g_strdup(msgid) };
	g_array_append_val(seen, id);
}

static void i20_a_uid_that_is_another_message_is_not_touched(void)
{
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	g_autoptr(GArray) seen = identities_new();
	struct store_change_item *same = item(c, 1, "a@x"), *other = item(c, 2, "b@x"), *longer = item(c, 3, "c@x"),
				 *gone = item(c, 4, "d@x");
	unsigned missing;
	see(seen, 1, "a@x", 100);
	see(seen, 2, "other@x", 100);
	see(seen, 3, "c@x", 101);
	g_assert_cmpuint(verify_source(c, seen, &missing), ==, 1);
	g_assert_cmpuint(missing, ==, 1);
	g_assert_cmpint(same->state, ==, CHANGE_OPEN);
	g_assert_cmpint(other->state, ==, CHANGE_PARKED);
	g_assert_cmpint(longer->state, ==, CHANGE_PARKED);
	g_assert_cmpint(gone->state, ==, CHANGE_OPEN);
	g_assert_true(verify_any_parked(c));
	verify_give_up_gone(c, seen);
	g_assert_cmpint(gone->state, ==, CHANGE_DONE);
	store_change_free(c);
}

static void what_arrived_is_found_once_and_not_below_the_noted_uidnext(void)
{
	struct store_change *c = store_change_new(CHANGE_COPY, 1);
	g_autoptr(GArray) seen = identities_new();
	struct store_change_item *first = item(c, 1, "twin@x"), *second = item(c, 2, "twin@x"),
				 *third = item(c, 3, "none@x");
	c->target_uidnext = 50;
	see(seen, 10, "twin@x", 100);
	see(seen, 50, "twin@x", 100);
	verify_target(c, seen);
	g_assert_cmpuint(first->target_uid, ==, 50);
	g_assert_cmpuint(second->target_uid, ==, 0);
	g_assert_cmpuint(third->target_uid, ==, 0);
	g_assert_false(verify_all_arrived(c));
	see(seen, 51, "twin@x", 100);
	see(seen, 52, "none@x", 100);
	verify_target(c, seen);
	g_assert_cmpuint(second->target_uid, ==, 51);
	g_assert_true(verify_all_arrived(c));
	store_change_free(c);
}

static void i18_after_a_new_uidvalidity_only_what_is_certain_goes_on(void)
{
	struct store_change *c = store_change_new(CHANGE_EXPUNGE, 1);
	g_autoptr(GArray) seen = identities_new();
	struct store_change_item *sure = item(c, 7, "a@x"), *twin = item(c, 8, "b@x"), *nameless = item(c, 9, NULL),
				 *lost = item(c, 10, "gone@x");
	see(seen, 1, "a@x", 100);
	see(seen, 2, "b@x", 100);
	see(seen, 3, "b@x", 100);
	see(seen, 4, NULL, 100);
	g_assert_cmpuint(verify_renumbered(c, seen), ==, 1);
	g_assert_cmpuint(sure->uid, ==, 1);
	g_assert_cmpint(sure->state, ==, CHANGE_OPEN);
	g_assert_cmpint(twin->state, ==, CHANGE_PARKED);
	g_assert_cmpint(nameless->state, ==, CHANGE_PARKED);
	g_assert_cmpint(lost->state, ==, CHANGE_PARKED);
	store_change_free(c);
}

static void copyuid_names_what_it_names(void)
{
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			  to = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t numbers[] = { 3, 9 }, targets[] = { 71, 70 };
	struct store_change_item *a = item(c, 3, "a@x"), *b = item(c, 4, "b@x"), *d = item(c, 9, "d@x");
	g_array_append_vals(from, numbers, 2);
	g_array_append_vals(to, targets, 2);
	struct imap_copied copied = { .uidvalidity = 5, .from = from, .to = to };
	verify_copied(c, &copied);
	g_assert_cmpuint(a->target_uid, ==, 71);
	g_assert_cmpuint(b->target_uid, ==, 0);
	g_assert_cmpuint(d->target_uid, ==, 70);
	g_assert_cmpuint(c->target_uidvalidity, ==, 5);
	store_change_free(c);
}

static void ten_thousand_messages_are_compared_in_no_time(void)
{
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	g_autoptr(GArray) seen = identities_new();
	unsigned missing;
	for (unsigned i = 1; i <= 10000; i++) {
		g_autofree char *id = g_strdup_printf("%u@x", i);
		item(c, i, id);
		see(seen, 20000 + i, id, 100);
	}
	int64_t began = clock_cpu_us();
	c->target_uidnext = 20000;
	verify_source(c, seen, &missing);
	verify_target(c, seen);
	g_assert_cmpuint(missing, ==, 10000);
	g_assert_true(verify_all_arrived(c));
	/* Quadratic it would be minutes. */
	g_assert_cmpint(clock_cpu_us() - began, <, 2000000);
	store_change_free(c);
}

void suite(void)
{
	unit_add(i20_a_uid_that_is_another_message_is_not_touched);
	unit_add(what_arrived_is_found_once_and_not_below_the_noted_uidnext);
	unit_add(i18_after_a_new_uidvalidity_only_what_is_certain_goes_on);
	unit_add(copyuid_names_what_it_names);
	unit_add(ten_thousand_messages_are_compared_in_no_time);
}
