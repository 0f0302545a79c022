package serve

import (
	"fmt"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Policy says, for each environment that copies may be made in, who may ask
// for one. What it does not name is refused.
type Policy map[string]Allowed

// Allowed are those who may copy into one environment.
type Allowed struct {
	Users  []string // names as the cluster's authentication gives them
	Groups []string // the same
	Slack  []string // ids of Slack users, as U012AB3CD: names there can be changed by anybody

	// Options are those that they may ask for, of OptionNames; nil: all.
	Options []string
}

// Caller is somebody whose identity has been checked.
type Caller struct {
	Name   string   // for logs, markers and messages
	User   string   // name by TokenReview; empty for Slack
	Groups []string // by TokenReview
	Slack  string   // id of a Slack user; empty for others
}

// Permit refuses a copy that the caller may not have, and options that nobody
// may ask for there. It says the same of an environment that is not there and
// of one that is not his.
func (p Policy) Permit(c Caller, dst tenant.Ref, options ...string) error {
	a := p[dst.Env]
	if a.knows(c) {
		for _, name := range options {
			if a.Options != nil && !slices.Contains(a.Options, name) {
				return &report.Refusal{Code: report.Denied, What: "copy into " + dst.String(), Why: "nobody may ask for --" + name + " there",
					Hint: "leave it out; whoever runs the service can add it under serve.allow." + dst.Env + ".options"}
			}
		}
		return nil
	}
	return &report.Refusal{Code: report.Denied, What: "copy into " + dst.String(), Why: fmt.Sprintf("%s may not", c.Name),
		Hint: "whoever runs the service can add you under serve.allow." + dst.Env}
}

func (a Allowed) knows(c Caller) bool {
	return c.User != "" && slices.Contains(a.Users, c.User) || c.Slack != "" && slices.Contains(a.Slack, c.Slack) ||
		slices.ContainsFunc(c.Groups, func(g string) bool { return slices.Contains(a.Groups, g) })
}
