import { CommanderError } from 'commander';
import { whileSilent } from '../output/progress.ts';
import { ownFile } from '../own-file.ts';
import type { CallableGroups } from '../plugin-commands/callable-groups.ts';
import { buildProgram } from './build-program.ts';
import type { CliOptions } from './cli-options.ts';
import type { CommandContext, CommandSpec, SpecGroup } from './command.ts';
import { commandSpecs } from './command-specs.ts';
import type { Io } from './io.ts';
import { type Called, printFailure } from './print-failure.ts';

/** The whole command line as a function: resolves to the exit code, never rejects, touches no global of the process. */
export async function runCli(args: readonly string[], streams: Io): Promise<number> {
  const { io, end: endSilence } = whileSilent(streams, 'Working');
  let exitCode = 0;
  const end = args.indexOf('--');
  const json = (end === -1 ? args : args.slice(0, end)).includes('--json');
  let groups: readonly SpecGroup[] = [];
  let unread: string | undefined;
  try {
    if (args[0] === '__complete') {
      const { answerCompletion } = await import('../completion/answer.ts');
      await answerCompletion(args.slice(args[1] === '--' ? 2 : 1), io);
      return 0;
    }
    if (args.length === 0) {
      buildProgram(io, async () => undefined).outputHelp();
      return 0;
    }
    const given = withHelpLast(args);
    ({ groups, unread } = await groupsFor(given, io));
    const asked = checkedWords(withoutAlias(given, groups), groups);
    const program = buildProgram(
      io,
      async (spec, commandArgs, options) => {
        exitCode = await runCommand(spec, commandArgs, options, io);
      },
      groups,
    );
    const [word, another] = asked;
    const group = groups.find(({ name, aliases }) => word === name || aliases.includes(word ?? ''));
    if (group !== undefined && (another === undefined || another === '--json')) {
      program.commands.find((command) => command.name() === group.name)?.outputHelp();
      return 0;
    }
    program.on('option:version', () => {
      throw new CommanderError(0, 'rota.version', '');
    });
    await program.parseAsync([...asked], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      if (error.code === 'rota.version') io.out(`${await ownVersion()}\n`);
      return 0;
    }
    return await printFailure(error, { io, json, called: { ...calledCommand(args, groups), unread } });
  } finally {
    endSilence();
  }
}

/** The command that a line names, Rota's own or one of a plugin: `nix status` is two words. */
function calledCommand(args: readonly string[], groups: readonly SpecGroup[]): Called {
  const [first = '', second = ''] = withoutAlias(args, groups).filter((word) => word !== 'help');
  const group = groups.find(({ name, aliases }) => name === first || aliases.includes(first));
  if (group === undefined) {
    const names = [...commandSpecs.map(({ name }) => name), '--version'];
    return { command: commandSpecs.find(({ name }) => name === first), names };
  }
  const names = group.specs.map(({ name }) => name.slice(group.name.length + 1));
  return { command: group.specs[names.indexOf(second)], names };
}

/** What commander would answer with its whole help, or with less than can be said. @throws CommanderError */
function checkedWords(args: readonly string[], groups: readonly SpecGroup[]): readonly string[] {
  const [word = ''] = args;
  const flags = (spec: CommandSpec): readonly string[] => spec.options.flatMap((option) => option.flags.split(/[ ,]+/));
  if (word.startsWith('-') && word !== '-h' && commandSpecs.some((spec) => flags(spec).includes(word.replace(/=.*/, '')))) {
    const command = args.find(isOwn) ?? 'COMMAND';
    throw new CommanderError(1, 'rota.order', `error: options stand behind the command: rota ${command} ${word} ...`);
  }
  const bare = args.find((one) => /^--[a-z-]+=/.test(one))?.replace(/=.*/, '');
  const spec = commandSpecs.find(({ name }) => name === word);
  if (bare !== undefined && spec?.options.some((option) => option.flags.split(', ').includes(bare)))
    throw new CommanderError(1, 'rota.value', `error: ${bare} takes no value`);
  const isCommand =
    word.startsWith('-') || isOwn(word) || groups.some(({ name, aliases }) => name === word || aliases.includes(word));
  return isCommand ? args : args.filter((one) => one !== '--help' && one !== '-h');
}

/** `help nix status` is `nix status --help`: commander looks one word deep. */
function withHelpLast(args: readonly string[]): readonly string[] {
  const [first, second] = args;
  return first === 'help' && second !== undefined && !second.startsWith('-') && !isOwn(second)
    ? [...args.slice(1), '--help']
    : args;
}

/** A word of its own stands for the whole command of a plugin. */
function withoutAlias(args: readonly string[], groups: readonly SpecGroup[]): readonly string[] {
  const [word = '', ...rest] = args;
  const spec = groups.flatMap(({ specs }) => specs).find(({ aliases }) => aliases?.includes(word));
  return spec === undefined ? args : [...spec.name.split(' '), ...rest];
}

/** A config is only read for a word that is none of Rota's own: `rota help` and mistyped options stay fast. */
async function groupsFor(args: readonly string[], io: Io): Promise<CallableGroups> {
  const [word = '-'] = args;
  if (word.startsWith('-') || isOwn(word)) return { groups: [] };
  const { callableGroups } = await import('../plugin-commands/callable-groups.ts');
  return await callableGroups(args, io);
}

function isOwn(word: string): boolean {
  return word === 'help' || commandSpecs.some(({ name }) => name === word);
}

async function runCommand(spec: CommandSpec, args: readonly string[], options: CliOptions, io: Io): Promise<number> {
  const { createHost, RotaError } = await import('@rota/core');
  if (spec.load === undefined) {
    throw new RotaError('ROTA_NOT_BUILT', `\`rota ${spec.name}\` is not built yet.`, {
      suggestions: ['`rota help` lists the commands that are.'],
    });
  }
  const { createColors } = await import('picocolors').then((module) => module.default);
  const module = await spec.load();
  const env = { ...io.env, ...(options.stateDir === undefined ? {} : { ROTA_STATE_DIR: options.stateDir }) };
  let host: ReturnType<typeof createHost> | undefined;
  const context: CommandContext = {
    io,
    args,
    options,
    json: options.json === true,
    colors: createColors(io.outIsTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb'),
    host: () => (host ??= createHost({ env, ...io.host })),
    printJson: (value) => io.out(`${JSON.stringify(value, null, 2)}\n`),
    print: (line = '') => io.out(`${line}\n`),
    say: (line) => io.err(`${line}\n`),
  };
  return await module.run(context);
}

async function ownVersion(): Promise<string> {
  const { readFileSync } = await import('node:fs');
  const facts: unknown = JSON.parse(readFileSync(ownFile('package.json'), 'utf8'));
  return typeof facts === 'object' && facts !== null && 'version' in facts ? String(facts.version) : 'unknown';
}
