/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"
#include "tests/unit/unit.h"

static const struct msg_authres_result *result(const struct msg_authres *a, unsigned i)
{
	g_assert_nonnull(a);
	g_assert_cmpuint(i, <, a->results->len);
	return a->results->pdata[i];
}

static void field_is_read_as_methods_results_and_properties(void)
{
	struct str value =
		unit_str("mx.box.example 1; dkim=PASS (2048-bit; ok) header.d=Runbox.Example "
			 "header.i=\"@runbox.example\"; spf=softfail reason=\"not; listed\" "
			 "smtp.mailfrom=<>no-reply@runbox.example; DMARC / 1 = pass (p=none) header . from=x;");
	struct msg_authres *a = msg_authres_parse(value);
	g_assert_nonnull(a);
	g_assert_cmpstr(a->server, ==, "mx.box.example");
	g_assert_cmpuint(a->results->len, ==, 3);
	g_assert_cmpstr(result(a, 0)->method, ==, "dkim");
	g_assert_cmpstr(result(a, 0)->result, ==, "pass");
	g_assert_cmpstr(msg_authres_get(result(a, 0), "header.d"), ==, "Runbox.Example");
	g_assert_cmpstr(msg_authres_get(result(a, 0), "header.i"), ==, "@runbox.example");
	g_assert_null(msg_authres_get(result(a, 0), "header.b"));
	g_assert_cmpstr(result(a, 1)->reason, ==, "not; listed");
	g_assert_cmpstr(result(a, 2)->method, ==, "dmarc");
	g_assert_cmpstr(msg_authres_get(result(a, 2), "header.from"), ==, "x");
	msg_authres_free(a);
}

static void nothing_tried_is_no_result(void)
{
	struct msg_authres *a = msg_authres_parse(unit_str("mx.box.example; none"));
	g_assert_nonnull(a);
	g_assert_cmpuint(a->results->len, ==, 0);
	msg_authres_free(a);
}

static void f21_field_with_a_mistake_says_nothing(void)
{
	static const char *const bad[] = { "", ";", "; dkim=pass", "mx; dkim", "mx; dkim=", "mx; =pass",
		"mx; dkim=pass (open", "mx; dkim=pass header.d=\"open", "mx dkim=pass; spf=pass",
		"mx; dkim=pass header.", "mx; dkim=pass header.d",
		"mx; dkim=pass header.d=", "mx; dkim=pass) header.d=a", "mx; dkim=pass, spf=pass",
		"mx; none; dkim=pass", "mx 1x; dkim=pass", "mx; dkim/x=pass", "spf=pass (x) smtp.mailfrom=a; dkim=pass",
		"mx; dkim=pass \"header.d=a\"", "(mx); dkim=pass" };
	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct msg_authres *a = msg_authres_parse(unit_str(bad[i]));
		if (a)
			g_error("taken: %s", bad[i]);
	}
}

static void f21_field_past_a_limit_says_nothing(void)
{
	g_autoptr(GString) many = g_string_new("mx"), props = g_string_new("mx; dkim=pass"),
			   deep = g_string_new("mx; dkim=pass ");
	for (unsigned i = 0; i < 101; i++) {
		g_string_append(many, "; dkim=pass");
		g_string_append_printf(props, " header.x%u=a", i);
	}
	for (unsigned i = 0; i < 100000; i++)
		g_string_append_c(deep, '(');
	g_autofree char *wide = g_strnfill(1001, 'a');
	g_autofree char *word = g_strdup_printf("mx; dkim=pass header.d=%s", wide);
	g_assert_null(msg_authres_parse(unit_str(many->str)));
	g_assert_null(msg_authres_parse(unit_str(props->str)));
	g_assert_null(msg_authres_parse(unit_str(deep->str)));
	g_assert_null(msg_authres_parse(unit_str(word)));
}

static struct msg_authres *said(const char *header, const char *trusted)
{
	struct msg_head *h = msg_head_parse(unit_str(header));
	g_autoptr(GPtrArray) servers = g_ptr_array_new();
	if (trusted)
		g_ptr_array_add(servers, (void *)trusted);
	struct msg_authres *a = msg_authres_trusted(h, servers);
	msg_head_free(h);
	return a;
}

