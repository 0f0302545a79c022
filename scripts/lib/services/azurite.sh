# shellcheck shell=bash
# Azurite, Azure Blob: one process in memory with an account for each side, since two accounts of one server are two
# places for us. tools/azurite pins it with all that it depends on.

# The release that is checked speaks an older API than the client asks for, hence --skipApiVersionCheck.
AZURITE_VERSION=3.35.0

azurite_key() {
  local hash
  hash=$(sha256sum <"$ROOT/tools/azurite/package-lock.json")
  echo "azurite-$AZURITE_VERSION-${hash:0:8}"
}

azurite_build() {
  cp "$ROOT/tools/azurite/package.json" "$ROOT/tools/azurite/package-lock.json" "$1/" &&
    (cd "$1" && npm ci --ignore-scripts --omit=dev --no-audit --no-fund)
}

azurite_install() {
  has node npm || {
    left_out azurite "install Node.js with npm"
    return 1
  }
  cached "$(azurite_key)" node_modules/azurite/dist/src/blob/main.js azurite_build || {
    left_out azurite "npm could not install it; see $LOGS/install-$(azurite_key).log"
    return 1
  }
}

azurite_values() {
  echo "http://127.0.0.1:$(port_of azurite)/$1"
  echo "${SECRET[azurite-$1]}"
}

# azurite_check URL KEY lists the account's containers with a signed request.
azurite_check() {
  local url=${1%/} path account date text signature answer
  path=${url#*://*/}
  [[ $path != "$url" ]] || path=
  account=${path%%/*}
  [[ -n $account ]] || { account=${url#*://}; account=${account%%.*}; }
  date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  printf -v text 'GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:%s\nx-ms-version:2021-12-02\n/%s/%s\ncomp:list\nmaxresults:1' \
    "$date" "$account" "$path"
  signature=$(hmac_sha256 "$2" "$text")
  answer=$(timeout 10 curl --disable --silent --show-error --fail --max-time 5 --dump-header - --output /dev/null \
    --config - "$url?comp=list&maxresults=1" <<CONF
header = "x-ms-date: $date"
header = "x-ms-version: 2021-12-02"
header = "Authorization: SharedKey $account:$signature"
CONF
  ) || return 1
  answer=$(grep -i '^server:' <<<"$answer" | tr -d '\r')
  echo "${answer#*/}"
}

# hmac_sha256 KEY TEXT: key and result in base64.
hmac_sha256() {
  local hex
  hex=$(base64 -d <<<"$1" | od -An -v -tx1 | tr -d ' \n')
  printf %s "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64 -w 0
}

azurite_start() {
  local name=$1
  AZURITE_ACCOUNTS="prod:${SECRET[azurite-prod]};staging:${SECRET[azurite-staging]}" \
    launch "$name" AZURITE_ACCOUNTS \
    "$(command -v node)" "$CACHE/$(azurite_key)/node_modules/azurite/dist/src/blob/main.js" \
    --blobHost 127.0.0.1 --blobPort "$(port_of "$name")" \
    --inMemoryPersistence --silent --disableTelemetry --skipApiVersionCheck --loose
}
