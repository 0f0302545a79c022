package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// copyFlags are the flags of the copy itself.
type copyFlags struct {
	rules, confirm, unclassified, progress, report string
	only, skip, limit                              []string
	jobs                                           int
	tilt, keepDown, takeOver, here                 bool
	given                                          []string // names of the flags that stood on the command line
}

const copyHelp = `tenantcopy copies one tenant of a protected environment into its twin:

  tenantcopy prod/acme staging/acme

It reads PostgreSQL, the search indexes, Redis and the blob container of the source, passes every value
through the rules, proves that nobody real is left in the copy, and only then makes it live. Until that
moment the twin that was there keeps serving; a run that fails leaves it as it was. To resume is to run
the same command again.

A field that no rule covers is refused before the first byte, with the line to add to the rules file.

Exit codes: 0 copied and verified · 3 usage, configuration, rules or key · 4 permission · 5 unsafe
destination · 6 another run holds it · 7 not found · 8 incompatible · 9 unclassified field or leak ·
10 proof failed · 11 try again · 12 destination full · 13 copied, but Tilt failed · 130, 143 interrupted`

const copyExample = `  tenantcopy prod/acme staging/acme
  tenantcopy prod/acme staging/acme --confirm staging/acme    the first time over data that is there
  tenantcopy prod/acme staging/acme --only postgres,redis
  tenantcopy prod/acme staging/acme --tilt -- --services=api  start Tilt on the copy`

// copyCommand is the program's main command: tenantcopy SRC DST.
func (a *app) copyCommand() *cobra.Command {
	var f copyFlags
	cmd := &cobra.Command{
		Use:   "tenantcopy SRC DST [flags] [-- TILT-ARGS]",
		Short: "Copy a production tenant into its staging twin, pseudonymised and proved clean",
		Long:  copyHelp, Example: copyExample,
		Args: func(cmd *cobra.Command, args []string) error { return copyArgs(cmd, args, f.tilt) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd.Flags().Changed); err != nil {
				return err
			}
			cmd.Flags().Visit(func(flag *pflag.Flag) { f.given = append(f.given, flag.Name) })
			return a.copy(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.rules, "rules", "", "rules file, instead of the configuration's")
	flags.StringVar(&f.confirm, "confirm", "", "name of the destination, to replace data that tenantcopy did not make")
	flags.StringVar(&f.unclassified, "unclassified", "", "drop: empty what no rule covers, instead of refusing it")
	flags.StringVar(&f.progress, "progress", "auto", progressHelp)
	flags.StringVar(&f.report, "report", "", "folder for the manifest (default tenantcopy-reports beside the configuration)")
	flags.StringSliceVar(&f.only, "only", nil, "copy these kinds of store only: postgres, search, redis, blob")
	flags.StringSliceVar(&f.skip, "skip", nil, "leave these kinds of store out")
	flags.StringArrayVar(&f.limit, "limit", nil, "lower a limit of the configuration, as in postgres.bytes-per-second=20MB; may be repeated")
	flags.IntVar(&f.jobs, "jobs", defaultJobs, "pieces of work in flight at once")
	flags.BoolVar(&f.keepDown, "keep-down", false, "leave the twin's workloads stopped when the copy is good; --tilt does")
	flags.BoolVar(&f.here, "here", false, "copy in this process, also where runs-in: names a service")
	flags.BoolVar(&f.takeOver, "take-over", false, "also when somebody else works on the twin")
	flags.BoolVar(&f.tilt, "tilt", false, "start Tilt on the copy when it is good; arguments after -- go to it")
	return cmd
}

// defaultJobs is --jobs when nobody says otherwise.
const defaultJobs = clone.DefaultWorkers

// maxJobs bounds --jobs: each piece of work holds buffers and connections.
const maxJobs = 256

// check refuses values that no flag takes; changed says which were given.
func (f *copyFlags) check(changed func(string) bool) (err error) {
	switch {
	case f.unclassified != string(ruleset.Drop) && f.unclassified != string(ruleset.Refuse) && changed("unclassified"):
		return usageError{what: "--unclassified takes drop or refuse"}
	case !slices.Contains(faces, f.progress):
		return usageError{what: "--progress takes " + strings.Join(faces, ", ")}
	case f.jobs < 1 || f.jobs > maxJobs:
		return usageError{what: fmt.Sprintf("--jobs takes a number from 1 to %d", maxJobs)}
	}
	for _, flag := range []struct{ name, value string }{{"rules", f.rules}, {"report", f.report}, {"confirm", f.confirm}} {
		if changed(flag.name) && flag.value == "" {
			return usageError{what: "--" + flag.name + " is empty", hint: "leave it out, or look whether a variable is not set"}
		}
	}
	if f.only, err = kindsOf("--only", changed("only"), f.only); err != nil {
		return err
	}
	f.skip, err = kindsOf("--skip", changed("skip"), f.skip)
	return err
}

func copyArgs(cmd *cobra.Command, args []string, tilt bool) error {
	own := args
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		if own = args[:dash]; !tilt && len(args) > dash {
			return usageError{what: "arguments after -- are for Tilt, and --tilt is not given"}
		}
	}
	if commands := []string{"status", "tenants", "clean", "doctor", "tilt", "workloads", "job", "serve", "rules", "key", "version", "help"}; len(own) > 0 && !strings.Contains(own[0], "/") {
		if near := ruleset.Nearest(own[0], commands); near != "" {
			return usageError{what: fmt.Sprintf("unknown command %q", own[0]), hint: "did you mean " + near + "?"}
		}
	}
	if len(own) != 2 {
		return usageError{what: "two tenants are needed, source and destination: tenantcopy prod/acme staging/acme"}
	}
	return nil
}

