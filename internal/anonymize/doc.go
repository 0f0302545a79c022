// Package anonymize is the first gate: nothing reaches a destination that has
// not come out of it as a Clean.
//
// Compile turns the rules, the surveyed fields and the people index into a
// Plan, or into one Refusal with all reasons at once. A Plan is immutable and
// shared; New makes an Anonymizer for one goroutine. What an Anonymizer is
// given and what it hands back differ by store, the rules do not:
//
//	PostgreSQL   plan.Row        → a.Begin, a.Span, a.Value
//	search       plan.Documents  → a.Document
//	Redis        plan.Keys       → a.Key, then a.Payload, a.Text, a.Member, a.Pair, a.Number
//	blob         plan.Objects    → a.Object, then a.Body or Permit
//
// There is no way around: keep is a rule like any other, it makes a Clean, it
// is counted. Limits: code that uses package unsafe, and bugs in here.
package anonymize
