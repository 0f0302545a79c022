package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

const runsIn = "runs-in: {context: tools, image: registry.example/tenantcopy:1, memory: 2Gi, cpu: 500m, deadline: 3h}\n"

// jobApp is an app whose configuration has runs-in, and whose environment
// holds no secret.
func jobApp(t *testing.T, config string, env map[string]string) (*app, *strings.Builder) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tenantcopy.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if env == nil {
		env = make(map[string]string)
	}
	env["TENANTCOPY_CONFIG"] = file
	return testApp(env)
}

// TestJobRender: the YAML is that of the Job, and of a template that never
// starts by itself; whoever renders it needs neither secrets nor a cluster.
func TestJobRender(t *testing.T) {
	a, out := jobApp(t, goodConfig+runsIn, nil)
	if code := a.run([]string{"job", "render", "prod/acme", "staging/acme", "--", "--only", "redis"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	var got batchv1.Job
	if err := yaml.UnmarshalStrict([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	c := got.Spec.Template.Spec.Containers[0]
	if got.Name != "tenantcopy-acme-staging" || got.Namespace != "tenantcopy" || c.Resources.Limits.Memory().String() != "2Gi" || *got.Spec.ActiveDeadlineSeconds != 3*3600 ||
		strings.Join(c.Args, " ") != "prod/acme staging/acme --progress json --only redis" {
		t.Errorf("rendered as\n%s", out)
	}
	out.Reset()
	if code := a.run([]string{"job", "render", "--cronjob", "prod/acme", "staging/acme"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	var cron batchv1.CronJob
	if err := yaml.UnmarshalStrict([]byte(out.String()), &cron); err != nil || !*cron.Spec.Suspend || cron.Name != "tenantcopy-acme-prod-staging" {
		t.Errorf("%v, rendered as\n%s", err, out)
	}
}

func TestJobRefusals(t *testing.T) {
	for _, tc := range []struct {
		args, config, want string
		code               int
	}{
		{"job", goodConfig + runsIn, "job needs a word", 3},
		{"job start a/b c/d", goodConfig + runsIn, `unknown command "start" for tenantcopy job`, 3},
		{"job run prod/acme", goodConfig + runsIn, "two tenants are needed", 3},
		{"job run prod/acme staging/acme --only redis", goodConfig + runsIn, "unknown flag: --only", 3},
		{"job run prod/acme staging/acme -- --only", goodConfig + runsIn, "flag needs an argument", 3},
		{"job run prod/acme staging/acme -- prod/other", goodConfig + runsIn, "this is none: prod/other", 3},
		{"job run prod/acme staging/acme -- --progress tty", goodConfig + runsIn, "--progress means nothing in a Job", 3},
		{"job run prod/acme staging/acme --progress loud", goodConfig + runsIn, "--progress takes", 3},
		{"job run staging/acme prod/acme", goodConfig + runsIn, "prod", 5},
		{"job run prod/none staging/none", goodConfig + runsIn, "find tenant none", 7},
		{"job run prod/acme staging/acme", goodConfig, "names no image", 3},
		{"job run prod/acme staging/acme", goodConfig + "runs-in: {image: x}\n", "names no cluster", 3},
		{"job logs prod/acme staging/acme", goodConfig + runsIn, "there is no kubeconfig", 3},
		{"job render prod/acme staging/acme", goodConfig + "runs-in: {memory: lots}\n", "tenantcopy.yaml:14:11: runs-in.memory: not a quantity (a quantity looks like 512Mi, 2Gi or 500m)", 3},
		{"job render prod/acme staging/acme", goodConfig + "runs-in: {cpu: -1}\n", "runs-in.cpu: not a quantity", 3},
		{"job render prod/acme staging/acme", goodConfig + "runs-in: {deadline: soon}\n", "runs-in.deadline: not a duration", 3},
		{"job render prod/acme staging/acme", goodConfig + "runs-in: {imag: x}\n", `unknown key "imag" (did you mean image?)`, 3},
		{"job render prod/acme staging/acme", strings.Replace(goodConfig, "{env: PW}}", "{env: PW}, identity: x}", 1), "an identity is of credential: azure", 3},
	} {
		a, out := jobApp(t, tc.config, nil)
		if code := a.run(strings.Fields(tc.args)); code != tc.code || !strings.Contains(out.String(), tc.want) {
			t.Errorf("%s: exit code %d, want %d with %q:\n%s", tc.args, code, tc.code, tc.want, out)
		}
	}
}

// TestO20_ExitCodesAreThoseOfTheDocs: which codes end a Job is said once, and
// the docs say the same.
func TestO20_ExitCodesAreThoseOfTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	permanent := make(map[int]bool)
	for _, line := range regexp.MustCompile(`(?m)^\| (\d+) \|.*\| (ends|again) \|$`).FindAllStringSubmatch(string(text), -1) {
		number, _ := strconv.Atoi(line[1])
		permanent[number] = line[2] == "ends"
	}
	for _, row := range exitRows {
		if is, ok := permanent[row.number]; !ok || is != row.permanent || numberOf(row.code) != row.number || classOf(row.number) != row.code {
			t.Errorf("code %d: permanent is %v here, and %v in the docs (%v)", row.number, row.permanent, is, ok)
		}
		delete(permanent, row.number)
	}
	if len(permanent) != 1 || permanent[2] { // a panic
		t.Errorf("the docs have codes that are none: %v", permanent)
	}
}

// TestO21_LastWord: what went wrong and how it ended, without a secret, even
// where the text is cut within one.
func TestO21_LastWord(t *testing.T) {
	const secret = "swordfish-1-and-more"
	file := filepath.Join(t.TempDir(), "word")
	env := map[string]string{job.VariableJob: "j", job.VariablePod: "p", job.VariableNamespace: "n", "TENANTCOPY_TERMINATION_LOG": file}
	for _, tc := range []struct {
		err  error
		want string
		exit int
	}{
		{nil, "complete", 0},
		{&report.Refusal{Code: report.Privacy, What: "copy", Why: "it says " + secret, Hint: "look"}, "privacy", 9},
		{errors.New(strings.Repeat("long "+secret+" ", 400)), "failed", 1},
		{interruptedError{syscall.SIGTERM}, "interrupted", 143},
		{&configError{file: "f", what: "wrong"}, "usage", 3},
	} {
		a, _ := testApp(env)
		a.hide(tenant.NewSecret(secret))
		a.expect("prod/acme", "staging/acme")
		a.lastWord(tc.err)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r, ok := job.ParseResult(string(data))
		if !ok || len(data) > 4096 || r.Result != tc.want || r.Exit != tc.exit || r.Destination != "staging/acme" || strings.Contains(string(data), "swordf") || (tc.err != nil) != (r.Why != "") {
			t.Errorf("%v: %s", tc.err, data)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	a, _ := testApp(map[string]string{"TENANTCOPY_TERMINATION_LOG": file})
	a.expect("prod/acme", "staging/acme")
	a.lastWord(nil)
	if _, err := os.Stat(file); err == nil {
		t.Error("a last word is left outside a Job")
	}
}

// What is in flight at once is halved for each attempt that was killed.
func TestLowerJobs(t *testing.T) {
	for unended, want := range []int{6, 3, 1, 1} {
		a, out := testApp(nil)
		p := &runPlan{flags: copyFlags{jobs: 6}}
		a.lowerJobs(p, unended)
		if p.flags.jobs != want || (out.Len() > 0) != (unended > 0) {
			t.Errorf("after %d: %d at once, %q", unended, p.flags.jobs, out)
		}
	}
}

// An identity is named, one a store; a pod's token file says that it is one.
func TestIdentity(t *testing.T) {
	a, _ := testApp(map[string]string{"AZURE_FEDERATED_TOKEN_FILE": "/token", "AZURE_TENANT_ID": "dir", "AZURE_CLIENT_ID": "own"})
	for client, want := range map[string]string{"": "own", "reader": "reader"} {
		if got := a.identity(client); got != (tenant.Identity{Client: want, Directory: "dir", TokenFile: "/token"}) {
			t.Errorf("%q is %+v", client, got)
		}
	}
	laptop, _ := testApp(nil)
	if got := fmt.Sprint(laptop.identity("reader").TokenFile); got != "" {
		t.Errorf("a laptop has the token %s", got)
	}
}
