/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include "base/proc.h"

int app_leave_runner(const struct cfg *cfg, struct err *e)
{
	const char *argv[] = { "/proc/self/exe", "queue", "flush", "--due", "--no-input", "--quiet", "--config",
		cfg->path, NULL };
	g_autofree char *self = g_file_read_link(argv[0], NULL);
	if (self)
		argv[0] = self;
	if (!cfg->path)
		argv[6] = NULL;
	return proc_detach(argv, e);
}
