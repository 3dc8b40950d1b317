import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { type ModuleImport, moduleImports } from './module-imports.ts';
import { filesBelow } from './source-files.ts';

/** The folders of core, from the top down: a file imports from its own folder and from those below it. One line, one rank. */
const order = [
  ['face'],
  ['testing'],
  ['report'],
  ['doctor'],
  ['sync'],
  ['config'],
  ['plugin'],
  ['apply'],
  ['status', 'import'],
  ['embedded'],
  ['plan'],
  ['target'],
  ['bundle'],
  ['run'],
  ['backend'],
  ['job'],
  ['schedule'],
  ['state'],
  ['host'],
  ['errors'],
];

/** Each costs a multiple of core's whole start-up, and most commands need none of them. */
const lazy = ['yaml', 'cron-parser', 'execa', 'jiti'];

const rankOf = (folder: string): number => order.findIndex((folders) => folders.includes(folder));

interface Source {
  /** From the root of the repository, with slashes. */
  readonly file: string;
  readonly imports: readonly ModuleImport[];
}

// What tests share in a package, and the folder `testing` of an adapter, is not shipped; core's is a public face of its own.
const isForTests = (file: string): boolean =>
  /\.(test|test-d|test-support|machine|arbitrary|bench)\.ts$/.test(file) ||
  /packages\/(?!core\/)[^/]+\/src\/testing\//.test(file);

const sourcesOf = (folder: string): readonly Source[] =>
  filesBelow(join(repositoryRoot, folder), '.ts')
    .filter((path) => !isForTests(path))
    .map((path) => ({ file: path.slice(repositoryRoot.length), imports: moduleImports(path) }));

const packages = readdirSync(join(repositoryRoot, 'packages'));
const sources = new Map(packages.map((name) => [name, sourcesOf(`packages/${name}/src`)] as const));
const core = sources.get('core') ?? [];
const adapters = [...sources].filter(([name]) => name !== 'core');

const target = ({ file }: Source, { specifier }: ModuleImport): string | undefined =>
  specifier.startsWith('.') ? normalize(join(dirname(file), specifier)).replaceAll('\\', '/') : undefined;

const folderOf = (file: string): string => file.slice('packages/core/src/'.length).split('/').slice(0, -1)[0] ?? '';

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** All cycles that a depth-first walk meets, each as the files on it. */
const cyclesOf = (graph: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return cycles;
};

describe('core', () => {
  test('has only folders that the order knows', () => {
    const folders = new Set(core.map(({ file }) => folderOf(file)).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => rankOf(folder) === -1)).toEqual([]);
    expect(folders.size).toBeGreaterThan(5);
  });

  test('imports only from folders further down', () => {
    const upward = core.flatMap((source) =>
      source.imports.flatMap((entry) => {
        const to = target(source, entry);
        const [from, into] = [folderOf(source.file), to === undefined ? undefined : folderOf(to)];
        // Files beside index.ts put the parts together and stand above all folders.
        if (to === undefined || into === undefined || from === '' || from === into) return [];
        return into !== '' && rankOf(into) > rankOf(from) ? [] : [`${source.file} -> ${to}`];
      }),
    );
    expect(upward).toEqual([]);
  });

  test('imports no backend and no plugin', () => {
    const own = core.flatMap(({ file, imports }) =>
      imports.filter(({ specifier }) => specifier.startsWith('@rota/')).map(({ specifier }) => `${file} -> ${specifier}`),
    );
    expect(own).toEqual([]);
  });
});

describe('every package', () => {
  test.each(adapters)('%s imports the public face of core and nothing deeper', (name, files) => {
    const foreign = files.flatMap((source) =>
      source.imports.flatMap((entry) => {
        const to = target(source, entry);
        const isAllowed = to === undefined ? !/^@rota\/(?!core$)/.test(entry.specifier) : to.startsWith(`packages/${name}/`);
        return isAllowed ? [] : [`${source.file} -> ${entry.specifier}`];
      }),
    );
    expect(foreign).toEqual([]);
  });

  test.each([...sources])('%s imports only packages that it declares', (name, files) => {
    const manifest: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'packages', name, 'package.json'), 'utf8'));
    const declared = new Set(
      ['dependencies', 'peerDependencies'].flatMap((field) =>
        Object.keys((manifest as Readonly<Record<string, Record<string, string> | undefined>>)[field] ?? {}),
      ),
    );
    const undeclared = files.flatMap(({ file, imports }) =>
      imports
        .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .filter(({ specifier }) => !declared.has(packageOf(specifier)))
        .map(({ specifier }) => `${file} -> ${specifier}`),
    );
    expect(undeclared).toEqual([]);
  });

  test.each([...sources])('%s has no cycle between its files', (_name, files) => {
    const graph = new Map(files.map((source) => [source.file, source.imports.flatMap((entry) => target(source, entry) ?? [])]));
    expect(cyclesOf(graph)).toEqual([]);
  });

  test.each([...sources])('%s loads heavy packages only inside the functions that need them', (_name, files) => {
    const eager = files.flatMap(({ file, imports }) =>
      imports
        .filter(({ specifier, kind }) => kind === 'static' && lazy.includes(packageOf(specifier)))
        .map(({ specifier }) => `${file} -> ${specifier}`),
    );
    expect(eager).toEqual([]);
  });
});

test('a cycle between files would be seen', () => {
  expect(
    cyclesOf(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b -> c -> b']);
});
