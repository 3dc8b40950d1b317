import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { stateLayout } from '../../state/layout.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from '../runner-under-test.test-support.ts';
import { codeCacheName } from './code-cache.ts';
import { installLauncher } from './install-launcher.ts';

interface Installed {
  readonly rota: RunnerUnderTest;
  /** The launch file of a job that ends with status 9, as `run` expects it to. */
  readonly job: string;
  readonly runner: string;
  readonly cache: string;
  install(bundlePath?: string): readonly string[];
  /** Fails the test unless the installed runner runs the job and records it, without a word. */
  run(path?: string): void;
}

async function installed(): Promise<Installed> {
  const rota = await runnerUnderTest();
  const own = await runnerBundle();
  const install = (bundlePath = own) =>
    installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath });
  const [runner = ''] = install();
  const job = rota.launchFile({ command: ['/bin/sh', '-c', 'exit 9'] });
  const run = (path = job): void => {
    const before = rota.records().length;
    const { status, stderr } = spawnSync(stateLayout(rota.stateDir).launcher, [path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 9, stderr: '' });
    expect(rota.records().slice(before)).toMatchObject([{ status: 'failure', exitCode: 9, reason: null }]);
  };
  return { rota, job, runner, cache: join(dirname(runner), codeCacheName), install, run };
}

/** Another one for another file, also of the same name. */
const inode = (path: string): number => statSync(path).ino;

describe('what V8 has compiled of the installed runner', () => {
  it('is kept by the first run, for its owner alone, and serves the next ones', async () => {
    const { rota, cache, run } = await installed();
    run();
    const kept = statSync(cache);
    run();
    expect([kept.mode & 0o777, kept.ino]).toEqual([0o600, inode(cache)]);
    expect(readdirSync(dirname(cache)).sort()).toEqual([codeCacheName, 'rota-run.cjs']);
    // Where it is not installed, as in a checkout, nothing is kept.
    await rota.run(rota.launchFile({}));
    expect(readdirSync(dirname(await runnerBundle())).filter((name) => name.startsWith(codeCacheName))).toEqual([]);
  });

  it('grows with what other jobs need, and is left alone by runs that begin nothing', async () => {
    const { rota, cache, run } = await installed();
    const { launcher } = stateLayout(rota.stateDir);
    spawnSync(launcher, [rota.launchFile({ requires: { commands: [], files: ['/nowhere'], units: [] } })]);
    expect([rota.records()[0]?.status, existsSync(cache)]).toEqual(['skipped', false]);
    run();
    const plain = statSync(cache);
    const gate = {
      expression: '* * * * *',
      timezone: 'Europe/Paris',
      zoneRoots: ['/usr/share/zoneinfo'],
      persistent: false,
      startingDeadlineMs: null,
    };
    const command = ['/bin/sh', '-c', 'exit 9'];
    const scheduled = rota.launchFile({ name: 'scheduled', command, gate });
    run(scheduled);
    const grown = statSync(cache);
    expect(grown.size).toBeGreaterThan(plain.size);
    run(scheduled);
    run();
    expect(inode(cache)).toBe(grown.ino);
  });

  it.each<readonly [string, (whole: Buffer) => Buffer]>([
    ['has one wrong byte at its start', (whole) => changed(whole, [24])],
    ['has one wrong byte in its middle', (whole) => changed(whole, [Math.floor(whole.length / 4)])],
    ['has one wrong byte at its end', (whole) => changed(whole, [whole.length - 1])],
    ['is empty', () => Buffer.alloc(0)],
    ['is shorter than its own length', () => Buffer.alloc(6)],
    ['was cut off', (whole) => whole.subarray(0, whole.length - 4096)],
    ['was cut off in its middle', (whole) => whole.subarray(0, whole.length / 2)],
    ['is of zeros, as a power cut may leave it', (whole) => Buffer.alloc(whole.length)],
    ['says of itself that it is longer than it is', (whole) => changed(whole, [whole.length / 2 - 1, whole.length - 1])],
    ['is of another version of Node', (whole) => inBoth(whole, process.version, 'v99.99.999'.slice(0, process.version.length))],
    ['is of another Node in that place', (whole) => inBoth(whole, `\t${statSync(process.execPath).size}\t`, '\t')],
    // Of its first words V8 looks at the second: which V8 it is of.
    ['is of another V8', (whole) => changed(whole, [4, whole.length / 2 + 4])],
  ])('is not used where it %s: the job runs, and what is kept is made anew', async (_, damage) => {
    const { cache, run } = await installed();
    run();
    const whole = readFileSync(cache);
    writeFileSync(cache, damage(whole));
    const damaged = inode(cache);
    run();
    const mended = inode(cache);
    expect(mended).not.toBe(damaged);
    run();
    expect(inode(cache)).toBe(mended);
  });

  it('is done without where it can be neither read nor written', async () => {
    const { cache, run } = await installed();
    mkdirSync(join(cache, 'in the way'), { recursive: true });
    run();
    run();
    expect(readdirSync(dirname(cache)).sort()).toEqual([codeCacheName, 'rota-run.cjs']);
  });

  it('is done without on a full disk, and made when there is room again, whatever was left half written', async () => {
    const { cache, run } = await installed();
    symlinkSync('/dev/full', `${cache}.tmp`);
    run();
    expect(readdirSync(dirname(cache))).toEqual(['rota-run.cjs']);
    writeFileSync(`${cache}.tmp`, 'what a killed runner has written');
    run();
    expect(readdirSync(dirname(cache)).sort()).toEqual([codeCacheName, 'rota-run.cjs']);
  });

  it('goes with the runner that it is of: when that is mended, and when another one takes its place', async () => {
    const { rota, runner, cache, install, run } = await installed();
    run();
    expect(install()).toEqual([]);
    expect(existsSync(cache)).toBe(true);
    writeFileSync(runner, 'damaged');
    expect(install()).toEqual([runner]);
    expect(existsSync(cache)).toBe(false);
    run();
    const newer = join(rota.scratch, 'rota-run.cjs');
    writeFileSync(newer, readFileSync(runner));
    appendFileSync(newer, '\n');
    install(newer);
    expect(existsSync(cache)).toBe(false);
    run();
  });
});

function changed(whole: Buffer, at: readonly number[]): Buffer {
  const copy = Buffer.from(whole);
  for (const index of at) copy[index] = (copy[index] ?? 0) ^ 0x55;
  return copy;
}

/** The same change in either half, so that each is like the other. */
function inBoth(whole: Buffer, from: string, to: string): Buffer {
  const text = whole.subarray(0, whole.length / 2).toString('latin1');
  if (!text.includes(from)) throw new Error(`${from} does not occur`);
  const half = Buffer.from(text.replace(from, to), 'latin1');
  return Buffer.concat([half, half]);
}
