# shellcheck shell=bash
# Shared by the scripts: messages, Debian packages, and the cache outside the tree.
# Sourced, never run. The caller has `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/weir
jobs=$(nproc)

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, through sudo, or not at all.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# installed NAME|NAME: true if one of them is.
installed() {
  local name
  for name in ${1//|/ }; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ] || return 0
  done
  return 1
}

# available NAME|NAME: the first that apt knows, or the first.
available() {
  local name
  for name in ${1//|/ }; do
    if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    name=${1%%|*}
  done
  printf '%s\n' "$name"
}

# missing_packages GROUP...: the names of packages.txt that these groups need and that are absent.
missing_packages() {
  local name group replacement
  while read -r name group replacement; do
    case $name in '' | '#'*) continue ;; esac
    case " $* " in *" $group "*) ;; *) continue ;; esac
    if [ -n "$replacement" ] && command -v "$replacement" >/dev/null; then continue; fi
    installed "$name" || printf '%s\n' "$name"
  done <"$root/scripts/lib/packages.txt"
}

# need_packages GROUP...: installs what is missing. Silent and offline when nothing is.
need_packages() {
  local missing name names=()
  command -v dpkg-query >/dev/null ||
    die "this is not Debian; install the equivalents of scripts/lib/packages.txt and use cmake --preset"
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq >&2 || die "cannot install packages without root; run: apt-get install ${missing[*]%%|*}"
  for name in "${missing[@]}"; do names+=("$(available "$name")"); done
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${names[@]}" >&2 || die "apt-get could not install: ${names[*]}"
}

# headers: the packages with headers, and their versions. Nothing where there is no dpkg.
headers() { dpkg-query -W -f '${Package} ${Version}\n' '*-dev' 2>/dev/null | sort || true; }

# discard_outdated DIR: removes a build's output if a package that it was made with was upgraded since.
# dpkg gives headers the time of their package, which is older than the output: ninja sees no change,
# and clang stops at a precompiled header.
discard_outdated() {
  local list=$1/headers.txt
  if [ -f "$list" ] && [ -n "$(comm -23 "$list" <(headers))" ]; then
    say "system headers have changed: building anew"
    cmake --build "$1" --target clean >&2
  fi
  headers >"$list"
}

# build PRESET [TARGET...]: configures when needed, then builds.
build() {
  local preset=$1
  shift
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset" >&2) || return
  fi
  discard_outdated "$root/build/$preset"
  cmake --build "$root/build/$preset" --parallel "$jobs" ${1:+--target "$@"} >&2
}

# digest FILE...: a short name for the contents, used as a cache key.
digest() { cat "$@" | sha256sum | cut -c1-16; }

# fill DIR COMMAND...: makes DIR once. COMMAND gets a scratch path and leaves its result there; an
# interrupted build leaves nothing that looks complete.
fill() {
  local directory=$1 scratch=$1.part.$$
  shift
  [ ! -d "$directory" ] || return 0
  mkdir -p "$(dirname "$directory")"
  if ! "$@" "$scratch"; then
    rm -rf "$scratch"
    return 1
  fi
  mv -T "$scratch" "$directory" 2>/dev/null || rm -rf "$scratch" # another run was faster
  [ -d "$directory" ]
}
