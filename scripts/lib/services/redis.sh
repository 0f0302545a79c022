# shellcheck shell=bash
# Redis: two servers with passwords, in memory only.

redis_install() {
  install_packages
  has redis-server redis-cli || {
    left_out redis "install redis-server and redis-cli (Debian: redis-server)"
    return 1
  }
}

redis_values() {
  echo "redis://127.0.0.1:$(port_of "redis-$1")/0"
  echo "${SECRET[redis-$1]}"
}

redis_check() {
  local answer version
  answer=$(
    unset REDISCLI_AUTH
    [[ -z $2 ]] || export REDISCLI_AUTH=$2
    printf 'PING\nINFO server\n' | timeout 5 redis-cli -u "$1"
  ) || return 1
  [[ $answer == PONG* ]] || return 1
  version=${answer#*redis_version:}
  echo "${version%%[[:space:]]*}"
}

redis_start() {
  local name=$1 dir=$DATA/$1
  service_file "$dir/redis.conf" <<CONF
bind 127.0.0.1
port $(port_of "$name")
requirepass ${SECRET[$name]}
dir "$dir"
daemonize no
save ""
appendonly no
CONF
  launch "$name" "" "$(command -v redis-server)" "$dir/redis.conf"
}
