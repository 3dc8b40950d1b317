import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { namespaceLayout } from '../state/layout.ts';
import { askForRun, forgetAsked, takeAsked } from './asked-run.ts';

test('a run that was asked for is known once, and only soon after', async () => {
  const layout = namespaceLayout(await temporaryFolder(), 'default');
  const job = { tenant: 'acme', name: 'backup' };
  const take = (): boolean => takeAsked(nodeFiles, layout, job, Date.now());
  expect(take()).toBe(false);
  askForRun(nodeFiles, layout, job);
  expect([take(), take()]).toEqual([true, false]);
  askForRun(nodeFiles, layout, job);
  forgetAsked(nodeFiles, layout, job);
  expect(take()).toBe(false);
  askForRun(nodeFiles, layout, job);
  utimesSync(join(layout.asked, 'acme.backup'), Date.now() / 1000 - 60, Date.now() / 1000 - 60);
  expect([take(), take()]).toEqual([false, false]);
});
