/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

static const char *const names[] = { "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Forwarded",
	"$MDNSent", "$Junk", "$NotJunk", "$Phishing", "$Important", "\\Recent" };

/* What older programs call the same thing. */
static const struct {
	const char *name;
	uint32_t bit;
} others[] = { { "Forwarded", MSG_FORWARDED }, { "MDNSent", MSG_MDNSENT }, { "Junk", MSG_JUNK },
	{ "NonJunk", MSG_NOTJUNK }, { "NotJunk", MSG_NOTJUNK } };

uint32_t msg_flag_bit(struct str name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (str_is(name, names[i]))
			return 1u << i;
	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
		if (str_is(name, others[i].name))
			return others[i].bit;
	return 0;
}

const char *msg_flag_name(unsigned bit)
{
	return bit < G_N_ELEMENTS(names) ? names[bit] : NULL;
}
