package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// tenantRow is what is known of one tenant in one environment.
type tenantRow struct {
	Tenant      string        `json:"tenant"`
	Environment string        `json:"environment"`
	Protected   bool          `json:"protected,omitempty"`
	Namespace   string        `json:"namespace,omitempty"`        // empty where the environment names no cluster
	Exists      *bool         `json:"namespace_exists,omitempty"` // absent where nobody could say
	Marker      *guard.Marker `json:"marker,omitempty"`
	Held        bool          `json:"under_way,omitempty"` // a run has the twin's lock
	Error       string        `json:"error,omitempty"`     // why there may be a twin of which nothing is known

	twin bool // the environment can hold one
}

// asked is how long a store or a cluster may take to answer for the table:
// what is slower is said to be so, and the table is made without it.
const asked = 1500 * time.Millisecond

// askers is how many are asked at once.
const askers = 16

func (a *app) tenantsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "tenants [ENVIRONMENT…]", Short: "List the tenants, their namespaces and their twins",
		Long: "tenants lists, for each tenant and environment, what the configuration and the clusters hold: the namespace, and of a twin its\n" +
			"state, its age, the run that made it, and who uses it, as the twin's first store says (tenantcopy status asks all of them).\n" +
			"With \"*\" under tenants: in the configuration, every namespace that the template reaches is one.\n" +
			"What does not answer soon says so in its line; the exit code is 0 when the table could be made.",
		RunE: func(cmd *cobra.Command, args []string) error { return a.tenants(cmd.Context(), args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) tenants(ctx context.Context, environments []string, asJSON bool) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	known := slices.Sorted(maps.Keys(c.Environments))
	for _, env := range environments {
		if !slices.Contains(known, env) {
			return notFound("environment", env, known, c.file)
		}
	}
	if len(environments) == 0 {
		environments = known
	}
	found, err := a.namespaces(ctx, c, environments)
	if err != nil {
		return err
	}
	rows := c.rows(environments, found)
	if err := a.lookAtNamespaces(ctx, c, rows, found); err != nil {
		return err
	}
	if err := a.lookAtTwins(ctx, c, rows); err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(jsonWriter{a.out})
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	a.printTenants(rows, found)
	return nil
}

// listing is what a cluster says of its namespaces.
type listing struct {
	names []string
	err   error
}

// knows reports whether a namespace exists; nil when nobody could say.
func (l listing) knows(name string) *bool {
	if l.err != nil {
		return nil
	}
	there := slices.Contains(l.names, name)
	return &there
}

// namespaces lists those of each environment's cluster, where one is named for
// all of its tenants.
func (a *app) namespaces(ctx context.Context, c *config, environments []string) (map[string]listing, error) {
	all := make([]*listing, len(environments))
	err := parallel.All(ctx, len(environments), len(environments), func(ctx context.Context, i int) error {
		t := resolved{ref: tenant.Ref{Env: environments[i]}, env: c.Environments[environments[i]]}
		if k := t.env.Kubernetes; !k.names() || strings.Contains(k.Context+k.Server, "{name}") {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, asked)
		defer cancel()
		all[i] = &listing{}
		in, err := a.cluster(ctx, t.address(), cluster.Read)
		if err == nil {
			all[i].names, err = in.Namespaces(ctx)
			slices.Sort(all[i].names)
		}
		all[i].err = err
		return nil
	})
	out := make(map[string]listing)
	for i, l := range all {
		if l != nil {
			out[environments[i]] = *l
		}
	}
	return out, err
}

