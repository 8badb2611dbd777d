/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOXWOOD_BASE_I18N_H
#define BOXWOOD_BASE_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text
#define P_(one, many, n) ngettext(one, many, n)

#endif
