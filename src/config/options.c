/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of options: parsing, completion, help and the manual are made from it. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/proc.h"

#define FIELD(name) .field = offsetof(struct cfg_options, name)
#define RULE(...)                                                                                                      \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define CHOICES(...)                                                                                                   \
	.choices = (const char *const[])                                                                               \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

static const struct cfg_word option_words[] = {
	{
		.name = "keys",
		.group = N_("The screens"),
		.args = "mutt|vim",
		.preset = "mutt",
		.help = N_("the set of keys"),
		.doc = N_("The keys are those that mutt's users know, or with vim those of that editor: gg and G, ^D "
			  "and ^U, dd, "
			  "yy, zz."),
		.example = "set keys=mutt",
		.rule = RULE(.type = OPTION_CHOICE, FIELD(keys), CHOICES("mutt", "vim")),
	},
	{
		.name = "sidebar",
		.args = "on|off",
		.preset = "on",
		.help = N_("folders beside the list"),
		.doc = N_("Shown from 100 columns on; narrower screens have no room for it."),
		.example = "set sidebar=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(sidebar)),
	},
	{
		.name = "reading-pane",
		.args = "on|off",
		.preset = "on",
		.help = N_("the message at the cursor beside the list"),
		.doc = N_("Shown from 160 columns on; the key \\ shows it from 100 columns on, and hides it."),
		.example = "set reading-pane=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(reading_pane)),
	},
	{
		.name = "preview-seen",
		.args = "off|TIME",
		.preset = "2s",
		.help = N_("how long a message stands in the reading pane until it counts as read"),
		.doc = N_("Up to 60m; with off it counts as read only once it is opened."),
		.example = "set preview-seen=2s",
		.rule = RULE(.type = OPTION_TIME, FIELD(preview_seen), .low = -1, .high = 3600),
	},
	{
		.name = "mouse",
		.args = "on|off",
		.preset = "on",
		.help = N_("the mouse selects and scrolls"),
		.doc = N_("While it is on, most terminals want Shift held to select text themselves."),
		.example = "set mouse=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(mouse)),
	},
	{
		.name = "plain",
		.args = "on|off",
		.preset = "off",
		.help = N_("no frames and little motion, for screen readers"),
		.doc = N_("The cursor stands on the active line, and one line is written for each change."),
		.example = "set plain=off",
		.rule = RULE(.type = OPTION_BOOL, FIELD(plain)),
	},
	{
		.name = "theme",
		.args = "auto|dark|light|mono",
		.preset = "auto",
		.help = N_("the colours of the screens"),
		.doc = N_("With auto the terminal is asked once whether it is dark or light; where it does not answer "
			  "within a tenth of a second, its own eight colours are taken. mono has none. Nothing is told "
			  "by colour alone. `theme` lines change single kinds of text."),
		.example = "set theme=auto",
		.rule = RULE(.type = OPTION_CHOICE, FIELD(theme), CHOICES("auto", "dark", "light", "mono")),
	},
	{
		.name = "colour",
		.args = "auto|off|8|16|256|24bit",
		.preset = "auto",
		.help = N_("how many colours the terminal is given at most"),
		.doc = N_(
			"With auto as many as its description and COLORTERM announce, and none where NO_COLOR is "
			"set. 24-bit colours need a description that has them: that of TERM, or the one named as TERM "
			"with -direct in place of -256color, as in xterm-direct. --color=never is stronger."),
		.example = "set colour=auto",
		.rule = RULE(.type = OPTION_CHOICE, FIELD(colour), CHOICES("auto", "off", "8", "16", "256", "24bit")),
	},
	{
		.name = "title",
		.args = "on|off",
		.preset = "off",
		.help = N_("the window's title says which folder is open"),
		.doc = N_("In terminals that take one. What it was is put back at the end, where the terminal can."),
		.example = "set title=off",
		.rule = RULE(.type = OPTION_BOOL, FIELD(title)),
	},
	{
		.name = "notify-terminal",
		.args = "bell|osc9|osc777|off",
		.preset = "bell",
		.help = N_("how the terminal tells of new mail"),
		.doc = N_("bell rings it; osc9 and osc777 show a notification with sender and subject, in terminals "
			  "that know the one or the other. Told is unread mail that comes into the Inbox and pinned "
			  "folders, or those that `notify` names in the account; never what you move yourself."),
		.example = "set notify-terminal=bell",
		.rule = RULE(.type = OPTION_CHOICE, FIELD(notify_terminal), CHOICES("bell", "osc9", "osc777", "off")),
	},
	{
		.name = "notify",
		.args = "\"COMMAND\"",
		.help = N_("a command that is told of new mail"),
		.doc = N_("It gets one line of JSON on its standard input: account, folder, count, and in messages the "
			  "newest five as boxwood list --json gives them. It is run without a shell and without a "
			  "terminal, by the screens and by sync --watch."),
		.example = "# set notify=\"new-mail --box\"",
		.rule = RULE(.type = OPTION_COMMAND, FIELD(notify)),
	},
	{
		.name = "quiet-hours",
		.args = "HH:MM-HH:MM",
		.help = N_("when new mail is not told"),
		.doc = N_("By the clock of this machine; they may go past midnight. What comes meanwhile is not told "
			  "later either."),
		.example = "# set quiet-hours=22:00-07:00",
		.rule = RULE(.type = OPTION_HOURS, FIELD(quiet_hours)),
	},
	{
		.name = "escape-ms",
		.args = "MILLISECONDS",
		.preset = "60",
		.help = N_("how long to wait for the rest of a key that begins with Esc"),
		.doc = N_("From 0 to 1000. Slow connections may want more."),
		.example = "set escape-ms=60",
		.rule = RULE(.type = OPTION_NUMBER, FIELD(escape_ms), .low = 0, .high = 1000),
	},
	{
		.name = "date-format",
		.args = "FORMAT",
		.help = N_("how dates look in lists"),
		.doc = N_("In the letters of strftime(3). Without it a list shows the time for today, the day for this "
			  "week, and "
			  "the date for what is older."),
		.example = "# set date-format=\"%d %b %H:%M\"",
		.rule = RULE(.type = OPTION_DATE, FIELD(date_format)),
	},
	{
		.name = "fold-quotes",
		.args = "LINES",
		.preset = "0",
		.help = N_("more quoted lines than these, one behind the other, are shown as one"),
		.doc = N_("From 0, which folds none, to 10000. T unfolds them, and folds again."),
		.example = "# set fold-quotes=12",
		.rule = RULE(.type = OPTION_NUMBER, FIELD(fold_quotes), .low = 0, .high = 10000),
	},
	{
		.name = "editor",
		.group = N_("Writing"),
		.args = "\"COMMAND\"",
		.help = N_("the editor for letters"),
		.doc = N_("The file is put behind it. It is split at blanks and run without a shell. Without it "
			  "$VISUAL is "
			  "taken, else $EDITOR, else the small editor of the program."),
		.example = "# set editor=\"vim -c startinsert\"",
		.rule = RULE(.type = OPTION_COMMAND, FIELD(editor)),
	},
	{
		.name = "editor-window",
		.args = "\"COMMAND\"",
		.help = N_("opens a window for the editor, beside the screens"),
		.doc = N_("The editor and its file are put behind it, as words of their own. Without it, inside tmux, "
			  "the "
			  "window is split; elsewhere, and with \"\", the editor takes the screen."),
		.example = "# set editor-window=\"xterm -e\"",
		.rule = RULE(.type = OPTION_COMMAND_OR_NONE, FIELD(editor_window)),
	},
	{
		.name = "edit-headers",
		.args = "on|off",
		.preset = "on",
		.help = N_("the editor shows From, To, Subject and the like too"),
		.doc = N_("Without them it shows the text alone; the review screen changes them in any case."),
		.example = "set edit-headers=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(edit_headers)),
	},
	{
		.name = "undo-send",
		.args = "TIME",
		.preset = "10s",
		.help = N_("how long a letter can be taken back after it was sent"),
		.doc = N_("From 0s, which sends at once, to 60m. It counts for the screens; scripts send at once."),
		.example = "set undo-send=10s",
		.rule = RULE(.type = OPTION_TIME, FIELD(undo_send), .low = 0, .high = 3600),
	},
	{
		.name = "attribution",
		.args = "\"TEXT\"",
		.help = N_("the line above what a reply quotes"),
		/* xgettext:no-c-format */
		.doc = N_("%d is the date, %n the name, %a the address and %s the subject of the message; %% is a "
			  "percent "
			  "sign. With \"\" there is no such line."),
		.example = "# set attribution=\"On %d, %n wrote:\"",
		.rule = RULE(.type = OPTION_TEMPLATE, FIELD(attribution)),
	},
	{
		.name = "signature",
		.args = "FILE",
		.help = N_("the file whose text ends a letter"),
		.doc = N_("A `from` line may name another. Without either there is none."),
		.example = "# set signature=~/.signature",
		.rule = RULE(.type = OPTION_PATH, FIELD(signature)),
	},
	{
		.name = "signature-on-top",
		.args = "on|off",
		.preset = "off",
		.help = N_("the signature stands above what is quoted"),
		.example = "set signature-on-top=off",
		.rule = RULE(.type = OPTION_BOOL, FIELD(signature_on_top)),
	},
	{
		.name = "sent-bcc",
		.args = "on|off",
		.preset = "off",
		.help = N_("the copy in the sent folder names those of Bcc"),
		.doc = N_("What is sent never does."),
		.example = "set sent-bcc=off",
		.rule = RULE(.type = OPTION_BOOL, FIELD(sent_bcc)),
	},
	{
		.name = "text-flowed",
		.args = "on|off",
		.preset = "on",
		.help = N_("paragraphs are sent so that any width can show them"),
		.doc = N_("As format=flowed (RFC 3676). Without it lines are sent as they were written."),
		.example = "set text-flowed=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(text_flowed)),
	},
	{
		.name = "markdown",
		.args = "\"COMMAND\"",
		.help = N_("makes HTML of the text, for those who ask for it"),
		.doc = N_("It reads the text and prints HTML, in UTF-8; run without a shell when the letter is sent, "
			  "which holds both then; the text comes first. M in the review and --markdown ask for it."),
		.example = "# set markdown=\"pandoc -f markdown -t html -s\"",
		.rule = RULE(.type = OPTION_COMMAND, FIELD(markdown)),
	},
	{
		.name = "html",
		.group = N_("Reading"),
		.args = "\"COMMAND\"",
		.help = N_("shows HTML, in place of the program's own reader"),
		.doc = N_("It reads HTML and prints text, both in UTF-8; run without a shell and without a network. "
			  "Where the kernel has Landlock it sees no files of yours either. If it fails, the text is "
			  "shown without its layout."),
		.example = "# set html=\"w3m -dump -T text/html -I UTF-8 -O UTF-8\"",
		.at_start = true,
		.rule = RULE(.type = OPTION_COMMAND, FIELD(html)),
	},
	{
		.name = "query-command",
		.group = N_("Addresses"),
		.args = "\"COMMAND\"",
		.help = N_("a command that finds addresses"),
		/* xgettext:no-c-format */
		.doc = N_("What was typed is put in place of %s, else behind it, as one word; run without a shell. It "
			  "prints a "
			  "line of its own, then lines of address, name and remark with tabs between them, as mutt's "
			  "query_command does."),
		.example = "# set query-command=\"khard email --parsable --search-in-source-files %s\"",
		.rule = RULE(.type = OPTION_COMMAND, FIELD(query_command)),
	},
	{
		.name = "address-vcards",
		.args = "PATH",
		.help = N_("where vCards with addresses lie"),
		.doc = N_("A directory, whose files ending in .vcf are read, also those in directories in it; or one "
			  "file. They "
			  "are never written."),
		.example = "# set address-vcards=~/.local/share/contacts",
		.rule = RULE(.type = OPTION_PATH, FIELD(address_vcards)),
	},
	{
		.name = "delivery-reports",
		.group = N_("Sending"),
		.args = "never|success,failure,delay",
		.help = N_("which reports of delivery are asked for with a letter"),
		.doc = N_("Some of success, failure and delay, with commas between, or never, which asks for none, not "
			  "even of a failure. Without it the servers do as they are used to: they report failures. A "
			  "server that does not offer it (DSN) is not asked. --notify and the review screen say "
			  "otherwise for one letter. What is reported is noted on the letter: boxwood queue show."),
		.example = "# set delivery-reports=failure,delay",
		.rule = RULE(.type = OPTION_REPORTS, FIELD(delivery_reports)),
	},
	{
		.name = "delivery-return",
		.args = "headers|full",
		.preset = "headers",
		.help = N_("what of a letter comes back with a report of failure"),
		.doc = N_("Only where reports are asked for."),
		.example = "set delivery-return=headers",
		.rule = RULE(.type = OPTION_CHOICE, FIELD(delivery_return), CHOICES("headers", "full")),
	},
	{
		.name = "many-recipients",
		.args = "NUMBER",
		.preset = "20",
		.help = N_("more recipients than these are asked about"),
		.doc = N_("On the review screen. From 0, which never asks, to 10000."),
		.example = "set many-recipients=20",
		.rule = RULE(.type = OPTION_NUMBER, FIELD(many_recipients), .low = 0, .high = 10000),
	},
	{
		.name = "attach-reminder",
		.args = "on|off",
		.preset = "on",
		.help = N_("tells when the text speaks of an attachment and there is none"),
		.example = "set attach-reminder=on",
		.rule = RULE(.type = OPTION_BOOL, FIELD(attach_reminder)),
	},
	{
		.name = "save-dir",
		.group = N_("Parts and other programs"),
		.args = "DIRECTORY",
		.help = N_("where parts are saved"),
		.doc = N_("Without it, in the working directory. ~ is the home directory."),
		.example = "# set save-dir=~/Downloads",
		.rule = RULE(.type = OPTION_PATH, FIELD(save_dir)),
	},
	{
		.name = "print",
		.args = "\"COMMAND\"",
		.preset = "lpr",
		.help = N_("prints what it is given on its standard input"),
		.doc = N_("It is split at blanks and run without a shell. Text is given as it is shown; pictures, PDF "
			  "and "
			  "PostScript as they are."),
		.example = "set print=lpr",
		.rule = RULE(.type = OPTION_COMMAND, FIELD(print)),
	},
	{
		.name = "view-TYPE",
		.args = "\"COMMAND\"",
		.help = N_("the program that opens parts of a type"),
		.doc = N_(
			"TYPE is image/png, or image/* for all of its kind. The file takes the place of %s, else it "
			"comes "
			"last. It is run without a shell; behind a semicolon may stand needsterminal, or copiousoutput "
			"when its output is to be shown here, as in a mailcap. Without it ~/.mailcap and the system's "
			"mailcap say, else xdg-open."),
		.example = "# set view-application/pdf=\"zathura %s\"",
		.rule = RULE(.type = OPTION_VIEWER),
	},
	{
		.name = "cache-dir",
		.group = N_("Places"),
		.args = "DIRECTORY",
		.help = N_("where the cache of mail lies"),
		.doc = N_("Without it, $XDG_CACHE_HOME/boxwood. It may be deleted at any time. It should not lie on a "
			  "network "
			  "file system."),
		.example = "# set cache-dir=/var/tmp/boxwood-cache",
		.at_start = true,
		.rule = RULE(.type = OPTION_PATH, FIELD(cache_dir)),
	},
	{
		.name = "state-dir",
		.args = "DIRECTORY",
		.help = N_("where drafts, outbox and open changes lie"),
		.doc = N_("Without it, $XDG_STATE_HOME/boxwood. This is your work: keep it, and back it up."),
		.example = "# set state-dir=~/.local/state/boxwood",
		.at_start = true,
		.rule = RULE(.type = OPTION_PATH, FIELD(state_dir)),
	},
};

