# What both modules make of the options: the config that `rota` reads, and the commands.
{
  lib,
  pkgs,
  cfg,
  system,
  tenant,
}:
let
  given = lib.filterAttrs (name: value: name != "package" && value != null) cfg;
  settings = given // {
    inherit system;
  };
  module = "${cfg.package}/lib/node_modules/@rota/plugin-nix-update/dist/index.js";
in
rec {
  config = pkgs.writeText "jobs.config.mjs" ''
    import { nixUpdate } from ${builtins.toJSON module};
    export default { tenant: ${builtins.toJSON tenant}, plugins: [nixUpdate(${builtins.toJSON settings})] };
  '';
  command = words: "${cfg.package}/bin/rota nix ${words} --config ${config}";
  onCalendar = import ./schedule.nix { inherit lib; };
  reboots = cfg.autoReboot && cfg.reboot != "never" && cfg.operation != "test" && cfg.rebootWindow != null;
}
