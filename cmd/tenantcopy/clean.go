package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func (a *app) cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clean DST", Short: "Remove what runs that did not end have left staged beside a twin",
		Long: "clean takes the twin's lock, finishes a switch that was cut short, and removes what is staged.\nThe live twin stays as it is.",
		Args: oneTenant,
		RunE: func(cmd *cobra.Command, args []string) error { return a.clean(cmd.Context(), args[0]) },
	}
}

// clean opens the twin with the source that its marker names.
func (a *app) clean(ctx context.Context, text string) (err error) {
	twin, sites, err := a.openTwin(ctx, text)
	if err != nil {
		return err
	}
	m := a.marker(ctx, sites.sites)
	if m == nil {
		sites.closeSites()
		return &report.Refusal{Code: report.NotFound, What: "clean " + text, Why: "tenantcopy has never copied into it"}
	}
	admitted := false
	defer func() {
		if !admitted {
			sites.closeSites()
		}
	}()
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	ref, err := tenant.ParseRef(m.Source)
	if err != nil {
		return err
	}
	src, err := a.resolve(ctx, c, ref, report.Source)
	if err != nil {
		return err
	}
	p := &runPlan{src: src, dst: twin, session: a.session()}
	if err := openSource(ctx, sites, src, picks{}, p.session); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing(sites.Close())) }()
	dst, err := guard.Reopen(ctx, a.cleanRequest(p, sites))
	if err != nil {
		return err
	}
	admitted = true
	defer func() { err = errors.Join(err, closing(dst.Release(context.WithoutCancel(ctx)))) }()
	if dst.Unfinished() {
		if err := a.finishSwitch(ctx, p, sites.readers, dst); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: finished the switch of run %s\n", twin.ref, dst.Run())
		return nil
	}
	if err := clone.Clean(ctx, sites.readers, dst); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: nothing staged is left\n", twin.ref)
	return nil
}

func (a *app) cleanRequest(p *runPlan, o *opened) guard.Request {
	return guard.Request{
		Source: p.src.ref, Destination: p.dst.ref, Environment: p.dst.environmentOf(), Stores: o.stores, Session: p.session,
		Probers: o.probers, Sites: o.sites, Lock: o.lock, Nonce: a.clock().UnixNano(), Clock: a.clock,
	}
}
