package cluster

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What an API server says when it refuses: the right that is lacking, in the
// words of its RBAC authorizer, and the admission policy, which is the chart's.
// Nothing else of its message is passed on.
var (
	lackingRight = regexp.MustCompile(`cannot ([a-z]+) resource "([a-z0-9./-]+)" in API group "([a-z0-9.]*)"(?: in the namespace "([a-z0-9-]+)")?`)
	namedPolicy  = regexp.MustCompile(`ValidatingAdmissionPolicy '([a-z0-9.-]+)' with binding`)
)

// deny fills in what became of a request that was refused: the verb, the
// resource and the namespace that a role lacks.
func deny(out *report.Error, err error) {
	out.Code, out.Err, out.Hint = report.Denied, errors.New("the identity may not do this"), "grant it: the chart in deploy/ has the roles"
	m := lackingRight.FindStringSubmatch(err.Error())
	if m == nil {
		return
	}
	right := m[1] + " " + m[2]
	if m[3] != "" {
		right += " of " + m[3]
	}
	if m[4] != "" {
		right += " in namespace " + m[4]
	}
	out.Err = errors.New("the identity may not do this: it lacks " + right)
}

// refusedBy returns the name of the admission policy that refused a request;
// empty where none did.
func refusedBy(err error) string {
	if m := namedPolicy.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	return ""
}

// refuse fills in what became of a request that a policy refused.
func refuse(out *report.Error, policy string) {
	out.Code, out.Err = report.Denied, fmt.Errorf("admission policy %s refuses it", policy)
	out.Hint = "runs-in: of tenantcopy.yaml and runsIn of the chart's values must say the same; kubectl describe validatingadmissionpolicy " + policy + " shows what it lets through"
}
