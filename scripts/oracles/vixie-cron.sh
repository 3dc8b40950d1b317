#!/bin/sh
# What does Debian's cron daemon really do? Runs the installed, unmodified daemon over a stretch of virtual time and prints
# every job start.
#
# usage: vixie-cron.sh [-f] [-p] ZONE START END TABLE
#   ZONE        the zone of the daemon, as on a machine whose own zone it is
#   START END   seconds since the epoch. The daemon runs nothing in its first minute: start it early
#   TABLE       a user's crontab, at most 10,000 lines; every command begins with "oracle-"
#   -f          let the daemon fork for every start, as it does in life: about 0.7 ms each, instead of under 1 us
#   -p          let the 10 s pass for which it pauses between batches of jobs that it is late with, as after a gap
# output: SECONDS TAB COMMAND, in the order of the starts
# ROTA_ORACLE_BOOT=1 makes the daemon take its start for a boot; ROTA_ORACLE_RUN lets jobs really run (see virtual-time.c)
#
# Needs: the package cron, a C compiler (gcc), unshare and mount (util-linux); root, or a kernel that lets users
# make namespaces. Everything happens in a private mount namespace: the machine's crontabs are neither read nor touched.
set -eu
fork='' pauses=''
while getopts fp option; do
  case $option in f) fork=1 ;; p) pauses=1 ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
[ $# -eq 4 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }
zone=$1 start=$2 end=$3 table=$4
here=$(cd "$(dirname "$0")" && pwd)
for program in cron cc unshare; do
  command -v "$program" >/dev/null || { echo "vixie-cron.sh: $program is missing; apt-get install cron gcc libc6-dev util-linux" >&2; exit 3; }
done
[ -e "${TZDIR:-/usr/share/zoneinfo}/$zone" ] || { echo "vixie-cron.sh: there is no zone $zone" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cache=${ROTA_ORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rota-oracles}
mkdir -p "$cache"
shim=$cache/virtual-time-$(cksum < "$here/virtual-time.c" | tr ' ' '-').so
if [ ! -e "$shim" ]; then
  cc -O2 -Wall -fno-builtin -shared -fPIC -o "$shim.$$" "$here/virtual-time.c"
  mv "$shim.$$" "$shim"
fi

cp "$table" "$work/table"
[ -z "$(tail -c1 "$work/table")" ] || echo >> "$work/table" # cron ignores a last line without its newline
export zone start end fork pauses work shim
if [ "$(id -u)" = 0 ]; then separate='unshare -m'; else separate='unshare -rm'; fi
$separate sh -euc '
  mount --make-rprivate / 2>/dev/null || true
  mount -t tmpfs none /var/spool/cron
  mount -t tmpfs none /etc/cron.d
  mount -t tmpfs none /run
  if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
  mkdir -p /var/spool/cron/crontabs
  cp "$work/table" /var/spool/cron/crontabs/root
  chmod 600 /var/spool/cron/crontabs/root
  [ -n "${ROTA_ORACLE_BOOT:-}" ] || : > /run/crond.reboot
  export TZ="$zone" ROTA_ORACLE_START="$start" ROTA_ORACLE_END="$end"
  if [ -n "$fork" ]; then export ROTA_ORACLE_FORK=1; fi
  if [ -n "$pauses" ]; then export ROTA_ORACLE_PAUSES=1; fi
  LD_PRELOAD="$shim" exec cron -f' </dev/null
