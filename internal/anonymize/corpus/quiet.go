package corpus

import (
	"iter"
	"slices"
	"strings"
)

// Note is a text about nobody: one that is full of what looks like people,
// among ordinary sentences.
type Note struct {
	Before, Trap, After string
}

func (n Note) String() string { return n.Before + "\n" + n.Trap + "\n" + n.After }

// Quiet yields notes in which nobody is mentioned. Their traps are words that
// are names, months, places, products, code, numbers of all kinds; names that
// people of the corpus bear stand in them on purpose.
func Quiet() iter.Seq[Note] {
	return func(yield func(Note) bool) {
		d := dice(3)
		some := func() string {
			var all []string
			for range 5 {
				all = append(all, of(&d, of(&d, languages).idle))
			}
			return strings.Join(all, " ")
		}
		for _, trap := range slices.Concat(strings.Split(strings.TrimSpace(traps), "\n"), numberTraps) {
			if !yield(Note{some(), trap, some()}) {
				return
			}
		}
	}
}

const traps = `
May and June are quiet; the board will grant three days in August, and hope is not a plan.
Will grant access on request. Grant it in May, mark it as read, and bill the client in April.
Will the price rise? Rose hips, a rose garden and a steep hill; the stock rose in March.
Summer hours: the field office in London closes at five, the Paris office at six, Florence and Jordan stay open.
Long day, short night. Young talents, small teams, bright ideas; a sharp increase of power in the best case.
Case 12: Read only. Ready for review. Major release, best effort, moody music in the park.
Roseland, Markdown, Willow, Grantham, Hilltop, Pricewater, Longford and Kingsway are not people.
grant_type=password, mark_read, will_retry, roseHill, price_list, rose-gold, may_edit, banks[0].page, cook.rate
SELECT price, page FROM banks WHERE mark = 'read' AND field > 10 ORDER BY long, short;
func (f *Field) Read(page int) error { return nil } // Park until Ready
INFO 2026-03-01T10:15:30Z worker=7 Park: Ready, Case closed, Power on, Page 3 of 9
Swift, Word, Excel, Java, Ruby and Oracle are products. Page 4, Field 7, Park 9, Bell 2.
GRANT SELECT ON banks TO PUBLIC; -- MAY FAIL; WILL RETRY; PRICE LIST; STONE AGE
Please find the price list in the church hall behind the fox and wolf signs; the cook and the baker love it.
Dear all, the young king of hearts reads page one. Love is all you need; banks are closed on Sunday.
TITLE: SHORT STORY OF A LONG WAY; AUTHOR UNKNOWN; FIELD NOTES; BEST PRICE; FRENCH FRIES; ENGLISH TEA
English and French courses start in March. Major changes come with age. Brooks and rivers, waters and woods.
Der Koch kocht, der Schneider näht, der Fischer fischt, und der König ist der Kaiser im Spiel.
Im Winter und im Sommer, im Herbst und im März: der Bauer am Berg, der Bach am Stein, der Baum im Busch.
Die Post kommt am Freitag, der Markt ist am Sonntag frei; Recht und Ordnung, Jung und Alt, Schwarz auf Weiß.
Ein Engel, ein Vogel, ein Wolf und ein Hahn im Zimmer. Kurz und gut: lange Wege, kleine Schritte, starke Wirkung.
Der Kunde ist König. Groß und klein, süß und sauer, Ernst der Lage, Frank und frei, Heide im August, ein Siegel.
Gut gemacht! Stark gestiegen. Klein anfangen. Lange Straße 5. Am Berg 7. Post für alle. Braun gebrannt, Rot gesehen.
Bauer sucht Hof; Richter sucht Recht; Weber sucht Garn. Mai-Ausflug, Weber-Grill, Krause Haare, Schwarz-Weiß-Bild.
Le petit boulanger marche en mars, le grand roi est blanc, le dimanche est bon, la nuit est noire.
Petit à petit, l'oiseau fait son nid. Grand ouvert. Bon appétit. Noir sur blanc. Rose et noir. Mars et juillet sont longs.
Pierre angulaire, olivier centenaire, constance et prudence, victoire modeste, marguerite blanche, chevalier servant.
Le marchand, le mercier, le masson et le berger; un charpentier; une mercière. Dimanche prochain, bon courage.
El rey bueno cruza los ríos en mayo; la cruz de los campos; un león moreno, un blanco delgado, rubio.
Mayo y abril son buenos meses. Rosa, mar, paz, luz, estrella y consuelo. La calle, la costa, la guerra, las fuentes.
Bueno, nos vemos. Paz y luz. Costa Blanca. Calle Mayor 3. Cruz Roja. Campos de golf. Mar abierto. Iglesias románicas.
De bakker bakt, de visser vist, de koning zit, de haan kraait, de post komt, het bos is groen, de kok kookt, de vos slaapt.
Mei is mooi, de zee is groot. Post voor u. Bos en zee. Bloem in de vaas. Roos van het jaar. Wil je koffie?
Mróz i zima, król i sowa, lis i kot. Zima jest długa. Kot śpi. Lis biegnie. Król Karol. Sowa mądra.
Deniz ve barış, yıldız ve kaya. Barış içinde. Deniz mavi. Yıldız gibi. Kaya gibi sağlam.
国王和王国，马上开会，高度重视，何时付款，白天工作，方法简单，金融，石油，江水，汤很好。
黄色、周末、林业、田野、许可、程序、陆地、夏天、万元、任务、范围、严格、钱包、龙年。
東京の田中央通りから山本線の中村駅まで。森と池と石と林。小川が流れる。
April, May, June, July, August, January, Monday, Friday, Sunday; März, Mai, Juni; mars, mai, juillet; mayo, abril; Mei; Mayıs.
Berlin, Hamburg, Köln, Wien, Zürich, Bern, Madrid, Roma, Milano, Lyon, Warszawa, İstanbul, Ankara, Amsterdam, Utrecht.
Visit London, Paris, Bradford, Jordan, Georgia, Florence, England, Ireland, Scotland and Wales next summer.
Terms: net 30 days, Inc., Ltd., GmbH & Co. KG, S.A., B.V., sp. z o.o., A.Ş., 株式会社, 有限公司.
Sections A. Long answers, B. Short answers, C. Read the page, D. Best practice.
- [ ] Read the page
- [x] Mark as read; **Bold**, _May_, [Park](https://example.com/park#price), ![Rose](rose.png)
<ul><li>Read</li><li>Price</li><li class="rose">May</li></ul>
{"status":"read","page":4,"field":"price","type":"Case","may":true,"rose":null,"mark":[1,2,3]}
@Override public void read() {} // @param page the page @return price
npm i @types/node@20.1.4 react@18.2.0; user@localhost; icon@2x.png; 5@10.50; hello @all
`