const struct cfg_word *cfg_option_words(size_t *n_out)
{
	*n_out = G_N_ELEMENTS(option_words);
	return option_words;
}

#define VIEW "view-"
#define VIEW_ROW "view-TYPE"

const struct cfg_word *cfg_option_find(const char *name)
{
	bool view = g_str_has_prefix(name, VIEW);
	if (view && !strcmp(name, VIEW_ROW))
		return NULL;
	return cfg_word_find(option_words, G_N_ELEMENTS(option_words), view ? VIEW_ROW : name);
}

/* Variables of POSIX mailx, Heirloom mailx and s-nail that people have in their files. */
static const char *const foreign_options[] = { "DEAD", "EDITOR", "LISTER", "MAIL", "MAILDIR", "MBOX", "NAIL_*", "PAGER",
	"SHELL", "TMPDIR", "VISUAL", "Replyall", "Sign", "allnet", "allexpandedaddr", "append", "ask", "askatend",
	"askattach", "askbcc", "askcc", "asksend", "asksign", "asksub", "attachment-*", "attachrsp", "autobcc",
	"autocc", "autocollapse", "autoprint", "autothread", "bang", "batch-exit-on-error", "bsdannounce", "bsdcompat",
	"bsdflags", "bsdheadline", "bsdmsgs", "bsdorder", "charset-*", "cmd", "colour-*", "contact-*", "crt",
	"datefield", "datefield-*", "debug", "disconnected", "disposition-notification-send", "dot", "dotlock-*",
	"editalong", "editheaders", "emptybox", "emptystart", "encoding", "errexit", "escape", "expandaddr",
	"expandargv", "features", "flipr", "folder", "folder-*", "folders", "followup-to", "followup-to-*", "forward-*",
	"from", "fullnames", "header", "headline", "headline-*", "history-*", "hold", "hostname", "idle-*", "ignore",
	"ignoreeof", "imap-*", "inbox", "indentprefix", "keep", "keep-*", "keepsave", "line-editor-*", "mailcap-*",
	"markanswered", "memdebug", "message-*", "metoo", "mime-*", "mimetypes-*", "mta", "mta-*", "netrc-*",
	"newfolders", "newmail", "onehop", "on-*", "outfolder", "outformat", "page", "password", "password-*", "pipe-*",
	"pop3-*", "posix", "print-*", "prompt", "prompt2", "quiet", "quote", "quote-*", "r-option-*", "realname",
	"recipients-*", "record", "record-*", "reply-*", "reply_strings", "replyto", "save", "screen", "searchheaders",
	"sendcharsets", "sendcharsets-*", "sendmail", "sendmail-*", "sendwait", "showlast", "showname", "showto",
	"sign", "skipemptybody", "smime-*", "smtp", "smtp-*", "socks-proxy", "spam-*", "ssl-*", "stealthmua",
	"system-mailrc", "tls-*", "toplines", "topsqueeze", "ttycharset", "typescript-mode", "umask", "user", "user-*",
	"v15-compat", "verbose", "version*", "writebackedited" };

