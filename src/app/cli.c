/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: one table of options, one of commands. Parsing, --help, the manual and the shell
 * completions come from them. */
#include "app/app.h"

#include <string.h>
#include <sys/stat.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define HELP_COLUMN 28

static const struct cli_option options[CLI_OPTIONS] = {
	[CLI_CONFIG] = { "config", 0, "FILE", N_("read this mailrc"), false },
	[CLI_ACCOUNT] = { "account", 'A', "NAME", N_("use this account"), false },
	[CLI_JSON] = { "json", 0, NULL, N_("print one JSON object a line"), false },
	[CLI_FORMAT] = { "format", 0, "STRING",
		N_("print each record by this pattern: %(field), %(field.path), %%, \\n, \\t"), false },
	[CLI_ZERO] = { "null", '0', NULL, N_("end records with NUL instead of a newline"), false },
	[CLI_QUIET] = { "quiet", 0, NULL, N_("print no notes"), false },
	[CLI_VERBOSE] = { "verbose", 'v', NULL, N_("say what is done; repeat for the protocol, secrets masked"),
		false },
	[CLI_LOG] = { "log", 0, "FILE", N_("write what -v says into this file"), false },
	[CLI_NO_INPUT] = { "no-input", 0, NULL, N_("never ask, also not on a terminal"), false },
	[CLI_OFFLINE] = { "offline", 0, NULL, N_("never open a connection"), false },
	[CLI_FRESH] = { "fresh", 0, NULL, N_("ask the server first, even if it is not due"), false },
	[CLI_COLOR] = { "color", 0, "auto|always|never", N_("colours in the screens"), false },
	[CLI_VERSION] = { "version", 0, NULL, N_("print the version; with -v the limits too"), false },
	[CLI_HELP] = { "help", 0, NULL, N_("print help"), false },
	[CLI_NUMBER] = { NULL, 'n', "N", N_("how many, 0 for all; 50 if not given"), false },
	[CLI_SORT] = { "sort", 0, "received|date|from|subject|size",
		N_("the order; received, newest first, if not given"), false },
	[CLI_THREADS] = { "threads", 0, NULL, N_("whole threads, the one with the newest message first"), false },
	[CLI_PART] = { "part", 0, "N", N_("this part (a section such as 1.2)"), false },
	[CLI_DIGEST] = { "digest", 0, NULL, N_("add the SHA-256 of every part; fetches all of them"), false },
	[CLI_RAW] = { "raw", 0, NULL, N_("the message exactly as received"), false },
	[CLI_HEADERS] = { "headers", 0, NULL, N_("the header only"), false },
	[CLI_TEXT] = { "text", 0, NULL, N_("the text only, without the header"), false },
	[CLI_HTML] = { "html", 0, NULL, N_("the HTML part, unrendered"), false },
	[CLI_SEEN] = { "seen", 0, NULL, N_("mark the message as read"), false },
	[CLI_OUTPUT] = { NULL, 'o', "PATH", N_("a directory, or the file's own name"), false },
	[CLI_ALL] = { "all", 0, NULL, N_("all of them: every attachment; changes that have ended, too"), false },
	[CLI_FOLDER] = { "folder", 0, "FOLDER", N_("only this folder; may be repeated"), true },
	[CLI_BODIES] = { "bodies", 0, NULL, N_("fetch the texts of recent messages too"), false },
	[CLI_IF_DUE] = { "if-due", 0, NULL, N_("only when the poll interval has passed; for cron"), false },
	[CLI_WATCH] = { "watch", 0, NULL, N_("go on, at the account's own interval, until ended"), false },
	[CLI_DRY_RUN] = { "dry-run", 0, NULL, N_("change nothing, only say what would be done"), false },
	[CLI_QUEUE] = { "queue", 0, NULL, N_("end once it is written down, without waiting for the server"), false },
	[CLI_QUERY] = { "query", 0, "QUERY", N_("the messages of the Inbox, or of --folder, that match it"), false },
	[CLI_EXPUNGE] = { "expunge", 0, NULL, N_("for good, not into the Trash; cannot be undone"), false },
	[CLI_DUE] = { "due", 0, NULL, N_("only what is due"), false },
	[CLI_SUBJECT] = { "subject", 's', "TEXT", N_("the subject"), false },
	[CLI_AS_ATTACHMENT] = { "attach", 0, NULL, N_("the whole message as an attachment"), false },
	[CLI_ATTACH] = { "attach", 'a', "FILE",
		N_("attach this file, standard input (-), or a part of a message (ID#SECTION); may be repeated"),
		true },
	[CLI_CC] = { "cc", 'c', "ADDRESS", N_("a copy to; may be repeated"), true },
	[CLI_BCC] = { "bcc", 'b', "ADDRESS", N_("a copy to, which the others do not see; may be repeated"), true },
	[CLI_FROM] = { "from", 'r', "ADDRESS", N_("send as this address, or the one of the mailrc that begins so"),
		false },
	[CLI_REPLY_TO] = { "reply-to", 0, "ADDRESS", N_("answers shall go there"), false },
	[CLI_HEADER_FILE] = { "header", 'H', "FILE", N_("take header fields and text from this file"), false },
	[CLI_TO_IN_HEADER] = { NULL, 't', NULL,
		N_("standard input begins with header fields, To, Cc and Bcc among them"), false },
	[CLI_HTML_FILE] = { "html", 0, "FILE", N_("send this too, as an alternative to the text"), false },
	[CLI_TEMPLATE] = { "template", 0, "NAME",
		N_("begin with the template of that name; standard input follows its text"), false },
	[CLI_MARKDOWN] = { "markdown", 0, NULL, N_("send HTML of the text too, made by the option markdown"), false },
	[CLI_AT] = { "at", 0, "TIME", N_("send it then: 18:30, 2026-12-24T08:00, or in 90m"), false },
	[CLI_NOTIFY] = { "notify", 0, "WHEN",
		N_("ask for reports of delivery: never, or some of success,failure,delay"), false },
	[CLI_RETURN] = { "return", 0, "headers|full", N_("what comes back with a report of failure"), false },
	[CLI_KEY] = { "id", 0, "KEY", N_("send only one letter by this key, however often the command is repeated"),
		false },
	[CLI_PARTIAL] = { "partial", 0, NULL, N_("send to the others if the server refuses some"), false },
	[CLI_WAIT] = { "wait", 0, "SECONDS", N_("wait so long for the server's answer; 60 if not given"), false },
	[CLI_FIELD] = { "field", 0, "'NAME: VALUE'", N_("add this header field; may be repeated"), true },
	[CLI_MESSAGE] = { "message", 0, NULL,
		N_("standard input is a whole message, sent as it is; without -t only to the addresses given"), false },
	[CLI_ENVELOPE] = { "envelope", 0, "ADDRESS", N_("reports of failure shall go there (the sender's envelope)"),
		false },
	[CLI_SKIP_EMPTY] = { "skip-empty", 0, NULL, N_("send nothing if there is no text"), false },
	[CLI_ESCAPES] = { "escapes", 0, NULL,
		N_("on a terminal, lines that begin with ~ are commands, as in mail; ~? lists them"), false },
	[CLI_OF_PROGRAM] = { "from", 0, "mutt|aerc|alpine|mailx|mbsync", N_("the program whose file it is"), false },
	[CLI_INLINE] = { "inline", 0, NULL,
		N_("the message as text, with what is attached to it; so it is without --attach"), false },
	[CLI_EMAIL] = { "email", 0, "ADDRESS", N_("the address to be set up"), false },
	[CLI_NAME] = { "name", 0, "NAME", N_("your name, as others see it"), false },
	[CLI_PROVIDER] = { "provider", 0, "NAME", N_("who has the mail: a card, as `provider list` names them"),
		false },
	[CLI_LOGIN] = { "login", 0, "LOGIN", N_("the login name, where it is not made as the card says"), false },
	[CLI_PASSWORD_FD] = { "password-fd", 0, "N", N_("read the password from this file descriptor"), false },
	[CLI_YES] = { "yes", 0, NULL, N_("ask nothing; the provider may be looked up in the network"), false },
	[CLI_FORCE] = { "force", 0, NULL, N_("write the mailrc even if a test failed"), false },
};

