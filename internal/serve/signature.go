package serve

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// slackWindow is how old a signed request may be, and how far ahead its
// clock: what is older may be a replay.
const slackWindow = 5 * time.Minute

// errSignature is all that a caller is told: which part was wrong helps only
// whoever forges.
var errSignature = errors.New("the request is not signed by Slack, or is too old")

// signed checks Slack's signature, version v0: HMAC-SHA256 over
// "v0:<time stamp>:<body>", in hex, and the age of the time stamp in seconds
// since 1970. Source: Slack's description of verifying requests.
func signed(secret tenant.Secret, stamp, signature string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || secret.Reveal() == "" {
		return errSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > slackWindow || age < -slackWindow {
		return errSignature
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	want := "v0=" + hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return errSignature
	}
	return nil
}
