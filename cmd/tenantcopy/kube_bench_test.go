package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crypto/rand"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// jobBench is a namespace in which the program runs as Jobs do: on the real
// API server and Job controller, with the rights of the chart, against real
// PostgreSQL and Redis.
type jobBench struct {
	*kubelet.Kubelet
	admin string // kubeconfig of whoever starts Jobs
	pods  string // kubeconfig of the pods
	marks string // folder for what hooks leave
	jobs  job.Jobs
}

func newJobBench(t testing.TB) *jobBench {
	t.Helper()
	b := &jobBench{marks: t.TempDir(), admin: os.Getenv(kubelet.Variable)}
	temp := t.TempDir()
	env := func(root string) []string {
		return []string{"PATH=" + os.Getenv("PATH"), "ROOT=" + root, "HOME=" + temp, "TMPDIR=" + temp, "MARKS=" + b.marks,
			"TENANTCOPY_KUBECONFIG=" + b.pods, "TENANTCOPY_TERMINATION_LOG=" + filepath.Join(root, "dev/termination-log")}
	}
	b.Kubelet = kubelet.Start(t, map[string]kubelet.Image{
		"tenantcopy": {Entrypoint: []string{"sh", "-c", `cd "$ROOT/etc/tenantcopy" && exec tenantcopy "$@"`, "tenantcopy"}, Env: env},
		"killed":     {Entrypoint: []string{"sh", "-c", killedImage, "tenantcopy"}, Env: env},
	})
	pod := chartRole(t, "tenantcopy", []string{"tenantcopy-copy"}, []string{"tenantcopy-identity"})
	b.pods = b.account(t, pod.account, pod.rights, pod.beyond)
	c, err := cluster.Open(t.Context(), cluster.Access{Kubeconfig: b.admin}, cluster.Address{Environment: "runs-in", Context: "staging"}, cluster.Write)
	if err != nil {
		t.Fatal(err)
	}
	b.jobs = job.Jobs{Cluster: c, Namespace: b.Namespace}
	return b
}

