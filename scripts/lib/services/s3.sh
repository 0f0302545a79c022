# shellcheck shell=bash
# versitygw, S3 over a folder: two servers with different keys. tools/versitygw is a Go module of its own, so that its
# dependencies are not ours.

s3_key() {
  local hash
  hash=$(sha256sum <"$ROOT/tools/versitygw/go.sum")
  echo "versitygw-$(s3_version)-${hash:0:8}"
}

s3_version() { sed -n 's|.*github.com/versity/versitygw v\([^ ]*\).*|\1|p' "$ROOT/tools/versitygw/go.mod"; }

s3_build() {
  GOFLAGS='' GOWORK=off go build -C "$ROOT/tools/versitygw" -trimpath -buildvcs=false -ldflags '-s -w' \
    -o "$1/versitygw" github.com/versity/versitygw/cmd/versitygw
}

s3_install() {
  has go || {
    left_out s3 "install Go"
    return 1
  }
  cached "$(s3_key)" versitygw s3_build || {
    left_out s3 "go could not build it; see $LOGS/install-$(s3_key).log"
    return 1
  }
}

s3_values() {
  echo "http://127.0.0.1:$(port_of "s3-$1")"
  echo "${SECRET[s3-access-$1]}"
  echo "${SECRET[s3-secret-$1]}"
}

# s3_check URL ACCESS SECRET lists the buckets with a signed request.
s3_check() {
  local answer
  answer=$(timeout 10 curl --disable --silent --show-error --fail --max-time 5 --dump-header - --output /dev/null \
    --config - "$1/" <<CONF
aws-sigv4 = "aws:amz:us-east-1:s3"
user = "$2:$3"
header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"
CONF
  ) || return 1
  answer=$(grep -i '^server:' <<<"$answer" | tr -d '\r')
  answer=${answer#*: }
  [[ $answer != VERSITYGW ]] || answer="versitygw $(s3_version)"
  echo "$answer"
}

# s3_start keeps metadata in extended attributes, and beside the objects where the file system has none: the server
# says so itself and ends, and the next try goes the other way.
s3_start() {
  local name=$1 dir=$DATA/$1 side meta=()
  side=$(side_of "$name")
  if [[ -f $LOGS/$name.log ]] && grep -q 'xattr check failed' "$LOGS/$name.log"; then
    touch "$dir/sidecar-needed"
  fi
  service_dir "$dir/buckets"
  if [[ -f $dir/sidecar-needed ]]; then
    service_dir "$dir/sidecar"
    meta=(--sidecar "$dir/sidecar")
  fi
  ROOT_ACCESS_KEY=${SECRET[s3-access-$side]} ROOT_SECRET_KEY=${SECRET[s3-secret-$side]} \
    launch "$name" "ROOT_ACCESS_KEY ROOT_SECRET_KEY" \
    "$CACHE/$(s3_key)/versitygw" --port "127.0.0.1:$(port_of "$name")" --quiet posix "${meta[@]}" "$dir/buckets"
}
