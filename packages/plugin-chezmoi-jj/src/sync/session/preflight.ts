import { join } from 'node:path';
import { canonicalJson, digestOf, type Host, RotaError } from '@rota/core';
import type { Chezmoi } from '../../chezmoi/chezmoi.ts';
import { lastWords } from '../../jj/last-words.ts';
import { readJson } from '../../status/read-json.ts';
import type { Place } from './place.ts';
import type { Versions } from './session.ts';

/** What the programs and their settings are, as far as a sync depends on them. */
export interface Preflight {
  readonly versions: Versions;
  /** `chezmoi`'s working tree, source folder and destination; absolute. */
  readonly tree: string;
  readonly source: string;
  readonly home: string;
  /** Whether jj knows who makes the commits. */
  readonly hasIdentity: boolean;
}

/** The facts, and whether they were asked for just now. */
interface Checked {
  readonly facts: Preflight;
  readonly isFresh: boolean;
}

/** The oldest versions that have what the sync needs; research: `files()` and the race fix of jj, `--error-on-conflict` of chezmoi. */
const oldest = { jj: [0, 41], git: [2, 41], chezmoi: [2, 71] } as const;

const template = `{{ dict "tree" .chezmoi.workingTree "source" .chezmoi.sourceDir "home" .chezmoi.destDir
  "mode" .chezmoi.config.mode "encryption" (.chezmoi.config.encryption | toString) "git" .chezmoi.config.git | toJson }}`;

interface ChezmoiFacts {
  readonly tree: string;
  readonly source: string;
  readonly home: string;
  readonly mode: string;
  readonly encryption: string;
  readonly git: Readonly<Record<string, unknown>>;
}

/**
 * Checks what no sync can work with, before anything is touched. The answer is kept until a program or a setting file changes, because asking takes
 * longer than a sync that has nothing to do.
 *
 * @throws ROTA_DOTFILES_CONFIG with the reason and the way out; ROTA_COMMAND_MISSING
 */
export async function preflight(
  host: Host,
  place: Place,
  chezmoi: Chezmoi,
  env: Host['env'],
  repoUrl: string | undefined,
): Promise<Checked> {
  const known = readJson(host.files, place.preflight);
  if (isKept(known) && known.key === keyOf(host, env, known.facts, repoUrl)) return { facts: known.facts, isFresh: false };
  const versions = {
    jj: await versionOf(host, env, 'jj'),
    git: await versionOf(host, env, 'git'),
    chezmoi: await versionOf(host, env, 'chezmoi'),
  };
  for (const program of ['jj', 'git', 'chezmoi'] as const) checkVersion(program, versions[program]);
  const folders = await readSettings(chezmoi);
  const name = await host.run({ file: 'jj', args: ['config', 'get', 'user.email'], env, cwd: host.user.home });
  const answer: Preflight = {
    versions,
    ...folders,
    hasIdentity: name.exitCode === 0 && name.stdout.trim() !== '',
  };
  return { facts: answer, isFresh: true };
}

/** Where chezmoi works. @throws ROTA_DOTFILES_CONFIG for settings that no sync can work with */
export async function readSettings(chezmoi: Chezmoi): Promise<Pick<Preflight, 'tree' | 'source' | 'home'>> {
  const facts: ChezmoiFacts = JSON.parse(await chezmoi.must(['execute-template', template], 'tell its settings'));
  checkSettings(facts);
  return { tree: facts.tree, source: facts.source, home: facts.home };
}

/** Keeps the facts for the next sync, now that the repository is open. */
export function keepPreflight(host: Host, place: Place, env: Host['env'], repoUrl: string | undefined, facts: Preflight): void {
  host.files.write(place.preflight, `${JSON.stringify({ key: keyOf(host, env, facts, repoUrl), facts })}\n`);
}

