package text

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// This room knows what says that somebody is meant where a name in Chinese, Japanese or Korean is a word, too, or a single
// character: who is introduced (我叫高兴。), a post before her and what people do behind (联系人高兴没来), the particles of
// people (수정에게), a signature (정원 드림), and other people in the same list (高兴、王晓东).

var (
	hanSelf  = asSpans("我是 我叫 我叫做 名叫 姓名 姓名是 名字是 名字叫 他叫 她叫 叫做 本人")
	hanPosts = asSpans(`联系人 负责人 申请人 审批人 经办人 收件人 寄件人 发件人 委托人 代理人 候选人 面试官 主持人 记录人 签字人 当事人 担保人 报告人 投保人 被保险人 承租人 出租人 收款人
		付款人 持卡人 应聘者 求职者 作者 聯絡人 負責人 申請人 代表人 候選人 面試官`)
	hanRoles = asSpans(`经理 主管 总监 主任 医生 律师 老师 教授 秘书 助理 同事 同学 工程师 会计 组长 队长 院长 校长 部长 科长 处长 局长 總監 經理 醫生 律師 老師 同學 同仁`)
	// What people do, behind a post that is one person's, and behind any.
	hanDoes     = asSpans("将 已 没 未 把 被 于 说 来 去 也 不 將 沒 說 來 於")
	hanActs     = asSpans("将 已 未 把 被 说 建议 办理 负责 表示 陪同 将 將 說 辦理 負責")
	hanNoChief  = "是会比能要在不有算可体共结量额数部计之得该爱想觉說会會"
	kanaOf      = asSpans("担当の 担当者の 弊社の 部の 課の")
	kanaPosts   = asSpans("課長 部長 社長 主任 係長 専務 常務 会長 店長 担当者 責任者 申請者 私は")
	kanaSays    = asSpans("です でございます と申 がご からご")
	kanaBehind  = asSpans("が は と へ に です から")
	koreanSelf  = asSpans("저는 이름은 성명은 나는 저")
	koreanIs    = asSpans("입니다 이고 고 이라고 라고 예요 이에요 이야 야")
	koreanLabel = asSpans("성명 이름 담당 담당자 신청인 신청자 작성자 승인 승인자 결재 참석자 수신 발신 보낸이 받는이 고객명 예금주 면접관 대표자 보호자 동의자")
	koreanSigns = asSpans("드림 올림 배상")
	// koreanToward stand behind people and not behind things.
	koreanToward = asSpans("에게 한테 께")
)

// beforeGiven and afterGiven are what a given name stands between.
const (
	beforeGiven = "和跟给給与與请請问問找让讓叫对對由被把向替同谢謝好等陪送帮幫派见見诉訴系知据據即为為劝勸代" + kanaParticles
	afterGiven  = "的说說是在和跟与與把被让讓来來去也都已将將会會要不没沒你您吗嗎呢吧回帮幫同刚剛从從给給对對向就還还又有才能可请請" + kanaParticles
)

