import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  entry: ['src/main.ts'],
  dts: false,
  noExternal: ['commander', 'picocolors'],
  // commander is CommonJS inside: bundled into a module, it asks for `require`.
  banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
});
