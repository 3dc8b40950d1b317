#!/bin/bash
# Test machines: a current Debian with systemd as PID 1, booted in a second in Linux namespaces. No virtualisation, no daemon.
#
# usage: scripts/testhost.sh build [--force]               make the tree that all machines share (half a minute, 600 MB, once)
#        scripts/testhost.sh boot NAME [OPTION...]         boot a new machine; prints the process id of its init
#            --hostname HOST   the name inside (default: NAME)
#            --net NETWORK     a private network: only the machines of NETWORK, which reach each other by host name, and no internet
#                              (default: the network of this machine, ports included, and no ssh server)
#            --bind FROM:TO    a folder of this machine, read-only inside at TO; may be repeated
#            --owner PID       the machine belongs to that process: when it has ended, the next `boot` removes the machine
#            --replace         remove a machine of that name first
#        scripts/testhost.sh exec NAME COMMAND...          run as root inside
#        scripts/testhost.sh user NAME USER COMMAND...     run as an ordinary user with a running user manager; a missing user is
#                                                          created, with linger
#        scripts/testhost.sh reboot NAME [--hard]          shut down in order and boot with the same disk; --hard cuts the power; one
#                                                          that went down by itself is only booted
#        scripts/testhost.sh down NAME | --all             end machines and remove their disks
#        scripts/testhost.sh list                          name, init and state of each machine
#
# Inside are systemd 262, cron, node, git, jj, chezmoi, nix, restic, age, sqlite3, ssh and python (Debian forky); the checkout that
# this script belongs to is at /src, read-only. The environment of this machine does not reach inside.
#
# Needs root on Linux and mmdebstrap. Packages come from the Debian mirror that apt uses on this machine, or ROTA_TESTHOST_MIRROR.
#
# What it leaves alone: a machine has its own processes, mounts, host name, IPC and control groups, and writes to an overlay over the
# shared tree. The clock is that of this machine, and nobody inside may set it (`timedatectl set-timezone` would, the first time after
# a boot). It is not a security boundary: root inside is root. Files are only made in ROTA_TESTHOST_BASE (default
# /var/cache/rota-testhost, the shared tree) and ROTA_TESTHOST_RUN (default /run/rota-machines, one folder for each machine).
set -euo pipefail

base=${ROTA_TESTHOST_BASE:-/var/cache/rota-testhost}
run=${ROTA_TESTHOST_RUN:-/run/rota-machines}
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=forky
packages=(
  systemd systemd-sysv libpam-systemd dbus dbus-user-session cron
  ca-certificates curl iproute2 mount procps tzdata
  git jujutsu chezmoi nix-bin nodejs python3
  age libarchive-tools openssh-client openssh-server restic rsync sqlite3 zstd
)
boot_seconds=200
stop_seconds=90

