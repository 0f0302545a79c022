# shellcheck shell=bash
# Installing what is missing: Debian packages as root, everything else into a cache outside the clone.

left_out() { say "$1 is left out: $2"; }

# has TOOL… tells whether all tools are there.
has() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || return 1
  done
}

# missing_packages prints the Debian packages that the servers and their checks need.
missing_packages() {
  [[ -n $(postgres_bin) ]] || [[ -z $(own_processes postgres) ]] || echo postgresql
  has /usr/sbin/pgbouncer || [[ -z $(own_processes postgres) ]] || echo pgbouncer # a test runs one
  has redis-server redis-cli || [[ -z $(own_processes redis) ]] || echo redis-server
  has etcd || ! is_wanted kube || [[ -z $(own_processes kube) ]] || echo etcd-server
  has curl || echo curl
  has openssl || echo openssl
}

# install_packages runs apt-get once for all kinds; the others wait for it at the lock. A fresh package may start a
# server of its own on its usual port: ours are on others, and nothing here depends on it.
install_packages() {
  local packages log=$LOGS/apt-get.log
  [[ -n $(missing_packages) ]] || return 0
  is_root && has apt-get || return 0 # what is still missing is said by the kind that needs it
  (
    flock 8
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]} > 0)) || exit 0
    say "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    exec >"$log" 3>&2 2>&1 </dev/null 9>&-
    apt-get -q -o DPkg::Lock::Timeout=300 update 8>&- || true # an old list may still serve
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${packages[@]}" 8>&- || {
      say "apt-get could not install all of it; see $log" 2>&3
    }
  ) 8>"$STATE/apt.lock"
}

# cached KEY PROBE BUILDER… gives the folder CACHE/KEY, which holds PROBE. When it is not there, or was left damaged,
# BUILDER runs with an empty folder as its last argument, which then takes that place in one step. Clones that install
# side by side wait for each other.
cached() {
  local key=$1 probe=$2 log=$LOGS/install-$1.log from=$EPOCHREALTIME dir
  shift 2
  [[ -e $CACHE/$key/$probe ]] && return
  mkdir -p "$CACHE/locks"
  (
    flock 8
    [[ -e $CACHE/$key/$probe ]] && exit
    say "installing $key (once on this machine)"
    rm -rf "${CACHE:?}/$key" "$CACHE/new-$key".*
    dir=$(mktemp -d "$CACHE/new-$key.XXXXXX")
    if ! "$@" "$dir" 8>&- 9>&- </dev/null >"$log" 2>&1 || [[ ! -e $dir/$probe ]]; then
      rm -rf "$dir"
      exit 1
    fi
    chmod -R u=rwX,go=rX "$dir"
    mv -T "$dir" "$CACHE/$key"
    say "installed $key in $(seconds_since "$from") s"
  ) 8>"$CACHE/locks/$key"
}
