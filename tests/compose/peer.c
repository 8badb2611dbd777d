/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer build OPTION..: the text of an editor on standard input becomes a message on standard output.
 * peer gmime: a message on standard input as GMime reads it, a line each for what it found.
 * Options: hard | utf8 | bcc | html FILE | file NAME TYPE PATH | inline NAME TYPE PATH CID | message PATH | bounce PATH */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmime/gmime.h>

#include "base/fs.h"
#include "compose/compose.h"

static void die(const char *what)
{
	fprintf(stderr, "peer: %s\n", what);
	exit(1);
}

static struct buf read_all(const char *path)
{
	struct buf b;
	struct err e = ERR_INIT;
	buf_init(&b, 1u << 30);
	if (fs_read(path, b.max, &b, &e))
		die(e.text);
	return b;
}

static char *text_of(const char *path)
{
	struct buf b = read_all(path);
	return buf_steal(&b);
}

static struct draft_file *add_file(struct draft *d, char **args)
{
	struct draft_file *f = draft_file_new();
	struct stat st;
	f->name = g_strdup(args[0]);
	f->type = g_strdup(args[1]);
	f->source = g_strdup(args[2]);
	f->fd = open(args[2], O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st))
		die("cannot open the file");
	f->size = (uint64_t)st.st_size;
	g_ptr_array_add(d->files, f);
	return f;
}

static void add_message(struct draft *d, const char *path)
{
	struct buf b = read_all(path);
	struct msg *m = msg_parse(buf_str(&b));
	draft_add_message(d, m->head, buf_str(&b));
	msg_free(m);
	buf_clear(&b);
}

static void set_bounce(struct draft *d, const char *path)
{
	struct buf b = read_all(path);
	d->kind = DRAFT_BOUNCE;
	buf_add_str(&d->original, buf_str(&b));
	buf_clear(&b);
}

static char **option(struct draft *d, struct build_settings *set, char **args)
{
	const char *word = *args++;
	if (!strcmp(word, "hard")) {
		d->hard = true;
	} else if (!strcmp(word, "utf8")) {
		set->utf8_headers = true;
	} else if (!strcmp(word, "bcc")) {
		set->keep_bcc = true;
	} else if (!strcmp(word, "html") && args[0]) {
		d->html = text_of(*args++);
	} else if (!strcmp(word, "message") && args[0]) {
		add_message(d, *args++);
	} else if (!strcmp(word, "bounce") && args[0]) {
		set_bounce(d, *args++);
	} else if (!strcmp(word, "file") && args[0] && args[1] && args[2]) {
		add_file(d, args);
		args += 3;
	} else if (!strcmp(word, "inline") && args[0] && args[1] && args[2] && args[3]) {
		struct draft_file *f = add_file(d, args);
		f->in_line = true;
		f->cid = g_strdup(args[3]);
		args += 4;
	} else {
		die("unknown option");
	}
	return args;
}

static int build(char **args)
{
	struct buf input = read_all("-");
	struct draft *d = draft_new(DRAFT_NEW);
	g_autofree char *id = message_id_new("a@box.example");
	struct build_settings set = { .message_id = id, .date = 1795327200, .offset = 60 };
	struct built built;
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	draft_of_text(d, buf_str(&input), true, faults);
	while (*args)
		args = option(d, &set, args);
	enum err_cause cause;
	draft_check(d, faults, &cause);
	for (guint i = 0; i < faults->len; i++)
		fprintf(stderr, "%s\n", (char *)faults->pdata[i]);
	int status = draft_build(d, &set, STDOUT_FILENO, &built, &e);
	if (status)
		fprintf(stderr, "peer: %s\n", e.text);
	else
		fprintf(stderr, "longest %u eight %d utf8 %d size %" G_GUINT64_FORMAT "\n", built.longest,
			built.eight_bit, built.utf8, built.size);
	built_clear(&built);
	err_clear(&e);
	draft_free(d);
	buf_clear(&input);
	return status ? 1 : 0;
}

static void show(const char *what, const char *value)
{
	printf("%s %s\n", what, value ? value : "");
}

static void show_addrs(const char *what, InternetAddressList *list)
{
	for (int i = 0; list && i < internet_address_list_length(list); i++) {
		InternetAddress *a = internet_address_list_get_address(list, i);
		if (!INTERNET_ADDRESS_IS_MAILBOX(a))
			continue;
		g_autofree char *text = g_strdup_printf("%s|%s", a->name ? a->name : "",
			internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(a)));
		show(what, text);
	}
}

static void show_part(GMimeObject *parent, GMimeObject *o, void *data)
{
	(void)parent;
	(void)data;
	if (!GMIME_IS_PART(o))
		return;
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(o));
	GMimeStream *memory = g_mime_stream_mem_new();
	if (content)
		g_mime_data_wrapper_write_to_stream(content, memory);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
	g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len);
	g_autofree char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
	const char *name = g_mime_part_get_filename(GMIME_PART(o));
	g_autofree char *text = g_strdup_printf("%s|%s|%s", type, name ? name : "", sum);
	show("part", text);
	g_object_unref(memory);
}

static int gmime(void)
{
	struct buf input = read_all("-");
	GMimeStream *memory = g_mime_stream_mem_new_with_buffer(input.p, input.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(memory);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	if (!m)
		die("GMime sees no message");
	show("subject", g_mime_message_get_subject(m));
	show_addrs("from", g_mime_message_get_from(m));
	show_addrs("to", g_mime_message_get_to(m));
	show_addrs("cc", g_mime_message_get_cc(m));
	show_addrs("bcc", g_mime_message_get_bcc(m));
	g_mime_message_foreach(m, show_part, NULL);
	g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(memory);
	buf_clear(&input);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 1;
	setlocale(LC_ALL, "C.UTF-8");
	msg_init();
	if (argc > 1 && !strcmp(argv[1], "build"))
		status = build(argv + 2);
	else if (argc == 2 && !strcmp(argv[1], "gmime"))
		status = gmime();
	else
		die("peer build OPTION.. | peer gmime");
	msg_done();
	return status;
}
