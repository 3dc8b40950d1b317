import { serviceSids } from '../options.ts';
import { ComFailure } from '../testing/power-shell-values.fixture.ts';
import { readXml } from '../xml/read-xml.ts';
import { child, textAt } from '../xml/xml-element.ts';
import type { TaskFacts } from './task-service.ts';

/** What a {@link scheduleService} keeps, and what goes wrong in it. */
export interface TaskStore {
  /** Exported XML by full name. */
  readonly tasks: Map<string, string>;
  readonly folders: Set<string>;
  /** Folders that Windows does not let go of. */
  readonly keptFolders: Set<string>;
  readonly facts: Map<string, Partial<Omit<TaskFacts, 'path'>>>;
  /** Results of the last runs, as `LastTaskResult` would give them. */
  readonly results: Map<string, number>;
  /** Tasks whose deletion is refused. */
  readonly undeletable: Set<string>;
  /** Tasks that cannot be exported. */
  readonly damaged: Set<string>;
  /** A code of Windows; 0 for done. */
  register: (path: string, xml: string) => number;
  readonly remove: (path: string) => number;
  readonly switchTask: (path: string, on: boolean) => number;
}

const notFound = 0x80070002;
const alreadyThere = 0x800700b7;
const notEmpty = 0x80070091;
const denied = 0x80070005;
const damagedTask = 0x80041321;
const hasNotRun = 0x41303;

/** For tests: the objects of `Schedule.Service`, with the members that the script of Rota asks for, as Microsoft documents them. */
export function scheduleService(store: TaskStore): object {
  const { tasks, folders } = store;
  const all = (): ReadonlySet<string> => new Set(['\\', ...folders, ...[...tasks.keys()].flatMap(foldersOf)]);

  function folder(path: string): object {
    const full = (name: string): string => (path === '\\' ? `\\${name}` : `${path}\\${name}`);
    return {
      Path: path,
      GetTasks: () => [...tasks.keys()].filter((one) => parentOf(one) === path).map(task),
      GetFolders: () => [...all()].filter((one) => one !== '\\' && parentOf(one) === path).map(folder),
      GetTask(name: string) {
        if (!tasks.has(full(name))) throw new ComFailure(notFound);
        return task(full(name));
      },
      CreateFolder(name: string) {
        if (all().has(full(name))) throw new ComFailure(alreadyThere);
        folders.add(full(name));
        return folder(full(name));
      },
      DeleteFolder(name: string) {
        const inside = [...tasks.keys(), ...all()].some((one) => one.startsWith(`${full(name)}\\`));
        if (!all().has(full(name))) throw new ComFailure(notFound);
        if (inside) throw new ComFailure(notEmpty);
        if (store.keptFolders.has(full(name))) throw new ComFailure(denied);
        folders.delete(full(name));
      },
      DeleteTask(name: string) {
        const code = store.remove(full(name));
        if (code !== 0) throw new ComFailure(code);
      },
      RegisterTask(name: string, xml: string) {
        const code = store.register(full(name), xml);
        if (code !== 0) throw new ComFailure(code);
        return task(full(name));
      },
    };
  }

  function task(path: string): object {
    const xml = tasks.get(path) ?? '';
    const facts = store.facts.get(path);
    return {
      Path: path,
      get Xml() {
        if (store.damaged.has(path)) throw new ComFailure(damagedTask);
        return xml;
      },
      get Definition() {
        return { Principal: { LogonType: logonOf(xml) } };
      },
      State: facts?.running === true ? 4 : 3,
      // What it says of a task that never ran, and of one that will not.
      LastRunTime: timeOf(facts?.lastRun ?? null, 1999),
      NextRunTime: timeOf(facts?.nextRun ?? null, 1899),
      LastTaskResult: (store.results.get(path) ?? hasNotRun) | 0,
      get Enabled() {
        return textAt(readXml(tasks.get(path) ?? ''), 'Settings', 'Enabled') !== 'false';
      },
      set Enabled(on: boolean) {
        const code = store.switchTask(path, on);
        if (code !== 0) throw new ComFailure(code);
      },
    };
  }

  return {
    Connect: () => undefined,
    GetFolder(path: string) {
      if (!all().has(path)) throw new ComFailure(notFound);
      return folder(path);
    },
  };
}

function timeOf(epoch: number | null, never: number): { readonly Year: number; readonly epochMs: number } {
  if (epoch === null) return { Year: never, epochMs: Number.NaN };
  return { Year: new Date(epoch * 1000).getUTCFullYear(), epochMs: epoch * 1000 };
}

function logonOf(xml: string): number {
  const principal = child(child(readXml(xml), 'Principals'), 'Principal');
  if (Object.values(serviceSids).includes(textAt(principal, 'UserId') ?? '')) return 5;
  return textAt(principal, 'LogonType') === 'S4U' ? 2 : 3;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('\\')) || '\\';
}

function foldersOf(path: string): readonly string[] {
  const parent = parentOf(path);
  return parent === '\\' ? [] : [parent, ...foldersOf(parent)];
}
