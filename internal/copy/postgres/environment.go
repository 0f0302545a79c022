package postgres

import "net/url"

// pinned states in an address what a client would otherwise take from the
// environment of whoever runs us: an address leads where the configuration
// says, as that says, whatever PGHOST, PGOPTIONS or PGSSLMODE hold. PGSERVICE
// cannot be overruled in an address; cmd takes it out of the environment.
func pinned(u url.URL) string {
	q := u.Query()
	for name, value := range map[string]string{
		"sslmode": "prefer", "sslsni": "1", "target_session_attrs": "any", "channel_binding": "prefer", "connect_timeout": "10",
	} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}