// copy is the whole command: the copy, here or by the service, then Tilt.
func (a *app) copy(ctx context.Context, f copyFlags, args []string) error {
	a.expect(args[0], args[1])
	c, err := a.loadConfig()
	if err == nil && a.elsewhere(c, f.here) {
		err = a.copyThere(ctx, c, f, args)
	} else { // plan tells what is wrong with the file
		err = a.copyHere(ctx, f, args)
	}
	if err != nil || !f.tilt {
		return err
	}
	return a.tilt(ctx, tiltFlags{takeOver: f.takeOver, here: f.here}, args[1], args[2:])
}

// copyHere copies in this process: check, open, admit, finish or run, report.
func (a *app) copyHere(ctx context.Context, f copyFlags, args []string) error {
	p, err := a.plan(ctx, f, args[0], args[1])
	if err != nil {
		return err
	}
	if err := a.beforeTilt(ctx, f, p.dst); err != nil {
		return err
	}
	manifest, err := a.leased(ctx, p)
	if err != nil && report.CodeOf(err) != report.Launch {
		return a.rotated(ctx, err)
	}
	a.summarise(p, manifest)
	return errors.Join(err, a.afterSwitch(ctx, f, p, args))
}

// afterSwitch does what comes after a good copy.
func (a *app) afterSwitch(ctx context.Context, f copyFlags, p *runPlan, args []string) error {
	if err := a.restartShared(ctx, p); err != nil {
		return err
	}
	if err := a.runHooks(ctx, p, "after-switch", p.dst.env.Hooks.AfterSwitch); err != nil {
		return &report.Error{Code: report.Launch, Op: "run hooks after the switch", Err: err, Hint: "the copy is good and live; run the hook by hand"}
	}
	return nil
}

// runPlan is what is known before any connection.
type runPlan struct {
	flags    copyFlags
	config   *config
	src, dst resolved
	rules    *ruleset.Rules
	lock     *ruleset.Lock // nil when there is none
	names    *person.Names
	root     person.Root
	vars     map[string]string
	pick     picks
	session  tenant.Session
	reports  string
	fence    func(context.Context) error // of the Lease, in a Job
	ready    func(context.Context) error // whether the workloads are still stopped; nil when there are none
}

