import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, commandPart, exec, output, requirePart, rootPart } from '@rota/test-support';
import { expect, test } from 'vitest';
import type { ProcessRunner } from '../../host/process-runner.ts';
import { changeTargetRecord } from '../target-records.ts';
import { attrOf, targetRepository } from '../target-repository.test-support.ts';
import { type DeployTargetsInput, deployTargets } from './deploy-targets.ts';

// A docker daemon of its own, without a network and away from any other: real images, real containers.
const describeWithDocker = requirePart(
  commandPart('dockerd', 'docker.io'),
  commandPart('docker', 'docker.io'),
  commandPart('gcc'),
  rootPart,
);

const system = 'x86_64-linux';

/** Waits for ever, also when it is asked to end (`stay`), or ends at once with a failure (`no`). */
const program = `#include <signal.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main(int count, char **words) {
  if (count > 1 && words[1][0] == 'n') return 3;
  if (count == 1) signal(SIGTERM, end);
  for (;;) pause();
}
`;

async function dockerDaemon(): Promise<{
  readonly folder: string;
  readonly docker: (...args: readonly string[]) => Promise<string>;
}> {
  // A short path: the name of a socket has at most 107 characters.
  const folder = mkdtempSync('/var/tmp/rota-docker-');
  const socket = `unix://${folder}/sock`;
  const places = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [`--${name}`, join(folder, name)]);
  const alone = [
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--storage-driver=vfs',
  ];
  const daemon = spawn('dockerd', [...places, ...alone, '--host', socket], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => daemon.on('exit', () => resolve()));
  const docker = (...args: readonly string[]): Promise<string> => output('docker', ['--host', socket, ...args]);
  afterFile(async () => {
    const { stdout } = await exec('docker', ['--host', socket, 'ps', '--quiet']);
    for (const id of stdout.split('\n').filter(Boolean)) await exec('docker', ['--host', socket, 'kill', id]);
    daemon.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await expect
    .poll(async () => (await exec('docker', ['--host', socket, 'version'])).exitCode, { timeout: 60_000, interval: 300 })
    .toBe(0);
  return { folder, docker };
}

describeWithDocker('deploying with docker', () => {
  test('replaces the container, goes back when the new one does not stay up, and mends a deployment that was cut off', async () => {
    const { folder, docker } = await dockerDaemon();
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    writeFileSync(join(folder, 'wait.c'), program);
    await output('gcc', ['-static', '-o', join(tree, 'wait'), join(folder, 'wait.c')]);
    const archive = async (name: string, entry: string): Promise<string> => {
      writeFileSync(join(tree, 'version'), name);
      await output('tar', ['-C', tree, '-cf', join(folder, 'tree.tar'), '.']);
      await docker('import', '--change', `ENTRYPOINT ${entry}`, join(folder, 'tree.tar'), `web:${name}`);
      await docker('save', '--output', join(folder, `${name}.tar`), `web:${name}`);
      await docker('rmi', `web:${name}`);
      return join(folder, `${name}.tar`);
    };
    const [one, two, broken, staying] = [
      await archive('one', '["/wait"]'),
      await archive('two', '["/wait"]'),
      await archive('broken', '["/wait", "no"]'),
      await archive('staying', '["/wait", "stay"]'),
    ];

    const repository = targetRepository();
    repository.write('web/x', 'y');
    const revision = repository.commit();
    const targets = repository.targets({
      name: 'web',
      attr: attrOf('web'),
      inputs: [],
      deployment: { mode: 'docker', host: 'hub', endpoint: `unix://${folder}/sock`, container: 'web', run: ['--network=none'] },
    });
    const input: DeployTargetsInput = { host: repository.host, namespace: 'default', baseDir: repository.root, targets };
    const deploy = async (artifact: string, dryRun = false, more: Partial<DeployTargetsInput> = {}) => {
      const built = { revision, attr: `packages.${system}.web`, artifact, drvPath: '/x.drv', at: 'then', log: null };
      await changeTargetRecord(repository.host, 'default', { name: 'web', system }, (record) => ({ ...record, built }));
      const [result] = (await deployTargets({ ...input, ...more, dryRun })).targets;
      return { status: result?.status, failure: result?.failure ?? '' };
    };
    const containers = async () =>
      (await docker('ps', '--all', '--format', '{{.Names}} {{.Image}} {{.State}}')).split('\n').filter(Boolean).sort();

    expect((await deploy(one, true)).status).toBe('planned');
    expect(await containers()).toEqual([]);
    expect((await deploy(one)).status).toBe('deployed');
    expect(await containers()).toEqual(['web web:one running']);
    expect((await deploy(one)).status).toBe('current');
    expect((await deploy(two)).status).toBe('deployed');
    expect(await containers()).toEqual(['web web:two running']);

    const failed = await deploy(broken);
    expect([failed.status, failed.failure]).toEqual(['failed', expect.stringContaining('started and ended again')]);
    expect(await containers()).toEqual(['web web:two running']);

    // As a kill after the old container was put aside leaves it.
    await docker('stop', '--time', '1', 'web');
    await docker('rename', 'web', 'web.rota-previous');
    expect((await deploy(one)).status).toBe('deployed');
    expect(await containers()).toEqual(['web web:one running']);
    // What somebody stopped by hand is not taken for running.
    await docker('stop', '--time', '1', 'web');
    expect((await deploy(one)).status).toBe('deployed');
    expect(await containers()).toEqual(['web web:one running']);

    // Who interrupts while the old one is being stopped, which the daemon goes on with, finds it running.
    expect((await deploy(staying)).status).toBe('deployed');
    const since = String(Date.now() / 1000);
    const happened = async (event: string): Promise<boolean> =>
      (await docker('events', '--since', since, '--until', String(Date.now() / 1000), '--filter', `event=${event}`)) !== '';
    const controller = new AbortController();
    const run: ProcessRunner = async (call) => {
      const running = repository.host.run(call);
      if (call.args.includes('stop') && !controller.signal.aborted) {
        await expect.poll(async () => await happened('kill'), { timeout: 60_000 }).toBe(true);
        controller.abort();
      }
      return await running;
    };
    const interrupted = await deploy(two, false, { host: repository.hostWith({}, { run }), signal: controller.signal });
    expect(interrupted.status).toBe('failed');
    await expect.poll(async () => await happened('die'), { timeout: 60_000 }).toBe(true);
    expect(await containers()).toEqual(['web web:staying running']);
  });
});