fail() { echo "testhost.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }

# --- The shared tree ---------------------------------------------------------------------------------------------------------

stamp() { printf '%s\n' "$suite" "${packages[@]}"; }

# The first Debian archive of apt's own sources, in whichever format they are written; not the security archive, which has no forky.
mirror() {
  [ -z "${ROTA_TESTHOST_MIRROR:-}" ] || { echo "$ROTA_TESTHOST_MIRROR"; return; }
  apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk '$2 !~ /security/ { print $1; exit }'
}

has_all_packages() {
  [ -x "$1/sbin/init" ] || return 1
  local missing
  missing=$(comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
    <(dpkg-query --admindir="$1/var/lib/dpkg" -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }' | sort))
  [ -z "$missing" ]
}

build() {
  mkdir -p "$(dirname "$base")"
  exec 9>"$base.lock"
  flock 9
  if [ "${1:-}" != --force ]; then
    if [ -x "$base/sbin/init" ] && cmp -s "$base.stamp" <(stamp); then return; fi
    # A tree without a stamp, made by other means, is as good when nothing is missing in it.
    if [ ! -e "$base.stamp" ] && has_all_packages "$base"; then stamp >"$base.stamp"; return; fi
  fi
  command -v mmdebstrap >/dev/null || fail 'mmdebstrap is missing: apt-get install mmdebstrap'
  [ -z "$(running_machines)" ] || fail "these machines use the tree that is to be replaced: $(running_machines | tr '\n' ' ')"
  local site
  site=$(mirror)
  [ -n "$site" ] || fail "apt on this machine names no Debian archive; set ROTA_TESTHOST_MIRROR"
  remove_tree "$base.new"
  # Archives that are frozen at a date have release files past their validity.
  mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$base.new" "$site" 9>&-
  : >"$base.new/etc/machine-id"
  rm -f "$base.new/etc/hostname"
  remove_tree "$base"
  mv "$base.new" "$base"
  stamp >"$base.stamp"
}

# --- Machines ----------------------------------------------------------------------------------------------------------------
# The folder of a machine: disk/ (the overlay's upper layer), work/, root/ (where it is mounted), and the files init and owner
# (process id and start time), unshare (process id), net, address, binds and boot.log.

# Machines boot and end side by side. What looks at more than one of them waits for its turn.
alone() {
  if [ -n "${is_alone:-}" ]; then "$@"; return; fi
  flock 9
  is_alone=yes
  "$@"
  is_alone=
  flock --unlock 9
}

select_machine() {
  [[ ${1:-} =~ ^[a-z0-9][a-z0-9-]*$ ]] || fail "a machine's name has lower-case letters, digits and hyphens, not '${1:-}'"
  name=$1
  dir=$run/$name
}

# A process id alone may belong to somebody else by now: its start time tells.
started_at() {
  local line fields
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  read -ra fields <<<"${line##*) }"
  echo "${fields[19]}"
}

is_running() {
  local pid start
  read -r pid start 2>/dev/null <"$dir/init" && [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]
}

init_pid() {
  is_running || fail "no machine $name is running; scripts/testhost.sh boot $name"
  local pid rest
  read -r pid rest <"$dir/init"
  echo "$pid"
}

running_machines() {
  for dir in "$run"/*/; do
    dir=${dir%/}
    [ -e "$dir/init" ] && is_running && basename "$dir"
  done
  return 0
}

# Never follows a mount: a tree that something is still mounted in is left, loudly.
remove_tree() {
  [ -e "$1" ] || return 0
  ! awk -v tree="$1" '$2 == tree || index($2, tree "/") == 1 { found = 1 } END { exit !found }' /proc/mounts || fail "still mounted: $1"
  rm -rf --one-file-system "$1"
}

cgroup_root() { awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts; }
cgroup_of() { echo "$(cgroup_root)/rota-$name"; }

make_cgroup() {
  [ -n "$(cgroup_root)" ] || fail 'no control groups of version 2 are mounted here'
  mkdir -p "$(cgroup_of)"
  # Controllers exist only where version 2 is the only hierarchy; without them limits are not enforced inside.
  local controller
  for controller in $(cat "$(cgroup_root)/cgroup.controllers"); do
    echo "+$controller" >"$(cgroup_root)/cgroup.subtree_control" 2>/dev/null || true
  done
}

remove_cgroup() { [ ! -d "$(cgroup_of)" ] || find "$(cgroup_of)" -depth -type d -exec rmdir {} + 2>/dev/null || true; }

make_disk() {
  mkdir -p "$dir/disk" "$dir/work" "$dir/root"
  if ! mount -t overlay "rota-$name" -o "lowerdir=$base,upperdir=$dir/disk,workdir=$dir/work" "$dir/root" 2>"$dir/boot.log"; then
    # An overlay cannot lie on an overlay, as in most containers: copy instead.
    cp -a "$base/." "$dir/root/"
  fi
  printf '%s\n' "$hostname" >"$dir/root/etc/hostname"
  # An id of its own, kept over reboots, as journald and D-Bus expect.
  tr -d - </proc/sys/kernel/random/uuid >"$dir/root/etc/machine-id"
  if [ "$net" = host ]; then
    cp -L /etc/resolv.conf "$dir/root/etc/resolv.conf" 2>/dev/null || true
    # The machines would fight for port 22, and their boots would not end.
    rm -f "$dir/root/etc/systemd/system/"{multi-user,sockets}.target.wants/ssh{,d}.{service,socket} "$dir/root/etc/systemd/system/sshd.service"
  fi
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$hostname" >"$dir/root/etc/hosts"
}

# Runs as the first process in the new namespaces, and becomes the machine's init. Arguments: root, then FROM:TO of each bind.
# shellcheck disable=SC2016
become_init='
set -e
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cat /proc/sys/kernel/random/uuid >"$root/run/boot-id"
mount --bind "$root/run/boot-id" "$root/proc/sys/kernel/random/boot_id"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for bind in "$@"; do
  to=$root${bind#*:}
  mkdir -p "$to"
  mount --bind "${bind%%:*}" "$to"
  mount -o remount,bind,ro "$to"
done
hostname "$(cat "$root/etc/hostname")"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
exec env -i container=rota PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set -sys_time --inh-caps -sys_time /sbin/init --log-target=journal systemd.unit=multi-user.target
'

# Starts init on the disk that lies in $dir. Nothing of the caller is inherited: an open pipe or lock would be held for as long as
# the machine runs, and a caller that captures the output of this script would wait for ever.
start_init() {
  local namespaces=(--mount --pid --uts --ipc --cgroup) binds=("$source_folder:/src")
  [ "$net" = host ] || namespaces+=(--net)
  [ ! -s "$dir/binds" ] || mapfile -t -O 1 binds <"$dir/binds"
  make_cgroup
  rm -f "$dir/unshare" "$dir/init"
  setsid sh -c 'echo 0 >"$1/cgroup.procs"; echo $$ >"$2/unshare"; shift 2; exec unshare "$@"' start "$(cgroup_of)" "$dir" \
    "${namespaces[@]}" --propagation private --fork --kill-child sh -c "$become_init" become-init "$dir/root" "${binds[@]}" \
    </dev/null >>"$dir/boot.log" 2>&1 9>&- &
  local until=$((SECONDS + boot_seconds)) parent pid=
  while [ -z "$pid" ]; do
    [ $SECONDS -lt $until ] || boot_failed 'the namespaces were not made'
    sleep 0.05
    parent=$(cat "$dir/unshare" 2>/dev/null) || continue
    pid=$(pgrep -P "$parent") || { [ -e "/proc/$parent" ] || boot_failed 'the namespaces were not made'; }
  done
  echo "$pid $(started_at "$pid")" >"$dir/init"
  [ "$net" = host ] || alone join_network "$pid"
  # Until the machine has its own root, a command that enters it would begin with the programs of this one, and ask its init.
  until [ -e "/proc/$pid/root/run/boot-id" ]; do
    is_running || boot_failed 'init ended'
    [ $SECONDS -lt $until ] || boot_failed 'it did not get its own root'
    sleep 0.05
  done
  # "degraded" is up as well: some mounts of a full machine cannot be had in a namespace.
  until enter "$pid" systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)$'; do
    is_running || boot_failed 'init ended'
    [ $SECONDS -lt $until ] || boot_failed "it was not up after $boot_seconds s"
    sleep 0.1
  done
}

boot_failed() {
  cat "$dir/boot.log" >&2 || true
  stop_init
  fail "the machine $name did not boot: $1"
}

# Kills the whole machine: the kernel ends every process of a PID namespace with its init.
stop_init() {
  local pid
  if is_running; then
    pid=$(cut -d' ' -f1 "$dir/init")
    kill -KILL "$pid" 2>/dev/null || true
  elif pid=$(cat "$dir/unshare" 2>/dev/null) && [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$(command -v unshare)")" ]; then
    kill -KILL "$pid" 2>/dev/null || true
  fi
  local until=$((SECONDS + stop_seconds))
  while is_running && [ $SECONDS -lt $until ]; do sleep 0.05; done
  rm -f "$dir/init" "$dir/unshare"
  remove_cgroup
}

boot() {
  select_machine "${1:-}"; shift
  hostname=$name net=host
  local owner='' replace=no binds=()
  while [ $# -gt 0 ]; do
    case $1 in --hostname | --net | --bind | --owner) [ $# -ge 2 ] || usage ;; esac
    case $1 in
    --hostname) hostname=$2; shift 2 ;;
    --net) net=$2; shift 2 ;;
    --bind) binds+=("$2"); shift 2 ;;
    --owner) owner=$2; shift 2 ;;
    --replace) replace=yes; shift ;;
    *) usage ;;
    esac
  done
  [[ $net =~ ^[a-z0-9][a-z0-9-]*$ ]] || fail "a network's name has lower-case letters, digits and hyphens, not '$net'"
  [ -x "$base/sbin/init" ] || fail 'the shared tree is missing: scripts/testhost.sh build'
  alone sweep
  alone take_name
  echo "$net" >"$dir/net"
  [ ${#binds[@]} = 0 ] || printf '%s\n' "${binds[@]}" >"$dir/binds"
  make_disk
  start_init
  trap - EXIT
  cut -d' ' -f1 "$dir/init"
}

# Whoever has made the folder has the name.
take_name() {
  if [ -e "$dir" ]; then
    [ $replace = yes ] || ! is_running || fail "the machine $name is running already"
    down_machine
  fi
  # A machine that does not come up leaves nothing behind.
  trap down_machine EXIT
  mkdir -p "$dir"
  [ -z "$owner" ] || echo "$owner $(started_at "$owner")" >"$dir/owner"
}

reboot() {
  select_machine "${1:-}"
  local pid until
  [ -e "$dir/net" ] || init_pid >/dev/null
  net=$(cat "$dir/net")
  # One that has gone down by itself is switched on again.
  if [ "${2:-}" != --hard ] && is_running && pid=$(init_pid); then
    # One that is going down by itself may not answer any more.
    enter "$pid" systemctl poweroff --no-block 2>/dev/null || true
    until=$((SECONDS + stop_seconds))
    while is_running && [ $SECONDS -lt $until ]; do sleep 0.1; done
  fi
  stop_init
  start_init
  cut -d' ' -f1 "$dir/init"
}

down_machine() {
  stop_init
  alone leave_network
  ! mountpoint -q "$dir/root" || umount -l "$dir/root"
  remove_tree "$dir"
}

# Removes the machines whose owner has ended, as when a test run was killed.
sweep() {
  local dir name owner start
  for dir in "$run"/*/; do
    dir=${dir%/}
    read -r owner start 2>/dev/null <"$dir/owner" || continue
    [ "$(started_at "$owner")" != "$start" ] || continue
    name=$(basename "$dir")
    down_machine
  done
}

down() {
  [ "${1:-}" = --all ] || { select_machine "${1:-}"; [ ! -e "$dir" ] || down_machine; return; }
  for dir in "$run"/*/; do
    [ -d "$dir" ] || continue
    select_machine "$(basename "$dir")"
    down_machine
  done
}

list() {
  for dir in "$run"/*/; do
    dir=${dir%/}
    [ -d "$dir" ] || continue
    if is_running; then echo "$(basename "$dir") $(cut -d' ' -f1 "$dir/init") running"; else echo "$(basename "$dir") - ended"; fi
  done
}

# --- Private networks --------------------------------------------------------------------------------------------------------
# A network is a namespace of its own with a bridge in it; each machine has one end of a cable.

network_namespace() { echo "rota-$net"; }

members() { grep -lx "$net" "$run"/*/net 2>/dev/null | xargs -r -n1 dirname; }

# Those that have a disk and an address; others may be on their way.
joined() { members | while read -r member; do [ ! -s "$member/address" ] || echo "$member"; done; }

# The lowest address that no machine of the network has; a machine keeps its own over reboots.
choose_address() {
  local number=2 taken
  taken=$(joined | while read -r member; do cat "$member/address"; done)
  while grep -qx "10.99.0.$number" <<<"$taken"; do number=$((number + 1)); done
  echo "10.99.0.$number"
}

join_network() {
  local pid=$1 space member address
  space=$(network_namespace)
  if [ ! -e "/run/netns/$space" ]; then
    ip netns add "$space"
    ip -n "$space" link add bridge type bridge
    ip -n "$space" link set bridge up
  fi
  [ -s "$dir/address" ] || choose_address >"$dir/address"
  address=$(cat "$dir/address")
  # The other end vanished with the namespace of the machine's last boot, but not always at once.
  ip -n "$space" link del "port${address##*.}" 2>/dev/null || true
  ip -n "$space" link add "port${address##*.}" type veth peer name eth0 netns "$pid"
  ip -n "$space" link set "port${address##*.}" master bridge up
  # With the programs of this machine: the other one may not have its root yet.
  nsenter --target "$pid" --net -- sh -c "ip link set lo up; ip addr add $address/24 dev eth0; ip link set eth0 up"
  # Every machine of the network learns all names.
  joined | while read -r member; do
    echo "$(cat "$member/address") $(cat "$member/root/etc/hostname")"
  done >"$dir/names"
  joined | while read -r member; do
    { echo '127.0.0.1 localhost'; cat "$dir/names"; } >"$member/root/etc/hosts"
  done
}

leave_network() {
  local net
  net=$(cat "$dir/net" 2>/dev/null) || return 0
  [ "$net" != host ] || return 0
  rm -f "$dir/net"
  [ -n "$(members)" ] || ip netns del "$(network_namespace)" 2>/dev/null || true
}

# --- Commands inside ---------------------------------------------------------------------------------------------------------

# enter PID COMMAND... : as root, with the environment of a login and nothing of ours.
enter() {
  local pid=$1; shift
  nsenter --target "$pid" --mount --pid --uts --ipc --cgroup --net -- \
    setpriv --bounding-set -sys_time --inh-caps -sys_time env -i -C /root HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 ${TERM:+TERM="$TERM"} \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

exec_inside() {
  select_machine "${1:-}"; shift
  [ $# -gt 0 ] || usage
  local pid; pid=$(init_pid)
  enter "$pid" "$@"
}

user_inside() {
  [ $# -ge 3 ] || usage
  select_machine "$1"
  local user=$2 pid; shift 2
  pid=$(init_pid)
  # One way in for all of it: tests come here many thousand times.
  # `loginctl enable-linger` needs a login that this machine's logind knows; the file is what it would write.
  # shellcheck disable=SC2016
  enter "$pid" sh -ec '
    user=$1; shift
    if ! entry=$(getent passwd "$user"); then
      useradd --create-home --shell /bin/bash "$user"
      mkdir -p /var/lib/systemd/linger
      : >"/var/lib/systemd/linger/$user"
      entry=$(getent passwd "$user")
    fi
    IFS=: read -r _ _ uid _ _ home _ <<END
$entry
END
    systemctl start "user@$uid.service" </dev/null
    exec runuser -u "$user" -- env -u PWD -C "$home" HOME="$home" USER="$user" LOGNAME="$user" \
      PATH=/usr/local/bin:/usr/bin:/bin XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@"' \
    as-user "$user" "$@"
}

# -----------------------------------------------------------------------------------------------------------------------------

[ $# -ge 1 ] || usage
[ "$EUID" = 0 ] || fail 'needs root'
[ -d "$run" ] || mkdir -p "$run"
case $1 in boot | reboot | down) exec 9>"$run.lock" ;; esac
command=$1; shift
case $command in
build) build "$@" ;;
boot) boot "$@" ;;
exec) exec_inside "$@" ;;
user) user_inside "$@" ;;
reboot) reboot "$@" ;;
down) down "$@" ;;
list) list ;;
*) usage ;;
esac