/* The one command that takes an option past CLI_SHARED. */
static const char *const only[CLI_OPTIONS] = {
	[CLI_EMAIL] = "setup",
	[CLI_NAME] = "setup",
	[CLI_PROVIDER] = "setup",
	[CLI_LOGIN] = "setup",
	[CLI_PASSWORD_FD] = "setup",
	[CLI_YES] = "setup",
	[CLI_FORCE] = "setup",
	[CLI_OF_PROGRAM] = "config",
};

#define BIT(o) (UINT64_C(1) << (o))
#define GLOBAL                                                                                                         \
	(BIT(CLI_CONFIG) | BIT(CLI_ACCOUNT) | BIT(CLI_JSON) | BIT(CLI_FORMAT) | BIT(CLI_ZERO) | BIT(CLI_QUIET) |       \
		BIT(CLI_VERBOSE) | BIT(CLI_LOG) | BIT(CLI_NO_INPUT) | BIT(CLI_OFFLINE) | BIT(CLI_FRESH) |              \
		BIT(CLI_COLOR) | BIT(CLI_VERSION) | BIT(CLI_HELP))

#define CHANGE (BIT(CLI_QUERY) | BIT(CLI_FOLDER) | BIT(CLI_DRY_RUN) | BIT(CLI_QUEUE))

