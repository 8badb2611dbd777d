/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which folder is Sent, Drafts and so on where the server does not say: by the names that mail programs
 * of many languages give them. */
#include "engine/internal.h"

#include <string.h>

static const struct {
	enum store_role role;
	const char *names; /* '|' between; compared after casefolding */
} known[] = {
	{ ROLE_SENT,
		"sent|sent items|sent mail|sent messages|gesendet|gesendete objekte|gesendete elemente|"
		"gesendete nachrichten|envoyés|éléments envoyés|messages envoyés|enviados|elementos enviados|"
		"mensajes enviados|itens enviados|posta inviata|inviati|verzonden|verzonden items|sendt|sendte "
		"elementer|"
		"skickat|skickade objekt|lähetetyt|wysłane|elementy wysłane|odeslané|odoslané|elküldött|elküldött "
		"elemek|"
		"trimise|poslano|poslane|отправленные|надіслані|изпратени|απεσταλμένα|gönderilmiş öğeler|gönderilenler|"
		"נשלח|דואר שנשלח|البريد "
		"المرسل|المرسلة|送信済み|送信済みアイテム|送信済みトレイ|已发送|已发送邮件|寄件備份|"
		"보낸 편지함|보낸편지함|đã gửi|terkirim|ส่งแล้ว|saadetud|nosūtītie|išsiųsta|enviats|bidalitakoak" },
	{ ROLE_DRAFTS,
		"drafts|draft|entwürfe|entwurf|brouillons|borradores|rascunhos|bozze|concepten|kladder|kladd|utkast|"
		"luonnokset|szkice|wersje "
		"robocze|rozepsané|koncepty|rozpísané|piszkozatok|ciorne|schițe|nacrti|osnutki|"
		"черновики|чернетки|чернови|πρόχειρα|taslaklar|טיוטות|المسودات|مسودات|下書き|草稿|草稿箱|草稿匣|"
		"임시 보관함|임시보관함|thư nháp|bản "
		"nháp|draf|konsep|ร่าง|mustandid|melnraksti|juodraščiai|esborranys" },
	{ ROLE_TRASH, "trash|deleted|deleted items|deleted messages|bin|papierkorb|gelöscht|gelöschte objekte|"
		      "gelöschte elemente|corbeille|éléments supprimés|papelera|elementos eliminados|lixeira|lixo|"
		      "itens excluídos|cestino|posta eliminata|prullenbak|prullenmand|verwijderde "
		      "items|papirkurv|slettet post|"
		      "slettede elementer|papperskorg|borttaget|borttagna objekt|roskakori|poistetut|kosz|elementy "
		      "usunięte|koš|"
		      "odstraněná pošta|kôš|kuka|lomtár|törölt elemek|coș de gunoi|elemente șterse|smeće|koš za "
		      "smeti|корзина|"
		      "удаленные|кошик|видалені|кошче|κάδος|διαγραμμένα|çöp kutusu|silinmiş öğeler|אשפה|פריטים שנמחקו|"
		      "سلة "
		      "المهملات|المهملات|ゴミ箱|ごみ箱|削除済みアイテム|已删除|已删除邮件|废件箱|垃圾桶|刪除的郵件|"
		      "휴지통|지운 편지함|"
		      "thùng rác|sampah|ถังขยะ|prügikast|miskaste|šiukšliadėžė|paperera" },
	{ ROLE_JUNK,
		"junk|junk e-mail|junk email|junk mail|spam|bulk mail|spamverdacht|unerwünscht|courrier indésirable|"
		"indésirables|pourriel|correo no deseado|lixo eletrônico|lixo electrónico|posta indesiderata|"
		"ongewenste e-mail|ongewenst|søppelpost|skräppost|roskaposti|wiadomości-śmieci|nevyžádaná pošta|"
		"nevyžiadaná pošta|levélszemét|mesaje nedorite|neželena pošta|спам|нежелательная почта|небажана пошта|"
		"ανεπιθύμητα|istenmeyen|gereksiz|דואר זבל|البريد غير "
		"المرغوب|迷惑メール|垃圾邮件|垃圾郵件|스팸|스팸메일함|thư rác|"
		"rämpspost|surogātpasts|šlamštas|correu brossa" },
	{ ROLE_ARCHIVE,
		"archive|archives|archiv|archivé|archivo|archivos|arquivo|arquivos|archivio|archief|arkiv|arkisto|"
		"archiwum|archív|archívum|arhivă|arhiva|arhiv|архив|архів|αρχείο|arşiv|ארכיון|الأرشيف|アーカイブ|归档|"
		"存档|"
		"封存|보관함|lưu trữ|arsip|เก็บถาวร|arhiiv|arhīvs|archyvas|arxiu" },
};

enum store_role folder_role_by_name(const char *shown)
{
	const char *leaf = strrchr(shown, '/');
	g_autofree char *normal = g_utf8_normalize(leaf ? leaf + 1 : shown, -1, G_NORMALIZE_NFC);
	if (!normal)
		return ROLE_NONE;
	g_autofree char *folded = g_utf8_casefold(normal, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		struct str rest = str_of(known[i].names), name;
		while (rest.n) {
			str_cut(rest, '|', &name, &rest);
			g_autofree char *one = g_utf8_casefold(name.p, (gssize)name.n);
			if (!strcmp(one, folded))
				return known[i].role;
		}
	}
	return ROLE_NONE;
}
