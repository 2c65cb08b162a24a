#!/usr/bin/env bash
# build.sh: bring build/slisp up to date. usage: build.sh release|tests
#   release   what ./slisp needs; returns at once when nothing is newer than build/slisp
#   tests     also the tests and the packages they want
# Missing Debian packages (packages.txt) are installed first, as root or with sudo. Two runs at once wait for each other.
set -u
mode=${1:-release}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

fresh() {
  [ -x "$build/slisp" ] || return 1
  [ -z "$(find "$root/src" "$root/runtime" "$root/stdlib" "$root/cmake" "$root/CMakeLists.txt" -newer "$build/slisp" -type f -print -quit)" ]
}
[ "$mode" = release ] && fresh && exit 0

mkdir -p "$build" || { echo "slisp: cannot write $build" >&2; exit 1; }
exec 9>"$build/.lock"
if ! flock -n 9; then
  echo "slisp: another build is running, waiting for it" >&2
  flock 9
fi
[ "$mode" = release ] && fresh && exit 0

wanted=$(sed 's/#.*//' "$root/packages.txt" | awk -v mode="$mode" 'NF==1 || (NF==2 && mode==$2) {print $1}')
missing=$(for p in $wanted; do dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || echo "$p"; done)
if [ -n "$missing" ]; then
  line="apt-get install -y $(echo $missing)"
  as=""
  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then as="sudo"; else
      echo "slisp: packages are missing; run: sudo $line" >&2
      exit 1
    fi
  fi
  echo "slisp: installing $(echo $missing)" >&2
  export DEBIAN_FRONTEND=noninteractive
  log=$build/install.log
  if ! { $as $line >"$log" 2>&1 </dev/null || { $as apt-get update >"$log" 2>&1 </dev/null && $as $line >>"$log" 2>&1 </dev/null; }; }; then
    echo "slisp: packages are missing; run: ${as:+sudo }apt-get update && ${as:+sudo }$line" >&2
    exit 1
  fi
fi

tests=OFF
[ "$mode" = tests ] && tests=ON
[ -f "$build/CMakeCache.txt" ] && grep -q '^SLISP_TESTS:BOOL=ON' "$build/CMakeCache.txt" && tests=ON
if [ ! -f "$build/build.ninja" ] || ! grep -q "^SLISP_TESTS:BOOL=$tests" "$build/CMakeCache.txt" 2>/dev/null; then
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSLISP_TESTS=$tests >"$build/configure.log" 2>&1 ||
    { tail -n 20 "$build/configure.log" >&2; echo "slisp: configuring failed, see $build/configure.log" >&2; exit 1; }
fi
targets=slisp
[ "$mode" = tests ] && targets=all
[ -x "$build/slisp" ] || echo "slisp: building (once, a few minutes)" >&2
NINJA_STATUS="[%f/%t] " ninja -C "$build" $targets >&2 9>&- ||
  { echo "slisp: building failed" >&2; exit 1; }
touch "$build/slisp"
