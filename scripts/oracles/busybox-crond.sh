#!/bin/sh
# What does BusyBox crond really do? Runs the crond of Debian's source package over a stretch of virtual time and prints every job
# start.
#
# usage: busybox-crond.sh ZONE START END TABLE
#   ZONE        the zone of the daemon
#   START END   seconds since the epoch
#   TABLE       root's crontab
# output: SECONDS TAB COMMAND, in the order of the starts
# ROTA_ORACLE_RUN lets jobs really run (see virtual-time-busybox.c)
#
# The first call builds BusyBox with crond alone, dynamically linked (Debian's own package has no crond), from `apt-get source busybox`
# with a source list of its own, from the mirror that apt uses on this machine; its lists are not touched. ROTA_BUSYBOX_SOURCE names an unpacked source instead.
# Needs: gcc, make, libc6-dev, dpkg-dev, unshare; root.
set -eu
[ $# -eq 4 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }
zone=$1 start=$2 end=$3 table=$4
here=$(cd "$(dirname "$0")" && pwd)
cache=${ROTA_ORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rota-oracles}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ ! -x "$cache/busybox-crond" ]; then
  source=${ROTA_BUSYBOX_SOURCE:-}
  if [ -z "$source" ]; then
    . /etc/os-release
    mkdir -p "$work/lists/partial"
    mirror=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | awk '/^URIs:/ { print $2; exit } /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }')
    echo "deb-src $mirror ${VERSION_CODENAME:-stable} main" > "$work/sources.list"
    set -- -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
    (cd "$work" && apt-get -qq "$@" update && apt-get -qq "$@" source busybox) >&2
    source=$(echo "$work"/busybox-*/)
  fi
  cp -r "$source" "$work/build"
  (
    cd "$work/build"
    make -s allnoconfig
    for option in CROND CRONTAB FEATURE_CROND_D FEATURE_CROND_SPECIAL_TIMES LONG_OPTS FEATURE_SYSLOG CAT SHOW_USAGE; do
      sed -i "s/^# CONFIG_$option is not set\$/CONFIG_$option=y/" .config
    done
    sed -i 's,^CONFIG_FEATURE_CROND_DIR=.*,CONFIG_FEATURE_CROND_DIR="/var/spool/cron",' .config
    yes '' | make -s oldconfig > /dev/null
    make -s -j2 busybox
  ) >&2
  mv "$work/build/busybox" "$cache/busybox-crond"
fi
shim=$cache/virtual-time-busybox-$(cksum < "$here/virtual-time-busybox.c" | tr ' ' '-').so
if [ ! -e "$shim" ]; then
  cc -O2 -Wall -fno-builtin -shared -fPIC -o "$shim.$$" "$here/virtual-time-busybox.c"
  mv "$shim.$$" "$shim"
fi

mkdir "$work/tables"
cp "$table" "$work/tables/root"
export TZ="$zone" ROTA_ORACLE_START="$start" ROTA_ORACLE_END="$end" work cache shim
unshare -m sh -euc '
  mount --make-rprivate / 2>/dev/null || true
  mount -t tmpfs none /run
  LD_PRELOAD="$shim" exec "$cache/busybox-crond" crond -f -d 8 -c "$work/tables" 2>/dev/null' </dev/null