#define LETTER                                                                                                         \
	(BIT(CLI_ATTACH) | BIT(CLI_FROM) | BIT(CLI_REPLY_TO) | BIT(CLI_AT) | BIT(CLI_KEY) | BIT(CLI_PARTIAL) |         \
		BIT(CLI_NOTIFY) | BIT(CLI_RETURN) | BIT(CLI_WAIT) | BIT(CLI_QUEUE) | BIT(CLI_DRY_RUN) |                \
		BIT(CLI_MARKDOWN))

static const struct cli_verb verbs[] = {
	{ "list", "[FOLDER [QUERY]]", 0, 2, BIT(CLI_NUMBER) | BIT(CLI_SORT) | BIT(CLI_THREADS),
		N_("list the messages of a folder, newest first"),
		N_("FOLDER is a name as `boxwood folders` prints it; without one, or with `.`, it is the Inbox. QUERY "
		   "is a pattern such as 'from:ana is:unread' (see PATTERNS in boxwood(1)); it is one argument. What "
		   "the "
		   "cache has is printed; the server is asked first when the account is due, when nothing is cached, "
		   "or "
		   "with --fresh.") },
	{ "folders", "", 0, 0, 0, N_("list the folders with their roles and counts"), NULL },
	{ "show", "ID..|FILE|-", 1, -1,
		BIT(CLI_PART) | BIT(CLI_DIGEST) | BIT(CLI_RAW) | BIT(CLI_HEADERS) | BIT(CLI_TEXT) | BIT(CLI_HTML) |
			BIT(CLI_SEEN),
		N_("show messages, from an account, a file or standard input"),
		N_("An ID is ACCOUNT/FOLDER/UIDVALIDITY.UID or a shorter form of it: FOLDER/UID, the UID alone in the "
		   "Inbox, or "
		   "<message-id>. A file needs no account. Nothing is marked as read without --seen. --raw with --part "
		   "gives the part's own octets, decoded.") },
	{ "save", "ID|FILE", 1, 1, BIT(CLI_PART) | BIT(CLI_OUTPUT) | BIT(CLI_ALL), N_("save attachments into files"),
		N_("Never overwrites a file and never leaves the directory: names that are taken get a number. A part "
		   "\"2~1\" is the first file within part 2, uuencoded in a text or in a winmail.dat.") },
	{ "sync", "[ACCOUNT]", 0, 1,
		BIT(CLI_FOLDER) | BIT(CLI_BODIES) | BIT(CLI_IF_DUE) | BIT(CLI_WATCH) | BIT(CLI_DRY_RUN),
		N_("agree with the server and print what changed"),
		N_("Without --folder: the Inbox, what is pinned, Sent, Drafts and the folders that were "
		   "opened, but none that is skipped. --if-due and --watch look at the first two only, and keep "
		   "the polling floor of ten minutes. At the end what the mailrc does not keep is let go.") },
	{ "flag", "ID.. +FLAG.. -FLAG..", 1, -1, CHANGE, N_("set and clear flags of messages"),
		N_("A FLAG is seen, answered, flagged, deleted, draft, or a keyword such as $Todo. `+seen` sets it, "
		   "`-seen` clears it; a keyword that does not begin with $ is cleared after --.") },
	{ "move", "ID.. FOLDER", 1, -1, CHANGE, N_("move messages to another folder of their account"), NULL },
	{ "copy", "ID.. FOLDER", 1, -1, CHANGE, N_("copy messages to another folder of their account"), NULL },
	{ "delete", "ID..", 0, -1, CHANGE | BIT(CLI_EXPUNGE), N_("move messages to the Trash"),
		N_("An account without a Trash gets one. --expunge removes them for good instead, and asks first if "
		   "there is a terminal.") },
	{ "archive", "ID..", 0, -1, CHANGE, N_("move messages to the Archive"), NULL },
	{ "junk", "ID..", 0, -1, CHANGE, N_("move messages to the folder for spam"), NULL },
	{ "undo", "[N]", 0, 1, 0, N_("take back the last change, or the last N"),
		N_("Also after the server has it, where there is a way back: not for what was removed for good.") },
	{ "queue", "list|show|flush|hold|drop|retry [ID]..", 1, -1, BIT(CLI_ALL) | BIT(CLI_DUE),
		N_("what waits to be carried out"),
		N_("`list` prints what waits, and what failed or was ended if --all is given: letters such as m3, "
		   "changes such as c17. `flush` carries it out now; with --due what is due by now, or falls due "
		   "within a minute. `drop` takes one back before it has begun, `retry` tries one again, `hold` keeps "
		   "a "
		   "letter until it is retried. A letter that may have been sent is sent again only after a question "
		   "on "
		   "the terminal.") },
	{ "folder", "create|rename|delete|subscribe|unsubscribe|empty NAME [NEW]", 2, 3,
		BIT(CLI_QUEUE) | BIT(CLI_DRY_RUN), N_("make, rename and remove folders"),
		N_("`delete` and `empty` cannot be undone and ask first if there is a terminal.") },
	{ "send", "[ADDRESS..]", 0, -1,
		LETTER | BIT(CLI_SUBJECT) | BIT(CLI_CC) | BIT(CLI_BCC) | BIT(CLI_HEADER_FILE) | BIT(CLI_TO_IN_HEADER) |
			BIT(CLI_HTML_FILE) | BIT(CLI_TEMPLATE) | BIT(CLI_FIELD) | BIT(CLI_MESSAGE) | BIT(CLI_ENVELOPE) |
			BIT(CLI_SKIP_EMPTY) | BIT(CLI_ESCAPES),
		N_("send what standard input says"),
		N_("It is kept in the outbox before anything is sent, so nothing is lost. The command waits for the "
		   "server's answer and ends as that says: 0 accepted, 67 a recipient refused, 75 still in the outbox, "
		   "77 the server takes no mail of that From, 79 nobody knows whether it was sent.") },
	{ "reply", "ID", 1, 1, LETTER | BIT(CLI_ALL) | BIT(CLI_CC) | BIT(CLI_BCC),
		N_("answer a message with what standard input says"),
		N_("Without -r it is sent as the address the message came to. --all answers everyone.") },
	{ "forward", "ID ADDRESS..", 2, -1,
		LETTER | BIT(CLI_SUBJECT) | BIT(CLI_CC) | BIT(CLI_BCC) | BIT(CLI_INLINE) | BIT(CLI_AS_ATTACHMENT),
		N_("send a message on, below what standard input says"), NULL },
	{ "bounce", "ID ADDRESS..", 2, -1,
		BIT(CLI_FROM) | BIT(CLI_AT) | BIT(CLI_KEY) | BIT(CLI_PARTIAL) | BIT(CLI_WAIT) | BIT(CLI_QUEUE) |
			BIT(CLI_NOTIFY) | BIT(CLI_RETURN) | BIT(CLI_DRY_RUN),
		N_("send a message on as it is, under its own sender"), NULL },
	{ "answer", "ID accept|tentative|decline|receipt|unsubscribe", 2, 2,
		BIT(CLI_WAIT) | BIT(CLI_QUEUE) | BIT(CLI_DRY_RUN) | BIT(CLI_KEY),
		N_("answer what a message asks: an invitation, a receipt, a list to be left"),
		N_("An invitation is answered as the address that is invited. `receipt` tells the sender that the "
		   "message "
		   "was read; that never happens by itself. `unsubscribe` leaves a mailing list the way it says: by "
		   "one "
		   "request over HTTPS, or by a letter; it shows where that goes and asks first if there is a "
		   "terminal. A "
		   "list that only has a page for it is not left: the page is named.") },
	{ "from", "list|probe|add|explain [ADDRESS|ID]", 1, 2, 0,
		N_("the addresses you can send as, and what the server thinks of them"),
		N_("`probe` asks the server whether it would take mail of that address, without sending any, at most "
		   "once a day for each; before that what is known. It ends with 77 when one is refused. `add` says "
		   "that you have asked your provider to take an address: its letter is looked out for, and the link "
		   "in "
		   "it shown, never opened, if its server proves that the provider wrote it. `explain` says as which "
		   "address a message would be answered, and why.") },
	{ "address", "TEXT", 1, 1, BIT(CLI_NUMBER), N_("find addresses you wrote to, aliases, and contacts"),
		N_("Aliases and groups come first, then people of your mail, vCards (`address-vcards`) and what "
		   "`query-command` finds. -n: so many at most, 50 without it, 0 for all.") },
	{ "import", "MBOX|MAILDIR|FILE.. FOLDER", 2, -1, BIT(CLI_QUEUE) | BIT(CLI_DRY_RUN),
		N_("store messages from files in a folder"),
		N_("An mbox is read through once before anything is stored, and its messages are counted.") },
	{ "export", "FOLDER MBOX|MAILDIR", 2, 2, 0, N_("write the messages of a folder into a new file or directory"),
		N_("A name that ends in a slash is a Maildir. What exists is never overwritten, and what is not whole "
		   "does not appear.") },
	{ "cache", "check|repair|stat|drop", 1, 1, 0, N_("look after the cache"),
		N_("`check` reads all of it and prints what is wrong, `repair` drops what is wrong, `stat` says what "
		   "is "
		   "kept and how much was asked of the server today, `drop` forgets what is cached, with -A of one "
		   "account. It is filled again from the server; changes that wait are kept.") },
	{ "setup", "[check]", 0, 1, 0, N_("set up an account; `check` tests those of the mailrc"),
		N_("On a terminal it asks, on a screen of its own, or line by line where there is none to draw on. "
		   "With "
		   "--password-fd or --yes it asks nothing. Every step is tested: names, certificates, login, folders, "
		   "sending, without sending anything. The mailrc is written only when all of it is well, or with "
		   "--force: a new one, or the account behind what is there. A password that is wrong costs one try. "
		   "`check` makes the same tests of every account and writes nothing.") },
	{ "provider", "list|show [NAME]", 1, 2, 0, N_("what is known of mail providers"),
		N_("Cards of your own are files NAME.card in ~/.config/boxwood/providers; they come before those that "
		   "are installed. `show` prints one as it could stand there.") },
	{ "config", "check|get [KEY]|explain KEY|set KEY VALUE..|unset KEY|import FILE", 1, -1, BIT(CLI_DRY_RUN),
		N_("read and change the mailrc"),
		N_("`check` prints every mistake in it. A KEY is an option (`undo-send`) or a word of an account "
		   "(`box.poll`). `get` prints its value, without KEY those of all; `explain` what it means, its "
		   "default "
		   "and the line that says it. `set` and `unset` change that line, or add one, and leave everything "
		   "else in "
		   "the file as it is; with --dry-run they print what would change. A VALUE that makes no sense is "
		   "refused. Secrets are never shown. `import` with --from prints what a file of another program says "
		   "as lines of a mailrc, and what it could not carry over; it writes nothing and copies no "
		   "password.") },
};

