import { type Command, changes, reads } from './command.ts';

// The calls of nix. LC_ALL=C and NO_COLOR=1 are in the environment of all of them.

export const nixVersion = (): Command => reads('nix', '--version');

/** Whether `nix flake update` takes names of inputs, and the flake as an option: from 2.19 on. Debian 12 has 2.8, Ubuntu 24.04 has 2.18. */
export function namesInputs(version: string): boolean {
  const [major = 3, minor = 0] = /(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return major > 2 || (major === 2 && minor >= 19);
}

/** Updates all inputs, or those that are named. */
export const updateFlake = (folder: string, inputs: readonly string[]): Command =>
  changes('nix', 'flake', 'update', ...inputs, '--flake', folder);

/** The same for nix before 2.19. */
export const updateFlakeOfOldNix = (folder: string, inputs: readonly string[]): Command =>
  inputs.length === 0
    ? changes('nix', 'flake', 'update', folder)
    : changes('nix', 'flake', 'lock', folder, ...inputs.flatMap((input) => ['--update-input', input]));

/** One evaluation that answers both paths. An attribute set with `outPath` would print as that path alone. */
export const evaluateSystem = (folder: string, attribute: string): Command =>
  changes(
    'nix',
    'eval',
    '--json',
    `${folder}#${attribute}`,
    '--apply',
    'system: { derivation = system.drvPath; output = system.outPath; }',
    '--no-update-lock-file',
  );

/** Says on standard error what would be built and fetched. */
export const previewBuild = (derivation: string): Command => ({
  ...reads('nix-store', '--realise', '--dry-run', derivation),
  wholeOutput: true,
});

/** `nix-store` tells by its exit code why a build failed, `nix build` does not. The root keeps the result from the garbage collector. */
export const buildSystem = (derivation: string, root: string): Command =>
  changes('nix-store', '--realise', derivation, '--add-root', root, '--indirect');

/** A system that is in the store already, kept from the garbage collector. */
export const keepPath = (path: string, root: string): Command =>
  changes('nix-store', '--realise', path, '--add-root', root, '--indirect');

export const closureDifference = (before: string, after: string): Command =>
  reads('nix', 'store', 'diff-closures', before, after);

/** By store path: `--rollback` could land on a generation that was rejected before. */
export const setProfile = (profile: string, path: string): Command => changes('nix-env', '--profile', profile, '--set', path);
