import type { Issue, SourcePlace } from '../../errors/issue.ts';
import type { Files } from '../../host/files.ts';
import type { Problem } from '../../job/problem.ts';
import { largestFileBytes, readYaml, type Yaml } from '../../job/read/read-yaml.ts';

/** A value that stands in one file, and how to say where in it a problem is. */
export interface SourceValue {
  readonly file: string;
  readonly value: unknown;
  locate(problem: Problem): Issue;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file, or why there is none. Not UTF-8 is a reason: replacing what cannot be read would change a declaration. */
export function readSourceText(files: Files, file: string): { readonly text: string } | { readonly issue: Issue } {
  const refuse = (code: Issue['code'], message: string) => ({ issue: { code, severity: 'error', message, file } as const });
  try {
    const facts = files.facts(file);
    if (facts === undefined) return refuse('ROTA_SOURCE_UNREADABLE', 'The file does not exist, or is a link that leads nowhere.');
    if (facts.kind !== 'file') return refuse('ROTA_SOURCE_UNREADABLE', 'Its name is that of a file to read, but it is none.');
    if (facts.size > largestFileBytes) {
      return refuse('ROTA_MANIFEST_TOO_LARGE', `The file is larger than ${largestFileBytes / 1024 / 1024} MiB.`);
    }
    const bytes = files.readBytes(file);
    if (bytes === undefined) return refuse('ROTA_SOURCE_UNREADABLE', 'The file does not exist.');
    return { text: utf8.decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return refuse('ROTA_SOURCE_UNREADABLE', 'The file is not text in UTF-8.');
    return refuse(
      'ROTA_SOURCE_UNREADABLE',
      `The file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** The one document of a YAML or JSON file. */
export function readSingleDocument(
  yaml: Yaml,
  files: Files,
  file: string,
): { readonly source?: SourceValue; readonly issues: readonly Issue[] } {
  const read = readSourceText(files, file);
  if ('issue' in read) return { issues: [read.issue] };
  const { documents, issues } = readYaml(yaml, read.text, file);
  const [document, second] = documents;
  if (issues.length > 0) return { issues };
  if (document === undefined) {
    return {
      issues: [{ code: 'ROTA_DECLARATION_EMPTY', severity: 'error', message: 'The file is empty.', file, line: 1, column: 1 }],
    };
  }
  if (second !== undefined) {
    const message = 'This file holds one document; a second begins here.';
    return { issues: [{ code: 'ROTA_MANIFEST_SYNTAX', severity: 'error', message, file, line: second.line, column: 1 }] };
  }
  return { source: { file, value: document.value, locate: (problem) => document.locate(problem) }, issues };
}

/** A place in a value that was made by a program: its file is all that is known. */
export function locateInModule(place: SourcePlace): (problem: Problem) => Issue {
  return ({ code, severity, message, suggestion }) => ({
    code,
    severity,
    message,
    ...place,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
