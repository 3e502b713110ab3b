#!/usr/bin/env bash
# Debian's Chromium and a font with Chinese characters, for the tests that play real pages.
# Where they cannot be had, those tests are skipped; this says how to get them.
set -uo pipefail
. "$(dirname "$0")/debian.sh"

missing=
command -v chromium >/dev/null || missing="chromium"
{ fc-list :lang=zh 2>/dev/null || true; } | grep -q . || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086 # a list of packages
install $missing && exit 0
echo "browser tests may be skipped; to have them: apt-get install$([ "${missing# }" = "$missing" ] && echo " ")$missing (as root)"
exit 0
