package world

import "strings"

// locale is what people of one language are called and how they write their
// numbers. In patterns # stands for a digit.
type locale struct {
	code   string
	weight int    // how many of a hundred people have it, roughly
	given  string // comma-separated; "native|latin" where the script is not Latin
	family string // family names are never given names too: "Hi Anna, Thomas" must stay two people
	mail   string // domains of private mail, comma-separated
	phones string // comma-separated
	iban   string // country, then the account's layout: # a digit, letters as they are
	city   string // comma-separated, with country code: "Köln DE"
	street string
}

func list(s string) []string { return strings.Split(s, ",") }

// locales is the table of all languages; its order is part of what makes the
// tenant reproducible.
func locales() []locale {
	return append(append(westernLocales(), northernLocales()...), otherLocales()...)
}

func westernLocales() []locale {
	return []locale{
		{code: "en_GB", weight: 14,
			given:  "Amelia,Oliver,Isla,Harriet,Alfie,Poppy,Callum,Imogen,Rhys,Freya,Angus,Gemma,Nigel,Tabitha,Rupert,Morag,Hamish,Beatrice,Duncan,Philippa,Gareth,Bronwen,Euan,Zadie",
			family: "Ashworth,Pemberton,Hargreaves,Llewellyn,MacAllister,Blackwood-Hughes,Featherstone,Okonkwo,Whitcombe,Sutcliffe,Bancroft,Cholmondeley,Entwistle,Fairclough,Gillespie,Heathcote,Kirkbride,Lockwood,McTavish,Ollerton,Penhaligon,Rowbottom,Shuttleworth,Thistlethwaite,Urquhart,Wolstenholme,Yarborough,Adeyemi,Chaudhry,Farrow-Tindall",
			mail:   "mail.test,postbox.test,gmail.test", phones: "+44 20 7946 ####,+44 7700 9#####,07700 9#####,+44 (0)161 496 ####,0044 1632 96####",
			iban: "GB NWBK##############", city: "London GB,Manchester GB,Leeds GB", street: "# Station Road"},
		{code: "en_IE", weight: 5,
			given:  "Aoife,Ciarán,Niamh,Oisín,Róisín,Séamus,Gráinne,Pádraig,Sinéad,Fionn,Caoimhe,Eoin",
			family: "O'Brien,O'Sullivan,Ó Dochartaigh,Ní Dhomhnaill,McGrath,Fitzpatrick,O'Shaughnessy,Kavanagh,Mac Giolla,O'Flaherty,Gallagher,Brannigan",
			mail:   "mail.test,gmail.test", phones: "+353 1 496 ####,+353 85 012 ####,085 012 ####",
			iban: "IE AIBK##############", city: "Dublin IE,Cork IE", street: "# Abbey Street"},
		{code: "de_DE", weight: 18,
			given:  "Jürgen,Käthe,Anneliese,Björn,Günther,Heike,Jörg,Lieselotte,Matthias,Sörine,Ulrike,Wolfgang,Zoé,Friedrich,Gisela,Hans-Peter,Ingrid,Karl-Heinz,Dörte,Ruth,Sven,Tanja,Uwe,Änne",
			family: "Müller,Mueller,Schröder,Weiß,Größmann,Fuchsberger,von Hohenfels,Krüger,Lüdenscheidt,Meyer-Oldendorf,Nußbaumer,Oberhäuser,Pfannkuch,Quandt,Rösler,Schäfermeier,Teichgräber,Uhlenbrock,Völker,Wünsche,Zölzer,Brandstätter,Czerwinski,Dürrenmatt,Eichelmann,Fröhlich,Gänsler,Hölzl,Jüttner,Kästner",
			mail:   "posteo.test,web.test,gmail.test", phones: "+49 30 9018####,+49 (0)221 4710####,0170 555####,+49 151 5550####,0049 89 2180####,040/4289####",
			iban: "DE ##################", city: "Köln DE,Hamburg DE,München DE", street: "Bahnhofstraße #"},
		{code: "fr_FR", weight: 12,
			given:  "Amélie,Benoît,Chloé,Désirée,Éloïse,François,Gaëlle,Hélène,Jean-Luc,Jérôme,Léa,Marie-Claire,Noé,Océane,Raphaël,Solène,Théo,Zoé,Cédric,Anaïs",
			family: "Lefèvre,d'Aubigné,de La Fontaine,Dupré,Beauséjour,Châtelain,Delacroix-Morel,Fougère,Garçonnet,Hélouin,Jouvençal,L'Hôpital,Maçon,Nérac,Péguy,Quéméneur,Rémusat,Sévérac,Trémoille,Verdière,Bézier,Crèvecœur,Guérinière,Thibaudeau",
			mail:   "orange.test,laposte.test,gmail.test", phones: "+33 6 12 ## ## ##,06 99 ## ## ##,+33 1 53 ## ## ##",
			iban: "FR #######################", city: "Lyon FR,Nantes FR,Lille FR", street: "# rue de la République"},
		{code: "es_ES", weight: 10,
			given:  "María José,Íñigo,Begoña,Álvaro,Concepción,Joaquín,Lucía,Nuria,Óscar,Pilar,Ramón,Sofía,Úrsula,Víctor,Ximena,Yago",
			family: "de la Cruz,Núñez,García-Huidobro,Ibáñez,del Castillo,Muñoz,Ordóñez,Peñalver,Quiñones,Rodríguez,Sáenz de Tejada,Ugarte,Valdés,Yáñez,Zúñiga,Échave,Cañizares,Goñi",
			mail:   "correo.test,gmail.test", phones: "+34 612 ### ###,91 123 ## ##,+34 93 012 ## ##",
			iban: "ES ####################", city: "Bilbao ES,Sevilla ES,Madrid ES", street: "Calle Mayor #"},
		{code: "it_IT", weight: 6,
			given:  "Niccolò,Giosuè,Alessandra,Beatrice,Cosimo,Donatella,Enrichetta,Fabrizio,Ginevra,Lodovico,Ornella,Renzo",
			family: "D'Angelo,De Santis,Della Rovere,Forlì,Ghirlandaio,Lo Presti,Malatesta,Passalacqua,Quattrocchi,Santacroce,Tartaglia,Bevilacqua,Cantù,Scaramuccia",
			mail:   "libero.test,gmail.test", phones: "+39 06 698 #####,+39 340 55# ####,340 55# ####",
			iban: "IT X######################", city: "Torino IT,Bologna IT", street: "Via Garibaldi #"},
		{code: "pt_PT", weight: 4,
			given:  "João,Inês,Gonçalo,Conceição,Simão,Antónia,Vasco,Lídia,Estêvão,Graça",
			family: "dos Santos,da Conceição,Gonçalves,Magalhães,Brandão,de Albuquerque,Falcão,Guimarães,Leitão,Simões,Azevêdo,Taborda",
			mail:   "sapo.test,gmail.test", phones: "+351 21 012 ####,+351 91 234 ####",
			iban: "PT #####################", city: "Porto PT,Lisboa PT", street: "Rua Augusta #"},
	}
}

