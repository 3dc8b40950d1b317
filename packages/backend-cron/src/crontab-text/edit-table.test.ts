import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realWorldTable } from '../real-world-tables.test-support.ts';
import { sampleArtifact } from '../sample-entry.test-support.ts';
import { toBytesText } from './bytes-text.ts';
import { editTable } from './edit-table.ts';
import { parseTable } from './parse-table.ts';

const put = (name: string, fields?: string) => ({
  tenant: 'acme',
  name,
  content: sampleArtifact(name, fields).files[0]?.content ?? '',
});
const drop = (name: string) => ({ tenant: 'acme', name, content: null });
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
const table = fc.oneof(
  realWorldTable.map(toBytesText),
  realWorldTable.map((text) => toBytesText(text.replaceAll('\n', '\r\n'))),
  bytes,
);

describe('editing a table', () => {
  it('puts jobs in and takes them out again without a trace, whatever else is there', () => {
    fc.assert(
      fc.property(table, (before) => {
        const installed = editTable(before, 'default', [put('b'), put('a')]);
        expect(installed.includes(before)).toBe(true);
        expect(installed.endsWith('\n')).toBe(true);
        expect(editTable(installed, 'default', [put('a'), put('b')])).toBe(installed);
        expect(editTable(installed, 'default', [drop('a'), drop('b')])).toBe(before);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the blocks of two namespaces apart, in any order of coming and going', () => {
    fc.assert(
      fc.property(table, fc.boolean(), (before, firstOut) => {
        const one = editTable(before, 'one', [put('a')]);
        const two = editTable(one, 'two', [put('a', '0 5 * * *')]);
        expect(parseTable(two).filter((part) => part.kind === 'block')).toHaveLength(2);
        const [first, second] = firstOut ? ['one', 'two'] : ['two', 'one'];
        const left = editTable(two, first ?? '', [drop('a')]);
        expect(left).toContain(`# BEGIN rota ${second}`);
        expect(editTable(left, second ?? '', [drop('a')])).toBe(before);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same in whatever order jobs come', () => {
    const all = ['c', 'a', 'b'].reduce((text, name) => editTable(text, 'default', [put(name)]), 'x\n');
    expect(all).toBe(editTable('x\n', 'default', [put('a'), put('b'), put('c')]));
  });

  it('leaves what a person put into the block, and what they added after the last line', () => {
    const installed = editTable('0 1 * * * a', 'default', [put('a')]);
    const mine = installed.replace('# END', '5 5 * * * mine\n# END');
    expect(editTable(mine, 'default', [put('b')])).toContain('5 5 * * * mine\n');
    expect(editTable(`${mine}9 9 * * * more\n`, 'default', [drop('a')])).toBe('5 5 * * * mine\n0 1 * * * a\n9 9 * * * more\n');
  });
});

describe('damaged markers are refused with their line', () => {
  const block = '# BEGIN rota default\n# END rota default\n';
  it.each([
    ['begun and not ended', 'x\n# BEGIN rota default\ny\n', 2],
    ['ended and not begun', 'x\ny\n# END rota default\n', 3],
    ['doubled', `${block}x\n${block}`, 4],
    ['nested', '# BEGIN rota a\n# BEGIN rota b\n# END rota b\n# END rota a\n', 2],
    ['ended as another', '# BEGIN rota a\n# END rota b\n', 2],
    ['with carriage returns', block.replaceAll('\n', '\r\n'), 1],
    ['indented', 'x\n  # BEGIN rota default\n', 2],
    ['without a name', '# BEGIN rota\n', 1],
  ])('%s', (_what, text, line) => {
    expect(() => editTable(text, 'default', [put('a')])).toThrow(
      expect.objectContaining({ code: 'ROTA_CRONTAB_MARKERS', line, message: expect.stringContaining(`line ${line}`) }),
    );
  });
});
