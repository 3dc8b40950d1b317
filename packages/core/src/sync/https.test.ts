import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { syncRepository } from './sync-repository.ts';
import { readSyncStatus } from './sync-status.ts';

let place: GitWorkplace;
let server: ReturnType<typeof createServer>;
beforeEach(() => {
  place = gitWorkplace();
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  place.dispose();
});

/** The repository over TLS, as git's own CGI program serves it (git-http-backend(1)). Answers its address. */
async function serve(): Promise<string> {
  const [key, cert] = [join(place.root, 'key.pem'), join(place.root, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names],
    {
      stdio: 'pipe',
    },
  );
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const git = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: place.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(git.stdin);
    const chunks: Buffer[] = [];
    git.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    git.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const headers = answer
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(': '));
      const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
      for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
      response.writeHead(Number.parseInt(status, 10)).end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `https://localhost:${port}/repo/.git`;
}

requirePart(commandPart('openssl'))('a repository over https', () => {
  it('is synchronised from a server that is trusted, and not from one that is not', async () => {
    place.write('jobs/backup.yaml', manifest('backup'));
    const first = place.commit();
    const repo = await serve();
    await expect(place.sync({ repo })).rejects.toMatchObject({ code: 'ROTA_SYNC_UNREACHABLE' });
    expect(place.installed()).toEqual([]);
    expect(readSyncStatus(place.rota.host, 'default')).toMatchObject({ outcome: 'failed', failures: 1, revision: null });

    // As a person's Git settings name the authority of a house (git-config(1), http.sslCAInfo).
    vi.stubEnv('GIT_SSL_CAINFO', join(place.root, 'cert.pem'));
    const { rota } = place;
    expect(await syncRepository(rota, { repo })).toMatchObject({ outcome: 'applied', revision: { id: first } });
    expect(place.installed()).toEqual(['default.acme.backup']);
    place.write('jobs/poll.yaml', manifest('poll'));
    const second = place.commit();
    expect(await syncRepository(rota, {})).toMatchObject({ outcome: 'applied', revision: { id: second }, source: { repo } });
    expect(place.installed()).toEqual(['default.acme.backup', 'default.acme.poll']);
  });
});
