package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room knows what stands beside a name, an address or a number and says nothing about anybody: titles, degrees,
// posts in brackets, labels, schemes, and the words for nothing. What is not listed is taken for a part of what names
// somebody, so a word too few costs a value, and a word too many a leak: none of them is anybody's name.

// Beside says which words are harmless, each beside what the others are.
type Beside uint8

// The lists.
const (
	BesideNames     Beside = 1 << iota // a degree, a post
	BesideAddresses                    // a scheme, a header, a label
	BesideNumbers                      // a label, an extension
	Nothing                            // the words for an address or a number that is missing
	NoName                             // those for a name
	AnyNumber                          // no words: numbers of any length
	Titles                             // no words beside others: titles that need no dot
)

// besideWords are folded words by list.
func besideWords() map[Beside]string {
	return map[Beside]string{
		BesideNames: `phd mba msc bsc llm esq cpa cfa mbe obe mp ret ii iii iv jr sr junior senior med rer nat phil jur habil
hr it ceo cto cfo coo cio vp hrbp admin administrator assistant assistenz associate consultant contractor employee manager intern
internal extern external freelance freelancer temp trainee azubi praktikant praktikantin werkstudent werkstudentin
stellvertretung team lead leiter leiterin leitung sales marketing finance legal dev ops engineering support guest gast former
ehemalig retired deceased left inactive inaktiv active aktiv disabled archived deleted geloescht test parttime fulltime teilzeit
vollzeit elternzeit parental leave sabbatical she her hers he him his they them er sie human resources department ressources
humaines recursos humanos risorse umane personalabteilung personeelszaken kadr personalavdelningen décédé décédée verstorben fallecido
fallecida deceduto deceduta falecido falecida overleden zmarły zmarła avliden vefat متوفى 已故 故人 人事部 退職 离职 離職 stagiaire
intérimaire retraité retraitée parti absent stagista becario becaria estagiário estagiária gelöscht dott dottssa ssa drs mgr inż`,
		BesideAddresses: `mailto mail mails email smtp sip sips xmpp to cc bcc from reply re via address adresse indirizzo correo
courriel private privat prive privado privato personal work business geschaeftlich dienstlich beruflich home office buero bureau
primary secondary main old alt new neu and or und oder et subject inbox outbox user users contact contacts kontakt com org net
ou électronique trabajo trabalho travail lavoro ufficio casa maison domicile zuhause geschäftlich büro personale personnel
personnelle pessoal electrónico eletrônico electrónica posta elettronica lavorativa principal secundario emailadres mailadres werk
thuis prywatny prywatna służbowy służbowa poczta lub praca eller och arbete jobb hem posta kişisel iş ev veya ve adresse perso pro
بريد البريد إلكتروني الإلكتروني شخصي عمل العمل أو و 邮箱 电子邮件 邮件 个人 单位 公司 工作 私人 或 和 电邮 メール メールアドレス 個人 会社 自宅 仕事 私用
または`,
		BesideNumbers: `tel telefon telephone telefono telefone telefoon phone fon fone sip sips sms fax ext extension isub durchwahl dw
nst poste anexo int interno toestel mobile mobil mob mobiltelefon handy cell cellular portable movil gsm natel home work office
buero bureau private privat prive privado privato personal dienstlich geschaeftlich direct direkt dial main switchboard zentrale
central call number nummer numero nr whatsapp signal voice pager user and or und oder et ab vormittags nachmittags abends morgens
am pm viber telegram wechat ou 工作 私人 个人 個人 仕事 شخصي emergency urgence notfall urgencias emergenza nood nödfall acil only uniquement domicile maison
perso pro fixe portable travail zuhause geschäftlich büro mobilnummer festnetz casa trabajo móvil fijo oficina extensión teléfono
cellulare cell ufficio lavoro fisso abitazione trabalho telemóvel celular ramal escritório residencial fixo thuis mobiel werk
telefoonnummer komórka komórkowy domowy stacjonarny służbowy prywatny praca tel wew wewn lub oraz hem hemma arbete jobb mobiltelefon ankn
anknytning eller och cep ev iş dahili sabit veya ve hattı هاتف الهاتف جوال الجوال موبايل المنزل منزل عمل العمل مكتب المكتب تحويلة رقم واتساب
أو و 家庭 手机 单位 公司 办公 办公室 固话 座机 电话 转 分机 或 和 手機 電話 微信 家 自宅 携帯 会社 勤務先 内線 または と 直通 代表
mutter vater mother father mom mum dad wife husband maman papa épouse époux conjoint madre padre esposa marido moglie marito
matka ojciec spouse partner ehefrau ehemann brother sister daughter parent parents eltern`,
		Nothing: `none null void unknown unbekannt keine keiner kein keins aucun aucune inconnu inconnue neant ninguno ninguna desconocido
desconocida nessuno nessuna sconosciuto sconosciuta nenhum nenhuma desconhecido desconhecida geen onbekend brak nieznany nieznana
ingen inget okand yok bilinmiyor na missing empty leer tbd tba tbc todo undefined undisclosed withheld confidential redacted
anonymous anonym anonyme not nicht non no yes available applicable provided given specified set vorhanden angegeben disponible
mail email phone telefon address number`,
		Titles: `mgr doktor fru الدكتور الدكتورة دكتور دكتورة`,
		NoName: `none null unknown unbekannt inconnu inconnue desconocido desconocida sconosciuto desconhecido onbekend nieznany undisclosed
withheld anonymous anonym anonyme removed deleted geloescht tbd tba tbc undefined`,
	}
}

