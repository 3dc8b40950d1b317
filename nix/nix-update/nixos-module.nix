# The nightly update of a NixOS host as a system service. `imports = [ rota.nixosModules.nix-update ];`
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
    system = "nixos";
    tenant = "nixos";
  };
  service = description: words: {
    inherit description;
    # The updater is part of what it updates: its own switch must neither restart nor stop it.
    restartIfChanged = false;
    unitConfig.X-StopOnRemoval = false;
    # The state is in root's home, where `rota nix rollback` of a root shell looks for it.
    environment.HOME = "/root";
    serviceConfig = {
      Type = "oneshot";
      ExecStart = made.command words;
      # Each step has a limit of its own; a rollback is never cut off.
      TimeoutStartSec = "infinity";
      TimeoutStopSec = "5min";
    };
  };
  timer = timerConfig: {
    wantedBy = [ "timers.target" ];
    inherit timerConfig;
  };
in
{
  options.services.rota.nixUpdate = import ./options.nix { inherit lib; };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];

    systemd.services = {
      rota-nix-update = lib.recursiveUpdate (service "Update of this machine" "update --scheduled") {
        after = [ "network-online.target" ];
        wants = [ "network-online.target" ];
        # The activation has a unit of its own, which these do not limit.
        serviceConfig = {
          MemoryMax = cfg.memoryMax;
          CPUQuota = cfg.cpuQuota;
        };
      };
      rota-nix-verify = service "Look at an update after the boot" "verify";
    }
    // lib.optionalAttrs made.reboots {
      rota-nix-reboot = service "Reboot that an update waits for" "reboot";
    };

    systemd.timers = {
      rota-nix-update = timer {
        OnCalendar = made.onCalendar made.schedule;
        Persistent = cfg.persistent;
        RandomizedDelaySec = cfg.randomizedDelay;
        FixedRandomDelay = true;
      };
      # Not in the boot transaction: a unit in there must not wait until the boot is done.
      rota-nix-verify = timer { OnBootSec = "2min"; };
    }
    // lib.optionalAttrs made.reboots {
      rota-nix-reboot = timer { OnCalendar = made.onCalendar cfg.rebootWindow.lower; };
    };

    # Something to go back to in the boot menu; who sets more keeps more.
    boot.loader.systemd-boot.configurationLimit = lib.mkDefault 10;
    boot.loader.grub.configurationLimit = lib.mkDefault 10;
  };
}
