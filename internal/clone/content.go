package clone

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room decides about content, which is known only when all of it has been
// read: what no rule covers, and values that do not fit their rule.

// mostChunks is how many chunks are named beside a place.
const mostChunks = 3

// misfits are the values of a run that do not fit their rules.
type misfits map[anonymize.Misfit]*met

// met says how often, and in which chunks.
type met struct {
	values int64
	chunks []string
}

// add takes those of a chunk of a store, whose name need not be that of the
// rules.
func (m misfits) add(store, chunk string, found []anonymize.Misfit) {
	for _, f := range found {
		n := f.Count
		f.Store, f.Count = store, 0
		if m[f] == nil {
			m[f] = &met{}
		}
		m[f].values += n
		m[f].chunks = append(m[f].chunks, chunk)
	}
}

// sorted returns those whose rule has an else, or those whose rule has none.
func (m misfits) sorted(ruled bool) []anonymize.Misfit {
	var out []anonymize.Misfit
	for f := range m {
		if (f.Else != "") == ruled {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b anonymize.Misfit) int {
		return cmp.Or(cmp.Compare(a.Place(), b.Place()), cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Else, b.Else))
	})
	return out
}

// say names a place, how many values were met there, and why they do not fit.
func (m misfits) say(f anonymize.Misfit) string {
	return fmt.Sprintf("%s: %s that %s cannot read (%s)", f.Place(), counted(m[f].values, "value"), f.Verb, f.Why)
}

// where lists the chunks of a place.
func (m misfits) where(f anonymize.Misfit) string {
	chunks := slices.Clone(m[f].chunks)
	slices.Sort(chunks)
	if more := len(chunks) - mostChunks; more > 0 {
		return strings.Join(chunks[:mostChunks], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(chunks, ", ")
}

// noteMisfits puts the values that an else has ruled into the report.
func (r *run) noteMisfits(unfit misfits) {
	for _, f := range unfit.sorted(true) {
		for i, reader := range r.Readers {
			if reader.Name() == f.Store {
				r.notes[i] = append(r.notes[i], strings.TrimPrefix(unfit.say(f), f.Store+" ")+" became what else: "+f.Else+" says")
			}
		}
	}
}

// refuseContent ends a copy that met content without a rule, or values that
// their rule cannot read and no else rules.
func (r *run) refuseContent(workers []*anonymize.Anonymizer, unfit misfits) error {
	var lists [][]anonymize.Finding
	for _, a := range workers {
		lists = append(lists, a.Findings())
	}
	found, bare := anonymize.MergeFindings(lists...), unfit.sorted(false)
	if len(found)+len(bare) == 0 {
		return nil
	}
	out := &report.Refusal{Code: report.Privacy, What: "copy by " + r.Rules.File, Lines: anonymize.PasteLines(found)}
	var why, hints []string
	if len(found) > 0 {
		var times int64
		for _, f := range found {
			times += f.Count
		}
		why = append(why, fmt.Sprintf("%s in the content %s no rule (met %s)", counted(int64(len(found)), "place"), verbOf(len(found), "has", "have"), counted(times, "time")))
		hints = append(hints, "give each line above a verb and add it to "+r.Rules.File+"; a path inside {json: …} goes into that mapping")
	}
	if len(bare) > 0 {
		var values int64
		for _, f := range bare {
			values += unfit[f].values
			out.Lines = append(out.Lines, unfit.say(f)+", in "+unfit.where(f))
		}
		why = append(why, fmt.Sprintf("%s cannot be read by %s", counted(values, "value"), verbOf(int(min(values, 2)), "its rule", "their rules")))
		hints = append(hints, "write else: with a verb for such values beside the verb that cannot read them, as in {json: {…}, else: null}, or another verb in its place")
	}
	out.Why = strings.Join(why, " and ") + "; nothing was switched"
	out.Hint = strings.Join(hints, "; ")
	return out
}

func counted(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func verbOf(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
