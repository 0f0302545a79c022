# shellcheck shell=bash
# Other versions of PostgreSQL: Debian releases unpacked into the cache by debootstrap, their servers run by chroot, two
# at a time, and the tests of internal/copy/postgres on each pair. Only root can do that. A version without a release is
# this machine's own.

declare -A SUITE_OF=([13]=bullseye [17]=trixie [18]=sid)
MATRIX_PAIRS=(13:13 13:17 13:18 15:18 17:17 17:18 18:18) # source:destination
MATRIX_PIDS=()
MATRIX_DIRS=()

# matrix_root VERSION prints the root of its Debian; nothing for this machine's own version.
matrix_root() { if [[ -n ${SUITE_OF[$1]:-} ]]; then echo "$CACHE/debian-${SUITE_OF[$1]}"; fi; }
matrix_build() { debootstrap --variant=minbase --include=postgresql "$1" "$2"; }

# matrix_install VERSION… unpacks what is missing: about 80 s and 700 MB each, once on a machine.
matrix_install() {
  local version suite
  if ! has debootstrap; then
    say "installing debootstrap"
    { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap; } \
      >"$LOGS/apt-get.log" 2>&1 </dev/null || die "apt-get could not install debootstrap; see $LOGS/apt-get.log"
  fi
  for version in "$@"; do
    suite=${SUITE_OF[$version]:-}
    if [[ -z $suite ]]; then
      [[ -x /usr/lib/postgresql/$version/bin/postgres ]] ||
        die "matrix: no version $version; there are ${!SUITE_OF[*]} and what scripts/services up installs"
      continue
    fi
    cached "debian-$suite" "usr/lib/postgresql/$version/bin/postgres" matrix_build "$suite" ||
      die "debootstrap of $suite ended with an error; see $LOGS/install-debian-$suite.log"
    chmod 666 "$CACHE/debian-$suite"/dev/{null,zero,full,random,urandom} # some releases of debootstrap make them for root alone
  done
}

# matrix_in VERSION PROGRAM… runs a server program of that version as its user postgres, with nothing of our environment.
matrix_in() {
  local version=$1 program=$2
  shift 2
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TZ=UTC \
    chroot --userspec=postgres:postgres "$(matrix_root "$version")/" "/usr/lib/postgresql/$version/bin/$program" "$@"
}

free_port() {
  local port
  for port in $(shuf -i 20000-29999 -n 50); do
    port_is_taken "$port" || { echo "$port"; return; }
  done
  die "no free port"
}

