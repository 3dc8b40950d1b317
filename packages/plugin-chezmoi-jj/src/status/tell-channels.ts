import { type AlertNews, isRotaError, type PluginRota } from '@rota/core';

/** The job whose alert channels are told. */
export const jobName = 'chezmoi-sync';

/** Tells the channels of the installed job; without one there are none. */
export async function tellChannels(rota: Pick<PluginRota, 'tell'>, news: AlertNews): Promise<void> {
  try {
    for (const problem of await rota.tell(jobName, news)) process.stderr.write(`${problem} It is tried again later.\n`);
  } catch (error) {
    if (!isRotaError(error)) throw error;
    if (error.code !== 'ROTA_JOB_UNKNOWN') process.stderr.write(`${error.message}\n`);
  }
}
