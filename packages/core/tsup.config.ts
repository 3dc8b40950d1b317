import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig([
  // Small, and in few pieces: each file and each kilobyte that is loaded at once is time that every command waits for.
  // The declarations of both faces at once: most of the time of a build is that of the compiler, which reads the same sources for either.
  {
    ...base,
    entry: { index: 'src/index.ts' },
    dts: { entry: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' } },
    minify: true,
    noExternal: ['eventemitter3'],
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
