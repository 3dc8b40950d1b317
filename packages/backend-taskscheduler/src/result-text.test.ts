import { expect, test } from 'vitest';
import { neverStarted, resultText } from './result-text.ts';

// Microsoft, "Task Scheduler Error and Success Constants"; winerror.h; ntstatus.h. The last column: whether the program was not started at all.
test.each([
  [0, 'ended well (0)', false],
  [1, 'exit status 1', false],
  [3010, 'exit status 3010', false],
  [0x41300, 'ready to run at its next time (0x00041300)', false],
  [267009, 'running now (0x00041301)', false],
  [0x41302, 'disabled (0x00041302)', false],
  [267011, 'has not run yet (0x00041303)', false],
  [0x41306, 'was ended by the user or by its time limit (0x00041306)', false],
  [0x41325, 'queued: a start was asked for and waits (0x00041325)', false],
  [0x8004131f, 'an instance is running already (0x8004131F)', true],
  [0x8004130f, 'no account is set for it (0x8004130F)', true],
  [0x80041320, 'it runs only while its user is logged on, and nobody is (0x80041320)', true],
  [0x80041326, 'it is disabled (0x80041326)', true],
  // As COM gives it: a signed number.
  [-2147024894, 'a file was not found: the program, or the working folder (0x80070002)', true],
  [0x80070005, 'access was denied (0x80070005)', true],
  [0x800704dd, 'nobody is logged on whose rights it needs (0x800704DD)', true],
  [0x8007052e, 'the user name or password is wrong (0x8007052E)', true],
  [0x80070569, 'the account has not the right to log on this way (0x80070569)', true],
  [
    0x800710e0,
    'the operator or administrator has refused the request: a condition such as power was not met, or an instance was running (0x800710E0)',
    true,
  ],
  [0xc000013a, 'was ended by Ctrl+C or the closing of its window (0xC000013A)', false],
  [0xc0000005, 'crashed: access violation (0xC0000005)', false],
  [0x80041399, 'unknown result 0x80041399', true],
])('the result %d is told as "%s"', (code, words, never) => {
  expect(resultText(code)).toBe(words);
  expect(neverStarted(code)).toBe(never);
});
