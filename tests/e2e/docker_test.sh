#!/usr/bin/env bash
# The image and compose.yaml: what a container was told is still there after `down` and `up`.
#
#   tests/e2e/docker_test.sh [FOLDER]    of the binaries freshet and freshet-step; a build's otherwise
#
# A Docker daemon of its own, in namespaces of its own, with the base image made by debootstrap (kept in
# build/cache).  Exits 77 where this cannot be tried: without root, or without the right to mount.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%(%T)T %s\n' -1 "$*"; }
skip() { echo "skipped: $*"; exit 77; }
fail() { echo "failed: $*" >&2; exit 1; }

find_binaries() {
  local folder
  for folder in "${1-}" "$root/build/release/bin" "$root/build/dev/bin"; do
    if [[ -x $folder/freshet && -x $folder/freshet-step ]]; then
      (cd "$folder" && pwd)
      return
    fi
  done
  fail "no freshet and freshet-step in ${1:-build/release/bin or build/dev/bin}: build them first"
}

# Debian with what docker/dependencies.sh says is needed at run time, as a tar archive; prints its path.
make_base() {
  local names key tar work
  names=$("$root/docker/dependencies.sh" run | paste -sd,)
  key=$(sha256sum <<<"$names" | cut -c1-12)
  tar=$root/build/cache/debian-12-$key.tar
  if [[ ! -s $tar ]]; then
    mkdir -p "${tar%/*}"
    work=$(mktemp -d "$root/build/cache/base.XXXXXX")
    debootstrap --variant=minbase --include="$names" bookworm "$work/root" >"$work/log" 2>&1 || {
      tail -n 20 "$work/log" >&2
      rm -rf "$work"
      fail "debootstrap could not make a base image"
    }
    rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
    tar -C "$work/root" -cf "$work/base.tar" .
    mv "$work/base.tar" "$tar"
    rm -rf "$work"
  fi
  echo "$tar"
}

# Outside: what needs the network and the names of this system.  Inside: everything else.
if [[ -z ${FRESHET_DOCKER_TEST-} ]]; then
  ((EUID == 0)) || skip "a Docker daemon needs root"
  for program in curl debootstrap docker docker-compose dockerd ip python3 unshare; do
    command -v "$program" >/dev/null || fail "no $program here: docker/dependencies.sh install test"
  done
  unshare --net --mount --pid --fork --mount-proc true 2>/dev/null ||
    skip "namespaces of its own are not allowed here"
  FRESHET_DOCKER_TEST=$(mktemp -d)
  export cgroup=freshet-test-$$
  trap 'rm -rf "$FRESHET_DOCKER_TEST"; find /sys/fs/cgroup -depth -type d -name "$cgroup" -delete 2>/dev/null' EXIT
  binaries=$(find_binaries "${1-}")
  say "base image"
  base=$(make_base)
  export FRESHET_DOCKER_TEST
  code=0
  unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
    "${BASH_SOURCE[0]}" "$binaries" "$base" || code=$?
  exit "$code"
fi

binaries=$1 base=$2 work=$FRESHET_DOCKER_TEST
export DOCKER_HOST=unix://$work/docker.sock DOCKER_BUILDKIT=0 COMPOSE_PROJECT_NAME=freshet_test
export DOCKER_CONFIG=$work/config HOME=$work
ip link set lo up
mkdir "$work/data"
mount -t tmpfs -o mode=700 tmpfs "$work/data" # gone with its namespace; about 0.5 GB

say "dockerd"
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
  --cgroup-parent "/$cgroup" --iptables=false --ip6tables=false --bridge=none >"$work/dockerd.log" 2>&1 &
dockerd=$!
# What it has started goes first; the namespaces end with this script, and with them the rest.
stop() {
  local code=$?
  trap - EXIT
  if ((code != 0 && code != 77)); then
    echo "--- the container:" >&2
    docker-compose -f "$work/docker/compose.yaml" logs --no-color --tail 60 >&2 2>/dev/null || true
    echo "--- dockerd:" >&2
    tail -n 15 "$work/dockerd.log" >&2
  fi
  if [[ -f $work/docker/compose.yaml ]]; then
    docker-compose -f "$work/docker/compose.yaml" down --timeout 5 >/dev/null 2>&1 || true
  fi
  say "down"
  kill -TERM "$dockerd" 2>/dev/null && wait "$dockerd" 2>/dev/null
  exit "$code"
}
trap stop EXIT
for ((try = 0; try < 300; ++try)); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$dockerd" 2>/dev/null || {
    if grep -Eiq 'operation not permitted|permission denied|cgroup.*not (mounted|found)' "$work/dockerd.log"; then
      skip "dockerd may not start here: $(tail -n 1 "$work/dockerd.log")"
    fi
    fail "dockerd ended at once"
  }
  sleep 0.1
