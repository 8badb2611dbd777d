/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values: built, then printed as a line or by a pattern; and the records that more than scripts are given. */
#ifndef BOXWOOD_APP_JSON_H
#define BOXWOOD_APP_JSON_H

#include "app/app.h"

struct json;
struct json *json_object(void);
struct json *json_array(void);
struct json *json_null(void);
struct json *json_string(const char *s); /* NULL gives null; invalid UTF-8 is mended */
struct json *json_number(int64_t n);
struct json *json_bool(bool b);
void json_add(struct json *object, const char *key, struct json *value); /* takes value; key is constant */
void json_push(struct json *array, struct json *value);
void json_print(const struct json *j, GString *out);
void json_format(const struct json *j, const char *pattern, GString *out);
void json_free(struct json *j);
struct json *json_record(const char *type); /* {"v":1,"type":type} */
struct json *json_addrs(const GPtrArray *addrs);
struct json *json_flags(uint32_t flags, const GPtrArray *keywords);
struct json *json_date(int64_t epoch);

/* --- records (record.c), as cli.md fixes them --- */
/* Adds id, account, folder, uid and uidvalidity; local: of a place no server has named, uid is 0. */
void record_place(struct json *j, const char *account, const struct store_folder *f, uint32_t uid, uint32_t local);
struct json *record_sent_at(struct msg_date d); /* of the Date field */
struct json *record_row(const char *account, const struct store_folder *f, const struct store_row *row);

#endif