/* Of the contract, not in this version: they answer with a sentence and EXIT_CODE_LACKING. */
static const char *const later[] = { "search", "capsule" };

const struct cli_option *cli_option(enum cli_option_id id)
{
	return &options[id];
}

const struct cli_verb *cli_verbs(size_t *n_out)
{
	*n_out = G_N_ELEMENTS(verbs);
	return verbs;
}

static const struct cli_verb *find_verb(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (!strcmp(verbs[i].name, word))
			return &verbs[i];
	return NULL;
}

static bool is_later(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(later); i++)
		if (!strcmp(later[i], word))
			return true;
	return false;
}

bool cli_takes(const struct cli_verb *v, enum cli_option_id id)
{
	if (id < CLI_SHARED)
		return (GLOBAL | (v ? v->options : 0)) & BIT(id);
	return v && only[id] && !strcmp(only[id], v->name);
}

bool cli_has_options(const struct cli_verb *v)
{
	for (int id = CLI_SHARED; id < CLI_OPTIONS; id++)
		if (cli_takes(v, (enum cli_option_id)id))
			return true;
	return v->options;
}

bool cli_is_global(enum cli_option_id id)
{
	return id < CLI_SHARED && (GLOBAL & BIT(id));
}

static int usage(struct err *e, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static int usage(struct err *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, "%s", text);
}