/** Changes when a program is replaced, a setting file is written, or a repository appears. */
function keyOf(host: Pick<Host, 'files' | 'user'>, env: Host['env'], facts: Preflight, repoUrl: string | undefined): string {
  const config = env.XDG_CONFIG_HOME || join(host.user.home, '.config');
  const programs = ['jj', 'git', 'chezmoi'].map((name) =>
    (env.PATH ?? '')
      .split(':')
      .map((folder) => join(folder, name))
      .find((path) => host.files.facts(path)?.kind === 'file'),
  );
  const settings = [
    ...host.files.list(join(config, 'chezmoi')).map((name) => join(config, 'chezmoi', name)),
    ...host.files.list(join(config, 'jj')).map((name) => join(config, 'jj', name)),
    join(host.user.home, '.jjconfig.toml'),
    env.JJ_CONFIG,
    join(facts.tree, '.chezmoiroot'),
    join(facts.tree, '.git', 'config'),
  ].filter((path) => path !== undefined && !/chezmoistate\.boltdb$/.test(path));
  const paths = [...programs, ...settings].filter((path) => path !== undefined);
  const stamps = paths.map((path) => {
    const found = host.files.facts(path);
    return [path, found?.size ?? null, found?.modifiedMs ?? null];
  });
  const repository = ['.jj', '.git'].map((name) => host.files.facts(join(facts.tree, name))?.kind ?? null);
  const who = [env.JJ_USER, env.JJ_EMAIL].map((value) => value ?? null);
  return digestOf(canonicalJson({ stamps, repository, who, home: host.user.home, repoUrl }));
}

function isKept(value: unknown): value is { readonly key: string; readonly facts: Preflight } {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('facts' in value)) return false;
  const { facts } = value;
  return typeof facts === 'object' && facts !== null && 'tree' in facts && 'versions' in facts && 'hasIdentity' in facts;
}

async function versionOf(host: Host, env: Host['env'], program: string): Promise<string> {
  try {
    const result = await host.run({ file: program, args: ['--version'], env, timeoutMs: 10_000 });
    const version = /(\d+\.\d+(\.\d+)*)/.exec(result.stdout)?.[1];
    if (result.exitCode === 0 && version !== undefined) return version;
    throw new RotaError('ROTA_DOTFILES_CONFIG', `${program} does not tell its version: ${lastWords(result)}`);
  } catch (cause) {
    if (!(cause instanceof RotaError) || cause.code !== 'ROTA_COMMAND_MISSING') throw cause;
    throw new RotaError('ROTA_COMMAND_MISSING', `${program} is not installed, or not on the PATH.`, {
      suggestions: [`Install ${program} ${oldest[program as keyof typeof oldest]?.join('.') ?? ''} or newer.`],
      cause,
    });
  }
}

function checkVersion(program: keyof typeof oldest, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = oldest[program];
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  const needed = program === 'git' ? ' (jj fetches with `git fetch --porcelain`)' : '';
  throw new RotaError(
    'ROTA_DOTFILES_CONFIG',
    `${program} ${version} is too old for the dotfile sync; it needs ${wantedMajor}.${wantedMinor}${needed}.`,
    { suggestions: [`Install ${program} ${wantedMajor}.${wantedMinor} or newer.`] },
  );
}

function checkSettings({ mode, encryption, git }: ChezmoiFacts): void {
  const automatic = ['autoAdd', 'autoCommit', 'autoPush'].filter(
    (name) => git[name] === true || git[name.toLowerCase()] === true,
  );
  if (automatic.length > 0) {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      `chezmoi's git.${automatic.join(', git.')} is on: it would commit with git in the middle of a sync, on a detached HEAD.`,
      {
        suggestions: [
          `Remove ${automatic.map((name) => `git.${name}`).join(', ')} from chezmoi's config; the sync commits and publishes.`,
        ],
      },
    );
  }
  if (mode === 'symlink') {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      'chezmoi is in symlink mode: dotfiles are links into the repository, so every revision that is looked at would be live at once.',
      { suggestions: ['Set mode = "file" in chezmoi\'s config, then run `chezmoi apply`.'] },
    );
  }
  if (encryption === 'transparent') {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      'chezmoi uses transparent encryption: Git filters do it, jj has none, so the plain text would be published.',
      { suggestions: ['Use encryption = "age" or "gpg", and add the files again with `chezmoi add --encrypt`.'] },
    );
  }
}
