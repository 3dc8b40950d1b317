import { expect, test } from 'vitest';
import { reachesOut } from './reaches-out.ts';

const v4 = (address: string, internal = false) => ({ address, family: 'IPv4', internal }) as const;
const v6 = (address: string, internal = false) => ({ address, family: 'IPv6', internal }) as const;

test.each([
  ['a loopback', { lo: [v4('127.0.0.1', true), v6('::1', true)] }, false],
  ['an adapter whose cable is out', { Ethernet: [v6('fe80::1c2d:3e4f:5a6b:7c8d'), v4('169.254.12.34')] }, false],
  ['the switch to Linux on Windows', { 'vEthernet (WSL (Hyper-V firewall))': [v6('fe80::1'), v4('172.28.96.1')] }, false],
  ['the switch to virtual machines', { 'vEthernet (Default Switch)': [v4('172.17.0.1')] }, false],
  ['a switch that has the address of the machine', { 'vEthernet (External)': [v4('192.168.1.7')] }, true],
  ['an adapter with an address', { 'WLAN 2': [v6('fe80::1'), v4('10.0.0.5')] }, true],
  ['an adapter with IPv6 alone', { Ethernet: [v6('fe80::1'), v6('fd12:3456::1')] }, true],
  ['nothing', {}, false],
] as const)('%s leads out: %j %s', (_, interfaces, expected) => expect(reachesOut(interfaces)).toBe(expected));
