package text

// Entry is where the phrases of one name end, so that a name that many share is cut into words once.
type Entry []phraseEnd

type phraseEnd struct {
	state int32
	kind  Kind
}

// EnterName makes the forms of a name known, as Enter does with those of Forms: most names are two plain words, and then
// the phrases are made of these and not cut into them again.
func (b *Builder) EnterName(given, family, full string) Entry {
	if isPlain(given) && isPlain(family) && given != family && len(full) == len(given)+1+len(family) &&
		full[:len(given)] == given && full[len(given)] == ' ' && full[len(given)+1:] == family {
		return b.enterPlain(given, family)
	}
	return b.Enter(Forms(given, family, full))
}

// isPlain reports whether a name is one word of several letters, all of them of ASCII.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(name) > 1
}

// enterPlain enters the forms of a name of two words, in the order of Forms.
func (b *Builder) enterPlain(given, family string) Entry {
	g, f := b.word(given), b.word(family)
	byGiven, byFamily := b.step(root, g), b.step(root, f)
	full, reversed := b.follow(byGiven, " ", f), b.follow(byFamily, " ", g)
	comma := b.follow(byFamily, ", ", g)
	i := b.word(given[:1])
	return Entry{
		{full, Full}, {reversed, Reversed}, {comma, Comma},
		{b.follow(b.step(root, i), "", f), Initial}, // what stands behind an initial says nothing
		{b.follow(byFamily, " ", i), ReversedInitial}, {b.follow(byFamily, ", ", i), CommaInitial},
		{byFamily, Surname}, {byGiven, Given},
	}
}

// word returns the number of a word of ASCII.
func (b *Builder) word(name string) int32 {
	b.phrase = append(b.phrase[:0], name...)
	b.folded = Fold(b.folded[:0], b.phrase)
	return b.words.add(b.folded)
}

// follow returns the state behind a gap and a word.
func (b *Builder) follow(state int32, gap string, word int32) int32 {
	b.phrase = append(b.phrase[:0], gap...)
	if sign, _ := gapOf(b.phrase, false); len(sign) > 0 {
		state = b.step(state, b.words.add(sign))
	}
	return b.step(state, word)
}

// Enter makes the phrases of a name known, for AddEntry.
func (b *Builder) Enter(forms []Form) Entry {
	before := len(b.at)
	for _, f := range forms {
		b.Add(f.Phrase, 0, f.Kind)
	}
	e := make(Entry, 0, len(b.at)-before)
	for i := before; i < len(b.at); i++ {
		e = append(e, phraseEnd{b.at[i], b.owners[i].kind()})
	}
	b.at, b.owners = b.at[:before], b.owners[:before]
	return e
}

// AddEntry adds the phrases of a name for the person id.
func (b *Builder) AddEntry(e Entry, id int32) {
	for _, end := range e {
		b.at = append(b.at, end.state)
		b.owners = append(b.owners, ownerOf(id, end.kind))
	}
}
