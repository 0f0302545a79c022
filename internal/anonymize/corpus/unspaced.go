package corpus

import (
	"slices"
	"strings"
)

// This room writes texts in Chinese, Japanese and Korean, where a name is not parted from what stands around it.

// Call is one way to write a person in such a text, in a frame of its language where %s stands.
type Call struct {
	Class  string // what is counted together, as "zh, full name of two characters"
	Person *Person
	Words  string // the name as it stands
	Frame  string
	About  bool // the row is about the person
	Wordy  bool // the name is a word, too
}

// Text returns the text.
func (c *Call) Text() string { return strings.Replace(c.Frame, "%s", c.Words, 1) }

// unspaced is a language of this kind.
type unspaced struct {
	tag, families, givens, words string // words are whole names that are words, too, family and given name parted by a dot
	apart                        bool   // a blank may stand between family and given name
	titled                       []string
	about, given, quiet          []string
}

var scripts = []unspaced{
	{
		tag:      "zh",
		families: "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 欧阳 司马 上官 诸葛",
		givens: "伟 芳 娜 敏 静 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 霞 平 刚 玲 辉 丽 波 斌 鹏 宇 浩 凯 健 俊 飞 红 梅 琳 雪 玉 婷 慧 颖 倩 文 华 建 志 海 宁 欣 佳 晨 阳 " +
			"小明 秀英 志强 雪梅 丽娜 晓东 玉兰 子涵 思远 嘉怡 浩然 雨桐 俊杰 欣怡 国栋 美玲 永康 天佑 婉婷 一诺 宇轩 建华 淑兰 文博 桂英 海燕 立伟 红霞 佳琪 梦瑶",
		words:  "高.兴 和.平 马.上 白.云 安.全 高.峰 黄.金 方.法 文.明 王.国 张.力 石.油 金.属 江.水 田.野 林.业 程.序 任.务 万.元 白.天 高.速 平.安 时.间 常.用 全.部 向.上 周.到 周.年 周.末 成.功 成.立 关.心 单.位 安.排 金.融 马.路 严.格 陆.续 许.多 钱.包 叶.子 方.便 江.南 温.和 计.划 项.目 易.于 古.文 建国. 和平. 国庆. 海洋. 光明. 胜利.",
		titled: []string{"%s先生明天到。", "请问%s经理在吗？", "%s女士已签字。", "请转告%s老师，谢谢。", "尊敬的%s总监：您好", "已发给%s主任 审批"},
		about: []string{"请联系%s确认合同。", "我和%s谈了搬迁的事", "昨天%s提交了季度报告。", "这个问题由%s负责跟进。", "本周%s休假，请找同事。", "让%s来签字", "感谢%s的支持与配合。", "会议由%s主持，下周继续。", "把文件发给%s就行", "对%s的考核结果已出。", "经讨论，决定录用%s为工程师。",
			"审批人：%s。", "参加者：%s、两位客人", "新同事%s今天到岗", "（%s）已阅", "候选人%s面试表现很好", "附件是%s的简历，请查收", "因%s请假，会议推迟到星期四", "上周%s和客户见了面", "据%s反映，工资还没到账"},
		given: []string{"你好%s，谢谢。", "%s说得对，我们改一下。", "请%s看一下", "今天和%s一起吃午饭"},
		quiet: []string{
			"季度评估已推迟，因为新经理还没有看报告。请在星期五之前寄回签好的合同。目标包括招聘两名工程师。", "公司将于下周召开全体员工会议，讨论明年的预算和招聘计划。", "由于明天是国庆节，本周的考勤数据需要提前提交。", "请各部门负责人在月底之前完成绩效考核，并将结果上传到系统。",
			"他工作认真负责，与同事相处和谐，对待客户热情周到。", "该员工在过去一年中成长迅速，专业能力明显提高，建议晋升为高级工程师。", "面试官认为候选人沟通能力强，英文流利，但是管理经验不足。", "试用期为三个月，期间工资按照百分之八十发放。", "我们很高兴地通知您，您已经通过了第二轮面试。",
			"请马上处理，客户正在等待回复。", "合同到期后，双方如无异议，自动续签一年。", "甲方应当按照约定支付费用，乙方应当按时完成任务。", "出差报销需要提供发票和行程单，高铁票请保留原件。", "白天上班，晚上学习，周末还要照顾孩子，时间非常紧张。", "任何人不得以任何方式泄露公司的商业秘密。", "公积金的缴纳比例由国家规定，单位和个人各承担一半。",
			"安全生产，人人有责。高温天气请注意防暑降温。", "何时能够完成？如何安排后续工作？为何没有提前通知？", "会议室在三楼，左边第二个房间，桌上有白板和投影仪。", "童话王国里有国王、女王和王子。", "请把行李明天送到宾馆，费用由公司承担。", "对方明确表示不同意修改条款，双方平等协商。", "关于明年的培训计划，人力资源部已经制定了初步方案。",
			"黄金周期间，马路上车辆很多，请大家注意安全。", "提高学历，提升能力，最高学位为博士。", "这张表格请用黑色钢笔填写，字迹要清楚。", "一张华丽的海报，两张平面设计图。", "如果任务没有按时完成，请说明原因并提出解决方法。", "金融行业竞争激烈，资金周转困难，贷款利率上升。", "程序运行正常，数据已经备份，系统将在凌晨升级。",
			"夏天的平均温度在三十度左右，江南地区雨水较多。", "他向上级反映了情况，向前迈出了重要的一步。", "全部费用共计五万元，其中三万元已经付清。", "石油和金属价格上涨，成本明显增加。", "严格遵守规章制度，严肃处理违规行为。", "陆续有人离职，许多岗位空缺，招聘压力很大。", "她性格温和，工作严谨，深受大家欢迎。", "请于本周五下午五点前提交周报，谢谢配合。",
			"健康证明、学历证明和离职证明请一并提交。", "年终奖金将于春节前发放，具体金额由部门经理决定。", "公司成立于二零零三年，目前有员工一千余人。", "林业和农业是当地的主要产业，田野里一片金黄。", "白云机场的航班因为天气原因取消了。", "世界和平，国家强大，人民幸福，这是共同的愿望。", "请查收附件中的文件，如有问题请随时与我联系。", "新员工入职培训安排在周一上午九点，地点是二楼会议室。",
			"他们讨论了方法和方向，方案最终获得通过。", "高级经理、高级顾问和高级工程师都可以参加。", "常用的办公软件包括文字处理、表格和演示文稿。", "女方要求解除合同，男方没有表态。", "全国各地的分公司都参加了本次活动。", "毛利率下降了两个百分点，主要原因是原料价格上涨。", "孔子说过：学而时习之，不亦说乎？", "周围的环境很安静，适合读书学习。", "罗马不是一天建成的，成功需要时间。",
			"顾客满意度调查的结果显示，服务质量有所改善。", "钱包和钥匙请自行保管，遗失概不负责。", "车间主任正在检查设备，关于主任的任命下周公布。", "任何老师都可以申请，由于主任不在，请先登记。",
		},
	},
	{
		tag:      "ja",
		families: "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 阿部 森 池田 橋本 石川 前田 藤田 小川 岡田 五十嵐 長谷川 原 東 南 辻 堀 谷 関 西 岡 秦",
		givens:   "太郎 花子 健一 美咲 さくら 陽菜 翔太 直樹 由美子 大輔 恵子 拓也 結衣 ひかり ケンジ 真理子 一郎 あかね 悠斗 奈々 誠 明 薫 茜 光 望 勇 進 武 実 学 徹 隆 愛 恵 修 潤 まり ゆか みどり かおり 沙織 優子 和也 裕子 千尋 雄大",
		words:    "東.洋 西.洋 南.洋 東.海 原.理 森.林 林.道 石.油 関.心 正義. 平和. 未来. 勝利. 希望. 大地.",
		titled:   []string{"%s様、お世話になっております。", "%sさんに確認してください。", "営業部の%s部長が承認しました。", "先日は%s先生にご参加いただき", "%s課長 へ転送済み"},
		about:    []string{"担当は%sです。", "%sの面談は木曜日に変更しました。", "承認者：%s", "引っ越しについて%sと話しました。", "よろしくお願いします。\n%s\n人事部", "新入社員の%sが来週から出社します。", "契約書を%sへ送付済み。", "昨日%sから連絡がありました", "（%s）確認済", "この件は%sに任せています。", "候補者%sの評価は高い。", "会議には%sも出席する予定です。"},
		given:    []string{"%sへ、ありがとう。", "%sさん、お疲れ様です。", "今日は%sと昼食でした。"},
		quiet: []string{
			"新しい責任者がまだ報告書を読んでいないため、評価は延期されました。署名した契約書を返送してください。", "来年度の採用計画について、人事部と協議しました。", "東京の田中央通りから山本線の中村駅まで。森と池と石と林。", "春には桜が咲き、さくら祭りが開かれます。ひかり号で大阪へ向かいます。", "あまり時間がないので、つまり今日中に決めましょう。",
			"平和な社会を実現するため、正義と公平を大切にします。", "石川県と山口県の支店を統合し、岡山と福島に新しい拠点を設けます。", "森林の保護と林業の発展が課題である。", "勤怠の締め切りは毎月末日です。必ず期日までに入力してください。", "未来への希望を持って、一歩ずつ進んでいきます。", "この原理を学ぶことで、関心が高まりました。", "東洋と西洋の文化の違いについて研究している。",
			"東海地方では大雨が続いています。南部と北部では天気が異なります。", "給与明細は社内システムで確認できます。", "有給休暇の申請は一週間前までに上司に提出してください。", "安定した職場を離れて転職しました。", "試用期間は三か月とし、その間の給与は同額とする。", "優勝と勝利の違いを説明してください。", "緑が多く、みどり豊かな環境です。香りのよいかおり高いお茶。",
			"大地の恵みに感謝します。", "誠実に対応し、明確に説明し、勇気を持って行動する。", "学校と学習塾の間に原っぱがある。", "本部長会議は午後三時からです。", "大学と大学院の奨学金について、原則として本人が申請する。", "残業時間が月四十五時間を超えた場合は、理由書を提出すること。", "東部と西部の営業所を統合し、関連会社へ出向する。", "面接の結果は二週間以内にメールでお知らせします。",
			"ケンジントン公園の近くに支社がある。", "健康診断の予約は各自で行ってください。", "愛と希望と光に満ちた世界。", "修理の進み具合を報告する。隆起した地形。",
		},
	},
	{
		tag: "ko", apart: true,
		families: "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 민 류 진 지 엄 채 원 천 방 남궁 선우 황보 제갈",
		givens:   "민준 서연 도윤 하은 지훈 서준 예은 현우 수빈 민서 은영 영희 철수 정훈 미경 성민 혜진 상훈 동현 재훈 윤서 지민 채원 승현 유진 태현 소연 준호 나연 민지 준영 경희 은주 현정 보영 현 준 솔 민 혁",
		words:    "한.지원 이.수정 박.수 이.미지 신.정원 정.보라 고.은혜 이.지수 유.리 안.정 이.하나 최.근 정.미래 조.건 주.제 김.하늘 이.보람 박.사랑 성.실 이.슬기 지원. 수정. 하나. 미래. 정원. 보라.",
		titled:   []string{"%s 선생님께 전달해 주세요.", "%s 씨가 확인했습니다.", "%s 과장님 결재 바랍니다.", "오늘 %s 대리와 면담했습니다.", "담당은 %s 팀장입니다."},
		about:    []string{"%s님께 전달해 주세요.", "담당자는 %s입니다.", "계약서는 %s에게 보내 주세요", "이번 주에 %s의 면담이 있습니다.", "(%s) 확인 완료", "승인: %s", "어제 %s와 통화했습니다.", "신입 사원 %s, 다음 주 출근", "회의는 %s 주관으로 진행합니다.", "지원자 %s의 평가가 좋습니다.", "자료는 %s한테 받으세요.", "%s\n인사팀 드림", "참석자: %s/외부 손님 두 명"},
		given:    []string{"%s님, 안녕하세요.", "%s에게 고맙다고 전해 주세요.", "오늘 %s하고 점심을 먹었어요.", "%s 씨 수고했어요"},
		quiet: []string{
			"새 책임자가 아직 보고서를 읽지 않아 평가가 연기되었습니다. 서명한 계약서를 금요일까지 보내 주세요.", "이 문서는 수정이 필요한 지원 자료입니다. 가능한 지원 방안을 검토해 주세요.", "지원자는 지원 동기를 자세히 적어야 합니다. 정원은 열 명입니다.", "박수를 쳤다. 큰 박수 부탁드립니다.", "이미지 파일을 첨부해 주세요. 이미지를 저장할 수 없습니다.", "국민준비위원회는 안정적인 운영을 위해 노력합니다.",
			"한 명이 결석했고, 이 일은 그 전에 끝났습니다. 안 됩니다.", "최근 조건이 바뀌어 유리한 주제로 다시 정했습니다.", "하나의 목표를 향해 미래를 준비합니다. 하늘이 맑고 보람찬 하루였습니다.", "주 오일 근무, 연차 휴가 십오 일, 건강 보험 지원.", "신규 직원 교육은 월요일 오전 아홉 시에 시작합니다.", "성실한 태도와 정확한 업무 처리가 장점입니다.",
			"지난 분기의 매출은 전년 대비 십 퍼센트 증가했습니다.", "유리창을 닦고 문을 닫아 주세요. 정보라고 하기에는 부족합니다.", "중요한 수정 사항이 있으니 반드시 확인해 주세요.", "고객의 문의에 신속하게 답변하고 기록을 남깁니다.", "임시 직원의 계약 기간은 육 개월입니다.", "조용한 환경에서 일할 수 있어 만족합니다.", "전 직원이 참석하는 회의가 다음 주에 열립니다.",
			"양식은 홈페이지에서 내려받을 수 있습니다. 이 양식은 새 것입니다.", "강한 의지와 정직한 자세가 필요합니다.", "서로 돕는 문화를 만들고 보라색 표지를 사용합니다.", "사랑과 은혜에 감사드립니다. 슬기로운 생활.", "급여는 매달 이십오 일에 지급됩니다. 지수가 상승했습니다.", "민원 서류를 제출하고 방문자 명단에 서명하세요.", "노력한 만큼 성과가 나타나지 않아 아쉽습니다.", "회사 지원으로 자격증을 취득했고, 수정 요청은 없었습니다.",
		},
	},
}

