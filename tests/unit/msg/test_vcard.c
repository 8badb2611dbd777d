/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "msg/msg.h"
#include "tests/unit/unit.h"

static char *shape(struct str bytes)
{
	GString *s = g_string_new(NULL);
	g_autoptr(GPtrArray) cards = msg_vcards_parse(bytes);
	for (guint i = 0; i < cards->len; i++) {
		const struct msg_vcard *c = cards->pdata[i];
		g_string_append_printf(s, "%s[%s]%s", i ? "\n" : "", c->name ? c->name : "", c->cut ? " cut" : "");
		for (guint k = 0; k < c->fields->len; k++) {
			const struct msg_vcard_field *f = c->fields->pdata[k];
			g_string_append_printf(s, " %s", f->name);
			if (f->type)
				g_string_append_printf(s, "(%s)", f->type);
			if (f->pref)
				g_string_append_printf(s, "%u", f->pref);
			g_string_append_printf(s, "={%s}", f->value);
		}
	}
	return g_string_free(s, FALSE);
}

static void check(const char *version, const char *lines, const char *wanted)
{
	g_autofree char *text = g_strdup_printf("BEGIN:VCARD\r\nVERSION:%s\r\n%sEND:VCARD\r\n", version, lines);
	g_autofree char *got = shape(unit_str(text));
	g_assert_cmpstr(got, ==, wanted);
}

static void card_of_4_0_is_read(void)
{
	check("4.0",
		"FN:Vera Lund\r\nN:Lund;Vera;Q.,R.;Dr.;MD\r\nORG:Box;Sales\r\n"
		"EMAIL;PREF=2;TYPE=\"work,home\":a@x.example\r\nEMAIL;PREF=1:b@x.example\r\n"
		"TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+1-555\r\nEMAIL:mailto:c@x.example\r\n",
		"[Vera Lund] fn={Vera Lund} n={Dr. Vera Q.,R. Lund MD} org={Box, Sales} email1={b@x.example} "
		"email(work, home)2={a@x.example} email={c@x.example} tel(cell)={+1-555}");
}

static void escapes_and_folds_of_3_0_are_undone(void)
{
	check("3.0",
		"FN:Vera Lu\r\n nd\\, tea\r\n  m\r\nNOTE:one\\ntwo\\;three\\\\\r\nNICKNAME:V,Vee\\,1\r\n"
		"ADR;TYPE=home:;;1 Street\\; back;Oslo;;0150;Norway\r\n",
		"[Vera Lund, tea m] fn={Vera Lund, tea m} nickname={V, Vee,1} "
		"adr(home)={1 Street; back, Oslo, 0150, Norway} note={one two;three\\}");
}

static void fold_may_cut_a_character(void)
{
	check("3.0", "FN:Gr\xc3\r\n \xbc\xc3\x9f\r\n", "[Grüß] fn={Grüß}");
}

static void quoted_printable_and_charset_of_2_1_are_undone(void)
{
	check("2.1",
		"N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;\r\n"
		"FN;QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg=\r\n =\r\nM=C3=BCller\r\nTITLE:Head of\r\n it\r\n"
		"ORG:Box\\; Sons;Sales\r\nNOTE:C:\\new\r\n",
		"[Jörg Müller] fn={Jörg Müller} n={Jörg Müller} org={Box; Sons, Sales} title={Head of it} "
		"note={C:\\new}");
}

static void bare_words_of_2_1_are_types(void)
{
	check("2.1", "EMAIL;INTERNET;HOME:h@x.example\r\nEMAIL;INTERNET;PREF:p@x.example\r\nTEL;WORK;FAX:1\r\n",
		"[p@x.example] email1={p@x.example} email(home)={h@x.example} tel(work, fax)={1}");
}

static void group_before_a_name_is_passed_over(void)
{
	check("3.0", "item1.EMAIL;type=INTERNET;type=pref:a@x.example\r\nitem1.X-ABLabel:Work\r\nFN:A\r\n",
		"[A] fn={A} email1={a@x.example}");
}

