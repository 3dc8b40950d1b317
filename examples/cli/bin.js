#!/usr/bin/env node
// The command `rota`. `--version` is answered here, before anything heavy is imported: scripts ask it often.
import { existsSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const here = (path) => new URL(path, import.meta.url);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${JSON.parse(readFileSync(here('./package.json'), 'utf8')).version}\n`);
} else if (!existsSync(here('./dist/main.js'))) {
  process.stderr.write('rota is not built yet. In the checkout, run: npm install && npm run build\n');
  process.exitCode = 1;
} else {
  const { main } = await import('./dist/main.js');
  await main(args);
}
