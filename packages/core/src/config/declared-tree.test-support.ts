import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { expect } from 'vitest';
import { createHost, type HostOptions } from '../host/create-host.ts';
import type { LoadOptions } from './load-options.ts';
import { validateDeclaration } from './validate/validate-declaration.ts';

export const testdata = join(repositoryRoot, 'packages/core/src/job/testdata');
/** For tests of declarations: a host, and folders of manifests. */
export const home = temporaryFolder();
export const hostNamed = (hostname: string, options: HostOptions = {}) =>
  createHost({ hostname, env: { HOME: home }, ...options });
export const host = hostNamed('backup-server-01');

export function tree(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export const manifest = (name: string, spec = 'schedule: "0 2 * * *", command: /bin/true') =>
  `apiVersion: v1\nkind: Job\nmetadata: {name: ${name}, tenant: acme}\nspec: {${spec}}\n`;

export const keys = (jobs: readonly { readonly tenant: string; readonly name: string }[]) =>
  jobs.map(({ tenant, name }) => `${tenant}/${name}`);

/** What is wrong, as `FILE:LINE CODE`, with file names below the root. */
export async function problems(root: string, options: LoadOptions = {}): Promise<readonly string[]> {
  const { ok, issues } = await validateDeclaration(host, { cwd: root, ...options });
  expect(ok).toBe(false);
  return issues.map(({ file = '', line, code }) => `${file.replace(`${root}/`, '')}:${line ?? ''} ${code}`);
}
