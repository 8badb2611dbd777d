/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define LINE_MAX_OCTETS 2000

/* Set before the threads start, constant after. */
static int log_fd = -1;
static enum log_level log_up_to;
static bool log_on;

int log_open(enum log_level level, const char *path)
{
	log_up_to = level;
	log_on = true;
	if (!path) {
		log_fd = STDERR_FILENO;
		return 0;
	}
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	log_on = log_fd >= 0;
	return log_on ? 0 : -1;
}

void log_close(void)
{
	if (log_fd > STDERR_FILENO)
		close(log_fd);
	log_fd = -1;
	log_on = false;
}

bool log_wants(enum log_level level)
{
	return log_on && level <= log_up_to;
}

/* One write a line: lines of several threads do not mix. */
static void put(struct str text)
{
	bool cut = text.n > LINE_MAX_OCTETS;
	if (cut)
		text.n = LINE_MAX_OCTETS;
	g_autofree char *clean = utf8_line(text);
	int64_t ms = clock_ms();
	g_autofree char *line = g_strdup_printf(
		"%" G_GINT64_FORMAT ".%03d %s%s\n", ms / 1000, (int)(ms % 1000), clean, cut ? " .." : "");
	ssize_t n;
	do {
		n = write(log_fd, line, strlen(line));
	} while (n < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	if (!log_wants(level))
		return;
	va_list ap;
	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	put(str_of(text));
}

void log_wire(const char *who, char dir, struct str line)
{
	if (!log_wants(LOG_WIRE))
		return;
	if (line.n > LINE_MAX_OCTETS)
		line.n = LINE_MAX_OCTETS;
	g_autofree char *text = g_strdup_printf("%s %c: %.*s", who, dir, (int)line.n, line.p ? line.p : "");
	put(str_of(text));
}
