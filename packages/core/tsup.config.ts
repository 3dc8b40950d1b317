import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { base } from '../../tsup.base.ts';

/** What the sources import of a built-in module by name. */
const importedOf = (builtin: string): readonly string[] => {
  const texts = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join('src', file), 'utf8'));
  const lists = texts.flatMap((text) => [...text.matchAll(/^import \{([^}]*)\} from '(node:\w+)';/gm)]);
  const names = lists.flatMap(([, list = '', from]) => (from === builtin ? list.split(',') : []));
  return [...new Set(names.map((name) => name.trim().split(' ')[0] ?? ''))].filter((name) => /^(?!type$)\w+$/.test(name)).sort();
};

/**
 * Only what is used of `node:fs`, from the module as Node itself has it: for an import Node reads every export of a built-in module, and with those of this one it loads
 * promises and all of the streams, which is a good part of what importing core takes on Node 24 (`npm run bench -- startup`).
 */
const partOfFs: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'part-of-fs',
  setup(build) {
    build.onResolve({ filter: /^node:fs$/ }, ({ path }) => ({ path, namespace: 'part-of-fs' }));
    build.onLoad({ filter: /.*/, namespace: 'part-of-fs' }, ({ path }) => ({
      contents: `export const { ${importedOf(path).join(', ')} } = process.getBuiltinModule('${path}');`,
    }));
  },
};

export default defineConfig([
  // Small, and in few pieces: each file and each kilobyte that is loaded at once is time that every command waits for.
  // The declarations of both faces at once: most of the time of a build is that of the compiler, which reads the same sources for either.
  {
    ...base,
    entry: { index: 'src/index.ts' },
    dts: { entry: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' } },
    minify: true,
    noExternal: ['eventemitter3'],
    removeNodeProtocol: false,
    esbuildPlugins: [partOfFs],
  },
  // By itself, so that what it shares with the face does not break that into more pieces.
  { ...base, entry: { 'testing/index': 'src/testing/index.ts' }, dts: false, clean: false },
  // The runner is copied into the state folder and started for every run: one file, nothing to resolve, no declarations.
  // CommonJS: Node starts it in less time and memory than a module (npm run bench holds the budget).
  {
    ...base,
    entry: { 'rota-run': 'src/run/main.ts' },
    format: ['cjs'],
    outExtension: () => ({ js: '.cjs' }),
    dts: false,
    splitting: false,
    clean: false,
    noExternal: [/.*/],
    minify: true,
  },
]);
