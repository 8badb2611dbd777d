/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account that is being set up: what was given and what follows from it. */
#include "app/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define LABEL_MAX 24
#define FROMS_MAX 50

const char *const setup_test_names[] = { "receive", "login", "folders", "roles", "send", "from" };

struct setup *setup_new(const struct cfg *cfg)
{
	struct setup *s = g_new0(struct setup, 1);
	s->cfg = cfg;
	s->choices = g_ptr_array_new_with_free_func(g_free);
	s->logins = g_ptr_array_new_with_free_func(g_free);
	s->aliases = g_ptr_array_new_with_free_func(g_free);
	s->keep = SETUP_KEEP_FILE;
	for (int keep = SETUP_KEEP_TOOL; keep < SETUP_KEEP_FILE; keep++)
		if (setup_keep_works((enum setup_keep)keep)) {
			s->keep = (enum setup_keep)keep;
			break;
		}
	return s;
}

static void result_clear(struct setup_result *r)
{
	g_free(r->text);
	g_free(r->server);
	err_clear(&r->err);
	*r = (struct setup_result){ 0 };
}

void setup_forget(struct setup *s, enum setup_test from, enum setup_test to)
{
	for (int i = from; i <= (int)to; i++)
		result_clear(&s->results[i]);
	if (from <= SETUP_FOLDERS && to >= SETUP_FOLDERS) {
		s->folders = 0;
		g_clear_pointer(&s->found_prefix, g_free);
	}
}

void setup_free(struct setup *s)
{
	if (!s)
		return;
	setup_forget(s, 0, SETUP_TESTS - 1);
	char *const texts[] = { s->email, s->name, s->label, s->found_where, s->typed_login,
		s->typed_server[SETUP_IMAP], s->typed_server[SETUP_SMTP], s->prefix, s->command };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_ptr_array_unref(s->choices);
	g_ptr_array_unref(s->logins);
	g_ptr_array_unref(s->aliases);
	cfg_card_free(s->found);
	g_free(s);
}

/* --- checking by the mailrc's own rules --- */

/* The words typed as words of a mailrc. */
static char *words_of(const char *typed)
{
	g_auto(GStrv) words = g_strsplit_set(typed, " \t", -1);
	GString *out = g_string_new(NULL);
	for (char **w = words; *w; w++) {
		if (!**w)
			continue;
		g_autofree char *quoted = cfg_quoted(*w);
		g_string_append_printf(out, "%s%s", out->len ? " " : "", quoted);
	}
	return g_string_free(out, FALSE);
}

/* The account with that line is read as if it stood in a mailrc; the first mistake of it is told. */
static struct cfg *read_line(const char *line, struct err *e)
{
	bool email = g_str_has_prefix(line, "email ");
	g_autofree char *text = g_strdup_printf("account check {\n%s\n%s%s}\n", line,
		email ? "" : "email a@b.invalid\n", g_str_has_prefix(line, "imap ") ? "" : "imap h.invalid:993 tls\n");
	struct cfg *cfg = cfg_parse(str_of(text), "", NULL);
	for (guint i = 0; i < cfg->diags->len; i++) {
		const struct cfg_diag *d = cfg->diags->pdata[i];
		if (d->level != CFG_ERROR)
			continue;
		err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, "%s%s%s%s", d->text, d->hint ? " (" : "",
			d->hint ? d->hint : "", d->hint ? ")" : "");
		cfg_free(cfg);
		return NULL;
	}
	return cfg;
}

static int check_line(const char *word, const char *value, struct err *e)
{
	g_autofree char *line = g_strdup_printf("%s %s", word, value);
	struct cfg *cfg = read_line(line, e);
	cfg_free(cfg);
	return cfg ? 0 : -1;
}

/* --- the name of the account --- */

static bool is_taken(const struct cfg *cfg, const char *label)
{
	for (guint i = 0; i < cfg->broken->len; i++)
		if (!strcmp(cfg->broken->pdata[i], label))
			return true;
	return cfg->accounts->len && cfg_account(cfg, label);
}

