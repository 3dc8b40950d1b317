import { RotaError } from '@rota/core';

/** What a property list may hold here. */
export type PlistValue = string | number | boolean | readonly PlistValue[] | { readonly [key: string]: PlistValue };

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
`;

/** A property list as XML. @throws ROTA_JOB_REFUSED for a text that XML 1.0 cannot hold */
export function printPlist(value: PlistValue): string {
  return `${head}${lines(value, '')}</plist>\n`;
}

function lines(value: PlistValue, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escapeText(value)}</string>\n`;
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>\n`;
  if (typeof value === 'boolean') return `${indent}<${value}/>\n`;
  const inner = `${indent}  `;
  if (isList(value)) return `${indent}<array>\n${value.map((item) => lines(item, inner)).join('')}${indent}</array>\n`;
  const members = Object.entries(value).map(([key, item]) => `${inner}<key>${escapeText(key)}</key>\n${lines(item, inner)}`);
  return `${indent}<dict>\n${members.join('')}${indent}</dict>\n`;
}

function isList(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}

/** A carriage return would be read as a newline (XML 1.0, 2.11), so it is written as a reference. */
function escapeText(text: string): string {
  // Source: XML 1.0, production Char.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) {
    throw new RotaError('ROTA_JOB_REFUSED', `A property list cannot hold the control characters of ${JSON.stringify(text)}.`, {
      suggestions: ['Move the state folder to a path without them.'],
    });
  }
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}
