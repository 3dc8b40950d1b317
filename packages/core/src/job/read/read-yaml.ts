import type { Alias, Document, LineCounter as LineCounterType, Node } from 'yaml';
import type { ErrorCode } from '../../errors/catalogue.ts';
import type { Issue } from '../../errors/issue.ts';
import type { FieldPath, Problem } from '../problem.ts';
import { yamlProblems } from './yaml-problems.ts';

/** The package `yaml`, loaded by the first caller who needs it. */
export type Yaml = typeof import('yaml');

/** One document of a file: its value, and where things stand in it. */
export interface YamlDocument {
  readonly value: unknown;
  /** Line of its first key. */
  readonly line: number;
  /** Turns a problem with a field into an issue with line and column. */
  locate(problem: Problem): Issue;
  /** The text of a scalar as it is written, such as `1.10`. */
  sourceText(path: FieldPath): string | undefined;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly issues: readonly Issue[];
}

/** Larger than any declaration: a thousand jobs of a hundred lines. */
export const largestFileBytes = 8 * 1024 * 1024;
/** As the parser's own default: what anchors expand to is counted, so that a few lines cannot become gigabytes. */
const mostAliases = 100;

/** Reads every document of a text. What cannot be read becomes an issue with its place; nothing throws for bad input. */
export function readYaml(yaml: Yaml, text: string, file: string): YamlFile {
  if (text.length > largestFileBytes) {
    return failed('ROTA_MANIFEST_TOO_LARGE', file, `The file is larger than ${largestFileBytes / 1024 / 1024} MiB.`);
  }
  const lines = new yaml.LineCounter();
  let parsed: readonly Document.Parsed[];
  try {
    const answer = yaml.parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true });
    parsed = Array.isArray(answer) ? answer : [];
  } catch (error) {
    if (error instanceof RangeError) return failed('ROTA_MANIFEST_TOO_LARGE', file, 'The document is nested too deeply.');
    throw error;
  }
  const issues: Issue[] = [];
  const documents: YamlDocument[] = [];
  for (const document of parsed) {
    // A warning of the parser is a tag that it does not know: what it means would be lost.
    const errors = [...document.errors, ...document.warnings];
    for (const { message, line, column } of yamlProblems(errors, text, lines))
      issues.push({ code: 'ROTA_MANIFEST_SYNTAX', severity: 'error', message, file, line, column });
    if (errors.length > 0 || document.contents === null) continue;
    try {
      const value: unknown = document.toJS({ maxAliasCount: mostAliases });
      if (value !== null) documents.push(yamlDocument(yaml, document, value, lines, file));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const expansion = error instanceof ReferenceError || error instanceof RangeError;
      issues.push(
        expansion ? expansionIssue(yaml, document, lines, file, error) : mergeIssue(yaml, document, lines, file, error),
      );
    }
  }
  return { documents, issues };
}

/** `<<` that merges what is no mapping: the parser finds it only when it makes the value, and throws a plain error. */
function mergeIssue(yaml: Yaml, document: Document.Parsed, lines: LineCounterType, file: string, error: Error): Issue {
  let offset = document.contents?.range[0] ?? 0;
  yaml.visit(document, {
    Pair(_, pair) {
      if (!yaml.isScalar(pair.key) || pair.key.source !== '<<' || !pair.key.range) return undefined;
      offset = pair.key.range[0];
      return yaml.visit.BREAK;
    },
  });
  const { line, col } = lines.linePos(offset);
  const message = `\`<<\` takes a mapping, or an alias of one (${error.message}).`;
  return { code: 'ROTA_MANIFEST_SYNTAX', severity: 'error', message, file, line, column: col };
}

/** An alias without anchor, or anchors or nesting that expand beyond reason: the parser finds these only when it makes the value. */
function expansionIssue(yaml: Yaml, document: Document.Parsed, lines: LineCounterType, file: string, error: Error): Issue {
  let dangling: Alias | undefined;
  if (error.message.startsWith('Unresolved alias')) {
    yaml.visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined) return undefined;
        dangling = alias;
        return yaml.visit.BREAK;
      },
    });
  }
  const { line, col } = lines.linePos(dangling?.range?.[0] ?? document.contents?.range[0] ?? 0);
  const place = { severity: 'error', file, line, column: col } as const;
  if (dangling !== undefined)
    return { ...place, code: 'ROTA_MANIFEST_SYNTAX', message: `There is no anchor "&${dangling.source}" before this alias.` };
  const message =
    error instanceof ReferenceError
      ? `The anchors of this document expand to far more than it holds (${error.message}). Write out what they stand for.`
      : 'The document is nested too deeply.';
  return { ...place, code: 'ROTA_MANIFEST_TOO_LARGE', message };
}

function yamlDocument(yaml: Yaml, document: Document.Parsed, value: unknown, lines: LineCounterType, file: string): YamlDocument {
  const start = document.contents?.range[0] ?? 0;
  return {
    value,
    line: lines.linePos(start).line,
    sourceText: (path) => {
      const node = document.getIn(path, true);
      return yaml.isScalar(node) ? node.source : undefined;
    },
    locate(problem) {
      const { line, col } = lines.linePos(offsetOf(yaml, document, problem));
      return {
        code: problem.code,
        severity: problem.severity,
        message: problem.message,
        file,
        line,
        column: col,
        ...(problem.suggestion === undefined ? {} : { suggestion: problem.suggestion }),
      };
    },
  };
}

/** Offset in the text of the key or value that a problem is about, or of the nearest thing around it that exists. */
function offsetOf(yaml: Yaml, document: Document.Parsed, problem: Problem): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, step] of problem.path.entries()) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    const last = depth === problem.path.length - 1;
    if (yaml.isMap(node)) {
      const pair = node.items.find((item) => String(yaml.isScalar(item.key) ? item.key.value : item.key) === String(step));
      if (pair === undefined) return offset;
      const place =
        last && problem.onKey !== true && isNode(pair.value) && pair.value.range?.[0] !== undefined ? pair.value : pair.key;
      if (isNode(place)) offset = place.range?.[0] ?? offset;
      node = pair.value;
    } else if (yaml.isSeq(node)) {
      const item = node.items[Number(step)];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  if (problem.offset !== undefined && yaml.isScalar(node) && typeof node.value === 'string' && isNode(node)) {
    // Only where the text stands in the file as it is: no folding, no escapes.
    const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
    if ((quoted || node.type === 'PLAIN') && node.source === node.value) offset += problem.offset + (quoted ? 1 : 0);
  }
  return offset;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function failed(code: ErrorCode, file: string, message: string): YamlFile {
  return { documents: [], issues: [{ code, severity: 'error', message, file, line: 1, column: 1 }] };
}
