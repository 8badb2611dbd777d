/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/net.h"

#include <errno.h>
#include <sys/random.h>

void net_random(void *p, size_t n)
{
	char *at = p;
	while (n) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			g_error("no random octets: %s", g_strerror(errno));
		at += got;
		n -= (size_t)got;
	}
}
