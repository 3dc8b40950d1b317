import type { XmlElement } from '../xml/xml-element.ts';

const logonTrigger = /<LogonTrigger>(?:(?!<UserId>)[\s\S])*?<\/LogonTrigger>/g;

/**
 * A rendered task whose logon triggers wait for `sid`. Without a user Windows starts them when anybody logs on, and lets only an elevated process register them;
 * who that is, is known where it is applied.
 */
export function withOwnLogons(xml: string, sid: string): string {
  return xml.replace(logonTrigger, (trigger) => trigger.replace('</LogonTrigger>', `<UserId>${sid}</UserId></LogonTrigger>`));
}

const openS4u = /(<Principal id="[^"]*">\s*)(?=<LogonType>S4U<)/;

/** A rendered task whose S4U logon names its user: that whoever registers it is meant is documented for the interactive one alone ("Security Contexts for Tasks"). */
export function withOwnS4u(xml: string, sid: string): string {
  return xml.replace(openS4u, `$1<UserId>${sid}</UserId>`);
}

/** Whether a rendered task has an S4U logon without a user. */
export function hasOpenS4u(xml: string): boolean {
  return openS4u.test(xml);
}

/** Whether a rendered task has a logon trigger without a user. */
export function hasOpenLogon(xml: string): boolean {
  return withOwnLogons(xml, '') !== xml;
}

/** A task as it stands, with `sid` for whoever its logon triggers wait for; one that waits for anybody stays so. */
export function withAnyLogon(task: XmlElement, sid: string): XmlElement {
  const renamed = ({ name, ...element }: XmlElement, inLogon: boolean): XmlElement => ({
    ...element,
    name,
    text: inLogon && name === 'UserId' ? sid : element.text,
    children: element.children.map((child) => renamed(child, name === 'LogonTrigger')),
  });
  return renamed(task, false);
}