// endsIn reports whether one of the words stands at the end of s, blanks aside.
func endsIn(s []byte, words [][]byte) bool {
	s = bytes.TrimRight(s, " ")
	for _, w := range words {
		if bytes.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// meant reports that what surrounds a full name that is a word says that somebody is called so.
func (v *scene) meant(d *Dictionary) bool {
	if v.split {
		return false
	}
	before, behind := v.s[:v.m.Start], v.s[v.m.End:]
	if v.first == hangul {
		return v.koreanMeant(d)
	}
	edge := !inWordRune(v.after)
	switch {
	case edge && (endsIn(before, hanSelf) || endsIn(before, hanPosts)), endsIn(before, hanPosts) && followed(behind, hanDoes), endsIn(before, hanRoles) && followed(behind, hanActs):
		return true
	case endsIn(before, kanaOf) && followed(behind, kanaSays), endsIn(before, kanaPosts) && followed(behind, kanaBehind):
		return true
	}
	return v.listed(d)
}

// listed reports a full name that is no word as the next or the last one of a list that the name is in.
func (v *scene) listed(d *Dictionary) bool {
	behind, ok := cutListSign(v.s[v.m.End:])
	if ok {
		n := 0
		for n < len(behind) {
			r, size := utf8.DecodeRune(behind[n:])
			if scriptOf(r) == noUnspaced {
				break
			}
			n += size
		}
		if v.knows(d, behind[:n]) {
			return true
		}
	}
	before := bytes.TrimSuffix(v.s[:v.m.Start], []byte(" "))
	for _, sign := range listSigns {
		if rest, ok := bytes.CutSuffix(before, sign); ok {
			from := len(rest)
			for from > 0 {
				r, size := utf8.DecodeLastRune(rest[:from])
				if scriptOf(r) == noUnspaced {
					break
				}
				from -= size
			}
			return v.knows(d, rest[from:])
		}
	}
	return false
}

// listSigns part the people of a list.
var listSigns = asSpans("、 , ， / ;")

func cutListSign(s []byte) ([]byte, bool) {
	for _, sign := range listSigns {
		if rest, ok := bytes.CutPrefix(s, sign); ok {
			return bytes.TrimPrefix(rest, []byte(" ")), true
		}
	}
	return s, false
}

// longestItem bounds an item of a list of people, in bytes.
const longestItem = 8 * 3

// knows reports that an item of a list is a full name of three characters or more and no word.
func (v *scene) knows(d *Dictionary, item []byte) bool {
	if len(item) > longestItem || utf8.RuneCount(item) < 3 {
		return false
	}
	m, ok := d.whole(item)
	return ok && m.Kind == Full && !d.unspaced.has(Fold(nil, item))
}

// familiar reports a family name of Chinese as colleagues say it: 小王, 老陈, 王总.
func (v *scene) familiar(d *Dictionary) bool {
	if v.first != han || v.chars > 2 || d.single.has(v.key) || d.unspaced.has(v.key) {
		return false
	}
	if rest, ok := bytes.CutPrefix(v.s[v.m.End:], []byte("总")); ok {
		next, _ := utf8.DecodeRune(rest)
		return !strings.ContainsRune(hanNoChief, next) && !v.wordBefore(d)
	}
	if v.chars > 1 || v.before != '小' && v.before != '老' || v.wordBefore(d) || v.wordBehind(d) {
		return false
	}
	at := v.m.Start - utf8.RuneLen(v.before)
	r, n := utf8.DecodeLastRune(v.s[:at])
	return scriptOf(r) != han || !v.pair(d, at-n, at)
}

// cue is what stands on one side of a name: something that says nothing, nothing of its script, or what stands beside people
// and words that are no part of it.
type cue uint8

const (
	noCue cue = iota
	anEdge
	aCue
)

func (v *scene) cueBefore(d *Dictionary) cue {
	switch scriptOf(v.before) {
	case noUnspaced:
		return anEdge
	case han:
		at := v.m.Start - utf8.RuneLen(v.before)
		if beyond, n := utf8.DecodeLastRune(v.s[:at]); !strings.ContainsRune(beforeGiven, v.before) && (scriptOf(beyond) != han || !v.pair(d, at-n, at)) {
			return noCue
		}
	}
	return aCue
}

func (v *scene) cueBehind(d *Dictionary) cue {
	switch scriptOf(v.after) {
	case noUnspaced:
		return anEdge
	case han:
		at := v.m.End + utf8.RuneLen(v.after)
		if beyond, _ := utf8.DecodeRune(v.s[at:]); !strings.ContainsRune(afterGiven, v.after) && (scriptOf(beyond) != han || !v.pair(d, v.m.End, at)) {
			return noCue
		}
	}
	return aCue
}

// cued is the rule for a given name of two Chinese characters: it stands alone, or beside what names stand beside.
func (v *scene) cued(d *Dictionary) bool {
	before, behind := v.cueBefore(d), v.cueBehind(d)
	return before == aCue || behind == aCue || before == anEdge && behind == anEdge
}

// parted is the rule for a full name of two Chinese characters of which one makes a word with what it touches: the other one
// does not, and where the family name is a word there is a reason on its side to take it for a name.
func (v *scene) parted(d *Dictionary) bool {
	before, behind := v.wordBefore(d), v.wordBehind(d)
	switch {
	case before && behind:
		return false
	case behind:
		return !v.wordyFamily(d) || v.cueBefore(d) != noCue
	case before:
		return !v.wordyFamily(d) || v.cueBehind(d) != noCue
	}
	return true
}

// wordyFamily reports a first character that is a word: 路, 成.
func (v *scene) wordyFamily(d *Dictionary) bool {
	var room [8]byte
	_, n := utf8.DecodeRune(v.s[v.m.Start:])
	return d.single.has(Fold(room[:0], v.s[v.m.Start:v.m.Start+n]))
}

// single is the rule for a name of one character of a person whom the value is about.
func (v *scene) single(d *Dictionary) bool {
	if v.first == hangul {
		return v.toward(d)
	}
	if v.free() {
		return true
	}
	return v.first == han && v.cueBefore(d) != noCue && v.cueBehind(d) != noCue && !d.single.has(v.key) && !v.wordBefore(d) && !v.wordBehind(d)
}
