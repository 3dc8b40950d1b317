// Runs on a test machine: prints the rows of ../chezmoi.mjs. The order of what is compared alternates, so that a busy moment hits both.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../packages/core/dist/index.js';
import { dotfileOptions, syncDotfiles } from '../../packages/plugin-chezmoi-jj/dist/index.js';

const rounds = 40;
const files = 50;

const root = mkdtempSync(join(tmpdir(), 'rota-bench-'));
const home = join(root, 'home');
const origin = join(root, 'origin.git');
const tree = join(home, '.local/share/chezmoi');
const env = { PATH: process.env.PATH, HOME: home, USER: 'tester', LC_ALL: 'C.UTF-8', XDG_STATE_HOME: join(home, '.local/state') };

const must = (file, ...args) => {
  const { status, stderr } = spawnSync(file, args, {
    env: { ...env, JJ_USER: 'Ada', JJ_EMAIL: 'ada@example.org' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
};
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

mkdirSync(home, { recursive: true });
must('git', 'init', '-q', '--bare', '-b', 'main', origin);
must('chezmoi', 'init');
for (let file = 0; file < files; file += 1) writeFileSync(join(home, `.file${file}`), `line ${file}\n`.repeat(20));
must('chezmoi', 'add', ...Array.from({ length: files }, (_, file) => join(home, `.file${file}`)));
const host = createHost({ env, hostname: 'bench', user: { name: 'tester', uid: process.getuid(), home } });
const checked = await dotfileOptions['~standard'].validate({ enable: true, repoUrl: origin });
const sync = async () => {
  const { status } = await syncDotfiles(host, checked.value);
  if (status.state !== 'ok' || status.captured.length + status.applied.length > 0) throw new Error(JSON.stringify(status));
};
// The programs are started in the same way in both: by the host's own runner.
const alone = async () => {
  await host.run({ file: 'jj', args: ['-R', tree, 'git', 'fetch', '--remote', 'origin'], env });
  await host.run({ file: 'chezmoi', args: ['--no-tty', 'status'], env });
};
await syncDotfiles(host, checked.value);
await sync();

const [bare, whole] = [[], []];
const timed = async (work, into) => {
  const start = performance.now();
  await work();
  into.push(performance.now() - start);
};
for (let round = 0; round < rounds; round += 1) {
  const order = [() => timed(alone, bare), () => timed(sync, whole)];
  for (const work of round % 2 === 0 ? order : order.toReversed()) await work();
}
const ratio = median(whole) / median(bare);
console.log(
  JSON.stringify([
    { name: 'jj git fetch and chezmoi status alone', value: median(bare), unit: 'ms', bound: null, ok: true },
    { name: 'a sync with nothing to do', value: median(whole), unit: 'ms', bound: null, ok: true },
    { name: 'the sync against both alone', value: ratio, unit: 'times', bound: 1.5, ok: ratio <= 1.5 },
  ]),
);