static int set_option(struct cli *c, enum cli_option_id id, const char *value)
{
	if (id == CLI_VERBOSE)
		c->verbose++;
	if (options[id].many && !c->many[id])
		c->many[id] = g_ptr_array_new_with_free_func(g_free);
	if (options[id].many)
		g_ptr_array_add(c->many[id], g_strdup(value));
	c->given[id] = true;
	g_free(c->values[id]);
	c->values[id] = g_strdup(value);
	return 0;
}

/* Of two of one name the one that the command takes. CLI_OPTIONS: there is none. */
static enum cli_option_id option_named(const struct cli *c, struct str name)
{
	enum cli_option_id found = CLI_OPTIONS;
	for (int id = CLI_OPTIONS - 1; id >= 0; id--) {
		bool same = options[id].name && str_eq(str_of(options[id].name), name);
		if (same && (found == CLI_OPTIONS || cli_takes(c->verb, id)))
			found = id;
	}
	return found;
}

static int long_option(struct cli *c, const char *word, char **argv, int *i, struct err *e)
{
	struct str name, value;
	bool with = str_cut(str_of(word + 2), '=', &name, &value);
	enum cli_option_id id = option_named(c, name);
	if (id < CLI_OPTIONS) {
		const struct cli_option *o = &options[id];
		if (!o->arg)
			return with ? usage(e, _("--%s takes no value"), o->name) : set_option(c, id, "");
		if (with)
			return set_option(c, id, value.p);
		if (!argv[*i + 1])
			return usage(e, _("--%s needs a value: %s"), o->name, o->arg);
		return set_option(c, id, argv[++*i]);
	}
	return usage(e, _("unknown option '%s'"), word);
}

