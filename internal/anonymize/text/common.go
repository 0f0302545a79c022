package text

// This room is the list of words that are also names. A surname or given name alone that is one of them (Rose, Will,
// Grant, Koch) counts as a person only in that person's context. English and German, small and closed; the spelling is
// the folded one (ä is ae). A word more costs recall, a word less costs text: the frequent words are here, the nouns
// that are frequent surnames, and what stands in forms, calendars, addresses and personnel files.

const commonEnglish = `
a able about above accept access accident according account across act action active activity actual actually ad add
added addition additional address admin administrator adult advice affairs afraid after afternoon again against age
agency agent ago agree agreed agreement ahead air all allow almost alone along already also although always am
american among amount an analysis analyst and angel animal annual another answer any anyone anything apart apply
appointment approach approve approved april archer are area arm army around arrive art article as ash ask asked asset
assign assistant associate at attached attempt attend attention august author authority autumn available average award
away axe baby back bad bag bailey baker ball band bank banks bar barber bark barker barn base based basic basis bass
bath battle bay be beach beam bean bear beard beat beautiful beauty became because become bed bee been beer before
began begin behind being believe bell belong below bench benefit berry best better between beyond big bill bird birch
birth bishop bit black blank block blood bloom blue board boat body bold bolt bond bone bonus book booth border born
boss both bottom bow bowl bowman box boy branch brand brave bread break breeze brick bridge bridges brief bright bring
broad brook brooks brother brown buck budget build building built burn burns bus bush business busy but butcher butler
button buy by bye cake call called came camp campaign can cancel candidate cane cannot canon cap capital car card care
career careful carpenter carrier carry carter case cash castle cat cause ceo cell center central centre century
certain chair chamber chambers chance chandler change chapel charge charity chart chase check cherry chief child
children choice choose christian christmas church circle city civil class clay clean clear clerk client climate close
closed cloud club coach coal coast coat code coffee coin cold college color colour come comment commercial commission
committee common community company complete computer concern condition confirm conference contact content contract
control cook cooper copy core corn corner correct cost cotton could council count country county couple course court
cover cox craft crane cream create credit crew crisis crop cross crow crown culture cup current customer cut daily
dale damage dance dark data date dated daughter dawn day days deal dean dear death debt december decide decision deep
degree delay deliver delivery demand dental department deputy design desk detail develop developer development dial
did die diet difference different difficult digital dinner direct direction director discuss discussion disk divine do
doctor document does dog dollar don done door double doubt dove down dr draft draw dream dress drew drink drive driver
drop drum dry duck due duke during duty dyer each eagle early earl earth ease easily east easter easy economic edge
edit education effect effort eight either election else email employee employer employment end energy engine engineer
engineering english enjoy enough enter entire entry environment equal error even evening event ever every everyone
everything evidence exact exactly example except exchange executive exercise exist expect expense experience expert
explain express extra eye face fact factor fail fair faith fall false family fan far farm farmer farrow fast fat
father favor fear feature february fee feed feedback feel feet fell fellow felt fern few field fields fig fight figure
file fill film final finally finance financial find fine finger finish fire firm first fish fisher fit five fix flag
flat fleet flight flint flood floor florence flow flower flowers fly focus follow following food foot for force ford
foreign forest form formal former forward foster found four fowler fox frame france frank free freedom french fresh
friday friend from front frost fruit fuel full fuller fun function fund funny further future gain game garden gardener
garland gas gate gates gave gay general gentle georgia german germany get gift girl give given glad glass glover go
goal god goes gold golden gone good goods got government grace grade grand grant graves gray great green grey grid
ground group grove grow growth guard guess guest guide gun guy habit had hair hale half hall ham hammer hand handle
hands happen happy harbor harbour hard hardy harper hart has hat have haven hawk hay haze hazel he head health hear
heard heart heath heather heavy hedge height held hello help her herb here hero herself hi hidden high hill hills him
himself hire hired hiring his history hit hold holder hole holiday holland holly holm holt holy home honest honor hood
hook hope horn horse hospital host hot hotel hour hours house houses how however hr huge human hundred hunt hunter
hurt husband i ice idea identify if image imagine immediate impact importance important improve in inch include income
increase indeed india individual industry information inside instance instead insurance integration interest
international internet interview into invoice iris iron is island israel issue it item its itself ivory ivy january
jasmine jay jersey jet jewel job join joint jones jordan journey joy judge judgment july jump june junior jury just
justice keen keep kept key keys kid kids kill kind king kings kit kitchen knew knight know knowledge known lab labor
labour lack lady lake lamb lamp land lane language large last late later laugh launch laurel law lawn lawyer lay layer
lead leader leaf lean learn least leave led left leg legal length less let letter level license lie life light like
likely lily limit lincoln line link lion list listen little live local lock lodge log london long look loop lord lose
loss lost lot love low luck lunch machine mad made magazine mail main maintain major make maker male mall man manage
management manager manner manual many map marble march margin marine mark market marks marriage marsh marshal marshall
mason mass master match material matter max may maybe mayor me meal mean means measure meat media medical meet meeting
melody member memory men mention mercy message met metal method mid middle might mile miles military milk mill miller
mills mind mine minister minor minute miss mission mix mobile model modern moment monday money month months moody moon
moor moore moral more morning moss most mother motion motor mount mountain mouth move movement mr mrs ms much mule
murder music must my myself name named names nash nation national native natural nature near nearly necessary need
needs network never new news next nice night nine no noble noise none noon nor normal north not note notes nothing
notice november now null number nurse oak object objective obtain obvious occur october odd of off offer office
officer official often oil ok okay old olive on once one only onto open operate operation operations operator opinion
opportunity option or orange order organization other others our out outside over own owner pace pack package page
paid pain paint painter pair palace palm palmer pan paper parent park parker parks parsons part particular partner
party pass past patch path patience patient pay payment payroll peace peak pearl penny people pepper per percent
perfect perform performance perhaps period permanent person personal personnel phase phone photo pick picture piece
pike pilot pine pink piper pit place plain plan plane plant plate play player please point police policy pond pool
poor pope popular port porter position positive possible post pot potter pound power practice pray prepare present
president press pressure pretty prevent previous price pride priest primary prince print prior priority private prize
pro probably problem process produce product production professional professor profile profit program programme
progress project proper property proposal protect proud provide provider public pull purchase pure purple purpose push
put quality quarter quarterly queen question quick quickly quiet quite quote race radio rain raise ran range rank rate
rates rather ray reach read reader ready real reality really reason receive recent record recruiter recruiting red
reduce reed reference reform regard region register regular relate relation release remain remember remote remove rent
reply report reports request require required research resource respect response rest result results return review
reviews rice rich ride right ring rise risk river rivers road robin rock rode role roll roof room root rope rose round
row royal ruby rule run rush safe safety sage said saint salary sale sales salt same sample sand sands sandy saturday
save saw say scale scene schedule school science score scott screen sea seal search season seat second secretary
section sector security see seed seem sell seller send senior sense sent separate september serious serve service
session set seven several shall shape share sharp she sheet shell shepherd sheriff shift ship shirt shoe shop shore
short shot should show side sign signed silver similar simple since single sir sister sit site six size skill skills
skinner skip sky slater sleep slow small smart smoke snow so social society soft software soil some someone something
son song soon sorry sort soul sound source south space spark speak special specific speed spend spirit sport spring
square staff stage stand standard star start state statement station status stay steel steele step stern still stock
stone stop store storm story strange strategy street strength strike strong structure student study style subject
submit success such sugar suit summer sun sunday supply support sure surface survey sweet swift switch sword sydney
system table tail take taken talk tall tanner target task tax tea teach teacher team tech technical technology tell
temple ten term test text than thank thanks that the their them then theory there these they thing things think third
this thorn those though thought thousand three through thursday time timer times title to today together told tom
tomorrow too took tool top total touch tower town track trade trainee training travel treat tree trial tried trip
trouble truck true trust truth try tuesday turn turner twin two type under unit united university unknown until up
update upon upper urgent us usage use used user usual vacation vale valley value van various vendor version very via
victoria view virginia vision visit voice volume vote wade wait wage walk walker wall waller want war ward warden warm
warner warren was wash washington watch water waters wave way ways we weak wealth wear weather weaver web wednesday
weeks week weight welcome well wells went were west wet what wheat wheel when where whether which while white who
whole whom whose why wide wife wild will willow win wind window wine wing winner winter wise wish with within without
wolf woman women wonder wood woods word words work worker workers works workshop world worry worth would write writer
wrong yard year years yellow yes yesterday yet york you young your youth zone amber amen austin asia berlin brooklyn
carol carolina chad charlotte chelsea china dakota diamond dick earnest eve everest gene ginger hamburg harmony jade
kenya lance liberty lima madison mercury milan misty opal paris peg phoenix princess rand rob rome rowan rusty
savannah scarlet serenity sienna skye sonny sterling sue sunny tab tiffany trinity troy venus vienna violet wren zion
bradford cambridge chester derby durham kent lancaster oxford preston stanford warwick windsor york sydney melbourne boston dallas
denver phoenix
`

