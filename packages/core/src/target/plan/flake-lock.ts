import { canonicalJson, digestOf } from '../../state/digest.ts';

/** What a flake.lock pins: for each input of the flake a digest of all that it stands for, the inputs of the input included. */
export type LockedInputs = ReadonlyMap<string, string>;

/** The newest version of the file whose rules are known here. Source: "Lock files" of the Nix manual, `nix flake`. */
const newestVersion = 7;

/** Reads a flake.lock; an absent one pins nothing, `null` means that it cannot be understood. */
export function readFlakeLock(text: string | undefined): LockedInputs | null {
  if (text === undefined) return new Map();
  let lock: unknown;
  try {
    lock = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(lock) || !isRecord(lock.nodes) || typeof lock.root !== 'string') return null;
  if (typeof lock.version !== 'number' || lock.version > newestVersion) return null;
  const { nodes, root } = lock;
  const known = new Map<string, string>();
  /** Follows a path of input names from the root, as `follows` gives it. */
  const follow = (path: readonly unknown[], depth: number): string | null => {
    let key: string | null = root;
    for (const step of path) {
      if (typeof step !== 'string' || key === null) return null;
      key = target(inputsOf(nodes[key])[step], depth + 1);
    }
    return key;
  };
  const target = (input: unknown, depth: number): string | null => {
    if (typeof input === 'string') return input;
    return Array.isArray(input) && depth < deepest ? follow(input, depth) : null;
  };
  const digest = (key: string, above: readonly string[]): string => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const node = nodes[key];
    if (above.includes(key) || above.length > deepest || !isRecord(node)) throw new Error('not a tree');
    const below = Object.entries(inputsOf(node)).map(([name, input]) => {
      const to = target(input, 0);
      if (to === null) throw new Error('not a tree');
      return [name, digest(to, [...above, key])];
    });
    // `original` is what a person wrote; what is built comes from `locked` alone.
    const { original: _original, ...rest } = node;
    const made = digestOf(canonicalJson({ ...rest, inputs: Object.fromEntries(below) }));
    known.set(key, made);
    return made;
  };
  try {
    return new Map(
      Object.entries(inputsOf(nodes[root])).map(([name, input]) => {
        const to = target(input, 0);
        if (to === null) throw new Error('not a tree');
        return [name, digest(to, [root])];
      }),
    );
  } catch {
    return null;
  }
}

/** What differs between two lock files. */
export interface InputChanges {
  /** Names of the inputs that differ, sorted. */
  readonly changed: readonly string[];
  /** Names of all inputs, of both. */
  readonly known: ReadonlySet<string>;
}

/** `null` where one of the two cannot be understood and they are not the same text. */
export function changedInputs(before: string | undefined, after: string | undefined): InputChanges | null {
  const now = readFlakeLock(after);
  if (before === after) return { changed: [], known: new Set(now?.keys()) };
  const old = readFlakeLock(before);
  if (old === null || now === null) return null;
  const known = new Set([...old.keys(), ...now.keys()]);
  return { changed: [...known].filter((name) => old.get(name) !== now.get(name)).toSorted(), known };
}

const deepest = 200;

function inputsOf(node: unknown): Readonly<Record<string, unknown>> {
  return isRecord(node) && isRecord(node.inputs) ? node.inputs : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
