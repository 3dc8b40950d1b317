import { expect, test } from 'vitest';
// @ts-expect-error a script without declarations
import { renderPageAssets } from '../../../../scripts/render-page-assets.mjs';
import { pageScript, pageStyle } from './page-assets.generated.ts';

test('the script and style in the page are those of the folder `browser`', async () => {
  const { pageScript: script, pageStyle: style } = await evaluated(await renderPageAssets());
  expect(pageScript === script && pageStyle === style, 'stale: npm run report:page').toBe(true);
});

test('they stay small: every report has them', () => {
  expect(Buffer.byteLength(pageScript)).toBeLessThan(40_000);
  expect(Buffer.byteLength(pageStyle)).toBeLessThan(20_000);
});

async function evaluated(module: string): Promise<Readonly<Record<string, unknown>>> {
  return await import(`data:text/javascript,${encodeURIComponent(module)}`);
}
