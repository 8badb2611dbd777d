/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of cards share. */
#ifndef BOXWOOD_APP_INTERNAL_H
#define BOXWOOD_APP_INTERNAL_H

#include "app/app.h"

/* Appends; text is taken, and cleaned. label: translated. */
void card_add(GPtrArray *card, enum card_role role, const char *label, char *text);
void card_calendar(GPtrArray *card, const struct cfg *cfg, int account, const struct engine_message *m);
void card_report(GPtrArray *card, const struct msg_report *r);
const GPtrArray *authservs_of(const struct cfg *cfg, int account); /* NULL: of a file */

#endif
