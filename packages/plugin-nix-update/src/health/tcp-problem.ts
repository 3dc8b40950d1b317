import { connect } from 'node:net';
import { connectionWords } from './connection-words.ts';

const patienceMs = 5000;

/** Why nothing takes a connection at HOST:PORT, or `null`. */
export async function tcpProblem(address: string, timeoutMs: number = patienceMs): Promise<string | null> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const port = Number(address.slice(at + 1));
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(timeoutMs, () => done(`${address} does not answer within ${timeoutMs / 1000} s.`));
    socket.on('connect', () => done(null));
    socket.on('error', (error) => done(`${address} takes no connection: ${connectionWords(error)}`));
  });
}
