import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import type { Issue } from '../errors/issue.ts';
import { zoneRoots } from '../host/zone-roots.ts';
import { jobContext } from './normalise/job-context.ts';
import { parseManifests } from './read/parse-manifests.ts';

const pager = { module: '/plugin/pager.js', options: {}, secrets: ['pin'] };
/** For tests of manifests: what they are read with, and their text. */
export const context = jobContext({ platform: 'linux', zoneRoots: zoneRoots() }, { alertChannels: new Map([['pager', pager]]) });
const testdata = join(repositoryRoot, 'packages/core/src/job/testdata');
export const parseFile = (name: string) => parseManifests(readFileSync(join(testdata, name), 'utf8'), name, context);

export const manifest = (spec: string, metadata = 'metadata: {name: backup, tenant: acme}') =>
  `apiVersion: v1\nkind: Job\n${metadata}\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`;
export const sound = 'schedule: "0 2 * * *"\ncommand: /bin/true';

export async function issuesOf(text: string): Promise<readonly Issue[]> {
  return (await parseManifests(text, 'job.yaml', context)).issues;
}

/** `LINE:COLUMN CODE` of each. */
export async function placesOf(text: string): Promise<readonly string[]> {
  return (await issuesOf(text)).map(({ line, column, code }) => `${line}:${column} ${code}`);
}
