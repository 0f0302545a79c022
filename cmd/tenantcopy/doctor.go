package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// doctorFlags are the flags of doctor.
type doctorFlags struct {
	json, here bool
	rules      string
}

const doctorHelp = `doctor looks whether everything that a copy needs is there, from where it runs, and writes nothing:
configuration, rules and key, PostgreSQL's programs and Tilt, each store of both sides, the twin's marker and
lock, the clusters, and the service of runs-in. A right that is missing is named with the line that grants it.

  tenantcopy doctor                          the configuration, each environment's cluster and store templates
  tenantcopy doctor prod/acme staging/acme   what this copy needs

All checks run side by side, each for 10 s at most. What could not be told is said to be unclear. The exit code is
0 when all is fine or only warned of, else that of the first check that failed, as the copy itself would end.`

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use: "doctor [SRC DST]", Short: "Look whether everything that a copy needs is there; writes nothing", Long: doctorHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return usageError{what: "two tenants are needed, source and destination, or none", hint: "tenantcopy doctor prod/acme staging/acme"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.doctor(cmd.Context(), f, args) },
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&f.here, "here", false, "look at what a copy in this process needs, also where runs-in: names a service")
	cmd.Flags().StringVar(&f.rules, "rules", "", "rules file, instead of the configuration's")
	return cmd
}

// checkup is one run of doctor.
type checkup struct {
	app     *app
	flags   doctorFlags
	config  *config // nil when it cannot be read
	session tenant.Session
	there   bool // the service makes the copies
	src     tenant.Ref
	dst     tenant.Ref // both zero without arguments
	sources []*doctor.Store
	twins   []*doctor.Store
	at      map[*doctor.Store]*memo
	all     []doctor.Examination
}

func (a *app) doctor(ctx context.Context, f doctorFlags, args []string) error {
	d := &checkup{app: a, flags: f, session: a.session(), at: make(map[*doctor.Store]*memo)}
	if len(args) == 2 {
		var err error
		if d.src, d.dst, err = parsePair(args[0], args[1]); err != nil {
			return err
		}
	}
	unread := d.read()
	d.all = append(d.all, d.here(unread))
	if unread == nil {
		if err := d.plan(); err != nil {
			return err
		}
	}
	found, err := doctor.Run(ctx, a.clock, d.all)
	if err != nil {
		return err
	}
	more, err := doctor.Run(ctx, a.clock, d.both())
	if err != nil {
		return err
	}
	found = append(found, more...)
	if f.json {
		encoder := json.NewEncoder(jsonWriter{a.out})
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(found); err != nil {
			return err
		}
	} else {
		a.printFindings(found)
	}
	return verdict(found)
}

// paired reports whether two tenants were named.
func (d *checkup) paired() bool { return d.src != tenant.Ref{} }

// read reads the configuration; its error is a finding.
func (d *checkup) read() (err error) {
	if d.config, err = d.app.loadConfig(); err == nil {
		d.there = d.app.elsewhere(d.config, d.flags.here)
	}
	return err
}

// plan lists what is looked at beside the configuration: that of a pair, or of
// every environment. Tenants that are not known are refused.
func (d *checkup) plan() error {
	if !d.paired() {
		for _, env := range slices.Sorted(maps.Keys(d.config.Environments)) {
			d.environment(env)
		}
		d.clusters(slices.Sorted(maps.Keys(d.config.Environments)))
		return nil
	}
	for _, ref := range []tenant.Ref{d.src, d.dst} {
		if _, err := d.config.find(ref, report.Source); err != nil {
			return err
		}
	}
	allowed := d.allowed()
	if !d.there && allowed == nil {
		d.stores(d.src, report.Source)
		d.stores(d.dst, report.Destination)
	}
	d.all = append(d.all, d.pair(allowed))
	if allowed != nil {
		return nil
	}
	environments := []string{d.src.Env, d.dst.Env}
	if d.there { // whoever asks the service need not reach production
		environments = environments[1:]
	}
	d.clusters(environments)
	return nil
}

// allowed says whether the environments allow the copy, whether both sides have
// the same stores, and none of the twin's is a protected environment's by its
// address. No secret is looked up.
func (d *checkup) allowed() error {
	if err := d.config.direction(d.src, d.dst); err != nil || d.there { // the service knows the stores
		return err
	}
	side := func(ref tenant.Ref) (t resolved) {
		t.ref = ref
		for _, kind := range d.config.kindsOf(ref) {
			base, there := d.config.templateOf(ref, kind)
			t.stores = append(t.stores, tenant.Store{Kind: kind, Name: string(kind), URL: fillName(base.URL, there), Prefix: fillName(base.Prefix, there)})
		}
		return t
	}
	src, dst := side(d.src), side(d.dst)
	if _, err := newPicks(nil, nil, noRules(), src, dst); err != nil {
		return err
	}
	discovered := func(s tenant.Store) bool { return s.URL == "" } // their places are proved when they are known
	src.stores, dst.stores = slices.DeleteFunc(src.stores, discovered), slices.DeleteFunc(dst.stores, discovered)
	return d.config.protectedPlace(src, dst)
}

