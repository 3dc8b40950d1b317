import { readIsoDuration } from '../task/iso-duration.ts';
import type { XmlElement } from '../xml/xml-element.ts';

/** What the schema says of an element that is left out. Source: Microsoft, Task Scheduler Schema Elements. */
const defaults: Readonly<Record<string, string>> = {
  'Task/Settings/AllowStartOnDemand': 'true',
  'Task/Settings/MultipleInstancesPolicy': 'IgnoreNew',
  'Task/Settings/DisallowStartIfOnBatteries': 'true',
  'Task/Settings/StopIfGoingOnBatteries': 'true',
  'Task/Settings/AllowHardTerminate': 'true',
  'Task/Settings/StartWhenAvailable': 'false',
  'Task/Settings/RunOnlyIfNetworkAvailable': 'false',
  'Task/Settings/WakeToRun': 'false',
  'Task/Settings/Enabled': 'true',
  'Task/Settings/Hidden': 'false',
  'Task/Settings/IdleSettings/StopOnIdleEnd': 'true',
  'Task/Settings/IdleSettings/RestartOnIdle': 'false',
  'Task/Settings/ExecutionTimeLimit': 'PT72H',
  'Task/Settings/Priority': '7',
  'Task/Settings/RunOnlyIfIdle': 'false',
  'Task/Settings/UseUnifiedSchedulingEngine': 'false',
  'Task/Settings/DisallowStartOnRemoteAppSession': 'false',
  'Task/Settings/Volatile': 'false',
  'Task/Principals/Principal/RunLevel': 'LeastPrivilege',
  '*/Enabled': 'true',
  '*/StopAtDurationEnd': 'false',
  '*/DaysInterval': '1',
  '*/WeeksInterval': '1',
};

/** What the service adds on its own and what says nothing of what runs when. */
const meaningless = new Set([
  'Task/RegistrationInfo/Date',
  'Task/RegistrationInfo/SecurityDescriptor',
  'Task/RegistrationInfo/URI',
  'Task/Settings/IdleSettings/Duration',
  'Task/Settings/IdleSettings/WaitTimeout',
]);

/** A task's facts by place, in one form whatever wrote them: `Task/Settings/Priority` to `5`. Triggers are a set, as are days and months. */
export type Meaning = ReadonlyMap<string, string>;

/** Reads what a task means: defaults, order, namespaces and ways of writing a duration left out. */
export function meaningOf(task: XmlElement): Meaning {
  const found = new Map<string, string>();
  for (const section of task.children) {
    const place = `${task.name}/${section.name}`;
    if (section.name === 'Triggers')
      found.set(place, JSON.stringify(section.children.map((trigger) => canonical(trigger, '*')).sort()));
    else collect(section, place, found);
  }
  return found;
}

function collect(element: XmlElement, place: string, found: Map<string, string>): void {
  if (meaningless.has(place)) return;
  for (const inner of element.children) collect(inner, `${place}/${inner.name}`, found);
  if (element.children.length > 0) return;
  const value = normalised(element.text);
  const standard = defaults[place];
  if (standard !== undefined && normalised(standard) === value) return;
  // Several programs in one task would share a place.
  const before = found.get(place);
  found.set(place, before === undefined ? value : `${before}\n${value}`);
}

function canonical(element: XmlElement, place: string): string {
  const inner = element.children
    .filter(({ name, text, children }) => children.length > 0 || defaults[`${place}/${name}`] !== text.trim())
    .map((one) => canonical(one, place))
    .sort();
  return `${element.name}(${inner.length > 0 ? inner.join(',') : normalised(element.text)})`;
}

/** `PT60M` and `PT1H` are one duration; the same instant may be written with or without its seconds. */
function normalised(text: string): string {
  const plain = text.trim();
  const seconds = readIsoDuration(plain);
  return seconds === undefined ? text : `${seconds}s`;
}