# matrix_start VERSION SIDE makes a server and starts it; its address and password are exported as the tests want them.
matrix_start() {
  local version=$1 side=$2 root dir port password pid log=$LOGS/matrix-$1-$2.log i
  root=$(matrix_root "$version")
  dir=$(mktemp -d "$root/var/lib/postgresql/matrix.XXXXXX")
  MATRIX_DIRS+=("$dir")
  port=$(free_port)
  password=$(openssl rand -hex 16)
  # initdb of 13 reads 100 bytes of the file, too few for a verifier.
  (umask 077 && printf '%s\n' "$password" | if ((version < 14)); then cat; else scram_verifier; fi >"$dir/password")
  chroot "$root/" chown -R postgres: "${dir#"$root"}"
  (matrix_in "$version" initdb --pgdata="${dir#"$root"}/data" --username=postgres --pwfile="${dir#"$root"}/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync) </dev/null >"$log" 2>&1 9>&- ||
    die "initdb of PostgreSQL $version ended with an error; see $log"
  # No /dev/shm in the chroot, hence mmap.
  { postgres_settings "$port" && echo "dynamic_shared_memory_type = mmap"; } >>"$dir/data/postgresql.conf"
  (matrix_in "$version" postgres -D "${dir#"$root"}/data") </dev/null >>"$log" 2>&1 9>&- &
  pid=$!
  MATRIX_PIDS+=("$pid")
  export "TENANTCOPY_TEST_PG_$side=postgres://postgres@127.0.0.1:$port/postgres" "TENANTCOPY_TEST_PG_PASSWORD_$side=$password"
  for ((i = 0; i < 240; i++)); do
    postgres_check "postgres://postgres@127.0.0.1:$port/postgres" "$password" >/dev/null 2>&1 && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  die "PostgreSQL $version does not start; see $log"
}

# matrix_stop ends the pair and removes its data.
matrix_stop() {
  local pid dir
  for pid in "${MATRIX_PIDS[@]}"; do kill -s INT "$pid" 2>/dev/null || true; done
  for pid in "${MATRIX_PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  for dir in "${MATRIX_DIRS[@]}"; do rm -rf "$dir"; done
  MATRIX_PIDS=() MATRIX_DIRS=()
}

# matrix_clients VERSION DIR writes wrappers there for the pg_dump and pg_restore of that version. They run on the
# libraries of their own Debian but see this machine's files.
matrix_clients() {
  local root loader libraries program
  root=$(matrix_root "$1")
  loader=$(compgen -G "$root/usr/lib*/ld-linux-*.so.*" | sort | tail -n 1) || die "no loader in $root"
  libraries=$(dirname "$(compgen -G "$root/usr/lib/*/libpq.so.5")") || die "no libpq in $root"
  for program in pg_dump pg_restore psql; do
    cat >"$2/$program" <<SH
#!/bin/sh
exec $loader --library-path $libraries $root/usr/lib/postgresql/$1/bin/$program "\$@"
SH
    chmod 755 "$2/$program"
  done
  "$2/pg_dump" --version >/dev/null || die "pg_dump $1 does not run on this machine"
}

# matrix_client SOURCE DESTINATION prints whose programs suit the pair: the source's own, since those of another major
# version can be older than its latest minor one; this machine's for what is older than they are, unless the destination
# is 17 or newer. Since 17 pg_restore sets what a server before 17 does not know.
matrix_client() {
  if (($1 >= 17)); then echo "$1"; elif (($2 >= 17)); then echo "$2"; fi
}

# Tests that bring a server of their own bring one of this machine's version, which is not what a pair is about.
OWN_SERVERS='TestCluster|TestP05|TestP33|TestP36_(DiskFull|WALFull)|TestP04_LoadBalancedReader'

# matrix_pair SOURCE DESTINATION runs the tests. They compare the two sides' schemas by one pg_dump, the destination's.
matrix_pair() {
  local path=$PATH code=0 client reader=
  matrix_start "$1" PROD
  matrix_start "$2" STAGING
  client=$(matrix_client "$1" "$2")
  if [[ -n $client ]]; then
    matrix_clients "$client" "$MATRIX_BIN"
    path=$MATRIX_BIN:$PATH
    mkdir -p "$MATRIX_BIN/reader"
    matrix_clients "$2" "$MATRIX_BIN/reader"
    reader=$MATRIX_BIN/reader/pg_dump
  fi
  (cd "$ROOT" && PATH=$path TENANTCOPY_TEST_PG_DUMP=$reader TENANTCOPY_REQUIRE=postgres go test -count=1 -timeout 40m \
    -skip "$OWN_SERVERS" ${MATRIX_RUN:+-run "$MATRIX_RUN"} ./internal/copy/postgres 9>&-) || code=$?
  matrix_stop
  return "$code"
}

# command_matrix [--run REGEXP] [SOURCE:DESTINATION…]
command_matrix() {
  local pair failed=() from versions
  MATRIX_RUN=
  if [[ ${1:-} == --run ]]; then
    MATRIX_RUN=${2:?"matrix --run: name tests, as go test -run does"}
    shift 2
  fi
  is_root || die "matrix: other versions run in a chroot, which only root may enter"
  (($# == 0)) || MATRIX_PAIRS=("$@")
  mkdir -p "$LOGS"
  versions=$(printf '%s\n' "${MATRIX_PAIRS[@]}" | tr : '\n' | sort -un)
  # shellcheck disable=SC2086 # a list of numbers
  matrix_install $versions
  MATRIX_BIN=$(mktemp -d)
  chmod 755 "$MATRIX_BIN"
  trap 'matrix_stop; rm -rf "$MATRIX_BIN"' EXIT
  for pair in "${MATRIX_PAIRS[@]}"; do
    from=$EPOCHREALTIME
    if matrix_pair "${pair%:*}" "${pair#*:}"; then
      say "PostgreSQL ${pair%:*} to ${pair#*:}: ok after $(seconds_since "$from") s"
    else
      failed+=("$pair")
      say "PostgreSQL ${pair%:*} to ${pair#*:}: FAILED"
    fi
  done
  ((${#failed[@]} == 0)) || die "pairs that failed: ${failed[*]}"
}
