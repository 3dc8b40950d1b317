import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterFile, exec, temporaryFolder } from '@rota/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { createHost } from '../host/create-host.ts';
import { installLauncher } from './launch/install-launcher.ts';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

/** An authority of one's own, as a homelab has, and a certificate of it for this machine. */
function privateAuthority(): { readonly ca: string; readonly key: string; readonly certificate: string } {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', path('ca.key'), '-out', path('ca.pem'), '-days', '3650', '-subj', '/CN=home');
  openssl('req', ...fresh, '-keyout', path('key.pem'), '-out', path('request.pem'), '-subj', '/CN=localhost');
  const extension = path('extension');
  execFileSync('sh', ['-c', `echo subjectAltName=DNS:localhost >'${extension}'`]);
  const signing = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '3650', '-extfile', extension];
  openssl('x509', '-req', '-in', path('request.pem'), ...signing, '-out', path('certificate.pem'));
  return { ca: path('ca.pem'), key: path('key.pem'), certificate: path('certificate.pem') };
}

describe('a check-in to an endpoint with a certificate of a private authority', () => {
  const received: { readonly status: string; readonly run_id: string }[] = [];
  let ca: string;
  let url: string;
  beforeAll(async () => {
    const authority = privateAuthority();
    ca = authority.ca;
    const server = createServer(
      { key: readFileSync(authority.key), cert: readFileSync(authority.certificate) },
      (request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        request.on('end', () => {
          received.push(JSON.parse(body));
          response.end();
        });
      },
    );
    await new Promise<void>((resolve) => server.listen(0, resolve));
    afterFile(() => void server.close());
    url = `https://localhost:${(server.address() as AddressInfo).port}/api/checkins`;
  });
  const checkin = (more: Partial<LaunchFile['checkin']>): Pick<LaunchFile, 'checkin'> => ({
    checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner', ...more },
  });

  it('arrives where `checkin.ca` names it, and waits where nothing does', async () => {
    const rota = await runnerUnderTest();
    expect((await rota.run(rota.launchFile(checkin({})))).code).toBe(0);
    expect([received.length, rota.spooled().length]).toEqual([0, 1]);
    expect((await rota.run(rota.launchFile(checkin({ ca })))).code).toBe(0);
    expect(received).toMatchObject([{ status: 'success', run_id: rota.records()[1]?.runId }]);
    received.length = 0;
  });

  it('waits where that file is gone, costs the job nothing, and arrives when it is back', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile(checkin({ ca: '~/ca.pem' }));
    expect((await rota.run(path)).code).toBe(0);
    expect([received.length, rota.spooled().length]).toEqual([0, 1]);
    execFileSync('cp', [ca, join(rota.scratch, 'away.pem')]);
    renameSync(join(rota.scratch, 'away.pem'), join(rota.scratch, 'ca.pem'));
    expect((await rota.run(path)).code).toBe(0);
    expect(received.map(({ run_id: id }) => id).sort()).toEqual(
      rota
        .records()
        .map(({ runId }) => runId)
        .sort(),
    );
    expect(rota.spooled()).toEqual([]);
    received.length = 0;
  });

  it('arrives where the scheduler has it in NODE_EXTRA_CA_CERTS, which the launcher leaves alone', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile(checkin({}));
    installLauncher(createHost({ stateDir: rota.stateDir }), { bundlePath: await runnerBundle() });
    const env = { PATH: process.env.PATH, HOME: rota.scratch, NODE_EXTRA_CA_CERTS: ca };
    expect((await exec(join(rota.stateDir, 'bin', 'rota-run'), [path], { env })).exitCode).toBe(0);
    expect(received).toMatchObject([{ status: 'success' }]);
  });
});
