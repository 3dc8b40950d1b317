import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import { freeBytes } from '../machine/free-bytes.ts';
import { previewBuild } from '../machine/nix-commands.ts';
import type { UpdateContext } from '../update-context.ts';

/** What a build would cost, as nix says it before it begins. */
export interface Cost {
  readonly builds: number;
  readonly fetches: number;
  readonly downloadBytes: number;
  readonly unpackedBytes: number;
}

/** Refuses an update that would compile too much, or would not fit. */
export async function checkCost({ settings, call, remainingMs }: UpdateContext, derivation: string): Promise<Cost> {
  const result = await call({ ...previewBuild(derivation), timeoutMs: remainingMs() });
  if (result.exitCode !== 0) throw failureOf(result, 'build', 'The preview of the build');
  const cost = parseCost(result.stderr);
  if (cost.builds > settings.maxBuilds)
    throw new UpdateFailure(
      'cost',
      `${cost.builds} derivations would have to be built, more than \`maxBuilds\` (${settings.maxBuilds}). Often the binary cache is behind: the next run looks again.`,
      { deferred: true },
    );
  const free = freeBytes('/nix/store');
  if (free !== null && cost.unpackedBytes > free * 0.95)
    throw new UpdateFailure(
      'disk',
      `The update unpacks ${mebibytes(cost.unpackedBytes)}, and /nix/store has ${mebibytes(free)} free. Make room: nix-collect-garbage --delete-older-than 30d`,
    );
  return cost;
}

/** Reads the lists that `--dry-run` prints on standard error. Pure. */
export function parseCost(stderr: string): Cost {
  const builds = countBelow(stderr, /^(?:this derivation|these (?:\d+ )?derivations) will be built:$/);
  const fetches = countBelow(stderr, /^(?:this path|these (?:\d+ )?paths) will be fetched/);
  const sizes = /\(([\d.]+) ([KMGT]?i?B) download, ([\d.]+) ([KMGT]?i?B) unpacked\)/.exec(stderr);
  return {
    builds,
    fetches,
    downloadBytes: sizes === null ? 0 : bytesOf(sizes[1], sizes[2]),
    unpackedBytes: sizes === null ? 0 : bytesOf(sizes[3], sizes[4]),
  };
}

/** The indented lines below a heading. */
function countBelow(text: string, heading: RegExp): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => heading.test(line));
  if (at === -1) return 0;
  const end = lines.findIndex((line, index) => index > at && !/^\s+\S/.test(line));
  return (end === -1 ? lines.length : end) - at - 1;
}

const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

function bytesOf(amount = '0', unit = 'B'): number {
  return Math.round(Number(amount) * (units[unit] ?? 1));
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
