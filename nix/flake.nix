{
  description = "Rota for Nix: apps over a registry of targets";

  # No inputs: what is here needs nixpkgs only where the one who uses it passes it.
  outputs = { self }: {
    lib = import ./lib;
  };
}
