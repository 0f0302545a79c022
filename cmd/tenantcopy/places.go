package main

import (
	"net/url"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// placesOf pairs the source's own names (hosts, account URLs, buckets,
// databases, prefixes) with their counterparts at the destination. Only names
// that say where they lead are listed: a host or a URL, not a word such as
// the tenant's name, which is everywhere in its data and tells nobody
// anything.
func placesOf(src, dst resolved) []anonymize.Place {
	var places []anonymize.Place
	seen := map[string]bool{}
	add := func(from, to string) {
		if from != "" && to != "" && from != to && !seen[from] && strings.ContainsAny(from, ".:/") {
			seen[from] = true
			places = append(places, anonymize.Place{From: from, To: to})
		}
	}
	for _, s := range src.stores {
		for _, d := range dst.stores {
			if d.Name != s.Name {
				continue
			}
			from, to := bare(s), bare(d)
			add(from.url, to.url)
			add(from.host, to.host)
		}
	}
	return places
}

// address is a store's URL without user, and its host with port.
type address struct{ url, host string }

func bare(s tenant.Store) address {
	u, err := url.Parse(s.URL)
	if err != nil {
		return address{}
	}
	u.User = nil
	return address{url: u.String(), host: u.Host}
}
