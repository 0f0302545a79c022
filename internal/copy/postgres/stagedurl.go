package postgres

import (
	"net/url"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// StagedURL returns the address of the staged copy of a destination, for the
// application's own steps before the switch. It carries no password. A URL
// that cannot be read is returned as it is: opening the store says why.
func StagedURL(s tenant.Store) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.URL
	}
	u.Path += "__new"
	return u.String()
}
