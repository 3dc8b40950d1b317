import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sampleSize } from '@rota/test-support';
import { expect, test } from 'vitest';
import { randomNumbers } from '../../testing/random-numbers.ts';
import type { TargetInput } from '../target-input.ts';
import { changeTargetRecord } from '../target-records.ts';
import { attrOf, targetRepository } from '../target-repository.test-support.ts';
import { planTargets } from './plan-targets.ts';

// The plan against an independent computation: for each target and commit, the whole content that the target is made of is put together by
// brute force, with git's own pathspecs and a model of the locked inputs, and a target is to be rebuilt when the two contents differ.

const system = 'x86_64-linux';

const inputs: readonly TargetInput[] = [
  { name: 'folder', attr: attrOf('a'), hints: ['services/a/**'], inputs: ['one'] },
  { name: 'names', attr: attrOf('b'), hints: ['services/b', 'lib/*.nix'], inputs: ['two', 'one'] },
  { name: 'excludes', attr: attrOf('c'), hints: ['services/**/*.nix', '!services/a/**', 'services/a/keep.nix'], inputs: [] },
  { name: 'everything', attr: attrOf('d'), inputs: ['one'] },
  { name: 'submodule', attr: attrOf('e'), hints: ['vendor/lib/src/**'], inputs: [] },
  { name: 'classes', attr: attrOf('f'), hints: ['services/?', '**/[a-c]*', '!**/*.md'], inputs: ['two'] },
  { name: 'any-input', attr: attrOf('g'), hints: [] },
  { name: 'lock-itself', attr: attrOf('h'), hints: ['flake.lock'], inputs: [] },
  { name: 'depends', attr: attrOf('i'), hints: ['docs/*', '!flake.nix'], inputs: [], dependsOn: ['folder'] },
  { name: 'second-flake', attr: attrOf('j'), flake: 'sub', hints: ['sub/**', '!sub/deep'], inputs: ['three'] },
];

/** Inputs of a flake as a model: `common` is an input of the other two, and `follows` of the second. */
type InputModel = { readonly [input in 'one' | 'two' | 'three' | 'common']: number };

function lockOf(model: InputModel, names: readonly ('one' | 'two' | 'three')[], width: number): string {
  const node = (name: keyof InputModel, more: object = {}) => ({
    locked: { type: 'github', owner: 'o', repo: name, rev: String(model[name]).padStart(40, '0') },
    original: { type: 'github', owner: 'o', repo: name },
    ...more,
  });
  const nodes = {
    root: { inputs: Object.fromEntries(names.map((name) => [name, name])) },
    one: node('one', { inputs: { common: 'common' } }),
    two: node('two', { inputs: { common: ['one', 'common'] } }),
    three: node('three'),
    common: node('common'),
  };
  return JSON.stringify({ nodes, root: 'root', version: 7 }, null, width);
}

/** All that an input stands for, said without looking at a lock file. */
const meaning = (model: InputModel, name: string): string =>
  name === 'three' ? `three ${model.three}` : `${name} ${model[name as 'one']} common ${model.common}`;

const folders = ['services/a', 'services/b', 'services/c/deep', 'lib', 'docs', 'sub', 'sub/deep', '.'];
const files = ['keep.nix', 'b.nix', 'x.md', 'a b', '-rf', '.hidden', 'new\nline', 'ünï', '"q"', '[c]', 'é\\x', 'c'];

const flakeOf = ({ flake }: TargetInput): string => (flake === undefined ? '' : `${flake}/`);
const hintsOf = (target: TargetInput): readonly string[] => [`${flakeOf(target)}flake.nix`, ...(target.hints ?? ['**'])];

/** Prints all that a commit has, with the submodule unfolded, and leaves it in the index. */
const contentScript = `
  git read-tree "$1"
  link=$(git ls-files -s vendor/lib | sed -n 's/^160000 \\([0-9a-f]*\\).*/\\1/p')
  if [ -n "$link" ]; then git update-index --force-remove vendor/lib && git read-tree --prefix=vendor/lib/ "$link"; fi
  git ls-files -s -z`;

/** Prints, for each of some patterns, the paths in the index that git finds by it. */
const pathsScript = `
  for hint; do git ls-files -z -- ":(top,glob)$hint" ":(top,glob)$hint/**"; printf '\\001'; done`;

const parts = (list: string): readonly string[] => list.split('\0').filter((part) => part !== '');

