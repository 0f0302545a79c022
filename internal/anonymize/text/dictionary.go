package text

import (
	"cmp"
	"slices"
)

// Kind says which form of a name a phrase is, and so how a pseudonym is to be spelled in its place (see Render).
type Kind uint8

// The forms of a name, here of Rose Hill.
const (
	Full            Kind = iota + 1 // "Rose Hill": given name first, or the recorded display name
	Reversed                        // "Hill Rose"
	Comma                           // "Hill, Rose"
	Initial                         // "R. Hill", "R Hill"
	ReversedInitial                 // "Hill R."
	CommaInitial                    // "Hill, R."
	Surname                         // "Hill", or a part of a longer family name
	Given                           // "Rose", or one of several given names
)

// rank orders the readings of one phrase: a full name before a surname before a given name.
func (k Kind) rank() int {
	switch k {
	case Surname:
		return 1
	case Given:
		return 2
	}
	return 0
}

// Match is one mention: the byte range [Start, End) of the value, whose name it is and in which form. Ambiguous says
// that the phrase belongs to more than one person; ID is then the smallest of those with the best kind.
type Match struct {
	Start, End int
	ID         int32
	Kind       Kind
	Ambiguous  bool

	state int32
	apart bool // more than a name has stands between two of its words
}

// longestPhrase is the number of words and signs a phrase may have; a longer one is cut off there.
const longestPhrase = 15

// owner is one reading of a phrase: whose name it is, and below that in which form.
type owner uint32

const kindBits = 3

func ownerOf(id int32, kind Kind) owner { return owner(id)<<kindBits | owner(kind-1) }

func (o owner) id() int32 { return int32(o >> kindBits) }

func (o owner) kind() Kind { return Kind(o&(1<<kindBits-1)) + 1 }

// Builder collects the phrases of a Dictionary. It is for one goroutine.
type Builder struct {
	words  tokenTable
	edges  edgeTable
	states int32
	at     []int32 // state of each owner, in the order of Add
	owners []owner
	folded []byte
	phrase []byte
}

// NewBuilder returns an empty builder with room for about sizeHint phrases; it grows beyond that by itself.
func NewBuilder(sizeHint int) *Builder {
	return &Builder{words: newTokenTable(sizeHint / 2), edges: newEdgeTable(sizeHint), states: 1}
}

// Add enters a phrase of the person id (at least 0) in the form kind. Case, diacritics, blanks and joiners do not
// matter. A phrase that several persons share keeps all of them, the smallest id leads within its kind. A phrase
// without a word is ignored.
func (b *Builder) Add(phrase string, id int32, kind Kind) {
	b.phrase = append(b.phrase[:0], phrase...)
	s := b.phrase
	if b.enter(s, id, kind, true) {
		b.enter(s, id, kind, false)
	}
}

// enter adds one spelling and reports whether the plain one differs.
func (b *Builder) enter(s []byte, id int32, kind Kind, spell bool) bool {
	state, n, spelled := int32(root), 0, false
	end, initial := 0, false
	for i := 0; n < longestPhrase; {
		start, stop := nextWord(s, i)
		if start == stop {
			break
		}
		if n > 0 {
			if sign, ok := gapOf(s[end:start], initial); ok && len(sign) > 0 {
				state = b.step(state, b.words.add(sign))
				n++
			}
		}
		var sp bool
		b.folded, sp = fold(b.folded[:0], s[start:stop], spell)
		spelled = spelled || sp
		state = b.step(state, b.words.add(b.folded))
		n++
		i, end, initial = stop, stop, isInitial(s[start:stop])
	}
	if state != root {
		b.at = append(b.at, state)
		b.owners = append(b.owners, ownerOf(id, kind))
	}
	return spelled
}

// step follows or makes an edge.
func (b *Builder) step(state, word int32) int32 {
	if next := b.edges.get(state, word); next != none {
		return next
	}
	next := b.states
	b.states++
	b.edges.put(state, word, next)
	return next
}

