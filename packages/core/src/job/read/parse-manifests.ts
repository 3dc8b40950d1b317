import type { JobContext } from '../normalise/job-context.ts';
import type { ParsedManifests } from './parsed-manifests.ts';
import { readManifests } from './read-manifests.ts';

/**
 * Reads the manifests of a file: one or several YAML documents, every problem at once, each with line and column.
 * Touches no file: `file` is a name for messages. An empty text is an issue. The context comes from `jobContext`.
 */
export async function parseManifests(text: string, file: string, context: JobContext): Promise<ParsedManifests> {
  return readManifests(await import('yaml'), text, file, context);
}