static bool listed(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		if (names[i][len - 1] == '*' ? !strncmp(name, names[i], len - 1) : !strcmp(name, names[i]))
			return true;
	}
	return false;
}

static bool is_foreign(const char *name)
{
	if (listed(name, foreign_options, G_N_ELEMENTS(foreign_options)))
		return true;
	return !strncmp(name, "no", 2) && listed(name + 2, foreign_options, G_N_ELEMENTS(foreign_options));
}

/* --- values --- */

static int bool_of(const char *text)
{
	static const char *const no[] = { "off", "no", "false", "0" }, *const yes[] = { "on", "yes", "true", "1" };
	for (size_t i = 0; i < G_N_ELEMENTS(no); i++) {
		if (!strcmp(text, no[i]))
			return 0;
		if (!strcmp(text, yes[i]))
			return 1;
	}
	return -1;
}

static bool is_choice(const char *text, const char *const *choices)
{
	return g_strv_contains(choices, text);
}

/* Conversions that make one short line. */
static bool is_date_format(const char *text)
{
	if (!*text || strlen(text) > 64)
		return false;
	for (const char *c = text; *c; c++)
		if (*c == '%' && (!*++c || !strchr("aAbBcCdDeFgGhHIjklmMpPrRsSTuVwxXyYzZ%", *c)))
			return false;
	return true;
}

