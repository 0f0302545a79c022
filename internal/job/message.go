package job

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// longestMessage is what a kubelet keeps of a container's last word, bytes.
const longestMessage = 4096

// Result is the last word of a pod: what became of the run, in one compact
// JSON object. It holds no value and no secret.
type Result struct {
	Run         string        `json:"run,omitempty"`
	Source      string        `json:"source,omitempty"`
	Destination string        `json:"destination,omitempty"`
	User        string        `json:"user,omitempty"`
	Result      string        `json:"result"` // "complete", or the report.Code of the failure
	Exit        int           `json:"exit"`
	Seconds     float64       `json:"seconds,omitempty"`
	People      int           `json:"people,omitempty"`
	Stores      []StoreResult `json:"stores,omitempty"`
	Why         string        `json:"why,omitempty"` // what the user would read on a terminal; cut where it is too long
}

// StoreResult is what was copied of one store.
type StoreResult struct {
	Name    string `json:"name"`
	Records int64  `json:"records"`
	Bytes   int64  `json:"bytes"`
}

// cut marks a text that goes on.
const cut = "…"

// Message returns the result as JSON of at most 4,096 bytes. Why gives way,
// then the stores; a text is cut between two characters.
func (r Result) Message() []byte {
	r.Why = strings.ToValidUTF8(r.Why, "�")
	if over := len(r.Why) - longestMessage; over > 0 { // a character takes a byte at least
		r.Why = shorten(r.Why, over)
	}
	for text := r.Why; ; {
		data, err := json.Marshal(r)
		if err != nil { // a number that JSON has none for
			r.Seconds = 0
			continue
		}
		over := len(data) - longestMessage
		switch {
		case over <= 0:
			return data
		case text != "":
			text = shorten(text, max((over+len(cut))/6, 1)) // a byte takes up to six in JSON: little by little, so that little is lost
			r.Why = text + cut
		case r.Why != "":
			r.Why = ""
		case r.Stores != nil:
			r.Stores = nil
		default:
			r = Result{Result: string(report.Failed), Exit: r.Exit}
		}
	}
}

// shorten takes n bytes off the end of a text, and as many as it takes to end
// with a whole character.
func shorten(text string, n int) string {
	end := max(len(text)-n, 0)
	for end > 0 && end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// ParseResult reads a pod's last word; false when it is none of ours, as the
// end of a log is.
func ParseResult(message string) (Result, bool) {
	var r Result
	if !strings.HasPrefix(message, "{") || json.Unmarshal([]byte(message), &r) != nil || r.Result == "" {
		return Result{}, false
	}
	return r, true
}
