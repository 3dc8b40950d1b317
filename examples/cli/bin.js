#!/usr/bin/env node
// The command `rota`. `--version` is answered here, before anything heavy is imported: scripts ask it often.
import { existsSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const here = (path) => new URL(path, import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${JSON.parse(readFileSync(here('./package.json'), 'utf8')).version}\n`);
} else if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Rota needs Node 20.19 or later; this is ${process.versions.node}.`, 'Install a newer Node, or put it first on the PATH.');
} else if (!existsSync(here('./dist/main.js'))) {
  fail('rota is not built yet.', 'In the checkout, run: npm install --ignore-scripts && npm run build');
} else if (!currentFolder()) {
  fail('The folder that you are in is not there any more.', 'Go to another folder, then repeat the command.', 'ROTA_FILE_ACCESS');
} else {
  const { main } = await import('./dist/main.js');
  await main(args);
}

/** Whether the folder that the command is called in still exists. */
function currentFolder() {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** As every other error is printed; what prints those is part of the build. */
function fail(message, remedy, code = 'ROTA_HOST_UNSUPPORTED') {
  const error = { code, message, file: null, line: null, column: null, suggestions: [remedy] };
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ formatVersion: 1, error }, null, 2)}\n`);
  else process.stderr.write(`error: ${message}\n  ${remedy}\n`);
  process.exitCode = 1;
}
