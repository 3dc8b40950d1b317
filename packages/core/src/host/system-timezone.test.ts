import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeFiles } from './node-files.ts';
import { systemTimezone } from './system-timezone.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => void rmSync(folder, { recursive: true })));

/** The files of another machine, whose root is a folder of this one. */
function machine(facts: { link?: string; copy?: string; timezone?: string; systemd?: boolean }) {
  const root = mkdtempSync(join(tmpdir(), 'rota-zone-'));
  folders.push(root);
  mkdirSync(join(root, 'etc'));
  if (facts.systemd) mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  if (facts.link !== undefined) symlinkSync(facts.link, join(root, 'etc/localtime'));
  if (facts.copy !== undefined) writeFileSync(join(root, 'etc/localtime'), facts.copy);
  if (facts.timezone !== undefined) writeFileSync(join(root, 'etc/timezone'), facts.timezone);
  const { readLink, readText, readBytes, facts: factsOf } = nodeFiles;
  const at =
    <T>(read: (path: string) => T) =>
    (path: string) =>
      read(join(root, path));
  return { readLink: at(readLink), readText: at(readText), readBytes: at(readBytes), facts: at(factsOf) };
}

describe('the zone of the schedulers', () => {
  const paris = '/usr/share/zoneinfo/Europe/Paris';
  test.each([
    ['TZ, in a container', { link: paris }, { TZ: 'Asia/Tokyo' }, 'Asia/Tokyo'],
    ['TZ with a colon', {}, { TZ: ':Asia/Tokyo' }, 'Asia/Tokyo'],
    ['TZ as a path', {}, { TZ: ':/usr/share/zoneinfo/Asia/Tokyo' }, 'Asia/Tokyo'],
    [
      'the machine, not the TZ of a login, where systemd runs',
      { link: paris, systemd: true },
      { TZ: 'Asia/Tokyo' },
      'Europe/Paris',
    ],
    ['the machine when TZ is empty', { link: paris }, { TZ: '' }, 'Europe/Paris'],
    [
      '/etc/localtime',
      { link: '../usr/share/zoneinfo/America/Argentina/Salta', timezone: 'Asia/Tokyo\n' },
      {},
      'America/Argentina/Salta',
    ],
    ['NixOS', { link: '/etc/zoneinfo/Europe/Berlin' }, {}, 'Europe/Berlin'],
    ['/etc/timezone', { copy: 'TZif2', timezone: 'Europe/Madrid\n' }, {}, 'Europe/Madrid'],
    ['nothing at all', {}, {}, 'UTC'],
  ])('comes from %s', (_, facts, env, zone) => {
    expect(systemTimezone(machine(facts), env)).toBe(zone);
  });

  test('has no name when /etc/localtime is a bare copy', () => {
    expect(() => systemTimezone(machine({ copy: 'TZif2' }), {})).toThrow(expect.objectContaining({ code: 'ROTA_ZONE_DATA' }));
  });
});
