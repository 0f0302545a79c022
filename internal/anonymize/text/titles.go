package text

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room knows what makes a surname of a word: a title before it (Mr Price, Frau Koch), or behind it in scripts
// without blanks (王先生, 佐藤さん, 김 과장); and what makes a place of one (中村駅). It is asked where a surname alone would not
// count, or be in doubt.

// longestTitle bounds a title, in bytes.
const longestTitle = 16

// titled reports whether a title stands directly before start.
func titled(s []byte, start int) bool {
	before := s[max(0, start-longestTitle-4):start]
	trimmed := bytes.TrimRightFunc(before, partsTitle)
	return len(trimmed) < len(before) && endsInTitle(trimmed)
}

// endsInTitle reports whether the last word of s is a title.
func endsInTitle(s []byte) bool {
	word, dot := bytes.CutSuffix(s[max(0, len(s)-longestTitle-4):], []byte("."))
	head := bytes.LastIndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
	if head >= 0 {
		_, n := utf8.DecodeRune(word[head:])
		word = word[head+n:]
	}
	if len(word) == 0 || len(word) > longestTitle {
		return false
	}
	var room [2 * longestTitle]byte
	is, needsDot := title(foldPlain(room[:0], word))
	return is || needsDot && dot
}

// partsTitle reports what may stand between a name and its title: blanks, those of a query, and what sets cells apart.
func partsTitle(r rune) bool { return isBlank(r) || r == '+' || r == separatorByte }

// titles are folded titles, of which some are one where a dot follows.
var titles = titleTable()

const (
	titlesAlways = `mr mrs ms mx dr dra prof herr herrn frau mme mlle sra srta dhr mevr mw miss professor monsieur madame
mademoiselle senor senora meneer heer mevrouw pan pani sayin signor signora senhor senhora`
	titlesDotted = "m hr fr sr ing dipl mag sig"
)

func titleTable() map[string]bool {
	dotted := make(map[string]bool)
	for word := range strings.FieldsSeq(titlesAlways) {
		dotted[word] = false
	}
	for word := range strings.FieldsSeq(titlesDotted) {
		dotted[word] = true
	}
	return dotted
}

// title reports whether a folded word is a title, or is one where a dot follows.
func title(key []byte) (is, needsDot bool) {
	dotted, known := titles[string(key)]
	return known && !dotted, dotted
}

var (
	titlesBehind = asSpans(`先生 女士 小姐 经理 經理 总监 總監 主任 老师 老師 同学 同學 部长 科长 处长 局长 院长 校长 教授 医生 律师 师傅 同志 主管 总裁 秘书 助理 顾问 专员 工程师
		さん さま くん ちゃん 様 君 氏 殿 部長 課長 係長 社長 専務 常務 会長 主査 先輩`)
	koreanFirm   = asSpans("과장 대리 부장 차장 주임 팀장 실장 본부장 상무 전무 사장 회장 선생 매니저")
	koreanLoose  = asSpans("사원 이사 대표 교수 박사 원장 소장 센터장 팀원 인턴 위원 의원 책임 선임 수석 선배 후배 기사 간호사 변호사 프로")
	koreanPlaces = asSpans("차장 사장 회장") // 주차장 is where cars park
	koreanTitles = slices.Concat(koreanFirm, koreanLoose)
	koreanShort  = asSpans("님 씨 군 양") // two behind any name, two behind a full one
	placesBehind = asSpans("県 縣 市 区 區 町 村 駅 线 線 通り 川 山 橋 寺 港 島 岛 湾 府 州 郡 国 路 街")
)

func asSpans(list string) [][]byte { return bytes.Fields([]byte(list)) }

// followed reports whether one of the words stands at the beginning of s.
func followed(s []byte, words [][]byte) bool {
	for _, w := range words {
		if bytes.HasPrefix(s, w) {
			return true
		}
	}
	return false
}
