{
  description = "Rota for Nix: apps over a registry of targets, and the nightly update of hosts and homes";

  # No inputs: what is here needs nixpkgs only where the one who uses it passes it.
  outputs = { self }: {
    lib = import ./lib;
    nixosModules.nix-update = import ./nix-update/nixos-module.nix;
    homeManagerModules.nix-update = import ./nix-update/home-manager-module.nix;
  };
}
