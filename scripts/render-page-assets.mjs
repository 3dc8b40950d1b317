import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = (path) => fileURLToPath(new URL(`../packages/core/src/report/browser/${path}`, import.meta.url));

/** The text of the module that holds the page's script and style, each as a browser is to get it. */
export async function renderPageAssets() {
  const [script, style] = await Promise.all([bundled('main.ts', { format: 'iife' }), bundled('page.css', {})]);
  // Both stand in the page as they are: neither may end its element.
  for (const text of [script, style])
    if (/<\/(script|style)|<!--/i.test(text)) throw new Error('the page would end in its own script or style');
  return `// Made by \`npm run report:page\` from the folder \`browser\`. Do not edit.

export const pageScript =
  ${JSON.stringify(script)};

export const pageStyle =
  ${JSON.stringify(style)};
`;
}

async function bundled(path, options) {
  const { outputFiles } = await build({
    entryPoints: [source(path)],
    bundle: true,
    write: false,
    minify: true,
    target: ['chrome111', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    logLevel: 'error',
    ...options,
  });
  return outputFiles[0].text.trim();
}
