/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line that is typed into, and the question that waits for a key. */
#include "ui/internal.h"

#include "base/i18n.h"

static void prompt_free(struct prompt *p)
{
	if (p->helper)
		p->helper->free(p);
	if (p->free)
		p->free(p->aux);
	input_clear(&p->input);
	g_free(p->label);
	g_free(p);
}

void prompt_drop(struct ui *ui)
{
	if (!ui->prompt)
		return;
	g_clear_pointer(&ui->prompt, prompt_free);
	ui_touch(ui);
}

void ui_ask(struct ui *ui, char *label, const char *text, bool hidden,
	void (*done)(struct ui *ui, struct str typed, void *aux), void *aux, void (*free)(void *aux))
{
	prompt_drop(ui);
	ui->prompt = g_new0(struct prompt, 1);
	ui->prompt->label = label;
	ui->prompt->done = done;
	ui->prompt->aux = aux;
	ui->prompt->free = free;
	input_init(&ui->prompt->input, text, hidden);
	ui_touch(ui);
}

void ui_ask_until(struct ui *ui, bool (*enough)(struct str typed, void *aux))
{
	ui->prompt->enough = enough;
}

static struct str prompt_text(const struct prompt *p)
{
	return (struct str){ p->input.text, p->input.n };
}

static void prompt_end(struct ui *ui)
{
	/* Taken out first: the answer may ask again. */
	struct prompt *p = g_steal_pointer(&ui->prompt);
	p->done(ui, prompt_text(p), p->aux);
	prompt_free(p);
}

void prompt_key(struct ui *ui, uint32_t key, const char *paste)
{
	struct prompt *p = ui->prompt;
	if (key == APP_KEY_ENTER) {
		prompt_end(ui);
	} else if (key == APP_KEY_ESC || key == KEY_STOP) {
		prompt_drop(ui);
	} else if (p->helper && (key == APP_KEY_TAB || key == APP_KEY_BACKTAB)) {
		p->helper->tab(ui, p, key == APP_KEY_BACKTAB);
	} else if (input_key(&p->input, key, paste)) {
		if (p->enough && p->enough(prompt_text(p), p->aux))
			prompt_end(ui);
		else if (p->helper)
			p->helper->typed(ui, p);
	}
	ui_touch(ui);
}

static void question_free(struct question *q)
{
	if (q->free)
		q->free(q->aux);
	g_free(q->text);
	g_free(q);
}

void question_drop(struct ui *ui)
{
	g_clear_pointer(&ui->question, question_free);
	ui_touch(ui);
}

static struct question *question_new(struct ui *ui, char *text, void *aux, void (*free)(void *aux))
{
	question_drop(ui);
	ui->question = g_new0(struct question, 1);
	*ui->question = (struct question){ .text = text, .aux = aux, .free = free };
	typing_drop(ui);
	ui_touch(ui);
	return ui->question;
}

void ui_question(struct ui *ui, char *text, void (*yes)(struct ui *ui, void *aux), void *aux, void (*free)(void *aux))
{
	struct question *q = question_new(ui, g_strdup_printf("%s %s", text, _("[y/N]")), aux, free);
	g_free(text);
	q->yes_or_no = true;
	q->choices[0] = (struct choice){ 'y', yes };
	q->choices[1] = (struct choice){ g_utf8_get_char(_("y")), yes };
}

void ui_choose(struct ui *ui, char *text, const struct choice *choices, void *aux, void (*free)(void *aux))
{
	struct question *q = question_new(ui, text, aux, free);
	for (int i = 0; i < CHOICES_MAX && choices[i].key; i++)
		q->choices[i] = choices[i];
}

static const struct choice *chosen(const struct question *q, uint32_t key)
{
	if (key == APP_KEY_ENTER && !q->yes_or_no)
		return &q->choices[0];
	for (int i = 0; i < CHOICES_MAX && q->choices[i].key; i++)
		if (q->choices[i].key == key)
			return &q->choices[i];
	return NULL;
}

/* Typed ahead of the question, or before anybody can have read it: no answer. */
void question_key(struct ui *ui, uint32_t key)
{
	struct question *q = ui->question;
	if (!q->live_at || clock_ms() < q->live_at)
		return;
	const struct choice *c = chosen(q, key);
	if (c) {
		ui->question = NULL;
		c->act(ui, q->aux);
		question_free(q);
	} else if (key == 'n' || key == 'N' || key == APP_KEY_ENTER || key == APP_KEY_ESC || key == 'q' ||
		   key == KEY_STOP) {
		question_drop(ui);
	}
	ui_touch(ui);
}

/* --- drawing --- */
void prompt_draw(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct rect r = l->message.rows ? l->message : l->body;
	r.rows = 1;
	input_draw(&ui->prompt->input, g, r, ui->prompt->label);
}

void question_draw(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct rect r = l->message.rows ? l->message : l->body;
	struct text *t = text_new();
	text_addf(t, STYLE_ERROR, 2, "? %s", ui->question->text);
	int rows = CLAMP(text_lines(t, r.cols, 6), 1, r.row + 1);
	r = (struct rect){ r.row + 1 - rows, r.col, rows, r.cols };
	for (int i = 0; i < r.rows; i++)
		grid_fill(g, r.row + i, r.col, r.cols, STYLE_NORMAL, ' ');
	text_draw(t, g, r);
	text_free(t);
	if (!ui->question->live_at)
		ui->question->live_at = clock_ms() + QUESTION_QUIET_MS;
}
