package text

import (
	"strings"
	"unicode/utf8"
)

// This room knows what people write where a name, an address or a number is missing. It is asked for a whole value: no
// phrase is anybody's name, and one that a name could be (tom, sem, vide) is not here.

// nothingPhrases are those phrases, a language a line.
const nothingPhrases = `
nil, test, to be confirmed, to be defined, to be determined, not available, not applicable, not provided, not known, not given, not on file, no email, no e-mail, no phone, no number, no name, does not have one, has none, refused, declined, pending, same as above, see above, see below, see notes, see comments, see HR, as above, ditto, vacant, private, confidential, do not use, do not call, do not contact, invalid, wrong number, bounced, deceased, retired, no longer employed, no longer in use, out of service, left company, left the company, ex-directory, n/k, unlisted
aucun, aucune, néant, non renseigné, non renseignée, non communiqué, non communiquée, non disponible, non connu, non applicable, pas de mail, pas d'email, pas d'e-mail, pas de courriel, pas de téléphone, pas de numéro, pas de portable, sans objet, sans email, sans téléphone, à compléter, à renseigner, à définir, à venir, voir ci-dessus, n.c., NC, N.R., NR, ND, idem, décédé, décédée, liste rouge, ne pas appeler, ne pas utiliser, poste vacant, non attribué
keine, keiner, keines, keine E-Mail, keine Mail, kein Telefon, keine Nummer, keine Angabe, keine Angaben, k.A., nicht bekannt, nicht vorhanden, nicht verfügbar, nicht zutreffend, nicht angegeben, liegt nicht vor, entfällt, ohne, ohne Angabe, fehlt, leer, noch offen, noch nicht bekannt, folgt, siehe oben, siehe Akte, gesperrt, ungültig, wird nachgereicht, hat keine, hat keines, kein Handy, kein Mobiltelefon, verstorben, nicht anrufen, ausgeschieden, unbesetzt, vakant, N.N.
desconocido, ninguno, ninguna, no tiene, sin correo, sin correo electrónico, sin teléfono, sin email, sin móvil, sin número, sin nombre, no disponible, no aplica, no procede, no consta, pendiente, por definir, por confirmar, vacío, vacante, sin datos, sin asignar, no facilitado, no informado, ver arriba, fallecido, fallecida, no llamar
nessuno, nessuna, non disponibile, non pervenuto, non presente, non noto, assente, da definire, da confermare, da completare, vuoto, senza email, senza telefono, non fornito, non indicato, n.d., non applicabile, non ha, vedi sopra, deceduto, deceduta, non chiamare, vacante
nenhum, nenhuma, não tem, não possui, não há, sem email, sem e-mail, sem telefone, sem telemóvel, sem número, sem nome, não disponível, não informado, não aplicável, não se aplica, não consta, vazio, a definir, a confirmar, pendente, falecido, falecida, não ligar, vago
geen, geen e-mail, geen email, geen telefoon, geen nummer, geen opgave, n.v.t., nvt, niet van toepassing, niet beschikbaar, niet bekend, niet opgegeven, leeg, ontbreekt, volgt, zie boven, overleden, heeft geen, vacature, nog onbekend
brak, nie ma, nie dotyczy, nie podano, nie podał, nie podała, nie posiada, brak danych, brak telefonu, brak maila, brak e-mail, brak numeru, nd., niedostępny, niedostępne, puste, do uzupełnienia, do ustalenia, jak wyżej, zmarły, zmarła, wakat
saknas, okänd, okänt, ingen, inget, inga, ingen e-post, ingen mejl, inget nummer, ingen telefon, ej angivet, ej angiven, ej tillämpligt, ej tillgänglig, ej känt, finns ej, finns inte, har ingen, uppgift saknas, se ovan, avliden, vakant
yok, bilinmiyor, boş, belirtilmemiş, belirsiz, mevcut değil, girilmemiş, e-posta yok, telefonu yok, telefon yok, uygulanamaz, vefat etti, yukarıdaki gibi
لا يوجد, لا توجد, غير معروف, غير متوفر, غير محدد, غير متاح, بدون, لا ينطبق, مجهول, فارغ, لا شيء, ليس لديه, متوفى
无, 没有, 未知, 不详, 暂无, 不适用, 空, 未提供, 待定, 待补充, 未填写, 无邮箱, 无电话, 保密, 同上, 已故, 無, 沒有, 不詳, 暫無, 不適用, 未提供, 離職, 离职
なし, 無し, 不明, 未定, 該当なし, 未登録, 未記入, 未入力, 空欄, ありません, 特になし, 非公開, メールなし, 電話なし, 同上, 退職, 故人
`

// longestNothing bounds such a phrase, in bytes.
const longestNothing = 64

// nothings returns the phrases by their key.
func nothings() map[string]bool {
	set := make(map[string]bool)
	for line := range strings.Lines(nothingPhrases) {
		for phrase := range strings.SplitSeq(strings.TrimSpace(line), ", ") {
			set[string(phraseKey(nil, []byte(phrase)))] = true
		}
	}
	delete(set, "")
	return set
}

// phraseKey appends the folded words of a phrase, with a blank behind each.
func phraseKey(dst, s []byte) []byte {
	for w := range Words(s) {
		dst = append(foldPlain(dst, s[w.Start:w.End]), ' ')
	}
	return dst
}

// SaysNothing reports a whole value that says there is none: unknown, k. A., pas d'e-mail, 暂无. Letters alone (n. c.)
// are nothing where initials is false: they may be somebody's.
func (x *Surroundings) SaysNothing(s []byte, initials bool) bool {
	if len(s) > longestNothing {
		return false
	}
	var room [2 * longestNothing]byte
	if !x.nothing[string(phraseKey(room[:0], s))] {
		return false
	}
	for w := range Words(s) {
		if word := s[w.Start:w.End]; initials || len(word) > 1 && (word[0] >= utf8.RuneSelf || len(word) > 2) {
			return true
		}
	}
	return false
}
