import { type ProcessRequest, type ProcessResult, type ProcessRunner, RotaError } from '@rota/core';
import { runPowerShell } from '../testing/power-shell.fixture.ts';
import { Thrown } from '../testing/power-shell-values.fixture.ts';
import { decodeTaskXml } from '../xml/encode-task-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';
import type { ScriptRequest } from './power-shell.ts';
import { powerShellScript } from './power-shell-script.ts';
import { scheduleService, type TaskStore } from './schedule-service.fixture.ts';

/**
 * For tests: a Task Scheduler in this process, behind the two programs that Rota calls. It keeps XML as Windows exports it (another order, defaults added, the user
 * as a SID), refuses what the schema refuses in count and names, and never starts anything. The script for PowerShell runs, in an interpreter of ours. All of it
 * is written from the documentation: it shows that Rota's side of the conversation is consistent, not that Windows agrees. `says` is printed by every call of
 * schtasks, whether it succeeds or not.
 */
export interface FakeScheduler extends TaskStore {
  readonly run: ProcessRunner;
  /** What was called: program and, for PowerShell, the operation. */
  readonly calls: string[];
  /** Makes the registration of a task fail with a code. */
  readonly failing: Map<string, number>;
  /** From now on nothing can be read. */
  broken: boolean;
  /** From now on every change is answered with success, and not made. */
  deaf: boolean;
}

/** Who uses this Windows. */
export const me = { sid: 'S-1-5-21-1004336348-1177238915-682003330-1001', name: 'pc\\ann' };

/** about_Language_Modes. */
const constrained =
  'Cannot invoke method. Method invocation is supported only on core types in this language mode.\r\nAt line:3 char:3\r\n';

export function fakeScheduler(
  readFile: (path: string) => Uint8Array | undefined,
  options: { readonly powershell?: boolean | 'blocked' | 'constrained'; readonly says?: string } = {},
): FakeScheduler {
  const tasks = new Map<string, string>();
  const folders = new Set<string>();
  const calls: string[] = [];
  const failing = new Map<string, number>();
  const results = new Map<string, number>();
  const ok = (stdout = ''): ProcessResult => ({ exitCode: 0, signal: null, stdout, stderr: '', timedOut: false });
  const bad = (stderr: string, exitCode = 1): ProcessResult => ({ exitCode, signal: null, stdout: '', stderr, timedOut: false });
  /** As `/hresult` asks for. */
  const refused = (args: readonly string[], code: number): ProcessResult =>
    bad(options.says ?? '', args.includes('/hresult') ? code : 1);

  const register = (path: string, xml: string): number => {
    const code = failing.get(path) ?? problemOf(xml);
    if (code !== 0 || scheduler.deaf) return code;
    tasks.set(path, exported(path, xml));
    for (let at = parent(path); at !== ''; at = parent(at)) folders.add(at);
    return 0;
  };
  const remove = (path: string): number => {
    if (!tasks.has(path)) return 0x80070002;
    if (scheduler.undeletable.has(path)) return 0x80070005;
    if (!scheduler.deaf) tasks.delete(path);
    return 0;
  };
  const switchTask = (path: string, on: boolean): number => {
    const xml = tasks.get(path);
    if (xml === undefined) return 0;
    const code = failing.get(path) ?? 0;
    if (code === 0) tasks.set(path, switched(xml, on));
    return code;
  };
  async function script(stdin: string): Promise<ProcessResult> {
    const request: ScriptRequest = JSON.parse(Buffer.from(stdin.split('\n')[0] ?? '', 'base64').toString());
    calls.push(`powershell ${request.op}`);
    try {
      return ok(await runPowerShell(powerShellScript, { stdin, user: me, comObject: () => scheduleService(scheduler) }));
    } catch (error) {
      if (error instanceof Thrown) return bad(error.message);
      throw error;
    }
  }

  const run: ProcessRunner = async ({ file, args, input }: ProcessRequest) => {
    if (scheduler.broken && (file === 'powershell.exe' || args.join(' ').includes('/query'))) return bad(options.says ?? '');
    if (file === 'cmd.exe')
      return await run({ file: 'schtasks.exe', args: (args.at(-1) ?? '').split('schtasks.exe ')[1]?.split(' ') ?? [] });
    if (file === 'powershell.exe') {
      if (options.powershell === false) throw new RotaError('ROTA_COMMAND_MISSING', 'The program powershell.exe was not found.');
      // CreateProcess refuses it, as by a software restriction policy.
      if (options.powershell === 'blocked')
        throw new RotaError('ROTA_COMMAND_FAILED', 'The program powershell.exe could not be started: spawn UNKNOWN');
      if (options.powershell === 'constrained') return bad(constrained);
      if (args.at(-1) !== powerShellScript) return bad('unknown script');
      return await script(String(input));
    }
    if (file === 'whoami.exe') return ok(`"${me.name}","${me.sid}"\r\n`);
    if (file !== 'schtasks.exe') throw new RotaError('ROTA_COMMAND_MISSING', `The program ${file} was not found.`);
    calls.push(`schtasks ${args[0]}`);
    const value = (name: string): string => args[args.indexOf(name) + 1] ?? '';
    const path = value('/tn');
    switch (args[0]) {
      case '/?':
        return ok();
      case '/query':
        return ok(
          `<?xml version="1.0" encoding="UTF-16"?>\r\n<Tasks>\r\n${[...tasks].map(([name, xml]) => `<!-- ${name} -->\r\n${xml}`).join('\r\n')}</Tasks>`,
        );
      case '/create': {
        if (tasks.has(path) && !args.includes('/f')) return refused(args, 0x800700b7);
        const bytes = readFile(value('/xml'));
        if (bytes === undefined || bytes[0] !== 0xff || bytes[1] !== 0xfe) return refused(args, 0x8004131a);
        const code = scheduler.register(path, decodeTaskXml(bytes));
        return code === 0 ? ok(options.says) : refused(args, code);
      }
      case '/change': {
        const code = tasks.has(path) ? switchTask(path, !args.includes('/disable')) : 0x80070002;
        return code === 0 ? ok(options.says) : refused(args, code);
      }
      case '/delete': {
        const code = remove(path);
        return code === 0 ? ok(options.says) : refused(args, code);
      }
      default:
        return bad(options.says ?? '');
    }
  };
  const scheduler: FakeScheduler = {
    run,
    tasks,
    folders,
    keptFolders: new Set(),
    facts: new Map(),
    results,
    calls,
    failing,
    register,
    remove,
    switchTask,
    broken: false,
    deaf: false,
    undeletable: new Set(),
    damaged: new Set(),
  };
  return scheduler;
}

