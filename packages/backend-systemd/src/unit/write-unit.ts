/** A setting of a unit file; several with one key are several lines. */
export type Setting = readonly [key: string, value: string | number];

export interface Section {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** The text of a unit file. */
export function writeUnit(sections: readonly Section[]): string {
  return sections
    .filter((section) => section.settings.length > 0)
    .map(({ name, settings }) => `[${name}]\n${settings.map(([key, value]) => `${key}=${value}\n`).join('')}`)
    .join('\n');
}
