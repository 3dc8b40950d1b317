#!/bin/sh
# What does cronie's daemon really do? Runs the unmodified crond of Debian 13's package cronie over a stretch of virtual time and
# prints every job start.
#
# usage: cronie.sh ZONE START END TABLE
#   ZONE        the zone of the daemon
#   START END   seconds since the epoch. The daemon runs nothing in its first minute: start it early
#   TABLE       root's crontab; CRON_TZ= lines are read
# output: SECONDS TAB COMMAND, in the order of the starts
# ROTA_ORACLE_BOOT=1 makes the daemon take its start for a boot; ROTA_ORACLE_RUN lets jobs really run (see virtual-time.c)
#
# The first call downloads cronie and its libraries from Debian 13 with a source list of its own, from the mirror that apt uses on this machine, and unpacks them into the cache; they run with
# their own dynamic loader, nothing is installed. Needs: apt, dpkg-deb, gcc, unshare; root.
set -eu
[ $# -eq 4 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }
zone=$1 start=$2 end=$3 table=$4
here=$(cd "$(dirname "$0")" && pwd)
cache=${ROTA_ORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rota-oracles}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

root=$cache/cronie
if [ ! -x "$root/usr/sbin/crond" ]; then
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
  mirror=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | awk '/^URIs:/ { print $2; exit } /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }')
  echo "deb $mirror trixie main" > "$work/sources.list"
  set -- "$@" -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" \
    -o "Dir::Cache::archives=$work/archives" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
  shift 4
  (
    cd "$work"
    apt-get -qq "$@" update
    for package in cronie libc6 libpam0g libselinux1 libaudit1 libpcre2-8-0 libcap-ng0; do
      apt-get -qq "$@" download "$package/trixie"
    done
    for package in *.deb; do dpkg-deb -x "$package" root; done
  ) >&2
  rm -rf "$root"
  mv "$work/root" "$root"
fi
shim=$cache/virtual-time-$(cksum < "$here/virtual-time.c" | tr ' ' '-').so
if [ ! -e "$shim" ]; then
  cc -O2 -Wall -fno-builtin -shared -fPIC -o "$shim.$$" "$here/virtual-time.c"
  mv "$shim.$$" "$shim"
fi

export TZ="$zone" ROTA_ORACLE_START="$start" ROTA_ORACLE_END="$end" ROTA_ORACLE_FORK=1 work root shim table
unshare -m sh -euc '
  mount --make-rprivate / 2>/dev/null || true
  cp "$table" "$work/table"
  mkdir -p /var/spool/cron
  mount -t tmpfs none /var/spool/cron
  mount -t tmpfs none /etc/cron.d
  mount -t tmpfs none /run
  if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
  mkdir -p /var/spool/cron/crontabs
  cp "$work/table" /var/spool/cron/crontabs/root
  chmod 600 /var/spool/cron/crontabs/root
  [ -n "${ROTA_ORACLE_BOOT:-}" ] || : > /run/cron.reboot
  lib=$(echo "$root"/usr/lib/*-linux-gnu)
  exec "$lib"/ld-linux-*.so.* --library-path "$lib" --preload "$shim" "$root/usr/sbin/crond" -n -s -i' </dev/null
