/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said beside a text that was HTML. */
#include "app/app.h"

#include "base/i18n.h"

#define HOSTS_SAID 8

static const char *why_stripped(enum msg_html html)
{
	switch (html) {
	case MSG_HTML_MISSING: return N_("HTML without its layout: boxwood-html is not installed.");
	case MSG_HTML_OPEN: return N_("HTML without its layout: boxwood-html cannot be locked in on this machine.");
	case MSG_HTML_ENDED: return N_("HTML without its layout: boxwood-html was ended, or told nonsense.");
	case MSG_HTML_LIMIT: return N_("HTML without its layout: there is too much of it.");
	case MSG_HTML_FAILED: return N_("HTML without its layout: the command that is to show it failed.");
	default: return NULL;
	}
}

const char *app_html_state(void)
{
	enum msg_html state = engine_html_check();
	return state == MSG_HTML_LAID ? _("HTML is laid out by boxwood-html, which is locked in.")
				      : _(why_stripped(state));
}

static void add_count(GString *line, unsigned n, const char *counted)
{
	if (n)
		g_string_append_printf(line, "%s%s", line->len ? ", " : "", counted);
}

static char *not_loaded(const struct msg_remote *r)
{
	g_autofree char *images = g_strdup_printf(P_("%u image", "%u images", r->images), r->images);
	g_autofree char *beacons = g_strdup_printf(P_("%u beacon", "%u beacons", r->beacons), r->beacons);
	g_autofree char *others = g_strdup_printf(P_("%u other file", "%u other files", r->others), r->others);
	g_autoptr(GString) counts = g_string_new(NULL);
	add_count(counts, r->images, images);
	add_count(counts, r->beacons, beacons);
	add_count(counts, r->others, others);
	return g_strdup_printf(_("Not loaded from %s: %s."), *r->host ? r->host : _("other hosts"), counts->str);
}

static void add_hosts(GPtrArray *notes, const GPtrArray *hosts)
{
	guint said = MIN(hosts->len, HOSTS_SAID), more = hosts->len - said;
	for (guint i = 0; i < said; i++)
		g_ptr_array_add(notes, not_loaded(hosts->pdata[i]));
	if (more)
		g_ptr_array_add(
			notes, g_strdup_printf(P_("Nor from %u more host.", "Nor from %u more hosts.", more), more));
}

GPtrArray *app_text_notes(const struct msg_text *t)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
	const char *why = why_stripped(t->html);
	if (why)
		g_ptr_array_add(notes, g_strdup(_(why)));
	if (t->hidden)
		g_ptr_array_add(notes,
			g_strdup_printf(P_("Text that the writer hides is left out in %u place.",
						"Text that the writer hides is left out in %u places.", t->hidden),
				t->hidden));
	if (t->forms)
		g_ptr_array_add(notes,
			g_strdup_printf(P_("%u form is left out.", "%u forms are left out.", t->forms), t->forms));
	if (t->hosts)
		add_hosts(notes, t->hosts);
	return notes;
}

const char *app_link_target(const struct msg_link *l)
{
	return l->clean ? l->clean : l->url;
}

char *app_link_shown(const struct msg_link *l)
{
	if (!l->tracking)
		return g_strdup(l->url);
	return g_strdup_printf(
		P_("%s (%u tracking parameter removed)", "%s (%u tracking parameters removed)", l->tracking),
		app_link_target(l), l->tracking);
}
