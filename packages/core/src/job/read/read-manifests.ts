import type { Issue } from '../../errors/issue.ts';
import type { Job } from '../job.ts';
import type { JobContext } from '../normalise/job-context.ts';
import type { FieldPath } from '../problem.ts';
import type { ParsedManifests } from './parsed-manifests.ts';
import { readJob } from './read-job.ts';
import { readYaml, type Yaml, type YamlDocument } from './read-yaml.ts';

/** The work of {@link parseManifests}, for who has loaded the parser already. */
export function readManifests(yaml: Yaml, text: string, file: string, context: JobContext): ParsedManifests {
  const read = readYaml(yaml, text, file);
  const issues: Issue[] = [...read.issues];
  const jobs: Job[] = [];
  for (const document of read.documents) {
    const { value } = document;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      issues.push(
        document.locate({
          code: 'ROTA_FIELD_TYPE',
          severity: 'error',
          path: [],
          message: 'A manifest is a mapping with apiVersion, kind, metadata and spec.',
        }),
      );
      continue;
    }
    if (isSavedPlan(value)) {
      issues.push(
        document.locate({
          code: 'ROTA_FIELD_TYPE',
          severity: 'error',
          path: [],
          message: `This is a saved plan, not a declaration. To apply it: rota apply --plan ${file}`,
        }),
      );
      continue;
    }
    const foreign = otherShape(value);
    if (foreign !== undefined) {
      issues.push(document.locate({ code: 'ROTA_FIELD_MISSING', severity: 'error', path: [], message: foreign }));
      continue;
    }
    keepSpelling(document);
    const { job, problems } = readJob(value, context, { file, line: document.line });
    for (const problem of problems) issues.push(document.locate(problem));
    if (job !== undefined) jobs.push(job);
  }
  if (read.documents.length === 0 && issues.length === 0) {
    issues.push({
      code: 'ROTA_DECLARATION_EMPTY',
      severity: 'error',
      message: 'The file holds no manifest. Remove it, or declare a job in it.',
      file,
      line: 1,
      column: 1,
    });
  }
  return { jobs, issues };
}

const stringMaps: readonly FieldPath[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['spec', 'env'],
  ['spec', 'agent', 'selector', 'labels'],
  ['spec', 'when', 'labels'],
  ['spec', 'when', 'env'],
];

/** Where text is wanted and YAML reads a number, such as `1.10` or `0755`, the text is what was written. Changes the value in place. */
function keepSpelling(document: YamlDocument): void {
  for (const path of stringMaps) {
    let map: unknown = document.value;
    for (const step of path) map = isRecord(map) ? map[step] : undefined;
    if (!isRecord(map)) continue;
    for (const [key, value] of Object.entries(map)) {
      if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') continue;
      map[key] = document.sourceText([...path, key]) ?? String(value);
    }
  }
}

/** What a mapping without any field of a manifest is more likely to be: one thing to say instead of one for each field. */
function otherShape(value: object): string | undefined {
  if (['apiVersion', 'kind', 'metadata', 'spec'].some((key) => key in value)) return undefined;
  if ('jobs' in value || 'manifests' in value)
    return 'This is no manifest but looks like a config, which is read with --config FILE, or under the name jobs.config.yaml.';
  return 'This is no manifest: it has no apiVersion, kind, metadata and spec. `rota init --format yaml` writes one to start from.';
}

function isSavedPlan(value: object): boolean {
  return 'formatVersion' in value && 'changes' in value && !('apiVersion' in value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
