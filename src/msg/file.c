/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is by its name, its label and its content, and whether they agree. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

enum family {
	FAMILY_NONE,
	FAMILY_IMAGE,
	FAMILY_AUDIO,
	FAMILY_VIDEO,
	FAMILY_PDF,
	FAMILY_OFFICE,
	FAMILY_HTML,
	FAMILY_PROGRAM
};

static bool is_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!g_ascii_strcasecmp(word, *words))
			return true;
	return false;
}

/* What a name ends in for the programs that open files: dots and blanks behind it do not count. g_free. */
static char *extension(const char *name)
{
	size_t n = strlen(name);
	while (n && is_one_of(name[n - 1], ". \t"))
		n--;
	g_autofree char *whole = g_strndup(name, n);
	const char *dot = strrchr(whole, '.');
	return g_strdup(dot ? dot + 1 : "");
}

static bool is_program_name(const char *ext)
{
	static const char *const programs[] = { "exe", "scr", "com", "bat", "cmd", "pif", "cpl", "dll", "sys", "msi",
		"msp", "msix", "js", "jse", "mjs", "vbs", "vbe", "wsf", "wsh", "hta", "ps1", "psm1", "lnk", "url",
		"reg", "inf", "scf", "jar", "jnlp", "app", "apk", "appimage", "deb", "rpm", "run", "sh", "command",
		"desktop", "iso", "img", "vhd", "vhdx", "chm", "hlp", "xll", "one", "ade", "adp", "gadget",
		"library-ms", NULL };
	return is_of(ext, programs);
}

static enum family family_of_name(const char *ext)
{
	static const struct {
		enum family family;
		const char *const ext[16];
	} known[] = {
		{ FAMILY_IMAGE, { "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "ico", "heic", "avif",
					"svg", NULL } },
		{ FAMILY_AUDIO, { "mp3", "wav", "ogg", "oga", "flac", "m4a", "aac", "opus", "wma", NULL } },
		{ FAMILY_VIDEO, { "mp4", "avi", "mov", "mkv", "webm", "mpg", "mpeg", "wmv", "3gp", NULL } },
		{ FAMILY_PDF, { "pdf", NULL } },
		{ FAMILY_OFFICE, { "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "docm", "xlsm",
					 "pptm", "zip", NULL } },
		{ FAMILY_HTML, { "htm", "html", "xhtml", "shtml", NULL } },
	};
	if (is_program_name(ext))
		return FAMILY_PROGRAM;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (is_of(ext, known[i].ext))
			return known[i].family;
	return FAMILY_NONE;
}

static enum family family_of_type(const char *type)
{
	static const char *const programs[] = { "application/x-dosexec", "application/x-executable",
		"application/x-pie-executable", "application/x-sharedlib", "application/x-mach-binary",
		"application/x-msdownload", "application/vnd.microsoft.portable-executable",
		"application/x-ms-shortcut", "application/x-msi", "text/x-shellscript", "text/x-msdos-batch", NULL };
	static const char *const office[] = { "application/msword", "application/zip", "application/x-zip-compressed",
		"application/x-ole-storage", "application/CDFV2", NULL };
	if (is_of(type, programs))
		return FAMILY_PROGRAM;
	if (is_of(type, office) || g_str_has_prefix(type, "application/vnd.openxmlformats") ||
		g_str_has_prefix(type, "application/vnd.ms-") ||
		g_str_has_prefix(type, "application/vnd.oasis.opendocument"))
		return FAMILY_OFFICE;
	if (!strcmp(type, "application/pdf") || !strcmp(type, "application/x-pdf"))
		return FAMILY_PDF;
	if (!strcmp(type, "text/html") || !strcmp(type, "application/xhtml+xml"))
		return FAMILY_HTML;
	return g_str_has_prefix(type, "image/")   ? FAMILY_IMAGE
	       : g_str_has_prefix(type, "audio/") ? FAMILY_AUDIO
	       : g_str_has_prefix(type, "video/") ? FAMILY_VIDEO
						  : FAMILY_NONE;
}

static bool disagree(enum family a, enum family b)
{
	/* What plays pictures plays sound, and the other way round. */
	bool media = (a == FAMILY_AUDIO || a == FAMILY_VIDEO) && (b == FAMILY_AUDIO || b == FAMILY_VIDEO);
	return a && b && a != b && !media;
}

enum msg_file_doubt msg_file_doubt(const char *type, const char *name, const char *found)
{
	g_autofree char *ext = extension(name ? name : "");
	enum family by_name = family_of_name(ext), by_type = family_of_type(type);
	enum family by_content = found ? family_of_type(found) : FAMILY_NONE;
	if (by_name == FAMILY_PROGRAM || by_type == FAMILY_PROGRAM || by_content == FAMILY_PROGRAM)
		return MSG_FILE_PROGRAM;
	if (disagree(by_content, by_type) || disagree(by_content, by_name))
		return MSG_FILE_CONTENT;
	return disagree(by_name, by_type) ? MSG_FILE_NAME : MSG_FILE_FINE;
}
