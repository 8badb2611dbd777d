/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML as text, read by the real boxwood-html or from records that a test makes up. */
#ifndef BOXWOOD_TESTS_LAY_H
#define BOXWOOD_TESTS_LAY_H

#include "msg/msg.h"

/* False: boxwood-html was not built; the case is marked as skipped. */
bool lay_possible(void);
void lay(struct str html, struct msg_text *out);
void lay_records(struct str records, struct str html, struct msg_text *out);

#endif