// account makes a service account with rights in the namespace and in the
// whole cluster, and returns a kubeconfig with its token.
func (b *jobBench) account(t testing.TB, name string, rights, everywhere []rbacv1.PolicyRule) string {
	t.Helper()
	ctx := t.Context()
	meta := metav1.ObjectMeta{Name: name, Namespace: b.Namespace}
	whole := metav1.ObjectMeta{Name: name + "-" + b.Namespace}
	who := []rbacv1.Subject{{Kind: "ServiceAccount", Name: meta.Name, Namespace: b.Namespace}}
	_, err := b.Client.CoreV1().ServiceAccounts(b.Namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: meta}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.RbacV1().Roles(b.Namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rights}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.RbacV1().RoleBindings(b.Namespace).Create(ctx, &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: who, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: meta.Name}}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.RbacV1().ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: whole, Rules: everywhere}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: whole, Subjects: who, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: whole.Name}}, metav1.CreateOptions{})
	check(t, err)
	t.Cleanup(func() {
		_ = b.Client.RbacV1().ClusterRoleBindings().Delete(context.Background(), whole.Name, metav1.DeleteOptions{})
		_ = b.Client.RbacV1().ClusterRoles().Delete(context.Background(), whole.Name, metav1.DeleteOptions{})
	})
	token, err := b.Client.CoreV1().ServiceAccounts(b.Namespace).CreateToken(ctx, meta.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	check(t, err)
	config := kubelet.Cluster(t, "staging")
	file := filepath.Join(t.TempDir(), "kubeconfig")
	check(t, clientcmd.WriteToFile(api.Config{
		Clusters:  map[string]*api.Cluster{"it": {Server: config.Host, CertificateAuthorityData: config.CAData, CertificateAuthority: config.CAFile}},
		AuthInfos: map[string]*api.AuthInfo{"pod": {Token: token.Status.Token}},
		Contexts:  map[string]*api.Context{"staging": {Cluster: "it", AuthInfo: "pod"}},
	}, file))
	return file
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// jobCase is one tenant with a few keys and one table, and what is different
// about its copy.
type jobCase struct {
	name        string
	config      []string // replacements in jobConfig
	rules       string
	environment map[string]string // of the Secret, over the good one
	flags       []string
	exit        int
}

const jobRules = "version: 1\npeople: none\nredis:\n  \"*\": keep\npostgres:\n  things:\n    id: keep\n    label: keep\n  parts:\n    id: keep\n    thing: keep\n"

func jobConfig() string {
	return `version: 1
key: {env: TENANTCOPY_KEY}
rules: rules.yaml
environments:
  prod:
    protected: true
    redis: {url: "` + os.Getenv("TENANTCOPY_TEST_REDIS_PROD") + `", prefix: "{name}:", password: {env: REDIS_PW_PROD}}
    postgres: {url: "` + databaseURL("PROD") + `", password: {env: PG_PW_PROD}}
  staging:
    copies-from: [prod]
    redis: {url: "` + os.Getenv("TENANTCOPY_TEST_REDIS_STAGING") + `", prefix: "{name}:", password: {env: REDIS_PW_STAGING}}
    postgres: {url: "` + databaseURL("STAGING") + `", password: {env: PG_PW_STAGING}}
runs-in: {context: staging, image: tenantcopy, namespace: NAMESPACE}
tenants: {"*": {}}
`
}

func databaseURL(side string) string {
	return strings.TrimSuffix(os.Getenv("TENANTCOPY_TEST_PG_"+side), "/postgres") + "/{name}"
}

// settle makes what a case's Job refers to, and returns the Job.
func (b *jobBench) settle(t testing.TB, c jobCase) job.Spec {
	t.Helper()
	name := "kj" + strings.ToLower(rand.Text()[:6]) + c.name
	config := strings.ReplaceAll(jobConfig(), "NAMESPACE", b.Namespace)
	for i := 0; i < len(c.config); i += 2 {
		if !strings.Contains(config, c.config[i]) {
			t.Fatalf("%s: the configuration has no %q", c.name, c.config[i])
		}
		config = strings.Replace(config, c.config[i], c.config[i+1], 1)
	}
	rules := c.rules
	if rules == "" {
		rules = jobRules
	}
	files := map[string]string{"tenantcopy.yaml": config, "rules.yaml": rules}
	_, err := b.Client.CoreV1().ConfigMaps(b.Namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: files}, metav1.CreateOptions{})
	check(t, err)
	secrets := map[string]string{"TENANTCOPY_KEY": "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"}
	for _, side := range []string{"PROD", "STAGING"} {
		secrets["REDIS_PW_"+side], secrets["PG_PW_"+side] = os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_"+side), os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_"+side)
	}
	for key, value := range c.environment {
		secrets[key] = value
	}
	_, err = b.Client.CoreV1().Secrets(b.Namespace).Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: secrets}, metav1.CreateOptions{})
	check(t, err)
	fillTenant(t, name)
	return job.Spec{
		Source: tenant.Ref{Env: "prod", Name: name}, Destination: tenant.Ref{Env: "staging", Name: name}, User: "ada", Namespace: b.Namespace,
		Image: "tenantcopy", ServiceAccount: "tenantcopy", Config: name, Environment: name, Memory: resource.MustParse("1Gi"), CPU: resource.MustParse("100m"),
		Deadline: 10 * time.Minute, Arguments: append([]string{"--only", "redis"}, c.flags...), Permanent: permanentCodes(),
	}
}

// fillTenant gives a tenant three keys, and a database for those who copy it.
func fillTenant(t testing.TB, name string) {
	t.Helper()
	for i := range 3 {
		check(t, redisOf(t, "PROD").Set(t.Context(), fmt.Sprintf("%s:key:%d", name, i), "value", 0).Err())
	}
	t.Cleanup(func() {
		ctx := context.Background()
		for _, side := range []string{"PROD", "STAGING"} {
			client := redisOf(t, side)
			for it := client.Scan(ctx, 0, "*"+name+"*", 1000).Iterator(); it.Next(ctx); {
				client.Del(ctx, it.Val())
			}
			conn := postgresOf(t, side, "postgres")
			for _, ending := range []string{"", "__new", "__old"} {
				_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name + ending}.Sanitize()+" WITH (FORCE)")
			}
			_ = conn.Close(ctx)
		}
	})
}

