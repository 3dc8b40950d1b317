import { expect, test } from 'vitest';
import { healthFailure } from './health-failure.ts';

test.each([
  'http://nas.lan/ does not answer: getaddrinfo EAI_AGAIN nas.lan',
  'nas.lan:22 takes no connection: connect ENETUNREACH 192.0.2.1:22 - Local (0.0.0.0:0)',
  'nas.lan:22 takes no connection: connect EHOSTUNREACH 192.0.2.1:22',
  'The check curl http://nas.lan/ exited with 6: curl: (6) Could not resolve host: nas.lan',
  'The check ping nas.lan exited with 2: ping: nas.lan: Temporary failure in name resolution',
])('what found no network says nothing of the system: %s', (problem) => {
  expect(healthFailure([problem]).failureClass).toBe('network');
  // As soon as something else is wrong, it does.
  expect(healthFailure([problem, 'The unit app.service is failed (failed).']).failureClass).toBe('health');
});

test.each([
  'http://127.0.0.1/ does not answer: connect ECONNREFUSED 127.0.0.1:80',
  'nas.lan:22 does not answer within 5 s.',
  'nas.lan:80 takes no connection: connect ENETUNREACH 2001:db8::1:80 - Local (:::0), connect ECONNREFUSED 192.0.2.1:80',
  'The check curl nas.lan exited with 7: connect to 2001:db8::1: Network is unreachable; to 192.0.2.1: Connection refused',
  'http://typo.lan/ does not answer: getaddrinfo ENOTFOUND typo.lan',
])('a service that refuses or is silent, and a name that nobody has, are of the system: %s', (problem) => {
  expect(healthFailure([problem], 'After the boot: ')).toMatchObject({
    failureClass: 'health',
    message: `After the boot: ${problem}`,
  });
});