// Surroundings holds the lists. It is immutable and may be shared.
type Surroundings struct {
	lists   map[string]Beside
	nothing map[string]bool // whole values

	speaking *wordFilter
}

// NewSurroundings reads the lists.
func NewSurroundings() *Surroundings {
	x := &Surroundings{lists: make(map[string]Beside), nothing: nothings()}
	for list, words := range besideWords() {
		for word := range strings.FieldsSeq(words) {
			x.lists[string(foldPlain(nil, []byte(word)))] |= list
		}
	}
	x.speaking = x.newSpeaking()
	return x
}

// Harmless reports whether s has no words but those of the lists, titles where BesideNames is one of them, single
// letters of Latin, and numbers of at most four digits.
func (x *Surroundings) Harmless(s []byte, lists Beside) bool {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if !wordly(r) {
			i += n
			continue
		}
		start, number := i, unicode.IsDigit(r)
		for i < len(s) {
			if r, n = utf8.DecodeRune(s[i:]); !wordly(r) || unicode.IsDigit(r) != number {
				break
			}
			i += n
		}
		if !x.harmless(s[start:i], number, lists) {
			return false
		}
	}
	return true
}

// wordly reports a letter, a mark or a digit, and what is no character: nobody knows what it stands for.
func wordly(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// mostHarmlessDigits is how many digits a number has that is a year, a room or an extension.
const mostHarmlessDigits = 4

// longestBeside bounds a word of the lists, in bytes.
const longestBeside = 2 * longestTitle

func (x *Surroundings) harmless(word []byte, number bool, lists Beside) bool {
	switch {
	case number:
		return lists&AnyNumber != 0 || utf8.RuneCount(word) <= mostHarmlessDigits
	case len(word) == 1:
		return true
	case len(word) > longestBeside:
		return false
	}
	var room [2 * longestBeside]byte
	key := foldPlain(room[:0], word)
	if x.lists[string(key)]&lists != 0 {
		return true
	}
	return lists&BesideNames != 0 && courtesy(key, true)
}

// courtesy reports a folded title that is nobody's name and no initial, with a dot where it wants one.
func courtesy(key []byte, dot bool) bool {
	is, needsDot := title(key)
	return is && !bytes.HasPrefix(key, []byte("pan")) || needsDot && dot && len(key) > 2
}

// Nameless reports whether a value says that there is no name: it has no letter and no digit, or no word but those for
// a name that is missing.
func (x *Surroundings) Nameless(s []byte) bool {
	if bytes.EqualFold(s, []byte("n/a")) || bytes.EqualFold(s, []byte("n.a.")) {
		return true
	}
	var room [2 * longestTitle]byte
	for i := 0; ; {
		start, end := nextWord(s, i)
		if start == end {
			return true
		}
		if end-start > longestTitle || x.lists[string(foldPlain(room[:0], s[start:end]))]&NoName == 0 {
			return false
		}
		i = end
	}
}

// Name returns where in s the name itself stands: behind its titles (Dr. Rose Hill, Frau Hill), before degrees, and
// before posts and all else in brackets (Hill, Rose (HR)). It is all of s where nothing stands beside the name.
func (x *Surroundings) Name(s []byte) Span {
	core := Span{0, len(s)}
	for {
		word, rest := firstToken(s[core.Start:core.End])
		if rest == 0 || !x.isTitle(word) {
			break
		}
		core.Start += rest
	}
	for {
		at := behindName(s[core.Start:core.End])
		if at == core.End-core.Start {
			return core
		}
		core.End = core.Start + at
	}
}

// Titled reports whether a name of letters begins with a title, or ends in a degree.
func (x *Surroundings) Titled(s []byte) bool {
	if word, rest := firstToken(s); rest > 0 && x.isTitle(word) {
		return true
	}
	return behindName(s) < len(s)
}

// firstToken cuts a word at its blanks; rest is where the next one begins, 0 if there is none.
func firstToken(s []byte) (word []byte, rest int) {
	at := bytes.IndexAny(s, " \t\u00a0")
	if at <= 0 {
		return s, 0
	}
	for rest = at; rest < len(s); {
		r, n := utf8.DecodeRune(s[rest:])
		if !isBlank(r) {
			return s[:at], rest
		}
		rest += n
	}
	return s[:at], 0
}

// isTitle reports whether every word of a token is a title, or with a dot what stands beside names: Dipl.-Ing., med.
func (x *Surroundings) isTitle(token []byte) bool {
	dot := bytes.IndexByte(token, '.') > 0
	if len(token) > 2*longestTitle || !dot && len(token) < 2 {
		return false
	}
	words := 0
	var room [4 * longestTitle]byte
	for i := 0; ; {
		start, end := nextWord(token, i)
		if start == end {
			return words > 0
		}
		i = end
		key := foldPlain(room[:0], token[start:end])
		words++
		if courtesy(key, dot) || x.lists[string(key)]&Titles != 0 {
			continue
		}
		if !dot || len(key) < 2 || x.lists[string(key)]&BesideNames == 0 {
			return false
		}
	}
}

// behindName returns where the last thing behind a name begins, len(s) if there is none.
func behindName(s []byte) int {
	trimmed := bytes.TrimRight(s, " \t\r\n")
	end := len(trimmed)
	if end < 3 {
		return len(s)
	}
	var at int
	if open := bracket(trimmed[len(trimmed)-1]); open != 0 {
		at = bytes.IndexByte(s, open)
	} else if at = bytes.LastIndexAny(s[:end], " ,"); at > 0 {
		word := bytes.TrimSuffix(s[at+1:end], []byte("."))
		if !degree(word) {
			return len(s)
		}
	}
	if at <= 0 {
		return len(s)
	}
	before := bytes.TrimRight(s[:at], " \t,")
	if len(before) == 0 {
		return len(s)
	}
	return len(before)
}

// bracket returns the sign that opens what c closes, or 0.
func bracket(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	}
	return 0
}

// degree reports whether a word behind a name is written as a degree or a generation is: PhD, MBA, Jr, III. A post
// needs brackets.
func degree(word []byte) bool {
	var room [8]byte
	key := room[:0]
	for _, c := range word[:min(len(word), 2*len(room))] {
		if c != '.' && len(key) < len(room) {
			key = append(key, c|0x20)
		}
	}
	numeral, is := degrees[string(key)]
	return is && (!numeral || upperByte(word[0]))
}

// degrees are what stands behind a name, of which the numerals have capitals.
var degrees = map[string]bool{
	"phd": false, "mba": false, "msc": false, "bsc": false, "llm": false, "esq": false, "cpa": false, "cfa": false, "mbe": false, "obe": false,
	"jr": false, "sr": false, "junior": false, "senior": false, "ii": true, "iii": true, "iv": true,
}
