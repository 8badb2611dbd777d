/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters that begin from a file of the user's: $XDG_CONFIG_HOME/boxwood/templates/NAME, a header block as in the editor, an
 * empty line, and the text. */
#include "app/app.h"

#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define TEMPLATES_MAX 1000
#define TEMPLATE_MAX (1u << 20)
#define NAME_MAX_OCTETS 200

static char *templates_dir(void)
{
	return g_build_filename(g_get_user_config_dir(), "boxwood", "templates", NULL);
}

/* One harmless component of a path, as it is shown; what an editor leaves beside a file is none. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);
	return n && n <= NAME_MAX_OCTETS && *name != '.' && *name != '-' && name[n - 1] != '~' && !strchr(name, '/') &&
	       utf8_is_clean(str_of(name)) && !strpbrk(name, "\t\n");
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return g_utf8_collate(*(char *const *)a, *(char *const *)b);
}

GPtrArray *app_templates(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = templates_dir();
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;
	while (dir && names->len < TEMPLATES_MAX && (name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		struct stat st;
		if (is_name(name) && !stat(file, &st) && S_ISREG(st.st_mode))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, by_name);
	return names;
}

/* The text of the one of that name; NULL with e. */
static char *read_template(const char *name, struct err *e)
{
	g_autofree char *dir = templates_dir(), *path = g_build_filename(dir, name, NULL);
	struct buf b;
	if (!is_name(name)) {
		err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' is no name of a template"), name);
		return NULL;
	}
	buf_init(&b, TEMPLATE_MAX);
	char *text = fs_read(path, TEMPLATE_MAX, &b, e) ? NULL : msg_to_utf8(buf_str(&b), NULL, NULL);
	buf_clear(&b);
	return text;
}

/* It begins with a field: else it is all text. */
static bool has_header(const char *text)
{
	size_t n = 0;
	while (g_ascii_isalnum(text[n]) || text[n] == '-')
		n++;
	return n && text[n] == ':' && strchr(" \t\n", text[n + 1]);
}

static void move_all(GPtrArray *from, GPtrArray *to)
{
	while (from->len)
		g_ptr_array_add(to, g_ptr_array_steal_index(from, 0));
}

/* The fields and the text of t go into d, where a signature may stand. */
static void merge(struct draft *d, struct draft *t, const char *more)
{
	move_all(t->to, d->to);
	move_all(t->cc, d->cc);
	move_all(t->bcc, d->bcc);
	move_all(t->extra, d->extra);
	move_all(t->files, d->files);
	if (t->reply_to->len)
		g_ptr_array_set_size(d->reply_to, 0);
	move_all(t->reply_to, d->reply_to);
	g_free(d->subject);
	d->subject = g_steal_pointer(&t->subject);
	bool ended = !*t->text || g_str_has_suffix(t->text, "\n");
	char *text = g_strconcat(t->text, ended ? "" : "\n", more, d->text, NULL);
	g_free(d->text);
	d->text = text;
}

static int parse(const struct cfg *cfg, const char *name, struct draft *t, struct err *e)
{
	g_autofree char *text = read_template(name, e);
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	if (!text)
		return -1;
	if (draft_of_text(t, str_of(text), has_header(text), faults))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("template '%s': %s"), name,
			(const char *)faults->pdata[0]);
	app_letter_expand(cfg, t->to);
	app_letter_expand(cfg, t->cc);
	app_letter_expand(cfg, t->bcc);
	return app_letter_attach_named(t, e);
}

struct draft *app_letter_template(
	const struct cfg *cfg, const char *name, const char *more, bool fixed, struct app_from *from, struct err *e)
{
	struct app_from said = { 0 };
	struct draft *t = draft_new(DRAFT_NEW), *d = NULL;
	if (parse(cfg, name, t, e))
		goto out;
	if (!fixed && t->from && t->from->addr) {
		g_autofree char *full = msg_addr_full(t->from);
		if (app_from_typed(cfg, from->account, full, &said, e))
			goto out;
		app_from_clear(from);
		*from = said;
	}
	d = app_letter_new(cfg, from);
	merge(d, t, more ? more : "");
out:
	engine_discard(t);
	return d;
}

/* --- what stands for something --- */

static char *name_of(const struct draft *d)
{
	const struct msg_addr *a = d->to->len ? d->to->pdata[0] : NULL;
	if (!a || (a->name && *a->name) || !a->addr)
		return g_strdup(a && a->name ? a->name : "");
	return g_strndup(a->addr, strcspn(a->addr, "@"));
}

static char *today(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_wall());
	return app_date_iso() ? g_date_time_format(now, "%F") : g_date_time_format(now, "%-d %B %Y");
}

static void replace(char **field, const char *mark, const char *value)
{
	g_auto(GStrv) pieces = g_strsplit(*field, mark, -1);
	g_free(*field);
	*field = g_strjoinv(value, pieces);
}

void app_template_fill(struct draft *d)
{
	g_autofree char *name = name_of(d), *date = today();
	const char *me = d->from ? msg_addr_short(d->from) : "";
	const struct {
		const char *mark, *value;
	} marks[] = { { "%{name}", name }, { "%{me}", me }, { "%{date}", date } };
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		replace(&d->subject, marks[i].mark, marks[i].value);
		replace(&d->text, marks[i].mark, marks[i].value);
	}
}
