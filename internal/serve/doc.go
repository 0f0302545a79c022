// Package serve is the service that copies for people who hold no credential
// of production: it knows who asks, decides whether he may, and alone creates
// the Job, from a fixed template.
//
// What comes in is a request over HTTP, from a laptop or from Slack; what goes
// out is a Job's name and the lines that its run prints. No word of a caller
// reaches a shell, and a tenant's name is a DNS label or nothing.
package serve