// Build ends the collection and returns the dictionary; the builder is empty afterwards.
func (b *Builder) Build() *Dictionary {
	d := &Dictionary{words: b.words, common: newWordSet(commonEnglish, commonGerman), atStart: newWordSet(commonAtStart),
		unspaced: newFoldedSet(hanWords, kanaWords, koreanWords, koreanLong), single: newFoldedSet(hanSingles), tails: newWordSet(koreanTails), folk: newFoldedSet(koreanFolk), says: koreanOnes()}
	d.words.allot(slotsFor(len(b.words.ends)))
	d.tree = newTree(&b.edges, b.states, b.at)
	d.first = make([]int32, len(b.words.ends))
	for w := range d.first {
		d.first[w] = d.tree.get(root, int32(w))
	}
	d.owners, d.ends = b.byState()
	from, to := int32(0), 0
	for state, end := range d.ends {
		to = keepBest(d.owners, to, d.owners[from:end])
		from, d.ends[state] = end, int32(to)
	}
	d.owners = slices.Clip(d.owners[:to])
	d.describe()
	d.pairs = d.newPairs()
	*b = *NewBuilder(0)
	return d
}

// byState returns the owners sorted by state, otherwise in the order of Add, and where those of each state end.
func (b *Builder) byState() (owners []owner, ends []int32) {
	next := make([]int32, b.states+1) // of each state: where its next owner goes
	for _, state := range b.at {
		next[state+1]++
	}
	for s := 1; s < len(next); s++ {
		next[s] += next[s-1]
	}
	owners = make([]owner, len(b.owners))
	for i, state := range b.at {
		owners[next[state]] = b.owners[i]
		next[state]++
	}
	return owners, next[:b.states]
}

// keepBest moves the owners of one state to place to, best readings first and each person once, and returns where they
// end.
func keepBest(all []owner, to int, owners []owner) int {
	order := func(a, b owner) int {
		return cmp.Or(cmp.Compare(a.kind().rank(), b.kind().rank()), cmp.Compare(a.id(), b.id()))
	}
	if len(owners) > 1 && !slices.IsSortedFunc(owners, order) {
		slices.SortStableFunc(owners, order)
	}
	start, rank := to, to // where all of them begin, and those of the rank in hand
	for _, o := range owners {
		switch {
		case to == start:
		case o.kind().rank() != all[to-1].kind().rank():
			rank = to
			fallthrough
		default:
			if to > rank && o.id() == all[to-1].id() || known(all[start:rank], o.id()) {
				continue
			}
		}
		all[to] = o
		to++
	}
	return to
}

// known reports whether a person is among owners.
func known(owners []owner, id int32) bool {
	_, ok := meant(owners, []int32{id})
	return ok
}

// Dictionary finds the names of people in text. It is immutable and may be shared.
type Dictionary struct {
	words           tokenTable
	tree            tree
	first           []int32 // by word: state behind the root
	ends            []int32 // by state: end of its owners
	owners          []owner
	traits          []trait  // by word
	kinds           []uint8  // by state: a bit for each kind of its owners
	borne           []uint64 // by person: a bit for each phrase of hers, and for some that are not
	pairs           pairs    // the phrases of two words
	common, atStart wordSet
	unspaced        wordSet // that look like names in scripts without blanks
	single, tails   wordSet // hanSingles, koreanTails
	folk            wordSet // koreanFolk
	says            map[string]uint8
}

// ownersOf returns the readings of a state, best first.
func (d *Dictionary) ownersOf(state int32) []owner {
	return d.owners[d.ends[state-1]:d.ends[state]]
}

// match makes the mention that a state stands for.
func (d *Dictionary) match(start, end int, state int32) Match {
	o := d.ownersOf(state)
	return Match{Start: start, End: end, ID: o[0].id(), Kind: o[0].kind(), Ambiguous: len(o) > 1, state: state}
}

// Owners returns the ids of all persons that a match of this dictionary can mean, best reading first.
func (d *Dictionary) Owners(m Match) []int32 {
	o := d.ownersOf(m.state)
	ids := make([]int32, len(o))
	for i := range o {
		ids[i] = o[i].id()
	}
	return ids
}

// Find appends the mentions in s from left to right: leftmost, of these the longest, whole words only, never
// overlapping. A possessive 's and a German -s stay outside the range.
func (d *Dictionary) Find(dst []Match, s []byte) []Match {
	var w walk
	w.begin(d, s)
	for m, ok := w.next(nil); ok; m, ok = w.next(nil) {
		dst = append(dst, m)
	}
	return dst
}
