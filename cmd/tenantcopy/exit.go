package main

import (
	"errors"
	"syscall"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// exitCodes is the table of docs/exit-codes.md. Numbers are never reused for
// something else: scripts and Jobs depend on them. 2 stays free, since a Go
// panic ends with it.
var exitCodes = map[report.Code]int{
	report.Failed:       1,
	report.Usage:        3,
	report.Denied:       4,
	report.Unsafe:       5,
	report.Locked:       6,
	report.NotFound:     7,
	report.Incompatible: 8,
	report.Privacy:      9,
	report.Mismatch:     10,
	report.Transient:    11,
	report.Full:         12,
	report.Launch:       13,
}

// exitCode maps an error to the process's exit code.
func exitCode(err error) int {
	if e, ok := errors.AsType[interruptedError](err); ok {
		if e.signal == syscall.SIGTERM {
			return 143
		}
		return 130
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitCodes[report.Usage]
	}
	if _, ok := errors.AsType[*configError](err); ok {
		return exitCodes[report.Usage]
	}
	if _, ok := errors.AsType[*ruleset.Error](err); ok {
		return exitCodes[report.Usage]
	}
	if errors.Is(err, person.ErrKey) {
		return exitCodes[report.Usage]
	}
	if code, ok := exitCodes[report.CodeOf(err)]; ok {
		return code
	}
	return 1
}
