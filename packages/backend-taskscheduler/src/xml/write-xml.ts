import { RotaError } from '@rota/core';

/** What an element holds: text, children, or nothing. */
export type XmlContent = string | readonly XmlNode[];

/** An element to be written. */
export interface XmlNode {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: XmlContent;
}

export function node(name: string, content: XmlContent = [], attributes?: Readonly<Record<string, string>>): XmlNode {
  return attributes === undefined ? { name, content } : { name, content, attributes };
}

/** A document as Windows writes it: CRLF, two blanks a level, declared as UTF-16. */
export function writeXml(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n${write(root, '')}`;
}

function write({ name, attributes = {}, content }: XmlNode, indent: string): string {
  const head = `${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('')}`;
  if (content.length === 0) return `${indent}<${head} />\r\n`;
  if (typeof content === 'string') return `${indent}<${head}>${escapeXml(content)}</${name}>\r\n`;
  return `${indent}<${head}>\r\n${content.map((inner) => write(inner, `${indent}  `)).join('')}${indent}</${name}>\r\n`;
}

// XML 1.0, 2.2: everything else but tab, line feed and return is no character of a document, not even as a reference.
const forbidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** True when text can stand in a document. */
export function fitsXml(text: string): boolean {
  return !forbidden.test(text);
}

/**
 * Text made safe for content and for attributes. Tabs and line breaks become references, which no reader normalises.
 * @throws ROTA_TASK_XML for control characters and halves of surrogate pairs, which XML 1.0 cannot carry
 */
export function escapeXml(text: string): string {
  const found = forbidden.exec(text);
  if (found !== null) {
    const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new RotaError('ROTA_TASK_XML', `A task cannot hold the character U+${code.toUpperCase()}: XML has no way to write it.`);
  }
  return text.replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};
