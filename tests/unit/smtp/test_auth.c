/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dialogues (tests/wire/smtp) cannot say well of the login: lengths, and what is left of the secret. */
#include <string.h>

#include "base/log.h"
#include "smtp/smtp.h"
#include "tests/unit/unit.h"

#define CANARY "Xk7canary9Q"

static void answer(struct smtp_session *s, const char *text)
{
	struct err e = ERR_INIT;
	g_assert_cmpint(smtp_feed(s, unit_str(text), 0, &e), ==, 0);
}

/* Greeted; EHLO was answered with this mechanism. */
static struct smtp_session *greeted(const char *password, enum sasl_mechanism m)
{
	struct secret *secret = secret_new(str_of(password));
	struct smtp_settings settings = { .login = "fred",
		.secret = secret,
		.helo = "box.example",
		.who = "test",
		.auth = SASL_BIT(m),
		.token = m == SASL_XOAUTH2 };
	struct smtp_session *s = smtp_new(&settings);
	g_autofree char *hello = g_strdup_printf("250-mx\r\n250 AUTH %s\r\n", sasl_name(m));
	secret_free(secret);
	smtp_connected(s, true, 0);
	answer(s, "220 hi\r\n");
	smtp_sent(s, smtp_pending(s).n, 0);
	answer(s, hello);
	return s;
}

static void check_pending(struct smtp_session *s, const char *wanted)
{
	g_autofree char *got = str_dup(smtp_pending(s));
	g_assert_cmpstr(got, ==, wanted);
	smtp_sent(s, smtp_pending(s).n, 0);
}

static void long_first_message_waits_for_the_challenge(void)
{
	static const enum sasl_mechanism mechanisms[] = { SASL_PLAIN, SASL_XOAUTH2 };
	g_autofree char *password = g_strnfill(600, 'p');
	for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
		struct smtp_session *s = greeted(password, mechanisms[i]);
		g_autofree char *alone = g_strdup_printf("AUTH %s\r\n", sasl_name(mechanisms[i]));
		check_pending(s, alone);
		answer(s, "334 \r\n");
		g_assert_cmpuint(smtp_pending(s).n, >, 800);
		smtp_sent(s, smtp_pending(s).n, 0);
		answer(s, "235 in\r\n");
		g_assert_true(smtp_ready(s));
		smtp_free(s);
	}
}

static void promise_13_trace_and_transcript_mask_every_login(void)
{
	static const enum sasl_mechanism mechanisms[] = { SASL_PLAIN, SASL_LOGIN, SASL_XOAUTH2 };
	g_autofree char *dir = unit_tmpdir();
	g_autofree char *path = g_build_filename(dir, "trace", NULL);
	g_autofree char *trace = NULL;
	g_assert_cmpint(log_open(LOG_WIRE, path), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
		struct smtp_session *s = greeted(CANARY, mechanisms[i]);
		smtp_sent(s, smtp_pending(s).n, 0);
		if (mechanisms[i] == SASL_LOGIN) {
			answer(s, "334 VXNlcm5hbWU6\r\n");
			smtp_sent(s, smtp_pending(s).n, 0);
			answer(s, "334 UGFzc3dvcmQ6\r\n");
			smtp_sent(s, smtp_pending(s).n, 0);
		}
		answer(s, "235 you said " CANARY "\r\n");
		g_assert_null(strstr(smtp_transcript(s), CANARY));
		g_assert_null(strstr(smtp_transcript(s), "WGs3"));
		g_assert_nonnull(strstr(smtp_transcript(s), "****"));
		smtp_free(s);
	}
	log_close();
	g_assert_true(g_file_get_contents(path, &trace, NULL, NULL));
	g_assert_nonnull(strstr(trace, "AUTH PLAIN ****"));
	g_assert_null(strstr(trace, CANARY));
	g_assert_null(strstr(trace, "WGs3"));
}

void suite(void)
{
	unit_add(long_first_message_waits_for_the_challenge);
	unit_add(promise_13_trace_and_transcript_mask_every_login);
}
