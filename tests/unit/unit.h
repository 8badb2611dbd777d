/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The common main of unit tests: GLib's test runner speaking TAP, assertions that do not abort. */
#ifndef BOXWOOD_TESTS_UNIT_H
#define BOXWOOD_TESTS_UNIT_H

#include <glib.h>
#include "base/buf.h"

/* Each test program defines it and adds its cases with unit_add. */
void suite(void);
#define unit_add(function) g_test_add_func("/" #function, function)

/* A copy in a heap block of exactly its size, so that a sanitizer sees a read past the end. */
struct str unit_exact(const void *p, size_t n);
struct str unit_str(const char *s);
/* A directory of this test's own, removed at the end; g_free the name. */
char *unit_tmpdir(void);
/* The text of a file of tests/data; g_free. */
char *unit_data(const char *name, size_t *n_out);

#endif