/* "vera@box.example": "box", "box-2". */
static char *make_label(const struct cfg *cfg, const char *email)
{
	const char *domain = strrchr(email, '@') + 1;
	g_autoptr(GString) base = g_string_new(NULL);
	for (const char *c = domain; *c && *c != '.' && base->len < LABEL_MAX; c++)
		if (g_ascii_isalnum(*c) || (*c == '-' && base->len))
			g_string_append_c(base, g_ascii_tolower(*c));
	if (!base->len)
		g_string_assign(base, "mail");
	char *label = g_strdup(base->str);
	for (unsigned n = 2; is_taken(cfg, label); n++) {
		g_free(label);
		label = g_strdup_printf("%s-%u", base->str, n);
	}
	return label;
}

/* --- providers and login names --- */

const struct setup_choice *setup_choice_of(const struct setup *s)
{
	return s->choice < s->choices->len ? s->choices->pdata[s->choice] : NULL;
}

static const struct cfg_card *card_of(const struct setup *s)
{
	const struct setup_choice *c = setup_choice_of(s);
	return c ? c->card : NULL;
}

static void add_choice(struct setup *s, enum setup_kind kind, const struct cfg_card *card)
{
	struct setup_choice *c = g_new(struct setup_choice, 1);
	*c = (struct setup_choice){ kind, card };
	g_ptr_array_add(s->choices, c);
}

/* The provider's own domains first, then what was looked up, then who may host the domain. */
static void make_choices(struct setup *s)
{
	const char *domain = strrchr(s->email, '@') + 1;
	g_ptr_array_set_size(s->choices, 0);
	for (guint i = 0; i < s->cfg->cards->len; i++) {
		const struct cfg_card *card = s->cfg->cards->pdata[i];
		if (cfg_card_owns(card, domain))
			add_choice(s, SETUP_CARD, card);
	}
	bool owned = s->choices->len;
	if (s->found)
		add_choice(s, SETUP_FOUND, s->found);
	if (!owned && !s->found)
		add_choice(s, SETUP_LOOK_UP, NULL);
	for (guint i = 0; !owned && i < s->cfg->cards->len; i++) {
		const struct cfg_card *card = s->cfg->cards->pdata[i];
		if (card->logins->len)
			add_choice(s, SETUP_HOSTED, card);
	}
	if (owned || s->found)
		add_choice(s, SETUP_LOOK_UP, NULL);
	add_choice(s, SETUP_BY_HAND, NULL);
	s->choice = 0;
}

static void make_logins(struct setup *s)
{
	const struct cfg_card *card = card_of(s);
	g_ptr_array_set_size(s->logins, 0);
	s->login = 0;
	if (!s->email)
		return;
	if (card) {
		g_autoptr(GPtrArray) logins = cfg_card_logins(card, s->email);
		for (guint i = 0; i < logins->len; i++)
			g_ptr_array_add(s->logins, g_strdup(logins->pdata[i]));
	}
	if (s->logins->len)
		return;
	g_ptr_array_add(s->logins, g_strdup(s->email));
	g_ptr_array_add(s->logins, g_strndup(s->email, (gsize)(strrchr(s->email, '@') - s->email)));
}

/* Another provider: what the former one's servers said counts no more. */
static void provider_changed(struct setup *s)
{
	for (int i = 0; i < SETUP_SERVICES; i++)
		s->server[i] = 0;
	s->sends_not = false;
	make_logins(s);
	setup_forget(s, 0, SETUP_TESTS - 1);
}

int setup_set_email(struct setup *s, const char *typed, struct err *e)
{
	g_autofree char *email = str_dup(str_trim(str_of(typed)));
	g_autofree char *word = cfg_quoted(email);
	if (!strchr(email, '@') || check_line("email", word, e)) {
		g_autofree char *clean = utf8_line(str_of(email));
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' is no mail address"), clean);
	}
	if (!g_strcmp0(s->email, email))
		return 0;
	g_free(s->email);
	s->email = g_steal_pointer(&email);
	g_free(s->label);
	s->label = make_label(s->cfg, s->email);
	g_clear_pointer(&s->found, cfg_card_free);
	g_clear_pointer(&s->found_where, g_free);
	make_choices(s);
	provider_changed(s);
	return 0;
}

