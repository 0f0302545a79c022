package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"

	"github.com/tenantcopy/tenantcopy/e2e/chart"
)

// TestPolicyKnowsTheFlags: the admission policy lets those flags of a copy
// through that the program takes in a Job, and no other.
func TestPolicyKnowsTheFlags(t *testing.T) {
	policy := chart.Find[admissionv1.ValidatingAdmissionPolicy](t, chart.Plain(t), "ValidatingAdmissionPolicy", "tenantcopy-pins-pods")
	at := slices.IndexFunc(policy.Spec.Validations, func(v admissionv1.Validation) bool { return strings.HasPrefix(v.Message, "arguments: ") })
	if at < 0 {
		t.Fatal("the policy says nothing of arguments")
	}
	pattern := regexp.MustCompile(`args\.all\(a, a\.matches\('([^']+)'\)`).FindStringSubmatch(policy.Spec.Validations[at].Expression)
	if pattern == nil {
		t.Fatal("the policy's pattern of arguments was changed in form")
	}
	admitted := regexp.MustCompile(pattern[1])
	a, _ := testApp(nil)
	seen := 0
	for _, flag := range regexp.MustCompile(`(?m)^ +(--[a-z-]+)( [a-zA-Z]+)? {2}`).FindAllStringSubmatch(a.copyCommand().Flags().FlagUsages(), -1) {
		name, value := flag[1], "1"
		if flag[2] == "" {
			value = "true"
		}
		takes := a.checkJobFlags([]string{name + "=" + value}) == nil || name == "--progress" // the Job's own
		if got := admitted.MatchString(name) && admitted.MatchString(name+"="+value); got != takes {
			t.Errorf("%s: the program takes it in a Job: %v, the policy: %v", name, takes, got)
		}
		seen++
	}
	if seen < 12 {
		t.Errorf("%d flags", seen)
	}
	for _, word := range []string{"-c", "--config", "--config=/tmp/own.yaml", "--only=$(PG_PASSWORD)", "a b", "", "/tmp", "--", "--only\n--rules"} {
		if admitted.MatchString(word) {
			t.Errorf("the policy lets %q through", word)
		}
	}
}
