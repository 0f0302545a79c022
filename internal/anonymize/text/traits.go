package text

// This room keeps what a text would otherwise ask of every mention again: which words of the dictionary are common
// ones, in which forms a phrase occurs, and which phrases a person does not bear.

// trait is what is known of a word of the dictionary, whoever bears it.
type trait uint8

const (
	isCommonWord trait = 1 << iota
	isParticleWord
)

// describe fills the traits, when everything else is there.
func (d *Dictionary) describe() {
	d.traits = make([]trait, len(d.words.ends))
	for id := range d.traits {
		key := d.words.bytesOf(int32(id))
		if d.common.has(key) {
			d.traits[id] |= isCommonWord
		}
		if particleKey(key) {
			d.traits[id] |= isParticleWord
		}
	}
	people := int32(0)
	for _, o := range d.owners {
		people = max(people, o.id()+1)
	}
	d.kinds, d.borne = make([]uint8, len(d.ends)), make([]uint64, people)
	for state := int32(1); int(state) < len(d.ends); state++ {
		bit := borneBit(state)
		for _, o := range d.ownersOf(state) {
			d.kinds[state] |= 1 << (o.kind() - 1)
			d.borne[o.id()] |= bit
		}
	}
}

// borneBit is the bit of a phrase among those of a person.
func borneBit(state int32) uint64 { return 1 << (uint64(uint32(state)) * hashPrime >> 58) }