void setup_set_name(struct setup *s, const char *typed)
{
	g_autofree char *clean = utf8_line(str_trim(str_of(typed)));
	g_free(s->name);
	s->name = *clean ? g_steal_pointer(&clean) : NULL;
}

void setup_choose(struct setup *s, unsigned choice)
{
	if (choice >= s->choices->len || choice == s->choice)
		return;
	s->choice = choice;
	provider_changed(s);
}

int setup_choose_card(struct setup *s, const char *name, struct err *e)
{
	const struct cfg_card *card = cfg_card(s->cfg, name);
	if (!card)
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER,
			_("there is no card of a provider '%s'; `boxwood provider list` names them"), name);
	for (guint i = 0; i < s->choices->len; i++)
		if (((const struct setup_choice *)s->choices->pdata[i])->card == card) {
			setup_choose(s, i);
			return 0;
		}
	add_choice(s, SETUP_HOSTED, card);
	setup_choose(s, s->choices->len - 1);
	return 0;
}

void setup_take_found(struct setup *s, struct cfg_card *found, const char *where, bool unsure)
{
	s->found_unsure = unsure;
	cfg_card_free(s->found);
	g_free(s->found_where);
	s->found = found;
	s->found_where = g_strdup(where);
	make_choices(s);
	for (guint i = 0; i < s->choices->len; i++)
		if (found && ((const struct setup_choice *)s->choices->pdata[i])->kind == SETUP_FOUND)
			s->choice = i;
	provider_changed(s);
}

/* "mx1.runbox.com" is of who has "mail.runbox.com", or gives out addresses of "runbox.com". */
static bool is_below(const char *host, const char *domain)
{
	size_t h = strlen(host), d = strlen(domain);
	return h >= d && !g_ascii_strcasecmp(host + h - d, domain) && (h == d || host[h - d - 1] == '.');
}

static bool is_below_any(const char *host, const GPtrArray *domains)
{
	for (guint i = 0; i < domains->len; i++)
		if (is_below(host, domains->pdata[i]))
			return true;
	return false;
}

/* By the name of its own mail servers, or of the addresses it gives out. */
static bool is_of_host(const struct cfg_card *card, const char *host)
{
	if (!card->logins->len)
		return false;
	for (guint i = 0; i < card->imap->len; i++) {
		const struct cfg_server *s = card->imap->pdata[i];
		const char *dot = strchr(s->host, '.');
		if (dot && strchr(dot + 1, '.') && is_below(host, dot + 1))
			return true;
	}
	return is_below_any(host, card->domains);
}

const struct cfg_card *setup_card_of_hosts(const struct cfg *cfg, const GPtrArray *hosts)
{
	for (guint k = 0; k < hosts->len; k++) {
		for (guint i = 0; i < cfg->cards->len; i++)
			if (is_below_any(hosts->pdata[k], ((const struct cfg_card *)cfg->cards->pdata[i])->mx))
				return cfg->cards->pdata[i];
		for (guint i = 0; i < cfg->cards->len; i++)
			if (is_of_host(cfg->cards->pdata[i], hosts->pdata[k]))
				return cfg->cards->pdata[i];
	}
	return NULL;
}

bool setup_is_vouched(const struct setup *s)
{
	const struct setup_choice *c = setup_choice_of(s);
	const char *domain = s->email ? strrchr(s->email, '@') + 1 : "";
	if (!c || c->kind != SETUP_FOUND || !s->found_unsure)
		return true;
	const GPtrArray *const lists[] = { c->card->imap, c->card->smtp };
	for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
		for (guint i = 0; i < lists[k]->len; i++)
			if (!is_below(((const struct cfg_server *)lists[k]->pdata[i])->host, domain))
				return false;
	return true;
}

const char *setup_login(const struct setup *s)
{
	if (s->typed_login)
		return s->typed_login;
	return s->login < s->logins->len ? s->logins->pdata[s->login] : NULL;
}

