import { existsSync } from 'node:fs';
import { createRota } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { repositoryRoot, requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { systemd } from './systemd.ts';
import { userHost } from './testing/user-host.ts';

const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};

requirePart(userSystemdPart, runner)('a user manager with NODE_OPTIONS in environment.d', () => {
  test('starts a job of the runner all the same, hands it what was meant for it, and records the run', async () => {
    const user = await userSystemd('rota-node-options');
    const host = userHost(user, { stateDir: `${user.home}/.local/state/rota-node-options` });
    const folder = `${user.home}/.config/environment.d`;
    const sh = (script: string) => host.run({ file: 'sh', args: ['-c', script] });
    await sh(`mkdir -p ${folder} && echo 'NODE_OPTIONS=--no-such-option' >${folder}/node.conf && rm -rf ${host.stateDir}`);
    const rota = createRota({ host, backends: [systemd()], namespace: 'nodeoptions' });
    try {
      expect(await host.run({ file: 'systemctl', args: ['--user', 'daemon-reload'] })).toMatchObject({ exitCode: 0 });
      const told = await host.run({ file: 'systemctl', args: ['--user', 'show-environment'] });
      expect(told.stdout).toContain('NODE_OPTIONS=--no-such-option\n');
      const job = sampleJob('node', {
        command: ['/bin/sh', '-c', 'echo "options: $NODE_OPTIONS"'],
        hooks: { before: [['/bin/true']], onSuccess: [], onFailure: [], always: [] },
      });
      const { hostname } = host;
      const declared = { namespace: 'nodeoptions', source: 'test', hostname, jobs: [job], excluded: [], warnings: [] };
      const plan = await rota.plan(declared, { backend: 'systemd' });
      expect(plan.entries[0]?.launchFile).not.toBeNull();
      await rota.apply(plan);
      expect(await rota.run('node')).toMatchObject({ status: 'success', exitCode: 0 });
      expect(await rota.logs('node')).toBe('options: --no-such-option\n');
    } finally {
      await rota.destroy();
      await sh(`rm ${folder}/node.conf`);
      await host.run({ file: 'systemctl', args: ['--user', 'daemon-reload'] });
    }
  });
});