func northernLocales() []locale {
	return []locale{
		{code: "nl_NL", weight: 7,
			given:  "Sanne,Jeroen,Maaike,Bas,Femke,Thijs,Anouk,Joost,Lotte,Wouter,Marieke,Sjoerd",
			family: "van der Berg,de Vries,van 't Hof,ter Beek,van den Heuvel,Jansma,de Groot,van Dijk,Bakhuizen,in 't Veld,op den Camp,Hoogendoorn,Kuipers,van Wijngaarden",
			mail:   "ziggo.test,gmail.test", phones: "+31 6 5550 ####,020-555 ####,+31 20 555 ####",
			iban: "NL RABO##########", city: "Utrecht NL,Rotterdam NL", street: "Dorpsstraat #"},
		{code: "pl_PL", weight: 6,
			given:  "Łukasz,Małgorzata,Paweł,Żaneta,Stanisław,Jadwiga,Bożena,Zbigniew,Świętosława,Mirosław,Elżbieta,Wacław",
			family: "Wiśniewski,Dąbrowska,Łęcki,Żółkiewska,Śliwiński,Brzęczyszczykiewicz,Gałązka,Jędrzejczak,Kołodziej,Mączyńska,Ostrowska-Pawlak,Źrebiec",
			mail:   "wp.test,onet.test", phones: "+48 22 555 ## ##,+48 601 55# ###,601 55# ###",
			iban: "PL ########################", city: "Łódź PL,Kraków PL", street: "ul. Długa #"},
		{code: "sv_SE", weight: 3,
			given:  "Åsa,Göran,Märta,Örjan,Linnéa,Håkan,Birgitta,Torbjörn",
			family: "Lindqvist,Sjöberg,Åkesson,Öhrström,Bäckman,Hedström,Nordgård,Svärd",
			mail:   "telia.test,gmail.test", phones: "+46 70 174 ## ##,+46 8 465 ### ##",
			iban: "SE ####################", city: "Malmö SE,Göteborg SE", street: "Storgatan #"},
		{code: "da_DK", weight: 3,
			given:  "Søren,Bjørn,Maren,Jørgen,Kirsten,Ærø,Mads,Lærke",
			family: "Kjærgaard,Sørensdatter,Bøgh,Nørregaard,Østergaard,Ravnkilde,Højlund,Skovgård",
			mail:   "mail.test,gmail.test", phones: "+45 32 55 ## ##,+45 20 55 ## ##",
			iban: "DK ##############", city: "Aarhus DK,København DK", street: "Vestergade #"},
		{code: "cs_CZ", weight: 2,
			given:  "Jiří,Zdeňka,Ondřej,Božena,Řehoř,Květa,Šimon,Tomáš",
			family: "Dvořáková,Novotný,Šťastná,Černý,Říhová,Žižka,Kučera,Hřebíček",
			mail:   "seznam.test", phones: "+420 601 555 ###,+420 2 2555 ####",
			iban: "CZ ####################", city: "Brno CZ", street: "Nádražní #"},
	}
}

