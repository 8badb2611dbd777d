/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#define KEYS 5000

static const char *const keys[] = { "j", "k", "\r", "q", "i", "\t", "\033\t", " ", "-", "=", "*", "H", "M", "v", "h",
	"E", "s", "$", "c", "}", "{", "B", "!w", "!n", "!p", "!x", "?", "\033[A", "\033[B", "\033[C", "\033[D",
	"\033[5~", "\033[6~", "\033[H", "\033[F", "\x03", "\x0c", "x", "\xc3", "\xe5\xb1\xb1", "\x7f", "\033",
	"\033\033", "dev", "\033[200~paste\nd\033[201~", "\033]0;x", "\a", "z", "Z", "1", "in", "d", "A", "S", "F", "N",
	"t", "u", "\033u", "C", "w", "W", "y", "X", "r", ";", "\x12", "\x14", "m", "g", "L", "f", "\033f", "b", "e",
	"R", "Q", "F", "P", "D", "p", "/", "2", "5", "x", "\x18", "a@b.example\r", "!1", "!f", "!e", "!o", "!r", "!m",
	":", ":mov\r", ":move lists\t\r", ":archive\r", ":\x10\r", ":\x0b", ":bind index q down\r", "9", "\033z", "]",
	"[", "?arch\r", "\\", "U", "I", "vs", "\033s", "\033[C", "\r" };

static void upset(struct stage *s, GRand *rand)
{
	struct event *ev = event_new(g_rand_boolean(rand) ? EV_CHANGED : EV_FOLDER, 0, 0);
	ev->folder_id = 1;
	switch (g_rand_int_range(rand, 0, 10)) {
	case 7: s->full_disk = !s->full_disk; break;
	case 8: s->mail_refusal = s->mail_refusal ? NULL : "no"; break;
	case 9: stage_deliver(s); break;
	case 0: s->rows += (uint32_t)g_rand_int_range(rand, 0, 5); break;
	case 1: s->rows -= MIN(s->rows, (uint32_t)g_rand_int_range(rand, 0, 5)); break;
	case 4: s->no_role = !s->no_role; break;
	case 5: s->refusal = s->refusal ? NULL : "no"; break;
	case 6:
		s->slow_changes = !s->slow_changes;
		stage_durable(s);
		break;
	case 2: s->silent = !s->silent; break;
	default: s->lose_message = !s->lose_message; break;
	}
	stage_tell(s, ev);
}

static void click(struct stage *s, GRand *rand)
{
	static const int buttons[] = { 0, 0, 0, 32, 64, 65 };
	g_autofree char *report = g_strdup_printf("\033[<%d;%d;%d%c", buttons[g_rand_int_range(rand, 0, 6)],
		g_rand_int_range(rand, 1, 222), g_rand_int_range(rand, 1, 62), g_rand_boolean(rand) ? 'M' : 'm');
	stage_type(s, report);
}

static void monkey(guint32 seed)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	struct stage *s = stage_new(24, 80);
	for (int i = 0; i < KEYS; i++) {
		int what = g_rand_int_range(rand, 0, 40);
		if (what == 0)
			stage_resize(s, g_rand_int_range(rand, 1, 60), g_rand_int_range(rand, 1, 220));
		else if (what == 1)
			upset(s, rand);
		else if (what == 2)
			clock_advance(100);
		else if (what == 3)
			click(s, rand);
		else
			stage_type(s, keys[g_rand_int_range(rand, 0, G_N_ELEMENTS(keys))]);
		if (s->ui->quit) {
			stage_free(s);
			s = stage_new(24, 80);
		}
	}
	stage_free(s);
}

static void d29_monkey_of_four_seeds_breaks_nothing(void)
{
	for (guint32 seed = 1; seed <= 4; seed++)
		monkey(seed);
}

void suite(void)
{
	unit_add(d29_monkey_of_four_seeds_breaks_nothing);
}
