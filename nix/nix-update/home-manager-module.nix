# The nightly update of a home. `imports = [ rota.homeManagerModules.nix-update ];` It runs without a login only with linger: loginctl enable-linger
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.rota.nixUpdate;
  made = import ./settings.nix {
    inherit lib pkgs cfg;
    system = "home-manager";
    tenant = "home";
  };
in
{
  options.services.rota.nixUpdate = import ./options.nix { inherit lib; };

  config = lib.mkIf cfg.enable {
    home.packages = [ cfg.package ];

    systemd.user.services.rota-nix-update = {
      Unit = {
        Description = "Update of this home";
        # The updater must not be restarted by its own switch.
        X-SwitchMethod = "keep-old";
      };
      Service = {
        Type = "oneshot";
        ExecStart = made.command "update --scheduled";
        TimeoutStartSec = "infinity";
        TimeoutStopSec = "5min";
        MemoryMax = cfg.memoryMax;
        CPUQuota = cfg.cpuQuota;
      };
    };

    systemd.user.timers.rota-nix-update = {
      Unit.Description = "Nightly update of this home";
      Timer = {
        OnCalendar = made.onCalendar made.schedule;
        Persistent = cfg.persistent;
        RandomizedDelaySec = cfg.randomizedDelay;
        FixedRandomDelay = true;
      };
      Install.WantedBy = [ "timers.target" ];
    };
  };
}
