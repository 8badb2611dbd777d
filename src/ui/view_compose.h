/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The review of a letter, shared by its two files: view_compose.c (what is shown and done) and view_from.c (its picker). */
#ifndef BOXWOOD_UI_VIEW_COMPOSE_H
#define BOXWOOD_UI_VIEW_COMPOSE_H

#include "ui/internal.h"

struct view_compose {
	struct view view;
	struct model_letter *letter; /* NULL: released */
	struct text *text;
	bool stale;    /* the text is to be laid out anew */
	bool touched;  /* something was changed here */
	bool sends;    /* once it is known whom it goes to */
	int64_t at;    /* when it is to leave, over the questions before that; 0: now */
	bool unfilled; /* it is from a template whose marks stand there yet */
	bool asks_all; /* the subject follows, then the editor */
	GPtrArray *guards;
	GPtrArray *rows; /* of the picker; NULL: it is closed */
	struct list list;
};

/* --- view_compose.c --- */
struct view_compose *compose_of(const struct view *view);     /* NULL: another view */
struct view_compose *compose_still(struct ui *ui, void *aux); /* NULL: it is gone */
void compose_touch(struct view_compose *v);                   /* the letter was changed */
void compose_refresh(struct view_compose *v);                 /* lays out anew what is stale */
void compose_switch(struct view_compose *v, bool picks);      /* whose keys count */

/* --- view_from.c --- */
void from_open(struct view_compose *v);
bool from_command(struct view *view, enum app_command c);
bool from_key(struct view *view, uint32_t key, const char *paste);

#endif
