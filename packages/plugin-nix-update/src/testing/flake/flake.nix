# The flake of the test machine. Its system is one small derivation; `dep`, its only input, says what a new revision brings.
{
  inputs.dep.url = "git+file:///srv/dep";
  outputs =
    { self, dep }:
    let
      data = dep.data;
      path = "PATH=/usr/bin:/bin; export PATH;";
      build =
        name: script: attributes:
        derivation (
          {
            inherit name;
            system = "x86_64-linux";
            builder = "/bin/sh";
            args = [
              "-ec"
              "${path} ${script}"
            ];
          }
          // attributes
        );
      part = name: version: build "${name}-${version}" "mkdir $out; echo ${version} > $out/image" { };
      toplevel = build "nixos-system-host-${data.version}" ''
        sleep ${data.slow}
        test ${data.buildRc} = 0 || { echo "error: compiler says no" >&2; exit ${data.buildRc}; }
        mkdir -p $out/bin $out/sw/bin $out/units
        echo ${data.version} > $out/nixos-version
        touch $out/init
        head -c ${data.padding}m /dev/zero > $out/padding
        ln -s $kernel/image $out/kernel
        ln -s $initrd/image $out/initrd
        ln -s $modules $out/kernel-modules
        echo quiet > $out/kernel-params
        printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes "ExecStart=/bin/sh -c 'exit ${data.appRc}'" > $out/units/app.service
        echo ${if data.embedRevision then self.rev or "dirty" else "none"} > $out/revision
        echo ${data.switchRc} > $out/switch-rc
        cp ${./switch.sh} $out/bin/switch-to-configuration
        chmod +x $out/bin/switch-to-configuration
      '' {
        kernel = part "kernel" data.kernel;
        initrd = part "initrd" data.kernel;
        modules = part "modules" "1";
      };
    in
    {
      nixosConfigurations.host.config.system.build.toplevel =
        if data.evalError then throw "the configuration is wrong" else toplevel;
    };
}
