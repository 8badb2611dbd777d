/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/json.h"

struct json *record_sent_at(struct msg_date d)
{
	g_autofree char *text = msg_date_rfc3339(d);
	return json_string(text);
}

void record_place(struct json *j, const char *account, const struct store_folder *f, uint32_t uid, uint32_t local)
{
	g_autofree char *id =
		local ? app_id_local(account, f->name, local) : app_id_format(account, f->name, f->uidvalidity, uid);
	json_add(j, "id", json_string(id));
	json_add(j, "account", json_string(account));
	json_add(j, "folder", json_string(f->name));
	json_add(j, "uid", local ? json_null() : json_number(uid));
	json_add(j, "uidvalidity", json_number(f->uidvalidity));
}

struct json *record_row(const char *account, const struct store_folder *f, const struct store_row *row)
{
	struct json *j = json_record("message");
	record_place(j, account, f, row->uid, row->local);
	json_add(j, "msgid", json_string(row->msgid));
	json_add(j, "thread", json_string(row->thread));
	json_add(j, "date", record_sent_at(row->date));
	json_add(j, "received", json_date(row->received));
	json_add(j, "from", json_addrs(row->from));
	json_add(j, "to", json_addrs(row->to));
	json_add(j, "cc", json_addrs(row->cc));
	json_add(j, "subject", json_string(row->subject));
	json_add(j, "flags", json_flags(row->flags, row->keywords));
	json_add(j, "size", json_number((int64_t)row->size));
	json_add(j, "attachments", row->attachments < 0 ? json_null() : json_number(row->attachments));
	json_add(j, "preview", json_string(row->preview));
	json_add(j, "list", json_string(row->list));
	return j;
}
