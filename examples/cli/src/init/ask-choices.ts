import { isRotaError, parseCron, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

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
export async function askChoices({ options, io, json, say }: CommandContext, { importable }: AskInput): Promise<Choices> {
  const asks = io.inIsTerminal && io.errIsTerminal && !options.yes && !json;
  /** What is wrong with an option ends the command; what is wrong with an answer is asked again. */
  const choose = async <T>(given: string | undefined, question: string, usual: string, read: (text: string) => T): Promise<T> => {
    if (given !== undefined || !asks) return read(given ?? usual);
    for (;;) {
      try {
        return read((await io.ask(`${question} [${usual}] `)).trim() || usual);
      } catch (error) {
        if (!isRotaError(error) || error.code === 'ROTA_INTERRUPTED') throw error;
        say(error.message);
      }
    }
  };
  const format = await choose(options.format, 'Config in TypeScript (ts) or YAML (yaml)?', 'ts', readFormat);
  const tenant = await choose(options.tenant, 'Who do the jobs belong to (tenant)?', 'home', readTenant);
  const fromImport = options.import ?? (asks && (await wantsImport(await importable(), choose)));
  const schedule = fromImport
    ? usualSchedule
    : await choose(undefined, 'When should the first job run (cron)?', usualSchedule, readSchedule);
  return { format, tenant, schedule, fromImport };
}

const usualSchedule = '0 2 * * *';

function readFormat(text: string): 'ts' | 'yaml' {
  if (text === 'ts' || text === 'yaml') return text;
  throw new RotaError('ROTA_USAGE', `A config is written as ts or yaml, not as \`${text}\`.`, { suggestions: ['ts', 'yaml'] });
}

function readTenant(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) && text.length <= 63) return text;
  throw new RotaError('ROTA_USAGE', `\`${text}\` cannot be a tenant: lower-case letters, digits and dashes only.`);
}

function readSchedule(text: string): string {
  parseCron(text);
  return text;
}

type Choose = (given: undefined, question: string, usual: string, read: (text: string) => boolean) => Promise<boolean>;

async function wantsImport(count: number, choose: Choose): Promise<boolean> {
  if (count === 0) return false;
  const question = `${count} ${count === 1 ? 'job of another tool runs' : 'jobs of other tools run'} here. Start from ${count === 1 ? 'it' : 'them'}?`;
  return await choose(undefined, question, 'yes', (text) => /^y(es)?$/i.test(text));
}