int setup_set_login(struct setup *s, const char *typed, struct err *e)
{
	g_autofree char *login = str_dup(str_trim(str_of(typed)));
	g_autofree char *word = cfg_quoted(login);
	if (*login && check_line("login", word, e))
		return -1;
	g_free(s->typed_login);
	s->typed_login = *login ? g_steal_pointer(&login) : NULL;
	for (guint i = 0; s->typed_login && i < s->logins->len; i++)
		if (!strcmp(s->logins->pdata[i], s->typed_login)) {
			s->login = i;
			g_clear_pointer(&s->typed_login, g_free);
		}
	setup_forget(s, SETUP_LOGIN, SETUP_FROM);
	return 0;
}

void setup_next_login(struct setup *s, int by)
{
	int n = (int)s->logins->len;
	if (!n)
		return;
	s->login = s->typed_login ? 0 : (unsigned)(((int)s->login + by + n) % n);
	g_clear_pointer(&s->typed_login, g_free);
	setup_forget(s, SETUP_LOGIN, SETUP_FROM);
}

int setup_take_cli(struct setup *s, const struct cli *c, struct err *e)
{
	const char *email = cli_value(c, CLI_EMAIL), *provider = cli_value(c, CLI_PROVIDER);
	const char *login = cli_value(c, CLI_LOGIN), *name = cli_value(c, CLI_NAME);
	if (!email && (provider || login))
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--email is missing"));
	if (email && setup_set_email(s, email, e))
		return -1;
	if (name)
		setup_set_name(s, name);
	if (provider && setup_choose_card(s, provider, e))
		return -1;
	return login ? setup_set_login(s, login, e) : 0;
}

/* --- servers --- */

static const struct {
	uint16_t port;
	enum setup_service service;
	const char *security;
} usual[] = {
	{ 993, SETUP_IMAP, "tls" },
	{ 143, SETUP_IMAP, "starttls" },
	{ 1143, SETUP_IMAP, "starttls" },
	{ 465, SETUP_SMTP, "tls" },
	{ 587, SETUP_SMTP, "starttls" },
	{ 25, SETUP_SMTP, "starttls" },
	{ 26, SETUP_SMTP, "starttls" },
};

static const char *usual_security(enum setup_service service, uint64_t port)
{
	for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
		if (usual[i].port == port && usual[i].service == service)
			return usual[i].security;
	return "tls";
}

/* Programs say "SSL" for TLS from the first octet on, and "TLS" for STARTTLS: at its usual ports the port decides. */
static char *complete_server(enum setup_service service, const char *typed)
{
	g_auto(GStrv) words = g_strsplit_set(typed, " \t", -1);
	const char *where = NULL, *how = NULL;
	for (char **w = words; *w; w++) {
		if (!**w)
			continue;
		if (!where)
			where = *w;
		else
			how = *w;
	}
	if (!where)
		return g_strdup("");
	const char *colon = strrchr(where, ':');
	bool port = colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) && where[0] != ':' &&
		    (where[0] == '[' ? colon[-1] == ']' : strchr(where, ':') == colon);
	bool start = how && !g_ascii_strcasecmp(how, "starttls");
	unsigned preset = service == SETUP_IMAP ? (start ? 143 : 993) : start ? 587 : 465;
	g_autofree char *full = port ? g_strdup(where) : g_strdup_printf("%s:%u", where, preset);
	uint64_t number = port ? g_ascii_strtoull(colon + 1, NULL, 10) : preset;
	if (!how || !g_ascii_strcasecmp(how, "ssl") || !g_ascii_strcasecmp(how, "ssl/tls"))
		how = how && !number ? "tls" : usual_security(service, number);
	g_autofree char *whole = g_strdup_printf("%s %s", full, how);
	return words_of(whole);
}

static const GPtrArray *card_servers(const struct setup *s, enum setup_service service)
{
	const struct cfg_card *card = card_of(s);
	return !card ? NULL : service == SETUP_IMAP ? card->imap : card->smtp;
}

unsigned setup_servers(const struct setup *s, enum setup_service service)
{
	const GPtrArray *servers = card_servers(s, service);
	return servers && !s->typed_server[service] ? servers->len : 0;
}

