/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/msg/lay.h"

#include <signal.h>
#include <unistd.h>

#include "base/filter.h"
#include "tests/unit/unit.h"

struct source {
	struct str html, records; /* records.p NULL: from boxwood-html */
};

static char *helper(void)
{
	return g_build_filename(
		g_getenv("BOXWOOD_HELPERS") ? g_getenv("BOXWOOD_HELPERS") : "libexec", "boxwood-html", NULL);
}

bool lay_possible(void)
{
	g_autofree char *path = helper();
	signal(SIGPIPE, SIG_IGN);
	if (!access(path, X_OK))
		return true;
	g_test_skip("boxwood-html was not built");
	return false;
}

static int octets_of(const struct msg_part *p, struct buf *out, void *aux)
{
	const struct source *s = aux;
	(void)p;
	buf_init(out, 1u << 30);
	return buf_add_str(out, s->html);
}

static enum msg_html read_html(struct str html, struct buf *out, void *aux)
{
	const struct source *s = aux;
	struct err e = ERR_INIT;
	struct filter_end end;
	if (s->records.p)
		return buf_add_str(out, s->records) ? MSG_HTML_LIMIT : MSG_HTML_LAID;
	g_autofree char *path = helper();
	const char *const argv[] = { path, NULL };
	GString *ready = msg_html_prepare(html);
	int failed = filter_run(argv, (struct str){ ready->str, ready->len }, out, 60000, &end, &e);
	g_string_free(ready, TRUE);
	err_clear(&e);
	return failed ? MSG_HTML_ENDED : MSG_HTML_LAID;
}

static void lay_from(struct source s, struct msg_text *out)
{
	struct msg_part part = { .section = (char *)"1", .type = (char *)"text/html", .charset = (char *)"utf-8" };
	g_autoptr(GPtrArray) shown = g_ptr_array_new();
	g_ptr_array_add(shown, &part);
	msg_text_of(shown, NULL, octets_of, read_html, &s, out);
}

void lay(struct str html, struct msg_text *out)
{
	lay_from((struct source){ html, { NULL, 0 } }, out);
}

void lay_records(struct str records, struct str html, struct msg_text *out)
{
	lay_from((struct source){ html, records }, out);
}
