package postgres

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sideBySide is how many tests run at once unless -parallel says otherwise.
// They wait for servers more than they work, so that the number of processors,
// Go's own choice, is too few; each has up to twenty sessions on either server.
const sideBySide = "8"

// TestMain runs the tests side by side: each has databases, roles and runs of
// its own.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", sideBySide)
	}
	if err := unwrap(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	holdToken(context.Background())
	os.Exit(m.Run())
}

// unwrap puts PostgreSQL's own programs before Debian's wrapper of them, where
// that is what PATH leads to: a Perl program that takes longer than they do,
// and every run starts four.
func unwrap() error {
	found, err := exec.LookPath("pg_dump")
	if err != nil {
		return nil // a test says so
	}
	if at, err := filepath.EvalSymlinks(found); err != nil || filepath.Base(at) != "pg_wrapper" {
		return err
	}
	bin, err := serverPrograms()
	if err != nil {
		return err
	}
	return os.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// alone are the tests that cannot share this process with others, and why.
// They come first, one after the other.
func alone() map[string]string {
	const environment = "it changes the process's environment"
	return map[string]string{
		"TestP40_LargeValues":                   "it measures the process's memory",
		"TestP41_ManyTables":                    "it measures the process's memory",
		"TestClientPrograms":                    environment,
		"TestP42_PgDumpIsTooOld":                environment,
		"TestEnvironmentDoesNotChangeAddresses": environment,
		"TestStaleFoldersAreRemoved":            environment,
		"TestFoldersOfRunsThatStartTogether":    environment,
		"TestChildKeepsSecrets":                 environment,
		"TestChildOfP33":                        "it is the program that another test kills",
		"TestMain":                              "it is none",
	}
}

// Every test begins by joining the others, or is listed with why it does not.
func TestTestsRunSideBySide(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`(?m)^func (Test\w+)\(\w+ \*testing\.[TM]\) \{\n?(.*)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range first.FindAllStringSubmatch(string(text), -1) {
			_, excepted := alone()[m[1]]
			if parallel := m[2] == "\tt.Parallel()"; parallel == excepted {
				t.Errorf("%s: %s must begin with t.Parallel(), or be listed in alone() with the reason: one of the two", file, m[1])
			}
		}
	}
}

// pitfalls is how many situations the list of pitfalls has that copiers of
// PostgreSQL have met; each is a test with its number.
const pitfalls = 43

// Each pitfall has a test that is named after it.
func TestEachPitfallHasATest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for n := 1; n <= pitfalls; n++ {
		if name := fmt.Sprintf("TestP%02d_", n); !strings.Contains(all.String(), "\nfunc "+name) {
			t.Errorf("there is no %s…", name)
		}
	}
}
