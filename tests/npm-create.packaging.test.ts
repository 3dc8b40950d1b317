import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterFile, exec, output, repositoryRoot, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';

/** A registry that has one package, as it is packed: what npm asks of one, and nothing else. */
async function registryOf(folder: string): Promise<{ readonly url: string; readonly tarball: string }> {
  const packed = temporaryFolder();
  const [{ filename = '', integrity = '' } = {}] = JSON.parse(
    await output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', packed, folder]),
  );
  const tarball = join(packed, filename);
  const bytes = readFileSync(tarball);
  expect(integrity).toBe(`sha512-${createHash('sha512').update(bytes).digest('base64')}`);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const server = createServer((request, response) => {
    if (request.url === `/${manifest.name}`) {
      const dist = { tarball: `${url}/${filename}`, integrity };
      const { version } = manifest;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name: manifest.name,
          'dist-tags': { latest: version },
          versions: { [version]: { ...manifest, dist } },
        }),
      );
    } else if (request.url === `/${filename}`) response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tarball };
}

let registry: Awaited<ReturnType<typeof registryOf>>;
beforeAll(async () => {
  registry = await registryOf(join(repositoryRoot, 'examples/create-rota'));
});

test.each([
  ['npm create', 'plugin', () => ['create', '--yes', 'rota', '--', 'plugin', 'my-thing']],
  [
    'npx with what was packed',
    'backend',
    () => ['exec', '--yes', '--package', registry.tarball, '--', 'create-rota', 'backend', 'my-thing'],
  ],
] as const)('%s starts a %s with all its files, and says how to go on', async (_, kind, words) => {
  const folder = temporaryFolder();
  const npm = {
    registry: registry.url,
    cache: join(folder, '.cache'),
    update_notifier: 'false',
    userconfig: join(folder, '.npmrc'),
  };
  const env = {
    ...process.env,
    HOME: folder,
    ...Object.fromEntries(Object.entries(npm).map(([key, value]) => [`npm_config_${key}`, value])),
  };
  const { exitCode, stdout, stderr } = await exec('npm', words(), { cwd: folder, env });
  expect(exitCode, stdout + stderr).toBe(0);
  const made = `rota-${kind}-my-thing`;
  expect(stdout).toContain(`Next: cd ${made} && npm install && npm test`);
  // npm leaves a `.gitignore` out of what it packs.
  for (const file of [
    'package.json',
    'README.md',
    '.gitignore',
    'tsconfig.json',
    'vitest.config.ts',
    'src/index.ts',
    `src/${kind}.test.ts`,
  ])
    expect(existsSync(join(folder, made, file)), file).toBe(true);
  const text = readFileSync(join(folder, made, `src/${kind}.ts`), 'utf8');
  expect(text).toContain('myThing');
  expect(text).not.toContain('__');
});
