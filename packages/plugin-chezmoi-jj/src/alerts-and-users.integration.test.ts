import {
  bundleRota,
  installRota,
  requirePart,
  schemaProblems,
  type TestMachine,
  testMachine,
  testMachinePart,
} from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { syncOutput } from './commands/output-schemas.ts';
import { letIn, serveRepository } from './testing/hub.ts';

const describe = requirePart(testMachinePart);

const token = 'syt_YWRh_secret';
const key = ".ssh/ada's dotfiles";

/** A home server of Matrix, as far as sending goes, and a webhook: a line of JSON for each request. */
const homeServer = `import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const { method, url, headers } = request;
    const isKnown = url === '/hook' || headers.authorization === 'Bearer ${token}';
    appendFileSync('/tmp/requests', JSON.stringify({ method, url, isKnown, body: JSON.parse(body) }) + '\\n');
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { event_id: '$1' } : { errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown' }));
  });
}).listen(8008);
`;

interface Request {
  readonly method: string;
  readonly url: string;
  readonly isKnown: boolean;
  readonly body: {
    readonly msgtype?: string;
    readonly body?: string;
    readonly text?: string;
    readonly event?: string;
  };
}

describe('a machine whose dotfiles several people have, and a home server', () => {
  let hub: TestMachine;
  let desk: TestMachine;
  beforeAll(async () => {
    const network = { network: 'alerts' };
    [hub, desk] = [await testMachine('hub', network), await testMachine('desk', network)];
    await serveRepository(hub);
    await installRota(desk, await bundleRota('plugin-chezmoi-jj'));
    for (const user of ['ada', 'bob']) await letIn(hub, desk, user, key);
    await hub.output('sh', ['-c', 'cat >/tmp/home-server.mjs; node /tmp/home-server.mjs >/dev/null 2>&1 &'], {
      input: homeServer,
    });
    await hub.output('bash', ['-c', 'until (: </dev/tcp/127.0.0.1/8008) 2>/dev/null; do sleep 0.1; done']);
  });
  const patience = 900_000;

  test(
    "root synchronises each user under their own account, with the user's own key",
    async () => {
      // Users: root's job, and nobody's file is root's.
      await configure(desk, '/etc/rota', {
        sshKey: `~/${key}`,
        statusFile: '~/.cache/dotfiles.json',
        users: ['ada', 'carol', 'bob'],
      });
      await as(desk, 'ada', 'printf "one\\ntwo\\n" >.zshrc; chezmoi init && chezmoi add ~/.zshrc');
      const first = await desk.exec('rota', ['chezmoi', 'sync', '--json', '--config', '/etc/rota/jobs.config.mjs'], {
        timeoutMs: 300_000,
      });
      expect(JSON.parse(first.stdout)).toMatchObject({
        users: [{ user: 'ada', exitCode: 0 }, { user: 'carol' }, { user: 'bob', exitCode: 0 }],
      });
      expect(first.exitCode).toBe(1);
      expect(schemaProblems(syncOutput, JSON.parse(first.stdout))).toBe('');
      expect(await as(desk, 'bob', 'cat .zshrc')).toBe('one\ntwo');
      for (const user of ['ada', 'bob']) {
        expect(JSON.parse(await as(desk, user, 'cat .cache/dotfiles.json'))).toMatchObject({ state: 'ok' });
        expect(await desk.output('find', [`/home/${user}`, '-not', '-user', user])).toBe('');
      }
      await as(desk, 'ada', `mv "${key}" away`);
      expect(await rota(desk, 'ada', 'chezmoi sync --json --config /etc/rota/jobs.config.mjs')).toMatchObject({
        state: 'offline',
        lastError: { kind: 'auth' },
      });
      await as(desk, 'ada', `mv away "${key}"`);
    },
    patience,
  );

  test(
    'what root asks of a sync goes for each user: a dry run changes nothing and tells nobody',
    async () => {
      await configure(desk, '/etc/rota', {
        sshKey: `~/${key}`,
        users: ['ada', 'bob'],
        alerts: { webhook: 'http://hub:8008/hook' },
      });
      const sync = async (words: string) =>
        await desk.exec('sh', ['-c', `rota chezmoi sync --json --config /etc/rota/jobs.config.mjs ${words}`], {
          timeoutMs: 300_000,
        });
      const published = async () =>
        await hub.output('runuser', ['-u', 'git', '--', 'git', '-C', '/home/git/dotfiles.git', 'for-each-ref']);
      await as(desk, 'ada', 'printf "1\\ntwo\\n" >.zshrc');
      await as(desk, 'bob', 'printf "one 1\\ntwo\\n" >.zshrc');
      const before = await published();
      const dry = await sync('--dry-run');
      expect(JSON.parse(dry.stdout)).toMatchObject({
        users: [
          { user: 'ada', status: { captured: ['.zshrc'] } },
          { user: 'bob', status: { captured: ['.zshrc'] } },
        ],
      });
      expect(await as(desk, 'ada', 'chezmoi cat .zshrc')).toBe('one\ntwo');
      const kept = await sync('--no-push');
      expect(JSON.parse(kept.stdout)).toMatchObject({
        users: [{ status: { pendingPush: true } }, { status: { pendingPush: true } }],
      });
      expect(await published()).toBe(before);
      expect((await sync('')).exitCode).toBe(0);
      const told = await desk.output('find', ['/root', '/var/lib', '-name', 'told-of-users.json']);
      await desk.output('rm', [told]);
      expect((await sync('--dry-run')).exitCode).toBe(0);
      expect((await desk.exec('test', ['-e', told])).exitCode).toBe(1);
      expect((await sync('--strict')).exitCode).toBe(3);
      await as(desk, 'bob', `rota chezmoi resolve .zshrc --take remote --config /etc/rota/jobs.config.mjs`);
      expect((await sync('--strict')).exitCode).toBe(0);
    },
    patience,
  );

  test(
    "the channels of root's job are told about each user, once",
    async () => {
      await configure(desk, '/etc/rota', {
        sshKey: `~/${key}`,
        users: ['ada', 'carol', 'bob'],
        alerts: { webhook: 'http://hub:8008/hook' },
      });
      const asRoot = async (words: string) =>
        await desk.exec('sh', ['-c', `cd /etc/rota; rota ${words}`], { timeoutMs: 120_000 });
      const applied = await asRoot('apply --yes');
      expect(applied.exitCode, applied.stderr).toBe(0);
      await as(desk, 'bob', 'mkdir -p .config/chezmoi; echo \'mode = "symlink"\' >.config/chezmoi/chezmoi.toml');
      for (let run = 0; run < 2; run += 1) expect((await asRoot('run chezmoi-sync')).exitCode).not.toBe(0);
      const told = async () => (await requests(hub)).map(({ body: { event, text } }) => [event, text]);
      const broken = [
        ['failure', expect.stringMatching(/^carol: .*carol/)],
        ['failure', expect.stringMatching(/^bob: .*symlink mode/)],
      ];
      expect(await told()).toEqual(broken);
      await as(desk, 'bob', 'rm .config/chezmoi/chezmoi.toml');
      for (let run = 0; run < 2; run += 1) await asRoot('run chezmoi-sync');
      expect(await told()).toEqual([...broken, ['recovery', expect.stringMatching(/^bob: .* is ok/)]]);
      expect((await asRoot('destroy --yes')).exitCode).toBe(0);
      await hub.output('rm', ['/tmp/requests']);
    },
    patience,
  );

  test(
    "who is to be told is told once, by the channels of a user's own job",
    async () => {
      await configure(desk, '/home/ada', {
        sshKey: `~/${key}`,
        notify: ['sh', '-c', 'cat >>"$HOME/notices"'],
        alerts: {
          webhook: 'http://hub:8008/hook',
          command: ['sh', '-c', 'echo "$ROTA_ALERT_TEXT" >>"$HOME/mails"'],
          matrix: { homeserver: 'http://hub:8008', room: '!abc:hub', token: '${MATRIX_TOKEN}' },
        },
      });
      await as(desk, 'ada', `mkdir -p .config/rota; umask 077; echo MATRIX_TOKEN=${token} >.config/rota/secrets.env`);
      await as(desk, 'ada', 'rota apply --yes');
      await as(desk, 'bob', 'printf "bob\\ntwo\\n" >.zshrc; rota chezmoi sync --config /etc/rota/jobs.config.mjs');
      await as(desk, 'ada', 'printf "ada\\ntwo\\n" >.zshrc; rota run chezmoi-sync; rota run chezmoi-sync');
      const conflict = expect.stringMatching(/host\/desk-\w+ is conflicted: \.zshrc/);
      expect(await requests(hub)).toEqual(
        expect.arrayContaining([
          {
            method: 'PUT',
            url: expect.stringMatching(/^\/_matrix\/client\/v3\/rooms\/!abc%3Ahub\/send\/m\.room\.message\/rota-[0-9a-f]{32}$/),
            isKnown: true,
            body: { msgtype: 'm.text', body: conflict },
          },
          { method: 'POST', url: '/hook', isKnown: true, body: expect.objectContaining({ event: 'failure', text: conflict }) },
        ]),
      );
      expect(await requests(hub)).toHaveLength(2);
      expect(await as(desk, 'ada', 'cat mails')).toEqual(conflict);
      expect(JSON.parse(await as(desk, 'ada', 'cat notices'))).toMatchObject({
        state: 'conflicted',
        conflicts: [{ path: '.zshrc' }],
      });
      expect(await as(desk, 'ada', `grep -rl ${token} . --exclude=secrets.env || true`)).toBe('');
      expect(await as(desk, 'ada', 'rota plan --json; rota chezmoi status; rota logs chezmoi-sync; rota status')).not.toContain(
        token,
      );

      await as(desk, 'ada', 'rota chezmoi resolve .zshrc --take local; rota run chezmoi-sync');
      expect((await requests(hub)).slice(2).map(({ body }) => body.event ?? body.body?.split(':')[0])).toEqual([
        'recovery',
        'recovery',
      ]);

      // What stops a sync is told once too, although every run of the job fails.
      await as(
        desk,
        'ada',
        'mkdir -p .config/chezmoi; echo \'mode = "symlink"\' >.config/chezmoi/chezmoi.toml; rota run chezmoi-sync; rota run chezmoi-sync; true',
      );
      const stopped = (await requests(hub)).slice(4);
      expect(stopped).toHaveLength(2);
      expect(JSON.stringify(stopped)).toContain('symlink mode');

      // A key that the remote does not take is not the network: told once, and its end.
      await as(
        desk,
        'ada',
        `rm .config/chezmoi/chezmoi.toml; mv "${key}" away; rota run chezmoi-sync; rota run chezmoi-sync; mv away "${key}"; rota run chezmoi-sync; true`,
      );
      const shutOut = (await requests(hub)).slice(6).map(({ body: { event, text, body } }) => `${event ?? ''} ${text ?? body}`);
      expect(shutOut).toHaveLength(4);
      for (const told of shutOut.slice(0, 2)) expect(told).toContain('Permission denied');
      for (const told of shutOut.slice(2)) expect(told).toContain('is ok');
    },
    patience,
  );
});

async function configure(host: TestMachine, folder: string, options: object): Promise<void> {
  const given = JSON.stringify({ enable: true, repoUrl: 'git@hub:dotfiles.git', ...options });
  const input = `import { chezmoiJj } from '/opt/rota/node_modules/@rota/plugin-chezmoi-jj/index.js';
export default { tenant: 'home', plugins: [chezmoiJj(${given})] };
`;
  await host.output('sh', ['-ec', 'mkdir -p "$1"; cat >"$1/jobs.config.mjs"; chmod 644 "$1/jobs.config.mjs"', 'sh', folder], {
    input,
  });
}

async function as(host: TestMachine, user: string, command: string): Promise<string> {
  const home = `/home/${user}`;
  return await host.output('sh', ['-c', command], { user, cwd: home, env: { HOME: home }, timeoutMs: 300_000 });
}

async function rota(host: TestMachine, user: string, words: string): Promise<unknown> {
  return JSON.parse(await as(host, user, `rota ${words}`));
}

async function requests(hub: TestMachine): Promise<readonly Request[]> {
  const lines = (await hub.exec('cat', ['/tmp/requests'])).stdout.split('\n').filter((line) => line !== '');
  return lines.map((line): Request => JSON.parse(line));
}
