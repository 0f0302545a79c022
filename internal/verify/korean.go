package verify

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Korean name is one word, of two syllables to five, and grammar and titles are written right behind it. Three syllables
// are a name; two, or three that are a word of the language, count before a title and in a field of their own.

// longestKorean is the longest name, in syllables, and longestFamily the longest family name.
const (
	longestKorean = 5
	longestFamily = 2
)

// koreanParticles may end a word that begins with a name.
const koreanParticles = `은 는 이 가 을 를 과 와 의 에 도 만 로 야 아 랑 께 에게 에게서 에게도 에게만 께서 께서는 한테 한테서 으로 로서 으로서 이랑 하고 부터 까지 마저 조차 처럼 보다 이나 나 라고 이라고
 입니다 이다 이며 며 이고 고 이었다 였다 였습니다 이었습니다 이에요 예요 이라 라 이라는 라는 의견 측`

// koreanTitles stand behind a name, with or without a blank.
var koreanTitles = [...]string{"님", "씨", "군", "양", "과장", "대리", "부장", "차장", "사원", "주임", "팀장", "실장", "본부장", "이사", "상무", "전무", "대표", "사장", "회장", "선생", "교수", "박사", "매니저"}

// koreanWords are words that begin with a family name and look like a whole one.
const koreanWords = `이미지 이용자 이상한 이상형 이유식 이방인 이해력 이자율 안정은 안정된 안내문 안전한 유리한 유사한 유용한 유명한 신중한 신선한 신기한 신청서 신청자 신규자 강력한 강인한 조용한 조사원 조회수 주인공 주요한
 주소록 정확한 정직한 정상인 정기적 정보원 전문가 전화기 진정한 진지한 진행자 성공한 성실한 성인용 공정한 공무원 고유한 고객님 기본형 김치국 나머지 남자가 노동자 문제가 박사님 방문자 배우자 백만원 변호사 사용자 서비스 서명란 소중한
 손잡이 송금인 심각한 양식은 여행자 연구원 오전반 우수한 원본은 위원회 임시직 장기적 지원자 지급일 차량은 천만원 최고의 최종본 최근에 하나의 한가한 한국인 허가서 현재의 홍보용 황당한 정보라`

// addKorean makes the search know the words of this room.
func (b *builder) addKorean() {
	b.particles = make(map[string]bool)
	for text := range strings.FieldsSeq(koreanParticles) {
		b.particles[text] = true
	}
	b.ranks, b.saying = bytes.Fields([]byte(koreanRanks)), make(map[uint64]bool)
	for text := range strings.FieldsSeq(saying) {
		b.saying[b.wordsOf(text)[0].plain] = true
	}
	for text := range strings.FieldsSeq(koreanWords) {
		b.words[b.wordsOf(text)[0].plain] = true
	}
}

// korean adds a full name in Hangul, written together.
func (b *builder) korean(full string) {
	full = strings.ReplaceAll(full, " ", "")
	syllables := 0
	for _, r := range full {
		if !unicode.Is(unicode.Hangul, r) {
			return
		}
		if syllable(r) {
			syllables++
		}
	}
	if syllables < 2 || syllables > longestKorean {
		return
	}
	h := b.wordsOf(full)[0].plain
	if syllables == 2 && b.lent[h] {
		return
	}
	b.koreans.add(h)
	if syllables == 2 || b.words[h] || b.lentCalled(full) {
		b.common.add(h)
	}
}

// lentCalled reports a name that is also a pseudonym's given name and a particle: 민수아 is 민 수아, and what calls 민수.
func (b *builder) lentCalled(full string) bool {
	_, n := utf8.DecodeLastRuneInString(full)
	given, tail := full[:len(full)-n], full[len(full)-n:]
	return b.particles[tail] && given != "" && b.lent[b.wordsOf(given)[0].plain]
}

// syllable reports a character that begins one.
func syllable(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 || r >= 0x1100 && r <= 0x1112 }

// hangulAt reports whether a word begins with a byte of Hangul.
func hangulAt(c byte) bool { return c >= 0xEA && c <= 0xED || c == 0xE1 }