static void name_is_put_together_when_none_is_said(void)
{
	check("3.0", "N:Lund;Vera\r\n", "[Vera Lund] n={Vera Lund}");
	check("3.0", "ORG:Box\r\nFN:\r\n", "[Box] org={Box}");
	check("3.0", "TEL:1\r\n", "[] tel={1}");
}

static void quotes_hold_what_would_separate(void)
{
	check("4.0", "EMAIL;X-A=\"a;b:c\";TYPE=work:a@x.example\r\n", "[a@x.example] email(work)={a@x.example}");
}

static void pictures_are_passed_over(void)
{
	check("3.0", "PHOTO;ENCODING=b:AAAA\r\n BBBB\r\nFN:A\r\nNOTE;ENCODING=BASE64:AAAA\r\n", "[A] fn={A}");
}

static void card_within_a_card_is_not_its_own(void)
{
	check("2.1", "FN:A\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:B\r\nEMAIL:b@x.example\r\nEND:VCARD\r\nTEL:1\r\n",
		"[A] fn={A} tel={1}");
}

static void cards_follow_each_other_also_without_an_end(void)
{
	g_autofree char *got = shape(unit_str(
		"junk\nBEGIN:VCARD\nFN:A\nbegin:vcard\nFN:B\nEND:VCARD\n\nBEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:C"));
	g_assert_cmpstr(got, ==, "[A] fn={A}\n[B] fn={B}\n[C] fn={C}");
}

static void control_bytes_do_not_come_through(void)
{
	check("4.0",
		"FN:a\x1b[31m\xe2\x80\xae"
		"b\r\nTEL;TYPE=\x1b:1\r\n",
		"[a\xef\xbf\xbd[31m\xef\xbf\xbd"
		"b] fn={a\xef\xbf\xbd[31m\xef\xbf\xbd"
		"b} tel(\xef\xbf\xbd)={1}");
}

static void promise_21_long_lines_and_many_fields_are_cut(void)
{
	g_autoptr(GString) s = g_string_new("BEGIN:VCARD\r\nFN:A\r\nNOTE:");
	for (int i = 0; i < 70000; i++)
		g_string_append_c(s, 'x');
	g_string_append(s, "\r\nEND:VCARD\r\nBEGIN:VCARD\r\n");
	for (int i = 0; i < 300; i++)
		g_string_append(s, "TEL:1\r\n");
	g_string_append(s, "END:VCARD\r\n");
	g_autoptr(GPtrArray) cards = msg_vcards_parse(unit_exact(s->str, s->len));
	g_assert_cmpuint(cards->len, ==, 2);
	const struct msg_vcard *a = cards->pdata[0], *b = cards->pdata[1];
	g_assert_true(a->cut && b->cut);
	g_assert_cmpuint(a->fields->len, ==, 1);
	g_assert_cmpuint(b->fields->len, ==, 200);
}

static void every_beginning_of_a_card_is_read(void)
{
	static const char card[] = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=x;QUOTED-PRINTABLE:=C3=\r\n=\r\n\r\n "
				   "item.N:;;\\;\\\r\nEMAIL;PREF=0;TYPE=\":\"a\r\nEND:VCARD\r\n";
	for (size_t n = 0; n < sizeof(card); n++) {
		g_autoptr(GPtrArray) cards = msg_vcards_parse(unit_exact(card, n));
		g_assert_cmpuint(cards->len, <=, 1);
	}
}

void suite(void)
{
	unit_add(card_of_4_0_is_read);
	unit_add(escapes_and_folds_of_3_0_are_undone);
	unit_add(fold_may_cut_a_character);
	unit_add(quoted_printable_and_charset_of_2_1_are_undone);
	unit_add(bare_words_of_2_1_are_types);
	unit_add(group_before_a_name_is_passed_over);
	unit_add(name_is_put_together_when_none_is_said);
	unit_add(quotes_hold_what_would_separate);
	unit_add(pictures_are_passed_over);
	unit_add(card_within_a_card_is_not_its_own);
	unit_add(cards_follow_each_other_also_without_an_end);
	unit_add(control_bytes_do_not_come_through);
	unit_add(promise_21_long_lines_and_many_fields_are_cut);
	unit_add(every_beginning_of_a_card_is_read);
}