// pair looks at what concerns both sides.
func (d *checkup) pair(allowed error) doctor.Examination {
	var nonce [8]byte
	_, _ = rand.Read(nonce[:]) // never fails, see crypto/rand
	e := doctor.Pair{Sources: d.sources, Twins: d.twins, Nonce: int64(binary.BigEndian.Uint64(nonce[:]) >> 1), Allowed: func() error { return allowed }}.Examination()
	if d.there {
		e.Checks = []string{doctor.Direction}
	}
	return e
}

// environment looks at the stores of an environment through one of its
// tenants: as a source where it is copied from, else as a twin.
func (d *checkup) environment(env string) {
	c := d.config
	e := c.Environments[env]
	if d.there || len(e.stores()) == 0 {
		return
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(c.Tenants)), func(name string) bool { return name == anyTenant })
	if len(names) == 0 {
		d.all = append(d.all, doctor.Examination{Group: "stores of " + env, Checks: []string{doctor.Reach}, Do: func(_ context.Context, chart *doctor.Chart) {
			chart.Stop("tenantcopy.yaml names no tenant, and their addresses depend on one; tenantcopy doctor SRC DST looks at a pair")
		}})
		return
	}
	side := report.Source
	if !e.Protected && len(e.CopiesFrom) > 0 {
		side = report.Destination
	}
	d.stores(tenant.Ref{Env: env, Name: names[0]}, side)
}

// stores looks at every store of a tenant.
func (d *checkup) stores(ref tenant.Ref, side report.Side) {
	t, err := d.config.find(ref, side)
	if err != nil {
		return
	}
	for _, kind := range d.config.kindsOf(ref) {
		m := &memo{how: func(ctx context.Context) (tenant.Store, error) { return d.app.storeOf(ctx, d.config, t, kind) }}
		s := &doctor.Store{Of: ref, Name: string(kind), Side: side, Clock: d.app.clock, User: d.session.User, Source: d.sourceOf(ref), Open: d.opener(t, kind, m)}
		if side == report.Source {
			d.sources = append(d.sources, s)
		} else {
			d.twins = append(d.twins, s)
		}
		d.at[s] = m
		d.all = append(d.all, s.Examination())
	}
}

// sourceOf is what a twin is copied from.
func (d *checkup) sourceOf(twin tenant.Ref) tenant.Ref {
	if from := d.config.Environments[twin.Env].CopiesFrom; !d.paired() && len(from) > 0 {
		return tenant.Ref{Env: from[0], Name: twin.Name}
	}
	return d.src
}

// verdict turns what was found into the exit code.
func verdict(found []doctor.Finding) error {
	worst, bad := doctor.Worst(found)
	if !bad {
		return nil
	}
	what := "failed"
	if worst.Level == doctor.Unclear {
		what = "could not be made"
	}
	return &report.Refusal{Code: worst.Class, What: "doctor", Why: fmt.Sprintf("a check %s: %s, %s", what, worst.Group, worst.Check), Hint: "what to do stands under each line that is not ok"}
}

// printFindings prints a table of groups, one line a check, and under what is
// not fine what to do about it.
func (a *app) printFindings(found []doctor.Finding) {
	marks := a.marks()
	group, counts := "", make(map[doctor.Level]int)
	for _, f := range found {
		if f.Group != group {
			if group != "" {
				fmt.Fprintln(a.out)
			}
			group = f.Group
			fmt.Fprintln(a.out, group)
		}
		counts[f.Level]++
		fmt.Fprintf(a.out, "  %s %-15s %s\n", marks[f.Level], f.Check, f.Text)
		if f.Level == doctor.Fine {
			continue
		}
		for _, line := range f.Lines {
			fmt.Fprintf(a.out, "      %s\n", line)
		}
		if f.Hint != "" {
			fmt.Fprintf(a.out, "      hint: %s\n", f.Hint)
		}
	}
	var sums []string
	for _, level := range []doctor.Level{doctor.Fine, doctor.Warning, doctor.Failed, doctor.Unclear} {
		sums = append(sums, fmt.Sprintf("%d %s", counts[level], level))
	}
	fmt.Fprintf(a.out, "\n%s\n", strings.Join(sums, ", "))
}

// marks are what stands in front of a line: signs on a terminal, else words,
// which can be searched for.
func (a *app) marks() map[doctor.Level]string {
	if plain, _ := a.lookup("NO_COLOR"); plain == "" && a.drawable() && isTerminal(a.out.target()) {
		return map[doctor.Level]string{doctor.Fine: "✓", doctor.Warning: "!", doctor.Failed: "✗", doctor.Unclear: "?"}
	}
	return map[doctor.Level]string{doctor.Fine: "ok     ", doctor.Warning: "warning", doctor.Failed: "failed ", doctor.Unclear: "unclear"}
}