// rows are the tenants of the configuration, in every environment, and where it
// admits any, those whose namespaces were found.
func (c *config) rows(environments []string, found map[string]listing) []*tenantRow {
	names := make(map[string]bool)
	for name := range c.Tenants {
		names[name] = true
	}
	_, open := c.Tenants[anyTenant]
	delete(names, anyTenant)
	var rows []*tenantRow
	for _, env := range environments {
		in, listed := found[env]
		all := maps.Clone(names)
		for _, namespace := range in.names {
			if name := c.Environments[env].tenantOf(env, namespace); open && name != "" {
				all[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			t := resolved{ref: tenant.Ref{Env: env, Name: name}, env: c.Environments[env]}
			t.name = c.nameOf(t.ref)
			row := &tenantRow{Tenant: name, Environment: env, Protected: t.env.Protected, twin: !t.env.Protected && len(t.env.CopiesFrom) > 0}
			if t.env.Kubernetes.names() {
				row.Namespace = t.namespace()
			}
			if listed {
				row.Exists = in.knows(row.Namespace)
			}
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b *tenantRow) int { return strings.Compare(a.Tenant, b.Tenant) })
	return rows
}

// tenantOf returns the tenant whose namespace this would be; "" for none. The
// cluster's own namespaces are nobody's.
func (e environment) tenantOf(env, namespace string) string {
	template := strings.ReplaceAll(e.Kubernetes.Namespace, "{env}", env)
	if template == "" {
		template = "{name}"
	}
	before, after, ok := strings.Cut(template, "{name}")
	name, begins := strings.CutPrefix(namespace, before)
	name, ends := strings.CutSuffix(name, after)
	own := namespace == "default" || strings.HasPrefix(namespace, "kube-")
	if !ok || !begins || !ends || own || !tenant.IsLabel(name) {
		return ""
	}
	return name
}

// lookAtNamespaces asks for each namespace by itself where the cluster did not
// list them.
func (a *app) lookAtNamespaces(ctx context.Context, c *config, rows []*tenantRow, found map[string]listing) error {
	return parallel.All(ctx, askers, len(rows), func(ctx context.Context, i int) error {
		row := rows[i]
		if _, listed := found[row.Environment]; row.Namespace == "" || row.Exists != nil || (listed && found[row.Environment].names != nil) {
			return nil
		}
		t := resolved{ref: tenant.Ref{Env: row.Environment, Name: row.Tenant}, env: c.Environments[row.Environment]}
		t.name = c.nameOf(t.ref)
		ctx, cancel := context.WithTimeout(ctx, asked)
		defer cancel()
		in, err := a.cluster(ctx, t.address(), cluster.Read)
		if err != nil {
			return nil // said once, under the table
		}
		if there, err := in.HasNamespace(ctx, row.Namespace); err == nil {
			row.Exists = &there
		}
		return nil
	})
}

func (a *app) printTenants(rows []*tenantRow, found map[string]listing) {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "tenant\tenvironment\tnamespace\ttwin\tage\trun\tfrom\tin use by")
	for _, row := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Tenant, row.Environment, row.namespaceCell(), strings.Join(row.twinCells(a.clock()), "\t"))
	}
	_ = table.Flush() // into memory
	for line := range strings.Lines(text.String()) {
		_, _ = io.WriteString(a.out, strings.TrimRight(line, " \n")+"\n") // the scrubber keeps what goes wrong
	}
	for _, env := range slices.Sorted(maps.Keys(found)) {
		if err := found[env].err; err != nil {
			fmt.Fprintln(a.out, firstLine(err))
		}
	}
}

// namespaceCell is the namespace, and whether it is there.
func (r tenantRow) namespaceCell() string {
	switch {
	case r.Namespace == "":
		return "-"
	case r.Exists == nil:
		return r.Namespace + " (not seen)"
	case !*r.Exists:
		return r.Namespace + " (missing)"
	}
	return r.Namespace
}

// twinCells are state, age, run, source and user of a twin.
func (r tenantRow) twinCells(now time.Time) []string {
	m := r.Marker
	switch {
	case r.Error != "":
		return []string{r.Error}
	case !r.twin:
		return []string{"-"}
	case m == nil:
		return []string{"none"}
	}
	state := conditionOf(*m, r.Held).word
	cells := []string{state, age(now.Sub(m.Time)), m.Run, m.Source}
	if s := m.Serving; m.State != guard.Complete && s != nil {
		cells = []string{state + ", serving an older one", age(now.Sub(s.Time)), s.Run, s.Source}
	}
	if m.InUse != nil && m.InUse.Until.After(now) {
		cells = append(cells, m.InUse.By+" until "+m.InUse.Until.UTC().Format("2006-01-02 15:04")+" UTC")
	}
	return cells
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
