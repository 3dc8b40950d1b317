import { expect, test } from 'vitest';
import { commandSpecs } from '../program/command-specs.ts';
import { cliWorkplace } from '../testing/cli-workplace.ts';

const { call } = cliWorkplace();
const pages = [['--help'], ...commandSpecs.map(({ name }) => ['help', name])];

/** Lines to be copied, terms of a list that stand alone, and single words are not broken. */
const isWhole = (line: string): boolean => /^ {2}\$ |^Usage: |^ {2}(-\S+, )?\S+( [<[]\S+)*$|^ *\S+$/.test(line);

test.each([40, 50, 59, 80, 130])('on a terminal of %i columns no sentence of the help passes its edge', async (columns) => {
  for (const page of pages) {
    const { stdout } = await call(page, { columns });
    const long = stdout.split('\n').filter((line) => line.length > columns && !isWhole(line));
    expect(long, `rota ${page.join(' ')}`).toEqual([]);
  }
});

test('a text stands beside its option where there is room, else below it', async () => {
  expect((await call(['help', 'next'], { columns: 100 })).stdout).toContain('\n  --job <name>        of this declared job,');
  expect((await call(['help', 'next'], { columns: 50 })).stdout).toContain(
    '\n  --job <name>\n      of this declared job, whatever its name\n      looks like\n',
  );
});
