package main

import (
	"errors"
	"syscall"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// exitRow is one line of the table.
type exitRow struct {
	code      report.Code
	number    int
	permanent bool // running again would end the same way: a Job does not try
}

// exitRows is the table of docs/exit-codes.md. Numbers are never reused for
// something else: scripts and Jobs depend on them. 2 stays free, since a Go
// panic ends with it. A run that was interrupted ends with 130 or 143.
var exitRows = []exitRow{
	{report.Failed, 1, false},
	{report.Usage, 3, true},
	{report.Denied, 4, true},
	{report.Unsafe, 5, true},
	{report.Locked, 6, true},
	{report.NotFound, 7, true},
	{report.Incompatible, 8, true},
	{report.Privacy, 9, true},
	{report.Mismatch, 10, true},
	{report.Transient, 11, false},
	{report.Full, 12, true},
	{report.Launch, 13, true},
}

// numberOf returns a class's exit code, 1 for one that has none.
func numberOf(code report.Code) int {
	for _, row := range exitRows {
		if row.code == code {
			return row.number
		}
	}
	return 1
}

// classOf returns the class of an exit code.
func classOf(number int) report.Code {
	for _, row := range exitRows {
		if row.number == number {
			return row.code
		}
	}
	if number > 128 {
		return report.Interrupted
	}
	return report.Failed
}

// permanentCodes are the exit codes that no second attempt mends.
func permanentCodes() (numbers []int32) {
	for _, row := range exitRows {
		if row.permanent {
			numbers = append(numbers, int32(row.number))
		}
	}
	return numbers
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
		return numberOf(report.Usage)
	}
	if _, ok := errors.AsType[*configError](err); ok {
		return numberOf(report.Usage)
	}
	if _, ok := errors.AsType[*ruleset.Error](err); ok {
		return numberOf(report.Usage)
	}
	if errors.Is(err, person.ErrKey) {
		return numberOf(report.Usage)
	}
	return numberOf(report.CodeOf(err))
}
