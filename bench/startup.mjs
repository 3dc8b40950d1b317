// How long a shell or a cron line waits before anything of ours runs, as ratios to starting node with nothing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

export const name = 'startup';

const root = fileURLToPath(new URL('../', import.meta.url));
const rounds = 40;
const boundTo = 'Node 24';

const commands = [
  { name: 'node -e 0', args: ['-e', '0'], bound: null },
  { name: 'rota --version', args: ['examples/cli/bin.js', '--version'], bound: 1.8 },
  { name: "import '@rota/core'", args: ['--input-type=module', '-e', "import '@rota/core'"], bound: 1.4 },
];

const milliseconds = (node, args) => {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const end = process.hrtime.bigint();
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed; npm run build comes first\n${stderr}`);
  return Number(end - start) / 1e6;
};

/** The least of several rounds is what the work itself takes; the commands take turns, so that they share what disturbs them. */
const leastOf = (node) => {
  const least = commands.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { args }] of commands.entries()) least[index] = Math.min(least[index], milliseconds(node, args));
  }
  return least;
};

/** This Node, and Node 24 where scripts/node-matrix.sh has installed it: the bounds are stated for 24, the other is only reported. */
const nodes = () => {
  const caches = [process.env.ROTA_NODE_CACHE, '/var/cache/rota-nodes', `${homedir()}/.cache/rota-nodes`];
  const cached = caches
    .filter((cache) => cache !== undefined)
    .map((cache) => `${cache}/24/node_modules/node-${process.platform}-${process.arch}/bin/node`)
    .find((file) => existsSync(file));
  const current = { label: `Node ${process.versions.node.split('.')[0]}`, path: process.execPath };
  return cached === undefined || cached === process.execPath ? [current] : [current, { label: boundTo, path: cached }];
};

export async function run() {
  return nodes().flatMap(({ label, path }) => {
    const [bare, ...others] = leastOf(path);
    return [
      { name: `${label}: ${commands[0].name}`, value: bare, unit: 'ms', bound: null, ok: true },
      ...others.map((least, index) => {
        const { name: command, bound: most } = commands[index + 1];
        const bound = label === boundTo ? most : null;
        const ratio = least / bare;
        return { name: `${label}: ${command}`, value: ratio, unit: 'x bare', bound, ok: bound === null || ratio <= bound };
      }),
    ];
  });
}
