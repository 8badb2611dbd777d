/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a claim on a letter is: the file of that name is locked as long as its process lives. */
#include "engine/outbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

#define CLAIM "claim-"
#define SWEPT_AFTER_S 86400

int claims_open(struct engine *en, struct err *e)
{
	if (en->claim_lock)
		return 0;
	uint32_t random[2];
	net_random(random, sizeof(random));
	g_free(en->claim);
	en->claim = g_strdup_printf(CLAIM "%08x%08x", random[0], random[1]);
	g_autofree char *path = g_build_filename(en->settings.state_dir, en->claim, NULL);
	en->claim_lock = fs_lock(path, false, 0, NULL, e);
	return en->claim_lock ? 0 : -1;
}

void claims_close(struct engine *en)
{
	g_autofree char *path = en->claim ? g_build_filename(en->settings.state_dir, en->claim, NULL) : NULL;
	if (en->claim_lock && unlink(path))
		log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
	fs_unlock(en->claim_lock);
	g_free(en->claim);
}

static bool is_alive(const char *owner, void *aux)
{
	const struct engine *en = aux;
	struct err e = ERR_INIT;
	if (!owner || !g_str_has_prefix(owner, CLAIM) || strchr(owner, '/'))
		return false;
	g_autofree char *path = g_build_filename(en->settings.state_dir, owner, NULL);
	if (!g_strcmp0(owner, en->claim))
		return true;
	if (access(path, F_OK))
		return false;
	/* Who cannot be asked (no descriptor is left) counts as alive: a letter of his is not sent a second time. */
	struct fs_lock *l = fs_lock(path, false, 0, NULL, &e);
	bool alive = !l;
	if (l && unlink(path))
		log_line(LOG_INFO, "%s stays: %s", path, g_strerror(errno));
	fs_unlock(l);
	err_clear(&e);
	return alive;
}

/* What a process left that died in the middle: it leaves again, or it may have left. */
void claims_take_orphans(struct engine *en)
{
	g_autoptr(GPtrArray) changed = store_mails_new();
	struct err e = ERR_INIT;
	if (store_mails_orphaned(en->store, is_alive, en, changed, &e))
		log_line(LOG_ERROR, "%s", e.text);
	for (unsigned i = 0; i < changed->len; i++) {
		const struct store_mail *m = changed->pdata[i];
		struct account *a = account_numbered(en, m->account);
		if (a)
			outbox_tell(a, 0, m->id, false);
	}
	err_clear(&e);
}

/* A process that died with nothing claimed leaves its file. */
void claims_sweep(struct engine *en)
{
	GDir *d = g_dir_open(en->settings.state_dir, 0, NULL);
	const char *name;
	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(en->settings.state_dir, name, NULL);
		if (g_str_has_prefix(name, CLAIM) && fs_is_older(path, SWEPT_AFTER_S))
			is_alive(name, en);
	}
	if (d)
		g_dir_close(d);
}
