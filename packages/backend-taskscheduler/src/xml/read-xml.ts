import { RotaError } from '@rota/core';
import type { XmlElement } from './xml-element.ts';

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

// Declaration or instruction, comment, CDATA, end tag, start tag, text. A document type is not among them: tasks have none.
const token =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the XML that Task Scheduler keeps and exports: elements, attributes, text. Namespace prefixes are dropped.
 * @throws ROTA_TASK_XML for text that is not well formed
 */
export function readXml(content: string): XmlElement {
  const text = content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  const open: OpenElement[] = [{ name: '', attributes: {}, children: [], text: '' }];
  token.lastIndex = 0;
  let at = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    at = token.lastIndex;
    const [, cdata, end, start, attributes, empty, plain] = match;
    const top = open.at(-1) as OpenElement;
    if (plain !== undefined) top.text += resolve(plain);
    else if (cdata !== undefined) top.text += cdata;
    else if (end !== undefined) {
      if (open.length < 2 || local(end) !== top.name) throw malformed(`</${end}> does not end <${top.name}>`);
      open.pop();
      open.at(-1)?.children.push(close(top));
    } else if (start !== undefined) {
      const element: OpenElement = { name: local(start), attributes: readAttributes(attributes ?? ''), children: [], text: '' };
      if (empty === '') open.push(element);
      else top.children.push(element);
    }
  }
  const [root] = open;
  const document = root?.children[0];
  if (at !== text.length) throw malformed(`cannot read on at character ${at + 1}`);
  if (open.length !== 1 || document === undefined || root?.children.length !== 1 || root.text.trim() !== '') {
    throw malformed('it has not exactly one complete element');
  }
  return document;
}

function close(element: OpenElement): XmlElement {
  return element.children.length > 0 && element.text.trim() === '' ? { ...element, text: '' } : element;
}

function readAttributes(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(attribute)].map(([, name = '', a, b]) => [local(name), resolve(a ?? b ?? '')]));
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function resolve(text: string): string {
  return text.includes('&') || text.includes('\r')
    ? text.replace(/\r\n?/g, '\n').replace(/&([^;\s]*);?/g, (whole, name: string) => {
        const code = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
        const value =
          code === null ? named[name] : String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? '', code[1] ? 16 : 10));
        if (value === undefined || !whole.endsWith(';')) throw malformed(`${whole} is no reference`);
        return value;
      })
    : text;
}

function malformed(why: string): RotaError {
  return new RotaError('ROTA_TASK_XML', `The XML of a task cannot be read: ${why}.`);
}
