/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main of a fuzz target where there is no fuzzer: it runs the seeds of tests/fuzz/seeds/NAME and random
 * mutations of them, as tests. --seed, printed at the start, repeats the same mutations. */
#include <dirent.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

enum { MUTATIONS = 400, EDITS = 8, CHUNK = 64, SECONDS = 120 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static GPtrArray *seeds; /* GByteArray * */

/* In a block of exactly its size, so that a sanitizer sees a read past the end. */
static void run(const GByteArray *input)
{
	uint8_t *block = malloc(input->len ? input->len : 1);
	if (input->len)
		memcpy(block, input->data, input->len);
	LLVMFuzzerTestOneInput(block, input->len);
	free(block);
}

static guint below(guint n)
{
	return n ? (guint)g_test_rand_int_range(0, (gint32)n) : 0;
}

static void edit(GByteArray *input)
{
	const GByteArray *other = g_ptr_array_index(seeds, below(seeds->len));
	guint at = below(input->len + 1), n = below(MIN(CHUNK, input->len - at) + 1);
	uint8_t any = (uint8_t)below(256);
	switch (below(4)) {
	case 0: g_byte_array_remove_range(input, at, n); break;
	case 1: g_byte_array_append(input, other->data, below(other->len + 1)); break;
	case 2: g_byte_array_append(input, &any, 1); G_GNUC_FALLTHROUGH;
	default:
		if (at < input->len)
			input->data[at] = any;
	}
}

static void run_seed(gconstpointer seed)
{
	run(seed);
}

static void run_mutations(void)
{
	for (int i = 0; i < MUTATIONS; i++) {
		const GByteArray *seed = g_ptr_array_index(seeds, below(seeds->len));
		GByteArray *input = g_byte_array_new();
		g_byte_array_append(input, seed->data, seed->len);
		for (guint edits = 1 + below(EDITS); edits; edits--)
			edit(input);
		run(input);
		g_byte_array_unref(input);
	}
}

static void add_seed(const char *dir, const char *file)
{
	g_autofree char *path = g_build_filename(dir, file, NULL);
	g_autofree char *name = g_strdup_printf("/seed_%s", file);
	char *text = NULL;
	gsize n = 0;
	g_assert_true(g_file_get_contents(path, &text, &n, NULL));
	GByteArray *seed = g_byte_array_new_take((guint8 *)text, n);
	g_ptr_array_add(seeds, seed);
	g_test_add_data_func(name, seed, run_seed);
}

static int is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "C.UTF-8");
	g_test_init(&argc, &argv, NULL);
	alarm(SECONDS);
	g_autofree char *program = g_path_get_basename(argv[0]);
	const char *name = strstr(program, "fuzz_"), *top = g_getenv("TOP_SRCDIR");
	g_autofree char *dir =
		g_build_filename(top ? top : ".", "tests", "fuzz", "seeds", name ? name + 5 : program, NULL);
	struct dirent **files;
	int n = scandir(dir, &files, is_seed, alphasort);
	g_assert_cmpint(n, >, 0);
	seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
	for (int i = 0; i < n; i++) {
		add_seed(dir, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	g_test_add_func("/mutations", run_mutations);
	int status = g_test_run();
	g_ptr_array_unref(seeds);
	return status;
}
