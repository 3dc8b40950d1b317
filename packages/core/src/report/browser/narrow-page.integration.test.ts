import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPart, openBrowser, requirePart, temporaryFolder } from '@rota/test-support';
import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { household } from '../household.test-support.ts';
import { renderReport } from '../render-report.ts';
import type { Report } from '../report.ts';

requirePart(chromiumPart)('the report page where room is scarce', () => {
  let browser: Browser;
  let report: Report;

  beforeAll(async () => {
    browser = await openBrowser();
    report = await (await household(temporaryFolder())).rota.report();
  });

  async function open(shown: Report, viewport: { readonly width: number; readonly height: number }) {
    const file = join(temporaryFolder(), 'report.html');
    writeFileSync(file, renderReport(shown));
    const page = await browser.newPage({ viewport });
    await page.goto(pathToFileURL(file).href);
    return { page, close: () => page.close() };
  }

  test.each([320, 390, 1280])(
    'at %i pixels no name of a day is cut off or reaches into the next, at whatever hour the week begins',
    async (width) => {
      for (const hour of [0, 3, 10, 22]) {
        const moved = (instant: string): string =>
          new Date(Date.parse(instant) + hour * 3_600_000).toISOString().replace('.000Z', 'Z');
        const week = { ...report.week, from: moved(report.week.from), to: moved(report.week.to) };
        const { page, close } = await open({ ...report, week }, { width, height: 740 });
        const places = await page.locator('.axis text:not(.clock-text)').evaluateAll((texts) => {
          const edge = texts[0]?.closest('svg')?.getBoundingClientRect();
          const shown = texts.filter((text) => getComputedStyle(text).display !== 'none');
          return shown
            .map((text) => text.getBoundingClientRect())
            .map(({ left, right }) => [left - (edge?.left ?? 0), right - (edge?.right ?? 0)]);
        });
        expect(places.length).toBeGreaterThanOrEqual(6);
        for (const [index, [left = 0, right = 0]] of places.entries()) {
          expect(right, `${hour} h: name ${index}`).toBeLessThanOrEqual(0.5);
          const svg = await page.locator('.axis').evaluate((axis) => axis.getBoundingClientRect().width);
          const [next = Number.POSITIVE_INFINITY] = places[index + 1] ?? [];
          expect(right + svg, `${hour} h: names ${index} and ${index + 1}`).toBeLessThanOrEqual(next + 0.5);
          expect(left).toBeGreaterThanOrEqual(0);
        }
        await close();
      }
    },
  );

  test('names of 63 characters, long errors and a remedy as long leave room for each other', async () => {
    const long = (letter: string, length = 63): string => letter.repeat(length);
    const attention = [
      {
        severity: 'error' as const,
        subject: `${long('t')}/${long('j')}`,
        message: long('E', 300),
        remedy: `rota ${long('x', 200)}`,
      },
    ];
    const jobs = report.jobs.map((job, index) => ({
      ...job,
      tenant: long('t'),
      name: `${long('j', 60)}${index + 100}`,
      output: long('o', 400),
    }));
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 360, height: 740 },
    ]) {
      const { page, close } = await open({ ...report, attention, jobs }, viewport);
      const width = await page.locator('.attention .message').evaluate((message) => message.getBoundingClientRect().width);
      expect(width).toBeGreaterThan(150);
      await page.locator('[data-list=week] button').first().click();
      for (const place of ['html', 'dialog'])
        expect(await page.locator(place).evaluate((box) => box.scrollWidth - box.clientWidth), place).toBeLessThanOrEqual(0);
      await close();
    }
  });
});
