import type { XmlElement } from '../xml/xml-element.ts';

/** A trigger on one line: its elements as written, `Enabled` left out. */
export function describeTrigger(trigger: XmlElement): string {
  const inner = trigger.children.filter(({ name }) => name !== 'Enabled').map(describe);
  return [trigger.name, ...inner].join(' ');
}

function describe({ name, text, children }: XmlElement): string {
  if (children.length === 0) return text === '' ? name : `${name}=${text}`;
  return `${name}(${children.map((inner) => (inner.children.length === 0 && (inner.name === 'Day' || inner.name === 'Week') ? inner.text : describe(inner))).join(' ')})`;
}
