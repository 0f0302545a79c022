package verify

// commonWords lists names that are also words of a language. A name made of
// nothing else ("Will Grant") counts only where each of its words has a
// capital: "the board will grant it" speaks of nobody. A word missing here
// costs a false alarm, a word too many costs a name in small letters.
const commonWords = `
able add adder ale all angel ant apple april archer arrow art ash asia august austin autumn baby bailey baker ball
band bank banks barber barn bass bay beach beam bean bear beard beck bee bell bench best berg berry bill birch bird
bishop black block blood bloom blue board bold bond bone book booth boss bow bowl bowman box boy branch brand braun
bread breeze brick bridge bridges bright broad brook brooks brown buck bud bush butcher butler button cable call camp
candy cane cannon car card care carpenter carter case cash castle chain chamber chambers chance chandler charity charm
chase cherry chip christian church city clark clay clear clerk cliff clock close coach coal coin cole comfort cook
cooper corn costa cotton court cox craft crane creek crisp cross crow crown crystal cup daisy dale dance dark dawn day
dean dear deal dell destiny diamond dick dill dixie do dollar dolly don dove down draw drew drum duck duke dust dyer
eagle earl earnest east easter english ernst essence eve ever fair faith falk falcon farm farmer fern field fields
finch fink fish fisher flint flood florence flower floyd fluff forbes force ford forest forester foster fountain fox
france francis frank free freeman french frost fuchs fuller funk gale gambler garden gardener garland gas gates gay
gene gent german gift ginger glass glen glover gold golden good goods goose gore grace grant grave graves gray green
grey griffin gross grove guard guest guide gunn guy hahn hail hale hall ham hammer hand hands hank harbour hard hardy
hare harmony harper hart hase haven hawk hay hazel head heart heath heather hecht held heller hell help herb herd
heron herr high hill hills hirsch hold holder hollow holly home honey honor hood hook hope horn horst house huber
hunt hunter husband iris iron israel ivory ivy jack jade jasmine jay jean jewel joiner jones jordan journey joy judge
julia june junior just justice kaiser keen key keys kid kind king kiss kit knight koch koenig kraft kraus kunde lake
lamb lamp lance land lane lang large lark last laurel law leaf lee lemon liberty lily link linden lion little lock
long lord lotus love low luck lust lux lynn mad magic magnus maid main major mall man mann map maple march marina
mark market marks marsh marshal marshall mason mass master mat matt max may mayor mead meadow means meister melody
mercy merry messenger metzger mild miles mill miller mills mint miss mist misty mohr monk moon moor moore morning moss
mouse mueller nail nash neat neu news nice nickel night noble noel north nurse oak oaks ocean offer olive only opal
orange otter owl page pain painter palm palmer paper paris park parker parks parson parsons past patch patience patrick
paul pay peace peacock pear pearl pen penny pepper perk person pet peter petty pfeffer pickle pier pike pilot pine
pink piper pitt place plain plant pole pond pool poor pope porter post potter pound power powers precious press price
pride priest prince princess prior promise proud pure purple queen quick quill rain rainbow rand range raven ray read
red reed reich rein reiter rest rhodes rich richter ridge ring ritter river rivers road rob robin rock rocky roman
rose ross rot round rowan royal rub ruby rue rush rust rusty sage sailor sale salt sand sands sandy sauer saul savage
say schaefer schmidt schneider schuster schwarz sea seal serenity shade sharp shaw shepherd short silver simple singer
skinner sky skye slaughter small smart smith snow sommer song sonny south spain sparrow speaker speer spring stamp
star stark stein steel stern stern stock stone stones storm story strange straw street strong stuart sturm sue summer
summers sun sunny swan sweet swift tag tanner taube taylor teal temple terry thorn thyme tiffany tiger tide till tod
tom town treasure tree trinity true trust tucker turner underwood unger vale valentine van velvet vernon victor
victory vine violet virginia vogel von wade wagner wahl wait wald walker wall walls ward ware warner warren water
waters way weaver weber weeks weiss well wells west wheat wheel white wild will willow wilder wind winter wirt wise
wolf wolff wood woods wool word worth wren wright yellow york young zander zimmer zimmermann
abril baris blanc blanco boulanger bueno calle campos chevalier constance costa cruz deniz dimanche estrella fuentes grand iglesias juillet
kaya krol leon leroy marchand marguerite mars mayo mercier moreno mroz noir olivier paz petit pierre rey rios rosa sowa victoire visser yildiz zima
`
