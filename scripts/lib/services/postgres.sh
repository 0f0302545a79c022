# shellcheck shell=bash
# PostgreSQL: two clusters of Debian's packages, password logins over TCP only. The commands are taken from the
# versioned folder, since those on PATH may be Debian's wrappers around system clusters.

# postgres_bin prints the folder of the newest PostgreSQL on the machine, or nothing.
postgres_bin() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
  [[ -x $newest ]] || newest=$(readlink -f "$(command -v postgres)" 2>/dev/null) || true
  [[ ! -x $newest ]] || dirname "$newest"
}

postgres_install() {
  install_packages
  [[ -n $(postgres_bin) ]] || {
    left_out postgres "install PostgreSQL (Debian: postgresql)"
    return 1
  }
}

postgres_values() {
  echo "postgres://postgres@127.0.0.1:$(port_of "postgres-$1")/postgres"
  echo "${SECRET[postgres-$1]}"
}

postgres_check() {
  local bin version
  bin=$(postgres_bin)
  version=$(PGPASSWORD=$2 PGCONNECT_TIMEOUT=5 timeout 10 "${bin:+$bin/}psql" -X -A -t -c 'SHOW server_version' "$1") ||
    return 1
  echo "${version%% *}"
}

# scram_verifier reads a password and prints what a server stores of it, after one round of hashing and not 4,096: every
# session of a test would pay for those, ten milliseconds under the race detector. Perl comes with Debian's PostgreSQL.
scram_verifier() {
  perl -MDigest::SHA=sha256,hmac_sha256 -MMIME::Base64=encode_base64 -e '
    chomp(my $password = <STDIN>);
    my $salt = substr(sha256("salt" . $password), 0, 16);
    my $salted = hmac_sha256($salt . "\0\0\0\1", $password);
    printf "SCRAM-SHA-256\$1:%s\$%s:%s\n", map { encode_base64($_, "") }
      $salt, sha256(hmac_sha256("Client Key", $salted)), hmac_sha256("Server Key", $salted);'
}

# postgres_init DIR PASSWORD makes a cluster. The file "ready" comes last: a folder without it was left half made.
postgres_init() {
  local dir=$1 bin
  bin=$(postgres_bin)
  rm -rf "$dir/data"
  printf '%s\n' "$2" | scram_verifier | service_file "$dir/password"
  (cd "$dir" && "${AS[@]}" "$bin/initdb" --pgdata="$dir/data" --username=postgres --pwfile="$dir/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions) \
    </dev/null >"$LOGS/initdb-$(basename "$dir").log" 2>&1 9>&- || return 1
  rm -f "$dir/password"
  touch "$dir/ready"
}

# postgres_settings PORT prints what every server of the tests is started with. Durability is off: a test server that
# loses its data with the machine loses nothing.
postgres_settings() {
  cat <<CONF
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = ''
max_connections = 200
max_locks_per_transaction = 256
wal_level = replica
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
timezone = 'UTC'
lc_messages = 'C'
CONF
}

postgres_start() {
  local name=$1 dir=$DATA/$1
  [[ -f $dir/ready ]] || postgres_init "$dir" "${SECRET[$name]}" || {
    say "initdb for $name ended with an error; see $LOGS/initdb-$name.log"
    return 1
  }
  service_file "$dir/hba.conf" <<<'host all,replication all 127.0.0.1/32 scram-sha-256'
  { postgres_settings "$(port_of "$name")" && echo "hba_file = '$dir/hba.conf'"; } | service_file "$dir/postgresql.conf"
  launch "$name" "" "$(postgres_bin)/postgres" -D "$dir/data" -c "config_file=$dir/postgresql.conf"
}
