/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

struct secret {
	size_t n;
	char bytes[];
};

/* Whole pages for each: nothing else shares a page that is wiped or left out of a dump. */
static size_t mapping_size(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	return (sizeof(struct secret) + n + page - 1) / page * page;
}

struct secret *secret_new(struct str bytes)
{
	if (bytes.n > SECRET_MAX)
		return NULL;
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] == '\0' || bytes.p[i] == '\r' || bytes.p[i] == '\n')
			return NULL;
	size_t size = mapping_size(bytes.n);
	struct secret *s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		g_error("out of memory for a secret");
	/* Best effort: a small RLIMIT_MEMLOCK is no reason to refuse to work. */
	(void)mlock(s, size);
	(void)madvise(s, size, MADV_DONTDUMP);
	(void)madvise(s, size, MADV_WIPEONFORK);
	s->n = bytes.n;
	if (bytes.n)
		memcpy(s->bytes, bytes.p, bytes.n);
	return s;
}

struct secret *secret_copy(const struct secret *s)
{
	return s ? secret_new(secret_bytes(s)) : NULL;
}

struct str secret_bytes(const struct secret *s)
{
	return (struct str){ s->bytes, s->n };
}

bool secret_eq(const struct secret *a, const struct secret *b)
{
	unsigned char differs = a->n != b->n;
	for (size_t i = 0; i < a->n && i < b->n; i++)
		differs |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
	return !differs;
}

void secret_free(struct secret *s)
{
	if (!s)
		return;
	size_t size = mapping_size(s->n);
	explicit_bzero(s, size);
	munmap(s, size);
}

void secret_harden_process(void)
{
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}
