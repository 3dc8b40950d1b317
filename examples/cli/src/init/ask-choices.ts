import { parseCron, RotaError } from '@rota/core';
import type { CommandContext } from '../command.ts';

/** What a first declaration depends on. */
export interface Choices {
  readonly format: 'ts' | 'yaml';
  readonly tenant: string;
  readonly schedule: string;
  /** Start from what runs on this machine already. */
  readonly fromImport: boolean;
}

/** What is asked about jobs that could be imported: only asked when there are any. */
export interface AskInput {
  /** How many entries of others could become jobs. Read only when it is needed. */
  readonly importable: () => Promise<number>;
}

/** The options of the call; what they leave open is asked on a terminal, and has a default otherwise. @throws ROTA_USAGE, ROTA_SCHEDULE_SYNTAX */
export async function askChoices({ options, io, json }: CommandContext, { importable }: AskInput): Promise<Choices> {
  const asks = io.inIsTerminal && io.errIsTerminal && !options.yes && !json;
  const ask = async (question: string, usual: string): Promise<string> =>
    asks ? (await io.ask(`${question} [${usual}] `)).trim() || usual : usual;
  const format = options.format ?? (await ask('Config in TypeScript (ts) or YAML (yaml)?', 'ts'));
  if (format !== 'ts' && format !== 'yaml') {
    throw new RotaError('ROTA_USAGE', `A config is written as ts or yaml, not as \`${format}\`.`, {
      suggestions: ['ts', 'yaml'],
    });
  }
  const tenant = options.tenant ?? (await ask('Who do the jobs belong to (tenant)?', 'home'));
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(tenant) || tenant.length > 63)
    throw new RotaError('ROTA_USAGE', `\`${tenant}\` cannot be a tenant: lower-case letters, digits and dashes only.`);
  const fromImport = options.import ?? (asks && (await wantsImport(await importable(), ask)));
  const schedule = fromImport ? '0 2 * * *' : await ask('When should the first job run (cron)?', '0 2 * * *');
  parseCron(schedule);
  return { format, tenant, schedule, fromImport };
}

async function wantsImport(count: number, ask: (question: string, usual: string) => Promise<string>): Promise<boolean> {
  if (count === 0) return false;
  const question = `${count} ${count === 1 ? 'job of another tool runs' : 'jobs of other tools run'} here. Start from ${count === 1 ? 'it' : 'them'}?`;
  return /^y(es)?$/i.test(await ask(question, 'yes'));
}
