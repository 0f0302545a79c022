package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// storeStatus is what status says of one store.
type storeStatus struct {
	Store  string        `json:"store"`
	Exists bool          `json:"exists"`
	Empty  bool          `json:"empty"`
	Marker *guard.Marker `json:"marker,omitempty"`
	Server string        `json:"server,omitempty"`
	Holder string        `json:"holder,omitempty"` // who holds the twin's lock, when it is not complete
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON, here bool
	cmd := &cobra.Command{
		Use: "status DST", Short: "Say what a twin is: how old, from where, by which run, in which state",
		Long: "status reads the marker of every store of a twin and changes nothing.\nIt exits with 0 when the twin is complete, with 10 when it is not, and with 7 when there is none.\n" +
			"Where runs-in: names a service, the service is asked, which says of the twin as a whole what serves.",
		Args: oneTenant,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, twin, err := a.twin(args[0])
			if err == nil && a.elsewhere(c, here) {
				return a.statusThere(cmd.Context(), c, twin, asJSON)
			}
			return a.status(cmd.Context(), args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&here, "here", false, "ask the twin's stores, also where runs-in: names a service")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func oneTenant(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{what: "one tenant is needed, for instance staging/acme"}
	}
	return nil
}

// openTwin resolves a destination and opens its sites.
func (a *app) openTwin(ctx context.Context, text string) (resolved, *opened, error) {
	c, twin, err := a.twin(text)
	if err == nil {
		twin, err = a.resolve(ctx, c, twin.ref, report.Destination)
	}
	if err != nil {
		return twin, nil, err
	}
	o := &opened{}
	if err := openSites(ctx, o, twin, picks{}, a.session()); err != nil {
		o.closeSites()
		return twin, nil, err
	}
	return twin, o, nil
}

// twin finds a twin in the catalogue; a protected environment has none.
func (a *app) twin(text string) (*config, resolved, error) {
	ref, err := tenant.ParseRef(text)
	if err != nil {
		return nil, resolved{}, usageError{what: err.Error()}
	}
	c, err := a.loadConfig()
	if err != nil {
		return nil, resolved{}, err
	}
	if c.Environments[ref.Env].Protected {
		return nil, resolved{}, holdsNoTwin(ref)
	}
	twin, err := c.find(ref, report.Destination)
	return c, twin, err
}

// holdsNoTwin refuses a tenant of a protected environment.
func holdsNoTwin(ref tenant.Ref) error {
	return &report.Refusal{Code: report.Unsafe, What: "open " + ref.String(), Why: "environment " + ref.Env + " is protected, so it holds no twin", Hint: "name the twin, for instance staging/" + ref.Name}
}

func (a *app) status(ctx context.Context, text string, asJSON bool) error {
	twin, o, err := a.openTwin(ctx, text)
	if err != nil {
		return err
	}
	defer o.closeSites()
	all, err := a.lookAt(ctx, twin.ref.String(), o.sites)
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(jsonWriter{a.out})
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(all); err != nil {
			return err
		}
	} else {
		a.printStatus(twin, all)
	}
	return judgeStatus(twin.ref, all)
}

func (a *app) printStatus(twin resolved, all []storeStatus) {
	fmt.Fprintf(a.out, "%s\n\n  %-10s %-10s %-14s %-10s %s\n", twin.ref, "store", "state", "run", "age", "from")
	for _, s := range all {
		if s.Marker == nil {
			state := "absent"
			if s.Exists && !s.Empty {
				state = "unmarked"
			}
			fmt.Fprintf(a.out, "  %-10s %s\n", s.Store, state)
			continue
		}
		m := s.Marker
		is := s.condition()
		fmt.Fprintf(a.out, "  %-10s %-10s %-14s %-10s %s\n", s.Store, is.word, m.Run, age(a.clock().Sub(m.Time)), m.Source)
		if is.says != "" {
			fmt.Fprintf(a.out, "  %-10s %s\n", "", is.says)
		}
		if m.State != guard.Complete && m.Serving != nil {
			fmt.Fprintf(a.out, "  %-10s serving the copy of run %s, %s old\n", "", m.Serving.Run, age(a.clock().Sub(m.Serving.Time)))
		}
	}
}

// condition is that of a store that has a marker, with who works on it.
func (s storeStatus) condition() condition {
	is := conditionOf(*s.Marker, s.Holder != "")
	if s.Holder != "" && is.says != "" {
		is.says += ", locked by " + s.Holder
	}
	return is
}

// judgeStatus turns what was found into the exit code. Of several stores that
// are not complete one in mid-switch is told of: it comes first in what is to do.
func judgeStatus(ref tenant.Ref, all []storeStatus) error {
	var worst *storeStatus
	marked := false
	for i, s := range all {
		if s.Marker == nil {
			continue
		}
		marked = true
		if s.Marker.State != guard.Complete && (worst == nil || s.Marker.State == guard.Switching) {
			worst = &all[i]
		}
	}
	switch {
	case !marked:
		return &report.Refusal{Code: report.NotFound, What: "look at " + ref.String(), Why: "tenantcopy has never copied into it", Hint: "tenantcopy prod/" + ref.Name + " " + ref.String()}
	case worst != nil:
		is := worst.condition()
		return &report.Refusal{Code: report.Mismatch, What: "look at " + ref.String(), Why: "it is not complete: " + is.says, Hint: is.hint}
	}
	return nil
}
