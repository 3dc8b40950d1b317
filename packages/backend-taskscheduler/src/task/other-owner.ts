import { otherAccount } from '../inventory/read-principal.ts';
import { serviceSids, type TaskSchedulerOptions } from '../options.ts';
import type { TaskAccount } from '../service/task-service.ts';
import { textAt, type XmlElement } from '../xml/xml-element.ts';

/** Whose task it is, when it is another user's: Task Scheduler has one `\Rota` for all users of a machine, and an elevated process may change every task in it. */
export function otherOwner(task: XmlElement, me: TaskAccount, { userId }: TaskSchedulerOptions): string | undefined {
  const user = textAt(task, 'Principals', 'Principal', 'UserId')?.trim();
  // A built-in account is nobody's: only administrators register its tasks.
  if (user === undefined || Object.values(serviceSids).includes(user)) return undefined;
  // Given as a name, it may be the one that stands here as a SID.
  if (userId !== undefined && (user.toLowerCase() === userId.toLowerCase() || isSid(user) !== isSid(userId))) return undefined;
  return otherAccount(task, me);
}

/** What to do about a task of another user. */
export function ownedByOther(path: string, owner: string): string {
  return `${path} belongs to another user of this machine (${owner}) and is left alone; take another namespace: --namespace NAME`;
}

function isSid(account: string): boolean {
  return /^S-1-/i.test(account);
}
