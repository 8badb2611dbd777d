/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a server is contacted: pure functions of times and settings. */
#include "engine/internal.h"

#define BACKOFF_FIRST_S 5
#define BACKOFF_MOST_S 900
#define RESEND_MOST_S 14400
#define AUTH_TRIES_A_DAY 3
#define DAY_S 86400

/* Strictly more than the floor passes between polls, whatever the configuration says. */
static int interval(const struct cfg_account *cfg)
{
	return cfg->poll > ENGINE_POLL_FLOOR_S ? cfg->poll : ENGINE_POLL_FLOOR_S + 1;
}

int64_t schedule_next_poll(const struct cfg_account *cfg, int64_t last_poll, uint32_t random)
{
	int every = interval(cfg);
	return last_poll + every + (int64_t)(random % ((uint32_t)every / 10 + 1));
}

int schedule_until_due(const struct cfg_account *cfg, int64_t last_poll, int64_t now)
{
	int every = interval(cfg);
	/* A clock that was set back must not keep the account waiting for years. */
	if (!last_poll || last_poll > now + every)
		return 0;
	int64_t left = last_poll + every - now;
	return left > 0 ? (int)left : 0;
}

int schedule_backoff(unsigned failures, uint32_t random)
{
	int seconds = BACKOFF_FIRST_S;
	for (unsigned i = 1; i < failures && seconds < BACKOFF_MOST_S; i++)
		seconds *= 2;
	if (seconds > BACKOFF_MOST_S)
		seconds = BACKOFF_MOST_S;
	return seconds + (int)(random % (uint32_t)(seconds / 2 + 1));
}

int schedule_resend(unsigned attempts, uint32_t random)
{
	static const int waits[] = { 60, 300, 900, 1800, 3600, 7200, RESEND_MOST_S };
	int wait = waits[CLAMP(attempts, 1, G_N_ELEMENTS(waits)) - 1];
	return wait + (int)(random % (uint32_t)(wait / 4));
}

bool schedule_may_try(
	const struct cfg_account *cfg, const struct store_account_info *i, bool same_secret, bool person, int64_t now)
{
	if (!same_secret || person)
		return true;
	if (!i->secret_worked || schedule_until_due(cfg, i->last_poll, now))
		return false;
	bool today = i->auth_tries_day == now / DAY_S;
	return !today || i->auth_tries < AUTH_TRIES_A_DAY;
}