// alsoWords are words that family and given names come to by chance.
const alsoWords = " 高明 沈阳 陆军 白雪 黎明 주민 "

// UnspacedPeople returns people of these languages: each family name with given names of each length, so that whatever
// two characters stand side by side may be somebody's name, and those whose names are words.
func UnspacedPeople() []Person {
	d, people := dice(5), []Person(nil)
	add := func(tag, family, given string, wordy bool) {
		people = append(people, Person{ID: len(people), Locale: tag, Family: family, Given: given, Word: wordy, l: &locale{tag: tag, familyFirst: true, glued: true}})
	}
	for i := range scripts {
		s := &scripts[i]
		givens := strings.Fields(s.givens)
		for _, family := range strings.Fields(s.families) {
			for range 24 {
				given := of(&d, givens)
				add(s.tag, family, given, strings.Contains(alsoWords, " "+family+given+" "))
			}
		}
		for _, name := range strings.Fields(s.words) {
			family, given, _ := strings.Cut(name, ".")
			if given == "" { // a given name
				family, given = of(&d, strings.Fields(s.families)), family
				add(s.tag, family, given, true)
				continue
			}
			add(s.tag, family, given, true)
		}
	}
	return people
}

// Calls yields how the people are called in texts.
func Calls(people []Person, yield func(*Call)) {
	d := dice(6)
	for i := range people {
		p := &people[i]
		at := slices.IndexFunc(scripts, func(s unspaced) bool { return s.tag == p.Locale })
		s, full := &scripts[at], p.Family+p.Given
		length := " of three characters or more"
		if len([]rune(full)) == 2 {
			length = " of two characters"
		}
		if p.Word {
			length += ", a word"
		}
		call := func(class, words, frame string, about bool) {
			yield(&Call{Class: s.tag + ", " + class, Person: p, Words: words, Frame: frame, About: about, Wordy: p.Word})
		}
		for range 6 {
			call("full name"+length, full, of(&d, s.about), false)
		}
		call("full name"+length+", in context", full, of(&d, s.about), true)
		call("full name and title", full, of(&d, s.titled), false)
		if s.apart {
			call("full name with a blank", p.Family+" "+p.Given, of(&d, s.about), false)
		}
		call("family name and title", p.Family, of(&d, s.titled), false)
		length = ""
		if len([]rune(p.Given)) == 1 {
			length = " of one character"
		}
		if p.Word {
			length += ", a word"
		}
		call("given name"+length, p.Given, of(&d, s.given), false)
		call("given name"+length+", in context", p.Given, of(&d, s.given), true)
		call("given name"+length+", in context", p.Given, of(&d, s.about), true)
	}
}

// UnspacedQuiet yields sentences in which nobody is mentioned, by language.
func UnspacedQuiet(yield func(tag, sentence string)) {
	for i := range scripts {
		for _, sentence := range scripts[i].quiet {
			yield(scripts[i].tag, sentence)
		}
	}
}
