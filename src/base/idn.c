/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/idn.h"

#include <string.h>

#include <idn2.h>

#include "base/utf8.h"

#define DOMAIN_MAX 1024 /* octets; what DNS takes is shorter */

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s > 0x7e)
			return false;
	return true;
}

/* libidn2's strings come from malloc. */
static char *own(char *theirs)
{
	char *copy = g_strdup(theirs);
	idn2_free(theirs);
	return copy;
}

char *idn_to_ascii(const char *domain)
{
	if (is_ascii(domain))
		return g_strdup(domain);
	char *ascii = NULL;
	if (strlen(domain) > DOMAIN_MAX || !utf8_is_clean(str_of(domain)))
		return NULL;
	if (idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return NULL;
	return own(ascii);
}

char *idn_to_unicode(const char *domain)
{
	char *unicode = NULL;
	if (strlen(domain) > DOMAIN_MAX || idn2_to_unicode_8z8z(domain, &unicode, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return g_strdup(domain);
	g_autofree char *text = own(unicode);
	return g_strdup(utf8_is_clean(str_of(text)) ? text : domain);
}
