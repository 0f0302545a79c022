package anonymize

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// A column of type xml takes nothing else: a name with an apostrophe must not end the attribute that it stands in.
func TestTextInXMLStaysXML(t *testing.T) {
	t.Parallel()
	var records []person.Record
	for i, name := range []string{"Zoe O'Brienstone", "Liam O'Carrolldyne", "Aoife O'Dalyhurst", "Sean O'Farrellmoor", "Nora O'Gradyfield", "Paul O'Harahill"} {
		records = append(records, person.Record{Source: "users", ID: strconv.Itoa(i + 1), Name: name})
	}
	for _, rule := range []string{"text", "{text: plain}", "{text: html}", "scan"} {
		v := column("v", FormText)
		v.Type = "xml"
		a, row, _ := overField(t, records, rule, v)
		apostrophes := 0
		for _, r := range records {
			plain := bytes.ReplaceAll([]byte(r.Name), []byte("'"), nil)
			value := []byte("<p n='" + string(plain) + "'>" + string(plain) + "<b>x</b></p>")
			out := must(t, a, row, 0, value)
			if bytes.Contains(out, plain) {
				t.Errorf("%s: %s became %s", rule, value, out)
			}
			apostrophes += bytes.Count(out, []byte("&#39;"))
			var err error
			for d := xml.NewDecoder(bytes.NewReader(out)); err == nil; {
				_, err = d.Token()
			}
			if err != io.EOF {
				t.Errorf("%s: %s became %s: %v", rule, value, out, err)
			}
		}
		if apostrophes == 0 {
			t.Errorf("%s: no pseudonym has an apostrophe, which shows nothing", rule)
		}
	}
}
