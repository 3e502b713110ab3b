#!/usr/bin/env bash
# with_postgresql.sh COMMAND...: runs COMMAND beside a throw-away PostgreSQL, whose address is in
# AGENCYFLOW_DATABASE_URL. It listens on a socket in its own temporary folder and nowhere else.
# One that is set already is used as it is. Where no PostgreSQL can be had, says how to get one.
set -uo pipefail
. "$(dirname "$0")/debian.sh"

if [ -n "${AGENCYFLOW_DATABASE_URL:-}" ]; then
  exec "$@"
fi

programs() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) /usr/local/bin /opt/homebrew/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then echo "$folder" && return; fi
  done
  if command -v initdb >/dev/null; then dirname "$(command -v initdb)"; fi
}

bin=$(programs)
[ -n "$bin" ] || { install postgresql && bin=$(programs); }
if [ -z "$bin" ]; then
  echo "skipped on PostgreSQL; to have it: apt-get install postgresql (as root), or set AGENCYFLOW_DATABASE_URL"
  exit 0
fi

folder=$(mktemp -d /tmp/agencyflow-postgresql.XXXXXX)
as_server=()
if [ "$(id -u)" = 0 ]; then
  # PostgreSQL refuses to run as root.
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  chown "$owner" "$folder"
  as_server=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups --)
fi
stop() {
  "${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Nothing here outlives the tests, so nothing waits for the disk.
cd /
if ! {
  "${as_server[@]}" "$bin/initdb" -D "$folder/data" -U agencyflow -A trust -E UTF8 --locale=C --no-sync &&
    "${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start \
      -o "-k $folder -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
} >"$folder/start" 2>&1 </dev/null; then
  cat "$folder/start" "$folder/log" 2>/dev/null | tail -n 20
  echo "the throw-away PostgreSQL did not start"
  exit 1
fi
cd "$OLDPWD" || exit 1
AGENCYFLOW_DATABASE_URL="postgresql+psycopg://agencyflow@/postgres?host=$folder" "$@"