done
docker version >/dev/null || fail "dockerd does not answer"

say "image, with the binaries of $binaries"
docker import "$base" base >/dev/null
mkdir "$work/image"
cp "$binaries/freshet" "$binaries/freshet-step" "$work/image"
printf 'FROM runtime\nCOPY freshet freshet-step /usr/local/bin/\n' >"$work/image/Dockerfile"
docker build --network none --target runtime --build-arg BASE=base -t runtime -f "$root/docker/Dockerfile" \
  "$root" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; fail "docker build of the runtime stage"; }
docker build --network none -t freshet "$work/image" >"$work/build.log" 2>&1 ||
  { tail -n 30 "$work/build.log"; fail "docker build of the last stage"; }

# compose.yaml as it is, but for the port: without a bridge the container shares this network namespace.
mkdir -p "$work/docker" "$work/projects/letters"
sed -e 's/^    ports:.*/    network_mode: host/' -e '/^    build:/d' "$root/docker/compose.yaml" \
  >"$work/docker/compose.yaml"
grep -q 'network_mode: host' "$work/docker/compose.yaml" || fail "compose.yaml has no line with ports:"
cat >"$work/projects/letters/freshet.yaml" <<'YAML'
project: letters
sources: [{asset: letters, webhook: {}}]
assets:
  - {key: answers, deps: [letters], automation: eager, command: [sh, -c, "date > answers.txt"]}
YAML
chown -R 10001:10001 "$work/projects"
chmod 755 "$work"
export FRESHET_PROJECTS=$work/projects FRESHET_PROJECT=letters
url=http://localhost:4747

compose() { docker-compose -f "$work/docker/compose.yaml" --no-ansi "$@" >>"$work/compose.log" 2>&1; }
token() { docker exec "$(docker ps -q)" cat /state/freshet/token; }
api() {
  local path=$1
  shift
  curl --fail-with-body --silent --show-error -H "Authorization: Bearer $(token)" "$@" "$url/api/v1/$path"
}
# Waits until the container is healthy by its own HEALTHCHECK.
healthy() {
  local try status
  for ((try = 0; try < 400; ++try)); do
    status=$(docker inspect -f '{{.State.Health.Status}}' "$(docker ps -q)" 2>/dev/null) || status=''
    [[ $status == healthy ]] && return
    (($(docker inspect -f '{{.RestartCount}}' "$(docker ps -aq)") < 3)) || fail "the daemon ends again and again"
    sleep 0.1
  done
  fail "the container is not healthy but \"$status\""
}

say "up"
compose up -d || { cat "$work/compose.log"; fail "docker-compose up"; }
healthy

say "an event"
api events --output /dev/null \
  --json '{"kind": "observation", "asset": "letters", "data_version": "from-alice"}'
for ((try = 0; try < 300; ++try)); do
  [[ -s $work/projects/letters/answers.txt ]] && break
  sleep 0.1
done
[[ -s $work/projects/letters/answers.txt ]] || fail "the step did not run: $(api runs)"
[[ $(stat -c %u "$work/projects/letters/answers.txt") == 10001 ]] || fail "the step ran as another user"
for ((try = 0; try < 300; ++try)); do
  runs=$(api runs)
  [[ $runs == *'"succeeded"'* ]] && break
  sleep 0.1
done

# Prints what history knows, without what may differ from one answer to the next.
history() {
  api assets/letters/events >"$work/events.json"
  api runs >"$work/runs.json"
  python3 - "$work" <<'PYTHON'
import json, sys
events = json.load(open(sys.argv[1] + "/events.json"))["items"]
runs = json.load(open(sys.argv[1] + "/runs.json"))["items"]
print("events", sum("from-alice" in json.dumps(event) for event in events))
print("runs", [(run["id"], run["status"]) for run in runs])
PYTHON
}
before=$(history)
[[ $before == *"events 1"* && $before == *succeeded* ]] || fail "history is not as expected: $before"
secret=$(token)

say "down and up"
compose down || { cat "$work/compose.log"; fail "docker-compose down"; }
[[ -z $(docker ps -aq) ]] || fail "a container is left after down"
compose up -d || { cat "$work/compose.log"; fail "docker-compose up, the second time"; }
healthy
after=$(history)
[[ $before == "$after" ]] || fail "history was: $before; it is: $after"
[[ $secret == "$(token)" ]] || fail "the token is another one"

say "a container without rights"
container=$(docker ps -q)
[[ $(docker exec "$container" id -u) == 10001 ]] || fail "the daemon does not run as 10001"
docker exec "$container" sh -c 'touch /usr/local/bin/x' 2>/dev/null && fail "the image can be written to"
docker exec "$container" grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || fail "the container has capabilities"

say "passed"
