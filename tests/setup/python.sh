#!/usr/bin/env bash
# python.sh FOLDER: a virtual environment in FOLDER that holds what constraints.txt pins, and
# agencyflow itself in place. Every file is checked against its hash; nothing is built from afar.
set -euo pipefail
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/debian.sh"

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
python=
for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
  if "$candidate" -c "$new_enough" 2>/dev/null; then python=$candidate && break; fi
done
if [ -z "$python" ]; then
  echo "agencyflow needs Python 3.11 or later. Name one: make PYTHON=/path/to/python3" >&2
  exit 1
fi

if ! "$folder/bin/python" -c "$new_enough; import pip" 2>/dev/null; then
  rm -rf "$folder"
  # Debian keeps the part of Python that makes environments in a package of its own.
  "$python" -m venv "$folder" >/dev/null 2>&1 || { rm -rf "$folder" && install python3-venv; } || {
    echo "$python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2
    exit 1
  }
  [ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
fi

echo "installing what constraints.txt pins into $folder (about half a minute)"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$folder/bin/python" -m pip install --quiet --require-hashes -r "$root/constraints.txt"
"$folder/bin/python" -m pip install -qq --no-deps --no-build-isolation --editable "$root"
