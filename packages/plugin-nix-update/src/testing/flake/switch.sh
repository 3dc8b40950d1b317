#!/bin/sh
# What NixOS's own does, on a small scale: locks out another one, sets the boot default, makes itself the current system, and restarts its units.
# /var/lib/machine/rc-ACTION, where it exists, is the exit status of that action, before anything is done, and says-ACTION what it prints; after-test
# is run once, when the system is active. As nixpkgs #189966 has it, a /boot that is full is printed, and the exit status is 0.
self=$(readlink -f "$0")
me=${self%/bin/*}
echo "$1 $me" >>/var/lib/machine/journal
mkdir -p /run/nixos
exec 9>>/run/nixos/switch-to-configuration.lock
flock -n 9 || { echo "Could not acquire lock" >&2; exit 1; }
if [ -f "/var/lib/machine/says-$1" ]; then cat "/var/lib/machine/says-$1" >&2; fi
if [ -f "/var/lib/machine/rc-$1" ]; then exit "$(cat "/var/lib/machine/rc-$1")"; fi
rc=$(cat "$me/switch-rc")
case $1 in
switch | boot) [ "$(readlink /boot/default)" = "$me" ] || ln -sfn "$me" /boot/default ;;
esac
case $1 in
switch | test)
  if [ "$rc" = 100 ]; then exit 100; fi
  if [ -f /var/lib/machine/slow ]; then sleep "$(cat /var/lib/machine/slow)"; fi
  ln -sfn "$me" /run/current-system
  cp "$me"/units/*.service /run/systemd/system/
  systemctl daemon-reload
  systemctl reset-failed
  if [ -f /var/lib/machine/after-test ]; then
    mv /var/lib/machine/after-test /var/lib/machine/after-test-once
    . /var/lib/machine/after-test-once
  fi
  systemctl restart app.service || exit 4
  exit "$rc"
  ;;
esac