/* In one line, with %d, %n, %a, %s and %% only. */
static bool is_attribution(const char *text)
{
	if (strlen(text) > 500)
		return false;
	for (const char *c = text; *c; c++)
		if (*c == '%' && (!*++c || !strchr("dnas%", *c)))
			return false;
	return true;
}

static bool is_command(const char *text)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(text, &e);
	err_clear(&e);
	return argv != NULL;
}

/* Of the types whose field is a text. */
static bool is_reports(const char *value)
{
	g_autofree char *words = cfg_reports(value);
	return words;
}

static bool is_text_value(const struct cfg_rule *rule, const char *value)
{
	int from, until;
	switch (rule->type) {
	case OPTION_CHOICE: return is_choice(value, rule->choices);
	case OPTION_DATE: return is_date_format(value);
	case OPTION_REPORTS: return is_reports(value);
	case OPTION_HOURS: return cfg_hours(value, &from, &until);
	case OPTION_TEMPLATE: return is_attribution(value);
	case OPTION_COMMAND: return is_command(value);
	case OPTION_COMMAND_OR_NONE: return !*value || is_command(value);
	default: return true;
	}
}

static char **text_field(struct cfg_options *o, const struct cfg_rule *rule)
{
	return (char **)(void *)((char *)o + rule->field);
}

