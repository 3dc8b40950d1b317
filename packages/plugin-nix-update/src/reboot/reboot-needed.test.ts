import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { rebootNeed } from './reboot-needed.ts';

const same = { kernel: '6.1', initrd: '6.1', 'kernel-modules': '6.1' };

function systems(
  booted: Readonly<Record<string, string>>,
  target: Readonly<Record<string, string>>,
  files: readonly [string, string, string][] = [],
) {
  const root = temporaryFolder();
  for (const [name, parts] of Object.entries({ booted, target })) {
    mkdirSync(join(root, name), { recursive: true });
    for (const [part, version] of Object.entries(parts)) {
      writeFileSync(join(root, `${part}-${version}`), '');
      symlinkSync(join(root, `${part}-${version}`), join(root, name, part));
    }
  }
  for (const [system, name, text] of files) writeFileSync(join(root, system, name), text);
  return rebootNeed(nodeFiles, { kind: 'nixos', booted: join(root, 'booted') }, join(root, 'target'));
}

test.each([
  ['nothing differs', same, same, [], false],
  ['another kernel', same, { ...same, kernel: '6.2' }, ['kernel'], true],
  ['another initrd alone', same, { ...same, initrd: '6.2' }, ['initrd'], true],
  ['other modules alone', same, { ...same, 'kernel-modules': '6.2' }, ['kernel-modules'], true],
  ['another systemd', { ...same, systemd: '257' }, { ...same, systemd: '258' }, ['systemd'], true],
  ['a systemd link on one side only', same, { ...same, systemd: '258' }, [], false],
])('%s', (_, booted, target, reasons, needed) => {
  expect(systems(booted, target)).toEqual({ needed, reasons });
});

test('a container without a kernel of its own cannot be told: two empty answers are not the same', () => {
  expect(systems({}, {})).toEqual({ needed: null, reasons: expect.arrayContaining(['kernel cannot be compared']) });
});

test('kernel parameters and the triggers that both sides have count; a new kind of trigger does not', () => {
  expect(
    systems(same, same, [
      ['booted', 'kernel-params', 'quiet'],
      ['target', 'kernel-params', 'debug'],
    ]),
  ).toMatchObject({ needed: true });
  const triggers = (before: object, after: object) =>
    systems(same, same, [
      ['booted', 'reboot-triggers', JSON.stringify(before)],
      ['target', 'reboot-triggers', JSON.stringify(after)],
    ]);
  expect(triggers({ firmware: '1' }, { firmware: '2' })).toEqual({ needed: true, reasons: ['firmware'] });
  expect(triggers({ firmware: '1' }, { firmware: '1', microcode: '2' })).toEqual({ needed: false, reasons: [] });
});

test('a home never needs one', () => {
  expect(rebootNeed(nodeFiles, { kind: 'home-manager', booted: null }, '/x')).toEqual({ needed: false, reasons: [] });
});
