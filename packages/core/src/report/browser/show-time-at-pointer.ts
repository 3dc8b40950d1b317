import type { Report } from '../report.ts';
import { clockText, secondsOf } from '../view/clock.ts';

/** Shows, at the head of the timeline, the hour that the pointer is over. For the eye only: rows tell their times in words. */
export function showTimeAtPointer(chart: HTMLElement, report: () => Report): void {
  const cursor = document.createElement('span');
  cursor.className = 'cursor';
  cursor.hidden = true;
  cursor.setAttribute('aria-hidden', 'true');
  chart.querySelector('.cursor')?.remove();
  chart.append(cursor);
  chart.addEventListener('pointerleave', () => {
    cursor.hidden = true;
  });
  chart.addEventListener('pointermove', (event) => {
    const track =
      event.target instanceof Element ? event.target.closest('li, .axis-row')?.querySelector('.track, .load') : undefined;
    const box = track?.getBoundingClientRect();
    if (box === undefined || event.clientX < box.left || event.clientX > box.right) {
      cursor.hidden = true;
      return;
    }
    const { week, zones, timezone } = report();
    const from = secondsOf(week.from);
    const at = from + ((event.clientX - box.left) / box.width) * (secondsOf(week.to) - from);
    cursor.hidden = false;
    cursor.textContent = clockText(zones[timezone], at - (at % 3600));
    const { left } = chart.getBoundingClientRect();
    cursor.style.left = `${event.clientX - left}px`;
  });
}
