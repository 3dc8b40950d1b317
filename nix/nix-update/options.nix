# The options of the plugin: same names, same defaults. A test holds them against the plugin's own schema.
{ lib }:
let
  inherit (lib) mkOption types;
  option = type: default: description: mkOption { inherit type default description; };
  maybe = type: option (types.nullOr type) null;
  duration = option types.str;
  flag = option types.bool;
in
{
  enable = flag false "Whether to update this system every night.";
  package = mkOption {
    type = types.package;
    description = "A package with `bin/rota`, and the plugin in `lib/node_modules/@rota/plugin-nix-update`.";
  };
  flakePath = mkOption {
    type = types.str;
    description = "Folder of the flake.";
  };
  configuration = maybe types.str "Name below nixosConfigurations or homeConfigurations; the host name, or user@host.";
  inputs = option (types.listOf types.str) [ ] "The inputs to update; all when empty.";
  schedule = option types.str "02:00" "HH:MM, or five cron fields; local time.";
  randomizedDelay = duration "30m" "Stable offset of at most this much.";
  persistent = flag true "A night that was missed is caught up.";
  logRetentionDays = option types.ints.positive 30 "How long logs are kept.";
  logFile = maybe types.str "Where the log is; below the state otherwise.";
  operation = option (types.enum [
    "switch"
    "boot"
    "test"
  ]) "switch" "What is done with what was built.";
  autoReboot = flag true "Reboot by itself when that is needed.";
  reboot = option (types.enum [
    "if-needed"
    "always"
    "never"
  ]) "if-needed" "When.";
  rebootDelay = duration "2m" "Between the notice and the reboot.";
  rebootMessage = option types.str "Rota restarts this machine to finish an update. Cancel: rota nix reboot --cancel" "What the people on the machine read.";
  rebootWindow = maybe (types.attrsOf types.str) "{ lower = \"HH:MM\"; upper = \"HH:MM\"; }, local time.";
  diskThreshold = option types.ints.positive 90 "Percent; a file system that is fuller stops the update.";
  minUptime = duration "30m" "A machine that has just booted waits.";
  requiredServices = option (types.listOf types.str) [ ] "Units that run before and after.";
  requireRunning = flag false "The manager as a whole has to be `running`.";
  requireNetwork = flag true "A default route is needed.";
  requireAcPower = flag true "Not on battery.";
  allowMetered = flag false "Also on a metered connection.";
  preUpdateHooks = option (types.listOf types.attrs) [ ] "{ command = [ ... ]; timeout = \"5m\"; onError = \"abort\" or \"continue\"; }, in order.";
  preUpdateValidation = flag true "The configuration has to evaluate before its inputs are updated.";
  hostCanCommitConfig = flag false "The only switch that lets a host commit and push its lock.";
  maxBuilds = option types.ints.unsigned 1000 "More derivations than this are not built.";
  healthChecks = option (types.listOf types.attrs) [ ] "{ unit } or { http } or { tcp } or { command }.";
  healthSettle = duration "10s" "Before the first look.";
  healthGrace = duration "2m" "How long a check may take to become good.";
  memoryMax = option types.str "2G" "Of fetch, evaluation and build.";
  cpuQuota = option types.str "50%" "Of fetch, evaluation and build.";
  timeout = duration "30m" "Of fetch, evaluation and build together.";
  activationTimeout = duration "10m" "Of one activation or rollback.";
  rings = option (types.listOf types.attrs) [ ] "{ name; soak = \"7d\"; schedule; }, in their order.";
  fleet = maybe types.attrs "{ repository; branch = \"rota-fleet\"; ring; }.";
  notify = option types.attrs { } "{ webhook } or { command }.";
}