static int short_options(struct cli *c, const char *word, char **argv, int *i, struct err *e)
{
	for (const char *p = word + 1; *p; p++) {
		int id = 0;
		while (id < CLI_OPTIONS && options[id].letter != *p)
			id++;
		if (id == CLI_OPTIONS)
			return usage(e, _("unknown option '-%c'"), *p);
		if (!options[id].arg) {
			set_option(c, id, "");
			continue;
		}
		if (p[1])
			return set_option(c, id, p + 1);
		if (!argv[*i + 1])
			return usage(e, _("-%c needs a value: %s"), *p, options[id].arg);
		return set_option(c, id, argv[++*i]);
	}
	return 0;
}

static int check(const struct cli *c, struct err *e)
{
	const struct cli_verb *v = c->verb;
	for (int id = 0; id < CLI_OPTIONS; id++)
		if (c->given[id] && !cli_takes(v, id)) {
			g_autofree char *name = options[id].name ? g_strdup_printf("--%s", options[id].name)
								 : g_strdup_printf("-%c", options[id].letter);
			return usage(e, _("%s does not go with '%s'"), name, v ? v->name : _("the screens"));
		}
	if (!v || c->given[CLI_HELP])
		return 0;
	if ((int)c->args->len < v->args_min)
		return usage(e, _("'%s' needs: %s"), v->name, v->args);
	if (v->args_max >= 0 && (int)c->args->len > v->args_max)
		return usage(e, _("'%s' takes no more than: %s"), v->name, *v->args ? v->args : _("no argument"));
	return 0;
}

/* `-seen` and `-$done` of the verb `flag`; every other word with a minus is an option. */
static bool clears_flag(const struct cli *c, const char *word)
{
	static const char *const names[] = { "seen", "answered", "flagged", "deleted", "draft" };
	if (!c->verb || strcmp(c->verb->name, "flag") || word[0] != '-')
		return false;
	if (word[1] == '$' || word[1] == '\\')
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!g_ascii_strcasecmp(word + 1, names[i]))
			return true;
	return false;
}

