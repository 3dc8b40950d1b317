import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type History, modelFiles } from './history.ts';
import type { Kill } from './killed-host.ts';
import { type Ledger, makeLedger } from './ledger.ts';
import type { TestHost } from './world.ts';

/** What somebody does with a sync: ours, or the naive one. */
export interface Player {
  sync(host: TestHost, kill: Kill | null): Promise<void>;
  /** Called after every action. */
  look(): Promise<void>;
  /** Whether a deletion in a home is meant for all. */
  readonly deletes: boolean;
}

/** Text of a model file: the lines that are edited, far apart. */
export function modelText(marks: readonly string[]): string {
  return marks.map((mark) => `${mark}\n# two\n# three\n# four\n# five\n`).join('');
}

/** Lets a history happen, up to its last action, and keeps a ledger of what people wrote. */
export async function playHistory(hosts: readonly TestHost[], { actions }: History, player: Player): Promise<Ledger> {
  const ledger = makeLedger();
  for (const action of actions) {
    const host = hosts[action.host];
    if (host === undefined) throw new TypeError('no such host');
    if (action.kind === 'sync') await player.sync(host, action.kill);
    else if (action.kind === 'network') host.reach(action.isReachable);
    else change(host, action, ledger, player.deletes);
    await player.look();
  }
  return ledger;
}

type Change = Exclude<History['actions'][number], { readonly kind: 'sync' | 'network' }>;

function change(host: TestHost, action: Change, ledger: Ledger, deletes: boolean): void {
  const file = modelFiles[action.file];
  if (file === undefined) throw new TypeError('no such file');
  const isMade = file.source.endsWith('.tmpl');
  const path = action.kind === 'edit-source' ? sourceOf(host, file.source) : join(host.home, file.path);
  if (path === undefined || !existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  if (action.kind === 'delete') {
    // A deletion that is not passed on takes what was never captured; what was is still in the repository.
    if (deletes && !isMade) ledger.gaveUp(text);
    else ledger.gaveUp(uncaptured(host, text));
    host.remove(file.path);
  } else if (action.kind === 'chmod') chmodSync(path, action.mode);
  else {
    const lines = text.split('\n');
    const at = action.slot * 5;
    const mark = ledger.nextMark(host.name);
    ledger.wrote(mark, lines[at] ?? '');
    lines[at] = mark;
    writeFileSync(path, lines.join('\n'));
    // What a template makes is never taken back into it; people are told, and decide.
    if (isMade && action.kind === 'edit') ledger.gaveUp(mark);
  }
}

/** Attributes are part of a source's name. */
function sourceOf({ tree }: TestHost, source: string): string | undefined {
  const folder = source.includes('/') ? `${source.split('/')[0]}/` : '';
  const name = source.slice(folder.length);
  const names = ['', 'private_', 'executable_', 'private_executable_'].map((prefix) => join(tree, folder, `${prefix}${name}`));
  return names.find((path) => existsSync(path));
}

function uncaptured(host: TestHost, text: string): string {
  return (text.match(new RegExp(`edit-${host.name}-\\d+`, 'g')) ?? []).join(' ');
}
