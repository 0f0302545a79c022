# shellcheck shell=bash
# Starting, recognising, waiting for and stopping a server process. A pid file holds pid, start time and boot, so that
# a pid that was given to somebody else since is never taken for ours.

declare -A STOP_SIGNAL=([postgres]=INT) # fast shutdown: PostgreSQL's TERM would wait for its clients
START_SECONDS=120
STOP_SECONDS=25

# started_at PID prints when the kernel started a process, in ticks since boot. A zombie has ended.
started_at() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z && ${fields[0]} != X ]] || return 1
  echo "${fields[19]}"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# pid_of NAME prints the pid of a live server of ours.
pid_of() {
  local pid start boot
  [[ -f $STATE/run/$1.pid ]] && state_is_ours_or_moved || return 1
  read -r pid start boot <"$STATE/run/$1.pid" || return 1
  [[ $boot == "$(boot_id)" && $start == "$(started_at "$pid")" ]] || return 1
  echo "$pid"
}

# state_is_ours_or_moved is false for a copied clone, whose pid files speak of the first clone's servers.
state_is_ours_or_moved() {
  local before
  [[ -f $STATE/clone ]] || return 1
  before=$(<"$STATE/clone")
  [[ $before == "$ROOT" || ! -f $before/.services/clone ]]
}

any_process_alive() {
  local name
  for name in "${PROCESSES[@]}"; do
    pid_of "$name" >/dev/null && return 0
  done
  return 1
}

# launch NAME "VARIABLES" COMMAND… starts a server in a session of its own, as the servers' user, in its data folder.
# Only the named variables reach it: a stray PGOPTIONS or JAVA_TOOL_OPTIONS would change what is tested.
launch() {
  local name=$1 keep=" PATH $2 " log=$LOGS/$1.log variable
  shift 2
  [[ ! -f $log ]] || mv -f "$log" "$log.old"
  (
    for variable in $(compgen -e); do
      [[ $keep == *" $variable "* ]] || export -n "${variable?}"
    done
    export HOME=$DATA/$name LANG=C.UTF-8 TZ=UTC
    cd "$DATA/$name" || exit
    exec setsid "${AS[@]}" "$@"
  ) </dev/null >"$log" 2>&1 9>&- &
  printf '%s %s %s\n' "$!" "$(started_at $!)" "$(boot_id)" >"$STATE/run/$name.pid"
  disown
}

# healthy NAME asks every endpoint of a process that is ours for a real answer. A process behind others is asked itself.
healthy() {
  local endpoint
  if declare -F "${1//-/_}_alive" >/dev/null; then
    "${1//-/_}_alive" >/dev/null 2>&1
    return
  fi
  for endpoint in $(own_endpoints "$1"); do
    check "$endpoint" >/dev/null || return 1
  done
}

# wait_healthy NAME SECONDS waits for an answer, and gives up early when the process has ended.
wait_healthy() {
  local deadline=$((SECONDS + $2))
  until healthy "$1"; do
    pid_of "$1" >/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.25
  done
}

# wait_port NAME waits a moment for a port that a dying process of ours may still hold, then names its holder.
wait_port() {
  local port tries=1 i
  port=$(port_of "$1")
  [[ ! -f $STATE/run/$1.pid ]] || tries=40
  for ((i = 0; i < tries; i++)); do
    port_is_taken "$port" || return 0
    sleep 0.25
  done
  say "port $port of $1 is taken ($(holder_of "$port")): end that, or run scripts/services down and up again to move all"
  return 1
}

# ensure_running NAME leaves a healthy server behind, whatever was there: nothing, a dead one, one that hangs, one that
# an interrupted `up` has just started, or data that no server can start on. The data are tests' data: the third try
# starts without them.
ensure_running() {
  local name=$1 kind try from=$EPOCHREALTIME
  kind=$(kind_of "$name")
  if pid_of "$name" >/dev/null; then
    wait_healthy "$name" 30 && return 0
    say "$name hangs: starting it again"
    stop_process "$name"
  fi
  for try in 1 2 3; do
    wait_port "$name" || return 1
    if ((try == 3)); then
      say "$name does not start on its old data: starting it on none"
      rm -rf "${DATA:?}/$name"
    fi
    service_dir "$DATA/$name"
    if "${kind}_start" "$name" && wait_healthy "$name" "$START_SECONDS"; then
      say "$name is up on port $(port_of "$name") after $(seconds_since "$from") s"
      return 0
    fi
    stop_process "$name"
    sleep "$try"
  done
  say "$name does not start; the end of $LOGS/$name.log:"
  tail -n 5 "$LOGS/$name.log" >&2 || true
  return 1
}

seconds_since() {
  local ms=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 1000))
  printf '%d.%d\n' $((ms / 1000)) $((ms % 1000 / 100))
}

# stop_process NAME ends a server of ours in order, and by force when it does not end.
stop_process() {
  local name=$1 pid signal i
  if pid=$(pid_of "$name"); then
    signal=${STOP_SIGNAL[$(kind_of "$name")]:-TERM}
    kill -s "$signal" "$pid" 2>/dev/null || ! pid_of "$name" >/dev/null || {
      say "cannot stop $name (process $pid): it was started by another user"
      return 1
    }
    kill -s CONT "$pid" 2>/dev/null || true # a stopped process would not see the signal
    for ((i = 0; i < STOP_SECONDS * 10; i++)); do
      pid_of "$name" >/dev/null || break
      sleep 0.1
    done
    if pid_of "$name" >/dev/null; then
      kill -s KILL -- "-$pid" 2>/dev/null || kill -s KILL "$pid" 2>/dev/null || true
      sleep 0.5
    fi
  fi
  rm -f "$STATE/run/$name.pid"
}
