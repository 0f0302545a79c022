package corpus

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// This room makes crowds of people of one language, as large as a tenant: whatever character may begin a name there begins
// somebody's.

// crowd is the names of a language. Given names are pairs of heads and tails, or those of wholes.
type crowd struct{ families, heads, tails, wholes, words string }

var crowds = map[string]crowd{
	"zh": {
		families: "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 " +
			"武 戴 莫 孔 向 汤 常 温 康 施 文 牛 樊 葛 邢 安 齐 易 乔 伍 庞 颜 倪 庄 聂 章 鲁 岳 翟 殷 詹 申 耿 关 兰 焦 俞 左 柳 甘 祝 包 宁 尚 符 舒 阮 柯 纪 梅 童 凌 毕 单 季 裴 霍 涂 成 苗 谷 盛 曲 翁 冉 路 游 辛 管 欧阳 司马 上官 诸葛 陳 張 劉 楊 黃 趙 吳 馬 許 鄭 謝 葉 蘇 盧 鍾 陸 連 簡",
		heads:  "志 建 国 文 明 晓 小 海 玉 春 秀 丽 美 雪 红 金 永 天 子 思 家 嘉 俊 浩 雨 佳 欣 梦 新 立 正 光 学 德 庆 大 中 东 一 世 长 成 宏 伟 振 安 若 心 可 婉 靜 雅 怡",
		tails:  "明 华 强 军 平 伟 芳 英 兰 梅 红 玲 燕 云 霞 杰 涛 峰 波 东 林 生 荣 民 国 文 辉 龙 飞 宁 安 然 轩 涵 怡 琪 瑶 欣 宇 阳 辰 月 雪 方 元 成 和 海 山 江 光 清 新 心 意 琳 婷 豪",
		words:  "高.兴 高.明 文.化 和.平 安.全 王.国 黄.金 方.便 方.法 石.油 白.云 平.安 时.间 马.上 程.序 成.功 关.心 任.务 金.融 钱.包 江.南 温.和 常.用 文.明 全.部 于.是 高.峰 张.力",
		wholes: "伟 芳 娜 敏 静 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 霞 平 刚 玲 辉 丽 波 斌 鹏 宇 浩 凯 健 俊 飞 红 梅 琳 雪 玉 婷 慧 颖 倩 文 华 建 志 海 宁 欣 佳 晨 阳 林 成 云 月 新 兴 达 力 进 光 东 方 元 青 清 亮 帆 源 江 山 石 田 天 心 安 和 可 一 正 学 才 生 民 国 中 高兴 和平 国庆 光明 海洋 胜利 向阳 长江 黄河 立春",
	},
	"ja": {
		families: "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 阿部 森 池田 橋本 石川 前田 藤田 小川 岡田 五十嵐 長谷川 原 東 南 辻 堀 谷 関 西 岡 秦 " +
			"後藤 近藤 石井 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 中川 原田 松田 竹内 小野 田村 中山 和田 石田 上田 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 工藤 今井 高田 丸山 増田 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 武田 野口 松井 千葉 菅原 岩崎 久保 木下 松尾 野村 菊地 佐野 大西 杉本 古川 浜田 市川 小松 水野 山下 島田 本田 森田 中島 平田 川口 福島 長野 富山 星野 大谷 本間 関口 成田 今村 上原 秋山 土屋 北村 早川 荒木 北 金 平 泉 星 島 畑 沢 城 村 森本 安田 大島 大橋 中田 西田 川上 岩本 小沢 春日 日高 有馬 三木 本多 水田 町田 石原 高山 大山 内山 桜井 安井 西山 長田 入江 土井 石橋 山内",
		heads:  "美 恵 真 智 和 直 健 大 雄 拓 翔 悠 陽 結 正 明 光 勝 義 康 良 幸 春 千 由 友 英 信 裕 孝",
		tails:  "子 美 香 奈 恵 代 江 也 太 介 人 一 二 樹 斗 男 夫 雄 平 明 志 生 実 花 穂 紀",
		words:  "東.洋 西.洋 東.海 原.理 森.林 林.道 関.心 高.山 平.和 原.本 清.水 大.和 本.山 金.星",
		wholes: "誠 明 薫 茜 光 望 勇 進 武 実 学 徹 隆 愛 恵 修 潤 清 勝 豊 正 茂 弘 翼 翔 司 渉 優 健 緑 泉 梢 円 心 空 海 月 桜 蘭 葵 凛 結 環 平 昇 守 守 保 久 仁 要 元 新 勉 務 均 力 登 まり ゆか みどり かおり あかね さくら ひかり のぞみ あい めぐみ みお はな ゆう れい なな まい かい そら ケンジ ユミ アイ リサ マリ レイ 正義 平和 未来 勝利 希望 大地 千秋 秋 春 夏 冬 真理 光一 太一 大和 一 二三 太郎 次郎 三郎 花子 さつき やよい かなえ まこと しのぶ つばさ はるか ひなた",
	},
	"ko": {
		families: "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 민 류 진 지 엄 채 원 천 방 공 현 함 변 염 여 추 도 소 석 선 설 마 길 연 위 표 명 기 반 왕 금 옥 육 인 맹 제 모 탁 국 어 은 편 용 남궁 선우 황보 제갈",
		heads:    "민 서 지 하 예 수 현 준 도 시 윤 은 영 정 성 동 상 재 승 태 소 나 보 미 경 혜 유 진 선 주 가 다 아 연 원 인 기 종 병 희",
		tails:    "준 연 윤 은 훈 우 빈 서 영 희 수 정 민 진 현 원 호 혁 석 철 미 경 자 숙 주 지 아 나 라 린 인 환 규 식 기 성 용 태 이 하",
		words:    "이.미지 이.수정 박.수 신.정원 정.보라 이.지수 유.리 안.정 최.근 조.건 주.제 성.실 오.늘 지.원 하.나 정.원 고.유 방.문 전.화 주.문 이.하나 정.직한",
		wholes:   "사랑 하늘 보람 가을 미소 지혜 은혜 소망 기쁨 나라 우리 이슬 한솔 아름 슬기 민주 정원 수정 유리 주인 성인 지수 정말 사실 하나 다운 보라 미래 고운 가람 초롱 새롬 솔 준 현 민 혁 별 빛 봄 산 강 단비 노을 바다 나래 누리 두리 마루 한별 송이 여름 겨울 기용 의식 정보 자유 정리 조사 진행",
	},
}

