import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import { type BundleInput, defineBundle } from '../spec/define-bundle.ts';
import { type SshServer, sshServer } from '../store/sshd.test-support.ts';
import { foretellMove } from './foretell-move.ts';
import { planMigration } from './plan-migration.ts';
import { recordTimings } from './timings.ts';

requirePart(commandPart('sshd', 'openssh-server'), commandPart('ssh', 'openssh-client'))('a move is foretold', () => {
  let server: SshServer;
  let folder: string;
  beforeAll(async () => {
    server = await sshServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rota-foretell-'));
    writeFileSync(join(folder, 'still'), 'x'.repeat(1_000_000));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const foretell = async (downtimeBudget = '60s', databases: BundleInput['databases'] = []) => {
    const host = createHost({ stateDir: `${folder}-state` });
    const spec = defineBundle({
      tenant: 'acme',
      name: 'app',
      roots: [{ name: 'data', path: folder }],
      stop: [{ unit: 'app.service' }],
      downtimeBudget,
      databases,
    });
    const input = { host, namespace: 'default', spec, to: server };
    return { forecast: await foretellMove(input, await planMigration(input)), input };
  };
  const msOf = ({ forecast }: Awaited<ReturnType<typeof foretell>>, step: string) =>
    forecast.steps.find((one) => one.step === step)?.ms ?? Number.NaN;

  test('without a trace, from the pace of the line and of reading', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const before = statSync(folder);
    const foretold = await foretell();
    expect(foretold.forecast).toMatchObject({ budgetMs: 60_000, fits: true });
    expect(foretold.forecast.steps.map(({ step, from }) => `${step} ${from}`)).toEqual([
      'stop assumed',
      'scan measured',
      'send estimated',
      'verify measured',
      'swap assumed',
      'start assumed',
      'health assumed',
    ]);
    // Nothing is written, so nothing would be sent.
    expect(msOf(foretold, 'send')).toBe(0);
    expect(statSync(folder).ctimeMs).toBe(before.ctimeMs);
    expect(readdirSync(tmpdir()).filter((name) => `${join(tmpdir(), name)}` === `${folder}-state`)).toEqual([]);
  });

  test('and what is written meanwhile counts', async () => {
    const busy = join(folder, 'busy');
    writeFileSync(busy, Buffer.alloc(20_000_000, 1));
    const writer = setInterval(() => writeFileSync(busy, String(Date.now()), { flag: 'r+' }), 200);
    const foretold = await foretell('1s').finally(() => clearInterval(writer));
    expect(msOf(foretold, 'send')).toBeGreaterThan(1);
    expect(foretold.forecast.fits).toBe(false);
  });

  test('with what the dumps of databases take, and reading them there', async () => {
    try {
      const dump = ['sh', '-c', 'sleep 1.2; echo dump'];
      const foretold = await foretell('3s', [{ kind: 'command', name: 'db', dump, restore: ['cat'] }]);
      expect(msOf(foretold, 'dump')).toBeGreaterThan(1_000);
      expect(msOf(foretold, 'restore')).toBeGreaterThan(1_000);
      expect(foretold.forecast.fits).toBe(false);
      expect(readdirSync(`${folder}-state`, { recursive: true }).filter((name) => String(name).endsWith('.dump'))).toEqual([]);
    } finally {
      rmSync(`${folder}-state`, { recursive: true, force: true });
    }
  });

  test('with what stops and starts took earlier', async () => {
    const { input } = await foretell();
    try {
      recordTimings(input.host, input.namespace, input.spec, { stop: 7, start: 8, health: 9 });
      const again = await foretell();
      expect(again.forecast.steps.filter(({ from }) => from === 'earlier').map(({ step, ms }) => [step, ms])).toEqual([
        ['stop', 7],
        ['start', 8],
        ['health', 9],
      ]);
    } finally {
      rmSync(`${folder}-state`, { recursive: true, force: true });
    }
  });
});
