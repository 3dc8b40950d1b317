import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import { loadDeclaration } from '../load-declaration.ts';

const config = `tenant: acme
hosts:
  - {name: web1, address: 'admin@10.0.0.7', ring: canary, labels: {role: web, site: home}}
  - {name: web2, labels: {role: web, ring: late}}
jobs:
  - {name: everywhere, on: boot, command: x}
  - {name: web, on: boot, command: x, agent: {selector: {labels: {role: web}}}}
  - {name: canary, on: boot, command: x, agent: {selector: {labels: {ring: canary}}}}
  - {name: late, on: boot, command: x, when: {labels: {ring: late}}}
  - {name: away, on: boot, command: x, when: {labels: {site: away}}}
`;

async function jobsOn(hostname: string, hostFile?: string): Promise<readonly string[]> {
  const root = temporaryFolder();
  writeFileSync(join(root, 'jobs.config.yaml'), config);
  if (hostFile !== undefined) writeFileSync(join(root, 'host.yaml'), hostFile);
  const host = createHost({ hostname, env: { HOME: root } });
  const { jobs } = await loadDeclaration(host, { cwd: root, ...(hostFile === undefined ? {} : { hostFile: 'host.yaml' }) });
  return jobs.map(({ name }) => name);
}

test('a host has the labels and the ring that the inventory has for its name', async () => {
  expect(await jobsOn('web1')).toEqual(['canary', 'everywhere', 'web']);
  expect(await jobsOn('web2')).toEqual(['everywhere', 'late', 'web']);
  expect(await jobsOn('db1')).toEqual(['everywhere']);
});

test('what the host file says wins, the name included', async () => {
  expect(await jobsOn('web1', 'labels: {site: away, ring: late}')).toEqual(['away', 'everywhere', 'late', 'web']);
  expect(await jobsOn('db1', 'hostname: web1')).toEqual(['canary', 'everywhere', 'web']);
});

test('a plugin sees the inventory and the labels of its host', async () => {
  const root = temporaryFolder();
  writeFileSync(
    join(root, 'jobs.config.mjs'),
    `export default {
  tenant: 'acme',
  hosts: [{ name: 'web1', ring: 'canary' }, { name: 'web2', address: '10.0.0.8' }],
  plugins: [{
    name: 'curious',
    apiVersion: 1,
    setup({ place: { hosts, identity }, addJobs }) {
      addJobs([{ name: 'x', on: 'boot', command: 'x', labels: { ...identity.labels, second: hosts[1].address } }]);
    },
  }],
};
`,
  );
  const { jobs } = await loadDeclaration(createHost({ hostname: 'web1', env: { HOME: root } }), { cwd: root });
  expect(jobs[0]?.labels).toEqual({ ring: 'canary', second: '10.0.0.8' });
});