// numberTraps are numbers that are nobody's phone.
var numberTraps = []string{
	"Order 4711, invoice INV-2026-000-12345, ticket #1234567890, customer no. 100200300.",
	"Total 1.234.567,89 EUR; 12,345.67 USD; 1 234 567 CHF; 45 000 000 PLN; 3.14159265358979",
	"Due 2026-03-01, 01.03.2026, 3/1/2026, 20260301, 2026-W09; 10:15:30.123, 2026-03-01T10:15:30+01:00, 1767225600, 1767225600123",
	"Version 1.2.3, 10.4.2-rc.1, 2026.03.01, Go 1.26.8, v18.2.0-beta.3, build 20260301.4",
	"10.20.30.40, 192.168.100.200:8080, 255.255.255.0, fe80::1ff:fe23:4567:890a, 2001:db8::1, 00:1A:2B:3C:4D:5E",
	"550e8400-e29b-41d4-a716-446655440000, d41d8cd98f00b204e9800998ecf8427e, 0x7fffffff, sha256:9f86d081884c7d65",
	"IBAN DE00 1234 5678 9012 3456 78, GB00 ABCD 1234 5678 9012 34, card 4111 1111 1111 1112",
	"ISBN 978-3-16-148410-0, EAN 4006381333931, VAT DE123456789, PO box 12345, ZIP 90210-1234, room 12-345",
	"52.520008, 13.404954; -0.118092; 6.022e23; 12345678901234567890; 1e10; 99.9 %; 1/3; 16:9; 4x4",
	"Lines 1200-1450, pages 12-15, chapters 1.2.3.4, section 10.2.1, 2024/25, FY2026, Q3/2026, 24/7, 9-to-5",
	"Row 17: 1200, 3400, 5600, 7800, 9000; 12 34 56; 1 2 3 4 5 6 7 8 9 10 11 12; 100 200 300",
	"Employee no. 0004711, cost centre 4000-120-07, SAP 10000345, account 1234567, batch 20260301-0007",
}
