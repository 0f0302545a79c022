package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Values that a vault puts into a pod are in no Secret. Here is how that is
// seen in a template, so that a message can say it.

// wayOut is what helps where a value cannot be read.
const wayOut = "write the store's url: instead of from:, with its password as {file: PATH} or {secret: namespace/name/key}"

// injectors names what puts values into the pods of a template: the driver of
// secretProviderClass volumes, and agents that annotations ask for.
func (e *environment) injectors() []string {
	var found []string
	for _, v := range e.template.Spec.Volumes {
		if v.CSI != nil && v.CSI.Driver == "secrets-store.csi.k8s.io" {
			found = append(found, "the CSI volume of secretProviderClass "+v.CSI.VolumeAttributes["secretProviderClass"])
		}
	}
	for _, agent := range []struct{ annotation, name string }{
		{"vault.hashicorp.com/agent-inject", "the agent of Vault"},
		{"vault.security.banzaicloud.io/vault-addr", "the webhook of Vault"},
	} {
		if value := e.template.Annotations[agent.annotation]; value != "" && value != "false" {
			found = append(found, agent.name)
		}
	}
	return found
}

// placeholder names what replaces a value when the pod starts; nothing when
// the value is one.
func (e *environment) placeholder(value string) string {
	switch {
	case strings.HasPrefix(value, "vault:"), strings.HasPrefix(value, ">>vault:"):
		return "the webhook of Vault"
	case strings.HasSuffix(value, "@azurekeyvault"):
		return "the webhook of Azure Key Vault"
	}
	return ""
}

// unset says that the container does not set the variable, and by what it may
// still come into the pod.
func (e *environment) unset() error {
	if by := e.injectors(); len(by) > 0 {
		return e.unusable(fmt.Sprintf("container %s does not set it, and what %s puts into the pod is in no Secret", e.container.Name, strings.Join(by, " and ")), wayOut)
	}
	return &report.Refusal{Code: report.NotFound, What: "read " + e.of.String(), Why: "container " + e.container.Name + " does not set it", Hint: e.names()}
}

// names lists what the container sets by itself, for a hint.
func (e *environment) names() string {
	var names []string
	for _, v := range e.container.Env {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	if len(names) == 0 || len(names) > 12 {
		return "look at it with kubectl set env --list"
	}
	return "under env: it sets " + strings.Join(names, ", ")
}

// missing says that something which the template needs is not there.
func (e *environment) missing(what string) error {
	hint := "the pods of this template would not start without it"
	if by := e.injectors(); len(by) > 0 {
		hint = "it may be there only while a pod runs, made by " + strings.Join(by, " and ") + "; " + wayOut
	}
	return &report.Refusal{Code: report.NotFound, What: "read " + e.of.String(), Why: what, Hint: hint}
}

// unusable says why the variable cannot be used.
func (e *environment) unusable(why, hint string) error {
	return &report.Refusal{Code: report.Usage, What: "read " + e.of.String(), Why: why, Hint: hint}
}
