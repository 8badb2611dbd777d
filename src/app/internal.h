/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What files of app share: cards, set-up, and the tables of keys. */
#ifndef BOXWOOD_APP_INTERNAL_H
#define BOXWOOD_APP_INTERNAL_H

#include "app/model.h"
#include "app/setup.h"

/* Appends; text is taken, and cleaned. label: translated. */
void card_add(GPtrArray *card, enum card_role role, const char *label, char *text);
void card_calendar(GPtrArray *card, const struct cfg *cfg, int account, const struct engine_message *m);
void card_report(GPtrArray *card, const struct msg_report *r);
const GPtrArray *authservs_of(const struct cfg *cfg, int account); /* NULL: of a file */

/* --- setup.c for setup_run.c --- */
void setup_forget(struct setup *s, enum setup_test from, enum setup_test to); /* both inclusive */
char *setup_password_path(const struct setup *s, const char *directory);      /* g_free */
/* try: the lines that are tested, with a password that is asked for. g_free. */
char *setup_block_for(const struct setup *s, const char *directory, bool try);

/* --- presets.c: what a set of keys has in place of the table's --- */
struct preset_key {
	unsigned contexts; /* of those the command has */
	enum app_command command;
	const char *keys; /* as in the table; all it has there */
};
struct preset {
	const char *name;
	const struct preset_key *keys; /* ended by CMD_NONE */
};
const struct preset *preset_find(const char *name); /* NULL: the first */

#endif