char *setup_server(const struct setup *s, enum setup_service service)
{
	static const char *const securities[] = {
		[CFG_TLS] = "tls", [CFG_STARTTLS] = "starttls", [CFG_INSECURE] = "insecure"
	};
	const GPtrArray *servers = card_servers(s, service);
	if (s->typed_server[service])
		return g_strdup(s->typed_server[service]);
	if (!servers || s->server[service] >= servers->len)
		return NULL;
	const struct cfg_server *at = servers->pdata[s->server[service]];
	bool bracket = strchr(at->host, ':');
	return g_strdup_printf("%s%s%s:%u %s", bracket ? "[" : "", at->host, bracket ? "]" : "", (unsigned)at->port,
		securities[at->security]);
}

int setup_set_server(struct setup *s, enum setup_service service, const char *typed, struct err *e)
{
	g_autofree char *server = complete_server(service, typed);
	if (*server && check_line(service == SETUP_IMAP ? "imap" : "smtp", server, e))
		return -1;
	g_free(s->typed_server[service]);
	s->typed_server[service] = *server ? g_steal_pointer(&server) : NULL;
	s->server[service] = 0;
	if (service == SETUP_IMAP)
		setup_forget(s, SETUP_RECEIVE, SETUP_ROLES);
	else
		setup_forget(s, SETUP_SEND, SETUP_FROM);
	s->sends_not = service == SETUP_SMTP ? !s->typed_server[service] && !setup_servers(s, service) : s->sends_not;
	return 0;
}

int setup_set_prefix(struct setup *s, const char *typed, struct err *e)
{
	g_autofree char *prefix = utf8_line(str_trim(str_of(typed)));
	g_autofree char *word = cfg_quoted(prefix);
	if (*prefix && check_line("prefix", word, e))
		return -1;
	g_free(s->prefix);
	s->prefix = *prefix ? g_steal_pointer(&prefix) : NULL;
	setup_forget(s, SETUP_FOLDERS, SETUP_ROLES);
	return 0;
}

/* --- From addresses --- */

static int add_from(struct setup *s, const char *addr, struct err *e)
{
	g_autofree char *word = cfg_quoted(addr);
	if (check_line("from", word, e))
		return -1;
	if (!g_ascii_strcasecmp(addr, s->email ? s->email : "") ||
		g_ptr_array_find_with_equal_func(s->aliases, addr, g_str_equal, NULL))
		return 0;
	if (s->aliases->len >= FROMS_MAX)
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("more than %d addresses"), FROMS_MAX);
	g_ptr_array_add(s->aliases, g_strdup(addr));
	setup_forget(s, SETUP_FROM, SETUP_FROM);
	return 0;
}

int setup_add_from(struct setup *s, const char *typed, struct err *e)
{
	g_auto(GStrv) addrs = g_strsplit_set(typed, ", \t;", -1);
	for (char **addr = addrs; *addr; addr++)
		if (**addr && add_from(s, *addr, e))
			return -1;
	return 0;
}

void setup_drop_from(struct setup *s)
{
	if (s->aliases->len)
		g_ptr_array_set_size(s->aliases, (int)s->aliases->len - 1);
}

/* --- where the password is kept --- */

const char *setup_keep_name(enum setup_keep keep)
{
	static const char *const names[] = { "secret-tool", "pass", N_("file 0600"), N_("asked each time"),
		N_("a command of mine") };
	return keep <= SETUP_KEEP_PASS ? names[keep] : _(names[keep]);
}

/* A keyring needs a session to be in, and pass a store. */
bool setup_keep_works(enum setup_keep keep)
{
	if (keep == SETUP_KEEP_TOOL) {
		g_autofree char *path = g_find_program_in_path("secret-tool");
		return path && g_getenv("DBUS_SESSION_BUS_ADDRESS");
	}
	if (keep == SETUP_KEEP_PASS) {
		const char *named = g_getenv("PASSWORD_STORE_DIR");
		g_autofree char *path = g_find_program_in_path("pass");
		g_autofree char *store =
			named ? g_strdup(named) : g_build_filename(g_get_home_dir(), ".password-store", NULL);
		g_autofree char *id = g_build_filename(store, ".gpg-id", NULL);
		return path && g_file_test(id, G_FILE_TEST_EXISTS);
	}
	return keep < SETUP_KEEPS;
}

