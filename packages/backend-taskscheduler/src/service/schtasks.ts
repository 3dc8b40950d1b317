import { join } from 'node:path';
import { type Host, type ProcessResult, RotaError } from '@rota/core';
import { encodeTaskXml } from '../xml/encode-task-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { textAt } from '../xml/xml-element.ts';
import type { TaskEntry, TaskService, TaskStep } from './task-service.ts';

/**
 * Task Scheduler through `schtasks.exe`, for machines where PowerShell is not allowed. Only XML and exit statuses are read, never text, which is in the
 * language of Windows. It has no answer for times and results (`facts` is empty) and cannot remove folders.
 */
export function schtasks(host: Pick<Host, 'run' | 'files' | 'stateDir'>): TaskService {
  const call = (...args: readonly string[]): Promise<ProcessResult> => host.run({ file: 'schtasks.exe', args });

  async function readAll(): Promise<readonly TaskEntry[]> {
    const result = await call('/query', '/xml', 'ONE');
    if (result.exitCode !== 0) throw failed('/query', result);
    return splitTasks(result.stdout);
  }

  async function make(step: TaskStep, present: ReadonlySet<string>): Promise<void> {
    if (step.kind === 'delete') {
      if (!present.has(step.path)) return;
      const result = await call('/delete', '/tn', step.path, '/f');
      if (result.exitCode !== 0) throw failed(`/delete /tn ${step.path}`, result);
      return;
    }
    const file = join(host.stateDir, 'tmp', 'task.xml');
    host.files.write(file, encodeTaskXml(step.xml));
    try {
      const result = await call('/create', '/tn', step.path, '/xml', file, '/f');
      if (result.exitCode !== 0) throw failed(`/create /tn ${step.path}`, result);
    } finally {
      host.files.remove(file);
    }
  }

  return {
    name: 'schtasks',
    read: async (folder) => (await readAll()).filter(({ path }) => folder === '\\' || path.startsWith(`${folder}\\`)),
    facts: async () => [],
    async change(steps) {
      if (steps.length === 0) return;
      const before = new Map((await readAll()).map((entry) => [entry.path, entry.xml]));
      const present = new Set(before.keys());
      const undo: TaskStep[] = [];
      for (const step of steps) {
        const xml = before.get(step.path);
        try {
          undo.unshift(
            xml === undefined
              ? { kind: 'delete', path: step.path }
              : { kind: 'register', path: step.path, xml, logon: 'interactive' },
          );
          await make(step, present);
          if (step.kind === 'register') present.add(step.path);
          else present.delete(step.path);
        } catch (cause) {
          const left: string[] = [];
          // A creation that failed has left nothing to delete.
          if (xml === undefined) undo.shift();
          for (const back of undo) await make(back, present).catch(() => left.push(back.path));
          const message = cause instanceof Error ? cause.message : String(cause);
          throw new RotaError(
            left.length === 0 ? 'ROTA_APPLY_FAILED' : 'ROTA_APPLY_INCOMPLETE',
            left.length === 0
              ? `${message} The other tasks of the batch are as before.`
              : `${message} Not undone: ${left.join(', ')}.`,
            { cause },
          );
        }
      }
    },
  };
}

/** `/query /xml ONE` prints one document; every task's name stands in its URI, or in a comment before it. */
export function splitTasks(output: string): readonly TaskEntry[] {
  const tasks = output.matchAll(/(?:<!--\s*(\\[^\r\n]*?)\s*-->\s*)?(<Task[\s>][\s\S]*?<\/Task>)/g);
  return [...tasks].flatMap(([, comment, xml = '']) => {
    const path = comment ?? textAt(readXml(xml), 'RegistrationInfo', 'URI');
    return path === undefined ? [] : [{ path, xml }];
  });
}

function failed(what: string, { exitCode, stderr, stdout }: ProcessResult): RotaError {
  // Shown as it came, in whatever language; nothing is decided by it.
  const said = (stderr || stdout).trim().slice(0, 300);
  return new RotaError(
    'ROTA_COMMAND_FAILED',
    `schtasks ${what} failed with exit status ${exitCode}${said === '' ? '.' : `: ${said}`}`,
  );
}