const commonGerman = `
ab bach aber abend abends abteilung acht adler aendern aerger aehnlich akte aktuell alle allein allem allen aller
allerdings alles allgemein als also alt alte alten alter am amt an andere anderen anders anfang anfrage angebot
angestellte angst anlage anruf antrag antwort apfel april arbeit arbeiten arbeitgeber arbeitnehmer arm art artikel
arzt auch auf aufgabe auge august aus ausbildung ausserdem auto baecker baer bahn bald ball bank bart bau bauer baum
bayer bayern bei beide beim beispiel beitrag bereich bereits berg berger bericht bernstein beruf bescheid besser
bestellung besten betrieb betriebsrat bett bewerber bewerbung bier bild bin binder birke bis bisher bist bitte blatt
blau blum blume boden boehm bote brand braun braucht breit brief bringen brot bruder brunnen buch buche bund burg
busch buero chef christ da dabei dafuer damals damit danach dank danke dann daran darauf darf darum das dass daten
dauer davon dazu dein dem demnach den denn der deren des deshalb dessen deutsch deutsche deutschland dezember dich die
dienst dienstag dies diese diesem diesen dieser dieses dir direkt doch doktor dorf dorn dort drei drechsler dreher du
durch dunkel ebenso eben ecke ehe eher ehre eiche eigen eigene ein eine einem einen einer eines einfach eingang einige
einmal einsatz eins einstein einzel eis eisen elf eltern ende endlich eng engel entwicklung er erde erfahrung erfolg
erhalten ernst erst erste ersten erster es essen etwa etwas euch euer fach fahren fahrt fall falke familie farbe fast
februar fehler feier feld fenster fertig fest feuer finden firma fisch fischer flach fleischer flug fluss folgen form
frage frau fraeulein frei freitag freude freund fried frieden frisch frist froh fromm frueh fruehling fuchs fuehrung
fuenf fuer funk fuss gans ganz garten gast gaertner geben gebiet geburt gefahr gegen gehalt gehen gehoert geist geld
gemeinde genau gerade gerber gericht gern gesamt geschaeft geschichte gespraech gestern gesund gesundheit gewinn gibt
glas gleich glueck gold gott graf grau gross grosse grossen gruen grund gruende gruppe gruss gruesse gut gute guten
haar hab habe haben hafen hahn halb hallo hals hammer hand handel handwerker hart hase hat hatte hatten haus hecht
heft heide heil heim heiss heller hell held her herbst herr herrn herz heute hier hilfe himmel hin hinter hirsch hirt
hoch hof hoffen holz horn hund hut ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in inhalt ins ist ja jaeger
jahr jahre jahren jahrgang januar je jede jedem jeden jeder jedes jedoch jemand jetzt job jugend juli jung junge juni
kaiser kalt kam kammer kampf kann kapitel karte kaufmann kaum kein keine keinen keller kellner kern kind kinder kirche
kirsch klage klar klasse klein kleine klinik klug koch koenig koennen koennte koerper kollege kollegen kommen kommt
konto kopf korb kosten kraft kram krank krankheit kranz kreis krieg krone krug kuehn kueche kueste kugel kuh kunde
kunden kunst kupfer kur kurs kurz lachen lage lamm land lang lange langer lassen lauf laut leben leer lehre lehrer
leicht leid leider leiter leitung lenz lernen letzte leute licht lieb liebe lieber linde linke links liste loch loewe
lohn los luft lust maerz macht machen mai mal man manche manchmal mann mark markt maschine maurer mauer mehr mein
meine meinem meinen meiner meister melden mensch menschen messer metzger mich milch mir mit mitarbeiter mitglied
mittag mitte mittel mittwoch moeglich moment monat monate montag moor morgen mund musik muss muessen mut mutter nach
nachdem nachricht nacht nadel nagel nah name namen natuerlich neben nein neu neue neuen neuer neun nicht nichts nie
noch nord november null nummer nun nur ob oben oder offen oft ohne oktober ordnung ort ost oster paar panzer papier
park partner pfarrer pfeffer pfeil pferd plan platz post preis probe problem projekt punkt quelle rabe rad rain rand
rasch rat raum rechnung recht rede reich reihe rein reise reiter richter richtig richtung ring ritter roemer rohr rose
rot ruhe rund ruft saal sache sagen salz samstag sand satt sattler satz sauer schaffen schade schatz schenk scherer
schiff schild schlosser schloss schluss schlecht schmied schneider schnell schnee schoen schoene schon schrank
schreiber schreiben schreiner schritt schuld schule schuster schuetz schuetze schwan schwarz schwer schwester sechs
see segen sehen sehr sein seine seinem seinen seiner seit seite selbst september sich sicher sie sieben sieg siegel
silber sind singer so sogar sohn soll sollen sollte sommer sonderfall sondern sonne sonntag sonst sorge sorgen sowie
spaet spiegel spiel spieler sport sprache spruch staat stadt stahl stand stark stehen stein steiner stelle stellen
steuer stern stimme stock stoff strasse strauss streit strom stueck stunde stunden sturm such suchen sued tag tage
tagen tal tanz tasche tat taube teich teil termin tief tier tisch tochter tod toepfer ton tor traum treffen treu tun
turm ueber ueberall uhr um und ungar uns unser unsere unserem unseren unter unternehmen urlaub vater vergangen verein
vergleich verkauf vermittlung vertrag verwaltung viel viele vielen vielleicht vier vogel volk voll vom von vor
vorgesetzte vorstand vorname wache wagen wahl wahr wald wand wanderer wann war waren warm warte warum was wasser weg
wegen weide weil wein weis weise weiss weit weiter weitere welche welcher welt wem wen wenig wenn wer werden werk wert
west wetter wichtig wie wieder wiese wild will willkommen wind winter wir wird wirt wirtschaft wissen wo woche wochen
wohl wohnung wolf wolle wollen worden wort wunder wunsch wurde wurden zahl zahn zehn zeichen zeit zeitung ziel zimmer
zu zucker zug zukunft zum zur zusammen zwei zweig zweite zwischen
`