func otherLocales() []locale {
	return []locale{
		{code: "tr_TR", weight: 3,
			given:  "Işıl,Ömer,Çiğdem,Şükrü,Gülşah,İbrahim,Özge,Uğur",
			family: "Yıldırım,Öztürk,Çelikkaya,Şahinoğlu,Güneş,Karadağ,Altıntaş,Doğan",
			mail:   "mynet.test,gmail.test", phones: "+90 532 555 ## ##,+90 212 555 ## ##",
			iban: "TR ######################", city: "İzmir TR", street: "Atatürk Caddesi #"},
		{code: "vi_VN", weight: 2,
			given:  "Văn An,Thị Hương,Minh Đức,Ngọc Ánh,Quốc Bảo,Thùy Dương",
			family: "Nguyễn,Trần,Phạm,Hoàng,Vũ,Đặng",
			mail:   "mail.test,gmail.test", phones: "+84 28 3823 ####,+84 90 555 ####",
			iban: "DE ##################", city: "Đà Nẵng VN", street: "# Lê Lợi"},
		{code: "ja_JP", weight: 2,
			given:  "花子|Hanako,太郎|Taro,美咲|Misaki,健一|Kenichi,直子|Naoko,翔太|Shota",
			family: "佐藤|Sato,鈴木|Suzuki,高橋|Takahashi,渡辺|Watanabe,伊藤|Ito,中村|Nakamura",
			mail:   "mail.test", phones: "+81 3 5555 ####,+81 90 5550 ####",
			iban: "DE ##################", city: "大阪 JP", street: "中央区 #"},
		{code: "el_GR", weight: 1,
			given:  "Γιώργος|Giorgos,Ελένη|Eleni,Νίκος|Nikos,Μαρία|Maria",
			family: "Παπαδόπουλος|Papadopoulos,Αγγελοπούλου|Angelopoulou,Καραγιάννης|Karagiannis,Μιχαηλίδης|Michailidis",
			mail:   "mail.test", phones: "+30 21 0555 ####",
			iban: "GR #######################", city: "Αθήνα GR", street: "Ερμού #"},
		{code: "uk_UA", weight: 2,
			given:  "Олена|Olena,Тарас|Taras,Ірина|Iryna,Юрій|Yurii,Соломія|Solomiia",
			family: "Шевченко|Shevchenko,Коваленко|Kovalenko,Бондаренко|Bondarenko,Ткаченко|Tkachenko,Лисенко|Lysenko",
			mail:   "ukr.test", phones: "+380 44 555 ## ##",
			iban: "UA #########################", city: "Львів UA", street: "вул. Зелена #"},
	}
}
