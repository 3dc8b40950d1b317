import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { stateLayout } from '../state/layout.ts';
import { installLauncher } from './install-launcher.ts';
import { launcherCommandFile } from './launcher.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

async function installed(
  node = process.execPath,
): Promise<{ rota: RunnerUnderTest; launcher: string; install: () => readonly string[] }> {
  const rota = await runnerUnderTest();
  const bundlePath = await runnerBundle();
  const host = { files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' } as const;
  const install = () => installLauncher(host, { node, bundlePath });
  install();
  return { rota, launcher: stateLayout(rota.stateDir).launcher, install };
}

describe('the launcher', () => {
  it('starts the runner of the state folder and passes on its exit status', async () => {
    const { rota, launcher } = await installed();
    const path = rota.launchFile({ command: ['/bin/sh', '-c', 'exit 9'] });
    expect(spawnSync(launcher, [path, '--manual']).status).toBe(9);
    expect(rota.records()[0]).toMatchObject({ status: 'failure', exitCode: 9, trigger: 'manual' });
  });

  it('is written only where it differs, and repaired where it was damaged', async () => {
    const { launcher, install } = await installed();
    expect(install()).toEqual([]);
    writeFileSync(launcher, 'broken');
    chmodSync(launcher, 0o600);
    expect(install()).toEqual([launcher]);
    expect(install()).toEqual([]);
  });

  it('takes the Node of the PATH when the recorded one is gone', async () => {
    const { rota, launcher } = await installed('/nowhere/node');
    const folder = join(process.execPath, '..');
    expect(spawnSync(launcher, [rota.launchFile({})], { env: { PATH: `${folder}:/usr/bin:/bin` } }).status).toBe(0);
  });

  it('records the failure and says the remedy when there is no Node at all', async () => {
    const { rota, launcher } = await installed('/nowhere/node');
    const path = rota.launchFile({});
    // A root folder in which only what the script itself needs exists.
    const empty = join(rota.scratch, 'bin');
    execFileSync('mkdir', [empty]);
    for (const tool of ['sed', 'cat', 'date', 'dirname', 'mkdir'])
      execFileSync('ln', ['-s', execFileSync('which', [tool], { encoding: 'utf8' }).trim(), empty]);
    const script = readFileSync(launcher, 'utf8').replace(/^ {2}PATH=.*$/m, '');
    writeFileSync(launcher, script);
    const result = spawnSync('/bin/sh', [launcher, path], { env: { PATH: empty }, encoding: 'utf8' });
    expect(result.status).toBe(127);
    expect(result.stderr).toContain('no Node was found');
    expect(rota.records()[0]).toMatchObject({ tenant: 'acme', name: 'job', status: 'failure', exitCode: 127 });
  });

  it('quotes paths with blanks, quotes and percent signs', async () => {
    expect(launcherCommandFile({ node: 'C:\\100%\\node.exe', runner: 'C:\\a b\\rota-run.cjs' })).toContain(
      'set "node=C:\\100%%\\node.exe"',
    );
    const { rota, launcher } = await installed();
    const odd = join(rota.scratch, 'it\'s $HOME & "co"');
    const bundlePath = await runnerBundle();
    installLauncher({ files: nodeFiles, stateDir: odd, platform: 'linux' }, { bundlePath });
    expect(spawnSync(stateLayout(odd).launcher, [rota.launchFile({})]).status).toBe(0);
    expect(readFileSync(launcher, 'utf8')).toContain('rota-run.cjs');
  });
});
