/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What files of app share: cards, set-up, lists, and the tables of keys. */
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
	unsigned contexts;   /* of those the command has */
	const char *command; /* its name */
	const char *keys;    /* as in the table: all it has there; behind a '+' they are added */
};
struct preset {
	const char *name;
	const struct preset_key *keys; /* ended by one without a command */
};
const struct preset *preset_find(const char *name); /* NULL: the first */

/* --- model_list.c --- */
/* Nothing is loaded any more: asks for what is there, the cursor being at that position of it, as far as one knows. */
void list_jump(struct model_list *m, enum store_anchor anchor, int64_t mid, uint32_t position);
/* What is shown stays until the rows are here in another order; position: that of the message mid, as far as one knows. */
void list_switch(struct model_list *m, enum store_anchor anchor, int64_t mid, uint32_t position);

/* --- model_choice.c --- */
void model_list_remember(struct model_list *m); /* how the folder is looked at, for the next time */

/* --- model_thread.c: lines of lists, which are whole threads or messages --- */
/* Where the line stands among the others: for asking beside it. */
int64_t line_anchor(const GPtrArray *rows, guint at);
/* No thread is cut: the first line of the one to which the line at `at` belongs, or of the next. */
guint line_floor(const GPtrArray *rows, guint at);
guint line_ceiling(const GPtrArray *rows, guint at);
bool line_is_gone(const struct overlay *o, uint32_t asked, GPtrArray *rows, guint at); /* and as it will be */
bool line_has(const struct store_row *row, uint32_t flag);                             /* all of a folded thread */
GArray *places_of_line(const struct store_row *row);                                   /* struct store_place */

#endif
