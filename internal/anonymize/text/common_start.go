package text

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// This room lists words of languages that write nouns in small letters. With a capital in mid-sentence they are names
// (Bakker, Pierre, Rosa), where a sentence begins nobody can tell: there they count in context only. French, Spanish,
// Italian, Portuguese, Dutch, Polish, Turkish; folded, and only words that are also names.

const commonAtStart = `
abel abril acar adamczyk agnello agosto agua aguila aime ak akin akker aksoy alba alcalde alegre alegria aleman alim
allegro almeida alta altin alto alves amable amado amato ami amico amor ange angel angelo aprile aquila arce areia
arena arroyo arslan aslan ates aube auge avril ay ayala aydin aygun baars baas bahar bakker bal balance bank bar baran
barbosa baris baron barre barrera barrio barros barszcz bas basaran basse basso bayram beau beek beeld beer beker
bella belle bello benito berg berger beuk bialy bianca bianchi bianco biel bielak bien bilge blanc blanca blanche
blanco blas blauw blij bloem blok bocian boer bogdan bois bol bon bonne bonnet boom boon boot bor bora borowik bos
bosman bosse boter bouche boucher boulanger bourgeois bout bouwman boz bozkurt branco brand bras brave bravo breed
brito broek brood brouwer brug bruin brun brune bruni bruno brzoza buena bueno buis buk bulut buono bureau burger
burza buur caballero cabello cabeza cabral cabrera cadet cag calderon caldo caliskan calle calvo cam camino camp
campana campo campos can canan cano cantor capilla capo cara cardoso carmen carneiro caro carrasco carre carrera carro
carton carvalho casa casas castello castelo castillo castro cavallo cave cebula cerf cerro cesur ceylan chapelle
charbon charlot charpentier charron chasse chat chateau chaud chauvin chef chene cheval chevalier chevre chiara chiesa
chmura choix chrzan cicek cichy ciel cinar ciudad clair claire clara claro clemente clerc cloche clos coelho coin
collet colombe colombo comte concepcion conde constance consuelo conte conti coq corbeau cordero corne corona corral
correa correia corte cortes corti costa coster cote couleur court cousin couturier cravo crepin crespo croix cruz
cuesta cueva cuisinier cunha cuoco czajka czapla czarny czerw dab dabek dam dame david debut dekker delgado demain
demir deniz derin derya desire dias diego dijk dik dilek dimanche doga dogan dogru dolce dolores domingo donna doorn
dore doux draaier droit duarte dudek duif duin duits dulce duman dupont duygu dzieciol dziewczyna dzik eau ecluse
ecole eerste efe eik eiland ela emek encarnacion enero engel erdem escribano escudero espada espejo esperanza esteves
estrella ete etoile evrard eylul ezgi fabbri fabre faria farina faucon faure favre fe febrero fede felice felix feliz
fer ferme fermier fernandez ferrari ferraz ferreira ferrer ferro festa fidan fidele fiel figueira fin fiolek fiore
fiori firat firtina fleur flor florent flores fonseca fontaine fontana fontes forestier fort forte fortuna fosse
foulon four fournier fraile frais franc franca france franco freitas frere fresno fuente fuentes fuerte gai gaj galant
gallego gallo galvez garde garnier garza gato gatti gatto gawron gece geel genc gendre gentile gerard germain gesior
gil gioia girard giudice giugno giusto gloria glowa goed goede gok goksel golab gonca gonul gora gordo gorski gouden
graaf gracia grand grande grandi granger grassi grasso greco gris groch groen groot gros grote gruszka grzyb guerin
guerra guerre guerrero guide gul guler gumus gunay gundogdu gunes guneyli guven guzel gwiazda haan haas hamer hand
hardi hart haut haven hayat hazal heide hemel herbe heritier heros herrera herrero hert heureux heuvel hidalgo hiver
hoed hoek hof hond honore hoop houtman hoyos huerta huis humbert iep iglesias ilkbahar inci ipek isik izquierdo
jablonka jager jagoda janvier jardin jardinier jarosz jasny jastrzab jaune jelen jesion jeudi jeune jez joie joli jong
jonge jour jueves juge juillet juin julio junio kaart kaas kaczka kaczor kale kalina kamien kamp kania kara karaca
karakoc karas karp kartal kat kawa kawka kaya keizer kerk ketel kilic kip kir kirmizi klaver klein kleine klerk kloc
klok klos kmiec knecht koc kocak koe kogut kok koksal kolo komar koning kool koopman kopec koper korkmaz kos kosa kose
kot kowal koza kozak koziol kraan kramer krawiec krol kroll kroon kruis kruk kubik kucharz kuil kuiper kuipers
kuropatwa kurt kuzey kuzu kwast kwiat kwiatek kwiecien laan lac lacroix lafleur lago lait lale lam lambert lang lange
large las lato leal leeuw leger legrand leite lemaitre lente leon leone leraar leroy letra lew libertad libre licht
lievre lima linde lion lipa lis list llano llanos lobo long longo loper lopes lopez lours lozano luce luna lundi lune
lupo luty luz lys maan maandag maart maas maat machado macias madeira madrid maggio maggiore mai maia maire mais
maison maitre maj mak malina malo maly mancini mand manso mar marchand marco mardi mare maret marguerite marin marine
marino markt marques marquis mars martel martes martin martini marzec marzo maslo masson matin matos matroos maure
mavi mayo mayor maza mazur mech medina meer mees meester mei meijer mela melek melo meltem menor mer mercado mercedes
mercier mercredi merino merle mert mesa messina meunier midi mieux milagros millet miod miranda mlody mlynarz mode
modeste moine mol molen molenaar molina molinero molino moneda monje mont montagna montagne monte montero montes monti
mooi mora morales moreira moreno morin moro mota moulin moura mroz mucha muis mulder mundo mur mutlu muur mysz naald
nacht navarro nehir neri nero neuf neve neves niedziela niemiec nieto nieuw nieves nisan noce noche noel noga nogueira
noir noire nom noord nord nowak nowy nuevo nuit nunes nunez nuovo ocak odun oever ogien oiseau oko okyanus oliva olive
oliveira olivier olmo olmos olszowy onur ooms oost orange orden orlando orman oro orzel osa otero oude ova owczarz
ozan ozel ozgur ozlem paal paard paauw pace pacheco page pain paiva pajak palacios palma palomo palumbo pane panek
papa papillon pardo parent paris parisi park parra pascal pascua passe pastor pastore patino patron pauw paw pawlak
paz peer pellegrino pelletier pels pen pena pepe peper perche pere pereira perla perle perrier petit petite piatek
piazza piccolo piec piedra pieprz pierre pies piesek pijl pilaar pilar pilat pin pinar pinheiro pinho pino pinto
piorko pires plas plat plaza plume poeta poirier poisson pokora polak polat polder polo pomme poniedzialek pont ponte
pool poort port porta porte post potier potter pouce poulain poyraz pozo prado prata prato pre premier preto prevost
prieur primo prince prins printemps prudence prus przepiorka pstrag ptak puente puerta puerto puits pulat punt queiroz
quintana quinto rad rak rame ramos rano rapide raynal re real redondo reiger reina reine reis renard rene rey reyes
ribeiro ribera ricci ricco riche rico ridder rijk ring rio rios riva rivas rivera riviere robin roble robles roca
rocca rocha roche rogal roi rojas rojo roland roldan romain romano romero rond rood roos rosa rosario rosi rosier
rosol rossa rossi rossignol rosso rouge rousse roux roy royer roza rubio ruiter ruiz russo ruzgar rybak rys sa sabio
sacco sage sahin sala salas sales salle samedi sancho santo santoro santos sari sarna sarp sarto sasmaz sastre sauvage
savant savas schaap schans schilder schipper schoen school schoon schouten schrijver seigneur sen ser serpent serra
serrano serre sevgi sierra sikora silva silveira simple simsek siwy skiba skowronek slager sliwa slon slonina slot
slowik smal smid smit smok snel snoek sobota sokol sol solano soldat sole soledad soleil soler solo sonmez sorrentino
sosna soto sousa sowa soylu spanje speranza srebro sroda sroka stad starosta stary steen stella ster sterk stoel stok
stolarz stopa straat strzelec su sud suelo sule swoboda szary szczesny szczur szczygiel szewc szpak tailleur tak
tambour tapia tard tas tasci tavares tedesco teixeira tejedor tekin temiz temmuz temple terre terrero tessier testa
texier timmer timmerman tissier tol topola toprak toren toro torre torres toscano tour tournier trap travers trawa
trigo tromp tuin tuna tunc tuncer turek turk tygrys uil ulku umut uslu uysal uzun vache vader val vale valet valle
vallee valles van varela vasseur vaz veen veer vega veiga vela veld veldman vendredi vent ventura vera verde verdier
verf verger vert viana vicario vicente victoire victor victoria vida vidal vieira viejo viernes vigna vigne vigneron
vila villa ville vin vina viola vis visser vita vitale vivas vlam vlieg voet vogel volpe vos vrai vrede vriend vries
vrij vroom wagenaar wal water weide west wever wicher wiel wijn wil wild wilk wind winter wiosna wisnia wit woda wojt
wolf wolk wolny wrobel wrona wrzesien yagmur yaprak yasar yavas yavuz yaz yazici yesil yigit yildirim yildiz yilmaz
yolcu yuce yuksel yurt yves zaba zafer zajac zak zaman zamora zand zapata zapatero zawada zebrowski zee zeeman zeglarz
zengin ziarno zielony ziemia zilver zima zimny zloty zomer zon zuid zuk zuraw zwaan zwager zwart zyto
`

// opening is what may stand before the first word of a sentence.
const opening = `"'«»„“”‚‘’([{*_#>-–—•¿¡`

// beginsSentence reports whether a mention stands where every word has a capital: at the beginning of the text, a line, a
// sentence. A text that is nothing else is a name.
func beginsSentence(s []byte, start, end int) bool {
	before := bytes.TrimRightFunc(s[:start], func(r rune) bool {
		return r != '\n' && (isBlank(r) || strings.ContainsRune(opening, r))
	})
	if len(before) == 0 {
		return len(trimBlanks(s[end:])) > 0
	}
	r, _ := utf8.DecodeLastRune(before)
	return r == '.' || r == '!' || r == '?' || r == '\n' || r == '…' || r == separatorByte
}
