import { splitCommandLine } from './command-line.ts';

/** One piece of a text that may refer to values which are known only when the job runs. */
export type ReferencePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] };

/** The pieces, or what is wrong with the text. `offset` counts characters from 0. */
export type ParsedReferences =
  | { readonly ok: true; readonly parts: readonly ReferencePart[] }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** What an environment variable may be called. */
export const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads `${VAR}`, `${file:PATH}` and `${command:PROGRAM ARGS}`; `$${` stands for a literal `${`. Everything else is text, a lone `$` too.
 * Quotes inside `${command:...}` may hold a `}`. Resolves nothing.
 */
export function parseReferences(text: string): ParsedReferences {
  const parts: ReferencePart[] = [];
  let plain = '';
  let offset = 0;
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
  };
  while (offset < text.length) {
    if (text.startsWith('$${', offset)) {
      plain += '${';
      offset += 3;
    } else if (text.startsWith('${', offset)) {
      const end = endOfReference(text, offset + 2);
      if (end === undefined)
        return { ok: false, offset, message: 'The reference is not closed: "}" is missing. Write `$${` for a literal `${`.' };
      const part = readReference(text.slice(offset + 2, end));
      if (typeof part === 'string') return { ok: false, offset, message: part };
      flush();
      parts.push(part);
      offset = end + 1;
    } else {
      plain += text.charAt(offset);
      offset += 1;
    }
  }
  flush();
  return { ok: true, parts };
}

/** True when the text refers to something, so that somebody has to resolve it when the job runs. */
export function hasReferences(text: string): boolean {
  if (!text.includes('${')) return false;
  const parsed = parseReferences(text);
  return parsed.ok && parsed.parts.some((part) => part.kind !== 'text');
}

/** A text without references in the form in which {@link parseReferences} reads it back. */
export function escapeReferences(literal: string): string {
  return literal.replaceAll('${', () => '$${');
}

function endOfReference(text: string, start: number): number | undefined {
  const quotes = text.startsWith('command:', start);
  let mark: string | undefined;
  for (let index = start; index < text.length; index++) {
    const character = text.charAt(index);
    if (mark !== undefined) mark = character === mark ? undefined : mark;
    else if (quotes && (character === '"' || character === "'")) mark = character;
    else if (character === '}') return index;
  }
  return undefined;
}

function readReference(body: string): ReferencePart | string {
  if (body.startsWith('file:')) {
    const path = body.slice('file:'.length);
    return path.trim() === '' ? '`${file:}` names no file.' : { kind: 'file', path };
  }
  if (body.startsWith('command:')) {
    const split = splitCommandLine(body.slice('command:'.length));
    return split.ok ? { kind: 'command', argv: split.argv } : `In \`\${${body}}\`: ${split.message}`;
  }
  if (environmentName.test(body)) return { kind: 'variable', name: body };
  return `\`\${${body}}\` is not a reference. Expected \`\${NAME}\`, \`\${file:PATH}\` or \`\${command:PROGRAM}\`; write \`$\${\` for a literal \`\${\`.`;
}
