// Command anonymize measures the anonymiser's engine against its goals, each
// figure in processor time of one core, and against a limit or a peer of the
// standard library in the same run.
//
//	go run ./bench/anonymize [-only people,json,…] [-people 1000000] [-markdown FILES] [-profile FILE]
//
// It needs no server. All data is made up and the same in every run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/bench/document"
)

// sections are measured in this order; each returns lines of the table.
func sections(people int) []section {
	return []section{
		{"pseudonyms", measurePseudonyms},
		{"texts", measureTexts},
		{"addresses", measureScanner},
		{"json", measureJSON},
		{"avatars", measureAvatars},
		{"people", func() ([]line, error) { return measurePeople(people) }},
	}
}

type section struct {
	name    string
	measure func() ([]line, error)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() (failed error) {
	only := flag.String("only", "", "sections to measure, with commas")
	people := flag.Int("people", 1_000_000, "size of the people index")
	markdown := flag.String("markdown", "", "files, with commas, in which the table between the markers is replaced")
	profile := flag.String("profile", "", "write there what the processor was used for")
	flag.Parse()
	if *profile != "" {
		stop, err := document.Profile(*profile)
		if err != nil {
			return err
		}
		defer func() { failed = errors.Join(failed, stop()) }()
	}
	var lines []line
	for _, s := range sections(*people) {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), s.name) {
			continue
		}
		more, err := s.measure()
		if err != nil {
			return fmt.Errorf("measure %s: %w", s.name, err)
		}
		for _, l := range more {
			fmt.Fprint(os.Stderr, l.row())
		}
		lines = append(lines, more...)
	}
	text := table(lines)
	fmt.Print(text)
	for file := range strings.SplitSeq(*markdown, ",") {
		if file == "" {
			continue
		}
		if err := document.Replace(file, "make bench-anonymize", text); err != nil {
			return err
		}
	}
	return nil
}