/* Sets the field; false: the value is none for it. A preset is taken by the same way. */
static bool option_set(struct cfg_options *o, const struct cfg_rule *rule, const char *value)
{
	void *field = (char *)o + rule->field;
	uint64_t number;
	int truth, seconds;
	switch (rule->type) {
	case OPTION_VIEWER: return false; /* its name says more than the row's */
	case OPTION_BOOL:
		truth = bool_of(value);
		if (truth >= 0)
			*(bool *)field = truth;
		return truth >= 0;
	case OPTION_NUMBER:
		if (!str_u64(str_of(value), (uint64_t)rule->high, &number) || number < (uint64_t)rule->low)
			return false;
		*(int *)field = (int)number;
		return true;
	case OPTION_TIME:
		if (rule->low < 0 && bool_of(value) == 0) {
			*(int *)field = -1;
			return true;
		}
		if (!cfg_value_time(str_of(value), &seconds) || seconds < rule->low || seconds > rule->high)
			return false;
		*(int *)field = seconds;
		return true;
	default: break;
	}
	if (!is_text_value(rule, value))
		return false;
	g_free(*text_field(o, rule));
	*text_field(o, rule) = g_strdup(value);
	return true;
}

static bool is_text(const struct cfg_rule *rule)
{
	return rule->type != OPTION_BOOL && rule->type != OPTION_NUMBER && rule->type != OPTION_TIME &&
	       rule->type != OPTION_VIEWER;
}

