package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// lockFlags are the flags of rules lock.
type lockFlags struct {
	rules      string
	add, check bool
}

const lockHelp = `rules lock writes schema.lock beside the rules: the fields that a "*" of the rules covers, one a line with its
type, as the source has them now. A copy refuses a field under "*" that is not listed, or has another type.

It reads the catalogue of PostgreSQL and the mappings of search, as a copy does, and no record: no key is needed.
It prints what changes: + for a line that is new, - for one that goes. Review a + as you would review a rule.

Where tenants differ, run it with --add for each of them: the file then lists what any of them has, and a field of
two types has two lines.

With --check nothing is written, and the exit code is 9 when the file would change.`

const lockExample = `  tenantcopy rules lock prod/acme
  tenantcopy rules lock prod/globex --add            what globex has besides
  tenantcopy rules lock prod/acme --check --add      in CI: is all that acme has pinned?`

// rulesCommand groups what concerns the rules.
func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rules", Short: "Pin the fields that the rules cover by \"*\"",
		RunE: func(_ *cobra.Command, args []string) error {
			hint := "tenantcopy rules lock SRC writes schema.lock"
			if len(args) > 0 {
				return usageError{what: fmt.Sprintf("unknown command %q for tenantcopy rules", args[0]), hint: hint}
			}
			return usageError{what: "rules needs a word", hint: hint}
		},
	}
	var f lockFlags
	lock := &cobra.Command{
		Use: "lock SRC", Short: "Write schema.lock: the fields that a \"*\" of the rules covers", Long: lockHelp, Example: lockExample,
		Args: oneTenant,
		RunE: func(cmd *cobra.Command, args []string) error { return a.lockRules(cmd.Context(), f, args[0]) },
	}
	lock.Flags().StringVar(&f.rules, "rules", "", "rules file, instead of the configuration's")
	lock.Flags().BoolVar(&f.add, "add", false, "keep what the file lists, also what this source does not have")
	lock.Flags().BoolVar(&f.check, "check", false, "write nothing; exit code 9 when the file would change")
	cmd.AddCommand(lock)
	return cmd
}

// lockRules surveys one tenant and brings schema.lock up to date with it.
func (a *app) lockRules(ctx context.Context, f lockFlags, text string) error {
	ref, err := tenant.ParseRef(text)
	if err != nil {
		return usageError{what: err.Error()}
	}
	p := &runPlan{flags: copyFlags{rules: f.rules}, session: a.session()}
	if p.config, err = a.loadConfig(); err != nil {
		return err
	}
	if err := a.loadRules(p); err != nil {
		return err
	}
	if p.src, err = a.starred(ctx, p, ref); err != nil {
		return err
	}
	pins, err := surveyPins(ctx, p)
	if err != nil {
		return err
	}
	file := lockFile(p.rules)
	old := p.lock.Pins()
	if !f.add { // of stores that this tenant does not have, it says nothing
		old = slices.DeleteFunc(old, func(pin ruleset.Pin) bool {
			return !anonymize.HasStars(p.rules, pin.Store) || slices.ContainsFunc(p.src.stores, func(s tenant.Store) bool { return s.Name == pin.Store })
		})
	}
	next := ruleset.NewLock(file, append(old, pins...))
	drift := ruleset.Drift(p.lock, next)
	for _, line := range drift {
		fmt.Fprintln(a.out, line)
	}
	switch {
	case p.lock == nil && len(next.Pins()) == 0:
		fmt.Fprintf(a.out, "no \"*\" of %s covers a field of %s: there is nothing to pin\n", p.rules.File, ref)
		return nil
	case len(drift) == 0 && p.lock != nil:
		fmt.Fprintf(a.out, "%s is up to date: %s\n", file, numbered(int64(len(next.Pins())), "line"))
		return nil
	case f.check:
		return &report.Refusal{Code: report.Privacy, What: "check " + file, Why: fmt.Sprintf("%s would change", numbered(int64(len(drift)), "line")),
			Hint: "look at what " + ref.String() + " has now, then write it: " + lockCommand(f.rules, ref, f.add)}
	}
	if err := replaceFile(file, next.Text()); err != nil {
		return refuse("write "+file, err.Error(), "make the folder of the rules writable, or run it where they are kept")
	}
	fmt.Fprintf(a.out, "%s is written: %s, %s changed; review them like rules\n", file, numbered(int64(len(next.Pins())), "line"), numbered(int64(len(drift)), "line"))
	return nil
}

// starred finds a tenant with those of its stores that a "*" covers fields of:
// no other secret is looked up.
func (a *app) starred(ctx context.Context, p *runPlan, ref tenant.Ref) (resolved, error) {
	t, err := p.config.find(ref, report.Source)
	if err != nil {
		return t, err
	}
	for _, kind := range p.config.kindsOf(ref) {
		if !anonymize.HasStars(p.rules, string(kind)) {
			continue
		}
		s, err := a.storeOf(ctx, p.config, t, kind)
		if err != nil {
			return t, err
		}
		t.stores = append(t.stores, s)
	}
	return t, nil
}

// surveyPins reads what the source's stores have, one after the other: each is
// let go of as soon as it is read.
func surveyPins(ctx context.Context, p *runPlan) ([]ruleset.Pin, error) {
	var fields []anonymize.Field
	for _, s := range p.src.stores {
		reader, err := adapters()[s.Kind].open(ctx, p.src.source(s, p.session))
		if err != nil {
			return nil, err
		}
		found, err := reader.Survey(ctx)
		if err = errors.Join(err, closing(reader.Close())); err != nil {
			return nil, err
		}
		fields = append(fields, found.Fields...)
	}
	return anonymize.Pins(p.rules, fields)
}

// lockFile is where the lock of a rules file lies.
func lockFile(rules *ruleset.Rules) string {
	return filepath.Join(filepath.Dir(rules.File), ruleset.LockFile)
}

// lockCommand is the command line that pins what a tenant has.
func lockCommand(rules string, ref tenant.Ref, add bool) string {
	line := "tenantcopy rules lock " + ref.String()
	if rules != "" {
		line += " --rules " + rules
	}
	if add {
		line += " --add"
	}
	return line
}

// loadLock reads the lock beside a rules file; nil when there is none.
func loadLock(rules *ruleset.Rules) (*ruleset.Lock, error) {
	file := lockFile(rules)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, refuse("read "+file, "it cannot be read: "+whyUnread(err), "it lists the fields that a \"*\" of the rules covers")
	}
	lock, err := ruleset.ParseLock(file, data)
	if err != nil {
		return nil, &report.Refusal{Code: report.Usage, What: "read " + file, Why: "mistakes in the file", Lines: strings.Split(err.Error(), "\n"),
			Hint: "correct them, or remove the file and let tenantcopy rules lock SRC write it anew; nothing was connected to"}
	}
	return lock, nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return errors.New(whyUnread(err))
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return errors.New(whyUnread(err))
	}
	return nil
}
