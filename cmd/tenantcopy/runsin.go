package main

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Where copies run as Jobs, and with what, when the file does not say.
const (
	runsInName     = "tenantcopy" // namespace, service account, ConfigMap, Secret
	runsInMemory   = "1Gi"
	runsInCPU      = "1"
	runsInDeadline = 8 * time.Hour
)

// credentialAzure says that a store is opened with an Entra identity.
const credentialAzure = "azure"

// runsInConfig says in which cluster and namespace tenantcopy itself runs,
// and with what its Jobs do.
type runsInConfig struct {
	Context        string `yaml:"context"`
	Server         string `yaml:"server"`
	UID            string `yaml:"uid"`
	Namespace      string `yaml:"namespace"`
	Image          string `yaml:"image"`
	ServiceAccount string `yaml:"service-account"`
	Config         string `yaml:"config"`
	Environment    string `yaml:"environment"`
	Memory         string `yaml:"memory"`
	CPU            string `yaml:"cpu"`
	Deadline       string `yaml:"deadline"`
	Service        bool   `yaml:"service"` // copies of a laptop are made by the service there
}

// address is the cluster that runs-in means.
func (r runsInConfig) address() cluster.Address {
	return cluster.Address{Environment: "runs-in", Context: r.Context, Server: r.Server, UID: r.UID}
}

func (r runsInConfig) namespace() string { return cmp.Or(r.Namespace, runsInName) }

// checkRunsIn refuses quantities and durations that are none.
func (c *config) checkRunsIn() error {
	r := c.RunsIn
	for _, quantity := range []struct{ key, text string }{{"memory", r.Memory}, {"cpu", r.CPU}} {
		if quantity.text == "" {
			continue
		}
		if q, err := resource.ParseQuantity(quantity.text); err != nil || q.Sign() <= 0 {
			return c.fail("not a quantity", "a quantity looks like 512Mi, 2Gi or 500m", "runs-in", quantity.key)
		}
	}
	if r.Deadline != "" {
		if _, err := parseAge(r.Deadline); err != nil {
			return c.fail(err.Error(), err.(limitError).hint, "runs-in", "deadline")
		}
	}
	return nil
}

// pair is a copy that a Job shall do.
type pair struct {
	config *config
	spec   job.Spec
}

// pair reads what a Job needs to be told. It looks no secret up: whoever
// starts a Job need not hold one.
func (a *app) pair(srcText, dstText string, flags []string) (*pair, error) {
	src, dst, err := parsePair(srcText, dstText)
	if err != nil {
		return nil, err
	}
	if err := a.checkJobFlags(flags); err != nil {
		return nil, err
	}
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	if err := c.copyable(src, dst); err != nil {
		return nil, err
	}
	if c.RunsIn.Image == "" {
		return nil, refuse("describe the Job", "runs-in in "+c.file+" names no image", "write runs-in: {context: …, namespace: tenantcopy, image: …}")
	}
	return &pair{config: c, spec: a.spec(c, src, dst, flags)}, nil
}

// spec is what the configuration, which has been checked, says of a Job.
func (a *app) spec(c *config, src, dst tenant.Ref, flags []string) job.Spec {
	r := c.RunsIn
	deadline := runsInDeadline
	if d, err := parseAge(r.Deadline); err == nil {
		deadline = time.Duration(d)
	}
	return job.Spec{
		Source: src, Destination: dst, Namespace: r.namespace(), Image: r.Image,
		ServiceAccount: cmp.Or(r.ServiceAccount, runsInName), Config: cmp.Or(r.Config, runsInName), Environment: cmp.Or(r.Environment, runsInName),
		Memory: resource.MustParse(cmp.Or(r.Memory, runsInMemory)), CPU: resource.MustParse(cmp.Or(r.CPU, runsInCPU)),
		Deadline: deadline, Arguments: flags, WorkloadID: c.usesAzure(src) || c.usesAzure(dst), Permanent: permanentCodes(),
	}
}

// usesAzure reports whether a tenant has a store with an Entra identity.
func (c *config) usesAzure(ref tenant.Ref) bool {
	return slices.ContainsFunc(tenant.Kinds(), func(kind tenant.Kind) bool {
		s, _ := c.templateOf(ref, kind)
		return s != nil && s.Credential == credentialAzure
	})
}

// identity is an Entra identity as this process can be it: with the pod's
// federated token, which Azure's webhook puts there, or through the Azure
// command line.
func (a *app) identity(client string) tenant.Identity {
	var out tenant.Identity
	out.TokenFile, _ = a.lookup("AZURE_FEDERATED_TOKEN_FILE")
	out.Directory, _ = a.lookup("AZURE_TENANT_ID")
	if out.Client = client; client == "" {
		out.Client, _ = a.lookup("AZURE_CLIENT_ID") // of the service account
	}
	return out
}

// checkJobFlags refuses flags that the copy does not take, or that the Job
// sets itself.
func (a *app) checkJobFlags(flags []string) error {
	cmd := a.copyCommand()
	if err := cmd.ParseFlags(flags); err != nil {
		return flagError(err)
	}
	if rest := cmd.Flags().Args(); len(rest) > 0 {
		return usageError{what: "behind -- stand flags of the copy, and this is none: " + rest[0]}
	}
	for _, name := range []string{"progress", "report", "tilt", "rules"} {
		if cmd.Flags().Changed(name) {
			return usageError{what: "--" + name + " means nothing in a Job"}
		}
	}
	return nil
}
