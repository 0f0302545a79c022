// Command seed fills real servers with the demo tenant, and shows one of its
// people in production and in the copy.
//
//	seed [flags]              write the tenant into production's stores, over an older one
//	seed config [flags]       write a tenantcopy.yaml for these servers
//	seed show [flags]         one person in production and in staging, side by side
//	seed put [flags] FILE…    write files into production's container
//	seed get [flags] NAME…    print objects of staging's container
//	seed measure -- COMMAND   run a command and print how long it took and how much memory it had
//
// The servers stand in TENANTCOPY_TEST_… variables: eval "$(scripts/services env)".
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/load"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/show"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes a command line and returns its exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	verb := "seed"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	if verb == "measure" {
		return measure(ctx, args, out, errs)
	}
	o, err := parse(verb, args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		switch verb {
		case "seed":
			err = seed(ctx, o, out)
		case "config":
			err = writeConfig(o, out)
		case "show":
			err = show.Person(ctx, out, o.shown())
		case "put":
			err = putObject(ctx, o)
		case "get":
			err = getObject(ctx, o, out)
		}
	}
	if err != nil {
		fmt.Fprintf(errs, "seed: %v\n", err)
		return 1
	}
	return 0
}

// options are the flags of all verbs.
type options struct {
	tenant, model, backend, config, rules, reports string
	people                                         int
	person                                         int64
	stores                                         []string
	folder                                         string   // of put and get
	files                                          []string // of put and get
	prod, staging                                  servers.Side
}

func parse(verb string, args []string, errs io.Writer) (options, error) {
	o := options{prod: servers.FromEnv("prod", os.Getenv), staging: servers.FromEnv("staging", os.Getenv)}
	f := flag.NewFlagSet("seed "+verb, flag.ContinueOnError)
	f.SetOutput(errs)
	var stores string
	f.StringVar(&o.tenant, "tenant", "acme", "the tenant: its database, container, index and key prefix")
	f.StringVar(&o.backend, "blob", servers.Azure, "where its files are: azure or s3")
	f.StringVar(&stores, "stores", "", "kinds of store, with commas (default all whose servers are named: "+strings.Join(servers.Kinds(), ", ")+")")
	switch verb {
	case "seed":
		f.IntVar(&o.people, "people", 2000, "how many people, at least 20")
		f.StringVar(&o.model, "like", "", "invent the people of this tenant (default its own)")
		f.StringVar(&o.config, "config", "", "also write a tenantcopy.yaml for these servers to this file, - for the terminal")
		f.StringVar(&o.rules, "rules", "examples/acme/rules.yaml", "rules file that the configuration names")
	case "config":
		f.StringVar(&o.config, "config", "-", "the file to write, - for the terminal")
		f.StringVar(&o.rules, "rules", "examples/acme/rules.yaml", "rules file that the configuration names")
	case "show":
		f.Int64Var(&o.person, "person", world.Zoe, "id of the user to show")
		f.StringVar(&o.reports, "reports", "", "folder of the run's manifests")
	case "put", "get":
		f.StringVar(&o.folder, "folder", "", "what the names of the objects begin with")
	default:
		return o, fmt.Errorf("unknown verb %q: seed, config, show, put, get or measure", verb)
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.files = f.Args(); f.NArg() > 0 && verb != "put" && verb != "get" {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	var err error
	o.stores, err = o.kinds(stores)
	return o, err
}

// kinds reads --stores; without it every kind that has a server.
func (o options) kinds(list string) ([]string, error) {
	if list != "" {
		return servers.ParseKinds(list)
	}
	kinds := servers.Kinds()
	if !o.prod.Has("ES") {
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == servers.Search })
	}
	return kinds, nil
}

func seed(ctx context.Context, o options, out io.Writer) error {
	began := time.Now()
	w := world.Like(o.tenant, cmp.Or(o.model, o.tenant), o.people)
	if err := load.Tenant(ctx, w, load.Into{Side: o.prod, Stores: o.stores, Backend: o.backend}); err != nil {
		return err
	}
	if slices.Contains(o.stores, servers.Postgres) && o.staging.Has("PG") {
		if err := load.Role(ctx, o.staging); err != nil {
			return fmt.Errorf("make the owner's role in staging: %w", err)
		}
	}
	fmt.Fprintf(out, "seeded prod/%s: %d people, %d messages, %d offers in %s (%.1f s)\n", o.tenant, len(w.Users)+len(w.Candidates), len(w.Messages),
		len(w.Offers), strings.Join(o.stores, ", "), time.Since(began).Seconds())
	if o.config == "" {
		return nil
	}
	return writeConfig(o, out)
}

// writeConfig writes a configuration; the rules' path in it is absolute, so
// that the file may lie anywhere.
func writeConfig(o options, out io.Writer) error {
	rules, err := filepath.Abs(o.rules)
	if err != nil {
		return err
	}
	text, err := acme.Config(acme.Setup{RulesPath: rules, Stores: o.stores, Backend: o.backend, Prod: o.prod, Staging: o.staging, Tenants: []string{o.tenant}})
	if err != nil {
		return err
	}
	if o.config == "-" {
		_, err = io.WriteString(out, text)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.config), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.config, []byte(text), 0o644)
}

// shown is what show.Person needs.
func (o options) shown() show.Request {
	return show.Request{Tenant: o.tenant, ID: o.person, Stores: o.stores, Backend: o.backend, Prod: o.prod, Staging: o.staging, Reports: o.reports}
}
