/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include "base/idn.h"
#include "base/utf8.h"
#include "compose/internal.h"

#define DOMAIN_MAX 253 /* RFC 1035 2.3.4 */
#define LABEL_MAX 63
#define ID_MAX 900
#define NAME_MAX_FIELD 76

bool text_is_sound(const char *value)
{
	if (!g_utf8_validate(value, -1, NULL))
		return false;
	for (const char *p = value; *p; p = g_utf8_next_char(p))
		if (*p != '\t' && g_unichar_iscntrl(g_utf8_get_char(p)))
			return false;
	return true;
}

bool value_is_sound(const char *value)
{
	return strlen(value) <= DRAFT_HEADER_MAX && text_is_sound(value);
}

bool id_is_sound(const char *id)
{
	size_t n = 0;
	for (; id && id[n]; n++)
		if (id[n] <= ' ' || id[n] > '~' || id[n] == '<' || id[n] == '>')
			return false;
	return n && n <= ID_MAX;
}

bool field_is_sound(const char *name)
{
	size_t n = 0;
	for (; name[n]; n++)
		if (name[n] <= ' ' || name[n] > '~' || name[n] == ':')
			return false;
	return n && n <= NAME_MAX_FIELD;
}

bool field_is_ours(const char *name)
{
	static const char *const names[] = { "From", "To", "Cc", "Bcc", "Reply-To", "Mail-Followup-To", "Subject",
		"Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Received", "Return-Path",
		"Delivered-To", "X-Original-To", "Apparently-To", "DKIM-Signature", "Authentication-Results",
		/* Words of the editor's text: in a message they are nobody's order. */
		"Attach", "Markdown" };
	static const char *const families[] = { "Content-", "Resent-", "ARC-" };
	struct str s = str_trim(str_of(name));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (str_is(s, names[i]))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
		if (str_starts(s, families[i]))
			return true;
	return false;
}

bool is_near(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	while (n && m && g_ascii_tolower(*a) == g_ascii_tolower(*b)) {
		a++, n--;
		b++, m--;
	}
	while (n && m && g_ascii_tolower(a[n - 1]) == g_ascii_tolower(b[m - 1])) {
		n--;
		m--;
	}
	bool swapped = n == 2 && m == 2 && g_ascii_tolower(a[0]) == g_ascii_tolower(b[1]) &&
		       g_ascii_tolower(a[1]) == g_ascii_tolower(b[0]);
	return swapped || (n <= 1 && m <= 1 && n + m);
}

/* --- addresses --- */

static bool is_quoted_local(struct str s)
{
	if (s.n < 2 || s.p[s.n - 1] != '"')
		return false;
	for (size_t i = 1; i < s.n - 1; i++) {
		if (s.p[i] == '"')
			return false;
		if (s.p[i] == '\\' && ++i == s.n - 1)
			return false;
	}
	return true;
}

/* Dots may stand together or last: there are providers who gave such addresses out. */
static bool is_local(struct str s)
{
	if (!s.n || s.p[0] == '.')
		return false;
	if (s.p[0] == '"')
		return is_quoted_local(s);
	for (const char *p = s.p; p < s.p + s.n; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (c < 0x80 ? !g_ascii_isalnum(*p) && !strchr("!#$%&'*+-/=?^_`{|}~.", *p)
			     : !g_unichar_isgraph(c) || c == 0xfffd)
			return false;
	}
	return true;
}

static bool is_label(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!g_ascii_isalnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n && s.n <= LABEL_MAX && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

static bool is_literal(struct str s)
{
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!g_ascii_isalnum(s.p[i]) && !strchr(":.-", s.p[i]))
			return false;
	return s.n > 2 && s.p[s.n - 1] == ']';
}

static bool is_domain(const char *domain)
{
	if (*domain == '[')
		return is_literal(str_of(domain));
	g_autofree char *ascii = idn_to_ascii(domain);
	struct str rest = str_of(ascii), label;
	if (!rest.n || rest.n > DOMAIN_MAX)
		return false;
	bool more = true;
	while (more) {
		more = str_cut(rest, '.', &label, &rest);
		if (!is_label(label))
			return false;
	}
	return true;
}

