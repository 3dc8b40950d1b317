import { dirname, join, resolve } from 'node:path';
import { type InferOutput, safeParse } from 'valibot';
import type { Issue } from '../../errors/issue.ts';
import type { Host } from '../../host/host.ts';
import { Notes, stringMap } from '../../job/normalise/notes.ts';
import type { Yaml } from '../../job/read/read-yaml.ts';
import { schemaProblems } from '../../job/read/schema-problems.ts';
import type { HostIdentity } from '../declaration.ts';
import { readSingleDocument } from '../source/read-source.ts';
import { defaultHostFile } from './default-host-file.ts';
import { hostFileSchema } from './host-file-schema.ts';

/** What this machine says of itself. The default host file may be missing, one that was named may not. */
export function readHostIdentity(
  yaml: Yaml,
  host: Host,
  named?: string,
): { readonly identity: HostIdentity; readonly issues: readonly Issue[] } {
  const unknown: HostIdentity = { hostname: host.hostname, labels: {} };
  const file = named ?? defaultHostFile(host);
  if (named === undefined && host.files.facts(file) === undefined) return { identity: unknown, issues: [] };
  const { source, issues } = readSingleDocument(yaml, host.files, file);
  if (source === undefined) return { identity: unknown, issues };
  const parsed = safeParse(hostFileSchema, source.value);
  if (!parsed.success)
    return { identity: unknown, issues: schemaProblems(hostFileSchema, parsed.issues).map((problem) => source.locate(problem)) };
  const notes = new Notes();
  const url = checkinUrl(parsed.output);
  if (url !== undefined) notes.references(typeof parsed.output.checkin === 'string' ? ['checkin'] : ['checkin', 'url'], url);
  const { hostname, tenants, labels, role, envFile } = parsed.output;
  const identity: HostIdentity = {
    hostname: hostname ?? host.hostname,
    ...(tenants === undefined ? {} : { tenants }),
    labels: stringMap(labels),
    ...(role === undefined ? {} : { role }),
    ...(url === undefined ? {} : { checkinUrl: url }),
    ...(envFile === undefined ? {} : { envFile: resolve(dirname(file), fromHome(envFile, host)) }),
    file,
  };
  return { identity, issues: notes.problems.map((problem) => source.locate(problem)) };
}

function checkinUrl({ checkin }: InferOutput<typeof hostFileSchema>): string | undefined {
  return typeof checkin === 'object' ? checkin.url : checkin;
}

function fromHome(path: string, host: Host): string {
  return path.startsWith('~/') ? join(host.user.home, path.slice(2)) : path;
}
