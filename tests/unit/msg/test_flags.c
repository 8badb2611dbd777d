/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void flags_names_and_bits_agree(void)
{
	for (unsigned i = 0; i < 32; i++) {
		const char *name = msg_flag_name(i);
		g_assert_true((name != NULL) == ((MSG_SERVER_FLAGS >> i) & 1));
		if (name)
			g_assert_cmpuint(msg_flag_bit(str_of(name)), ==, 1u << i);
	}
}

static void flags_are_compared_without_case(void)
{
	g_assert_cmpuint(msg_flag_bit(unit_str("\\SEEN")), ==, MSG_SEEN);
	g_assert_cmpuint(msg_flag_bit(unit_str("$forwarded")), ==, MSG_FORWARDED);
	g_assert_cmpuint(msg_flag_bit(unit_str("NonJunk")), ==, MSG_NOTJUNK);
}

static void flags_without_a_bit_are_keywords(void)
{
	g_assert_cmpuint(msg_flag_bit(unit_str("$label1")), ==, 0);
	g_assert_cmpuint(msg_flag_bit(unit_str("Seen")), ==, 0);
	g_assert_cmpuint(msg_flag_bit(unit_str("")), ==, 0);
}

void suite(void)
{
	unit_add(flags_names_and_bits_agree);
	unit_add(flags_are_compared_without_case);
	unit_add(flags_without_a_bit_are_keywords);
}
