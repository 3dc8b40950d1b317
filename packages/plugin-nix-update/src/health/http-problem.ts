import type { HealthCheck } from '../settings/options-schema.ts';
import { connectionWords } from './connection-words.ts';

const patienceMs = 10_000;
/** Enough to find a word in a page; a larger answer is not read to its end. */
const longestBody = 1 << 20;

/** Why a page does not answer as it should, or `null`. The whole answer has to come in time. */
export async function httpProblem(
  check: Extract<HealthCheck, { http: string }>,
  timeoutMs: number = patienceMs,
): Promise<string | null> {
  try {
    const response = await fetch(check.http, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    if (response.status !== check.status) return `${check.http} answers ${response.status}, not ${check.status}.`;
    if (check.contains === undefined) {
      await response.body?.cancel();
      return null;
    }
    const text = await beginningOf(response);
    return text.includes(check.contains) ? null : `${check.http} does not contain ${JSON.stringify(check.contains)}.`;
  } catch (error) {
    return `${check.http} does not answer: ${connectionWords(error)}`;
  }
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestBody) break;
  }
  return text;
}
