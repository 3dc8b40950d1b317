#!/bin/sh
# A systemd user manager for one user, with a journal, also on a machine that was not booted with systemd.
#
# usage: scripts/user-systemd.sh start USER            create USER if missing; start what does not run yet
#        scripts/user-systemd.sh env USER              print the environment of a login of USER, one NAME=VALUE per line
#        scripts/user-systemd.sh run USER COMMAND...   run COMMAND as USER, in USER's home, with that environment
#        scripts/user-systemd.sh stop USER             stop USER's manager, if this script started it
#        scripts/user-systemd.sh stop-journal          stop the journal, if this script started it
#
# Needs root, systemd and setpriv (util-linux); no D-Bus daemon. Safe to repeat: managers and journals that something else
# started are used and never stopped. USER is never removed. On a machine booted with systemd, `start` is
# `systemctl start user@UID`. Elsewhere the journal is volatile, and `journalctl --user` finds nothing: ask for
# `journalctl --user-unit=NAME`. Tests use this through `userSystemd()` of tests/support.
set -eu

state=/run/rota-user-systemd

fail() { echo "user-systemd.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }

[ $# -ge 1 ] || usage
command=$1
user=${2:-}

# Once for each call: tests come here many thousand times. All empty where there is no such user.
look_up_account() {
  IFS=: read -r _ _ uid gid _ home _ <<END
$(getent passwd "$user")
END
}
booted() { [ "$(cat /proc/1/comm)" = systemd ]; }
# The program of a process is asked, not its title, which anybody may choose.
runs() { [ -r "$1" ] && pid=$(cat "$1") && case $(readlink "/proc/$pid/exe" 2>/dev/null) in */systemd | */systemd-journald) ;; *) false ;; esac; }

login_environment() {
  printf '%s\n' "HOME=$home" "USER=$user" "LOGNAME=$user" SHELL=/bin/sh LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin "XDG_RUNTIME_DIR=/run/user/$uid" \
    "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus"
}

# Word splitting of the environment is wanted: none of its values has a blank.
# shellcheck disable=SC2046
as_user() { cd "$home" && exec setpriv --reuid "$uid" --regid "$gid" --init-groups env -i $(login_environment) "$@"; }

answers() { (as_user systemctl --user show-environment) >/dev/null 2>&1; }

# wait_for SECONDS COMMAND...
wait_for() {
  tries=$(($1 * 10)); shift
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}

start_journal() {
  # Those of booted test machines are no journals of this one.
  [ -S /run/systemd/journal/socket ] && pgrep --ns $$ --nslist pid -x systemd-journal >/dev/null && return
  setsid /lib/systemd/systemd-journald >/dev/null 2>&1 </dev/null &
  echo $! >"$state/journal.pid"
  wait_for 60 test -S /run/systemd/journal/socket || fail 'the journal did not start'
}

# With a volatile journal, users read their entries only if the folder has the group that systemd-tmpfiles gives it at a boot.
share_journal() {
  [ -d /run/log/journal ] || return 0
  chgrp -R systemd-journal /run/log/journal
  chmod 2755 /run/log/journal
  find /run/log/journal -mindepth 1 -maxdepth 1 -type d -exec chmod 2750 {} +
  [ "$uid" = 0 ] || usermod -aG systemd-journal "$user"
}

# The folders in which systemd keeps its tree of control groups: version 2, and the named one of version 1.
cgroup_roots() { awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/mounts; }

# A manager exits at once, and silently, without a control group that it may write. journald tells the units of a user apart
# (journalctl --user-unit) only when the group has the name that it has after a real boot.
cgroup_of() { echo "$1/user.slice/user-$uid.slice/user@$uid.service"; }

own_cgroups() {
  for root in $(cgroup_roots); do
    group=$(cgroup_of "$root")
    mkdir -p "$group" 2>/dev/null || continue
    for file in "$group" "$group/cgroup.procs" "$group/cgroup.threads" "$group/cgroup.subtree_control" "$group/tasks"; do
      [ ! -e "$file" ] || chown "$user:" "$file"
    done
  done
}

# Runs in a subshell of its own, which becomes the manager.
become_manager() {
  for root in $(cgroup_roots); do
    group=$(cgroup_of "$root")
    # The inner shell's id is that of the process that the manager will be.
    [ ! -d "$group" ] || sh -c 'echo $PPID' >"$group/cgroup.procs" 2>/dev/null || true
  done
  sh -c 'echo $PPID' >"$state/$user.pid"
  as_user setsid /lib/systemd/systemd --user --log-target=journal
}

start_manager() {
  runtime=/run/user/$uid
  mkdir -p "$runtime"
  chown "$user:" "$runtime"
  chmod 700 "$runtime"
  own_cgroups
  (become_manager) >/dev/null 2>&1 </dev/null &
  wait_for 120 answers || fail "the manager of $user did not come up; run it by hand to see why: /lib/systemd/systemd --user"
}

start() {
  [ -x /lib/systemd/systemd ] || fail 'systemd is not installed: apt-get install systemd dbus-user-session'
  mkdir -p "$state"
  # Several test runs may start the same manager at the same moment.
  exec 9>"$state/lock"
  flock 9
  [ -n "$uid" ] || { useradd --create-home --shell /bin/bash "$user" && look_up_account; }
  if booted; then
    systemctl start "user@$uid.service"
    wait_for 120 answers || fail "the manager of $user does not answer"
    return
  fi
  # Without this folder, which says that systemd is in charge, a user manager refuses to start.
  mkdir -p /run/systemd/system
  start_journal 9>&-
  share_journal
  answers || start_manager 9>&-
}

stop() {
  file=$state/$1.pid
  runs "$file" || { rm -f "$file"; echo "no such process was started by this script"; return; }
  pid=$(cat "$file")
  kill -TERM "$pid"
  wait_for 60 test ! -e "/proc/$pid" || kill -KILL "$pid"
  rm -f "$file"
}

remove_cgroups() {
  for root in $(cgroup_roots); do
    group=$(dirname "$(cgroup_of "$root")")
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

[ "$(id -u)" = 0 ] || fail 'needs root'
case $command in
start | env | run | stop)
  [ -n "$user" ] || usage
  look_up_account
  ;;
esac
case $command in
start) start ;;
env) login_environment ;;
run)
  [ $# -ge 3 ] || usage
  shift 2
  as_user "$@"
  ;;
stop) stop "$user" && remove_cgroups ;;
stop-journal) stop journal ;;
*) usage ;;
esac
