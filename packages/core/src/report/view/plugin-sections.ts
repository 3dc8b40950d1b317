import type { Report } from '../report.ts';
import { type Html, html } from './html.ts';

/** What plugins say of their part of the machine, such as the age of a Nix revision or the last sync of dotfiles. */
export function pluginSections({ sections }: Report): Html {
  if (sections.length === 0)
    return html`<p class="empty">No plugin tells of its part here. Those for Nix and dotfiles do, once the config has them.</p>`;
  return html`<div class="cards">${sections.map(
    ({ plugin, title, state, summary, facts }) =>
      html`<section class="card" data-state="${state}"><h3><bdi>${title}</bdi></h3><p class="card-state"><span class="state" data-state="${state}">${state}</span> <bdi>${summary}</bdi></p>${
        facts.length > 0 &&
        html`<dl>${facts.map(({ label, value }) => html`<div><dt><bdi>${label}</bdi></dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>`
      }<p class="detail">plugin <bdi>${plugin}</bdi></p></section>`,
  )}</div>`;
}
