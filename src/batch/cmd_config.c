/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config check, get, explain, set, unset, import. */
#include "batch/internal.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define LABEL_COLS 12

/* --- records --- */

static void print_diag(struct batch *b, const struct cfg_diag *d)
{
	struct json *j = json_record("diagnostic");
	json_add(j, "file", json_string(d->file));
	json_add(j, "line", json_number(d->line));
	json_add(j, "col", json_number(d->col));
	json_add(j, "level", json_string(cfg_level_name(d->level)));
	json_add(j, "text", json_string(d->text));
	json_add(j, "hint", json_string(d->hint));
	g_autofree char *text = g_strchomp(cfg_diag_text(d));
	batch_record(b, j, text);
	json_free(j);
}

static const char *origin_name(const struct cfg_setting *s)
{
	return s->origin && s->origin->given ? "mailrc" : s->card ? "card" : "default";
}

static struct json *record(const struct cfg_setting *s)
{
	struct json *j = json_record("setting");
	bool said = s->origin && s->origin->given;
	json_add(j, "key", json_string(s->key));
	json_add(j, "value", json_string(s->value));
	json_add(j, "default", json_string(s->word->preset));
	json_add(j, "origin", json_string(origin_name(s)));
	json_add(j, "file", said ? json_string(s->origin->file) : json_null());
	json_add(j, "line", said ? json_number(s->origin->line) : json_null());
	json_add(j, "card", json_string(s->card));
	json_add(j, "takes", json_string(s->word->args));
	json_add(j, "help", json_string(_(s->word->help)));
	json_add(j, "doc", s->word->doc ? json_string(_(s->word->doc)) : json_null());
	json_add(j, "counts", json_string(s->account || s->word->at_start ? "start" : "now"));
	return j;
}

/* --- get, explain --- */

static void print_value(struct batch *b, const struct cfg_setting *s, bool with_key)
{
	const char *value = s->value ? s->value : "";
	struct json *j = record(s);
	g_autofree char *line = with_key ? g_strdup_printf("%s=%s", s->key, value) : g_strdup(value);
	batch_record(b, j, line);
	json_free(j);
}

static int get(struct batch *b, const char *key, bool with_key, struct err *e)
{
	struct cfg_setting s;
	if (cfg_setting_get(b->cfg, key, &s, e))
		return -1;
	print_value(b, &s, with_key);
	cfg_setting_clear(&s);
	return 0;
}

static void get_all(struct batch *b, struct err *e)
{
	g_autoptr(GPtrArray) keys = cfg_setting_keys(b->cfg);
	for (guint i = 0; i < keys->len; i++)
		get(b, keys->pdata[i], true, e);
}

static void add_line(GString *out, const char *label, const char *value)
{
	int pad = LABEL_COLS - (int)g_utf8_strlen(label, -1);
	g_string_append_printf(out, "\n  %s%*s%s", label, MAX(pad, 1), "", value);
}

static void explain(struct batch *b, const struct cfg_setting *s)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *where = NULL;
	bool said = s->origin && s->origin->given, later = s->account || s->word->at_start;
	g_string_append_printf(out, "%s: %s", s->key, _(s->word->help));
	if (s->word->doc)
		g_string_append_printf(out, "\n  %s", _(s->word->doc));
	if (said)
		where = g_strdup_printf("%s:%u", s->origin->file, s->origin->line);
	else if (s->card)
		where = g_strdup_printf(_("the card of the provider %s"), s->card);
	else
		where = g_strdup(_("nowhere: the default counts"));
	add_line(out, _("value"), s->value ? s->value : _("none"));
	add_line(out, _("said in"), where);
	add_line(out, _("default"), s->word->preset ? s->word->preset : _("none"));
	g_autofree char *takes = g_strdup_printf(
		"%s%s%s", s->account ? s->word->name : "set ", s->account ? " " : "", s->account ? "" : s->word->name);
	g_autofree char *line = g_strdup_printf("%s%s%s", takes, s->account ? "" : "=", s->word->args);
	add_line(out, _("written"), line);
	add_line(out, _("counts"), later ? _("from the next start") : _("at once"));
	struct json *j = record(s);
	batch_record(b, j, out->str);
	json_free(j);
}

/* --- set, unset --- */

static char *joined(const GPtrArray *args, guint from)
{
	g_autoptr(GString) all = g_string_new(NULL);
	if (args->len == from + 1)
		return g_strdup(args->pdata[from]);
	for (guint i = from; i < args->len; i++) {
		struct err e = ERR_INIT;
		if (i > from)
			g_string_append_c(all, ' ');
		if (cfg_edit_quote(args->pdata[i], all, &e))
			g_string_append(all, args->pdata[i]); /* refused by whoever writes it */
		err_clear(&e);
	}
	return g_strdup(all->str);
}

