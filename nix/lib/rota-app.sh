#!/bin/sh
# Runs `rota targets ACTION [TARGET] ARGUMENTS`; action and target are the words between `=` in the name of this file.
set -eu
words=${0##*/}
words=${words#*=}
action=${words%%=*}
target=${words#"$action"}
target=${target#=}
exec "${ROTA_COMMAND:-rota}" targets "$action" ${target:+"$target"} "$@"