static void option_reset(struct cfg_options *o, const struct cfg_word *word)
{
	if (word->preset)
		option_set(o, word->rule, word->preset);
	else if (is_text(word->rule))
		g_clear_pointer(text_field(o, word->rule), g_free);
}

void cfg_options_init(struct cfg_options *o)
{
	for (size_t i = 0; i < G_N_ELEMENTS(option_words); i++)
		option_reset(o, option_words + i);
}

void cfg_options_clear(struct cfg_options *o)
{
	for (size_t i = 0; i < G_N_ELEMENTS(option_words); i++)
		if (is_text(option_words[i].rule))
			g_clear_pointer(text_field(o, option_words[i].rule), g_free);
}

struct cfg cfg_mix(const struct cfg *started, const struct cfg *now)
{
	struct cfg c = *now;
	c.accounts = started->accounts;
	c.broken = started->broken;
	c.cards = started->cards;
	for (size_t i = 0; i < G_N_ELEMENTS(option_words); i++)
		if (option_words[i].at_start && is_text(option_words[i].rule))
			*text_field(&c.options, option_words[i].rule) =
				*text_field((struct cfg_options *)&started->options, option_words[i].rule);
	return c;
}

/* --- set and unset --- */

static void foreign_note(struct parser *p, const struct word *w, const char *name)
{
	struct source *source = p->source;
	if (!source->foreign_names) {
		unsigned kept = p->cfg->diags->len;
		cfg_complain(p, CFG_NOTICE, &w->at, NULL, "%s", name);
		source->foreign = p->cfg->diags->len > kept ? p->cfg->diags->pdata[kept] : NULL;
		source->foreign_names = g_string_new(NULL);
	}
	if (++source->foreign_count <= 8)
		g_string_append_printf(source->foreign_names, "%s%s", source->foreign_count > 1 ? ", " : "", name);
}

void cfg_foreign_finish(struct source *source)
{
	if (!source->foreign_names)
		return;
	if (source->foreign) {
		const char *more = source->foreign_count > 8 ? ", .." : "";
		g_free(source->foreign->text);
		source->foreign->text = g_strdup_printf(
			_("variables of mailx without a meaning here: %s%s"), source->foreign_names->str, more);
	}
	g_string_free(source->foreign_names, TRUE);
}

