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
  # That of this host's ring, as the plugin chooses it.
  schedule =
    let
      ring = cfg.fleet.ring or (builtins.head cfg.rings).name;
      own = builtins.filter (one: one.name == ring && one ? schedule) cfg.rings;
    in
    if own == [ ] then cfg.schedule else (builtins.head own).schedule;
  onCalendar = import ./schedule.nix { inherit lib; };
  reboots = cfg.autoReboot && cfg.reboot != "never" && cfg.operation != "test" && cfg.rebootWindow != null;
}
