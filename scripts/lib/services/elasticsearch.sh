# shellcheck shell=bash
# Elasticsearch: two single nodes of the reduced distribution that its own integration tests use, from Maven Central.
# It has no GET / (405), no reindex, no painless and no ingest processors.

ELASTICSEARCH_VERSION=8.19.6
MAVEN_DEPENDENCY_PLUGIN=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

elasticsearch_key() { echo "elasticsearch-$ELASTICSEARCH_VERSION"; }

# java_home prints the home of a Java that is new enough.
java_home() {
  local home version
  for home in "${JAVA_HOME:-}" "$(readlink -f "$(command -v java)" 2>/dev/null | sed 's|/bin/java$||')"; do
    [[ -n $home && -x $home/bin/java ]] || continue
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if ((${version:-0} >= 17)); then
      echo "$home"
      return
    fi
  done
  return 1
}

elasticsearch_build() {
  local artifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$ELASTICSEARCH_VERSION:zip
  (cd "$1" && mvn --batch-mode "$MAVEN_DEPENDENCY_PLUGIN:unpack" "-Dartifact=$artifact" -DoutputDirectory=unpacked) &&
    mv "$1/unpacked/elasticsearch-$ELASTICSEARCH_VERSION"/* "$1/" &&
    rm -rf "$1/unpacked" "$1/target" &&
    chmod +x "$1"/bin/*
}

elasticsearch_install() {
  local wants=()
  java_home >/dev/null || wants+=("Java 17 or newer")
  [[ -e $CACHE/$(elasticsearch_key)/bin/elasticsearch ]] || has mvn || wants+=(Maven)
  if ((${#wants[@]} > 0)); then
    left_out elasticsearch "install ${wants[*]/%/,} then run up again"
    return 1
  fi
  cached "$(elasticsearch_key)" bin/elasticsearch elasticsearch_build || {
    left_out elasticsearch "Maven could not install it; see $LOGS/install-$(elasticsearch_key).log"
    return 1
  }
}

elasticsearch_values() { echo "http://127.0.0.1:$(port_of "elasticsearch-$1")"; }

elasticsearch_check() {
  local answer
  answer=$(timeout 10 curl --disable --silent --show-error --fail --max-time 5 \
    "$1/_cluster/health?wait_for_status=yellow&timeout=3s" \
    "$1/_nodes?filter_path=nodes.*.version") || return 1
  [[ $answer == *'"timed_out":false'* && $answer =~ \"version\":\"([^\"]+)\" ]] || return 1
  echo "${BASH_REMATCH[1]}"
}

# elasticsearch_config DIR NAME writes a node's configuration: nothing outside its own folder, no logs but stdout. Java's
# second compiler stays off: for servers that live as long as a run of the tests it takes more than half of their work.
elasticsearch_config() {
  local dir=$1 name=$2 side
  side=$(side_of "$name")
  service_file "$dir/config/elasticsearch.yml" <<CONF
cluster.name: tenantcopy-$side-${SECRET[id]:0:8}
node.name: $side
path.data: $dir/data
path.logs: $dir/logs
network.host: 127.0.0.1
http.port: $(port_of "$name")
transport.port: $(port_of "transport-$side")
discovery.type: single-node
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
cluster.max_shards_per_node: 3000
CONF
  service_file "$dir/config/log4j2.properties" <<'CONF'
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] [%node_name]%marker %m%consoleException%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
CONF
  {
    sed -e '/^-Xlog:gc/d' -e '/HeapDumpOnOutOfMemoryError/d' "$CACHE/$(elasticsearch_key)/config/jvm.options"
    printf '%s\n' -Xms512m -Xmx512m -XX:TieredStopAtLevel=1
  } | service_file "$dir/config/jvm.options"
}

elasticsearch_start() {
  local name=$1 dir=$DATA/$1 folder
  rm -rf "$dir/tmp"
  for folder in config data logs tmp; do service_dir "$dir/$folder"; done
  elasticsearch_config "$dir" "$name"
  ES_JAVA_HOME=$(java_home) ES_PATH_CONF=$dir/config ES_TMPDIR=$dir/tmp \
    launch "$name" "ES_JAVA_HOME ES_PATH_CONF ES_TMPDIR" "$CACHE/$(elasticsearch_key)/bin/elasticsearch"
}
