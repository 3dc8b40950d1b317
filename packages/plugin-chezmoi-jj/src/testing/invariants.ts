import { join } from 'node:path';
import { output } from '@rota/test-support';
import { holdsMarkers } from '../sync/conflict-markers.ts';
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
  const names = (await git('for-each-ref', '--format=%(refname)')).split('\n').filter((name) => name !== '');
  const wrong: string[] = [];
  for (const name of names) {
    const values = (await git('reflog', 'show', '--format=%H', name)).split('\n').filter((line) => line !== '');
    for (const [index, newer] of values.entries()) {
      const older = values[index + 1];
      if (older !== undefined && (await git('merge-base', older, newer).catch(() => '')) !== older)
        wrong.push(`${name}: ${older} to ${newer}`);
    }
  }
  return wrong;
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

/** The id that git has for a content. */
export async function contentId({ root }: World, text: string): Promise<string> {
  return await output('git', ['hash-object', '--stdin'], { env: environment(root, root), input: text });
}
