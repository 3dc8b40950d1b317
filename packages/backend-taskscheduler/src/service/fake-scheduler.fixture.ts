import { type ProcessRequest, type ProcessResult, type ProcessRunner, RotaError } from '@rota/core';
import { decodeTaskXml } from '../xml/encode-task-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';
import type { ScriptRequest } from './power-shell.ts';
import { encodedScript } from './power-shell-script.ts';

/**
 * For tests: a Task Scheduler in this process, behind the two programs that Rota calls. It keeps XML as Windows exports it (another order, defaults added, the user
 * as a SID), refuses what the schema refuses in count and names, and never starts anything. It is written from the documentation: it
 * shows that Rota's side of the conversation is consistent, not that Windows agrees. `says` is printed by every call of schtasks, whether it succeeds or not.
 */
export interface FakeScheduler {
  readonly run: ProcessRunner;
  /** Exported XML by full name. */
  readonly tasks: Map<string, string>;
  readonly folders: Set<string>;
  /** What was called: program and, for PowerShell, the operation. */
  readonly calls: string[];
  /** Makes the registration of a task fail with a code. */
  readonly failing: Map<string, number>;
  /** Results as `LastTaskResult` would give them. */
  readonly results: Map<string, number>;
  /** From now on nothing can be read. */
  broken: boolean;
}

/** Who uses this Windows. */
export const me = { sid: 'S-1-5-21-1004336348-1177238915-682003330-1001', name: 'pc\\ann' };

/** about_Language_Modes; as CLIXML, which `-EncodedCommand` brings. */
const constrained =
  '#< CLIXML\r\n<Objs Version="1.1.0.1"><S S="Error">Cannot invoke method. Method invocation is supported only on core types in this language mode._x000D__x000A_</S></Objs>';

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
    if (code !== 0) return code;
    tasks.set(path, exported(path, xml));
    for (let at = parent(path); at !== ''; at = parent(at)) folders.add(at);
    return 0;
  };
  const switchTask = (path: string, kind: 'enable' | 'disable'): number => {
    const xml = tasks.get(path);
    if (xml === undefined) return 0;
    const code = failing.get(path) ?? 0;
    if (code === 0) tasks.set(path, switched(xml, kind === 'enable'));
    return code;
  };
  const tidy = (from: string): void => {
    for (let at = from; at.startsWith('\\Rota'); at = parent(at)) {
      if ([...tasks.keys(), ...folders].some((path) => path.startsWith(`${at}\\`))) return;
      folders.delete(at);
    }
  };

  function script(request: ScriptRequest): unknown {
    calls.push(`powershell ${request.op}`);
    switch (request.op) {
      case 'read': {
        const inside = [...tasks].filter(([path]) => request.folder === '\\' || path.startsWith(`${request.folder}\\`));
        return { ok: true, tasks: inside.map(([path, xml]) => ({ path, xml })) };
      }
      case 'account':
        return { ok: true, ...me };
      case 'facts':
        return {
          ok: true,
          tasks: request.paths
            .filter((path) => tasks.has(path))
            .map((path) => ({ path, running: false, lastRun: null, lastResult: results.get(path) ?? 0x41303, nextRun: null })),
        };
      case 'change': {
        const before = new Map(tasks);
        for (const step of request.steps) {
          const code =
            step.kind === 'register'
              ? register(step.path, step.xml ?? '')
              : step.kind === 'delete'
                ? 0
                : switchTask(step.path, step.kind);
          if (step.kind === 'delete') {
            tasks.delete(step.path);
            tidy(parent(step.path));
          }
          if (code === 0) continue;
          tasks.clear();
          for (const [path, xml] of before) tasks.set(path, xml);
          tidy(parent(step.path));
          return {
            ok: false,
            path: step.path,
            code: `0x${code.toString(16).toUpperCase()}`,
            message: options.says ?? '',
            undone: true,
          };
        }
        return { ok: true };
      }
    }
  }

  const run: ProcessRunner = async ({ file, args, input }: ProcessRequest) => {
    if (scheduler.broken && (args.includes('-EncodedCommand') || args.join(' ').includes('/query')))
      return bad(options.says ?? '');
    if (file === 'cmd.exe')
      return await run({ file: 'schtasks.exe', args: (args.at(-1) ?? '').split('schtasks.exe ')[1]?.split(' ') ?? [] });
    if (file === 'powershell.exe') {
      if (options.powershell === false) throw new RotaError('ROTA_COMMAND_MISSING', 'The program powershell.exe was not found.');
      // CreateProcess refuses it, as by a software restriction policy.
      if (options.powershell === 'blocked')
        throw new RotaError('ROTA_COMMAND_FAILED', 'The program powershell.exe could not be started: spawn UNKNOWN');
      if (args.includes('-EncodedCommand')) {
        if (options.powershell === 'constrained') return bad(constrained);
        if (args.at(-1) !== encodedScript) return bad('unknown script');
        const request: ScriptRequest = JSON.parse(Buffer.from(String(input), 'base64').toString());
        return ok(Buffer.from(JSON.stringify(script(request))).toString('base64'));
      }
      return ok();
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
        const code = register(path, decodeTaskXml(bytes));
        return code === 0 ? ok(options.says) : refused(args, code);
      }
      case '/change': {
        const kind = args.includes('/disable') ? 'disable' : 'enable';
        const code = tasks.has(path) ? switchTask(path, kind) : 0x80070002;
        return code === 0 ? ok(options.says) : refused(args, code);
      }
      case '/delete':
        return tasks.delete(path) ? ok(options.says) : refused(args, 0x80070002);
      default:
        return bad(options.says ?? '');
    }
  };
  const scheduler: FakeScheduler = { run, tasks, folders, calls, failing, results, broken: false };
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
    const extra =
      element.name === 'RegistrationInfo'
        ? '<Date>2026-11-21T10:00:00.0000000</Date>'
        : element.name === 'Principal' && textAt(element, 'UserId') === undefined
          ? `<UserId>${me.sid}</UserId>`
          : element.name === 'IdleSettings'
            ? '<Duration>PT10M</Duration><WaitTimeout>PT1H</WaitTimeout>'
            : '';
    const attributes = Object.entries(element.attributes)
      .map(([name, text]) => ` ${name}="${text}"`)
      .join('');
    return `<${element.name}${attributes}>${extra}${kept.map(write).join('\r\n')}${escapeText(element.text)}</${element.name}>`;
  };
  return path === '' ? '' : `<?xml version="1.0" encoding="UTF-16"?>\r\n${write(task)}`;
}

function rank(name: string): number {
  return name === 'Repetition' ? 0 : name === 'StartBoundary' ? 1 : name === 'Enabled' ? 2 : 3;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
