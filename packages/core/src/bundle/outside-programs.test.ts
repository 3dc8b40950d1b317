import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, repositoryRoot, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { restoreBundle } from './restore/restore.ts';
import { verifyBundle } from './restore/verify-bundle.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import type { BundleInput } from './spec/define-bundle.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());
const capture = (change: Partial<BundleInput>) =>
  captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(change) });

requirePart(commandPart('age'))('encryption with age', () => {
  test('a bundle is read back only with the key, and damage is noticed', async () => {
    const key = join(service.folder, 'key.txt');
    execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' });
    const recipient = execFileSync('age-keygen', ['-y', key]).toString().trim();
    writeFileSync(join(service.root, 'token'), 'very secret');
    const change: Partial<BundleInput> = {
      encrypt: { recipients: [recipient] },
      identity: [{ path: join(service.root, 'token'), policy: 'preserve' }],
    };
    const { place, bundle } = await capture(change);
    expect(bundle).toMatchObject({ encrypted: true, verified: null });
    expect(readFileSync(place).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    const host = service.host();
    const store = openStore(host, 'default');
    const found = await findBundle({ host: host, namespace: 'default', store: store, which: 'latest' });
    const verify = (ageIdentity?: string) => verifyBundle({ host, namespace: 'default', bundle: found, level: 2, ageIdentity });
    await expect(verify()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_COMPRESSION' });
    expect((await verify(key)).checks.map(({ level }) => level)).toEqual([0, 1, 2]);
    rmSync(service.root, { recursive: true });
    await restoreBundle({ host, namespace: 'default', spec: service.spec(change), bundle: found, ageIdentity: key });
    expect(readFileSync(join(service.root, 'token'), 'utf8')).toBe('very secret');
    const bytes = readFileSync(place);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(place, bytes);
    await expect(verify(key)).rejects.toMatchObject({ code: 'ROTA_BUNDLE_MISMATCH' });
    await expect(
      verifyBundle({ host, namespace: 'default', bundle: { path: place, sidecar: undefined }, level: 1, ageIdentity: key }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ROTA_/) });
  });
});

/** A file system in memory may have no attributes, so this stands on the disk. */
const attributesWork = (): boolean => {
  const folder = mkdtempSync(join(repositoryRoot, 'node_modules', '.rota-xattr-'));
  try {
    execFileSync('setfattr', ['-n', 'user.probe', '-v', 'x', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
requirePart(commandPart('getfattr', 'attr'), {
  name: 'a disk with extended attributes',
  present: attributesWork,
  install: 'mount it with user_xattr',
})('extended attributes', () => {
  test('come back, whatever bytes they and the names hold', async () => {
    const root = mkdtempSync(join(repositoryRoot, 'node_modules', '.rota-xattr-'));
    try {
      const odd = join(root, 'a\\b=c\nd \u00e9');
      writeFileSync(odd, 'x', { mode: 0o400 });
      execFileSync('setfattr', ['-n', 'user.note', '-v', '0sAAH/Cg==', odd]);
      execFileSync('setfattr', ['-n', 'user.empty', odd]);
      execFileSync('setfattr', ['-n', 'user.folder', '-v', 'yes', root]);
      const roots = [{ name: 'data', path: root }];
      const { place } = await capture({ roots });
      const host = service.host();
      const spec = service.spec({ roots });
      const to = mkdtempSync(join(repositoryRoot, 'node_modules', '.rota-xattr-'));
      const bundle = await findBundle({ host: host, namespace: 'default', store: openStore(host, 'default'), which: 'latest' });
      const { notes } = await restoreBundle({ host, namespace: 'default', spec, bundle, to });
      expect(notes).toEqual([]);
      const shown = (path: string): string =>
        execFileSync('getfattr', ['-R', '-d', '-m', '^user', '-e', 'base64', '.'], { cwd: path }).toString();
      const expected = shown(root);
      expect(expected).toContain('user.note');
      expect(shown(join(to, 'data'))).toBe(expected);
      expect(existsSync(place) && statSync(join(to, 'data')).isDirectory()).toBe(true);
      rmSync(to, { recursive: true });
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