static void h10_only_the_topmost_field_of_the_trusted_server_counts(void)
{
	static const char forged[] = "Received: from evil\r\n"
				     "Authentication-Results: MX.box.example; dkim=fail header.d=runbox.example\r\n"
				     "Received: from far\r\n"
				     "Authentication-Results: mx.box.example; dmarc=pass header.from=runbox.example\r\n"
				     "From: a@runbox.example\r\n\r\n";
	struct msg_authres *a = said(forged, "mx.box.example");
	g_assert_cmpuint(a->results->len, ==, 1);
	g_assert_cmpstr(result(a, 0)->result, ==, "fail");
	g_assert_false(msg_authres_passes(a, "runbox.example"));
	msg_authres_free(a);
	g_assert_null(said(forged, "mx.other.example"));
	g_assert_null(said(forged, NULL));
}

static void h10_field_of_another_server_on_top_hides_those_below(void)
{
	g_assert_null(said("Authentication-Results: evil.example; none\r\n"
			   "Authentication-Results: mx.box.example; dkim=pass header.d=runbox.example\r\n\r\n",
		"mx.box.example"));
	g_assert_null(said("Authentication-Results: mx.box.example; dkim=pass (\r\n"
			   "Authentication-Results: mx.box.example; dkim=pass header.d=runbox.example\r\n\r\n",
		"mx.box.example"));
}

static void h10_field_below_adds_methods_and_judges_none_again(void)
{
	struct msg_authres *a =
		said("Authentication-Results: mx.box.example; dkim=fail header.d=runbox.example\r\n"
		     "Authentication-Results: mx.box.example;\r\n"
		     " spf=pass smtp.mailfrom=x@other.example; dkim=pass header.d=runbox.example\r\n"
		     "Subject: x\r\n"
		     "Authentication-Results: mx.box.example; dmarc=pass header.from=runbox.example\r\n\r\n",
			"mx.box.example");
	g_assert_cmpuint(a->results->len, ==, 2);
	g_assert_cmpstr(result(a, 1)->method, ==, "spf");
	g_assert_false(msg_authres_passes(a, "runbox.example"));
	g_assert_true(msg_authres_passes(a, "other.example"));
	msg_authres_free(a);
}

static void pass_counts_for_its_domain_only(void)
{
	static const struct {
		const char *field;
		bool passes;
	} cases[] = {
		{ "mx; dkim=pass header.d=runbox.example", true },
		{ "mx; dkim=pass header.d=mail.RUNBOX.example", true },
		{ "mx; dkim=pass header.i=@runbox.example", true },
		{ "mx; spf=pass smtp.mailfrom=bounce@runbox.example", true },
		{ "mx; dmarc=pass header.from=runbox.example", true },
		{ "mx; dkim=pass header.d=evilrunbox.example", false },
		{ "mx; dkim=pass header.d=runbox.example.evil.example", false },
		{ "mx; dkim=pass header.d=example", false },
		{ "mx; dkim=pass", false },
		{ "mx; dkim=fail header.d=runbox.example; dkim=pass header.d=evil.example", false },
		{ "mx; spf=pass smtp.helo=runbox.example", false },
		{ "mx; iprev=pass header.d=runbox.example", false },
		{ "mx; dkim=pass header.from=runbox.example", false },
		{ "mx; dmarc=bestguesspass header.from=runbox.example", false },
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct msg_authres *a = msg_authres_parse(unit_str(cases[i].field));
		if (msg_authres_passes(a, "runbox.example") != cases[i].passes)
			g_error("%s", cases[i].field);
		g_assert_false(msg_authres_passes(a, ""));
		msg_authres_free(a);
	}
	g_assert_false(msg_authres_passes(NULL, "runbox.example"));
}

void suite(void)
{
	unit_add(field_is_read_as_methods_results_and_properties);
	unit_add(nothing_tried_is_no_result);
	unit_add(f21_field_with_a_mistake_says_nothing);
	unit_add(f21_field_past_a_limit_says_nothing);
	unit_add(h10_only_the_topmost_field_of_the_trusted_server_counts);
	unit_add(h10_field_of_another_server_on_top_hides_those_below);
	unit_add(h10_field_below_adds_methods_and_judges_none_again);
	unit_add(pass_counts_for_its_domain_only);
}
