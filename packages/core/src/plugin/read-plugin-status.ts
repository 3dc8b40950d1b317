import { inTime } from '../host/in-time.ts';
import type { LoadedPlugin } from './plugin.ts';
import type { PluginStatus, ReadStatusSection, StatusContext } from './status-section.ts';

const limitMs = 10_000;

/** What the plugins say of themselves, in the order of the config. One that fails or hangs is told of, and stops nothing. */
export async function readPluginStatus(
  plugins: readonly Pick<LoadedPlugin, 'name' | 'status'>[],
  context: Omit<StatusContext, 'signal'>,
): Promise<readonly PluginStatus[]> {
  const read = await Promise.all(
    plugins.flatMap(({ name, status }) => status.map((contribution) => readOne(name, contribution, context))),
  );
  return read.filter((section) => section !== null);
}

async function readOne(
  plugin: string,
  contribution: ReadStatusSection,
  context: Omit<StatusContext, 'signal'>,
): Promise<PluginStatus | null> {
  try {
    const section = await inTime(limitMs, (signal) => contribution({ ...context, signal }));
    return section === null ? null : { plugin, ...section };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { plugin, title: plugin, state: 'unknown', summary: `Its status cannot be read: ${reason}`, facts: [], data: {} };
  }
}
