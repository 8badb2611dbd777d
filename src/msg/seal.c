/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is signed or encrypted, by the structure alone: nothing is verified, nothing is decrypted. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

static const struct {
	const char *type;
	enum msg_seal_kind kind;
	enum msg_seal_scheme scheme;
} sealed_types[] = {
	{ "application/pgp-encrypted", MSG_SEAL_ENCRYPTED, MSG_SEAL_OPENPGP },
	{ "application/pkcs7-mime", MSG_SEAL_ENVELOPE, MSG_SEAL_SMIME },
	{ "application/x-pkcs7-mime", MSG_SEAL_ENVELOPE, MSG_SEAL_SMIME },
};

static enum msg_seal_scheme scheme_of(const struct msg_part *p)
{
	if (!strcmp(p->type, "application/pgp-signature") || !strcmp(p->type, "application/pgp-encrypted"))
		return MSG_SEAL_OPENPGP;
	if (g_str_has_suffix(p->type, "pkcs7-signature") || g_str_has_suffix(p->type, "pkcs7-mime"))
		return MSG_SEAL_SMIME;
	return MSG_SEAL_UNKNOWN;
}

static enum msg_seal_scheme scheme_within(const struct msg_part *p)
{
	for (guint i = 0; p->children && i < p->children->len; i++)
		if (scheme_of(p->children->pdata[i]))
			return scheme_of(p->children->pdata[i]);
	return MSG_SEAL_UNKNOWN;
}

static void add(GArray *seals, const struct msg_part *p, enum msg_seal_kind kind, enum msg_seal_scheme scheme)
{
	struct msg_seal s = { kind, scheme, p };
	g_array_append_val(seals, s);
}

/* Recursion is as deep as MSG_DEPTH_MAX allows. */
static void look(const struct msg_part *p, GArray *seals)
{
	if (!strcmp(p->type, "multipart/signed"))
		add(seals, p, MSG_SEAL_SIGNED, scheme_within(p));
	else if (!strcmp(p->type, "multipart/encrypted"))
		add(seals, p, MSG_SEAL_ENCRYPTED, scheme_within(p));
	for (size_t i = 0; i < G_N_ELEMENTS(sealed_types); i++)
		/* The first part of multipart/encrypted was told with it; other software takes that apart. */
		if (!strcmp(p->type, sealed_types[i].type) &&
			!(seals->len && msg_seal_covers(&g_array_index(seals, struct msg_seal, seals->len - 1), p)))
			add(seals, p, sealed_types[i].kind, sealed_types[i].scheme);
	for (guint i = 0; p->children && i < p->children->len; i++)
		look(p->children->pdata[i], seals);
}

GArray *msg_seals(const struct msg_part *root)
{
	GArray *seals = g_array_new(FALSE, FALSE, sizeof(struct msg_seal));
	look(root, seals);
	return seals;
}

static bool holds(const struct msg_part *within, const struct msg_part *p)
{
	if (within == p)
		return true;
	for (guint i = 0; within->children && i < within->children->len; i++)
		if (holds(within->children->pdata[i], p))
			return true;
	return false;
}

/* Of multipart/signed the first part alone is what was signed (RFC 1847, 2.1). */
bool msg_seal_covers(const struct msg_seal *s, const struct msg_part *p)
{
	if (s->kind != MSG_SEAL_SIGNED)
		return holds(s->part, p);
	return s->part->children && s->part->children->len && holds(s->part->children->pdata[0], p);
}
