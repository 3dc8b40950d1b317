import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCron, RotaError } from '@rota/core';
import type { CommandContext } from '../command.ts';

/** `rota init`: a first declaration, in this folder. Asks for a tenant and a schedule on a terminal, else takes defaults. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  const format = options.format ?? 'ts';
  const asks = io.inIsTerminal && io.errIsTerminal && !options.yes && !context.json;
  const tenant = asks ? (await io.ask('Who do the jobs belong to (tenant)? [home] ')).trim() || 'home' : 'home';
  const schedule = asks
    ? (await io.ask('When should the first job run (cron)? [0 2 * * *] ')).trim() || '0 2 * * *'
    : '0 2 * * *';
  check(tenant, schedule);

  const files =
    format === 'ts'
      ? [{ name: 'jobs.config.ts', content: typescriptConfig(tenant, schedule) }]
      : [
          { name: 'jobs.config.yaml', content: yamlConfig(tenant) },
          { name: 'jobs/hello.yaml', content: manifest(schedule) },
        ];
  const taken = files.filter(({ name }) => existsSync(join(io.cwd, name)));
  if (taken.length > 0 && !options.force) {
    throw new RotaError('ROTA_USAGE', `${taken.map(({ name }) => name).join(' and ')} exists already in ${io.cwd}.`, {
      suggestions: ['Repeat with --force to overwrite it, or run `rota plan`.'],
    });
  }
  for (const { name, content } of files) {
    mkdirSync(dirname(join(io.cwd, name)), { recursive: true });
    writeFileSync(join(io.cwd, name), content);
  }
  if (context.json) context.printJson({ formatVersion: 1, files: files.map(({ name }) => join(io.cwd, name)) });
  else {
    for (const { name } of files) context.print(`wrote ${name}`);
    context.say('Next: edit it, then `rota validate`, `rota plan` and `rota apply`.');
  }
  return 0;
}

function check(tenant: string, schedule: string): void {
  parseCron(schedule);
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(tenant) || tenant.length > 63) {
    throw new RotaError('ROTA_USAGE', `\`${tenant}\` cannot be a tenant: lower-case letters, digits and dashes only.`);
  }
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
