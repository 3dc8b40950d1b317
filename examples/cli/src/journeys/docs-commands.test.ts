import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitCommandLine } from '@rota/core';
import { repositoryRoot } from '@rota/test-support';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { specGroup } from '../plugin-commands/spec-group.ts';
import { buildProgram } from '../program/build-program.ts';
import type { SpecGroup } from '../program/command.ts';
import { ownPluginGroups } from '../testing/own-plugins.ts';
import { everyPage, fencesOf } from '../testing/page.ts';

/** Reasons for a block that no test runs. Everywhere else the reason names the test, the script or the gate that does. */
const runByNobody = [
  'a crontab, no commands',
  'a picture, no commands',
  'unit files, no commands',
  'whenever is a Ruby gem of the reader',
  'it boots a machine and takes minutes',
];
const languages = ['', 'sh', 'bash', 'shell', 'console', 'zsh', 'fish', 'powershell', 'text'];
/** A plugin that a page writes itself, what shells ask, and the name that a template gets. */
const notOurs = ['disk', '__complete', '__name__'];
/** A page that speaks of `rota run` or `rota next EXPR --count N` means the command, not a call of it. */
const spokenOf = ['missingArgument', 'optionMissingArgument', 'invalidArgument', 'help', 'helpDisplayed', 'version'];

const read = (page: string): string => readFileSync(join(repositoryRoot, page), 'utf8');
let groups: readonly SpecGroup[] = [];

beforeAll(async () => {
  groups = (await ownPluginGroups()).map(specGroup);
  expect(groups.map(({ name }) => name)).toEqual(['chezmoi', 'nix']);
});

/** Why a block is run by no test of its page. */
const reasonOf = (before: string): string | undefined => /^<!-- not run here: (.*) -->$/.exec(before)?.[1];

/** Whether the command line knows a line, its options and their values. Answers what it does not know. */
async function unknownIn(line: string): Promise<string | undefined> {
  const split = splitCommandLine(line.replace(/\s+#.*$| {2,}.*$| (?:&&|[|>&]) .*$/, ''));
  const [word = '', ...rest] = split.ok ? split.argv.slice(1) : [line];
  if (notOurs.includes(word)) return undefined;
  const alias = groups.flatMap(({ specs }) => specs).find(({ aliases }) => aliases?.includes(word));
  const words = [...(alias?.name.split(' ') ?? [word]), ...rest];
  const io = { out: () => undefined, err: () => undefined, env: {}, cwd: '/', outIsTerminal: false, errIsTerminal: false };
  const asked = { inIsTerminal: false, columns: 100, ask: async () => '', signal: new AbortController().signal, host: {} };
  const program = buildProgram({ ...io, ...asked }, async () => undefined, groups);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (!spokenOf.includes(error.code.replace('commander.', ''))) return error.message;
  }
  return undefined;
}

describe.each(everyPage())('%s', (page) => {
  // The page of commands is made from their examples, which `every-command.test.ts` holds.
  test.skipIf(page === 'docs/commands.md')('every block of commands is run, or says by whom, or why not', () => {
    for (const { language, line, before } of fencesOf(page)) {
      if (!languages.includes(language)) continue;
      expect(before, `${page}:${line}`).toMatch(/^<!-- (run|(file|output): .+|not run here: .{10,}) -->$/);
      const reason = reasonOf(before);
      if (reason === undefined) continue;
      const paths = reason.split(/[\s,;:]+/).map((word) => word.replace(/^`|`$/g, ''));
      const named = paths.filter((word) => existsSync(join(repositoryRoot, word)) && /[/.]/.test(word));
      if (!runByNobody.includes(reason)) expect(named.length, `${page}:${line}: ${reason}`).toBeGreaterThan(0);
    }
  });

  test('no line of rota in it, in a block or in passing, is unknown to the command line', async () => {
    const blocks = fencesOf(page).flatMap(({ language, text }) => (languages.includes(language) ? text.split('\n') : []));
    const passing = [...read(page).matchAll(/`(rota [^`\n]+)`/g)].map(([, line = '']) => line);
    const lines = [...blocks.filter((line) => /^rota /.test(line)), ...passing].filter((line) => !/[[\]|{}]|\.\.\./.test(line));
    const unknown: string[] = [];
    for (const line of lines) {
      const problem = await unknownIn(line);
      if (problem !== undefined) unknown.push(`${line}: ${problem}`);
    }
    expect(unknown).toEqual([]);
  });
});

test('nobody runs only what is listed here', () => {
  const reasons = everyPage().flatMap((page) => fencesOf(page).flatMap(({ before }) => reasonOf(before) ?? []));
  expect([...new Set(reasons.filter((reason) => runByNobody.includes(reason)))].sort()).toEqual([...runByNobody].sort());
});