void setup_next_keep(struct setup *s, int by)
{
	do
		s->keep = (enum setup_keep)(((int)s->keep + by + SETUP_KEEPS) % SETUP_KEEPS);
	while (!setup_keep_works(s->keep));
}

int setup_set_command(struct setup *s, const char *typed, struct err *e)
{
	g_autofree char *command = str_dup(str_trim(str_of(typed)));
	g_autofree char *word = cfg_quoted(command);
	if (check_line("passcmd", word, e))
		return -1;
	g_free(s->command);
	s->command = g_steal_pointer(&command);
	s->keep = SETUP_KEEP_COMMAND;
	return 0;
}

/* --- how far it is --- */

int setup_poll(const struct setup *s)
{
	const struct cfg_card *card = card_of(s);
	struct err e = ERR_INIT;
	struct cfg *cfg = read_line("poll 15m", &e);
	const struct cfg_account *a = cfg ? cfg_account(cfg, NULL) : NULL;
	int poll = a ? a->poll : 0;
	cfg_free(cfg);
	err_clear(&e);
	return MAX(poll, card ? card->poll_floor : 0);
}

bool setup_has_servers(const struct setup *s)
{
	g_autofree char *imap = setup_server(s, SETUP_IMAP), *smtp = setup_server(s, SETUP_SMTP);
	return imap && (smtp || s->sends_not);
}

bool setup_is_whole(const struct setup *s)
{
	return s->email && setup_login(s) && setup_has_servers(s) && (s->keep != SETUP_KEEP_COMMAND || s->command);
}

bool setup_is_green(const struct setup *s)
{
	if (!setup_is_whole(s))
		return false;
	for (int i = 0; i < SETUP_TESTS; i++) {
		bool sending = i == SETUP_SEND || i == SETUP_FROM;
		enum setup_state state = s->results[i].state;
		if (state != SETUP_OK && state != SETUP_WARN && !(sending && s->sends_not))
			return false;
	}
	return true;
}

enum setup_test setup_first_failed(const struct setup *s)
{
	int i = 0;
	while (i < SETUP_TESTS && s->results[i].state != SETUP_FAILED)
		i++;
	return (enum setup_test)i;
}

/* --- words --- */

char *setup_choice_text(const struct setup *s, const struct setup_choice *c)
{
	const char *title = c->card && c->card->title ? c->card->title : c->card ? c->card->name : "";
	switch (c->kind) {
	case SETUP_CARD: return g_strdup(title);
	case SETUP_HOSTED: return g_strdup_printf(_("%s (own domain hosted there)"), title);
	case SETUP_FOUND: return g_strdup_printf(_("%s, as %s says"), title, s->found_where ? s->found_where : "");
	case SETUP_LOOK_UP: return g_strdup(_("Other: look it up (MX, SRV, autoconfig)"));
	default: return g_strdup(_("Other: by hand"));
	}
}

char *setup_login_text(const struct setup *s)
{
	if (s->typed_login)
		return g_strdup(_("as you typed it"));
	if (s->logins->len > 1)
		return g_strdup_printf(_("made from the address; %u of %u"), s->login + 1, s->logins->len);
	return g_strdup(_("made from the address"));
}

const char *setup_card_note(const struct setup *s)
{
	const struct cfg_card *card = card_of(s);
	return card ? card->note : NULL;
}

static char *login_hint(const struct setup *s, const struct setup_result *r)
{
	if (r->err.cause != ERR_AUTH)
		return g_strdup(_("It was not the password: try again."));
	if (s->logins->len > 1 && !s->typed_login) {
		const char *other = s->logins->pdata[(s->login + 1) % s->logins->len];
		return g_strdup_printf(
			_("Type the password again, or take the other login name, %s. It was tried once only."), other);
	}
	return g_strdup(_("Type the password again, or correct the login name. It was tried once only."));
}

