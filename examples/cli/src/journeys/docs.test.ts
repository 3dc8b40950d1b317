import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commandSpecs } from '../program/command-specs.ts';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { argumentsOf, everyPage, pageBlocks, pagesWithRepository } from '../testing/page.ts';

/** All that have a block to run, but for those of a test of its own, which makes the repository that they speak of. */
const pages = everyPage().filter(
  (page) => !pagesWithRepository.includes(page) && pageBlocks(page).some(({ kind }) => kind === 'run'),
);

describe.each(pages)('%s', (page) => {
  test('its files are valid and its commands work, in order', async () => {
    const { write, call } = cliWorkplace();
    const blocks = pageBlocks(page);
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
  const files = (): readonly (readonly [string, string])[] => {
    try {
      return [folder, home]
        .flatMap((root) => readdirSync(root, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name !== 'push.token')
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file, readFileSync(file, 'latin1')]);
    } catch (error) {
      // The runner gives its locks back a moment after the run has ended.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return files();
      throw error;
    }
  };
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
      for (const [file, content] of files()) expect(content, `${line}: ${file}`).not.toContain(secret);
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

test.each([...everyPage(), 'llms.txt'])('every link of %s leads somewhere', (page) => {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  for (const [, target = '', heading] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
    if (/^https?:/.test(target)) continue;
    const linked = target === '' ? page : join(dirname(page), target);
    expect(existsSync(join(repositoryRoot, linked)), `${page} links to ${target}`).toBe(true);
    if (heading !== undefined) expect(headingsOf(linked), `${page} links to ${target}#${heading}`).toContain(heading);
  }
});

/** The headings of a page as the addresses that GitHub gives them. */
function headingsOf(page: string): readonly string[] {
  const headings = readFileSync(join(repositoryRoot, page), 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('the workflow for GitHub has all of the repository wherever it asks rota, and every variable that it names', () => {
  const [, text = ''] =
    /```yaml\n(# GitHub Actions[\s\S]*?)```/.exec(readFileSync(join(repositoryRoot, 'docs/targets.md'), 'utf8')) ?? [];
  const jobs: readonly WorkflowJob[] = Object.values(parse(text));
  expect(jobs).toHaveLength(2);
  for (const { env = {}, steps } of jobs) {
    expect(steps[0]).toMatchObject({ uses: expect.stringMatching(/^actions\/checkout@/), with: { 'fetch-depth': 0 } });
    const runs = steps.map(({ run = '' }) => run).join('\n');
    expect(runs).toContain('rota targets');
    for (const [, name = ''] of runs.matchAll(/\$([A-Z_]+)/g)) expect([...Object.keys(env), 'GITHUB_OUTPUT']).toContain(name);
  }
});

interface WorkflowJob {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly with?: object; readonly run?: string }[];
}

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
