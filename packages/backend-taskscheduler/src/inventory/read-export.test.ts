import { createHost, type Host } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeScheduler, me } from '../service/fake-scheduler.fixture.ts';
import { taskscheduler } from '../taskscheduler.ts';

const backend = taskscheduler();
const xml = (name: string | undefined, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo>${name === undefined ? '' : `<URI>${name}</URI>`}${more}</RegistrationInfo><Triggers><CalendarTrigger><StartBoundary>2024-01-01T03:00:00</StartBoundary><ScheduleByDay /></CalendarTrigger></Triggers><Principals><Principal id="Author"><UserId>${me.sid}</UserId></Principal></Principals><Settings><Enabled>true</Enabled></Settings><Actions Context="Author"><Exec><Command>C:\\tool.exe</Command></Exec></Actions></Task>`;

let host: Host;
beforeEach(() => {
  host = createHost({ stateDir: temporaryFolder(), timezone: 'Asia/Tokyo', now: () => Date.UTC(2026, 10, 29) });
});
const read = (bytes: Uint8Array, file = 'C:\\Users\\Ann\\Überblick.xml') => backend.readExport?.(host, { file, bytes }) ?? [];
const utf16 = (text: string, mark = '\ufeff'): Uint8Array => Buffer.from(mark + text, 'utf16le');

describe('a file of exported tasks', () => {
  test.each([
    // The window of Task Scheduler, and `Export-ScheduledTask | Out-File` of Windows PowerShell.
    ['in UTF-16 with a mark', utf16(xml('\\Tools\\Überblick'))],
    ['in UTF-16 without one', utf16(xml('\\Tools\\Überblick'), '')],
    ['in UTF-16, big endian', Buffer.from(utf16(xml('\\Tools\\Überblick'))).swap16()],
    // PowerShell 7.
    ['in UTF-8', Buffer.from(xml('\\Tools\\Überblick'))],
    ['in UTF-8 with a mark', Buffer.from(`\ufeff${xml('\\Tools\\Überblick')}`)],
  ])('%s is read on any system, in the zone of its machine', (_, bytes) => {
    expect(read(bytes)).toMatchObject([
      {
        id: '\\Tools\\Überblick',
        name: 'Überblick',
        reading: { trigger: { kind: 'schedule', expression: '0 3 * * *', timezone: 'Asia/Tokyo' }, command: ['C:\\tool.exe'] },
        identity: { key: '\\Tools\\Überblick' },
      },
    ]);
  });

  test('that schtasks printed holds many, named in comments, in one document or in one each', () => {
    const one = `<?xml version="1.0" encoding="UTF-16"?>\r\n<Tasks>\r\n<!-- \\One -->\r\n${xml(undefined).replace(/<\?xml.*\r\n/, '')}\r\n<!-- \\Two -->\r\n${xml(undefined).replace(/<\?xml.*\r\n/, '')}\r\n</Tasks>`;
    expect(read(Buffer.from(one)).map(({ id }) => id)).toEqual(['\\One', '\\Two']);
    const each = `\r\n<!-- \\One -->\r\n${xml(undefined)}\r\n\r\n<!-- \\Two -->\r\n${xml(undefined)}`;
    expect(read(Buffer.from(each)).map(({ id }) => id)).toEqual(['\\One', '\\Two']);
  });

  test('gives a task without a name its own', () => {
    expect(read(Buffer.from(xml(undefined)))).toMatchObject([{ id: '\\Überblick' }]);
  });

  test('has the digest that the same task has on its machine, so that it can be adopted there', async () => {
    const scheduler = fakeScheduler(() => undefined);
    scheduler.tasks.set('\\Tools\\A', xml('\\Tools\\A', '<Date>2024-05-06T07:08:09</Date>'));
    const there = await backend.inventory?.({ ...host, platform: 'win32', run: scheduler.run });
    expect(read(utf16(xml('\\Tools\\A')))[0]?.identity).toEqual(there?.[0]?.identity);
    expect(there?.[0]?.identity).toBeDefined();
  });

  test('leaves out what is Rota’s, and leaves what is disabled', () => {
    expect(read(Buffer.from(xml('\\a', '<Source>rota:1 namespace=default tenant=a job=b digest=0123</Source>')))).toEqual([]);
    expect(read(Buffer.from(xml('\\a').replace('<Enabled>true', '<Enabled>false')))).toMatchObject([
      { notAdoptable: expect.stringContaining('disabled') },
    ]);
  });

  test.each([
    // `schtasks /query /xml > FILE` in cmd.exe writes the console's code page: 0x9A is Ü in 850.
    ['a code page', Buffer.from(xml('\\\x9aberblick'), 'latin1'), /neither UTF-8 nor UTF-16/],
    ['text', Buffer.from('TaskName: x'), /no task in it/],
    ['half a task', Buffer.from(xml('\\a').slice(0, 300)), /no task in it/],
    ['damage', Buffer.from(xml('\\a').replace('</Triggers>', '')), /cannot be read/],
  ])('that is %s is refused with the reason', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
  });
});
