/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SRV and MX records of a domain. Nothing of them is verified: whoever uses them shows them to the user, and the host's
 * certificate has to bear its name. */
#include "net/net.h"

#include <string.h>

#include <gio/gio.h>

#define TARGETS_MAX 20

struct lookup {
	GCancellable *cancel;
	char *domain;
	void (*done)(const GPtrArray *targets, struct err *e, void *aux);
	void *aux;
	bool mail; /* MX */
	bool abandoned;
};

static void target_free(void *p)
{
	struct net_target *t = p;
	g_free(t->host);
	g_free(t);
}

/* Without the dot of the root. "": the service is not offered (RFC 2782). */
static void add(GPtrArray *targets, const char *host, uint16_t port)
{
	size_t n = strlen(host);
	while (n && host[n - 1] == '.')
		n--;
	if (!n || targets->len >= TARGETS_MAX)
		return;
	struct net_target *t = g_new(struct net_target, 1);
	*t = (struct net_target){ g_ascii_strdown(host, (gssize)n), port };
	g_ptr_array_add(targets, t);
}

/* In the order of RFC 2782, which GIO has made. */
static void take_srv(GPtrArray *targets, GList *found)
{
	for (GList *i = found; i; i = i->next)
		add(targets, g_srv_target_get_hostname(i->data), g_srv_target_get_port(i->data));
	g_resolver_free_targets(found);
}

static int by_preference(const void *a, const void *b)
{
	guint16 left, right;
	g_variant_get_child((GVariant *)a, 0, "q", &left);
	g_variant_get_child((GVariant *)b, 0, "q", &right);
	return (left > right) - (left < right);
}

static void take_mx(GPtrArray *targets, GList *found)
{
	found = g_list_sort(found, by_preference);
	for (GList *i = found; i; i = i->next) {
		const char *host;
		g_variant_get_child(i->data, 1, "&s", &host);
		add(targets, host, 0);
	}
	g_list_free_full(found, (GDestroyNotify)g_variant_unref);
}

static void finished(GObject *resolver, GAsyncResult *result, gpointer data)
{
	struct lookup *l = data;
	struct err e = ERR_INIT;
	g_autoptr(GError) why = NULL;
	g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func(target_free);
	GResolver *r = G_RESOLVER(resolver);
	if (l->mail)
		take_mx(targets, g_resolver_lookup_records_finish(r, result, &why));
	else
		take_srv(targets, g_resolver_lookup_service_finish(r, result, &why));
	if (why && !g_error_matches(why, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER,
			"'%s' cannot be looked up: the name service gives no answer", l->domain);
	struct lookup copy = *l;
	g_object_unref(l->cancel);
	g_free(l);
	if (!copy.abandoned)
		copy.done(targets, &e, copy.aux);
	g_free(copy.domain);
	err_clear(&e);
}

struct lookup *lookup_new(const char *service, const char *domain,
	void (*done)(const GPtrArray *targets, struct err *e, void *aux), void *aux)
{
	struct lookup *l = g_new0(struct lookup, 1);
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	*l = (struct lookup){ .done = done, .aux = aux, .mail = !service };
	l->cancel = g_cancellable_new();
	l->domain = g_strdup(domain);
	if (service)
		g_resolver_lookup_service_async(resolver, service, "tcp", domain, l->cancel, finished, l);
	else
		g_resolver_lookup_records_async(resolver, domain, G_RESOLVER_RECORD_MX, l->cancel, finished, l);
	return l;
}

void lookup_free(struct lookup *l)
{
	if (!l)
		return;
	/* GIO still calls back, so its end frees. */
	l->abandoned = true;
	g_cancellable_cancel(l->cancel);
}
