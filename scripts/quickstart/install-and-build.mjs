import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command, root } from './command.mjs';
import { heading, say } from './say.mjs';

const packages = [
  'packages/core',
  'packages/backend-systemd',
  'packages/backend-cron',
  'packages/backend-taskscheduler',
  'examples/cli',
];

/**
 * Installs and builds what is missing or older than its sources; in a checkout where both are done this takes no time. With
 * ROTA_QUICKSTART=as-built the checkout is taken as it is, for a user who may not write to it.
 */
export async function installAndBuild(signal) {
  if (process.env.ROTA_QUICKSTART === 'as-built') return;
  const lock = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(lock)) {
    heading('npm install');
    say('Installing what Rota is built with (about half a minute, once).');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], signal);
  }
  if (packages.some(isStale)) {
    heading('npm run build');
    say('Building Rota (about half a minute, once).');
    await run('npm', ['run', 'build'], signal);
  }
}

// Nothing is left in the home of whoever tries Rota, and nobody is told that they do.
const quietTools = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_CONFIG_DIR_PATH: join(root, 'node_modules/.cache/turbo-config'),
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
};

async function run(program, args, signal) {
  const started = Date.now();
  const tick = process.stdout.isTTY
    ? setInterval(() => process.stdout.write(`\r${Math.round((Date.now() - started) / 1000)} s `), 1000)
    : undefined;
  const { exitCode, stdout, stderr } = await command(program, args, { signal, env: quietTools }).finally(() => {
    clearInterval(tick);
    if (tick !== undefined) process.stdout.write('\r\u001b[K');
  });
  if (signal.aborted) throw new Error('interrupted');
  if (exitCode !== 0) throw new Error(`\`${program} ${args.join(' ')}\` failed:\n${stdout}\n${stderr}`);
  say(`Done in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** Whether a package was never built, or has a source that is newer than its build. */
function isStale(folder) {
  const built = modified(join(root, folder, 'dist', folder === 'examples/cli' ? 'main.js' : 'index.js'));
  return built === 0 || newest(join(root, folder, 'src')) > built;
}

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .reduce((latest, entry) => Math.max(latest, modified(join(entry.parentPath ?? entry.path, entry.name))), 0);
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