async function compare(seed: number, rounds: number): Promise<number> {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const repository = targetRepository();
  const { root, scratch, git, sh, host } = repository;
  const namespace = 'default';
  const targets = repository.targets(...inputs);

  // A submodule with a history of its own.
  const library = join(scratch, 'library');
  mkdirSync(library);
  git(['init', '--quiet', '--initial-branch=main'], { cwd: library });
  const libraryCommits: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    for (const name of ['src/one', 'src/deep/two', 'README.md']) {
      mkdirSync(dirname(join(library, name)), { recursive: true });
      if (index === 0 || random(2) === 0) writeFileSync(join(library, name), `${index}`);
    }
    git(['add', '--all'], { cwd: library });
    git(['commit', '--quiet', '--allow-empty', '--message=x'], { cwd: library });
    libraryCommits.push(git(['rev-parse', 'HEAD'], { cwd: library }).trim());
  }

  let model: InputModel = { one: 1, two: 1, three: 1, common: 1 };
  let width = 2;
  const writeLocks = (): void => {
    repository.write('flake.lock', lockOf(model, ['one', 'two'], width));
    repository.write('sub/flake.lock', lockOf(model, ['three'], 2));
  };
  for (const folder of folders)
    for (const file of files.slice(0, 5)) if (folder !== '.') repository.write(`${folder}/${file}`, folder);
  repository.write('flake.nix', '{}');
  repository.write('sub/flake.nix', '{}');
  writeLocks();
  git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/lib']);

  const here = (): readonly string[] =>
    git(['ls-files', '-z'])
      .split('\0')
      .filter((path) => path !== '' && !path.startsWith('vendor') && !path.includes('flake.') && path !== '.gitmodules')
      .filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined);
  const newPath = (): string => join(root, pick(folders), pick(files));
  const isFree = (path: string): boolean =>
    lstatSync(path, { throwIfNoEntry: false }) === undefined &&
    lstatSync(dirname(path), { throwIfNoEntry: false })?.isFile() !== true;
  const actions: readonly (() => void)[] = [
    () => {
      const path = newPath();
      if (!isFree(path)) return;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${random(4)}`);
    },
    () => {
      const path = join(root, pick(here()));
      if (lstatSync(path).isFile()) writeFileSync(path, `${random(1000)}`);
    },
    () => rmSync(join(root, pick(here()))),
    () => {
      const to = newPath();
      if (!isFree(to)) return;
      mkdirSync(dirname(to), { recursive: true });
      renameSync(join(root, pick(here())), to);
    },
    () => {
      const path = join(root, pick(here()));
      if (lstatSync(path).isFile()) chmodSync(path, random(2) === 0 ? 0o755 : 0o644);
    },
    () => {
      const path = newPath();
      if (!isFree(path)) return;
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync('elsewhere', path);
    },
    () => {
      model = { ...model, [pick(['one', 'two', 'three', 'common'] as const)]: random(5) };
      writeLocks();
    },
    () => {
      width = width === 2 ? 1 : 2;
      writeLocks();
    },
    () => repository.write(pick(['flake.nix', 'sub/flake.nix']), `{ x = ${random(50)}; }`),
    () => {
      if (existsSync(join(root, 'vendor/lib/.git')))
        git(['checkout', '--quiet', pick(libraryCommits)], { cwd: join(root, 'vendor/lib') });
    },
    () => {
      const folder = join(root, 'sub/deep');
      if (existsSync(folder) && readdirSync(folder).length > 0 && isFree(join(root, 'docs/deep')))
        renameSync(folder, join(root, 'docs/deep'));
    },
    () => {
      // The submodule goes and comes back; its history stays in the repository.
      if (existsSync(join(root, 'vendor/lib/.git'))) git(['rm', '--quiet', '-f', 'vendor/lib']);
      else git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '--force', library, 'vendor/lib']);
    },
  ];

  const hints = [...new Set(inputs.flatMap(hintsOf).map((hint) => hint.replace(/^!/, '')))];
  // Whether a pattern finds a path is the same in every commit, so git is asked once for each path.
  const asked = new Set<string>();
  const found = new Map(hints.map((hint) => [hint, new Set<string>()]));
  const contents = new Map<string, ReadonlyMap<string, string>>();
  const contentOf = (commit: string): ReadonlyMap<string, string> => {
    const env = {
      GIT_INDEX_FILE: join(scratch, 'oracle-index'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(library, '.git/objects'),
    };
    const all = parts(sh(contentScript, [commit], env)).map((entry) => ({ entry, path: entry.slice(entry.indexOf('\t') + 1) }));
    if (all.some(({ path }) => !asked.has(path))) {
      const lists = sh(pathsScript, hints, env).split('\u0001');
      for (const [index, hint] of hints.entries()) for (const path of parts(lists[index] ?? '')) found.get(hint)?.add(path);
      for (const { path } of all) asked.add(path);
    }
    const entriesOf = (hint: string): readonly string[] =>
      all.filter(({ path }) => found.get(hint)?.has(path)).map(({ entry }) => entry);
    return new Map(
      inputs.map((target) => {
        const lock = `\t${flakeOf(target)}flake.lock`;
        const content = new Set<string>();
        for (const hint of hintsOf(target))
          for (const entry of entriesOf(hint.replace(/^!/, ''))) {
            if (hint.startsWith('!')) content.delete(entry);
            else if (`\t${hint}` === lock || !entry.endsWith(lock)) content.add(entry);
          }
        const locked = (target.inputs ?? ['one', 'two']).map((input) => meaning(model, input));
        return [target.name, JSON.stringify([[...content].sort(), locked])] as const;
      }),
    );
  };

  const history = [repository.commit()];
  contents.set(history[0] ?? '', contentOf(history[0] ?? ''));
  const builtAt = new Map<string, string>();
  // The same content is the same artifact, whatever the commit.
  const artifactOf = (name: string): string | null => {
    const content = contents.get(builtAt.get(name) ?? '')?.get(name);
    return content === undefined ? null : `/${createHash('sha256').update(content).digest('hex')}`;
  };
  let folderWhenDependsWasBuilt: string | null | undefined;
  let planned = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (let count = 0; count <= random(3); count += 1) pick(actions)();
    const head = repository.commit();
    contents.set(head, contentOf(head));
    history.push(head);

    const differs = (name: string, base: string): boolean => contents.get(base)?.get(name) !== contents.get(head)?.get(name);
    const expected = (baseOf: (name: string) => string | undefined, builtFromOther = false): readonly string[] => {
      const own = inputs
        .map(({ name }) => name)
        .filter((name) => baseOf(name) === undefined || differs(name, baseOf(name) ?? ''));
      return inputs
        .map(({ name }) => name)
        .filter((name) => own.includes(name) || (name === 'depends' && (own.includes('folder') || builtFromOther)))
        .sort();
    };
    const rebuilt = async (since?: string): Promise<readonly string[]> =>
      (await planTargets({ host, namespace, baseDir: root, targets, since })).targets
        .filter((target) => target.rebuild)
        .map(({ name }) => name);

    const base = pick(history);
    const where = `seed ${seed}, round ${round}`;
    expect(await rebuilt(base), `${where}, since ${base}`).toEqual(expected(() => base));
    const builtFromOther = folderWhenDependsWasBuilt !== undefined && folderWhenDependsWasBuilt !== artifactOf('folder');
    const recorded = expected((name) => builtAt.get(name), builtFromOther);
    expect(await rebuilt(), `${where}, since what is recorded`).toEqual(recorded);
    planned += 2;
    for (const { name } of inputs) {
      if (random(10) !== 0) continue;
      builtAt.set(name, head);
      if (name === 'depends') folderWhenDependsWasBuilt = artifactOf('folder');
      const dependencies: Record<string, string | null> = name === 'depends' ? { folder: artifactOf('folder') } : {};
      const artifact = artifactOf(name) ?? '';
      const built = { revision: head, attr: attrOf('x'), artifact, drvPath: '/x.drv', at: 'now', log: null, dependencies };
      const attr = targets.find((target) => target.name === name)?.attrs[system] ?? '';
      await changeTargetRecord(host, namespace, { name, system }, (record) => ({ ...record, built: { ...built, attr } }));
    }
  }
  return planned;
}

const rounds = sampleSize({ here: 40, inCi: 40, long: 200 });

const firstSeed = Number(process.env.ROTA_SEED ?? 20261121);
const seeds = Array.from({ length: process.env.ROTA_LONG === '1' ? 10 : 1 }, (_, index) => firstSeed + index);

test.each(seeds)(
  `the plan after each of ${rounds} random changes is that of an independent computation, seed %i`,
  async (seed) => expect(await compare(seed, rounds)).toBe(2 * rounds),
  1_200_000,
);
