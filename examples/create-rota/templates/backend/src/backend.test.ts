import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { afterAll, describe, it } from 'vitest';
import { __function__ } from './backend.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => void rmSync(folder, { recursive: true, force: true })));

backendConformance(
  { describe, it },
  {
    backend: __function__(),
    dialect: { name: '__name__' },
    makeHost: () => {
      const folder = mkdtempSync(join(tmpdir(), '__name__-'));
      folders.push(folder);
      return createHost({ env: { HOME: folder, ROTA_STATE_DIR: folder } });
    },
    edit: async (host, namespace, { tenant, name }) => {
      const path = join(host.stateDir, '__name__', namespace, `${tenant}.${name}.json`);
      writeFileSync(path, readFileSync(path, 'utf8').replace('30 2', '45 2'));
    },
    remove: async (host, namespace, { tenant, name }) =>
      rmSync(join(host.stateDir, '__name__', namespace, `${tenant}.${name}.json`)),
  },
);
