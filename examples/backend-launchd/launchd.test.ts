import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendConformance, compileSample, sampleJob } from '@rota/core/testing';
import { commandPart, requirePart, temporaryFolder } from '@rota/test-support';
import { describe, expect, it, test } from 'vitest';
import { labelOf } from './agent.ts';
import { type FakeLaunchctl, fakeLaunchctl, readPlist } from './fake-launchctl.test-support.ts';
import { launchd } from './launchd.ts';

const context = { backend: launchd(), dialect: { name: 'launchd' } };
const describeWithPython = requirePart(commandPart('python3', 'python3'));
const folderOf = (fake: FakeLaunchctl): string => join(fake.host.user.home, 'Library', 'LaunchAgents');
const job = sampleJob('a');
const step = (after = job, before: typeof job | null = null) => ({
  tenant: 'acme',
  name: 'a',
  before: before === null ? null : compileSample(context, before).artifact,
  after: compileSample(context, after).artifact,
  handledUntil: 0,
});

describeWithPython('launchd', () => {
  const fakes = new Map<unknown, FakeLaunchctl>();
  const fakeOf = (host: unknown): FakeLaunchctl => {
    const fake = fakes.get(host);
    if (fake === undefined) throw new Error('No such host.');
    return fake;
  };
  const makeFake = (): FakeLaunchctl => {
    const fake = fakeLaunchctl(temporaryFolder());
    fakes.set(fake.host, fake);
    mkdirSync(folderOf(fake), { recursive: true });
    writeFileSync(join(folderOf(fake), 'com.example.other.plist'), 'somebody else');
    return fake;
  };

  backendConformance(
    { describe, it },
    {
      ...context,
      makeHost: () => makeFake().host,
      foreign: async (host) => {
        const fake = fakeOf(host);
        const files = readdirSync(folderOf(fake)).filter((file) => !file.startsWith('rota.'));
        const contents = files.map((file) => [file, readFileSync(join(folderOf(fake), file), 'utf8')]);
        return JSON.stringify([contents, fake.loaded.has('com.apple.Finder')]);
      },
      edit: async (host, namespace, key) => {
        const path = join(folderOf(fakeOf(host)), `${labelOf(namespace, key)}.plist`);
        writeFileSync(path, readFileSync(path, 'utf8').replace('<integer>30</integer>', '<integer>45</integer>'));
      },
      remove: async (host, namespace, key) => {
        rmSync(join(folderOf(fakeOf(host)), `${labelOf(namespace, key)}.plist`));
        fakeOf(host).loaded.delete(labelOf(namespace, key));
      },
      breakReading: (host) => {
        fakeOf(host).isDown = true;
      },
      start: async (host, namespace, key) => {
        const program = fakeOf(host).loaded.get(labelOf(namespace, key))?.ProgramArguments;
        return Array.isArray(program) ? program.map(String) : [];
      },
    },
  );

  test('a daily job is a property list that another reader understands', () => {
    const { artifact } = compileSample(context, sampleJob('backup', { resources: { nice: 10 } }));
    expect(artifact.files[0]?.name).toBe('rota.default.acme.backup.plist');
    expect(readPlist(artifact.files[0]?.content ?? '')).toEqual({
      Label: 'rota.default.acme.backup',
      ProgramArguments: ['/home/u/.local/state/rota/bin/rota-run', expect.stringMatching(/launch\/[0-9a-f]{32}\.json$/)],
      StartCalendarInterval: [{ Hour: 2, Minute: 30 }],
      Nice: 10,
      ProcessType: 'Background',
      EnvironmentVariables: { ROTA_DIGEST: artifact.digest },
    });
  });

  test('a job at login is installed and not loaded, so that an apply starts nothing', async () => {
    const fake = makeFake();
    const atLogin = sampleJob('a', { trigger: { kind: 'login' } });
    await launchd().apply(fake.host, { namespace: 'default', dialect: context.dialect, changes: [step(atLogin)] });
    expect(fake.calls.filter((call) => call.startsWith('bootstrap'))).toEqual([]);
    expect(readPlist(readFileSync(join(folderOf(fake), 'rota.default.acme.a.plist'), 'utf8'))).toMatchObject({ RunAtLoad: true });
  });

  test('a running job is waited for before it is taken from launchd, which would end it', async () => {
    const fake = makeFake();
    const apply = (changes: ReturnType<typeof step>[]) =>
      launchd().apply(fake.host, { namespace: 'default', dialect: context.dialect, changes });
    await apply([step()]);
    fake.running.set('rota.default.acme.a', 4);
    const changed = sampleJob('a', { trigger: { kind: 'schedule', expression: '0 5 * * *', timezone: 'UTC' } });
    await apply([step(changed, job)]);
    expect(fake.running.get('rota.default.acme.a')).toBe(0);
    expect(fake.loaded.get('rota.default.acme.a')?.StartCalendarInterval).toEqual([{ Hour: 5, Minute: 0 }]);
    fake.running.set('rota.default.acme.a', Number.POSITIVE_INFINITY);
    await expect(apply([step(job, changed)])).rejects.toMatchObject({ code: 'ROTA_BACKEND_UNAVAILABLE' });
    expect(fake.loaded.get('rota.default.acme.a')?.StartCalendarInterval).toEqual([{ Hour: 5, Minute: 0 }]);
  });
});

test('on another system it says whose scheduler launchd is', async () => {
  const { host } = fakeLaunchctl(temporaryFolder());
  expect(await launchd().detect({ ...host, platform: 'linux' })).toMatchObject({ usable: false });
  const { usable, findings } = await launchd().detect(host);
  expect(usable).toBe(true);
  expect(findings[0]?.message).toContain('has not run on a Mac');
});
