import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from '@rota/test-support';

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A real endpoint on this machine. `answer` decides what it does with each request. */
export async function endpoint(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end(),
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api/checkins`, received, messages: () => received.map(({ body }) => JSON.parse(body)) };
}
