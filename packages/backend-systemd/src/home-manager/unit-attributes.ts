import { readMark } from '../unit/mark.ts';
import type { NixSet, NixValue } from './nix-text.ts';

/**
 * A unit that this backend compiled, as the attributes that home-manager writes a unit from: sections of keys, a key that comes several times as a
 * list. Without the section that says that the unit is Rota's, since it is home-manager's; a paused job's timer is not wanted by anything.
 */
export function unitAttributes(text: string): NixSet {
  const paused = readMark(text)?.active === false;
  const sections = text
    .split(/^\[/m)
    .slice(1)
    .map((part) => ({ name: part.slice(0, part.indexOf(']')), lines: part.split('\n').slice(1) }))
    .filter(({ name }) => name !== 'X-Rota' && !(paused && name === 'Install'));
  return { set: sections.map(({ name, lines }) => [name, { set: settings(lines) }] as const) };
}

function settings(lines: readonly string[]): readonly (readonly [string, NixValue])[] {
  const values = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at), [...(values.get(line.slice(0, at)) ?? []), line.slice(at + 1)]);
  }
  return [...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? '') : all] as const);
}
