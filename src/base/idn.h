/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain names of other scripts (IDNA 2008, RFC 5891, mapped by UTS 46): as the wire has them, and as people read them. */
#ifndef BOXWOOD_BASE_IDN_H
#define BOXWOOD_BASE_IDN_H

#include "base/buf.h"

/* The name in ASCII ("xn--.."), or NULL: it is no domain name. A name in ASCII comes back as it is. domain: UTF-8; g_free. */
char *idn_to_ascii(const char *domain);
/* The name in the letters of its script, or as it is where that cannot be had: never NULL. g_free. */
char *idn_to_unicode(const char *domain);

#endif
