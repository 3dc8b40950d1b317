import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import type { Io } from '../program/io.ts';
import { type CliCall, callCli } from './call-cli.ts';

/** A folder of a person who uses Rota, with a home and state of its own. */
export interface CliWorkplace {
  readonly folder: string;
  readonly home: string;
  write(name: string, content: string): string;
  /** Calls the command line in the folder. */
  call(args: readonly string[], io?: Partial<Io>): Promise<CliCall>;
}

export function cliWorkplace(): CliWorkplace {
  const folder = temporaryFolder();
  const home = temporaryFolder();
  return {
    folder,
    home,
    write(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    call: (args, io = {}) => callCli(args, { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: home }, ...io }),
  };
}

/** A manifest with only what is needed. */
export function manifest(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  labels: Readonly<Record<string, string>> = {},
): string {
  const job = {
    apiVersion: 'v1',
    kind: 'Job',
    metadata: { name, tenant: 'acme', labels },
    spec: { schedule: '0 2 * * *', command: '/bin/true', ...spec },
  };
  // JSON is YAML.
  return `${JSON.stringify(job)}\n`;
}
