import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '@rota/test-support';
import { holdsMarkers } from '../sync/merge/conflict-markers.ts';
import { environment, filesOf, type TestHost, type World } from './world.ts';

/** Files of a home that hold conflict markers. */
export function markersIn({ home, name }: TestHost): readonly string[] {
  return Object.entries(filesOf(home)).flatMap(([path, text]) =>
    holdsMarkers(text) || /^<{7}/m.test(text) ? [`${name}: ${path}`] : [],
  );
}

/** Moves of a reference at the remote that were not forward, as its log has them. */
export async function movesBackwards({ origin, root }: World): Promise<readonly string[]> {
  const git = async (...args: readonly string[]): Promise<string> =>
    await output('git', ['--git-dir', origin, ...args], { env: environment(root, root) });
  const list = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
  const parents = new Map(
    list(await git('rev-list', '--all', '--reflog', '--parents')).map((line) => {
      const [commit = '', ...before] = line.split(' ');
      return [commit, before] as const;
    }),
  );
  const isPartOf = (older: string, newer: string): boolean => {
    const seen = new Set<string>([newer]);
    for (const commit of seen) for (const parent of parents.get(commit) ?? []) seen.add(parent);
    return seen.has(older);
  };
  // As git writes it: the old value, the new one, and who did it when.
  return list(await git('for-each-ref', '--format=%(refname)')).flatMap((name) =>
    list(readFileSync(join(origin, 'logs', name), 'utf8'))
      .map((line) => line.split(' '))
      .filter(([older = '', newer = '']) => !/^0+$/.test(older) && !isPartOf(older, newer))
      .map(([older, newer]) => `${name}: ${older} to ${newer}`),
  );
}

/** Ids of all file contents that a bookmark reaches, here or at the remote. */
export async function reachableContents({ origin, root }: World, hosts: readonly TestHost[]): Promise<ReadonlySet<string>> {
  const env = environment(root, root);
  const folders = [origin, ...hosts.map(({ tree }) => join(tree, '.git'))];
  const lists = folders.map(
    async (folder) =>
      await output('git', ['--git-dir', folder, 'rev-list', '--objects', '--no-object-names', '--branches', '--remotes'], {
        env,
      }),
  );
  return new Set((await Promise.all(lists)).flatMap((list) => list.split('\n')));
}

/** The id that git has for a content (gitformat-pack(5), blobs). */
export function contentId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