/** Only the flag of the settings changes. */
function switched(xml: string, on: boolean): string {
  return xml.replace(/<Settings>[\s\S]*?<\/Settings>/, (settings) =>
    settings.includes('<Enabled>')
      ? settings.replace(/<Enabled>\w+<\/Enabled>/, `<Enabled>${on}</Enabled>`)
      : settings.replace('</Settings>', `<Enabled>${on}</Enabled></Settings>`),
  );
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('\\'));
}

function problemOf(xml: string): number {
  try {
    const task = readXml(xml);
    const triggers = child(task, 'Triggers')?.children ?? [];
    if (triggers.length > 48) return 0x8004131d;
    // Anybody's logon is a matter of administrators.
    if (triggers.some((trigger) => trigger.name === 'LogonTrigger' && textAt(trigger, 'UserId') === undefined)) return 0x80070005;
    if (textAt(task, 'Actions', 'Exec', 'Command') === undefined) return 0x80041319;
    return 0;
  } catch {
    return 0x8004131a;
  }
}

/** As the exporter writes it: Date and SID added, triggers with Repetition first and Enabled last, what is default left out, another name for the namespace. */
function exported(path: string, xml: string): string {
  const task = readXml(xml);
  const write = (element: XmlElement): string => {
    const inner =
      element.name.endsWith('Trigger') && element.name !== 'Trigger'
        ? [...element.children].sort((a, b) => rank(a.name) - rank(b.name))
        : element.children;
    const kept = inner.filter(
      ({ name, text }) => !(name === 'RunLevel' && text === 'LeastPrivilege') && !(name === 'Hidden' && text === 'false'),
    );
    const once = (name: string, text: string): string => (textAt(element, name) === undefined ? text : '');
    const extra =
      element.name === 'RegistrationInfo'
        ? once('Date', '<Date>2026-11-21T10:00:00.0000000</Date>')
        : element.name === 'Principal' && textAt(element, 'UserId') === undefined
          ? `<UserId>${me.sid}</UserId>`
          : element.name === 'IdleSettings'
            ? once('Duration', '<Duration>PT10M</Duration>\r\n<WaitTimeout>PT1H</WaitTimeout>')
            : '';
    const attributes = Object.entries(element.attributes)
      .map(([name, text]) => ` ${name}="${text}"`)
      .join('');
    const content = [extra, ...kept.map(write)].filter((text) => text !== '').join('\r\n');
    return `<${element.name}${attributes}>${content}${escapeText(element.text)}</${element.name}>`;
  };
  return path === '' ? '' : `<?xml version="1.0" encoding="UTF-16"?>\r\n${write(task)}`;
}

function rank(name: string): number {
  return name === 'Repetition' ? 0 : name === 'StartBoundary' ? 1 : name === 'Enabled' ? 2 : 3;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
