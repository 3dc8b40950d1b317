import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from './create-host.ts';

const user = { name: 'ann', uid: 1000, home: '/home/ann' };

test.each([
  ['the XDG folder', { XDG_STATE_HOME: '/data/state' }, '/data/state/rota'],
  ['the usual folder without one', {}, '/home/ann/.local/state/rota'],
  ['the usual folder where that is empty or relative', { XDG_STATE_HOME: 'state' }, '/home/ann/.local/state/rota'],
  ['what ROTA_STATE_DIR says', { ROTA_STATE_DIR: 'here', XDG_STATE_HOME: '/data/state' }, resolve('here')],
])('the state is in %s', (_, env, stateDir) => {
  expect(createHost({ platform: 'linux', user, env }).stateDir).toBe(stateDir);
});

test('the state of Windows is where programs keep what stays on the machine', () => {
  const env = { LOCALAPPDATA: '/users/ann/local', XDG_STATE_HOME: '/data/state' };
  expect(createHost({ platform: 'win32', user, env }).stateDir).toBe('/users/ann/local/rota');
  expect(createHost({ platform: 'win32', user, env: {} }).stateDir).toBe('/home/ann/AppData/Local/rota');
});

test('the home of a user of Windows is their profile, whatever a shell calls HOME', () => {
  const env = { HOME: '/elsewhere' };
  expect(createHost({ platform: 'win32', env }).user.home).toBe(userInfo().homedir);
  expect(createHost({ platform: 'linux', env }).user.home).toBe('/elsewhere');
});
