import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type BundleStore, type Host, RotaError, type Sidecar } from '@rota/core';

const names = 'refs/rota/bundles/';

/**
 * Bundles in a bare Git repository: each is a tree of two files, under a name of its own. A name is given and taken in one step, so a
 * bundle is there as a whole or not at all, and whatever else the repository holds stays as it is.
 */
export function gitStore(host: Pick<Host, 'run' | 'files'>, repository: string): BundleStore {
  const refOf = ({ id }: Sidecar): string => `${names}${id}`;

  async function git(
    args: readonly string[],
    input = '',
    env: Readonly<Record<string, string>> = {},
    at = repository,
  ): Promise<string> {
    const words = ['--git-dir', at, '-c', 'core.fsync=all', ...args];
    const { exitCode, stdout, stderr } = await host.run({ file: 'git', args: words, input, env: { ...process.env, ...env } });
    if (exitCode === 0) return stdout.trim();
    throw new RotaError('ROTA_BUNDLE_STORE', `The bundle store ${repository} failed: ${stderr.trim() || `git ${args[0]}`}`);
  }

  /** In one step: who comes at the same moment must not meet one that is half made. */
  async function makeRepository(): Promise<void> {
    const isThere = (): boolean => host.files.facts(`${repository}/HEAD`) !== undefined;
    if (isThere()) return;
    const made = `${repository}.${randomUUID()}`;
    try {
      await git(['init', '--quiet', '--bare'], '', {}, made);
      host.files.rename(made, repository);
    } catch (error) {
      if (!isThere())
        throw new RotaError('ROTA_BUNDLE_STORE', `The bundle store ${repository} cannot be made: ${error}`, { cause: error });
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }

  /** The trees of the bundles, by name. Empty where nothing was ever kept. */
  async function kept(): Promise<ReadonlyMap<string, string>> {
    if (host.files.facts(repository) === undefined) return new Map();
    const lines = await git(['for-each-ref', '--format=%(refname) %(objectname)', names]);
    const pairs = lines.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
      const [ref, tree] = line.split(' ');
      return ref && tree ? [[ref, tree]] : [];
    });
    return new Map(pairs);
  }

  async function treeOf(bundle: string, sidecar: Sidecar): Promise<string> {
    const text = await git(['hash-object', '-w', '--stdin'], `${JSON.stringify(sidecar, null, 2)}\n`);
    return await git(['mktree'], `100644 blob ${bundle}\tbundle\n100644 blob ${text}\tsidecar.json\n`);
  }

  return {
    kind: 'git',
    place: repository,
    placeOf: (bundle) => `${repository} ${refOf(bundle)}`,
    async put({ file }, sidecar) {
      if (host.files.facts(file)?.size !== sidecar.size)
        throw new RotaError('ROTA_BUNDLE_STORE', `The bundle ${sidecar.id} broke off: ${file} is not all of it.`);
      await makeRepository();
      const bundle = await git(['hash-object', '-w', '--no-filters', file]);
      await git(['update-ref', refOf(sidecar), await treeOf(bundle, sidecar)]);
      return sidecar;
    },
    async list() {
      const texts = await Promise.all(
        [...(await kept()).values()].map((tree) => git(['cat-file', 'blob', `${tree}:sidecar.json`])),
      );
      const found = texts.map((text): Sidecar => JSON.parse(text));
      return found.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
    },
    async fetch(bundle, folder) {
      const tree = (await kept()).get(refOf(bundle));
      if (tree === undefined) throw new RotaError('ROTA_BUNDLE_STORE', `The bundle ${bundle.id} is not in ${repository}.`);
      // A bundle is no text: git writes the file itself, by way of an index of our own.
      const index = { GIT_INDEX_FILE: `${folder}/${bundle.id}.index` };
      await git(['read-tree', tree], '', index);
      await git(['--work-tree', folder, 'checkout-index', '--force', `--prefix=${bundle.id}.`, 'bundle'], '', index);
      host.files.remove(index.GIT_INDEX_FILE);
      return `${folder}/${bundle.id}.bundle`;
    },
    async update(bundle) {
      const before = (await kept()).get(refOf(bundle));
      if (before === undefined) return;
      const content = await git(['rev-parse', `${before}:bundle`]);
      // Refused when somebody else removed or changed it meanwhile.
      await git(['update-ref', refOf(bundle), await treeOf(content, bundle), before]);
    },
    async remove(bundles) {
      const there = await kept();
      for (const ref of bundles.map(refOf).filter((name) => there.has(name))) await git(['update-ref', '-d', ref]);
    },
  };
}
