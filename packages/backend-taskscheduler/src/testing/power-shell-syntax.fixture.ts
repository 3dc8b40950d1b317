import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { Language, Parser } = require('@vscode/tree-sitter-wasm') as typeof import('@vscode/tree-sitter-wasm');

/** The syntax of a script, as plain data. */
export interface Syntax {
  readonly type: string;
  readonly text: string;
  readonly children: readonly Syntax[];
}

const parsed = new Map<string, Syntax>();

/** Reads a script, each one once. */
export async function parsePowerShell(script: string): Promise<Syntax> {
  const known = parsed.get(script);
  if (known !== undefined) return known;
  await Parser.init();
  const grammar = join(require.resolve('@vscode/tree-sitter-wasm'), '..', 'tree-sitter-powershell.wasm');
  const root = new Parser().setLanguage(await Language.load(grammar)).parse(script)?.rootNode;
  if (root === undefined || root.hasError) throw new Error('This is no PowerShell.');
  const plain = ({ type, text, children }: typeof root): Syntax => ({
    type,
    text,
    children: children.flatMap((child) => {
      if (child === null || ['comment', 'command_argument_sep'].includes(child.type) || child.type.trim() === '') return [];
      const made = plain(child);
      return made.type === 'pipeline_chain' ? made.children : [made];
    }),
  });
  const tree = plain(root);
  parsed.set(script, tree);
  return tree;
}

/** Below what only wraps it. */
export function core(node: Syntax): Syntax {
  const [only] = node.children;
  return only !== undefined && node.children.length === 1 && node.type !== 'variable' ? core(only) : node;
}

export function entries(node: Syntax): readonly Syntax[] {
  return node.children.flatMap((one) => (one.type === 'hash_entry' ? [one] : entries(one)));
}

export function find(node: Syntax | undefined, type: string): Syntax | undefined {
  return node?.children.find((one) => one.type === type);
}

export function the(node: Syntax, type: string): Syntax {
  const found = find(node, type);
  if (found === undefined) throw unknown(node);
  return found;
}

export function isMark({ type }: Syntax): boolean {
  return ['{', '}', '(', ')', '$(', '@(', '@{', ';'].includes(type);
}

export function nameOf({ text }: Syntax): string {
  return text.slice(1).toLowerCase();
}

export function typeName(node: Syntax | undefined): string {
  return (node?.text ?? '').slice(1, -1).toLowerCase();
}

export function unknown({ type, text }: Syntax): Error {
  return new Error(`This interpreter knows no ${type}: ${text}`);
}
