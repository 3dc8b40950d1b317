/** One input of a flake as its lock has it. */
export interface LockedInput {
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

/** All inputs of a lock file, those of inputs included. @throws SyntaxError, TypeError for what is no lock file */
export function lockedInputs(text: string): readonly LockedInput[] {
  const lock: unknown = JSON.parse(text);
  const nodes = isRecord(lock) && isRecord(lock.nodes) ? lock.nodes : undefined;
  if (nodes === undefined) throw new TypeError('the lock file has no nodes');
  return Object.entries(nodes).flatMap(([name, node]) => {
    if (!isRecord(node) || !isRecord(node.locked)) return [];
    const { rev, narHash, lastModified } = node.locked;
    const identity = typeof rev === 'string' ? rev : typeof narHash === 'string' ? narHash : null;
    return [
      {
        name,
        rev: identity,
        lastModified: typeof lastModified === 'number' ? lastModified : null,
        original: JSON.stringify(node.original ?? null),
      },
    ];
  });
}

/** What differs between two lock files, by the name of the node. */
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

/** Inputs of the same address that became older: what an update over a stale cache or a rewound branch looks like. */
export function steppedBack(before: readonly LockedInput[], after: readonly LockedInput[]): readonly LockedInput[] {
  const old = new Map(before.map((input) => [input.name, input]));
  return after.filter(({ name, original, lastModified }) => {
    const from = old.get(name);
    return from?.original === original && from.lastModified !== null && lastModified !== null && lastModified < from.lastModified;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
