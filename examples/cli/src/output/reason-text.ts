import type { ReasonKind, TargetReason } from '@rota/core';

const words: Readonly<Record<ReasonKind, (reason: TargetReason) => string>> = {
  added: ({ path, hint }) => `${shown(path)} is new (${hint})`,
  changed: ({ path, hint }) => `${shown(path)} has changed (${hint})`,
  deleted: ({ path, hint }) => `${shown(path)} is gone (${hint})`,
  renamed: ({ path, hint, other }) => `${shown(path)} was ${shown(other ?? null)} (${hint})`,
  'moved-away': ({ path, hint, other }) => `${shown(path)} is ${shown(other ?? null)} now (${hint})`,
  submodule: ({ path, hint }) => `the submodule ${shown(path)} has moved on, and its commits are not here (${hint})`,
  'flake-input': ({ path, hint }) => `the input ${hint} has changed in ${shown(path)}`,
  'flake-lock': ({ path }) => `${shown(path)} has changed and cannot be understood`,
  'never-built': () => 'nothing that was built is recorded',
  history: () => 'the revision that was built is not in the repository any more',
  attr: () => 'it is another attribute than what was built',
  dependency: ({ hint }) => `it is built from ${hint}`,
  asked: () => 'it was asked for',
  'stale-hint': () => 'it would be another artifact, though no hint matches what changed: its hints lack something',
  'unsupported-system': () => 'it has no attribute for this system',
  undeployed: () => 'what is built does not run there',
  'deploy-interrupted': () => 'a deployment was cut off',
};

/** Why a target is built or deployed again, in words. */
export function reasonText(reason: TargetReason): string {
  return words[reason.kind](reason);
}

/** A path may hold line breaks, and what else a terminal would obey. */
function shown(path: string | null): string {
  const text = path ?? '';
  return /[\p{Cc}"]/u.test(text) ? JSON.stringify(text) : text;
}
