import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, repositoryRoot, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { rotaProcess } from '../cli/src/testing/rota-process.ts';

const here = join(repositoryRoot, 'examples/fleet');
const repository = temporaryFolder();
const git = async (...args: readonly string[]): Promise<void> => {
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgsign=false'];
  const { exitCode, stderr } = await exec('git', ['-C', repository, ...identity, ...args]);
  expect(exitCode, stderr).toBe(0);
};
const commit = async (message: string): Promise<void> => {
  await git('add', '.');
  await git('commit', '-q', '-m', message);
};

/** A machine of its own: another home, another state, another host file. */
function host(name: string) {
  const rota = rotaProcess(temporaryFolder());
  const json = async (...args: readonly string[]) => {
    const { stdout } = await rota([...args, '--json']);
    const answer: Record<string, unknown> = JSON.parse(stdout);
    return answer;
  };
  const place = [
    '--repo',
    repository,
    '--ref',
    'main',
    '--backend',
    'embedded',
    '--host-file',
    join(here, 'hosts', `${name}.yaml`),
  ];
  return {
    sync: () => json('sync', ...place),
    jobs: async (): Promise<readonly string[]> => {
      const { jobs } = await json('status');
      return Array.isArray(jobs) ? jobs.map(({ name }: { readonly name: string }) => name) : [];
    },
  };
}

const hosts = { web1: host('web1'), web2: host('web2'), db1: host('db1') };

beforeAll(async () => {
  cpSync(join(here, 'jobs'), join(repository, 'jobs'), { recursive: true });
  await git('init', '-q', '-b', 'main');
  await commit('The jobs of the fleet');
});

test('each host takes what is for it, the next revision reaches it, and a bad one changes nothing', async () => {
  for (const one of Object.values(hosts)) expect(await one.sync()).toMatchObject({ outcome: 'applied' });
  expect(await hosts.web1.jobs()).toEqual(['disk-report', 'rotate-cache']);
  expect(await hosts.web2.jobs()).toEqual(['disk-report', 'rotate-cache']);
  expect(await hosts.db1.jobs()).toEqual(['copy-dump', 'disk-report', 'dump']);

  writeFileSync(
    join(repository, 'jobs', 'certificates.yaml'),
    'apiVersion: v1\nkind: Job\nmetadata: {name: certificates, tenant: acme}\nspec: {schedule: "0 5 * * 1", command: /bin/true, agent: {selector: {labels: {role: web}}}}\n',
  );
  await commit('Renew certificates');
  expect(await hosts.web1.sync()).toMatchObject({ outcome: 'applied' });
  expect(await hosts.db1.sync()).toMatchObject({ outcome: 'unchanged' });
  expect(await hosts.web1.jobs()).toEqual(['certificates', 'disk-report', 'rotate-cache']);

  writeFileSync(join(repository, 'jobs', 'web.yaml'), 'apiVersion: v1\nkind: Job\nmetadata: {name: rotate-cache\n');
  await commit('A slip of the hand');
  expect(await hosts.web1.sync()).toMatchObject({ error: { code: 'ROTA_DECLARATION_INVALID' } });
  expect(await hosts.web1.jobs()).toEqual(['certificates', 'disk-report', 'rotate-cache']);
});
