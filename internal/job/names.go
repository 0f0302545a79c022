package job

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// longestName is what a CronJob's name may have, of the 63 of a label: its
// controller appends eleven characters. Pods' names are made from it too.
const longestName = 52

// Name is the name of the Job that fills a twin, and of its Lease: the tenant,
// then the environment. There is one a twin, whatever it is copied from.
func Name(dst tenant.Ref) string { return name(dst.Name, dst.Env) }

// CronName is the name of a pair's template.
func CronName(src, dst tenant.Ref) string { return name(dst.Name, src.Env, dst.Env) }

// name joins parts to a DNS label. A hash takes the place of what is cut, and
// tells apart what hyphens in the name of an environment would make equal.
func name(tenant string, envs ...string) string {
	full := strings.Join(append([]string{"tenantcopy", tenant}, envs...), "-")
	if len(full) <= longestName && !strings.Contains(strings.Join(envs, ""), "-") {
		return full
	}
	sum := sha256.Sum256([]byte(tenant + "/" + strings.Join(envs, "/")))
	hash := hex.EncodeToString(sum[:5])
	return strings.TrimRight(full[:min(len(full), longestName-1-len(hash))], "-") + "-" + hash
}
