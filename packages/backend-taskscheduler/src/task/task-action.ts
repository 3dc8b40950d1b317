import { posix, win32 } from 'node:path';
import { type CompileInput, RotaError } from '@rota/core';
import { commandLine, quoteAlways } from '../command-line.ts';
import { hidesWindow, serviceSids, type TaskSchedulerOptions } from '../options.ts';
import { fitsXml, node, type XmlNode } from '../xml/write-xml.ts';

/** What a task starts. */
export interface TaskAction {
  readonly command: string;
  readonly args: string;
  readonly workingDir: string;
}

/** `pathType` of the schema. */
const pathLimit = 260;
/** The longest command line that CreateProcess takes, with its end mark. */
const lineLimit = 32_767;

/**
 * Why a task cannot start a job's own command as it was declared, or undefined. Task Scheduler replaces environment variables
 * (`%TEMP%`) and parameters (`$(Arg0)`) in an action and knows no way to write them literally; a launch file holds them all.
 */
export function whyRunner(job: CompileInput['job']): string | undefined {
  const all = [...job.command, ...(job.workingDir === undefined ? [] : [job.workingDir])];
  const replaced = all.map(whatIsReplaced).find((what) => what !== undefined);
  if (replaced !== undefined) return `Task Scheduler would replace \`${replaced}\` in the command`;
  if (all.some((text) => !fitsXml(text))) return 'a task cannot hold control characters';
  if ((job.command[0] ?? '').length > pathLimit) return `a task holds a program path of at most ${pathLimit} characters`;
  if (commandLine(job.command).length >= lineLimit) return `Windows takes command lines of at most ${lineLimit - 1} characters`;
  return undefined;
}

function whatIsReplaced(text: string): string | undefined {
  return /%[^%]+%/.test(text) ? '%...%' : text.includes('$(') ? '$(...)' : undefined;
}

/** What a task starts the runner with. The launcher may be an argument of another program; cmd.exe reads no file of a longer name. */
function checkRunnerPaths(input: CompileInput, paths: readonly string[]): void {
  for (const path of paths) {
    const replaced = whatIsReplaced(path);
    const long = path === input.launcher && path.length > pathLimit;
    if (replaced === undefined && !long) continue;
    const why =
      replaced === undefined
        ? `what it starts has a path of at most ${pathLimit} characters, ${path} has ${path.length}.`
        : `Task Scheduler would replace \`${replaced}\` in ${path}.`;
    throw refused(input, why, ['Keep the state in a folder of another name: --state-dir DIR']);
  }
}

/** @throws ROTA_JOB_REFUSED for what the format has no room for */
export function taskAction(input: CompileInput, options: TaskSchedulerOptions): TaskAction {
  const { job, lowering, launcher, launchFile, home } = input;
  if (lowering.runner) {
    if (launchFile === undefined)
      throw new RotaError('ROTA_INTERNAL', `${job.tenant}/${job.name}: the runner has no launch file.`);
    checkRunnerPaths(input, [launcher, launchFile]);
    return checked(input, runnerAction(launcher, launchFile, home, options));
  }
  const reason = whyRunner(job);
  if (reason !== undefined)
    throw refused(
      input,
      `${reason}. The runner can hold it: give the job something that only the runner does, such as \`retry\` or \`checkin\`.`,
    );
  const [command = '', ...args] = job.command;
  return checked(input, { command, args: commandLine(args), workingDir: absolute(job.workingDir, home) });
}

function runnerAction(launcher: string, launchFile: string, home: string, options: TaskSchedulerOptions): TaskAction {
  // A built-in account may not enter the folder of a user.
  const workingDir = serviceSids[options.account ?? 'interactive'] === undefined ? home : pathsOf(home).dirname(launcher);
  // The launcher is a command file, so cmd.exe reads its line.
  if (!hidesWindow(options)) return { command: launcher, args: quoteAlways(launchFile), workingDir };
  return {
    command: '%SystemRoot%\\System32\\conhost.exe',
    args: `--headless ${quoteAlways(launcher)} ${quoteAlways(launchFile)}`,
    workingDir,
  };
}

export function actionXml({ command, args, workingDir }: TaskAction): XmlNode {
  return node(
    'Actions',
    [
      node('Exec', [
        node('Command', command),
        ...(args === '' ? [] : [node('Arguments', args)]),
        node('WorkingDirectory', workingDir),
      ]),
    ],
    { Context: 'Author' },
  );
}

function checked(input: CompileInput, action: TaskAction): TaskAction {
  for (const [what, text] of [
    ['program', action.command],
    ['working folder', action.workingDir],
  ] as const) {
    if (text.length > pathLimit)
      throw refused(input, `a task holds a ${what} of at most ${pathLimit} characters, this one has ${text.length}.`);
  }
  return action;
}

/** A plan may be rendered on another system than the one that it is for; the home folder says which paths are meant. */
function pathsOf(home: string): typeof posix {
  return /^[A-Za-z]:|^\\\\/.test(home) ? win32 : posix;
}

function absolute(workingDir: string | undefined, home: string): string {
  return workingDir === undefined ? home : pathsOf(home).resolve(home, workingDir);
}

function refused({ job }: CompileInput, why: string, suggestions: readonly string[] = []): RotaError {
  return new RotaError('ROTA_JOB_REFUSED', `${job.tenant}/${job.name} cannot be a task: ${why}`, { suggestions });
}
