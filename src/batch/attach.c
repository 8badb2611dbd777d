/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes along with a letter: files, standard input, parts of messages. */
#include "batch/internal.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

bool batch_attaches_input(const struct batch *b)
{
	unsigned n;
	char *const *named = cli_values(b->cli, CLI_ATTACH, &n);
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(named[i], "-"))
			return true;
	return false;
}

static struct draft_file *attach_input(struct err *e)
{
	struct buf in;
	buf_init(&in, ENGINE_MESSAGE_MAX);
	struct draft_file *f = fs_read("-", in.max, &in, e) ? NULL : app_attach_bytes(&in, _("standard-input"));
	buf_clear(&in);
	return f;
}

/* `ID#SECTION`: where it is split, or NULL. A file of that name comes first. */
static const char *section_of(const char *named)
{
	const char *mark = strrchr(named, '#');
	g_autofree char *text = mark ? g_strndup(named, (gsize)(mark - named)) : NULL;
	struct app_id id = { 0 };
	struct err e = ERR_INIT;
	bool is_id = text && !g_file_test(named, G_FILE_TEST_EXISTS) && !app_id_parse(text, &id, &e) &&
		     (id.uid || id.local || id.msgid);
	app_id_clear(&id);
	err_clear(&e);
	return is_id ? mark + 1 : NULL;
}

static struct draft_file *attach_part(struct batch *b, const char *named, const char *section, struct err *e)
{
	g_autofree char *id = g_strndup(named, (gsize)(section - 1 - named));
	struct place *p = batch_place_find(b, id, e);
	struct draft_file *f = NULL;
	struct buf raw;
	buf_init(&raw, ENGINE_MESSAGE_MAX);
	if (p && !batch_raw(b, p, &raw, e))
		f = app_attach_part(buf_str(&raw), section, e);
	buf_clear(&raw);
	if (p)
		batch_place_free(p);
	return f;
}

int batch_attach(struct batch *b, struct draft *d, struct err *e)
{
	unsigned n;
	char *const *named = cli_values(b->cli, CLI_ATTACH, &n);
	for (unsigned i = 0; i < n; i++) {
		const char *section = section_of(named[i]);
		struct draft_file *f = section                  ? attach_part(b, named[i], section, e)
				       : !strcmp(named[i], "-") ? attach_input(e)
								: app_attach(named[i], e);
		if (!f)
			return -1;
		g_ptr_array_add(d->files, f);
	}
	return app_letter_attach_named(d, e);
}
