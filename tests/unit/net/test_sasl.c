/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

#include "net/net.h"
#include "tests/unit/unit.h"

static char *plain(const char *login, const char *password, size_t cap)
{
	struct secret *s = secret_new(unit_str(password));
	struct buf out;
	buf_init(&out, cap);
	int rc = sasl_plain(login, s, &out);
	secret_free(s);
	char *text = rc < 0 ? NULL : str_dup(buf_str(&out));
	buf_clear(&out);
	return text;
}

static void plain_of_the_rfc_is_encoded(void)
{
	g_autofree char *text = plain("tim", "tanstaaftanstaaf", 100);
	g_assert_cmpstr(text, ==, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}

static void plain_of_any_length_decodes(void)
{
	GString *word = g_string_new(NULL);
	for (unsigned i = 0; i < 40; i++, g_string_append_c(word, (char)('a' + i % 26))) {
		g_autofree char *text = plain("grün@example.org", word->str, 200);
		gsize n;
		g_autofree guchar *raw = g_base64_decode(text, &n);
		g_autofree char *want = g_strdup_printf("|grün@example.org|%s", word->str);
		g_assert_cmpuint(n, ==, strlen(want));
		for (gsize k = 0; k < n; k++)
			raw[k] = raw[k] ? raw[k] : '|';
		g_assert_cmpmem(raw, n, want, strlen(want));
	}
	g_string_free(word, TRUE);
}

static void plain_past_the_cap_fails(void)
{
	g_assert_null(plain("tim", "tanstaaftanstaaf", 27));
	g_autofree char *long_login = g_strnfill(SECRET_MAX + 1, 'x');
	g_assert_null(plain(long_login, "x", 100000));
}

static void plain_goes_behind_what_is_there(void)
{
	struct secret *s = secret_new(STR("b"));
	struct buf out;
	buf_init(&out, 100);
	buf_add_str(&out, STR("AUTH "));
	g_assert_cmpint(sasl_plain("a", s, &out), ==, 0);
	g_assert_true(str_is(buf_str(&out), "AUTH AGEAYg=="));
	buf_clear(&out);
	secret_free(s);
}

static char *fingerprint(const char *word, const char *salt)
{
	struct secret *s = secret_new(unit_str(word));
	char *hex = sasl_fingerprint(s, unit_str(salt));
	secret_free(s);
	return hex;
}

/* The value is that of Python's hashlib.pbkdf2_hmac. */
static void fingerprint_depends_on_secret_and_salt(void)
{
	g_autofree char *one = fingerprint("tanstaaf", "0123abcd");
	g_autofree char *two = fingerprint("tanstaag", "0123abcd");
	g_autofree char *three = fingerprint("tanstaaf", "0123abce");
	g_assert_cmpstr(one, ==, "342b9e9f094c439ae42b9e97407339a9fe0ba5af8fe809344d92037443ad5f84");
	g_assert_cmpstr(one, !=, two);
	g_assert_cmpstr(one, !=, three);
}

static void random_octets_differ(void)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };
	net_random(a, sizeof(a));
	net_random(b, sizeof(b));
	g_assert_cmpint(memcmp(a, b, sizeof(a)), !=, 0);
	b[0] = 7;
	net_random(b, 0);
	g_assert_cmpint(b[0], ==, 7);
}

void suite(void)
{
	unit_add(plain_of_the_rfc_is_encoded);
	unit_add(plain_of_any_length_decodes);
	unit_add(plain_past_the_cap_fails);
	unit_add(plain_goes_behind_what_is_there);
	unit_add(fingerprint_depends_on_secret_and_salt);
	unit_add(random_octets_differ);
}
