#!/bin/sh
# What the boot loader and stage 2 do: the default becomes the booted and the current system, and its units start.
# /var/lib/machine/boots-instead, where it exists, names a system that boots in place of the default.
system=$(readlink -f /boot/default)
if [ -f /var/lib/machine/boots-instead ]; then system=$(cat /var/lib/machine/boots-instead); fi
ln -sfn "$system" /run/booted-system
ln -sfn "$system" /run/current-system
cp "$system"/units/*.service /run/systemd/system/
systemctl daemon-reload
systemctl start --no-block app.service
