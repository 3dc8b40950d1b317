import { isAbsolute, join, resolve } from 'node:path';
import { jobPath } from '../backend/job-path.ts';
import { programExists } from '../host/find-program.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import { parseReferences } from '../job/normalise/references.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { readLaunchFile } from '../run/launch/read-launch-file.ts';
import { namespaceLayout } from '../state/layout.ts';
import { checkLimits } from './check-limits.ts';
import type { DoctorFinding } from './diagnosis.ts';

export interface CheckJobInput {
  readonly host: Host;
  readonly namespace: string;
  readonly entry: PlannedEntry;
  /** Of the host's secrets file. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly secretsFile: string;
}

/** What one installed job needs and does not find: programs, its folder, its launch file, the values that it refers to. */
export function checkJob(input: CheckJobInput): readonly DoctorFinding[] {
  const { entry, namespace } = input;
  if (entry.job.paused) return [];
  return [
    ...commands(input),
    ...launchFile(input),
    ...references(input),
    ...windows(input),
    ...checkLimits(input.host, entry),
  ].map((finding) => ({
    ...finding,
    namespace,
    job: printJobKey(entry),
  }));
}

type Told = Omit<DoctorFinding, 'namespace' | 'job'>;

function commands({ host, entry: { job } }: CheckJobInput): readonly Told[] {
  const { home } = host.user;
  const folder = job.workingDir === undefined ? home : resolve(home, job.workingDir);
  const path = literal(job.env.PATH) ?? jobPath(host);
  const found: Told[] = [];
  if (host.files.facts(folder)?.kind !== 'folder') {
    found.push({
      severity: 'error',
      code: 'working-dir.missing',
      message: `Its folder ${folder} does not exist.`,
      remedy: `mkdir -p ${folder}, or change \`workingDir\``,
    });
  }
  const { before, onSuccess, onFailure, always } = job.hooks;
  const programs = [
    ...(job.shell ? [] : job.command.slice(0, 1)),
    ...job.requires.commands,
    ...[...before, ...onSuccess, ...onFailure, ...always].map(([file]) => file ?? ''),
  ];
  for (const program of new Set(programs)) {
    if (program === '' || program.includes('${') || programExists(program, { path, folder, platform: host.platform })) continue;
    found.push({
      severity: 'error',
      code: 'command.missing',
      message: `\`${program}\` is not ${isAbsolute(program) ? 'an executable file' : `on the PATH that the scheduler gives (${path})`}.`,
      remedy: isAbsolute(program) ? `Install ${program}.` : 'Install it, name it by its absolute path, or set `env.PATH`.',
    });
  }
  for (const file of job.requires.files) {
    if (host.files.facts(resolve(folder, file)) !== undefined) continue;
    found.push({
      severity: 'warning',
      code: 'requires.file',
      message: `It is skipped while ${resolve(folder, file)} does not exist.`,
      remedy: 'Make that file, or take it out of `requires.files` and rota apply.',
    });
  }
  return found;
}

function launchFile({ host, namespace, entry }: CheckJobInput): readonly Told[] {
  if (entry.launchFile === null) return [];
  const read = readLaunchFile(host.files, join(namespaceLayout(host.stateDir, namespace).launchFiles, entry.launchFile));
  if (read.ok) return [];
  return [{ severity: 'error', code: 'launch-file', message: read.problem, remedy: 'rota apply' }];
}

/** `${command:...}` is not run here: it may ask for a passphrase, or cost something. */
function references({ host, entry: { job }, secrets, secretsFile }: CheckJobInput): readonly Told[] {
  const texts: readonly (readonly [string, string])[] = [
    ...Object.entries(job.env).map(([name, text]) => [`env.${name}`, text] as const),
    ...(job.checkin?.url === undefined ? [] : [['checkin.url', job.checkin.url] as const]),
    ...(job.checkin?.secret === undefined ? [] : [['checkin.secret', job.checkin.secret] as const]),
    ...(job.alerts?.channels ?? []).flatMap((channel) => (channel.kind === 'webhook' ? [['alerts', channel.url] as const] : [])),
  ];
  return texts.flatMap(([where, text]) => {
    const parsed = parseReferences(text);
    if (!parsed.ok) return [];
    return parsed.parts.flatMap((part): readonly Told[] => {
      if (part.kind === 'file') {
        const path = resolve(
          job.workingDir === undefined ? host.user.home : resolve(host.user.home, job.workingDir),
          part.path.replace(/^~(?=\/)/, host.user.home),
        );
        if (host.files.facts(path) !== undefined) return [];
        return [
          {
            severity: 'error',
            code: 'reference.file',
            message: `${where} refers to the file ${path}, which does not exist: the run would fail before it starts.`,
            remedy: `Put the value into ${path} (mode 0600).`,
          },
        ];
      }
      if (part.kind !== 'variable') return [];
      if (literal(job.env[part.name]) !== undefined || secrets.has(part.name)) return [];
      const here = host.env[part.name] !== undefined;
      return [
        {
          severity: here ? 'warning' : 'error',
          code: here ? 'reference.only-here' : 'reference.unset',
          message: here
            ? `${where} refers to ${part.name}, which is set here, but the scheduler may not have it.`
            : `${where} refers to ${part.name}, which is not set: the run would fail before it starts.`,
          remedy: `Write ${part.name}=... into ${secretsFile} (mode 0600).`,
        },
      ];
    });
  });
}

/** What the XML of an installed task says about when it may run. */
function windows({ entry }: CheckJobInput): readonly Told[] {
  if (entry.backend !== 'taskscheduler') return [];
  const xml = entry.artifact?.files.map(({ content }) => content).join('') ?? '';
  return [
    ...(/<LogonType>InteractiveToken</.test(xml)
      ? [
          {
            severity: 'warning',
            code: 'windows.logged-on',
            message: 'It runs only while this user is logged on: its task has no S4U logon.',
            remedy: "If it needs no network credentials: the backend's option `account: 's4u'`, then rota apply.",
          } as const,
        ]
      : []),
    ...(entry.job.requires.power !== 'ac' && /<DisallowStartIfOnBatteries>true</.test(xml)
      ? [
          {
            severity: 'warning',
            code: 'windows.battery',
            message: 'It does not start while the machine runs on battery.',
            remedy: "Leave out the backend's option `startOnBattery: false`, then rota apply.",
          } as const,
        ]
      : []),
  ];
}

function literal(text: string | undefined): string | undefined {
  return text === undefined || text.includes('${') ? undefined : text;
}
