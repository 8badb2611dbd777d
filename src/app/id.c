/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message ids as cli.md fixes them: ACCOUNT/FOLDER/UIDVALIDITY.UID, shorter forms, and <message-id>. */
#include "app/app.h"

#include <string.h>

static bool must_escape(unsigned char c)
{
	return c < 0x20 || c == 0x7f || c == '%';
}

/* Levels of the folder stay apart by '/'; a '/' cannot be within a level. */
static void append_escaped(GString *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (must_escape((unsigned char)*p))
			g_string_append_printf(out, "%%%02X", (unsigned char)*p);
		else
			g_string_append_c(out, *p);
	}
}

char *app_id_folder(const char *account, const char *folder)
{
	GString *out = g_string_new(NULL);
	append_escaped(out, account);
	g_string_append_c(out, '/');
	append_escaped(out, folder);
	return g_string_free(out, FALSE);
}

char *app_id_format(const char *account, const char *folder, uint32_t uidvalidity, uint32_t uid)
{
	g_autofree char *path = app_id_folder(account, folder);
	return g_strdup_printf("%s/%u.%u", path, uidvalidity, uid);
}

char *app_id_local(const char *account, const char *folder, uint32_t local)
{
	g_autofree char *path = app_id_folder(account, folder);
	return g_strdup_printf("%s/local.%u", path, local);
}

static int bad(const char *text, const char *why, struct err *e)
{
	return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, "'%s' is no message id: %s", text, why);
}

static int parse_place(struct str place, struct app_id *out)
{
	struct str head, tail;
	uint64_t a, b;
	bool dotted = str_cut(place, '.', &head, &tail);
	if (dotted && str_eq(head, STR("local"))) {
		if (!str_u64(tail, UINT32_MAX, &b) || !b)
			return -1;
		out->local = (uint32_t)b;
		return 0;
	}
	if (dotted) {
		if (!str_u64(head, UINT32_MAX, &a) || !str_u64(tail, UINT32_MAX, &b) || !b)
			return -1;
		out->uidvalidity = (uint32_t)a;
	} else if (!str_u64(place, UINT32_MAX, &b) || !b) {
		return -1;
	}
	out->uid = (uint32_t)b;
	return 0;
}

int app_id_parse(const char *text, struct app_id *out, struct err *e)
{
	*out = (struct app_id){ 0 };
	size_t n = strlen(text);
	if (n > 2 && text[0] == '<' && text[n - 1] == '>') {
		out->msgid = g_strndup(text + 1, n - 2);
		return 0;
	}
	const char *last = strrchr(text, '/');
	if (parse_place(str_of(last ? last + 1 : text), out))
		return bad(text, "expected ACCOUNT/FOLDER/UIDVALIDITY.UID, FOLDER/UID, UID or <message-id>", e);
	if (!last)
		return 0;
	g_autofree char *path = g_strndup(text, (size_t)(last - text));
	const char *slash = strchr(path, '/');
	g_autofree char *folder = g_uri_unescape_string(slash ? slash + 1 : path, NULL);
	g_autofree char *account = slash ? g_uri_unescape_segment(path, slash, NULL) : NULL;
	if (!folder || !*folder || (slash && !account)) {
		app_id_clear(out);
		return bad(text, "account or folder is not readable", e);
	}
	/* One word before the number: which of account and folder it names is found out by who knows both. */
	out->folder = g_steal_pointer(&folder);
	out->account = g_steal_pointer(&account);
	return 0;
}

void app_id_clear(struct app_id *id)
{
	g_free(id->account);
	g_free(id->folder);
	g_free(id->msgid);
	*id = (struct app_id){ 0 };
}

bool app_id_is_full(const char *text)
{
	struct app_id id;
	struct err e = ERR_INIT;
	bool full = !app_id_parse(text, &id, &e) && id.account && id.folder && (id.uidvalidity || id.local);
	app_id_clear(&id);
	err_clear(&e);
	return full;
}
