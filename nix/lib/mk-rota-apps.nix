# The `apps` of a flake over `rota targets`: PREFIX-plan, PREFIX-build, and PREFIX-TARGET-build for each target. They find the config as `rota`
# does, in the folder that they are run in or above, and start `rota` from the PATH, or what ROTA_COMMAND names.
#
#   apps = rota.lib.mkRotaApps { registry = ./targets.json; };
#
# registry: the names of the targets, as a list, as an attribute set that is keyed by them, or as what `rota targets list --json` prints, whole or
#   as the path of a file.
# prefix: what the names of the apps begin with.
# systems: the systems of the machines that run the apps; what is built is another matter.
{ registry
, prefix ? "rota"
, systems ? [ "aarch64-darwin" "aarch64-linux" "x86_64-darwin" "x86_64-linux" ]
}:
let
  read = if builtins.isPath registry || builtins.isString registry then builtins.fromJSON (builtins.readFile registry) else registry;
  names =
    if builtins.isList read then read
    else if read ? formatVersion then map (target: target.name) read.targets
    else builtins.attrNames read;

  # A name becomes a part of the name of a store path and an argument.
  checked = name:
    if builtins.isString name && builtins.match "[a-z0-9]([-a-z0-9]*[a-z0-9])?" name != null then name
    else throw "mkRotaApps: ${builtins.toJSON name} is not the name of a target.";

  # The same script every time. What it is to do stands in its name, so that nothing has to be built, and it runs on every system.
  # The path is in the store once it is evaluated; nix before 2.9 takes the context of every app for a derivation, and ends.
  app = words: {
    type = "app";
    program = builtins.unsafeDiscardStringContext
      "${builtins.path { path = ./rota-app.sh; name = "rota-targets=${builtins.concatStringsSep "=" words}"; }}";
  };

  apps = {
    "${prefix}-plan" = app [ "plan" ];
    "${prefix}-build" = app [ "build" ];
  } // builtins.listToAttrs (map
    (name: { name = "${prefix}-${checked name}-build"; value = app [ "build" name ]; })
    names);
in
builtins.listToAttrs (map (system: { name = system; value = apps; }) systems)
