/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "msg/msg.h"
#include "tests/unit/unit.h"

static struct msg_part *part(const char *type, ...)
{
	struct msg_part *p = msg_part_new(), *child;
	va_list children;
	p->type = g_strdup(type);
	p->encoding = g_strdup("7bit");
	va_start(children, type);
	while ((child = va_arg(children, struct msg_part *))) {
		if (!p->children)
			p->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
		g_ptr_array_add(p->children, child);
	}
	va_end(children);
	return p;
}

#define LEAF(type) part(type, NULL)

static char *told(struct msg_part *root)
{
	static const char *const kinds[] = { "signed", "encrypted", "envelope" }, *const schemes[] = { "?", "pgp",
		"smime" };
	GString *out = g_string_new(NULL);
	msg_part_number(root);
	g_autoptr(GArray) seals = msg_seals(root);
	for (guint i = 0; i < seals->len; i++) {
		const struct msg_seal *s = &g_array_index(seals, struct msg_seal, i);
		g_string_append_printf(
			out, "%s%s %s %s", i ? ", " : "", s->part->section, kinds[s->kind], schemes[s->scheme]);
	}
	msg_part_free(root);
	return g_string_free(out, FALSE);
}

static void check(struct msg_part *root, const char *wanted)
{
	g_autofree char *got = told(root);
	g_assert_cmpstr(got, ==, wanted);
}

static void seals_are_told_by_the_structure(void)
{
	check(LEAF("text/plain"), "");
	check(part("multipart/signed", LEAF("text/plain"), LEAF("application/pgp-signature"), NULL), " signed pgp");
	check(part("multipart/mixed",
		      part("multipart/signed", LEAF("text/plain"), LEAF("application/x-pkcs7-signature"), NULL),
		      LEAF("text/plain"), NULL),
		"1 signed smime");
	check(part("multipart/encrypted", LEAF("application/pgp-encrypted"), LEAF("application/octet-stream"), NULL),
		" encrypted pgp");
	check(LEAF("application/pkcs7-mime"), "1 envelope smime");
	check(part("multipart/signed", NULL), " signed ?");
}

static void seals_taken_apart_by_other_software_are_told(void)
{
	check(part("multipart/mixed", LEAF("text/plain"), LEAF("application/pgp-encrypted"),
		      LEAF("application/octet-stream"), NULL),
		"2 encrypted pgp");
}

static void seal_of_a_signature_covers_its_first_part_only(void)
{
	struct msg_part *text = LEAF("text/plain"), *added = LEAF("text/plain"), *outside = LEAF("text/plain");
	struct msg_part *content = part("multipart/mixed", text, NULL);
	struct msg_part *root = part("multipart/mixed",
		part("multipart/signed", content, LEAF("application/pgp-signature"), added, NULL), outside, NULL);
	msg_part_number(root);
	g_autoptr(GArray) seals = msg_seals(root);
	const struct msg_seal *s = &g_array_index(seals, struct msg_seal, 0);
	g_assert_true(msg_seal_covers(s, text));
	g_assert_false(msg_seal_covers(s, added));
	g_assert_false(msg_seal_covers(s, outside));
	msg_part_free(root);
}

static void armour_in_the_text_is_told(void)
{
	struct msg_text t;
	msg_text_make(unit_str("before\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nsigned\n"
			       "-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\nafter\n"
			       "-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n"
			       "-----BEGIN PGP MESSAGE-----\nnever ends\n"),
		"text/plain", NULL, false, false, &t);
	g_assert_cmpuint(t.armours->len, ==, 2);
	const struct msg_armour *a = &g_array_index(t.armours, struct msg_armour, 0);
	g_assert_cmpint(a->kind, ==, MSG_SEAL_SIGNED);
	g_assert_true(g_str_has_prefix(t.text + a->from, "-----BEGIN PGP SIGNED MESSAGE"));
	g_assert_true(g_str_has_prefix(t.text + a->to, "\nafter"));
	g_assert_cmpint(a[1].kind, ==, MSG_SEAL_ENCRYPTED);
	msg_text_clear(&t);
}

void suite(void)
{
	msg_init();
	unit_add(seals_are_told_by_the_structure);
	unit_add(seals_taken_apart_by_other_software_are_told);
	unit_add(seal_of_a_signature_covers_its_first_part_only);
	unit_add(armour_in_the_text_is_told);
}
