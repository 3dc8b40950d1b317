import { build, type Plugin } from 'esbuild';

/** For an import of `./module.ts?bundled`: the text of that module with all that it imports, as the body of a function that is given `require` and `importModule`. */
export const runnerSource: Plugin = {
  name: 'runner-source',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?bundled$/ }, ({ path, resolveDir }) => ({
      path: `${resolveDir}/${path.replace(/\?bundled$/, '')}`,
      namespace: 'bundled',
    }));
    onLoad({ filter: /.*/, namespace: 'bundled' }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        minify: true,
        format: 'cjs',
        platform: 'node',
        target: 'node20',
      });
      const text = (outputFiles[0]?.text ?? '').replaceAll(/(?<![.\w$])import\(/g, 'importModule(');
      return { contents: text, loader: 'text' };
    });
  },
};