// plan reads configuration, rules and key, and refuses what can be refused
// without a connection to a store: the direction first of all.
func (a *app) plan(ctx context.Context, f copyFlags, srcText, dstText string) (*runPlan, error) {
	p := &runPlan{flags: f, session: a.session()}
	src, dst, err := parsePair(srcText, dstText)
	if err != nil {
		return nil, err
	}
	if p.config, err = a.loadConfig(); err != nil {
		return nil, err
	}
	if _, ok := p.config.Environments[dst.Env]; ok { // before a secret is even looked up
		if err := p.config.direction(src, dst); err != nil {
			return nil, err
		}
	}
	if f.confirm != "" && f.confirm != dst.String() {
		return nil, &report.Refusal{Code: report.Unsafe, What: "copy " + src.String() + " to " + dst.String(), Why: fmt.Sprintf("--confirm names %q", f.confirm),
			Hint: "--confirm takes the destination's name: " + dst.String()}
	}
	if p.root, err = a.rootKey(ctx, p.config); err != nil {
		return nil, err
	}
	if err := a.loadRules(p); err != nil {
		return nil, err
	}
	if p.src, err = a.resolve(ctx, p.config, src, report.Source); err != nil {
		return nil, err
	}
	if p.dst, err = a.resolve(ctx, p.config, dst, report.Destination); err != nil {
		return nil, err
	}
	if err := p.lowerLimits(); err != nil {
		return nil, err
	}
	if err := p.config.protectedPlace(p.src, p.dst); err != nil {
		return nil, err
	}
	if p.pick, err = newPicks(f.only, f.skip, p.rules, p.src, p.dst); err != nil {
		return nil, err
	}
	p.reports = f.report
	if p.reports == "" {
		p.reports = a.reportsFolder(p.config)
	}
	return p, a.checkReports(p)
}

// rootKey looks the root key up; without one nothing is connected to.
func (a *app) rootKey(ctx context.Context, c *config) (person.Root, error) {
	if c.Key.ref() == (secretRef{}) {
		return person.Root{}, refuse("read the root key", "key: in "+c.file+" does not say where it is", "write key: {env: TENANTCOPY_KEY}")
	}
	secret, err := a.secret(ctx, c.Key.ref(), secretPlace{what: "the root key", fill: strings.NewReplacer().Replace, cluster: c.RunsIn.address()})
	if err != nil {
		return person.Root{}, err
	}
	root, err := person.ParseRoot(secret)
	if err != nil {
		return person.Root{}, &report.Refusal{Code: report.Usage, What: "read the root key", Why: err.Error(),
			Hint: "make one with: tenantcopy key new (and keep it: another key makes other pseudonyms)"}
	}
	return root, nil
}

// loadRules reads the rules file, whose path is relative to the
// configuration.
func (a *app) loadRules(p *runPlan) error {
	file := p.flags.rules
	if file == "" {
		file = p.config.Rules
		if file != "" && !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(p.config.file), file)
		}
	}
	if file == "" {
		return refuse("find the rules", "neither rules: in "+p.config.file+" nor --rules names a file", "rules/example.yaml is one to begin with")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return refuse("read the rules", file+" cannot be read: "+whyUnread(err), "look at --rules, and at rules: in "+p.config.file)
	}
	if p.rules, err = ruleset.Parse(file, data); err != nil {
		return &report.Refusal{Code: report.Usage, What: "read the rules", Why: "mistakes in the file", Lines: strings.Split(err.Error(), "\n"), Hint: "nothing was connected to"}
	}
	if p.lock, err = loadLock(p.rules); err != nil {
		return err
	}
	if p.flags.unclassified != "" {
		p.rules.Unclassified = ruleset.Mode(p.flags.unclassified)
	}
	if p.names, err = person.NamesVersion(p.rules.Names); err != nil {
		return refuse("read the rules", err.Error(), "write names: v1")
	}
	p.vars = make(map[string]string)
	for _, name := range p.rules.Variables() {
		if v, ok := a.lookup(name); ok {
			p.vars[name] = v
			a.hide(tenant.NewSecret(v))
		}
	}
	return nil
}

