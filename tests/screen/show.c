/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up mail on a real terminal, for tests that want one and for people who look at the screens. */
#include <locale.h>
#include <stdio.h>

#include "tests/screen/stage.h"

int main(void)
{
	struct err e = ERR_INIT;
	setlocale(LC_ALL, "");
	int code = stage_run(&e);
	if (e.text)
		fprintf(stderr, "show: %s\n", e.text);
	err_clear(&e);
	return code;
}
