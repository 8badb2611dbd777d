/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said in the tries of a letter, as much as is kept of it. */
#include "engine/outbox.h"

#include <string.h>

/* Whole lines at the end, as many as may be kept. */
static const char *tail(const char *text)
{
	const char *end = text + strlen(text), *at = end;
	for (unsigned lines = 0; at > text && lines < DIALOGUE_LINES; lines++) {
		const char *line = at - 1;
		while (line > text && line[-1] != '\n')
			line--;
		if (end - line > STORE_DIALOGUE_MAX)
			break;
		at = line;
	}
	return at;
}

char *dialogue_add(const char *before, int64_t wall, unsigned attempt, const char *said)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(wall);
	g_autofree char *time = when ? g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("?");
	g_autofree char *all = g_strdup_printf("%s# %s try %u\n%s", before ? before : "", time, attempt, said);
	return g_strdup(tail(all));
}