/* What a name is that is no row of the table; always told. */
static void no_option(struct parser *p, const struct word *w, const char *name)
{
	if (is_foreign(name)) {
		foreign_note(p, w, name);
	} else {
		struct word only = *w;
		only.text = (char *)name;
		only.at = cfg_mark_within(w, 0, strlen(name));
		g_autofree char *said = cfg_quote_word(&only);
		g_autofree char *hint =
			cfg_did_you_mean(cfg_word_nearest(option_words, G_N_ELEMENTS(option_words), name));
		cfg_complain(p, CFG_ERROR, &only.at, hint, _("unknown option %s"), said);
	}
}

char *cfg_wanted(const struct cfg_word *word)
{
	const struct cfg_rule *rule = word->rule;
	if (rule->take)
		return g_strdup(word->args);
	switch (rule->type) {
	case OPTION_BOOL: return g_strdup(_("on or off"));
	case OPTION_NUMBER: return g_strdup_printf(_("a number from %d to %d"), rule->low, rule->high);
	case OPTION_TIME: {
		g_autofree char *most = cfg_time_text(rule->high);
		if (rule->low < 0)
			return g_strdup_printf(_("off, or a time up to %s, as 10s or 2m"), most);
		return g_strdup_printf(_("a time up to %s, as 10s or 2m"), most);
	}
	case OPTION_COMMAND:
	case OPTION_COMMAND_OR_NONE: return g_strdup(_("a command line with every quote closed"));
	/* xgettext:no-c-format */
	case OPTION_TEMPLATE: return g_strdup(_("one line in which % is followed by d, n, a, s or %"));
	case OPTION_CHOICE: return g_strjoinv(", ", (char **)rule->choices);
	case OPTION_REPORTS: return g_strdup("never; success,failure,delay");
	case OPTION_HOURS: return g_strdup(_("as in 22:00-07:00"));
	/* xgettext:no-c-format */
	case OPTION_DATE: return g_strdup(_("as strftime(3) has it, in one line: \"%d %b %H:%M\""));
	case OPTION_VIEWER:
	case OPTION_PATH: break;
	}
	return NULL;
}

static void set_value(struct parser *p, const struct word *w, const struct cfg_word *option, const char *value)
{
	size_t from = (size_t)(value - w->text);
	struct word only = *w;
	only.text = (char *)value;
	only.at = cfg_mark_within(w, from, strlen(value));
	g_autofree char *path = NULL;
	if (option->rule->type == OPTION_PATH) {
		path = cfg_path_of(p, &only);
		if (!path)
			return;
	}
	if (option_set(&p->cfg->options, option->rule, path ? path : value)) {
		cfg_origin_note(p, option->name, w, 1, from);
		return;
	}
	g_autofree char *hint = cfg_wanted(option);
	g_autofree char *said = cfg_quote_word(&only);
	cfg_complain(p, CFG_ERROR, &only.at, hint, _("%s is no value for '%s'"), said, option->name);
}

const char *const *cfg_choices(const struct cfg_word *word)
{
	static const char *const truth[] = { "on", "off", NULL };
	if (word->rule->take)
		return NULL;
	return word->rule->type == OPTION_BOOL ? truth : word->rule->choices;
}

/* --- values as they are written --- */

static char *field_text(const struct cfg_options *o, const struct cfg_rule *rule)
{
	const void *field = (const char *)o + rule->field;
	switch (rule->type) {
	case OPTION_VIEWER: return NULL;
	case OPTION_BOOL: return g_strdup(*(const bool *)field ? "on" : "off");
	case OPTION_NUMBER: return g_strdup_printf("%d", *(const int *)field);
	case OPTION_TIME: return cfg_time_text(*(const int *)field);
	default: return g_strdup(*(char *const *)field);
	}
}

char *cfg_option_text(const struct cfg *c, const struct cfg_word *option, const char *name)
{
	if (option->rule->type != OPTION_VIEWER)
		return field_text(&c->options, option->rule);
	for (guint i = 0; i < c->viewers->len; i++) {
		const struct cfg_viewer *v = c->viewers->pdata[i];
		if (!g_ascii_strcasecmp(v->type, name + strlen(VIEW)))
			return g_strdup(v->command);
	}
	return NULL;
}

/* --- `set view-TYPE=..` --- */

static bool is_viewed_type(const char *type)
{
	const char *slash = strchr(type, '/');
	const char *sub = slash ? slash + 1 : "*";
	bool odd = slash && strchr(sub, '/');
	for (const char *p = type; *p && !odd; p++)
		odd = p != slash && p != sub && !g_ascii_isalnum(*p) && !strchr("!#$&^_.+-", *p);
	return !odd && *type && type != slash && *sub && (*sub != '*' || !sub[1]);
}

