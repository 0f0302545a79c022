# shellcheck shell=bash
# Words and places that every room of scripts/services shares: the list of servers, messages, folders, the user that
# the servers run as.

KINDS=(postgres redis azurite s3 elasticsearch kube)

# The kind that runs only when somebody asks for it, because building it takes ten minutes.
ON_DEMAND=kube

# What --require names; `up` sets it.
REQUIRE=

# A process is what we start and stop. An endpoint is what a test sees: Azurite is one process with two accounts.
PROCESSES=(postgres-prod postgres-staging redis-prod redis-staging azurite s3-prod s3-staging
  elasticsearch-prod elasticsearch-staging kube-etcd kube-prod kube-staging kube-controllers)
ENDPOINTS=(postgres-prod postgres-staging redis-prod redis-staging azurite-prod azurite-staging s3-prod s3-staging
  elasticsearch-prod elasticsearch-staging kube-prod kube-staging)

# AS is the prefix of a command that runs as the servers' user; empty when that is the caller.
AS=()
SERVICE_USER=

kind_of() { echo "${1%%-*}"; }
side_of() { echo "${1#*-}"; }

# processes_of ENDPOINT prints the processes behind it; the first is the one that answers.
processes_of() {
  case $1 in
    azurite-*) echo azurite ;;
    kube-staging) echo kube-staging kube-etcd kube-controllers ;;
    kube-*) echo "$1" kube-etcd ;;
    *) echo "$1" ;;
  esac
}

answers_for() {
  local processes
  processes=$(processes_of "$1")
  echo "${processes%% *}"
}

# Everything for people goes to stderr: the output of `env` is evaluated.
say() { printf 'services: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

is_root() { [[ $EUID -eq 0 ]]; }

require_machine() {
  [[ -r /proc/self/stat ]] || die "the servers are started for Linux only: name servers of your own in TENANTCOPY_TEST_…"
  local tool missing=()
  for tool in flock setsid setpriv timeout sha256sum; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || die "install util-linux and coreutils, these are missing: ${missing[*]}"
}

# anyone_can_enter DIR tells whether a user without rights of his own gets into DIR, or into the nearest folder above
# it that exists. Only root asks: its servers run as somebody else.
anyone_can_enter() {
  local dir=$1
  while [[ ! -d $dir ]]; do dir=$(dirname "$dir"); done
  setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$dir"
}

# data_elsewhere CLONE prints where the data of a clone are when they are not in it: under TENANTCOPY_DATA, or because
# the servers' user cannot enter the clone.
data_elsewhere() {
  local hash
  hash=$(printf %s "$1" | sha256sum)
  echo "${TENANTCOPY_DATA:-/var/tmp}/tenantcopy-services-${hash:0:12}"
}

# find_places sets where things are: STATE (ignored by git) and LOGS in the clone, DATA in it where the servers' user
# can enter the clone, CACHE outside it.
find_places() {
  STATE=$ROOT/.services
  LOGS=$STATE/log
  DATA=$STATE/data
  CACHE=${TENANTCOPY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/tenantcopy}
  [[ -z ${TENANTCOPY_DATA:-} ]] || DATA=$(data_elsewhere "$ROOT")
  is_root || return 0
  [[ -z ${TENANTCOPY_DATA:-} ]] || anyone_can_enter "$TENANTCOPY_DATA" ||
    die "TENANTCOPY_DATA is a folder that the servers' user cannot enter: choose another"
  [[ -n ${TENANTCOPY_DATA:-} ]] || anyone_can_enter "$STATE" || DATA=$(data_elsewhere "$ROOT")
  anyone_can_enter "$CACHE" && return 0
  [[ -z ${TENANTCOPY_CACHE:-} ]] || die "TENANTCOPY_CACHE is a folder that the servers' user cannot enter: choose another"
  CACHE=/var/cache/tenantcopy
}

# find_service_user sets AS. PostgreSQL and Elasticsearch refuse to run as root, so none of the servers does.
find_service_user() {
  is_root || return 0
  SERVICE_USER=postgres
  if ! id postgres >/dev/null 2>&1; then
    SERVICE_USER=tenantcopy
    id tenantcopy >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin tenantcopy ||
      id tenantcopy >/dev/null
  fi
  AS=(setpriv "--reuid=$SERVICE_USER" "--regid=$(id -g "$SERVICE_USER")" --init-groups --)
}

# service_dir DIR makes a folder that only the servers' user can read.
service_dir() {
  mkdir -p "$1"
  chmod 700 "$1"
  [[ -z $SERVICE_USER ]] || chown "$SERVICE_USER:" "$1"
}

# service_file FILE writes stdin to a file that only the servers' user can read: configurations hold passwords.
service_file() {
  (umask 077 && cat >"$1.new")
  [[ -z $SERVICE_USER ]] || chown "$SERVICE_USER:" "$1.new"
  mv -f "$1.new" "$1"
}
