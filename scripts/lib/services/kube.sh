# shellcheck shell=bash
# Kubernetes: two API servers on one etcd, which keeps each under a prefix of its own: two clusters, with a kube-system
# of its own each. The staging cluster has controllers as well. There are no nodes: tests bring one (e2e/kubelet).
# tools/kube is a Go module of its own, which builds the servers.
#
# Both present the same certificate, so that only what a cluster says of itself tells a wrong one from the right one.

# What runs in the staging cluster beside its API server.
KUBE_CONTROLLERS=(cronjob-controller deployment-controller garbage-collector-controller job-controller
  namespace-controller pod-garbage-collector-controller replicaset-controller root-ca-certificate-publisher-controller
  serviceaccount-controller serviceaccount-token-controller statefulset-controller ttl-after-finished-controller)

kube_version() { sed -n 's|^[[:space:]]*k8s.io/kubernetes v\([^ ]*\).*|\1|p' "$ROOT/tools/kube/go.mod"; }

kube_key() {
  local hash
  hash=$(sha256sum <"$ROOT/tools/kube/go.sum")
  echo "kube-$(kube_version)-${hash:0:8}"
}

# kube_build takes some eleven minutes of processor time and 2 GB, so it leaves room for others.
kube_build() {
  local version major minor place=k8s.io/component-base/version
  version=$(kube_version)
  IFS=. read -r major minor _ <<<"$version"
  GOFLAGS='' GOWORK=off CGO_ENABLED=0 nice -n 5 go build -C "$ROOT/tools/kube" -p 2 -trimpath -buildvcs=false \
    -ldflags "-s -w -X $place.gitVersion=v$version -X $place.gitMajor=$major -X $place.gitMinor=$minor" \
    -o "$1/" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager
}

kube_install() {
  install_packages
  has etcd openssl || {
    left_out kube "install etcd and openssl (Debian: etcd-server, openssl)"
    return 1
  }
  [[ -e $CACHE/$(kube_key)/kube-controller-manager ]] || has go || {
    left_out kube "install Go"
    return 1
  }
  cached "$(kube_key)" kube-controller-manager kube_build || {
    left_out kube "go could not build it; see $LOGS/install-$(kube_key).log"
    return 1
  }
  find_service_user
  kube_certificates || {
    left_out kube "openssl could not make certificates; see $LOGS/kube-certificates.log"
    return 1
  }
  (umask 077 && kube_config prod staging >"$STATE/kubeconfig.new") && mv -f "$STATE/kubeconfig.new" "$STATE/kubeconfig"
}

