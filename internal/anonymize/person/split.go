package person

import "strings"

// splitUnspaced parts a name of characters side by side. Chinese and Korean
// family names have one character, but for the few of two; Japanese ones two,
// but in short names and for the commonest of one. Who wants to be sure has
// two columns: the whole name is found in texts either way.
func splitUnspaced(full string, in script, locale string) (given, family string) {
	r := []rune(full)
	size := 1
	switch {
	case len(r) < 2:
		return "", full
	case in == katakana, in == hiragana: // no telling
		return "", full
	case in == hanKana, isLanguage(locale, "ja"):
		if size = min(2, len(r)-1); len(r) == 3 && strings.ContainsRune(japaneseSingles, r[0]) {
			size = 1
		}
	case len(r) > 2:
		for double := range strings.FieldsSeq(doubleSurnames) {
			if strings.HasPrefix(full, double) {
				size = 2
			}
		}
	}
	return string(r[size:]), string(r[:size])
}

// Family names that are not of the usual size: of two characters in Chinese
// and Korean, of one in Japanese.
const (
	doubleSurnames  = "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 夏侯 尉迟 尉遲 皇甫 令狐 慕容 司徒 端木 公孙 公孫 轩辕 軒轅 长孙 長孫 宇文 남궁 황보 제갈 사공 선우 독고 서문"
	japaneseSingles = "林森原南東西北関岡堀辻星谷平泉秦菅乾桂旭"
)

// isLanguage reports whether a locale is of a language, by its code.
func isLanguage(locale, code string) bool {
	return len(locale) >= len(code) && strings.EqualFold(locale[:len(code)], code) && (len(locale) == len(code) || strings.IndexByte("_-.@ ", locale[len(code)]) >= 0)
}
