import { expect, test } from 'vitest';
import { classOfOutput, failureOf, staleMarker } from './classify-output.ts';

// The texts are those of nix 2.8 and 2.34 and of git 2.39, as they were seen; the two last markers are from issues (nix #8348).
test.each([
  ['network', "error: unable to download 'https://api.github.com/x': Couldn't resolve host name (6)"],
  ['network', "fatal: unable to access 'http://x/': Failed to connect to 127.0.0.1 port 8471"],
  ['network', 'fatal: unable to access: Could not resolve host: example.org'],
  ['network', "error: some substitutes for the outputs of derivation 'x' failed (usually happens due to networking issues)"],
  ['disk', 'error: writing to file: No space left on device'],
  ['disk', "sha1 file '.git/index.lock' write error. Out of diskspace"],
  ['hash', "error: hash mismatch in fixed-output derivation 'x'"],
  ['config', "error: flake 'x' does not provide attribute 'y'"],
  ['config', "error: experimental Nix feature 'nix-command' is disabled; use '--extra-experimental-features nix-command'"],
  ['git', "error: program 'git' failed with exit code 128"],
  ['git', "error: repository path '/home/x' is not owned by current user"],
  ['git', 'Author identity unknown'],
  ['evaluation', 'error: undefined variable'],
])('%s: %s', (expected, text) => {
  expect(classOfOutput(text, 'evaluation')).toBe(expected);
});

test.each([
  "warning: could not update local clone of Git repository 'x'; continuing with the most recent version",
  "warning: error: unable to download 'x'; using cached version",
  "warning: using expired cached ref 'x'",
  'warning: could not get HEAD ref',
])('exit 0 with %j is stale', (text) => {
  expect(staleMarker(text)).toBeDefined();
  expect(staleMarker('warning: updating lock file')).toBeUndefined();
});

test('a failure carries the reason that nix gives, without colour, and how the program ended', () => {
  const result = { exitCode: 1, signal: null, stdout: '', stderr: '\u001b[31merror:\u001b[0m boom\n', timedOut: false };
  expect(failureOf(result, 'build', 'The build')).toMatchObject({
    failureClass: 'build',
    message: 'The build failed (exit 1): boom',
  });
  expect(failureOf({ ...result, timedOut: true }, 'build', 'x').failureClass).toBe('timeout');
  expect(failureOf({ ...result, exitCode: null, signal: 'SIGTERM' }, 'build', 'x').failureClass).toBe('interrupted');
});

test('a push that is refused carries why, not only that it was', () => {
  const stderr =
    "To /srv/origin.git\n ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs to '/srv/origin.git'\n";
  const result = { exitCode: 1, signal: null, stdout: '', stderr, timedOut: false };
  expect(failureOf(result, 'git', 'git push').message).toBe('git push failed (exit 1): [rejected] main -> main (fetch first)');
});
