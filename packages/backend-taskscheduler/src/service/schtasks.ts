import { join } from 'node:path';
import { type Host, isRotaError, type ProcessResult, RotaError } from '@rota/core';
import { resultText } from '../result-text.ts';
import { encodeTaskXml } from '../xml/encode-task-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { splitTasks } from '../xml/split-tasks.ts';
import { textAt } from '../xml/xml-element.ts';
import { afterUndo, remedyOf } from './remedy-of.ts';
import type { TaskEntry, TaskService, TaskStep } from './task-service.ts';

/**
 * Task Scheduler through `schtasks.exe`, for machines where PowerShell is not allowed. Only XML and exit statuses are read, never text, which is in the
 * language of Windows. It has no answer for times and results (`facts` is empty) and cannot remove folders.
 */
export function schtasks(host: Pick<Host, 'run' | 'files' | 'stateDir'>): TaskService {
  // With /hresult the exit status says what is wrong in every language; without it, it is always 1.
  const call = (...args: readonly string[]): Promise<ProcessResult> =>
    host.run({ file: 'schtasks.exe', args: [...args, '/hresult'] });

  async function readAll(): Promise<readonly TaskEntry[]> {
    const result = await query();
    if (result.exitCode !== 0) throw failed('schtasks /query', result);
    return splitTasks(result.stdout);
  }

  /** Its XML says UTF-16 and comes in the code page of the console. This console is one of its own, so that nobody else's changes. */
  async function query(): Promise<ProcessResult> {
    const line = 'chcp 65001 >nul & schtasks.exe /query /xml ONE /hresult';
    try {
      const result = await host.run({ file: 'cmd.exe', args: ['/d', '/c', line] });
      if (result.exitCode === 0) return result;
    } catch (error) {
      if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    }
    return await call('/query', '/xml', 'ONE');
  }

  async function make(step: TaskStep, present: ReadonlySet<string>): Promise<void> {
    if (step.kind !== 'register' && !present.has(step.path)) return;
    if (step.kind === 'enable' || step.kind === 'disable') {
      const result = await call('/change', '/tn', step.path, `/${step.kind}`);
      if (result.exitCode !== 0) throw failed(`schtasks /change /tn ${step.path} /${step.kind}`, result);
      return;
    }
    if (step.kind === 'delete') {
      const result = await call('/delete', '/tn', step.path, '/f');
      if (result.exitCode !== 0) throw failed(`schtasks /delete /tn ${step.path}`, result);
      return;
    }
    const file = join(host.stateDir, 'tmp', 'task.xml');
    host.files.write(file, encodeTaskXml(step.xml));
    try {
      const result = await call('/create', '/tn', step.path, '/xml', file, '/f');
      if (result.exitCode !== 0) throw failed(`schtasks /create /tn ${step.path}`, result);
    } finally {
      host.files.remove(file);
    }
  }

  /** What stands as before is left alone: where a step was refused, so is the way back; one that was answered with an error may stand all the same. Answers what could not be put back. */
  async function takeBack(
    undo: readonly TaskStep[],
    before: ReadonlyMap<string, string>,
    present: ReadonlySet<string>,
  ): Promise<readonly string[]> {
    const now = await readAll().then(
      (all) => new Map(all.map(({ path, xml }) => [path, xml])),
      () => undefined,
    );
    const left: string[] = [];
    for (const step of undo) {
      if (now !== undefined && now.get(step.path) === before.get(step.path)) continue;
      await make(step, now === undefined ? present : new Set(now.keys())).catch(() => left.push(step.path));
    }
    return left;
  }

  return {
    name: 'schtasks',
    read: async (folder) => (await readAll()).filter(({ path }) => path.startsWith(`${folder}\\`)),
    readAll: async () => ({ entries: await readAll(), damaged: [] }),
    async account() {
      // One line in every language: "pc\ann","S-1-5-21-..."
      const result = await host.run({ file: 'whoami.exe', args: ['/user', '/fo', 'csv', '/nh'] });
      const [, name, sid] = /"([^"]*)","(S-1-[0-9-]+)"/.exec(result.stdout) ?? [];
      if (result.exitCode !== 0 || name === undefined || sid === undefined) throw failed('whoami /user', result);
      return { sid, name };
    },
    facts: async () => [],
    async change(steps) {
      if (steps.length === 0) return;
      const before = new Map((await readAll()).map((entry) => [entry.path, entry.xml]));
      const present = new Set(before.keys());
      for (const { kind, path } of steps) if (kind === 'register' || kind === 'delete') checkReadable(path, before.get(path));
      const undo: TaskStep[] = [];
      for (const step of steps) {
        const xml = before.get(step.path);
        try {
          undo.unshift(undoOf(step, xml));
          await make(step, present);
          if (step.kind === 'register') present.add(step.path);
          if (step.kind === 'delete') present.delete(step.path);
        } catch (cause) {
          const left = await takeBack(undo, before, present);
          const message = cause instanceof Error ? cause.message : String(cause);
          throw new RotaError(
            left.length === 0 ? 'ROTA_APPLY_FAILED' : 'ROTA_APPLY_INCOMPLETE',
            `${message} ${afterUndo(left)}`,
            {
              cause,
              suggestions: isRotaError(cause) ? cause.suggestions : [],
            },
          );
        }
      }
    },
  };
}

/** What cannot be read as it is could not be put back either. */
function checkReadable(path: string, xml: string | undefined): void {
  if (xml?.includes('\ufffd') !== true) return;
  throw new RotaError(
    'ROTA_COMMAND_FAILED',
    `schtasks prints ${path} in a code page that has not all its letters. Nothing was changed.`,
    {
      suggestions: ['Allow powershell.exe for this user: it reads tasks as they are.'],
    },
  );
}

/** What takes a step back that was made on a task with this XML, or on none. */
function undoOf({ kind, path }: TaskStep, xml: string | undefined): TaskStep {
  if (xml === undefined) return { kind: 'delete', path };
  if (kind === 'register' || kind === 'delete') return { kind: 'register', path, xml, logon: 'interactive' };
  return { kind: textAt(readXml(xml), 'Settings', 'Enabled') === 'false' ? 'disable' : 'enable', path };
}

/** In words by the code. What was printed is shown only where there is none: it is in the language and code page of Windows. */
function failed(what: string, { exitCode, stderr, stdout }: ProcessResult): RotaError {
  const code = (exitCode ?? 0) >>> 0;
  const said = (stderr || stdout).trim().slice(0, 300);
  const why =
    code >= 0x80000000 ? resultText(code) : `exit status ${exitCode}${said === '' || said.includes('\ufffd') ? '' : `: ${said}`}`;
  return new RotaError('ROTA_COMMAND_FAILED', `${what} failed: ${why.replace(/\.$/, '')}.`, { suggestions: remedyOf(code) });
}
