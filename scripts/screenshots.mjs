// Makes the pictures of the report in docs/images: `node scripts/screenshots.mjs`. The household in them is made for real, with a clock that
// stands still, so that they differ only when the page does. Needs Chromium of the system, and looks best with the font Inter.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { chromium } from 'playwright-core';

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const jiti = createJiti(import.meta.url, { fsCache: false, alias: { '@rota/core': path('packages/core/src/index.ts') } });

const pictures = [
  { name: 'report-light', colorScheme: 'light', viewport: { width: 1024, height: 1010 } },
  { name: 'report-dark', colorScheme: 'dark', viewport: { width: 1024, height: 880 }, from: '#week' },
  { name: 'report-phone', colorScheme: 'light', viewport: { width: 390, height: 1100 }, from: '#week' },
];
/** Pictures are part of every clone. */
const mostBytes = 150_000;

const folder = mkdtempSync(join(tmpdir(), 'rota-screenshots-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-lcd-text'],
});
try {
  const { household } = await jiti.import(path('packages/core/src/report/household.test-support.ts'));
  const { renderReport } = await jiti.import(path('packages/core/src/report/render-report.ts'));
  const { rota } = await household(folder);
  const report = await rota.report();
  const file = join(folder, 'report.html');
  // The place of the bundles is a folder of this run.
  const placed = {
    ...report,
    bundles: report.bundles.map((bundle) => ({ ...bundle, place: '~/.local/state/rota/namespaces/default/bundles' })),
  };
  writeFileSync(file, renderReport(placed));
  mkdirSync(path('docs/images'), { recursive: true });
  for (const { name, from, ...options } of pictures) {
    const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
    await page.goto(pathToFileURL(file).href);
    if (from !== undefined) await page.locator(from).evaluate((element) => element.scrollIntoView());
    const out = path(`docs/images/${name}.png`);
    await page.screenshot({ path: out });
    await page.close();
    const { size } = statSync(out);
    if (size > mostBytes) throw new Error(`${out} has ${size} bytes, more than ${mostBytes}`);
    console.log(`docs/images/${name}.png  ${size} bytes`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
