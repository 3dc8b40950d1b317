import { UpdateFailure } from '../failure.ts';

/** No way there, or no name for it: codes of Node (errno(3), getaddrinfo(3)), words of curl and of libc. A refused connection is the service's own. */
const lost =
  /EAI_AGAIN|ENETUNREACH|ENETDOWN|EHOSTUNREACH|Could ?n[o']t resolve host|Temporary failure in name resolution|Network is (?:unreachable|down)|No route to host/i;

/** Something answered, or was there and did not: of several addresses of a name, one without a way there then says nothing. */
const reached = /ECONNREFUSED|ECONNRESET|ETIMEDOUT|Connection (?:refused|reset|timed out)/i;

/** The failure of a health check. Of the class `network` when that is all that is wrong: the system may be well. */
export function healthFailure(problems: readonly string[], when = ''): UpdateFailure {
  const failureClass = problems.every((problem) => lost.test(problem) && !reached.test(problem)) ? 'network' : 'health';
  return new UpdateFailure(failureClass, `${when}${problems.join(' ')}`);
}
