import { createHash } from 'node:crypto';

// What the runner imports when there is something to tell: plain JavaScript, no config, nothing else of Rota.

/**
 * Sends an alert to a room of Matrix: `PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}` (Client-Server API, "Sending events to a room"). An alert that is
 * sent again has the same transaction id, and a home server that has it already shows it once.
 *
 * @type {import('@rota/core').SendAlert}
 */
export async function send(message, { options, signal }) {
  const { homeserver, room, token } = options;
  const missing = ['homeserver', 'room', 'token'].find((name) => !options[name]);
  if (missing !== undefined) throw new Error(`the option ${missing} is not given`);
  const transaction = createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, 32);
  const path = `_matrix/client/v3/rooms/${encodeURIComponent(String(room))}/send/m.room.message/rota-${transaction}`;
  const response = await fetch(new URL(path, `${String(homeserver).replace(/\/*$/, '')}/`), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    // Clients are silent about m.notice.
    body: JSON.stringify({ msgtype: 'm.text', body: textOf(message) }),
    redirect: 'error',
    signal,
  });
  if (response.ok) return;
  const answer = await response.json().catch(() => ({}));
  throw new Error(`${new URL(String(homeserver)).host} answered ${[response.status, answer.errcode].join(' ').trim()}`);
}

/** @param {import('@rota/core').AlertMessage} message */
function textOf({ event, tenant, job_name, host, text, output }) {
  const end = event === 'failure' && output !== '' ? `\n\n${output.trimEnd()}` : '';
  return `${event}: ${tenant}/${job_name} on ${host}\n${text}${end}`;
}
