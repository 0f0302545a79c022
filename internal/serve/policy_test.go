package serve

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestPermit: users, groups and Slack's ids are three lists, and nobody is on
// none of them.
func TestPermit(t *testing.T) {
	p := Policy{"staging": {Users: []string{"jo", ""}, Groups: []string{"developers"}, Slack: []string{"U012AB3CD", ""}, Options: []string{"only"}}, "development": {Groups: []string{"all"}}}
	for name, c := range map[string]struct {
		by      Caller
		env     string
		options []string
		ok      bool
	}{
		"a user":                     {Caller{User: "jo"}, "staging", nil, true},
		"a member of a group":        {Caller{User: "kim", Groups: []string{"testers", "developers"}}, "staging", nil, true},
		"by Slack":                   {Caller{Slack: "U012AB3CD"}, "staging", nil, true},
		"with an option":             {Caller{User: "jo"}, "staging", []string{"only"}, true},
		"with another one":           {Caller{User: "jo"}, "staging", []string{"only", "take-over"}, false},
		"options where none is said": {Caller{Groups: []string{"all"}}, "development", []string{"take-over"}, true},
		"a group of another name":    {Caller{User: "kim", Groups: []string{"testers"}}, "staging", nil, false},
		"a user called as a group":   {Caller{User: "developers"}, "staging", nil, false},
		"a user called as in Slack":  {Caller{User: "U012AB3CD"}, "staging", nil, false},
		"in Slack called as a user":  {Caller{Slack: "jo"}, "staging", nil, false},
		"nobody":                     {Caller{Name: "jo"}, "staging", nil, false},
		"another environment":        {Caller{User: "jo"}, "development", nil, false},
		"one that is not there":      {Caller{User: "jo"}, "prod", nil, false},
	} {
		err := p.Permit(c.by, tenant.Ref{Env: c.env, Name: "acme"}, c.options...)
		if (err == nil) != c.ok || err != nil && report.CodeOf(err) != report.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}
