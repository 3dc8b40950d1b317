import { expect, test } from 'vitest';
import { sshDestination } from './ssh-destination.ts';

const hosts = [
  { name: 'new', labels: {}, address: '10.0.0.9' },
  { name: 'nas', labels: {}, address: 'admin@nas.lan' },
  { name: 'plain', labels: {} },
];

test.each([
  ['new', '10.0.0.9'],
  ['root@new', 'root@10.0.0.9'],
  ['nas', 'admin@nas.lan'],
  ['root@nas', 'root@nas.lan'],
  ['plain', 'plain'],
  ['root@elsewhere', 'root@elsewhere'],
])('%s is %s for ssh', (machine, expected) => expect(sshDestination(machine, hosts)).toBe(expected));
