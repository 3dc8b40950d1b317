import { expect, test } from 'vitest';
import { printInventory } from './import-text.ts';

test('what is to be said of many entries is said once', () => {
  const entry = (id: string) => ({ backend: 'cron', id, owner: 'root', text: `${id} text` });
  const system = 'It belongs to the system.';
  const lines: string[] = [];
  const print = (line = ''): void => void lines.push(line);
  printInventory({ print, say: print, io: { columns: 80 } }, [
    { entry: entry('/etc/crontab:1'), manifest: null, left: system },
    { entry: entry('/etc/crontab:2'), manifest: null, left: 'It is another one.' },
    { entry: entry('/etc/crontab:3'), manifest: null, left: system },
  ]);
  expect(lines.slice(4)).toEqual([
    '',
    'cron /etc/crontab:1',
    'cron /etc/crontab:3',
    `  ${system}`,
    '',
    'cron /etc/crontab:2',
    '  It is another one.',
  ]);
});
