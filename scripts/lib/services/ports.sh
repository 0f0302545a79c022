# shellcheck shell=bash
# The block of 20 ports that a clone's servers listen on. Blocks are reserved by clone in the shared cache, so that two
# clones on one machine do not take each other's, and addresses stay the same from one day to the next.

FIRST_BASE=15430
BLOCK=20
BLOCKS=100

declare -A OFFSET=([postgres-prod]=2 [postgres-staging]=3 [redis-prod]=4 [redis-staging]=5 [azurite]=6
  [s3-prod]=7 [s3-staging]=8 [elasticsearch-prod]=9 [elasticsearch-staging]=10
  [transport-prod]=11 [transport-staging]=12
  [kube-etcd]=13 [kube-peers]=14 [kube-prod]=15 [kube-staging]=16 [kube-controllers]=17)

port_of() { echo $((BASE + OFFSET[$1])); }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# holder_of PORT names the process behind a port, as far as the system tells.
holder_of() {
  local line=
  ! command -v ss >/dev/null || line=$(ss -H -ltnp "sport = :$1" 2>/dev/null | head -n 1)
  if [[ $line =~ \"([^\"]+)\",pid=([0-9]+) ]]; then
    echo "${BASH_REMATCH[1]}, process ${BASH_REMATCH[2]}"
  else
    echo "another process"
  fi
}

# foreign_port BASE prints the first port of the block that somebody listens on.
foreign_port() {
  local offset
  for offset in "${OFFSET[@]}"; do
    if port_is_taken $(($1 + offset)); then
      echo $(($1 + offset))
      return
    fi
  done
  return 1
}

# is_reserved BASE tells whether the block belongs to another clone that still exists.
is_reserved() {
  local owner
  [[ -f $CACHE/ports/$1 ]] || return 1
  owner=$(<"$CACHE/ports/$1")
  [[ $owner != "$ROOT" && -d $owner/.services ]]
}

# comes_free BASE waits a moment for the ports that servers of ours hold which are just dying.
comes_free() {
  local i
  for ((i = 0; i < 12; i++)); do
    foreign_port "$1" >/dev/null || return 0
    compgen -G "$STATE/run/*.pid" >/dev/null || return 1
    sleep 0.25
  done
  return 1
}

# choose_ports sets and remembers BASE: the caller's wish, else the remembered block, else the first free one.
choose_ports() {
  local wish=${TENANTCOPY_PORT_BASE:-} port
  [[ -z $wish || $wish =~ ^[0-9]{4,5}$ ]] || die "TENANTCOPY_PORT_BASE is not a port number"
  if any_process_alive; then
    [[ -z $wish || $wish == "$BASE" ]] ||
      die "the servers run on ports from $BASE on: run scripts/services down before you move them to $wish"
    return 0
  fi
  mkdir -p "$CACHE/ports"
  exec 8>"$CACHE/ports/lock"
  flock -w 60 8 || die "another clone has been choosing ports for a minute"
  if [[ -n $wish ]]; then
    ! port=$(foreign_port "$wish") || die "port $port is taken ($(holder_of "$port")): choose another TENANTCOPY_PORT_BASE"
    BASE=$wish
  elif [[ -z $BASE ]] || is_reserved "$BASE" || ! comes_free "$BASE"; then
    free_block
  fi
  release_ports
  printf '%s\n' "$BASE" >"$STATE/port-base"
  printf '%s\n' "$ROOT" >"$CACHE/ports/$BASE"
  exec 8>&-
}

# release_ports gives back every block that is reserved for this clone.
release_ports() {
  local reservation
  for reservation in "$CACHE"/ports/[0-9]*; do
    [[ ! -f $reservation || $(<"$reservation") != "$ROOT" ]] || rm -f "$reservation"
  done
}

free_block() {
  local i before=$BASE
  for ((i = 0; i < BLOCKS; i++)); do
    BASE=$((FIRST_BASE + i * BLOCK))
    is_reserved "$BASE" || foreign_port "$BASE" >/dev/null || break
  done
  ((i < BLOCKS)) || die "no block of $BLOCK ports is free from $FIRST_BASE on: set TENANTCOPY_PORT_BASE"
  [[ -z $before ]] || say "ports from $before on are taken: the servers move to $BASE and on"
}
