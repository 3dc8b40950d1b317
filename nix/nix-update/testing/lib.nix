# As much of nixpkgs' lib as the modules use, and an evaluation of one module: nixpkgs itself is not at hand offline. Types are not checked.
rec {
  inherit (builtins) elemAt concatStringsSep;
  splitString = separator: text: builtins.filter builtins.isString (builtins.split (escape separator) text);
  escape = text: if text == "." then "[.]" else text;
  filterAttrs = keep: set: builtins.listToAttrs (builtins.filter (one: keep one.name one.value) (map (name: { inherit name; value = set.${name}; }) (builtins.attrNames set)));
  optionalAttrs = condition: set: if condition then set else { };
  recursiveUpdate = a: b: a // builtins.mapAttrs (name: value: if builtins.isAttrs value && builtins.isAttrs (a.${name} or null) then recursiveUpdate a.${name} value else value) b;
  mkIf = condition: content: if condition then content else { };
  mkDefault = value: value;
  mkOption = option: { _option = true; } // option;
  types = {
    str = "str";
    bool = "bool";
    attrs = "attrs";
    package = "package";
    nullOr = type: "null or ${type}";
    listOf = type: "list of ${type}";
    attrsOf = type: "attrs of ${type}";
    enum = builtins.concatStringsSep "|";
    ints = {
      positive = "positive";
      unsigned = "unsigned";
    };
  };

  # The options of a module as their defaults, and what it configures with some of them given.
  evalModule =
    { module, pkgs, path, given }:
    let
      result = import module {
        inherit config pkgs;
        lib = import ./lib.nix;
      };
      at = builtins.foldl' (set: name: set.${name});
      options = at result.options path;
      unknown = builtins.filter (name: !(options ? ${name})) (builtins.attrNames given);
      values = builtins.mapAttrs (name: option: given.${name} or (option.default or (throw "the option ${name} has no value"))) options;
      nest = names: value: if names == [ ] then value else { ${builtins.head names} = nest (builtins.tail names) value; };
      config = nest path values;
    in
    if unknown != [ ] then
      throw "there is no option ${builtins.concatStringsSep ", " unknown}"
    else
      {
        inherit (result) config;
        defaults = builtins.mapAttrs (name: option: option.default) (filterAttrs (name: option: option ? default) options);
      };
}
