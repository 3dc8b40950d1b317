# The few functions of nixpkgs and home-manager that a rendered module calls, so that it can be evaluated without either. `mkIf` and `mkMerge` are
# resolved at once, since nothing here depends on the order of definitions. `attributes` is what home-manager would get of the module.
{ module, home, hostname, labels }:
let
  merge = builtins.foldl' deep { };
  deep = a: b: a // builtins.mapAttrs (name: value:
    if builtins.isAttrs value && builtins.isAttrs (a.${name} or null) then deep a.${name} value
    else if builtins.isList value && builtins.isList (a.${name} or null) then a.${name} ++ value
    else value) b;
  letters = text: builtins.genList (at: builtins.substring at 1 text) (builtins.stringLength text);
  lib = {
    mkOption = option: option;
    types = { str = "str"; attrsOf = _: "attrsOf"; };
    mkIf = condition: content: if condition then content else { };
    mkMerge = merge;
    toLower = builtins.replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");
    hm.dag.entryAfter = after: data: { inherit after data; };
  };
  pkgs = {
    stdenv.hostPlatform = { isLinux = true; isDarwin = false; isWindows = false; };
    nodejs = "/nodejs";
    writeShellScript = name: text: "${name}: ${text}";
  };
  config = { home.homeDirectory = home; rota = { inherit hostname labels; }; };
  all = (import module { inherit config lib pkgs; }).config;
in
{
  inherit (all) assertions;
  systemd = all.systemd.user;
  activation = all.home.activation or { };
  files = builtins.mapAttrs (_: file: toString file.source) all.home.file;
}
