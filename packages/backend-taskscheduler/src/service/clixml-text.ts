const start = '#< CLIXML';
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The words of what Windows PowerShell wrote to its error stream, which under `-EncodedCommand` is CLIXML: objects as XML, whose progress is left out. Other text stays as it is. */
export function clixmlText(stderr: string): string {
  if (!stderr.includes(start)) return stderr.trim();
  const said = [...stderr.matchAll(/<S S="(?:Error|Warning|warning)">([^<]*)<\/S>/g)].map(([, text = '']) => text);
  return said
    .join('')
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => named[name] ?? '')
    .replace(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\s+/g, ' ')
    .trim();
}