// Crowd returns n people of zh, ja or ko. Three in ten have a given name that is taken whole; some of them are words. The
// whole names of a few, among the first, are words.
func Crowd(tag string, n int) []Person {
	c := crowds[tag]
	families, heads, tails, wholes, words := strings.Fields(c.families), strings.Fields(c.heads), strings.Fields(c.tails), strings.Fields(c.wholes), strings.Fields(c.words)
	d, people := dice(7), make([]Person, n)
	for i := range people {
		if at := i / 10; i%10 == 0 && at < len(words) {
			family, given, _ := strings.Cut(words[at], ".")
			people[i] = Person{ID: i, Locale: tag, Family: family, Given: given, Word: true, l: &locale{tag: tag, familyFirst: true, glued: true}}
			continue
		}
		given := of(&d, wholes)
		if d.below(10) > 2 {
			given = of(&d, heads) + of(&d, tails)
		}
		people[i] = Person{ID: i, Locale: tag, Family: of(&d, families), Given: given, l: &locale{tag: tag, familyFirst: true, glued: true}}
	}
	return people
}

// Called returns how a person stands in a frame of a class of calls, and what is counted together there; nothing where she
// has no such name. In frames of the class word only those count whose whole name is a word.
func (p *Person) Called(class string) (name, kind string) {
	switch full := p.Family + p.Given; {
	case class == "given":
		return p.Given, fmt.Sprintf("given name of %d", utf8.RuneCountInString(p.Given))
	case class == "titled":
		return p.Family, "family name and title"
	case class == "word" != p.Word:
		return "", ""
	case p.Word:
		return full, "full name, a word"
	default:
		return full, fmt.Sprintf("full name of %d", min(utf8.RuneCountInString(full), 3))
	}
}

// Framed puts a name into a frame. In Korean what follows depends on how the name ends: {은/는}.
func Framed(frame, name string) string {
	before, after, _ := strings.Cut(frame, "%s")
	if choice, rest, ok := strings.Cut(after, "}"); ok {
		closed, open, _ := strings.Cut(choice[1:], "/")
		if r, _ := utf8.DecodeLastRuneInString(name); (r-0xAC00)%28 != 0 {
			open = closed
		}
		after = open + rest
	}
	return before + name + after
}
