import { serviceSids, type TaskSchedulerOptions } from '../options.ts';
import { node, type XmlNode } from '../xml/write-xml.ts';

/** Whose rights the task has. Without a user, Task Scheduler takes whoever registers it. */
export function principalsXml({ account = 'interactive', userId, highestRunLevel = false }: TaskSchedulerOptions): XmlNode {
  const sid = serviceSids[account];
  const user = sid ?? userId;
  return node('Principals', [
    node(
      'Principal',
      [
        ...(user === undefined ? [] : [node('UserId', user)]),
        // A built-in account has no LogonType in the format.
        ...(sid === undefined ? [node('LogonType', account === 's4u' ? 'S4U' : 'InteractiveToken')] : []),
        node('RunLevel', highestRunLevel ? 'HighestAvailable' : 'LeastPrivilege'),
      ],
      { id: 'Author' },
    ),
  ]);
}
