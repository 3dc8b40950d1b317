import { withoutColour } from '../machine/classify-output.ts';
import { closureDifference } from '../machine/nix-commands.ts';
import type { UpdateContext } from '../update-context.ts';

const longest = 200;

/** What changes between two systems, a package a line, as nix says it. Information only: a failure is an empty summary. */
export async function summarise({ call }: UpdateContext, before: string | null, after: string): Promise<readonly string[]> {
  if (before === null) return [];
  const result = await call({ ...closureDifference(before, after), timeoutMs: 120_000 });
  if (result.exitCode !== 0) return [];
  const lines = withoutColour(result.stdout)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length <= longest ? lines : [...lines.slice(0, longest), `... and ${lines.length - longest} more`];
}
