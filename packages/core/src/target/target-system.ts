import type { Host } from '../host/host.ts';
import type { Target } from './target.ts';

/** Processors in the words of Node, and in those of Nix. */
const processors: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i686',
  arm: 'armv7l',
  riscv64: 'riscv64',
  ppc64: 'powerpc64le',
  s390x: 's390x',
};

/** The Linux system that a machine stands for: services run on Linux, whatever they are built from. */
export function linuxSystemOf({ arch }: Pick<Host, 'arch'>): string {
  return `${processors[arch] ?? arch}-linux`;
}

/** Which systems are asked for on the command line: none, some, or all that a target declares. */
export type AskedSystems = readonly string[] | 'all' | undefined;

/** The systems to plan a target for: as asked, else as `systemEnv` of the target says, else ROTA_TARGET_SYSTEM, else the host's. */
export function systemsOf(
  target: Pick<Target, 'attrs' | 'systemEnv'>,
  asked: AskedSystems,
  host: Pick<Host, 'arch' | 'env'>,
): readonly string[] {
  if (asked === 'all') return Object.keys(target.attrs);
  if (asked !== undefined && asked.length > 0) return [...new Set(asked)].toSorted();
  const own = target.systemEnv === undefined ? undefined : host.env[target.systemEnv];
  return [own || host.env.ROTA_TARGET_SYSTEM || linuxSystemOf(host)];
}
