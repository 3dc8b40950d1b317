/** One input of a flake as its lock has it. */
export interface LockedInput {
  /** Its path from the flake, such as `nixpkgs` or `home-manager/nixpkgs`. */
  readonly name: string;
  readonly rev: string | null;
  /** Seconds since the epoch. */
  readonly lastModified: number | null;
  /** Where it comes from, for telling a change of address from a step back. */
  readonly original: string;
}

/** An input that an update moved. */
export interface InputChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Seconds since the epoch. */
  readonly fromDate: number | null;
  readonly toDate: number | null;
}

/**
 * All inputs of a lock file, those of inputs included. They are known by their path: nix numbers its nodes (`nixpkgs_2`), and numbers them anew when an
 * input comes or goes. @throws SyntaxError, TypeError for what is no lock file
 */
export function lockedInputs(text: string): readonly LockedInput[] {
  const lock: unknown = JSON.parse(text);
  if (!isRecord(lock) || !isRecord(lock.nodes) || typeof lock.root !== 'string')
    throw new TypeError('the lock file has no nodes, or no root');
  const { nodes, root } = lock;
  const seen = new Set<string>();
  const below = (key: string, path: string): readonly LockedInput[] => {
    const node = nodes[key];
    if (seen.has(key) || !isRecord(node)) return [];
    seen.add(key);
    // What follows another input is a path in the lock, and that input itself.
    const inputs = Object.entries(isRecord(node.inputs) ? node.inputs : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return [
      ...(path === '' ? [] : lockedNode(path, node)),
      ...inputs.flatMap(([name, to]) => below(to, path === '' ? name : `${path}/${name}`)),
    ];
  };
  return below(root, '');
}

function lockedNode(name: string, { locked, original }: Readonly<Record<string, unknown>>): readonly LockedInput[] {
  if (!isRecord(locked)) return [];
  const { rev, narHash, lastModified } = locked;
  return [
    {
      name,
      rev: typeof rev === 'string' ? rev : typeof narHash === 'string' ? narHash : null,
      lastModified: typeof lastModified === 'number' ? lastModified : null,
      original: JSON.stringify(original ?? null),
    },
  ];
}

/** What differs between two lock files. */
export function inputChanges(before: readonly LockedInput[], after: readonly LockedInput[]): readonly InputChange[] {
  const old = new Map(before.map((input) => [input.name, input]));
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const fresh = new Map(after.map((input) => [input.name, input]));
  return names.flatMap((name) => {
    const [from, to] = [old.get(name), fresh.get(name)];
    if (from?.rev === to?.rev) return [];
    return [
      {
        name,
        from: from?.rev ?? null,
        to: to?.rev ?? null,
        fromDate: from?.lastModified ?? null,
        toDate: to?.lastModified ?? null,
      },
    ];
  });
}

/**
 * Inputs of the same address that became older: what an update over a stale cache or a rewound branch looks like. What the inputs of an input are is said
 * by that input: one that moved may ask for something older than before.
 */
export function steppedBack(before: readonly LockedInput[], after: readonly LockedInput[]): readonly LockedInput[] {
  const old = new Map(before.map((input) => [input.name, input]));
  const fresh = new Map(after.map((input) => [input.name, input]));
  const isAskedForByNewer = (name: string): boolean => {
    const end = name.lastIndexOf('/');
    if (end === -1) return false;
    const above = name.slice(0, end);
    return old.get(above)?.rev !== fresh.get(above)?.rev || isAskedForByNewer(above);
  };
  return after.filter(({ name, original, lastModified }) => {
    const from = old.get(name);
    const isOlder = from !== undefined && from.lastModified !== null && lastModified !== null && lastModified < from.lastModified;
    return isOlder && from.original === original && !isAskedForByNewer(name);
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
