import { type ImportedEntry, printConfig, printManifest } from '@rota/core';
import type { DeclarationFile } from './declaration-file.ts';

/** What a first declaration is made of. */
export interface FirstFilesInput {
  readonly format: 'ts' | 'yaml';
  readonly tenant: string;
  /** Of the job that says hello. */
  readonly schedule: string;
  /** Foreign entries to start from; with none of them there is the job that says hello. */
  readonly imported: readonly ImportedEntry[];
  /** Relative or absolute place of the schemas, for editors. */
  readonly schemas: string;
}

/** A first declaration as files. Pure. */
export function firstFiles({ format, tenant, schedule, imported, schemas }: FirstFilesInput): readonly DeclarationFile[] {
  const declared = imported.flatMap(({ manifest, ...rest }) => (manifest === null ? [] : [{ ...rest, manifest }]));
  if (format === 'ts') {
    const content = declared.length === 0 ? typescriptConfig(tenant, schedule) : printConfig(imported, tenant);
    return [{ name: 'jobs.config.ts', content }];
  }
  const jobLine = modeline(schemas, 'job', '../');
  const jobs =
    declared.length === 0
      ? [{ name: 'jobs/hello.yaml', content: `${jobLine}${manifest(schedule)}` }]
      : declared.map((entry) => ({
          name: `jobs/${entry.manifest.metadata.name}.yaml`,
          content: `${jobLine}${printManifest(entry)}`,
        }));
  return [{ name: 'jobs.config.yaml', content: `${modeline(schemas, 'config', '')}${yamlConfig(tenant)}` }, ...jobs];
}

/** The line by which editors with the YAML language server find the schema of a file. */
function modeline(schemas: string, name: string, up: string): string {
  return `# yaml-language-server: $schema=${up}${schemas}/${name}.schema.json\n`;
}

const typescriptConfig = (tenant: string, schedule: string): string => `import { defineConfig, defineJob } from '@rota/core';

export default defineConfig({
  tenant: '${tenant}',
  jobs: [
    defineJob({
      name: 'hello',
      schedule: '${schedule}',
      timezone: 'local',
      command: '/bin/echo',
      args: ['hello from rota'],
    }),
  ],
});
`;

const yamlConfig = (
  tenant: string,
): string => `# Jobs of this folder. Each file below may hold one job or several, separated by ---
tenant: ${tenant}
manifests: jobs/*.yaml
`;

const manifest = (schedule: string): string => `apiVersion: v1
kind: Job
metadata:
  name: hello
spec:
  schedule: "${schedule}"
  timezone: local
  command: /bin/echo
  args: ["hello from rota"]
`;