static void print_change(struct batch *b, const struct cfg_rewrite *r, const char *key)
{
	struct cfg_setting s;
	struct err e = ERR_INIT;
	g_autofree char *diff = cfg_rewrite_diff(r);
	bool dry = cli_has(b->cli, CLI_DRY_RUN);
	if (cfg_setting_get(r->now, key, &s, &e))
		cfg_setting_get(b->cfg, key, &s, &e);
	if (s.word && batch_wants_json(b)) {
		struct json *j = record(&s);
		json_add(j, "status", json_string(dry ? "dry-run" : *diff ? "done" : "unchanged"));
		json_add(j, "diff", json_string(diff));
		batch_record(b, j, "");
		json_free(j);
	} else if (dry) {
		batch_text(b, diff);
	} else {
		g_autofree char *note = *diff ? g_strdup_printf(_("written: %s"), r->path)
					      : g_strdup_printf(_("%s says so already"), r->path);
		batch_note(b, note);
	}
	err_clear(&e);
	cfg_setting_clear(&s);
}

static int change(struct batch *b, const char *key, const char *value, struct err *e)
{
	struct cfg_rewrite *r = cfg_rewrite_set(b->cfg, key, value, e);
	int failed = r ? 0 : -1;
	if (r && !cli_has(b->cli, CLI_DRY_RUN))
		failed = cfg_rewrite_write(r, e);
	if (!failed)
		print_change(b, r, key);
	cfg_rewrite_free(r);
	return failed;
}

/* --- import --- */

static void print_lines(struct batch *b, const struct cfg_import *i)
{
	g_auto(GStrv) lines = g_strsplit(i->mailrc->str, "\n", -1);
	for (char **line = lines; *line && (line[1] || **line); line++) {
		struct json *j = json_record("mailrc");
		json_add(j, "line", json_string(*line));
		batch_record(b, j, *line);
		json_free(j);
	}
}

/* In text as comments, so that all of it can be a mailrc. */
static void print_left(struct batch *b, const struct cfg_import *i)
{
	if (i->left->len && !batch_wants_json(b)) {
		g_autofree char *head = g_strdup_printf("\n# %s\n", _("Not carried over:"));
		batch_text(b, head);
	}
	for (guint k = 0; k < i->left->len; k++) {
		const struct cfg_diag *d = i->left->pdata[k];
		g_autofree char *line = g_strdup_printf("# %s:%u: %s\n", d->file, d->line, d->text);
		if (batch_wants_json(b))
			print_diag(b, d);
		else
			batch_text(b, line);
	}
}

static int import(struct batch *b, const char *path, struct err *e)
{
	const char *kind = cli_value(b->cli, CLI_OF_PROGRAM);
	struct buf text;
	if (!kind || !g_strv_contains(cfg_import_kinds, kind))
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--from needs one of: %s"),
			cli_option(CLI_OF_PROGRAM)->arg);
	buf_init(&text, CFG_FILE_MAX);
	if (fs_read(path, CFG_FILE_MAX, &text, e)) {
		buf_clear(&text);
		return -1;
	}
	g_autofree char *name = utf8_line(str_of(path));
	struct cfg_import *i = cfg_import_new(kind, buf_str(&text), name);
	print_lines(b, i);
	print_left(b, i);
	cfg_import_free(i);
	buf_clear(&text);
	return 0;
}

/* --- the command --- */

static int usage(struct batch *b, struct err *e)
{
	return err_set(
		e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name, b->cli->verb->args);
}

static int explain_key(struct batch *b, const char *key, struct err *e)
{
	struct cfg_setting s;
	if (cfg_setting_get(b->cfg, key, &s, e))
		return -1;
	explain(b, &s);
	cfg_setting_clear(&s);
	return 0;
}

static void check(struct batch *b)
{
	for (guint i = 0; i < b->cfg->diags->len; i++)
		print_diag(b, b->cfg->diags->pdata[i]);
	if (cfg_errors(b->cfg))
		b->code = EXIT_CODE_CONFIG;
}

int cmd_config(struct batch *b)
{
	const GPtrArray *args = b->cli->args;
	const char *what = args->pdata[0], *key = args->len > 1 ? args->pdata[1] : NULL;
	struct err e = ERR_INIT;
	if (!strcmp(what, "check") && args->len == 1) {
		check(b);
	} else if (!strcmp(what, "get") && !key) {
		get_all(b, &e);
	} else if (!strcmp(what, "get") && args->len == 2) {
		get(b, key, false, &e);
	} else if (!strcmp(what, "explain") && args->len == 2) {
		explain_key(b, key, &e);
	} else if (!strcmp(what, "set") && args->len > 2) {
		g_autofree char *value = joined(args, 2);
		change(b, key, value, &e);
	} else if (!strcmp(what, "unset") && args->len == 2) {
		change(b, key, NULL, &e);
	} else if (!strcmp(what, "import") && args->len == 2) {
		import(b, key, &e);
	} else {
		usage(b, &e);
	}
	if (e.cause)
		batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}
