import { expect, test } from 'vitest';
import { zoneRoots } from '../../host/zone-roots.ts';
import { hostZone } from './host-zone.ts';

test('`local` is the zone of the host, every other name is a zone of its data', () => {
  const host = { timezone: 'Europe/Berlin', zoneRoots: zoneRoots() };
  expect([hostZone(host, 'local').name, hostZone(host, 'Asia/Tokyo').name]).toEqual(['Europe/Berlin', 'Asia/Tokyo']);
  expect(() => hostZone({ ...host, zoneRoots: ['/nowhere'] }, 'local')).toThrow('/nowhere');
});
