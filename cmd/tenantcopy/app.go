package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"slices"
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
	clusters clusters
	word     *podWord // what the pod of a Job leaves at its end; nil elsewhere
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
	a.lastWord(err)
	if err == nil {
		return 0
	}
	fmt.Fprint(a.err, message(err))
	return exitCode(err)
}

// message is what the user reads of an error: what went wrong, what went
// wrong besides, and every hint once, at the end.
func message(err error) string {
	var said, hints []string
	for _, e := range parts(err) {
		for _, line := range strings.Split(e.Error(), "\n") {
			if hint, ok := strings.CutPrefix(line, "hint: "); ok {
				if !slices.Contains(hints, hint) {
					hints = append(hints, hint)
				}
			} else if strings.HasPrefix(line, " ") || !slices.Contains(said, line) {
				said = append(said, line)
			}
		}
	}
	text := "tenantcopy: " + strings.Join(said, "\n") + "\n"
	for _, hint := range hints {
		text += "hint: " + hint + "\n"
	}
	return text
}

// parts returns the errors that were joined into one.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || strings.Count(err.Error(), "\n") == 0 { // one that was formatted
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, parts(e)...)
	}
	return out
}

// interruptedError is why a context ended: a signal.
type interruptedError struct{ signal os.Signal }

// Error says what was received and what it leads to.
func (e interruptedError) Error() string {
	return "interrupted by " + signalName(e.signal) + "\nhint: what was staged is removed, or the next run removes it; run the same command again"
}

// leftError is a signal that ended a look at a run elsewhere, which goes on.
type leftError struct {
	interruptedError
	hint string // how to come back to it
}

// Error says what was received, and that it ended nothing else.
func (e leftError) Error() string {
	return "interrupted by " + signalName(e.signal) + "\nhint: the Job goes on; " + e.hint
}

// Unwrap returns the signal, which the exit code is made from.
func (e leftError) Unwrap() error { return e.interruptedError }

func signalName(s os.Signal) string {
	if s == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}

// outputError is a standard output that takes no more: a closed pipe, a full
// disk.
type outputError struct{ cause error }

// Error says what became of the output, and where to look instead.
func (e outputError) Error() string {
	cause := "the system refused"
	if number, ok := errors.AsType[syscall.Errno](e.cause); ok {
		cause = number.Error()
	}
	return "write standard output: " + cause + "\nhint: --progress quiet needs none; tenantcopy status says what became of the twin"
}

// interruptible runs body until it returns; the first SIGINT or SIGTERM, or
// a standard output that takes no more, cancels it, so that it ends cleanly, and the second one ends the process.
func (a *app) interruptible(body func(ctx context.Context) error) error {
	signals, pipes := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	signal.Notify(pipes, syscall.SIGPIPE) // else a closed pipe would end the process with everything left staged
	defer signal.Stop(pipes)
	watch := func(ctx context.Context) error {
		select {
		case s := <-signals:
			signal.Reset(syscall.SIGINT, syscall.SIGTERM)
			fmt.Fprintf(a.err, "\n%s: ending cleanly; again to end at once\n", signalName(s))
			return interruptedError{s}
		case <-a.out.broken:
			return outputError{a.out.failure()}
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
		if cause := a.out.failure(); cause != nil {
			return outputError{cause}
		}
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
	return label(name)
}

// label makes a DNS label of somebody's name, as a cluster, a chat or an
// operating system has it.
func label(name string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(name) {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			out.WriteRune(r)
		} else if out.Len() > 0 {
			out.WriteByte('-')
		}
	}
	s := strings.Trim(out.String(), "-")
	if len(s) > longestLabel { // a hash keeps two people with long names apart
		sum := sha256.Sum256([]byte(name))
		s = strings.TrimRight(s[:longestLabel-1-2*labelHash], "-") + "-" + hex.EncodeToString(sum[:labelHash])
	}
	if tenant.IsLabel(s) {
		return s
	}
	return "unknown"
}

// Lengths of a DNS label, and of the hash that ends one which was cut.
const (
	longestLabel = 63 // characters
	labelHash    = 5  // bytes, two characters each
)

// rootCommand builds the command line.
func (a *app) rootCommand() *cobra.Command {
	copyCmd := a.copyCommand()
	root := copyCmd
	root.PersistentFlags().StringVar(&a.config, "config", "", "configuration file (default tenantcopy.yaml here or in a parent folder; or $TENANTCOPY_CONFIG)")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.Version = version
	root.SetVersionTemplate("tenantcopy {{.Version}}\n")
	root.AddCommand(a.statusCommand(), a.tenantsCommand(), a.cleanCommand(), a.doctorCommand(), a.tiltCommand(), a.workloadsCommand(), a.jobCommand(), a.serveCommand(), a.rulesCommand(), a.keyCommand(), a.versionCommand())
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
		return usageError{what: fmt.Sprintf("unexpected argument %q", args[0])}
	}
	return nil
}

// usageError is a command line that cannot be taken.
type usageError struct{ what, hint string }

// Error returns what is wrong with it, and what to do.
func (e usageError) Error() string {
	hint := e.hint
	if hint == "" {
		hint = "tenantcopy --help shows the commands and their arguments"
	}
	return e.what + "\nhint: " + hint
}

// flagError says in words what a flag does not take; the name of a Go function
// helps nobody.
func flagError(err error) error {
	what, cause, converted := strings.Cut(err.Error(), " flag: strconv.")
	switch {
	case converted && strings.HasPrefix(cause, "ParseBool"):
		what += ": it takes true or false"
	case converted:
		what += ": it takes a whole number"
	}
	return usageError{what: what}
}

// refuse is a Refusal about configuration or usage.
func refuse(what, why, hint string) error {
	return &report.Refusal{Code: report.Usage, What: what, Why: why, Hint: hint}
}
