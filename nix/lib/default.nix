{
  mkRotaApps = import ./mk-rota-apps.nix;
}
