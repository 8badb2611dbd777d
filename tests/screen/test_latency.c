/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No key and no draw takes long, and none needs an answer: told by processor time, which is the same however busy the
 * machine is, and by an engine that answers nothing. What the thread does meanwhile is watched by tests/live/latency.test. */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 10
#else
#define SLOWER 1
#endif
#define KEY_US (50000 * SLOWER)

/* From the list into every view and out of it again. */
static const char *const walks[] = {
	"jjkk\033[6~\033[5~*=HM\tNNFFtt\024",
	"\r jkT>h/e\rnNVhVt*=qq",
	"v*=tTmqq",
	"E *=/e\rnqq",
	"?/arch\r*=qq",
	"cSe\x15\033q",
	"QjkqRjkq",
	"\\\\BB\033[C *=\033[D",
	"AuddusArch\033CSent\033",
	"m\033r\033y",
	"{}}$\x0c\x03",
	"UnI\033o1",
	"\033[<0;30;6M\033[<0;30;6M\033[<65;30;6Mq",
};

static void walk(struct stage *s, const char *keys)
{
	for (const char *p = keys; *p && !s->ui->quit; p++) {
		char key[2] = { *p, 0 };
		int64_t from = clock_cpu_us();
		stage_type(s, key);
		int64_t took = clock_cpu_us() - from;
		if (took >= KEY_US)
			g_error("key %ld of '%s' took %d us", (long)(p - keys), keys, (int)took);
	}
	/* Esc alone is known by the silence behind it. */
	clock_advance(1000);
	stage_settle(s);
}

static void walk_all(int rows, int cols, bool deaf)
{
	for (size_t i = 0; i < G_N_ELEMENTS(walks); i++) {
		struct stage *s = stage_new(rows, cols);
		s->deaf = deaf;
		walk(s, walks[i]);
		stage_free(s);
	}
}

static void promise_23_no_key_takes_50_ms_on_any_screen(void)
{
	walk_all(24, 80, false);
	walk_all(50, 160, false);
	walk_all(100, 300, false);
	walk_all(5, 20, false);
}

static void promise_23_no_key_needs_an_answer(void)
{
	walk_all(24, 80, true);
	walk_all(50, 160, true);
}

/* And the screen says so: what was typed is seen before anything is answered. */
static void promise_23_keys_show_though_nothing_is_answered(void)
{
	struct stage *s = stage_new(50, 160);
	s->deaf = true;
	stage_type(s, "jj");
	g_assert_cmpuint(view_list_model(s->ui->views->pdata[1])->cursor, ==, 2);
	stage_type(s, "\r");
	g_autofree char *reading = stage_text(s);
	g_assert_nonnull(strstr(reading, "Autumn sale"));
	stage_type(s, "q?");
	g_autofree char *help = stage_text(s);
	g_assert_nonnull(strstr(help, "Keys in a list"));
	stage_type(s, "qF");
	g_assert_nonnull(s->last);
	stage_type(s, "cSe");
	g_autofree char *pick = stage_text(s);
	g_assert_nonnull(strstr(pick, "Sent"));
	stage_free(s);
}

void suite(void)
{
	unit_add(promise_23_no_key_takes_50_ms_on_any_screen);
	unit_add(promise_23_no_key_needs_an_answer);
	unit_add(promise_23_keys_show_though_nothing_is_answered);
}
