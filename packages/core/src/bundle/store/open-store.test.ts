import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import type { BundleStoreOpener } from './bundle-store-opener.ts';
import { folderStore } from './folder-store.ts';
import { openStore } from './open-store.ts';

const host = createHost({ env: { HOME: temporaryFolder() } });
const place = temporaryFolder();
const open: BundleStoreOpener = ({ options }) => ({ ...folderStore(host, String(options.folder)), kind: 'tape' });
const stores = [{ kind: 'plugin', plugin: 'tape', options: { folder: place } }] as const;

test('a store of a plugin is opened with its options', () => {
  expect(openStore(host, 'default', { stores }, { tape: open })).toMatchObject({ kind: 'tape', place });
});

test('it may be one of several', async () => {
  const several = openStore(
    host,
    'default',
    { stores: [...stores, { kind: 'folder', path: temporaryFolder() }] },
    { tape: open },
  );
  expect(several.place).toContain(place);
  expect(await several.list()).toEqual([]);
});

test('a kind that no plugin contributes is refused with the nearest name', () => {
  expect(() => openStore(host, 'default', { stores }, { tapes: open })).toThrow(
    expect.objectContaining({ code: 'ROTA_BUNDLE_STORE', suggestions: ['tapes'] }),
  );
});
