#!/usr/bin/env bash
# The one list of Debian 12 packages that Freshet is built with, runs with and is tested with.
set -euo pipefail

# What the release preset is built with.
build=(
  ccache clang-19 cmake mold ninja-build pkg-config
  libboost1.81-dev libcli11-dev libcurl4-openssl-dev libfmt-dev libhowardhinnant-date-dev libmariadb-dev libpq-dev libprotobuf-dev libprotoc-dev
  libpugixml-dev librdkafka-dev libre2-dev libroaring-dev libspdlog-dev libsqlite3-dev libssh-dev libssl-dev libyaml-dev nlohmann-json3-dev zlib1g-dev
)
# The page is built with Node and npm, wherever they come from; web/run brings a newer Node where these are
# too old.
command -v node >/dev/null && command -v npm >/dev/null || build+=(nodejs npm)
# What the binary needs where it runs: its libraries, time zones, an init for a container; python3 is
# the examples'.
run=(
  ca-certificates libcurl4 libdate-tz3 libfmt9 libmariadb3 libpq5 libprotobuf32 libpugixml1v5 librdkafka1 libre2-9 libroaring0 libspdlog1.10
  libsqlite3-0 libssh-4 libssl3 libstdc++6 libyaml-0-2 zlib1g
  python3 tini tzdata
)
# To build the daemon and run an example.
examples=("${build[@]}" curl python3)
# A broker and a server for the example that brings its own, and what talks to them.  Kafka itself comes from Maven Central.
services=(postgresql python3-confluent-kafka python3-psycopg2)
command -v java >/dev/null || services+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || services+=(maven)
# To build and run all tests.
test=(
  "${build[@]}" "${services[@]}"
  clang-format-19 clang-tidy-19 libbenchmark-dev libclang-rt-19-dev libgmock-dev libgtest-dev
  curl faketime jq python3 sqlite3
  chromium debootstrap docker-compose docker.io iproute2
  openssl protobuf-compiler python3-avro python3-protobuf python3-venv
  mariadb-server python3-pymysql
  memcached python3-swift swift swift-account swift-container swift-object swift-proxy
  openssh-client openssh-server
)

usage() {
  cat <<TEXT
Usage: docker/dependencies.sh LIST            print the names of the packages
       docker/dependencies.sh install LIST    install those that are missing

LIST is build, run, examples, services or test.
TEXT
}

fail() {
  echo "docker/dependencies.sh: $*" >&2
  exit "${code:-1}"
}

# Prints those of "$@" that are not installed.
missing() {
  local installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    sed -n 's/ installed$//p') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

install() {
  local absent sudo=()
  mapfile -t absent < <(missing "$@")
  ((${#absent[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "these packages are missing, and neither root nor sudo is at \
hand. As root: apt-get install --no-install-recommends ${absent[*]}"
    sudo=(sudo)
  fi
  echo "installing ${absent[*]}" >&2
  local apt=("${sudo[@]}" env "DEBIAN_FRONTEND=${DEBIAN_FRONTEND:-noninteractive}"
    apt-get -o DPkg::Lock::Timeout=600 -qq)
  "${apt[@]}" update || echo "apt-get update failed; trying with the lists at hand" >&2
  "${apt[@]}" -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${absent[@]}" >&2 ||
    fail "apt-get could not install: ${absent[*]}"
}

command=print
if [[ ${1-} == install ]]; then
  command=install
  shift
fi
case "${1-}" in
  build | run | examples | services | test) declare -n list=$1 ;;
  -h | --help) usage && exit ;;
  *) usage >&2 && code=2 fail "unknown list \"${1-}\"" ;;
esac
if [[ $command == print ]]; then
  printf '%s\n' "${list[@]}"
else
  command -v dpkg-query >/dev/null || fail "this is no Debian: install the packages' equivalents by hand"
  install "${list[@]}"
fi
