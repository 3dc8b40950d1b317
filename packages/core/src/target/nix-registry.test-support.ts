import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type NixFolder, nixFolder } from '@rota/test-support';
import type { Host } from '../host/host.ts';
import type { BuildTargetsInput } from './build/build-targets.ts';
import type { TargetInput } from './target-input.ts';
import { type TargetRepository, targetRepository } from './target-repository.test-support.ts';
import { linuxSystemOf } from './target-system.ts';

/** The system of this machine, and one that it cannot build for. */
export const here = linuxSystemOf(process);
export const elsewhere = here === 'x86_64-linux' ? 'aarch64-linux' : 'x86_64-linux';

/** A repository with a flake of small services that real nix builds, and what plans and builds it. */
export interface NixRegistry {
  readonly repository: TargetRepository;
  readonly nix: NixFolder;
  readonly host: Host;
  /** For `planTargets` and `buildTargets`. */
  input(...targets: readonly TargetInput[]): BuildTargetsInput;
  /** Writes a file of a service and commits. */
  change(service: string, file: string, content: string): string;
}

/** What a service is built from is its folder: `fail` in it makes the build fail, `slow` makes it take that many seconds. */
const flake = `{
  outputs = _: let
    service = system: name: derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [ ./builder.sh ];
      src = builtins.path { path = ./services + "/\${name}"; inherit name; };
    };
    services = builtins.attrNames (builtins.readDir ./services);
    all = system: builtins.listToAttrs (map (name: { inherit name; value = service system name; }) services);
  in { packages = { x86_64-linux = all "x86_64-linux"; aarch64-linux = all "aarch64-linux"; }; };
}
`;

const builder = `export PATH=/usr/bin:/bin
if [ -e "$src/slow" ]; then echo "taking its time"; sleep "$(cat "$src/slow")"; fi
if [ -e "$src/fail" ]; then echo "the compiler says no" >&2; exit 3; fi
cp -R "$src" "$out"
`;

export function nixRegistry(services: readonly string[]): NixRegistry {
  const repository = targetRepository();
  const nix = nixFolder();
  repository.write('flake.nix', flake);
  repository.write('builder.sh', builder);
  for (const service of services) repository.write(`services/${service}/main`, service);
  repository.commit();
  const host = repository.hostWith(nix.env, { arch: process.arch });
  return {
    repository,
    nix,
    host,
    input: (...targets) => ({ host, namespace: 'default', baseDir: repository.root, targets: repository.targets(...targets) }),
    change(service, file, content) {
      const path = join(repository.root, 'services', service, file);
      if (content === '') rmSync(path, { force: true });
      else {
        mkdirSync(join(repository.root, 'services', service), { recursive: true });
        repository.write(`services/${service}/${file}`, content);
      }
      return repository.commit();
    },
  };
}

/** A target that is a service, with the hints that it should have. */
export const service = (name: string, more: Partial<TargetInput> = {}): TargetInput => ({
  name,
  attr: `packages.{system}.${name}`,
  hints: [`services/${name}/**`, 'builder.sh'],
  ...more,
});
