/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "net/internal.h"
#include "tests/unit/net/peer.h"

static void check_url(const char *url, const char *wanted)
{
	struct http_url u;
	struct err e = ERR_INIT;
	g_autofree char *got = http_url_parse(url, &u, &e)
				       ? g_strdup("none")
				       : g_strdup_printf("%s %u %s", u.host, (unsigned)u.port, u.target);
	g_assert_cmpstr(got, ==, wanted);
	if (e.cause == ERR_NONE)
		http_url_clear(&u);
	err_clear(&e);
}

static void h19_only_plain_https_is_asked(void)
{
	check_url("https://news.example/u?id=1", "news.example 443 /u?id=1");
	check_url("HTTPS://News.example:8443", "News.example 8443 /");
	check_url("https://news.example?x#frag", "news.example 443 /?x");
	check_url("https://b\xc3\xbc"
		  "cher.example/",
		"xn--bcher-kva.example 443 /");
	check_url("http://news.example/", "none");
	check_url("javascript:alert(1)", "none");
	check_url("mailto:a@b", "none");
	check_url("https://bank.example@evil.example/", "none");
	check_url("https://user:pw@evil.example/", "none");
	check_url("https://x/a\r\nHost: y", "none");
	check_url("https://x/a b", "none");
	check_url("https://x:0/", "none");
	check_url("https://x:99999/", "none");
	check_url("https:///u", "none");
	check_url("https://", "none");
}

static void code_is_read_at_any_cut(void)
{
	static const char answer[] = "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 204 No Content\r\n";
	for (size_t n = 0; n < sizeof answer; n++) {
		struct str part = unit_exact(answer, n);
		g_assert_cmpint(http_code(part), ==, n < sizeof answer - 1 ? 0 : 204);
	}
	g_assert_cmpint(http_code(STR("HTTP/1.0 302\n")), ==, 302);
	g_assert_cmpint(http_code(STR("HTTP/2 200\r\n")), ==, -1);
	g_assert_cmpint(http_code(STR("HTTP/1.1 999 x\r\n")), ==, -1);
	g_assert_cmpint(http_code(STR("* OK hello\r\n")), ==, -1);
	g_assert_cmpint(http_code(STR("\r\n")), ==, -1);
}

struct asked {
	int code;
	unsigned ended;
	struct err e;
	char *body; /* of a GET; NULL */
};

static void done(int code, struct err *e, void *aux)
{
	struct asked *a = aux;
	a->code = code;
	a->ended++;
	err_move(&a->e, e);
}

static void got(int code, struct str body, struct err *e, void *aux)
{
	struct asked *a = aux;
	a->body = str_dup(body);
	done(code, e, aux);
}

/* false: the case is skipped. */
static bool ask_by(bool get, const char *script, bool trusted, struct asked *a)
{
	struct peer *p = peer_new(script, 1);
	if (!p)
		return false;
	g_autofree char *cafile = peer_cert_file("ca.pem");
	g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/u?id=1", (unsigned)peer_port(p));
	struct http_url u;
	*a = (struct asked){ 0 };
	g_assert_cmpint(http_url_parse(url, &u, &a->e), ==, 0);
	const char *ca = trusted ? cafile : NULL;
	struct http *h = get ? http_get(&u, ca, got, a) : http_post(&u, ca, "List-Unsubscribe=One-Click", done, a);
	while (!a->ended)
		g_main_context_iteration(NULL, TRUE);
	http_free(h);
	http_url_clear(&u);
	g_assert_cmpuint(a->ended, ==, 1);
	g_assert_true(peer_end(p, NULL));
	return true;
}

static bool ask(const char *script, bool trusted, struct asked *a)
{
	return ask_by(false, script, trusted, a);
}

static void check_get(const char *answer, int code, enum err_cause cause, const char *body)
{
	struct asked a;
	g_autofree char *script =
		g_strdup_printf("TLS good\nC /GET .u.id=1 HTTP.1.0/\nC /Host: 127.0.0.1/\nC /^$/\n%s", answer);
	if (ask_by(true, script, true, &a)) {
		g_assert_cmpint(a.code, ==, code);
		g_assert_cmpint(a.e.cause, ==, cause);
		g_assert_cmpstr(a.body, ==, body);
	}
	g_free(a.body);
	err_clear(&a.e);
}

static void what_is_there_is_got(void)
{
	check_get("S \"HTTP/1.1 200 OK\\r\\nContent-Type: text/xml\\r\\n\\r\\n<a>\"\nS \"</a>\"\nFIN\n", 200, ERR_NONE,
		"<a></a>");
	check_get("S \"HTTP/1.1 404 Not Found\\r\\n\\r\\nno\"\nEXPECT-CLOSE 5s any\n", 404, ERR_NONE, "no");
	check_get("S \"HTTP/1.1 301 Moved\\r\\nLocation: https://127.0.0.1/evil\\r\\n\\r\\n\"\nEXPECT-CLOSE 5s any\n",
		301, ERR_NONE, "");
	check_get("FIN\n", 0, ERR_NET, "");
}

#define REQUEST                                                                                                        \
	"TLS good\nC /POST .u.id=1 HTTP.1.1/\nC /Host: 127.0.0.1/\nC /urlencoded/\nC /Content-Length: 26/\n"           \
	"C /Connection: close/\nC /^$/\n"

static void form_is_posted_and_the_code_comes_back(void)
{
	struct asked a;
	if (ask(REQUEST "S \"HTTP/1.1 202 Accepted\\r\\nContent-Length: 3\\r\\n\\r\\nyes\"\nEXPECT-CLOSE 5s any\n",
		    true, &a)) {
		g_assert_cmpint(a.code, ==, 202);
		g_assert_cmpint(a.e.cause, ==, ERR_NONE);
	}
	err_clear(&a.e);
}

static void h19_redirect_is_not_followed(void)
{
	struct asked a;
	if (ask(REQUEST
		    "S \"HTTP/1.1 302 Found\\r\\nLocation: https://127.0.0.1/evil\\r\\n\\r\\n\"\nEXPECT-CLOSE 5s any\n",
		    true, &a))
		g_assert_cmpint(a.code, ==, 302);
	err_clear(&a.e);
}

static void what_is_no_http_is_an_error(void)
{
	struct asked a;
	if (ask(REQUEST "S \"220 smtp.example ready\\r\\n\"\nEXPECT-CLOSE 5s any\n", true, &a)) {
		g_assert_cmpint(a.code, ==, 0);
		g_assert_cmpint(a.e.cause, ==, ERR_PROTOCOL);
	}
	err_clear(&a.e);
	if (ask(REQUEST "FIN\n", true, &a))
		g_assert_cmpint(a.e.cause, ==, ERR_NET);
	err_clear(&a.e);
}

static void nothing_goes_to_a_certificate_nobody_vouches_for(void)
{
	struct asked a;
	if (ask("EXPECT-NO-PLAINTEXT One-Click\nTLS good refused=yes\n", false, &a))
		g_assert_cmpint(a.e.cause, ==, ERR_TLS);
	err_clear(&a.e);
}

void suite(void)
{
	unit_add(h19_only_plain_https_is_asked);
	unit_add(code_is_read_at_any_cut);
	unit_add(form_is_posted_and_the_code_comes_back);
	unit_add(what_is_there_is_got);
	unit_add(h19_redirect_is_not_followed);
	unit_add(what_is_no_http_is_an_error);
	unit_add(nothing_goes_to_a_certificate_nobody_vouches_for);
}
