import type { LaunchFile } from '../../backend/launch-file.ts';
import { canonicalJson, digestOf } from '../../state/digest.ts';

/** The name (`<digest>.json`) and the bytes of a launch file. Equal launch files have equal bytes, whatever the order of their keys. */
export function printLaunchFile(launch: LaunchFile): { readonly name: string; readonly text: string } {
  // Who it is for comes first, so that even the torn beginning of a launch file can be blamed on its job.
  const { formatVersion, namespace, tenant, name, ...rest } = launch;
  const head = JSON.stringify({ formatVersion, namespace, tenant, name });
  const text = `${head.slice(0, -1)},${canonicalJson(rest).slice(1)}\n`;
  return { name: `${digestOf(text)}.json`, text };
}
