import { type Host, RotaError } from '@rota/core';
import { resultText } from '../result-text.ts';
import { powerShellScript } from './power-shell-script.ts';
import { afterUndo, remedyOf } from './remedy-of.ts';
import type { AllTasks, DamagedTask, LogonKind, TaskEntry, TaskFacts, TaskService } from './task-service.ts';

/** What the script is asked. */
export type ScriptRequest =
  | { readonly op: 'read'; readonly folder: string }
  | { readonly op: 'account' }
  | { readonly op: 'facts'; readonly paths: readonly string[] }
  /** What is to be changed follows, a step a line. */
  | { readonly op: 'change' };

const logonTypes: Readonly<Record<LogonKind, number>> = { s4u: 2, interactive: 3, service: 5 };

/** The same, once it has answered who asks. @throws ROTA_COMMAND_MISSING, ROTA_COMMAND_FAILED */
export async function connectPowerShell(host: Pick<Host, 'run'>): Promise<TaskService> {
  const service = powerShell(host);
  const me = await service.account();
  return { ...service, account: async () => me };
}

/** Task Scheduler through Windows PowerShell and COM: one process a call. */
export function powerShell(host: Pick<Host, 'run'>): TaskService {
  return {
    name: 'powershell',
    async read(folder) {
      const { entries, damaged } = readEntries(await ask(host, { op: 'read', folder }));
      const [first] = damaged;
      if (first !== undefined)
        throw new RotaError('ROTA_COMMAND_FAILED', `${first.path} cannot be read: ${first.problem}.`, {
          suggestions: [`Delete it: schtasks /delete /tn ${first.path}`],
        });
      return entries;
    },
    readAll: async () => readEntries(await ask(host, { op: 'read', folder: '\\' })),
    async account() {
      const { sid, name } = await ask(host, { op: 'account' });
      return { sid: String(sid), name: String(name) };
    },
    facts: async (paths) => readFacts(await ask(host, { op: 'facts', paths })),
    async change(steps) {
      if (steps.length === 0) return;
      const reply = await ask(
        host,
        { op: 'change' },
        steps.map((step) =>
          step.kind === 'register'
            ? { kind: step.kind, path: step.path, xml: withoutDeclaration(step.xml), logon: logonTypes[step.logon] }
            : { kind: step.kind, path: step.path },
        ),
      );
      if (reply.ok !== false) return;
      const code = Number.parseInt(String(reply.code), 16);
      const left = listOf(reply.left).map(String);
      throw new RotaError(
        left.length === 0 ? 'ROTA_APPLY_FAILED' : 'ROTA_APPLY_INCOMPLETE',
        `Task Scheduler refused ${String(reply.path)}: ${resultText(code)}. ${afterUndo(left)}`,
        { suggestions: remedyOf(code) },
      );
    },
  };
}

/** Told as text that is UTF-16 in memory, the service does not want a declaration that may say otherwise. */
function withoutDeclaration(xml: string): string {
  return xml.replace(/^\ufeff?<\?xml[^>]*\?>\s*/, '');
}

async function ask(
  host: Pick<Host, 'run'>,
  request: ScriptRequest,
  steps: readonly object[] = [],
): Promise<Readonly<Record<string, unknown>>> {
  const result = await host.run({
    file: 'powershell.exe',
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', powerShellScript],
    input: [request, ...steps].map((part) => Buffer.from(JSON.stringify(part)).toString('base64')).join('\n'),
  });
  if (result.exitCode === 0) {
    try {
      const reply: unknown = JSON.parse(Buffer.from(result.stdout.trim(), 'base64').toString());
      if (isRecord(reply)) return reply;
    } catch {
      // told below with what came instead
    }
  }
  throw new RotaError(
    'ROTA_COMMAND_FAILED',
    `PowerShell could not ask Task Scheduler (exit ${result.exitCode}): ${(result.stderr.trim() || result.stdout.trim()).replace(/\s+/g, ' ').slice(0, 500)}`,
    {
      suggestions: ['Is the service "Task Scheduler" (Schedule) running, and may you use it?'],
    },
  );
}

function readEntries(reply: Readonly<Record<string, unknown>>): AllTasks {
  const entries: TaskEntry[] = [];
  const damaged: DamagedTask[] = [];
  for (const { path, xml, code } of list(reply)) {
    if (typeof xml === 'string') entries.push({ path: String(path), xml });
    else damaged.push({ path: String(path), problem: resultText(Number.parseInt(String(code), 16) || 0x8000ffff) });
  }
  return { entries, damaged };
}

function readFacts(reply: Readonly<Record<string, unknown>>): readonly TaskFacts[] {
  const instant = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return list(reply).map(({ path, running, lastRun, lastResult, nextRun }) => ({
    path: String(path),
    running: running === true,
    lastRun: instant(lastRun),
    lastResult: typeof lastResult === 'number' ? lastResult : 0,
    nextRun: instant(nextRun),
  }));
}

function list({ tasks }: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  if (tasks === undefined || tasks === null)
    throw new RotaError('ROTA_COMMAND_FAILED', 'PowerShell answered without a list of tasks.');
  return listOf(tasks).filter(isRecord);
}

/** PowerShell 5.1 may write a list of one as its only element, and a list as an object with its count (PowerShell/PowerShell#3153). */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (isRecord(value) && Array.isArray(value.value)) return value.value;
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
