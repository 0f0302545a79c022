//go:build !race

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
	"779b20914fcf0c91fe260683619bc9b933c38ceb7e13da06ccf47d2a45226d44",
	"d9efc4a376698d689b9918f015de28bce239ebdd4915c5294ac08b413dc254d8",
	"83f57329060a93427450acb12555c45372fdfcbb11d2ba02a0f5f080f45895be",
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
