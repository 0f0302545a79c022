package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// app is what all commands share: where they write, and how they reach the
// world outside.
type app struct {
	out, err *scrubber
	config   string // --config
	clock    func() time.Time
	lookup   func(string) (string, bool) // environment
}

func newApp(out, err io.Writer) *app {
	return &app{out: newScrubber(out), err: newScrubber(err), clock: time.Now, lookup: os.LookupEnv}
}

// run executes the command line and returns the exit code.
func (a *app) run(args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := a.interruptible(root.ExecuteContext)
	if err == nil {
		return 0
	}
	code := exitCode(err)
	fmt.Fprintf(a.err, "tenantcopy: %v\n", err)
	if hint := usageHint(err); hint != "" {
		fmt.Fprintf(a.err, "hint: %s\n", hint)
	}
	return code
}

// interruptedError is why a context ended: a signal.
type interruptedError struct{ signal os.Signal }

// Error says what was received and what it leads to.
func (e interruptedError) Error() string {
	return "interrupted by " + e.signal.String()
}

// interruptible runs body until it returns; the first SIGINT or SIGTERM
// cancels it, so that it ends cleanly, and the second one ends the process.
func (a *app) interruptible(body func(ctx context.Context) error) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	watch := func(ctx context.Context) error {
		select {
		case s := <-signals:
			signal.Reset(syscall.SIGINT, syscall.SIGTERM)
			fmt.Fprintf(a.err, "\n%v: ending cleanly; again to end at once\n", s)
			return interruptedError{s}
		case <-ctx.Done():
			return nil
		}
	}
	done := false
	err := parallel.With(context.Background(), watch, func(ctx context.Context) error {
		err := body(ctx)
		done = err == nil
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return cause
		}
		return err
	})
	if done { // a signal that came when all was done changes nothing
		return nil
	}
	return err
}

// session names this run for the servers it reads.
func (a *app) session() tenant.Session {
	return tenant.Session{Run: strings.ToLower(rand.Text()[:12]), User: a.userName()}
}

// userName returns who runs the program, as a DNS label.
func (a *app) userName() string {
	name, _ := a.lookup("TENANTCOPY_USER")
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	var label strings.Builder
	for _, r := range strings.ToLower(name) {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			label.WriteRune(r)
		} else if label.Len() > 0 {
			label.WriteByte('-')
		}
	}
	if s := strings.Trim(label.String(), "-"); tenant.IsLabel(s) {
		return s
	}
	return "unknown"
}

// rootCommand builds the command line.
func (a *app) rootCommand() *cobra.Command {
	copyCmd := a.copyCommand()
	root := copyCmd
	root.PersistentFlags().StringVar(&a.config, "config", "", "configuration file (default tenantcopy.yaml here or in a parent folder; or $TENANTCOPY_CONFIG)")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err.Error()} })
	root.AddCommand(a.statusCommand(), a.cleanCommand(), a.tiltCommand(), a.versionCommand())
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(a.out, "tenantcopy", version)
			return nil
		},
	}
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Sprintf("unexpected argument %q", args[0])}
	}
	return nil
}

// usageError is a command line that cannot be taken.
type usageError struct{ what string }

// Error returns what is wrong with it.
func (e usageError) Error() string { return e.what }

func usageHint(err error) string {
	if _, ok := err.(usageError); ok {
		return "tenantcopy --help shows the commands and their arguments"
	}
	return ""
}

// refuse is a Refusal about configuration or usage.
func refuse(what, why, hint string) error {
	return &report.Refusal{Code: report.Usage, What: what, Why: why, Hint: hint}
}
