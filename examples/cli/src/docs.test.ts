import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { commandSpecs } from './command-specs.ts';
import { cliWorkplace } from './testing/cli-workplace.ts';
import { argumentsOf, pageBlocks } from './testing/page.ts';

const pages = [
  'README.md',
  'docs/start-here.md',
  'docs/schedules-and-dst.md',
  'docs/bundles.md',
  'docs/targets.md',
  'docs/report.md',
  'docs/how-it-works.md',
  'docs/security.md',
  'docs/migrate-from-whenever.md',
  'docs/migrate-from-home-manager.md',
  'docs/writing-a-plugin.md',
];
const linked = [
  ...pages,
  'ARCHITECTURE.md',
  'AGENTS.md',
  'llms.txt',
  'CONTRIBUTING.md',
  'docs/commands.md',
  'docs/backends.md',
  'docs/writing-a-backend.md',
];

describe.each(pages)('%s', (page) => {
  test('its files are valid and its commands work, in order', async () => {
    const { write, call } = cliWorkplace();
    const blocks = pageBlocks(page);
    expect(blocks.filter(({ kind }) => kind === 'run').length).toBeGreaterThan(0);
    for (const { kind, subject, text } of blocks) {
      if (kind === 'file') write(subject, text);
      if (kind !== 'run') continue;
      for (const line of text.trim().split('\n')) {
        const { exitCode, stdout, stderr } = await call(argumentsOf(line));
        expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0);
      }
    }
  });
});

test('nothing of the page on security shows its secret: no command, no file, and not the run that uses it', async () => {
  const { write, call, folder, home } = cliWorkplace();
  const blocks = pageBlocks('docs/security.md');
  const secret = blocks.find(({ subject }) => subject === 'push.token')?.text.trim() ?? '';
  expect(secret.length).toBeGreaterThan(8);
  writeFileSync(join(home, 'push.token'), secret);
  const files = (): readonly string[] =>
    [folder, home]
      .flatMap((root) => readdirSync(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name !== 'push.token')
      .map((entry) => join(entry.parentPath, entry.name));
  for (const { kind, subject, text } of blocks) {
    if (kind === 'file') write(subject, text);
    const lines = kind === 'run' ? text.trim().split('\n') : [];
    for (const line of lines.flatMap((each) =>
      each === 'rota report --out week.html' ? ['rota run push', 'rota logs push', each] : [each],
    )) {
      const { exitCode, stdout, stderr } = await call(argumentsOf(line));
      expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0);
      expect(stdout + stderr, line).not.toContain(secret);
      if (line === 'rota logs push') expect(stdout).toMatch(/^pushing with \S+\n$/);
      for (const file of files()) expect(readFileSync(file, 'latin1'), `${line}: ${file}`).not.toContain(secret);
    }
  }
});

test('the native lines that the README shows are what is rendered', async () => {
  const { write, call } = cliWorkplace();
  for (const { kind, subject, text } of pageBlocks('README.md')) if (kind === 'file') write(subject, text);
  const block = pageBlocks('README.md').find(({ kind, subject }) => kind === 'output' && subject.startsWith('rota render'));
  const { stdout } = await call(argumentsOf(block?.subject ?? ''));
  expect(stdout).toContain(block?.text);
});

test.each(linked)('every link of %s leads somewhere', (page) => {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
    if (/^https?:/.test(target)) continue;
    expect(existsSync(join(repositoryRoot, dirname(page), target)), `${page} links to ${target}`).toBe(true);
  }
});

test('the README names exactly the commands that are not built', () => {
  const line =
    readFileSync(join(repositoryRoot, 'README.md'), 'utf8').match(/^- (.*)are known by name.*ROTA_NOT_BUILT/m)?.[1] ?? '';
  const named = [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named).toEqual(commandSpecs.filter(({ load }) => load === undefined).map(({ name }) => name));
});

test('the page for agents names only commands that there are', () => {
  const names = new Set(commandSpecs.map(({ name }) => name));
  const text = readFileSync(join(repositoryRoot, 'AGENTS.md'), 'utf8');
  for (const [, name = ''] of text.matchAll(/`rota ([a-z-]+)/g)) expect(names).toContain(name);
});
