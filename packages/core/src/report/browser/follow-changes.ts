import type { Report } from '../report.ts';
import { element } from './element.ts';
import type { Page } from './start-page.ts';

/** Keeps a served page as the machine is: the server says when there is something new, and the page takes it. */
export function followChanges(page: Page): void {
  const pill = element('.live', HTMLElement);
  const say = (state: 'live' | 'lost', text: string): void => {
    pill.hidden = false;
    pill.dataset.state = state;
    if (pill.textContent !== text) pill.textContent = text;
  };
  let version = document.body.dataset.live ?? '';
  const take = async (): Promise<void> => {
    const response = await fetch('report.json', { cache: 'no-store' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const report: Report = await response.json();
    page.update(report);
  };
  const source = new EventSource('events');
  source.addEventListener('open', () => say('live', 'Live'));
  source.addEventListener('error', () => say('lost', 'The connection is lost; this page tries again.'));
  source.addEventListener('report', ({ data }: MessageEvent<string>) => {
    say('live', 'Live');
    if (data === version) return;
    take().then(
      () => {
        version = data;
      },
      () => say('lost', 'The newest data cannot be read; this page tries again.'),
    );
  });
  source.addEventListener('problem', ({ data }: MessageEvent<string>) => say('lost', `The machine cannot be read: ${data}`));
}