char *setup_hint(const struct setup *s, enum setup_test test)
{
	const struct setup_result *r = &s->results[test];
	const struct cfg_card *card = card_of(s);
	if (test == SETUP_LOGIN)
		return login_hint(s, r);
	if (test == SETUP_FROM)
		return g_strdup(card && card->validate ? card->validate
						       : _("The server does not know this address as yours: see your "
							   "provider's help for \"identities\" or \"aliases\"."));
	if (test == SETUP_FOLDERS || test == SETUP_ROLES)
		return g_strdup(_("Try again; if the server wants a prefix, give it."));
	switch (r->err.cause) {
	case ERR_TLS:
		return g_strdup(
			_("No password was sent. A name that is not the server's own is the usual reason: see what "
			  "your provider calls it."));
	case ERR_NET:
		return g_strdup(r->err.retry == ERR_NEVER ? _("Correct the server's name.")
							  : _("Is the network there, and the port right?"));
	case ERR_AUTH: return g_strdup(_("This server takes another login or password than the one for reading."));
	default: return g_strdup(_("Correct the server or the port, or try again."));
	}
}

/* --- the block --- */

static void add_line(GString *out, const char *word, const char *value)
{
	g_string_append_printf(out, "  %-8s %s\n", word, value);
}

static void add_word(GString *out, const char *word, const char *value)
{
	g_autofree char *quoted = cfg_quoted(value);
	add_line(out, word, quoted);
}

static void add_password(const struct setup *s, const char *directory, GString *out)
{
	g_autofree char *file = NULL, *quoted = NULL, *command = NULL;
	switch (s->keep) {
	case SETUP_KEEP_TOOL: command = g_strdup_printf("secret-tool lookup boxwood %s", s->label); break;
	case SETUP_KEEP_PASS: command = g_strdup_printf("pass show boxwood/%s", s->label); break;
	case SETUP_KEEP_COMMAND: command = g_strdup(s->command); break;
	case SETUP_KEEP_ASK: add_line(out, "password", "ask"); return;
	default:
		file = setup_password_path(s, directory);
		quoted = cfg_quoted(file);
		command = g_strdup_printf("file %s", quoted);
		add_line(out, "password", command);
		return;
	}
	add_word(out, "passcmd", command ? command : "");
}

char *setup_password_path(const struct setup *s, const char *directory)
{
	g_autofree char *name = g_strdup_printf("%s.password", s->label);
	return g_build_filename(directory, name, NULL);
}

char *setup_block_for(const struct setup *s, const char *directory, bool try)
{
	const struct setup_choice *c = setup_choice_of(s);
	bool card = c && (c->kind == SETUP_CARD || c->kind == SETUP_HOSTED);
	g_autofree char *imap = setup_server(s, SETUP_IMAP), *smtp = setup_server(s, SETUP_SMTP);
	GString *out = g_string_new(NULL);
	g_string_append_printf(out, "account %s {\n", s->label);
	if (card)
		add_word(out, "provider", c->card->name);
	add_word(out, "email", s->email);
	if (s->name)
		add_word(out, "name", s->name);
	add_word(out, "login", setup_login(s));
	if (try && s->keep != SETUP_KEEP_COMMAND)
		add_line(out, "password", "ask");
	else
		add_password(s, directory, out);
	if (imap)
		add_line(out, "imap", imap);
	if (smtp)
		add_line(out, "smtp", smtp);
	if (s->prefix)
		add_word(out, "prefix", s->prefix);
	else if (c && c->kind == SETUP_FOUND && c->card->prefix)
		add_word(out, "prefix", c->card->prefix);
	g_autofree char *email = cfg_quoted(s->email), *own = g_strdup_printf("%s  default", email);
	add_line(out, "from", own);
	for (guint i = 0; i < s->aliases->len; i++)
		add_word(out, "from", s->aliases->pdata[i]);
	g_string_append(out, "}\n");
	return g_string_free(out, FALSE);
}

char *setup_block(const struct setup *s, const char *directory)
{
	return setup_block_for(s, directory, false);
}
