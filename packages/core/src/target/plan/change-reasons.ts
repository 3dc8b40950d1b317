import type { Target } from '../target.ts';
import type { InputChanges } from './flake-lock.ts';
import { type Hint, indexHints } from './hint-index.ts';
import type { PathChange } from './path-change.ts';
import { mostReasons, type TargetReason } from './target-plan.ts';

/** A target, and where its flake is in the repository: `` for the root. */
export interface PlacedTarget {
  readonly target: Target;
  readonly flakeDir: string;
}

/** The reasons of one target, and how many more there are. */
export interface Reasons {
  readonly reasons: readonly TargetReason[];
  readonly more: number;
}

/** Collects what changes between two revisions mean for each target. */
export interface ReasonCollector {
  /** Takes one more change; they come in the order in which the reasons are to be. */
  add(change: PathChange): void;
  /** The reasons, in the order of the targets. `inputs` are the changed ones of a flake. */
  reasons(inputs: (flakeDir: string) => InputChanges | null): readonly Reasons[];
}

/** Gets ready for the changes, which git may still look for. */
export function collectReasons(targets: readonly PlacedTarget[]): ReasonCollector {
  const lists = targets.map((): { reasons: TargetReason[]; more: number } => ({ reasons: [], more: 0 }));
  const add = (target: number, reason: TargetReason): void => {
    const list = lists[target];
    if (list === undefined) return;
    if (list.reasons.length < mostReasons) list.reasons.push(reason);
    else list.more += 1;
  };
  const addPathReasons = pathReasons(targets, add);
  return {
    add: addPathReasons,
    reasons(inputs) {
      for (const [index, { target, flakeDir }] of targets.entries())
        for (const reason of inputReasons(target, flakeDir, inputs(flakeDir))) add(index, reason);
      return lists;
    },
  };
}

/** The path of a file of a flake. */
export function flakeFile(flakeDir: string, name: 'flake.nix' | 'flake.lock'): string {
  return flakeDir === '' ? name : `${flakeDir}/${name}`;
}

type AddReason = (target: number, reason: TargetReason) => void;

function pathReasons(targets: readonly PlacedTarget[], add: AddReason): (change: PathChange) => void {
  const index = indexHints(targets.flatMap(hintsOf));
  const judgedByInputs = new Map<string, Set<number>>();
  for (const [target, { flakeDir }] of targets.entries()) {
    const lock = flakeFile(flakeDir, 'flake.lock');
    judgedByInputs.set(lock, (judgedByInputs.get(lock) ?? new Set()).add(target));
  }
  const match = (path: string): readonly Hint[] => {
    const found = index.match(path);
    const judged = path.endsWith('flake.lock') ? judgedByInputs.get(path) : undefined;
    if (judged === undefined) return found;
    // What a changed lock means is said by its inputs, unless somebody asks for the file itself.
    return found.filter(({ target, text }) => text === literalHint(path) || !judged.has(target));
  };
  return (change) => {
    const { kind, path } = change;
    const found = kind === 'submodule' ? index.matchBelow(path) : match(path);
    if (kind !== 'renamed') {
      for (const { target, text } of found) add(target, { kind, path, hint: text });
      return;
    }
    const { from } = change;
    for (const { target, text } of found) add(target, { kind, path, hint: text, other: from });
    const wanted = new Set(found.map(({ target }) => target));
    for (const { target, text } of match(from))
      if (!wanted.has(target)) add(target, { kind: 'moved-away', path: from, hint: text, other: path });
  };
}

/** flake.nix decides what every attribute is, so it counts unless a later hint excludes it. */
function hintsOf({ target, flakeDir }: PlacedTarget, index: number): readonly Hint[] {
  const own = (target.hints ?? ['**']).map((text, order): Hint => ({ text, target: index, order }));
  return [{ text: literalHint(flakeFile(flakeDir, 'flake.nix')), target: index, order: -1 }, ...own];
}

/** A hint that matches this path alone. */
function literalHint(path: string): string {
  return path.replaceAll(/[*?[\\]/g, '\\$&').replace(/^!/, '\\!');
}

function inputReasons(target: Target, flakeDir: string, inputs: InputChanges | null): readonly TargetReason[] {
  const path = flakeFile(flakeDir, 'flake.lock');
  if (inputs === null) return [{ kind: 'flake-lock', path, hint: null }];
  const { changed, known } = inputs;
  // A name that the flake does not have may be a misspelt one: then it cannot be told which inputs the target uses.
  const isTold = target.inputs?.every((name) => known.has(name)) ?? false;
  const used = isTold ? changed.filter((name) => target.inputs?.includes(name)) : changed;
  return used.map((hint) => ({ kind: 'flake-input', path, hint }));
}