# kube_certificates makes, once, an authority, a certificate that all servers present and by which they know each other,
# and for each cluster the key that signs its tokens.
kube_certificates() {
  local dir=$DATA/kube-pki new=$DATA/kube-pki.new
  [[ ! -d $dir ]] || return 0
  rm -rf "$new"
  service_dir "$new"
  (
    cd "$new" && umask 077 &&
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj /CN=tenantcopy-tests -keyout ca.key -out ca.crt &&
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=kube -keyout server.key -out server.csr &&
      openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out server.crt -extfile <(
        echo 'subjectAltName = IP:127.0.0.1, DNS:localhost, DNS:kubernetes.default.svc'
        echo 'extendedKeyUsage = serverAuth, clientAuth'
      ) &&
      openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out tokens-prod.key &&
      openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out tokens-staging.key
  ) >"$LOGS/kube-certificates.log" 2>&1 || return 1
  [[ -z $SERVICE_USER ]] || chown "$SERVICE_USER:" "$new"/*
  mv -T "$new" "$dir"
}

# kube_config SIDE… prints a configuration of clients with a context for each side. The user of a side is who its token
# stands for: SECRET[kube-SIDE], or TOKEN where that is set.
kube_config() {
  local side authority
  authority=$(base64 -w 0 <"$DATA/kube-pki/ca.crt")
  printf 'apiVersion: v1\nkind: Config\nclusters:\n'
  for side in "$@"; do
    printf -- '- name: %s\n  cluster: {server: "https://127.0.0.1:%s", certificate-authority-data: %s}\n' \
      "$side" "$(port_of "kube-$side")" "$authority"
  done
  printf 'users:\n'
  for side in "$@"; do printf -- '- name: %s\n  user: {token: "%s"}\n' "$side" "${TOKEN:-${SECRET[kube-$side]}}"; done
  printf 'contexts:\n'
  for side in "$@"; do printf -- '- name: %s\n  context: {cluster: %s, user: %s}\n' "$side" "$side" "$side"; done
}

kube_values() { echo "$STATE/kubeconfig"; }

# kube_get URL [TOKEN] asks a server of ours.
kube_get() {
  timeout 10 curl --disable --silent --show-error --fail --max-time 5 --cacert "$DATA/kube-pki/ca.crt" --config - "$1" <<CONF
cert = "$DATA/kube-pki/server.crt"
key = "$DATA/kube-pki/server.key"
${2:+header = "Authorization: Bearer $2"}
CONF
}

# kube_check FILE SIDE asks as who stands in the file: of ours we know the token, of others kubectl does.
kube_check() {
  local answer address
  if [[ $1 == "$STATE/kubeconfig" ]]; then
    address=https://127.0.0.1:$(port_of "kube-$2")
    kube_get "$address/readyz" "${SECRET[kube-$2]}" >/dev/null && answer=$(kube_get "$address/version" "${SECRET[kube-$2]}") || return 1
  else
    answer=$(timeout 10 kubectl --kubeconfig "$1" --context "$2" get --raw /version) || return 1
  fi
  [[ $answer =~ \"gitVersion\":\ *\"v?([^\"]+)\" ]] || return 1
  echo "${BASH_REMATCH[1]}"
}

kube_etcd_alive() { [[ $(kube_get "https://127.0.0.1:$(port_of kube-etcd)/health") == *true* ]]; }
kube_controllers_alive() { [[ $(kube_get "https://127.0.0.1:$(port_of kube-controllers)/healthz") == ok ]]; }

kube_start() {
  case $1 in
    kube-etcd) kube_start_etcd "$1" ;;
    kube-controllers) kube_start_controllers "$1" ;;
    *) kube_start_server "$1" "$(side_of "$1")" ;;
  esac
}

kube_start_etcd() {
  local name=$1 pki=$DATA/kube-pki kind own=() address
  for kind in "" peer-; do
    own+=("--${kind}cert-file=$pki/server.crt" "--${kind}key-file=$pki/server.key" "--${kind}client-cert-auth"
      "--${kind}trusted-ca-file=$pki/ca.crt")
  done
  address=https://127.0.0.1:$(port_of kube-peers)
  launch "$name" "" "$(command -v etcd)" --name tests --data-dir "$DATA/$name/data" --logger zap --log-level warn "${own[@]}" \
    --listen-client-urls "https://127.0.0.1:$(port_of "$name")" --advertise-client-urls "https://127.0.0.1:$(port_of "$name")" \
    --listen-peer-urls "$address" --initial-advertise-peer-urls "$address" --initial-cluster "tests=$address"
}

# kube_start_server NAME SIDE: the users are those of the token file, and the service accounts. HPAScaleToZero lets an
# autoscaler have the minimum of 0 that managed clusters allow.
kube_start_server() {
  local name=$1 side=$2 pki=$DATA/kube-pki tokens=$DATA/$1/tokens.csv
  service_file "$tokens" <<CSV
${SECRET[kube-$side]},admin,admin,"system:masters"
${SECRET[kube-controllers]},system:kube-controller-manager,controllers
CSV
  launch "$name" "" "$CACHE/$(kube_key)/kube-apiserver" \
    --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
    --secure-port="$(port_of "$name")" --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" \
    --etcd-servers="https://127.0.0.1:$(port_of kube-etcd)" --etcd-prefix="/$side" \
    --etcd-cafile="$pki/ca.crt" --etcd-certfile="$pki/server.crt" --etcd-keyfile="$pki/server.key" \
    --authorization-mode=RBAC --token-auth-file="$tokens" --service-account-issuer="https://kubernetes.$side.tenantcopy.test" \
    --service-account-signing-key-file="$pki/tokens-$side.key" --service-account-key-file="$pki/tokens-$side.key" \
    --service-cluster-ip-range=10.96.0.0/16 --feature-gates=HPAScaleToZero=true --profiling=false
}

# kube_start_controllers waits for its API server: it gives up on one that is just starting after ten seconds.
kube_start_controllers() {
  local name=$1 pki=$DATA/kube-pki config=$DATA/$1/kubeconfig deadline=$((SECONDS + START_SECONDS))
  until healthy kube-staging; do
    ((SECONDS < deadline)) || return 1
    sleep 0.25
  done
  { TOKEN=${SECRET[kube-controllers]} kube_config staging && echo 'current-context: staging'; } | service_file "$config"
  launch "$name" "" "$CACHE/$(kube_key)/kube-controller-manager" \
    --bind-address=127.0.0.1 --secure-port="$(port_of "$name")" \
    --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" \
    --kubeconfig="$config" --authentication-kubeconfig="$config" --authorization-kubeconfig="$config" \
    --service-account-private-key-file="$pki/tokens-staging.key" --root-ca-file="$pki/ca.crt" \
    --use-service-account-credentials --leader-elect=false --profiling=false \
    --controllers="$(IFS=,; echo "${KUBE_CONTROLLERS[*]}")"
}