int cli_parse(int argc, char **argv, struct cli *c, struct err *e)
{
	bool ended = false;
	*c = (struct cli){ .args = g_ptr_array_new_with_free_func(g_free) };
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int failed = 0;
		if (!ended && !strcmp(word, "--")) {
			ended = true;
		} else if (!ended && g_str_has_prefix(word, "--")) {
			failed = long_option(c, word, argv, &i, e);
		} else if (!ended && word[0] == '-' && word[1] && !clears_flag(c, word)) {
			failed = short_options(c, word, argv, &i, e);
		} else if (!c->verb && !c->args->len && !ended && find_verb(word)) {
			c->verb = find_verb(word);
		} else {
			if (!c->verb && !c->args->len && !ended && is_later(word)) {
				for (int k = i + 1; k < argc && strcmp(argv[k], "--"); k++)
					if (!strcmp(argv[k], "--json"))
						set_option(c, CLI_JSON, "");
				return err_set(
					e, ERR_PROGRAM, ERR_LACKING, ERR_NEVER, _("'%s' is not in this version"), word);
			}
			g_ptr_array_add(c->args, utf8_from_locale(word));
		}
		if (failed)
			return -1;
	}
	return check(c, e);
}

void cli_clear(struct cli *c)
{
	for (int id = 0; id < CLI_OPTIONS; id++) {
		g_free(c->values[id]);
		g_clear_pointer(&c->many[id], g_ptr_array_unref);
	}
	g_clear_pointer(&c->args, g_ptr_array_unref);
	*c = (struct cli){ 0 };
}

bool cli_has(const struct cli *c, enum cli_option_id id)
{
	return c->given[id];
}

const char *cli_value(const struct cli *c, enum cli_option_id id)
{
	return cli_has(c, id) ? c->values[id] : NULL;
}

char *const *cli_values(const struct cli *c, enum cli_option_id id, unsigned *n_out)
{
	*n_out = c->many[id] ? c->many[id]->len : 0;
	return c->many[id] ? (char *const *)c->many[id]->pdata : NULL;
}

bool cli_names_file(const char *arg)
{
	struct stat st;
	return !strcmp(arg, "-") || (!app_id_is_full(arg) && !stat(arg, &st) && S_ISREG(st.st_mode));
}

/* What is too long for its column has a line of its own. */
static void add_row(GString *out, const char *word, const char *help)
{
	g_string_append_printf(out, "  %-*s", HELP_COLUMN, word);
	if (strlen(word) > HELP_COLUMN)
		g_string_append_printf(out, "\n  %-*s", HELP_COLUMN, "");
	g_string_append_printf(out, " %s\n", help);
}

static void add_options(GString *out, const struct cli_verb *v, bool global)
{
	for (int id = 0; id < CLI_OPTIONS; id++) {
		const struct cli_option *o = &options[id];
		if (global ? !cli_is_global(id) : cli_is_global(id) || !cli_takes(v, id))
			continue;
		g_autofree char *letter = o->letter ? g_strdup_printf("-%c", o->letter) : g_strdup("");
		g_autofree char *name =
			o->name ? g_strdup_printf("%s--%s", o->letter ? ", " : "", o->name) : g_strdup("");
		g_autofree char *all =
			g_strdup_printf("%s%s%s%s", letter, name, o->arg ? " " : "", o->arg ? o->arg : "");
		add_row(out, all, _(o->help));
	}
}

char *cli_help(const struct cli_verb *v)
{
	GString *out = g_string_new(NULL);
	if (v) {
		g_string_append_printf(out, _("Usage: boxwood %s [OPTION..] %s\n"), v->name, v->args);
		g_string_append_printf(out, "\n%s\n", _(v->help));
		if (v->doc)
			g_string_append_printf(out, "\n%s\n", _(v->doc));
		g_string_append(out, "\n");
		add_options(out, v, false);
	} else {
		g_string_append(out, _("Usage: boxwood [OPTION..] [FOLDER | FILE]      the screens\n"
				       "       boxwood [OPTION..] COMMAND [OPTION..] [ARG..]\n\nCommands:\n"));
		for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
			g_autofree char *word = g_strdup_printf("%s %s", verbs[i].name, verbs[i].args);
			add_row(out, word, _(verbs[i].help));
		}
	}
	g_string_append(out, _("\nOptions of every command:\n"));
	add_options(out, v, true);
	return g_string_free(out, FALSE);
}
