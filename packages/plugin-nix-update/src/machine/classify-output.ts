import type { ProcessResult } from '@rota/core';
import { type FailureClass, UpdateFailure } from '../failure.ts';

/** Exit 0 with one of these means that the network was not reached and something older was taken (nix #8348, nixpkgs #274146). */
const staleMarkers = [
  'could not update local clone',
  'continuing with the most recent version',
  'using cached version',
  'using expired cached ref',
  'could not get HEAD ref',
];

// The first that matches decides: a full disk shows up in any step, and a failed fetch ends in a message of git.
const signs: readonly (readonly [FailureClass, RegExp])[] = [
  ['disk', /No space left on device|Out of diskspace|Disk quota exceeded/],
  [
    'network',
    /unable to download|Could ?n[o']t resolve host|Could ?n[o']t connect|Failed to connect|Connection refused|Connection timed out|Could not read from remote repository|Network is unreachable|some substitutes for the outputs/i,
  ],
  ['hash', /hash mismatch in fixed-output derivation/],
  ['timeout', /timed out after \d+ seconds/],
  ['interrupted', /interrupted by the user/],
  [
    'config',
    /does not provide attribute|could not find a flake\.nix|does not match any input of this flake|is disabled; (use|add)/,
  ],
  [
    'git',
    /Author identity unknown|index\.lock|dubious ownership|is not owned by current user|Not a git repository|program 'git' failed with exit code/i,
  ],
];

export function staleMarker(stderr: string): string | undefined {
  return staleMarkers.find((marker) => stderr.includes(marker));
}

/** The class of a failed call, from its text alone; `fallback` where nothing is recognised. */
export function classOfOutput(text: string, fallback: FailureClass): FailureClass {
  return signs.find(([, sign]) => sign.test(text))?.[0] ?? fallback;
}

/** The failure of a call that did not exit 0. */
export function failureOf(result: ProcessResult, fallback: FailureClass, what: string): UpdateFailure {
  const text = withoutColour(`${result.stderr}\n${result.stdout}`);
  if (result.timedOut) return new UpdateFailure('timeout', `${what} took too long and was ended.`, { output: tail(text) });
  if (result.signal !== null)
    return new UpdateFailure('interrupted', `${what} was ended by ${result.signal}.`, { output: tail(text) });
  const failureClass = classOfOutput(text, fallback);
  // git says only in the line of the branch why it was not taken.
  const [said] = text.match(/(?<=^ ! )\[(?:remote )?rejected\].+$|(?<=^error:\s*)\S.*$/m) ?? [];
  const reason = said?.replace(/\s+/g, ' ') ?? text.trim().split('\n').at(-1) ?? '';
  return new UpdateFailure(failureClass, `${what} failed (exit ${result.exitCode}): ${reason.trim()}`, { output: tail(text) });
}

/** nix colours sizes even with NO_COLOR. */
export function withoutColour(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

const tailLength = 4000;

function tail(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= tailLength ? trimmed : `...${trimmed.slice(-tailLength)}`;
}
