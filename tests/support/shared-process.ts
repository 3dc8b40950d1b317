/** What the files of tests share with those after them in the same process, by name. What Vitest says of itself in the environment is its own. */
export function sharedProcess(): ReadonlyMap<string, unknown> {
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
  return new Map<string, unknown>([
    ...env.map(([name, value]) => [`process.env.${name}`, value] as const),
    ['process.cwd()', process.cwd()],
    ['process.stdout.write', process.stdout.write],
    ['process.stderr.write', process.stderr.write],
    ['performance.now', performance.now],
    ['setTimeout', setTimeout],
    ['Date', Date],
  ]);
}

/** The names of what is not as it was, whose values may be secrets. */
export function changedSince(before: ReadonlyMap<string, unknown>): readonly string[] {
  const now = sharedProcess();
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
}
