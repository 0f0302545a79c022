package anonymize

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strconv"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// rewritten is what became of the corpus when the engine was last changed on purpose: texts, the same as strings of JSON, and notes
// about nobody.
var rewritten = [...]string{
	"7ede836db74b820fc1cdc00b10e1b8946d1c4f3bc79f41640dae87ac72d7a16a",
	"1699eea7f1c989df238d590b6d61c4aa705e0d3abe6ad0df95f246873fb2a8c2",
	"a72fd06ec73dfca40c4af87466ca8d6e5440eef953d078d30e3209e55afdb703",
}

// TestTextsStay: not one byte of what becomes of the corpus has changed. Twins of different days must agree.
func TestTextsStay(t *testing.T) {
	people := corpus.People(corpusPeople / 4)
	plan := corpusPlan(t, people)
	a := plan.New()
	texts, documents, notes := sha256.New(), sha256.New(), sha256.New()
	write := func(h hash.Hash, out []byte) { h.Write(strconv.AppendInt(out, int64(len(out)), 10)) }
	corpus.Texts(people, func(txt *corpus.Text) {
		var about []int32
		for _, id := range txt.About {
			who, _ := plan.in.People.ByID("users", strconv.AppendInt(nil, int64(id), 10))
			about = append(about, who)
		}
		body := txt.Body()
		write(texts, plan.engine.Rewrite(nil, []byte(body), a, text.Options{HTML: txt.Dress.HTML, Context: about}, nil))
		document, _ := json.Marshal(map[string]any{"id": 1.50, txt.Plain(): []string{body}})
		out, _, err := a.scanJSON(nil, document)
		if err != nil {
			t.Fatal(err)
		}
		write(documents, out)
	})
	for note := range corpus.Quiet() {
		write(notes, plan.engine.Rewrite(nil, []byte(note.String()), a, text.Options{HTML: true, Scratch: &a.texts}, nil))
	}
	for i, h := range []hash.Hash{texts, documents, notes} {
		if got := hex.EncodeToString(h.Sum(nil)); got != rewritten[i] {
			t.Errorf("%s, want %s", got, rewritten[i])
		}
	}
}
