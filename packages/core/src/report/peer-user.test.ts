import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { peerUser } from './peer-user.ts';

// The columns of proc_net(5): sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1E02 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:1E02 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:C350 0100007F:1E02 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0 20 4 30 10 -1
`;

test('the user at the other end is that of the socket with the ports the other way round', () => {
  expect(peerUser({ localPort: 7682, remotePort: 50_000 }, () => table)).toBe(1001);
  expect(peerUser({ localPort: 7682, remotePort: 50_001 }, () => table)).toBeUndefined();
  expect(peerUser({ localPort: 7682, remotePort: 50_000 }, () => undefined)).toBeUndefined();
});

test.runIf(process.platform === 'linux')('the system tells who connects', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const localPort = typeof address === 'object' && address !== null ? address.port : 0;
  const accepted = new Promise<number>((resolve) => void server.once('connection', (socket) => resolve(socket.remotePort ?? 0)));
  const client = connect(localPort, '127.0.0.1');
  expect(peerUser({ localPort, remotePort: await accepted })).toBe(process.getuid?.());
  client.destroy();
  server.close();
});
