import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

const script = `
import { createJiti } from 'jiti';
const [source, work, spec, stateDir] = process.argv.slice(1);
const jiti = createJiti(source + '/', { fsCache: false });
const { beginDowntime } = await jiti.import(source + '/bundle/service/downtime.ts');
const { createHost } = await jiti.import(source + '/host/create-host.ts');
const { guard } = await beginDowntime(createHost({ stateDir }), JSON.parse(spec), work, { guardMs: 600000, freeze: false });
process.stdout.write('stopped by ' + guard + '\\n');
setInterval(() => undefined, 1000);
`;

/** Starts a process that stops the service and then waits; resolves once it has. */
async function stopInAnotherProcess(work: string) {
  const source = join(repositoryRoot, 'packages', 'core', 'src');
  const args = ['--input-type=module', '-e', script, source, work, JSON.stringify(service.spec()), join(service.folder, 'state')];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, failed) => {
    child.stdout.once('data', done);
    child.once('exit', failed);
  });
  return child;
}

test('a service is started again within seconds when the process that stopped it is killed', async () => {
  service.start();
  const work = join(service.folder, 'work');
  mkdirSync(work);
  const child = await stopInAnotherProcess(work);
  expect(service.running()).toBe(false);
  // Not before: the guard leaves a living process alone.
  await new Promise((done) => setTimeout(done, 1500));
  expect(service.running()).toBe(false);
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  await expect.poll(() => service.running(), { timeout: 120_000 }).toBe(true);
  await expect.poll(() => nodeFiles.list(work), { timeout: 120_000 }).toEqual(['guard.sh']);
});
