import type { ForeignReading, Host } from '@rota/core';
import { commandLine } from '../command-line.ts';
import { splitCommandLine } from '../split-command-line.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';

/** What a task starts, in the words of a job; without `program` no job can start it, and a note says why. */
export interface TaskProgram {
  readonly program?: Pick<ForeignReading, 'command' | 'shell' | 'env' | 'workingDir'>;
  readonly notes: readonly string[];
}

/** The one program of a task. `here`: the task is one of this machine, whose search path and folders are then known. */
export function readProgram(task: XmlElement, host: Pick<Host, 'env'>, here: boolean): TaskProgram {
  const actions = child(task, 'Actions')?.children ?? [];
  const [action] = actions;
  if (action === undefined) return { notes: ['It does nothing: it has no action.'] };
  if (actions.length > 1)
    return {
      notes: [`It has ${actions.length} actions (${actions.map(({ name }) => name).join(', ')}); a job starts one program.`],
    };
  if (action.name !== 'Exec') return { notes: [`Its action is a ${action.name}; a job starts a program.`] };
  const file = unquoted(textAt(action, 'Command')?.trim() ?? '');
  const args = textAt(action, 'Arguments')?.trim() ?? '';
  if (file === '') return { notes: ['Its action names no program.'] };
  if (/\$\(Arg\d+\)/i.test(file + args)) return { notes: ['Its command has `$(Arg0)`, which whoever starts it fills in.'] };
  const command = readCommand(file, args);
  if (typeof command === 'string') return { notes: [command] };
  const folder = readFolder(textAt(action, 'WorkingDirectory'), host, here);
  const path = here ? variable(host, 'PATH') : undefined;
  return {
    program: {
      command: command.command,
      shell: command.shell,
      env: path === undefined ? {} : { PATH: path },
      ...(folder.workingDir === undefined ? {} : { workingDir: folder.workingDir }),
    },
    notes: [
      ...command.notes,
      ...folder.notes,
      ...(path === undefined
        ? ["It finds programs on its user's own PATH; the job has a short one (`env.PATH` sets another)."]
        : []),
    ],
  };
}

type Command = Pick<ForeignReading, 'command' | 'shell'> & { readonly notes: readonly string[] };

/** A program and its arguments, or text for cmd.exe where only it does what Task Scheduler does: variables, batch files. */
function readCommand(file: string, args: string): Command | string {
  const text = args === '' ? quoted(file) : `${quoted(file)} ${args}`;
  const inner = /(?:^|\\)cmd(?:\.exe)?$/i.test(file) ? /^\/c\s+(.*)$/is.exec(args)?.[1] : undefined;
  if (inner !== undefined) return { command: [shellText(inner)], shell: true, notes: [] };
  const variables = (file + args).match(/%[^%]+%/g) ?? [];
  const batch = /\.(?:bat|cmd)$/i.test(file);
  if (variables.length > 0 || batch) {
    if (/[&|<>^\n]/.test(text))
      return `Its command has ${variables.length > 0 ? variables.join(' ') : 'a batch file'} and characters that cmd.exe reads otherwise (& | < > ^): declare it by hand.`;
    return { command: [text], shell: true, notes: [] };
  }
  const extension = /\.([a-z0-9]{1,5})$/i.exec(file)?.[1]?.toLowerCase();
  if (extension !== undefined && !['exe', 'com'].includes(extension) && /[\\/]/.test(file))
    return `Windows starts ${file} by the program for .${extension} files; a job names the program itself.`;
  const words = splitCommandLine(args);
  const same = commandLine(words) === args.replace(/[ \t]+/g, ' ') || commandLine(words) === args;
  return {
    command: [file, ...words],
    shell: false,
    notes: same
      ? []
      : [
          `Its arguments \`${args}\` are handed over as ${words.map((word) => JSON.stringify(word)).join(' ')}; a program that reads its command line by rules of its own may see a difference.`,
        ],
  };
}

/**
 * What `cmd /c` runs: quotes around the whole are taken off, unless there are exactly two of them, with a blank and nothing special between them, which
 * is taken for a program's path (`cmd /?`). The runner's own `cmd /s /c` always takes off one pair, which is its own.
 */
function shellText(text: string): string {
  const line = text.trim();
  if (!line.startsWith('"')) return line;
  const quotes = line.match(/"/g)?.length ?? 0;
  const between = line.slice(1, line.indexOf('"', 1));
  if (quotes === 2 && !/[&<>()@^|]/.test(between) && /\s/.test(between)) return line;
  const end = line.lastIndexOf('"');
  return end === 0 ? line.slice(1) : line.slice(1, end) + line.slice(end + 1);
}

function readFolder(
  asked: string | undefined,
  host: Pick<Host, 'env'>,
  here: boolean,
): { readonly workingDir?: string; readonly notes: readonly string[] } {
  const text = unquoted(asked?.trim() ?? '') || '%SystemRoot%\\System32';
  const unknown: string[] = [];
  const folder = text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const value = here ? variable(host, name) : undefined;
    if (value === undefined) unknown.push(whole);
    return value ?? whole;
  });
  if (unknown.length > 0)
    return {
      notes: [`It runs in ${text}; what ${unknown.join(' ')} is cannot be told here, so the job runs in the home folder.`],
    };
  if (!/^(?:[A-Za-z]:[\\/]|\\\\)/.test(folder))
    return { notes: [`It runs in ${folder}, which is not a whole path; the job runs in the home folder.`] };
  return { workingDir: folder, notes: [] };
}

/** Names of variables are the same in capitals and in small letters. */
function variable({ env }: Pick<Host, 'env'>, name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function unquoted(text: string): string {
  return /^"([^"]*)"$/.exec(text)?.[1] ?? text;
}

function quoted(file: string): string {
  return /\s/.test(file) ? `"${file}"` : file;
}
