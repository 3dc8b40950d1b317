// The half that the runner imports when there is something to tell: plain JavaScript, no config, nothing else of Rota.

/**
 * Posts the text of an alert to a topic of a push service that speaks as ntfy does: the message is the body, the rest are headers.
 *
 * @type {import('@rota/core').SendAlert}
 */
export async function send(message, { options, signal }) {
  const response = await fetch(String(options.topic), {
    method: 'POST',
    body: message.text,
    headers: {
      title: `${message.tenant}/${message.job_name}: ${message.event}`,
      priority: message.event === 'recovery' ? 'default' : 'high',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    signal,
  });
  if (!response.ok) throw new Error(`the push service answered ${response.status}`);
}
