import { serviceSids, type TaskSchedulerOptions } from '../options.ts';
import type { TaskAccount } from '../service/task-service.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';

const principalKnown = new Set(['UserId', 'GroupId', 'LogonType', 'RunLevel', 'DisplayName']);

/** What differs between the account of a task and the one that these options give to jobs. */
export function principalNotes(task: XmlElement, options: TaskSchedulerOptions): readonly string[] {
  const principal = child(child(task, 'Principals'), 'Principal');
  const logon = textAt(principal, 'LogonType')?.trim();
  const wanted = options.account ?? 'interactive';
  const highest = textAt(principal, 'RunLevel')?.trim() === 'HighestAvailable';
  const always = logon === 'S4U' || logon === 'Password' || logon === 'InteractiveTokenOrPassword';
  return [
    ...(always && wanted === 'interactive'
      ? [
          `It runs whether its user is logged on or not (${logon}); the job only while they are, unless the backend has \`account: 's4u'\`.`,
        ]
      : []),
    ...(logon === 'Password' || logon === 'InteractiveTokenOrPassword'
      ? ['It runs with a stored password, so it reaches network shares also when nobody is logged on; Rota stores none.']
      : []),
    ...(logon === 'InteractiveToken' && wanted !== 'interactive'
      ? [`It runs on its user's desktop; the backend's \`account: '${wanted}'\` has none.`]
      : []),
    ...(highest === (options.highestRunLevel ?? false)
      ? []
      : [
          highest
            ? 'It runs with the highest rights of its user; the job does only with `highestRunLevel: true` of the backend.'
            : 'It runs with plain rights; `highestRunLevel` of the backend gives the job more.',
        ]),
    ...(principal?.children ?? []).flatMap(({ name }) =>
      principalKnown.has(name) ? [] : [`\`${name}\` of its principal is not carried over.`],
    ),
  ];
}

/** Whose task it is, when it is not `me`: a built-in account, a group, another user. A task of a file could be anybody's; only the first two are then told. */
export function otherAccount(task: XmlElement, me: TaskAccount | undefined): string | undefined {
  const principal = child(child(task, 'Principals'), 'Principal');
  const group = textAt(principal, 'GroupId');
  if (group !== undefined) return `the members of ${group}`;
  const user = textAt(principal, 'UserId')?.trim() ?? '';
  if (Object.values(serviceSids).includes(user) || /^(?:NT AUTHORITY\\|SYSTEM$|LocalSystem$)/i.test(user)) return user;
  if (me === undefined || user === '') return undefined;
  const names = [me.sid, me.name, me.name.slice(me.name.lastIndexOf('\\') + 1)].map((name) => name.toLowerCase());
  return names.includes(user.toLowerCase()) ? undefined : user;
}
