# Sourced by the examples' `run`: a daemon that is built from this folder's sources, on one project.
#
# Sets url and state; the daemon is stopped when the script ends, however it ends.
# What else is to end with it, a function `on_end` ends.
# The caller has set: example (its name), port (0: any free one), keep (non-empty: the state stays).

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$examples")
daemon=''

fail() {
  echo "examples/$example/run: $*" >&2
  exit 1
}

# Sets freshet to the binary: $FRESHET_BIN/freshet if that is set, else one built here and now.
build_daemon() {
  if [[ ${FRESHET_BIN-} ]]; then
    freshet=$FRESHET_BIN/freshet
    [[ -x $freshet ]] || fail "no program $freshet: FRESHET_BIN wants the folder of freshet and freshet-step"
    return
  fi
  "$root/docker/dependencies.sh" install examples
  local log=$root/build/examples/build.log
  mkdir -p "${log%/*}"
  echo "building freshet (the first time takes some minutes) ..."
  (cd "$root" && cmake --preset release --log-level=WARNING && cmake --build --preset release) >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    fail "the build failed; all of it: $log"
  }
  freshet=$root/build/release/bin/freshet
}

stop_daemon() {
  [[ $daemon ]] || return 0
  kill -TERM "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
  daemon=''
}

clean_up() {
  local code=$?
  trap - EXIT INT TERM
  stop_daemon
  ! declare -F on_end >/dev/null || on_end
  ((code == 0 || code == 130 || code == 143)) || [[ ! -s ${state-}/daemon.log ]] || {
    echo "--- the daemon's last words:" >&2
    tail -n 20 "$state/daemon.log" >&2
  }
  [[ $keep || ! ${scratch-} ]] || rm -rf "$scratch"
  exit "$code"
}

# Sets state to the daemon's folder, which is removed at the end unless it is to be kept.
make_state() {
  [[ ! ${state-} ]] || return 0
  mkdir -p "$root/build/examples"
  if [[ $keep ]]; then
    state=$root/build/examples/$example
    mkdir -p "$state"
  else
    scratch=$(mktemp -d "$root/build/examples/$example.XXXXXX")
    state=$scratch
  fi
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Starts the daemon on the project $1 and returns when it is ready.
start_daemon() {
  local project=$1
  make_state
  ((port == 0)) || ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
    fail "port $port is taken, perhaps by another daemon: stop that one, or try --port 0"
  "$freshet" serve "$project" --listen "127.0.0.1:$port" --state "$state" >"$state/daemon.log" 2>&1 &
  daemon=$!
  local try opened
  for ((try = 0; try < 300; ++try)); do
    kill -0 "$daemon" 2>/dev/null || { daemon=''; fail "the daemon ended at once"; }
    # It prints a URL with a ticket that signs a browser in, once.
    if opened=$(grep -om1 'http://[^ ]*?ticket=[^ ]*' "$state/daemon.log" 2>/dev/null); then
      url=${opened%%/\?*}
      if curl --fail --silent --output /dev/null "$url/readyz"; then
        export FRESHET_URL=$url FRESHET_TOKEN_FILE=$state/token
        echo "Freshet is open at $opened"
        return
      fi
    fi
    sleep 0.1
  done
  fail "the daemon is not ready after 30 s: $(curl --silent "${url-}/readyz")"
}

# Shows the state of things by `api.py`, which see.
api() { python3 "$examples/api.py" "$@"; }

# Leaves the daemon running until Ctrl-C.
stay() {
  echo
  echo "The daemon goes on; Ctrl-C ends it.  Its page, good for one browser and a minute; \`$freshet open --state"
  echo "$state\` prints another:"
  echo "  $("$freshet" open --state "$state" | tail -n 1)"
  echo "From another terminal:"
  echo "  export FRESHET_URL=$url FRESHET_TOKEN_FILE=$state/token"
  printf '  %s\n' "$@"
  wait "$daemon" || fail "the daemon ended by itself"
}