// carry opens both sides, is admitted, and runs; a switch that an earlier run
// was stopped in is finished first.
func (a *app) carry(ctx context.Context, p *runPlan) (m report.Manifest, err error) {
	for {
		finished, manifest, err := a.carryOnce(ctx, p)
		if err != nil || !finished {
			return manifest, err
		}
		fmt.Fprintf(a.out, "finished the switch of an earlier run; now the new copy\n")
		p.session = a.session()
	}
}

func (a *app) carryOnce(ctx context.Context, p *runPlan) (finished bool, m report.Manifest, err error) {
	o := &opened{}
	defer func() { err = errors.Join(err, closing(o.Close())) }()
	if err := openSource(ctx, o, p.src, p.pick, p.session); err != nil {
		return false, m, err
	}
	if err := openSites(ctx, o, p.dst, p.pick, p.session); err != nil {
		o.closeSites()
		return false, m, err
	}
	a.announce(ctx, p, o)
	dst, err := guard.Admit(ctx, a.request(p, o))
	if err != nil {
		o.closeSites()
		return false, m, err
	}
	defer func() { err = errors.Join(err, closing(dst.Release(context.WithoutCancel(ctx)))) }()
	if err := o.closeProbers(); err != nil {
		return false, m, closing(err)
	}
	if dst.Unfinished() {
		return true, m, a.finishSwitch(ctx, p, o.readers, dst)
	}
	began := false
	m, err = a.whileStopped(ctx, p, func(ctx context.Context) (report.Manifest, error) {
		began = true
		events, end := a.face(p.flags.progress)
		defer end()
		return clone.Run(ctx, a.job(p, o, dst, events))
	})
	if !began { // the markers say that a run is copying: it will not
		return false, m, errors.Join(err, dst.Withdraw(context.WithoutCancel(ctx), classOf(exitCode(err))))
	}
	if path, saveErr := a.saveManifest(p, m); saveErr != nil {
		err = errors.Join(err, saveErr)
	} else if err != nil && report.CodeOf(err) != report.Launch {
		fmt.Fprintf(a.err, "manifest of the failed run: %s\n", path)
	}
	return false, m, err
}

// closing names an error that came while connections were closed.
func closing(err error) error {
	if err != nil {
		return fmt.Errorf("close connections: %w", err)
	}
	return nil
}

// request is what guard is asked.
func (a *app) request(p *runPlan, o *opened) guard.Request {
	var nonce [8]byte
	_, _ = rand.Read(nonce[:]) // never fails, see crypto/rand
	return guard.Request{
		Source: p.src.ref, Destination: p.dst.ref, Environment: p.dst.environmentOf(), Stores: o.stores, Session: p.session,
		Probers: o.probers, Sites: o.sites, Lock: o.lock, Confirm: p.flags.confirm, Nonce: int64(binary.BigEndian.Uint64(nonce[:]) >> 1),
		Rules: p.rules.Hash, Key: p.root.Fingerprint(), Clock: a.clock, TakeOver: p.flags.takeOver,
	}
}

// job is what clone is asked.
func (a *app) job(p *runPlan, o *opened, dst guard.Destination, events report.Sink) clone.Job {
	return clone.Job{
		Readers: o.readers, People: o.people, Destination: dst, Rules: p.rules, Lock: p.lock, Locking: lockCommand(p.flags.rules, p.src.ref, p.lock != nil), Names: p.names, Root: p.root, Epoch: p.config.Key.Epoch,
		Places: placesOf(p.src, p.dst), Vars: p.vars, Workers: p.flags.jobs, Clock: a.clock, Sleep: parallel.Sleep,
		Random: clone.Random{Control: verify.NewControl(strings.ToLower(rand.Text()[:12])), LeakKey: []byte(rand.Text())},
		Events: events, Hooks: a.hooks(p), Tool: version, Fence: p.fence, Ready: p.ready,
	}
}
