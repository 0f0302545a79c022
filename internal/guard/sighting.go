package guard

// Sighting is what a look at many twins at once finds of one of them: no proof
// of anything, but what its marker says.
type Sighting struct {
	Marker *Marker // nil where there is none of ours
	Held   bool    // its lock is held: a run is under way. Asked only where the marker is not complete
	Err    error   // why it could not be read
}