static void drop_viewer(struct cfg *c, const char *type)
{
	for (guint i = c->viewers->len; i-- > 0;)
		if (!g_ascii_strcasecmp(((const struct cfg_viewer *)c->viewers->pdata[i])->type, type))
			g_ptr_array_remove_index(c->viewers, i);
}

static void take_viewer(struct parser *p, const struct word *w, const char *type, const char *command)
{
	struct str line, flags;
	str_cut(str_of(command), ';', &line, &flags);
	g_autofree char *run = str_dup(line);
	if (!is_viewed_type(type) || !is_command(run)) {
		g_autofree char *said = cfg_quote_word(w);
		cfg_complain(p, CFG_ERROR, &w->at, _("as in: set view-application/pdf=\"zathura %s\""),
			_("%s names no type and program"), said);
		return;
	}
	struct cfg_viewer *v = g_new(struct cfg_viewer, 1);
	*v = (struct cfg_viewer){ .type = g_ascii_strdown(type, -1), .command = g_strdup(command) };
	drop_viewer(p->cfg, type);
	g_ptr_array_insert(p->cfg->viewers, 0, v);
	g_autofree char *key = g_strconcat(VIEW, v->type, NULL);
	cfg_origin_note(p, key, w, 1, (size_t)(command - w->text));
}

/* `set mouse`, `set nomouse`, `set mouse on`: what mailx and mutt would take. Gives how many words it used. */
static size_t set_without_sign(struct parser *p, const struct stmt *s, size_t i)
{
	const struct word *w = s->word + i;
	bool no = !strncmp(w->text, "no", 2);
	const struct cfg_word *option = cfg_word_find(option_words, G_N_ELEMENTS(option_words), w->text);
	const struct cfg_word *negated =
		no ? cfg_word_find(option_words, G_N_ELEMENTS(option_words), w->text + 2) : NULL;
	const char *value = negated ? "off" : "on";
	size_t used = 1;
	if (g_str_has_prefix(w->text, VIEW)) {
		take_viewer(p, w, w->text + strlen(VIEW), "");
		return i + 1 < s->n ? 2 : 1;
	}
	if (!option && !negated) {
		no_option(p, w, w->text);
		return used;
	}
	if (option && i + 1 < s->n && (s->word[i + 1].text[0] == '=' || !strchr(s->word[i + 1].text, '='))) {
		value = s->word[i + 1].text + (s->word[i + 1].text[0] == '=');
		used = *value || i + 2 >= s->n ? 2 : 3;
		value = *value || used == 2 ? value : s->word[i + 2].text;
	} else if (option && option->rule->type != OPTION_BOOL) {
		value = "..";
	}
	const char *name = option ? option->name : negated->name;
	g_autofree char *hint = g_strdup_printf(_("write: set %s=%s"), name, value);
	cfg_complain(p, CFG_ERROR, &w->at, hint, _("'set' wants an equals sign, with no blank round it"));
	return used;
}

void cfg_take_set(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	for (size_t i = 1; i < s->n;) {
		const struct word *w = s->word + i;
		const char *sign = strchr(w->text, '=');
		if (!sign) {
			i += set_without_sign(p, s, i);
			continue;
		}
		g_autofree char *name = g_strndup(w->text, (size_t)(sign - w->text));
		const struct cfg_word *option = cfg_word_find(option_words, G_N_ELEMENTS(option_words), name);
		if (g_str_has_prefix(name, VIEW))
			take_viewer(p, w, name + strlen(VIEW), sign + 1);
		else if (option)
			set_value(p, w, option, sign + 1);
		else
			no_option(p, w, name);
		i++;
	}
}

void cfg_take_unset(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	for (size_t i = 1; i < s->n; i++) {
		const char *name = s->word[i].text;
		const struct cfg_word *option = cfg_option_find(name);
		if (!option) {
			no_option(p, s->word + i, name);
			continue;
		}
		if (option->rule->type == OPTION_VIEWER)
			drop_viewer(p->cfg, name + strlen(VIEW));
		else
			option_reset(&p->cfg->options, option);
		cfg_origin_note(p, name, s->word + i, 0, 0);
	}
}
