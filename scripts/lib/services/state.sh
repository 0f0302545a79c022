# shellcheck shell=bash
# What a clone remembers about its servers, in .services/: whose state it is, the passwords, the port block.

declare -A SECRET=()
BASE=

# lock_state keeps a second `up` or `down` of the same clone waiting. File 9 is the lock; no server inherits it.
lock_state() {
  mkdir -p "$STATE" "$LOGS" "$STATE/run"
  exec 9>"$STATE/lock"
  flock -n 9 && return
  say "waiting for another command on these servers"
  flock -w 900 9 || die "another command on these servers has not ended after 15 minutes"
}

state_is_ours() { [[ -f $STATE/clone && $(<"$STATE/clone") == "$ROOT" ]]; }

# load_state reads what is remembered and changes nothing.
load_state() {
  state_is_ours || return 0
  [[ -r $STATE/secrets ]] || die "cannot read $STATE/secrets: it belongs to the user who ran up"
  local name value
  while read -r name value; do SECRET[$name]=$value; done <"$STATE/secrets"
  [[ ! -f $STATE/port-base ]] || BASE=$(<"$STATE/port-base")
}

# adopt_state makes the state this clone's own. A copied clone brings the state of the first one, whose servers are
# not ours to stop and whose data directories were copied while in use: it starts anew. A moved clone stops its own.
adopt_state() {
  if [[ -f $STATE/clone ]] && ! state_is_ours; then
    local before name
    before=$(<"$STATE/clone")
    if [[ -f $before/.services/clone && $(<"$before/.services/clone") == "$before" ]]; then
      rm -rf "$STATE/run"
    else
      for name in "${PROCESSES[@]}"; do stop_process "$name"; done
      rm -rf "$(data_elsewhere "$before")"
    fi
    purge_state
  fi
  mkdir -p "$LOGS" "$STATE/run"
  printf '%s\n' "$ROOT" >"$STATE/clone"
  [[ ! -f $STATE/secrets ]] || load_state
  make_secrets
  adopt_data
}

# make_secrets generates every password that is not there yet, once.
make_secrets() {
  local name changed=no
  for name in id {postgres,redis,kube}-{prod,staging} s3-{access,secret}-{prod,staging} kube-controllers; do
    [[ -n ${SECRET[$name]:-} ]] && continue
    SECRET[$name]=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    changed=yes
  done
  for name in azurite-{prod,staging}; do
    [[ -n ${SECRET[$name]:-} ]] && continue
    SECRET[$name]=$(head -c 64 /dev/urandom | base64 -w 0)
    changed=yes
  done
  [[ $changed == yes ]] || return 0
  (
    umask 077
    for name in "${!SECRET[@]}"; do printf '%s %s\n' "$name" "${SECRET[$name]}"; done >"$STATE/secrets.new"
  )
  mv -f "$STATE/secrets.new" "$STATE/secrets"
}

# adopt_data removes data that was made with other passwords, as after a clone was deleted and made again.
adopt_data() {
  if [[ -e $DATA && ! -O $DATA ]]; then
    die "$DATA belongs to another user: remove it"
  fi
  mkdir -p "$DATA"
  [[ -f $DATA/.id && $(<"$DATA/.id") == "${SECRET[id]}" ]] && return
  rm -rf "${DATA:?}"/*
  printf '%s\n' "${SECRET[id]}" >"$DATA/.id"
}

# purge_state forgets everything but the lock, which is held.
purge_state() {
  rm -rf "${DATA:?}"
  find "$STATE" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
  release_ports
  SECRET=()
  BASE=
}
