/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compose/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A draft of any text, with it as file name and forwarded message, is built in lines that may be sent. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct build_settings set = { .message_id = "m@x", .keep_bcc = n % 2, .utf8_headers = n % 3 };
	struct draft *d = draft_new(n % 5 ? DRAFT_NEW : DRAFT_BOUNCE);
	struct draft_file *f = draft_file_new();
	struct built built;
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	draft_of_text(d, text, true, faults);
	f->name = str_dup(text);
	f->verbatim = n % 2;
	buf_add_str(&f->bytes, text);
	g_ptr_array_add(d->files, f);
	draft_add_message(d, NULL, text);
	buf_add_str(&d->original, text);
	if (!draft_build(d, &set, fd, &built, &e)) {
		char *p = mmap(NULL, built.size, PROT_READ, MAP_PRIVATE, fd, 0);
		for (size_t i = 0; i < built.size; i++)
			if (p[i] == '\n' ? !i || p[i - 1] != '\r'
					 : p[i] == '\r' && (i + 1 == built.size || p[i + 1] != '\n'))
				abort();
		if (built.longest > 998 || p[built.size - 1] != '\n')
			abort();
		munmap(p, built.size);
	}
	built_clear(&built);
	err_clear(&e);
	draft_free(d);
	close(fd);
	return 0;
}
