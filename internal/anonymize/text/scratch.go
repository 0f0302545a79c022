package text

// This room holds the memory that one goroutine uses again for every value: without it each finding in HTML or in an
// encoding costs a handful of allocations.

// Scratch is that memory, for one goroutine. The zero value is ready. A Resolver that rewrites a text while another is
// being rewritten finds it in use and does without.
type Scratch struct{ free *worker }

// take returns a worker with the memory and leaves none behind, so that nobody else uses it meanwhile.
func (s *Scratch) take() *worker {
	if s == nil || s.free == nil {
		return &worker{}
	}
	w := s.free
	s.free = nil
	return w
}

// largestScratch is the longest text of replacements whose room is kept.
const largestScratch = 1 << 20

// put gives it back.
func (s *Scratch) put(w *worker) {
	if s == nil || cap(w.texts) > largestScratch {
		return
	}
	w.texts = w.texts[:0]
	w.e, w.r, w.policy = nil, nil, policy{}
	w.search.end()
	s.free = w
}

// scratch is what a worker uses: the texts of its edits, and lists and views that are not in use.
type scratch struct {
	texts []byte
	lists [][]edit
	views []view
}

// found returns the edits of s in a list of their own; drop it when they are no longer needed.
func (w *worker) found(s []byte, l layer) []edit {
	var list []edit
	if n := len(w.lists); n > 0 {
		list, w.lists = w.lists[n-1], w.lists[:n-1]
	}
	return w.edits(list, s, l)
}

// largestList is the longest list of edits that is kept, and largestView the longest text whose view is.
const (
	largestList = 1 << 12
	largestView = 1 << 20
)

// drop keeps the memory of a list that nobody reads any more.
func (w *worker) drop(list []edit) {
	if cap(list) > 0 && cap(list) <= largestList {
		w.lists = append(w.lists, list[:0])
	}
}

// view returns an empty view.
func (w *worker) view() view {
	n := len(w.views)
	if n == 0 {
		return view{}
	}
	v := w.views[n-1]
	w.views = w.views[:n-1]
	return v
}

// giveBack keeps the memory of a view that nobody reads any more.
func (w *worker) giveBack(v view) {
	if cap(v.text) <= largestView {
		w.views = append(w.views, view{text: v.text[:0], chunks: v.chunks[:0]})
	}
}