bool addr_is_sound(const char *addr)
{
	const char *domain = addr_domain(addr);
	size_t n = strlen(addr);
	if (n > ADDR_MAX || !*domain || !utf8_is_clean((struct str){ addr, n }) || strchr(addr, '\n') ||
		strchr(addr, '\t'))
		return false;
	return is_local((struct str){ addr, (size_t)(domain - 1 - addr) }) && is_domain(domain);
}

/* --- the whole draft --- */

static unsigned recipients_count(const struct draft *d)
{
	const GPtrArray *lists[] = { d->to, d->cc, d->bcc };
	unsigned n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint k = 0; k < lists[i]->len; k++)
			n += ((struct msg_addr *)lists[i]->pdata[k])->addr != NULL;
	return n;
}

G_GNUC_PRINTF(2, 3)
static void add_fault(GPtrArray *faults, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	g_autofree char *text = g_strdup_vprintf(format, ap);
	va_end(ap);
	/* Faults are shown: what is at fault may hold anything. */
	g_ptr_array_add(faults, utf8_line(str_of(text)));
}

static void check_addr(const char *field, const struct msg_addr *a, GPtrArray *faults)
{
	if (a->addr && !addr_is_sound(a->addr))
		add_fault(faults, _("'%s': '%s' is no mail address"), field, a->addr);
	if (a->name && !value_is_sound(a->name))
		add_fault(faults, _("'%s': control characters in the name '%s'"), field, a->name);
}

static void check_addrs(const char *field, const GPtrArray *addrs, GPtrArray *faults)
{
	for (guint i = 0; i < addrs->len; i++)
		check_addr(field, addrs->pdata[i], faults);
}

static void check_value(const char *field, const char *value, GPtrArray *faults)
{
	if (strlen(value) > DRAFT_HEADER_MAX)
		add_fault(faults, _("'%s': longer than %u octets"), field, DRAFT_HEADER_MAX);
	else if (!value_is_sound(value))
		add_fault(faults, _("'%s': control characters or bytes that are no UTF-8"), field);
}

static void check_fields(const struct draft *d, GPtrArray *faults)
{
	check_value("Subject", d->subject, faults);
	for (guint i = 0; i < d->extra->len; i++) {
		const struct msg_field *f = d->extra->pdata[i];
		if (!field_is_sound(f->name))
			add_fault(faults, _("'%s' cannot be the name of a field"), f->name);
		else if (field_is_ours(f->name))
			add_fault(faults, _("'%s' cannot be given as a further field"), f->name);
		else
			check_value(f->name, f->value, faults);
	}
}

static void check_files(const struct draft *d, GPtrArray *faults)
{
	if (d->files->len > DRAFT_ATTACHMENTS_MAX)
		add_fault(faults, _("more than %u attachments"), DRAFT_ATTACHMENTS_MAX);
	for (guint i = 0; i < d->names->len; i++)
		add_fault(faults, _("'%s' is not attached yet"), (const char *)d->names->pdata[i]);
}

int draft_check(const struct draft *d, GPtrArray *faults, enum err_cause *cause_out)
{
	guint before = faults->len;
	unsigned n = recipients_count(d);
	*cause_out = ERR_NONE;
	if (!d->from || !d->from->addr)
		add_fault(faults, "%s", _("there is no From address"));
	else
		check_addr("From", d->from, faults);
	check_addrs("To", d->to, faults);
	check_addrs("Cc", d->cc, faults);
	check_addrs("Bcc", d->bcc, faults);
	check_addrs("Reply-To", d->reply_to, faults);
	check_addrs("Mail-Followup-To", d->follow_up, faults);
	check_fields(d, faults);
	check_files(d, faults);
	if (n > DRAFT_RECIPIENTS_MAX)
		add_fault(faults, _("more than %u recipients"), DRAFT_RECIPIENTS_MAX);
	if (strlen(d->text) > DRAFT_TEXT_MAX)
		add_fault(faults, _("the text is longer than %u MB"), DRAFT_TEXT_MAX >> 20);
	if (faults->len > before)
		*cause_out = ERR_INPUT;
	if (!n) {
		add_fault(faults, "%s", _("there is nobody to send it to"));
		*cause_out = *cause_out == ERR_NONE ? ERR_USAGE : *cause_out;
	}
	return faults->len > before ? -1 : 0;
}
