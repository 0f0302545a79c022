# shellcheck shell=bash
# The variables by which tests and demo find the servers, and whose server each one names: ours or one that the
# environment gives.

declare -A SETTING=() EXTERNAL=()

# variables_of ENDPOINT prints the names of its variables; the first is its address.
variables_of() {
  local side name names
  side=$(side_of "$1")
  case $(kind_of "$1") in
    postgres) names="PG PG_PASSWORD" ;;
    redis) names="REDIS REDIS_PASSWORD" ;;
    azurite) names="AZURE AZURE_KEY" ;;
    s3) names="S3 S3_ACCESS S3_SECRET" ;;
    elasticsearch) names="ES" ;;
    kube) # one file names both clusters, by the contexts prod and staging
      echo TENANTCOPY_TEST_KUBECONFIG
      return
      ;;
  esac
  for name in $names; do echo "TENANTCOPY_TEST_${name}_${side^^}"; done
}

url_variable() { variables_of "$1" | head -n 1; }

# load_settings fills SETTING. An address in the environment that is not our own names a server that somebody else runs;
# our own comes back to us from a shell that evaluated `env`.
load_settings() {
  local endpoint variables own url i
  for endpoint in "${ENDPOINTS[@]}"; do
    mapfile -t variables < <(variables_of "$endpoint")
    own=()
    [[ -z $BASE ]] || mapfile -t own < <("$(kind_of "$endpoint")_values" "$(side_of "$endpoint")")
    url=${!variables[0]:-}
    if [[ -n $url && $url != "${own[0]:-}" ]]; then
      EXTERNAL[$endpoint]=yes
      own=()
      for i in "${!variables[@]}"; do own[i]=${!variables[i]:-}; done
    fi
    for i in "${!variables[@]}"; do SETTING[${variables[i]}]=${own[i]:-}; done
  done
}

is_external() { [[ -n ${EXTERNAL[$1]:-} ]]; }

# own_endpoints PROCESS prints those of the endpoints that need it that are not replaced by the environment's.
own_endpoints() {
  local endpoint
  for endpoint in "${ENDPOINTS[@]}"; do
    [[ " $(processes_of "$endpoint") " != *" $1 "* ]] || is_external "$endpoint" || echo "$endpoint"
  done
}

# own_processes KIND prints the processes that we run for it.
own_processes() {
  local name
  for name in "${PROCESSES[@]}"; do
    [[ $(kind_of "$name") != "$1" || -z $(own_endpoints "$name") ]] || echo "$name"
  done
}

external_endpoints() {
  local endpoint
  for endpoint in "${ENDPOINTS[@]}"; do
    [[ $(kind_of "$endpoint") != "$1" ]] || ! is_external "$endpoint" || echo "$endpoint"
  done
}

# is_wanted KIND tells whether `up` starts it and `status` shows it: one on demand is wanted from the `up` that names it
# until the next `down`.
is_wanted() {
  [[ $1 != "$ON_DEMAND" || ",$REQUIRE," == *",$1,"* || -n $(external_endpoints "$1") ]] ||
    compgen -G "$STATE/run/$1-*.pid" >/dev/null
}

wanted_endpoints() {
  local endpoint
  for endpoint in "${ENDPOINTS[@]}"; do
    ! is_wanted "$(kind_of "$endpoint")" || echo "$endpoint"
  done
}

# runs ENDPOINT tells, without asking it, whether the server is there: the environment names it, or our processes live.
runs() {
  local process
  is_external "$1" && return 0
  for process in $(processes_of "$1"); do pid_of "$process" >/dev/null || return 1; done
}

# check ENDPOINT makes a real request with its credentials and prints the server's version.
check() {
  local variable values=()
  for variable in $(variables_of "$1"); do values+=("${SETTING[$variable]}"); done
  [[ -n ${values[0]} ]] || return 1
  "$(kind_of "$1")_check" "${values[@]}" "$(side_of "$1")" 2>/dev/null
}

# address_of ENDPOINT prints host, port and path of its address, without user or password.
address_of() {
  local url=${SETTING[$(url_variable "$1")]}
  [[ $1 != kube-* || -z $BASE ]] || is_external "$1" || url=127.0.0.1:$(port_of "$1") # the file names both
  url=${url#*://}
  url=${url##*@}
  echo "${url:--}"
}
