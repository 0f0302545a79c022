package person

// joinRecords finds which of ranked records are one human.
func joinRecords(records []Record, normals []normal) union {
	sets := newUnion(len(records))
	linked := false
	for i := range records {
		r := &records[i]
		linked = linked || len(r.Links) > 0
		if i > 0 && r.ID == records[i-1].ID && r.Source == records[i-1].Source { // the id column is not unique: rows of one person
			sets.join(int32(i-1), int32(i))
		}
	}
	if linked {
		joinLinked(records, sets)
	}
	joinMailboxes(records, normals, sets)
	return sets
}

// joinLinked joins records with those that they refer to.
func joinLinked(records []Record, sets union) {
	refs := newSeen(len(records))
	var room []byte
	is := func(i int) bool {
		r := &records[i]
		at := len(r.Source)
		return len(room) == at+1+len(r.ID) && string(room[:at]) == r.Source && room[at] == ':' && string(room[at+1:]) == r.ID
	}
	for i := range records {
		r := &records[i]
		room = append(append(append(room[:0], r.Source...), ':'), r.ID...)
		if s := refs.find(string(room), is); s.at == 0 { // of rows of one person any will do
			s.enter(i)
		}
	}
	for i := range records {
		for _, link := range records[i].Links {
			room = append(room[:0], link...)
			if j, ok := refs.find(link, is).number(); ok {
				sets.join(int32(i), int32(j))
			}
		}
	}
}

// joinMailboxes joins records that have an address in common, as mailboxes
// tells.
func joinMailboxes(records []Record, normals []normal, sets union) {
	boxes, byEmail := mailboxes{records: records}, newSeen(len(records))
	for i := range records {
		email := normals[i].email
		if email == "" {
			continue
		}
		s := byEmail.find(email, func(n int) bool { return normals[n].email == email })
		if first, ok := s.number(); ok {
			boxes.join(sets, email, int32(first), int32(i))
		} else {
			s.enter(i)
		}
	}
}
