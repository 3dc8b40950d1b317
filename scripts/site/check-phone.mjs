// Fails when a page of the site scrolls sideways on a phone: `node scripts/site/check-phone.mjs`, after `npm run docs`. Needs Chromium of the system.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const site = fileURLToPath(new URL('../../site/', import.meta.url));
const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith('.html'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const wide = [];
try {
  // The list of all names, which scripts add to every page, stands in a drawer of its own there.
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.route('**/*', (route) => (route.request().url().startsWith('file:') ? route.continue() : route.abort()));
  for (const file of pages) {
    await page.goto(pathToFileURL(join(site, file)).href, { waitUntil: 'load' });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 360) wide.push(`${file}: ${width} pixels`);
  }
} finally {
  await browser.close();
}
for (const line of wide) console.error(line);
console.log(`${pages.length} pages, ${wide.length} wider than a phone`);
process.exitCode = wide.length === 0 && pages.length > 0 ? 0 : 1;
