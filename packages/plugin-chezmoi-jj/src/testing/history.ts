import fc from 'fast-check';
import type { Kill } from './killed-host.ts';

/** The dotfiles of the model: in the home folder, and in the source folder as they are at first. */
export const modelFiles = [
  { path: '.plain', source: 'dot_plain' },
  { path: '.config/app', source: 'dot_config/app' },
  { path: '.made', source: 'dot_made.tmpl' },
] as const;

/** Lines that are edited stand so far apart that edits of two of them merge. */
export const slots = 3;
export const hostNames = ['a', 'b', 'c'] as const;

/** One thing that happens. `host`, `file` and `slot` are indices. */
export type Action =
  | { readonly kind: 'edit' | 'edit-source'; readonly host: number; readonly file: number; readonly slot: number }
  | { readonly kind: 'delete'; readonly host: number; readonly file: number }
  | { readonly kind: 'chmod'; readonly host: number; readonly file: number; readonly mode: number }
  | { readonly kind: 'network'; readonly host: number; readonly isReachable: boolean }
  | { readonly kind: 'sync'; readonly host: number; readonly kill: Kill | null };

/** What happens between three hosts in step, and how conflicts are decided afterwards. */
export interface History {
  readonly actions: readonly Action[];
  readonly propagateDeletes: boolean;
  readonly takes: readonly ('local' | 'remote')[];
}

const host = fc.nat(hostNames.length - 1);
const file = fc.nat(modelFiles.length - 1);
const slot = fc.nat(slots - 1);
const kill = fc.record({
  at: fc.nat(45),
  moment: fc.constantFrom('before' as const, 'during' as const, 'after' as const),
  ms: fc.nat(25),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('edit' as const), host, file, slot }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit-source' as const), host, file, slot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), host, file }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('chmod' as const), host, file, mode: fc.constantFrom(0o600, 0o644, 0o755) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('network' as const), host, isReachable: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sync' as const), host, kill: fc.option(kill, { freq: 1 }) }) },
);

/** Any history; it shrinks to a shorter one. */
export const history: fc.Arbitrary<History> = fc.record({
  actions: fc.array(action, { minLength: 8, maxLength: 20, size: 'max' }),
  propagateDeletes: fc.boolean(),
  takes: fc.array(fc.constantFrom('local' as const, 'remote' as const), { minLength: 24, maxLength: 24 }),
});

/** The history of a seed: always the same. */
export function historyOf(seed: number): History {
  const [made] = fc.sample(history, { seed, numRuns: 1 });
  if (made === undefined) throw new TypeError('no history');
  return made;
}