func fillDatabase(t testing.TB, name string) {
	t.Helper()
	conn := postgresOf(t, "PROD", "postgres")
	_, err := conn.Exec(t.Context(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	check(t, err)
	check(t, conn.Close(t.Context()))
	conn = postgresOf(t, "PROD", name)
	_, err = conn.Exec(t.Context(), "CREATE TABLE things (id int PRIMARY KEY, label text); INSERT INTO things VALUES (1, 'a'), (2, 'b'); "+
		"CREATE TABLE parts (id int PRIMARY KEY, thing int REFERENCES things); INSERT INTO parts VALUES (1, 2)")
	check(t, err)
	check(t, conn.Close(t.Context()))
}

func redisOf(t testing.TB, side string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(os.Getenv("TENANTCOPY_TEST_REDIS_" + side))
	check(t, err)
	o.Password = os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_" + side)
	client := redis.NewClient(o)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func postgresOf(t testing.TB, side, database string) *pgx.Conn {
	t.Helper()
	u, err := url.Parse(os.Getenv("TENANTCOPY_TEST_PG_" + side))
	check(t, err)
	u.User, u.Path = url.UserPassword(u.User.Username(), os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_"+side)), "/"+database
	conn, err := pgx.Connect(context.Background(), u.String())
	check(t, err)
	return conn
}

// hook is the replacement that gives staging a hook.
func hook(when, script string) []string {
	return []string{"    copies-from: [prod]\n", "    copies-from: [prod]\n    hooks: {" + when + ": [{command: [sh, -c, '" + script + "']}]}\n"}
}

// until waits for something that takes minutes when retries are waited for.
func until(t testing.TB, what string, done func() (bool, error)) {
	t.Helper()
	for end := time.Now().Add(4 * time.Minute); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		ok, err := done()
		check(t, err)
		if ok {
			return
		}
	}
	t.Fatalf("%s: it did not come", what)
}

// create makes a Job that may differ from the Spec's.
func (b *jobBench) create(t testing.TB, j *batchv1.Job) {
	t.Helper()
	_, err := b.Client.BatchV1().Jobs(b.Namespace).Create(t.Context(), j, metav1.CreateOptions{})
	check(t, err)
}

// end waits for a Job's end.
func (b *jobBench) end(t testing.TB, name string) (c batchv1.JobCondition, s batchv1.JobStatus) {
	t.Helper()
	until(t, "the end of job "+name, func() (bool, error) {
		j, err := b.Client.BatchV1().Jobs(b.Namespace).Get(t.Context(), name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, found := range j.Status.Conditions {
			if found.Status == corev1.ConditionTrue && (found.Type == batchv1.JobComplete || found.Type == batchv1.JobFailed) {
				c, s = found, j.Status
				return true, nil
			}
		}
		return false, nil
	})
	return c, s
}

// words are what a Job's pods left, in the order of their making.
func (b *jobBench) words(t testing.TB, name string) (codes []int, results []job.Result) {
	t.Helper()
	pods, err := b.Client.CoreV1().Pods(b.Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=" + name})
	check(t, err)
	for _, p := range pods.Items {
		for _, s := range p.Status.ContainerStatuses {
			if s.State.Terminated != nil {
				codes = append(codes, int(s.State.Terminated.ExitCode))
				if r, ok := job.ParseResult(s.State.Terminated.Message); ok {
					results = append(results, r)
				} else {
					t.Logf("%s left: %s", p.Name, s.State.Terminated.Message)
				}
			}
		}
	}
	return codes, results
}

// events are the reasons of a Job's events that are ours.
func (b *jobBench) events(t testing.TB, name string) (reasons []string) {
	t.Helper()
	all, err := b.Client.CoreV1().Events(b.Namespace).List(t.Context(), metav1.ListOptions{FieldSelector: "involvedObject.name=" + name})
	check(t, err)
	for _, e := range all.Items {
		if e.Source.Component == "tenantcopy-job" && e.InvolvedObject.UID != "" {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

// live returns the keys of the twin.
func live(t testing.TB, name string) int {
	t.Helper()
	keys, err := redisOf(t, "STAGING").Keys(t.Context(), name+":*").Result()
	check(t, err)
	return len(keys)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
