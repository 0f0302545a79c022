package corpus

import "strings"

// locale says how people of one language are called.
type locale struct {
	tag string
	// given names; an underscore is a blank within one.
	given string
	// heads and tails make family names, whole ones stand as they are.
	heads, tails, whole string
	// words are names that are words of the language, too.
	givenWords, familyWords string
	country                 string // calling code
	trunk                   string // what is dialled before a number within the country
	familyFirst             bool
	glued                   bool // written without a blank
}

var locales = []locale{
	{
		tag: "en", country: "44", trunk: "0",
		given: "Oliver Amelia Harry Isla Gareth Bronwen Siobhan Niamh Mary_Ann Mary-Jane Billy_Joe Oona Fergus Imogen Rupert Tamsin Zoë Chloë " +
			"Desmond Philippa Nigel Beatrix Callum Morag Hamish Eilidh Dafydd Rhiannon Winifred Percival Clementine Barnaby",
		heads:      "Ban Win Hart Ash Thorn Black Brad Comp Ellis Har Lang Mid Pem Stan Whit Wood Den Hol Led Kir Mar Nor Old Pen Rad Swan Thur Up Wal Yar",
		tails:      "croft ton ley field ford worth well by wick bury brook ridge more stead combe ham low hurst mere",
		whole:      "O'Connor O’Brien O'Shaughnessy D'Arcy McDonald MacLeod Smith-Jones Fitz-William de_la_Mare van_Buren St._Clair Ní_Bhriain Ó_Súilleabháin Lloyd-Hughes",
		givenWords: "Rose May Will Grant Mark Grace Faith Hope Jack Bill Rob Sue Pat Dawn Summer April June Chase Hunter Carter Jordan Georgia Florence",
		familyWords: "Grant Hill Price Long Young King Wood Stone Rose May Banks Bush Cook Baker Page Day Love Lane Field Park Rich Sharp Short Small Swift Wise " +
			"Paris London March English French Church Bell Bird Fox Wolf Summers Winters Rivers Waters Brooks Case Power Read Ready Best Major Bright Moody",
	},
	{
		tag: "de", country: "49", trunk: "0",
		given: "Jörg Jürgen Käthe Björn Günther Anneliese Karl-Heinz Hans_Peter Sören Rüdiger Waltraud Ute Heike Thorsten Uwe Lieselotte Anna_Lena Eva-Maria " +
			"Götz Mechthild Wolfgang Swantje Hauke Insa Jörn Dörte Lüder Thekla Ottilie Bärbel",
		heads:       "Möl Hoch Lin Rosen Gold Bau Küh Röd Wein Schön Brandt Fink Hage Kessel Lauter Nieder Ober Pfaffen Rieder Süß Unter Wester Zwie Ähr Öst Eich",
		tails:       "ler mann berger bauer felder hofer meier heimer steiner maier linger reuter wälder hüser brügge stätter huber dörfer",
		whole:       "von_der_Heide zu_Rantzow von_Hohenlinden vom_Brocke Groß Weiß Strauß Müller-Lüdenscheid Groß-Böhm Ćosić Löwe Gösch Heß Buß von_Bülow-Trummer Freiherr_von_Öttinger",
		givenWords:  "Ernst Rosa Heide Erika Rot Frank Mai Christian August Siegel",
		familyWords: "Koch Schneider Weber Fischer König Richter Herbst Sommer Lange Klein Sauer Stark Frei Gut Zimmer Winter Vogel Wolf Engel Kaiser Krause Sonntag Freitag März Berg Bach Stein Baum Hahn Busch Kunde Recht Markt Bauer Jung Alt Roth Schwarz Braun Weiss Hoffmann Post",
	},
	{
		tag: "fr", country: "33", trunk: "0",
		given: "Éloïse François Jean-Luc Marie-Claire Anne_Sophie Loïc Chloé Benoît Aurélie Hélène Jérôme Gaëlle Maëlys Noémie Thaïs Raphaël Étienne Solène " +
			"Yannick Anaïs Célestin Odile Ghislaine Jean-Baptiste Zélie Clémence Thibault Maxence",
		heads:      "Beau Mont Char Bou Cha Ver Mar Gué Lar Fon Bel Cour Tré Dar Pel Vau",
		tails:      "rivage nard tier chand relle teau villier court pré champs lieu mont doux sac lard quin zière",
		whole:      "d'Aubigny d’Estrées de_La_Tour Le_Goff L'Hermite du_Plessis Lefèvre Bézier Ñuñez-Roux Çelik des_Essarts Saint-Aubin Œuvrard Le_Bihan-Kervella",
		givenWords: "Rose Pierre Olivier Prudence Victoire Constance Blanche Aimé Marguerite Modeste", familyWords: "Petit Blanc Roy Marchand Boulanger Mercier Mars Dimanche Juillet Bon Grand Noir Leroy Masson Fournier Berger Charpentier Chevalier",
	},
	{
		tag: "es", country: "34",
		given:      "María_José José_Luis Íñigo Ángela Begoña Ximena Martín Inés Joaquín Rocío Iván Óscar Nuria Íker Amaia Gonzalo Ainhoa Bárbara Cándido Úrsula Álvaro Concepción Jesús_María",
		heads:      "Gar Már Nú Peñ Ibá Zam Echev Sarm Quin Herr Vill Agui Cas Ord Urru",
		tails:      "cía quez ñez alba rano arría iento tana era oel lar tillo óñez tia",
		whole:      "García_Márquez Núñez_de_Arce de_la_Peña Muñoz_y_Rivero del_Río Ruiz-Ortega Pi_i_Margall de_los_Santos Ibáñez_Sáez",
		givenWords: "Rosa Mar Paz Consuelo Mercedes Dolores Pilar Luz Cruz Estrella", familyWords: "Bueno Rey Cruz Mayo Abril Campos Ríos León Blanco Moreno Delgado Rubio Iglesias Fuentes Calle Costa Guerra",
	},
	{
		tag: "nl", country: "31", trunk: "0",
		given:      "Pieter Anneke Sjoerd Willem-Jan Fenne Maartje Joost Lieke Teun Sanne Geert Wouter Jantje Anne_Fleur Coenraad Marijke Bas Femke Daniël Noël",
		heads:      "Brug Dijk Heem Kuiper Lam Meer Noord Oost Pol Ros Schui Ten Veld Wester Zand",
		tails:      "stra ema huis kamp man meijer sma boer graaf linck ters veld",
		whole:      "van_der_Berg de_Vries 't_Hart ter_Horst van_'t_Hof den_Ouden van_den_Heuvel van_der_Meer-Bos op_de_Beeck IJsselstein van_Oranje de_Groot",
		givenWords: "Roos Wil Mei Bloem", familyWords: "Bakker Visser Smit Mulder Bos Kok Post Vos Koning Zee Haan",
	},
	{
		tag: "pl", country: "48",
		given:      "Łukasz Żaneta Małgorzata Paweł Świętosława Grażyna Józef Stanisław Wojciech Zbigniew Agnieszka Katarzyna Błażej Róża Michał Ździsław Bożena Anna_Maria Jędrzej",
		heads:      "Kowal Wiśniew Dąbrow Kozłow Jabłoń Żuraw Zalew Lewandow Kamiń Szczep Wróblew Mazur Gór Piotrow Święt",
		tails:      "ski ska cki czyk owicz ak iec ek",
		whole:      "Żółć Gołąb Nowak-Kowalska Łącki Ćwik Śliwa Wójcik Brzęczyszczykiewicz Pęk Dźwig-Żak",
		givenWords: "Bogdan", familyWords: "Mróz Zima Król Sowa Lis Kot",
	},
	{
		tag: "tr", country: "90", trunk: "0",
		given: "Ayşe Çağla Gökhan İbrahim Işıl Özlem Ümit Şükrü Mehmet_Ali Nazlı Tuğba Cemil Yağmur Burçin Emre Fırat Hülya Oğuz",
		heads: "Yıl Öz Kara Demir Ak Çelik Şim Gür Taş Er Doğ Bal", tails: "maz türk bulut kaya soy oğlu şek sel gül tekin an çı",
		whole: "İnönü Işık Şahin-Öz Çetin", givenWords: "Deniz Barış", familyWords: "Yıldız Kaya",
	},
	{
		tag: "zh", country: "86", familyFirst: true, glued: true,
		given: "小明 秀英 建国 志强 雪梅 文博 丽娜 晓东 玉兰 伟 芳 敏 静 磊 子涵 思远 嘉怡 浩然 雨桐 俊杰 欣怡 海燕 国栋 美玲 春花 永康 天佑 婉婷 一诺 宇轩",
		whole: "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 欧阳 司马 上官 诸葛",
	},
	{
		tag: "ja", country: "81", trunk: "0", familyFirst: true, glued: true,
		given: "太郎 花子 健一 美咲 さくら 陽菜 翔太 直樹 由美子 大輔 恵子 拓也 結衣 ひかり ケンジ 真理子 一郎 あかね 悠斗 奈々",
		whole: "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水 山崎 阿部 森 池田 橋本 石川 前田 藤田 小川 岡田 五十嵐 長谷川",
	},
	{
		tag: "ar", country: "971", trunk: "0",
		given: "محمد أحمد فاطمة عائشة عبد_الرحمن خديجة إبراهيم يوسف زينب عمر ليلى حسين سلمى طارق رانيا خالد مريم هشام",
		whole: "الحسن العمري بن_سالم أبو_زيد الشريف المنصوري القحطاني الزهراني حدّاد نجّار الخطيب السويدي آل_نهيان الهاشمي بن_راشد الفارسي العطّار المهيري",
	},
}

// list splits a table at its blanks and makes blanks of underscores.
func list(table string) []string {
	words := strings.Fields(table)
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, "_", " ")
	}
	return words
}