// koreans looks for a name that the word w begins with, alone or as the rest of the phrases that are open.
func (in *Inspector) koreans(at *Field, value []byte, w word, now []open) {
	a := in.w.letters
	var room [4 * 3 * longestKorean]byte
	folded := room[:0]
	n := 0
	for i := w.start; ; {
		r, size := decode(value[i:w.end])
		if n > 0 && (i == w.end || syllable(r)) {
			name := word{start: w.start, end: i, plain: a.bytes(folded)}
			in.koreanName(at, value, name, w.end, now)
			if n <= longestFamily {
				in.koreanFamily(at, value, name, w.end)
			}
		}
		if i == w.end || syllable(r) && n == longestKorean {
			return
		}
		if syllable(r) {
			n++
		}
		l := a.of(r)
		if folded = append(folded, l.plain[:l.n]...); len(folded) > cap(room)-4 {
			return
		}
		i += size
	}
}

// koreanName judges the beginning of a word that ends at end.
func (in *Inspector) koreanName(at *Field, value []byte, name word, end int, now []open) {
	rest := value[name.end:end]
	if len(rest) > 0 && rest[0] == 0xE1 { // not composed
		rest = norm.NFC.Bytes(rest)
	}
	title := hasTitle(rest)
	if len(rest) > 0 && !title && !in.w.particles[string(rest)] {
		return
	}
	if len(rest) > 0 {
		for _, o := range now {
			in.follow(at, value, o, name, name.plain, nil)
		}
	}
	if !in.w.koreans.has(name.plain) {
		return
	}
	if in.w.common.has(name.plain) && !title {
		next := value[end:]
		blanks := blanksAt(next)
		own := len(rest) == 0 && len(bytes.TrimFunc(next, notLetter)) == 0 && len(bytes.TrimFunc(value[:name.start], notLetter)) == 0
		if !own && (len(rest) > 0 || blanks == 0 || !hasTitle(next[blanks:])) {
			return
		}
	}
	in.leak(at, "name", in.folded(value[name.start:name.end]))
}

// koreanRanks are titles that say of a family name before them that it is one: 김 부장님. saying are family names of which they
// do not, but with the form of respect: this one, one, former, present, new and their like (전 대표, 한 교수).
const (
	koreanRanks = "과장 대리 부장 차장 주임 팀장 실장 본부장 상무 전무 사장 회장 선생 대표 교수 박사 매니저"
	saying      = "이 한 전 현 신 구 주 부 본 제 조 반 도 시 위 명 두 고 남 여 양 총 각 단 국 공 인 강 정 문 장 원 성 연 오 천 백 만 안 우 유 노 동 서 선 상 하 지 임 방 차 기 금 옥 육 소 석 어 은 편 용 맹"
)

// koreanFamily judges the beginning of a word that ends at end as a family name: a title must be the rest of the word, with
// the form of respect, or the next one.
func (in *Inspector) koreanFamily(at *Field, value []byte, name word, end int) {
	if a := in.w.letters; !in.w.initials.has(a.join(a.begin, name.plain)) || in.w.lent[name.plain] {
		return
	}
	rest := value[name.end:end]
	apart := len(rest) == 0
	if apart {
		blanks := blanksAt(value[end:])
		if blanks == 0 {
			return
		}
		next, ok := in.w.letters.next(value, end+blanks)
		if !ok || next.start != end+blanks {
			return
		}
		rest = value[next.start:next.end]
	}
	if len(rest) > 0 && rest[0] == 0xE1 { // not composed
		rest = norm.NFC.Bytes(rest)
	}
	for _, rank := range in.w.ranks {
		tail, ok := bytes.CutPrefix(rest, rank)
		if !ok {
			continue
		}
		tail, respect := bytes.CutPrefix(tail, []byte(koreanTitles[0]))
		if (len(tail) == 0 || in.w.particles[string(tail)]) && (respect || apart && !in.w.saying[name.plain]) {
			in.leak(at, withTitle, in.folded(value[name.start:name.end]))
			return
		}
	}
}

func notLetter(r rune) bool { return r < utf8.RuneSelf && !unicode.IsLetter(r) || unicode.IsSpace(r) }

// hasTitle reports a title at the beginning of s.
func hasTitle(s []byte) bool {
	for _, one := range koreanTitles {
		if len(s) >= len(one) && string(s[:len(one)]) == one {
			return true
		}
	}
	return false
}
