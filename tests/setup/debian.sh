# Read by the scripts beside it: Debian's packages, where this machine lets us install them.

may_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# install PACKAGE...: succeeds when they are there afterwards. What apt says is shown only when it fails.
install() {
  may_install || return 1
  local log
  log=$(mktemp)
  echo "installing Debian's $*"
  if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return 0
  fi
  tail -n 5 "$log"
  rm -f "$log"
  return 1
}
