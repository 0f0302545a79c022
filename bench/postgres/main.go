// Command postgres measures the copy of one PostgreSQL tenant against the
// tools that copy without masking: same servers, same data, one run, in turns.
//
//	go run ./bench/postgres [-scale 1] [-rounds 3] [-only full,keep,…] [-markdown FILES]
//
// Servers are found as the tests find them (scripts/services env). Everything
// it makes is dropped at the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/bench/document"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if len(os.Args) > 1 && os.Args[1] == childWord {
		err = runChild(ctx, os.Args[2:])
	} else {
		err = runBench(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func runBench(ctx context.Context) error {
	scale := flag.Float64("scale", 1, "size of the tenant; 1 is 100,000 employees and 1.9 million rows")
	rounds := flag.Int("rounds", 3, "how often each tool runs; medians are printed")
	only := flag.String("only", "", "tools to run, by name, with commas")
	markdown := flag.String("markdown", "", "files, with commas, in which the table between the markers is replaced")
	flag.Parse()
	b := &bench{prod: serverOf("PROD"), staging: serverOf("STAGING"), scale: *scale}
	defer b.clean(context.WithoutCancel(ctx))
	if err := b.seed(ctx); err != nil {
		return err
	}
	chosen := slices.DeleteFunc(tools(), func(t tool) bool { return *only != "" && !slices.Contains(strings.Split(*only, ","), t.name) })
	results := make(map[string][]figures)
	for round := range *rounds {
		for _, t := range chosen {
			f, err := b.measure(ctx, t)
			if err != nil {
				return fmt.Errorf("run %s: %w", t.name, err)
			}
			fmt.Fprintf(os.Stderr, "round %d  %-22s %s\n", round+1, t.name, f)
			results[t.name] = append(results[t.name], f)
		}
	}
	text := b.table(chosen, results)
	fmt.Print(text)
	for file := range strings.SplitSeq(*markdown, ",") {
		if file == "" {
			continue
		}
		if err := document.Replace(file, "make bench-postgres", text); err != nil {
			return err
		}
	}
	return nil
}
