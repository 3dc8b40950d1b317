// A plugin of typedoc for `npm run docs`. It names each page by its first heading, in the order in which the README links to them, and leads
// links to the README of a package to that package's part of the site.
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Converter, Renderer } from 'typedoc';

const root = resolve(import.meta.dirname, '../..');

export function load(app) {
  const pathOf = (project, page) => project.files.getReflectionPath(page);

  // What a page is called when it is made becomes its address.
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const path = pathOf(page.project, page);
    const name = basename(path, '.md');
    page.name = name === 'README' ? `example-${basename(dirname(path))}` : name;
  });

  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const readme = join(root, 'packages', module.name.replace('@rota/', ''), 'README.md');
      project.files.registerReflectionPath(readme, module);
    }
    const linked = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#]*\.md)/g)];
    // The list at the end of the README has the order for reading; earlier links are in passing.
    const order = linked.map(([, target]) => join(root, target)).reverse();
    const rank = (page) => -order.indexOf(pathOf(project, page));
    for (const page of project.documents) page.name = headingOf(pathOf(project, page));
    project.documents.sort((a, b) => rank(a) - rank(b));
    project.childrenIncludingDocuments = [...project.documents, ...project.children];
  });
}

function headingOf(file) {
  const [, heading] = readFileSync(file, 'utf8').match(/^# (.*)$/m);
  return heading.replaceAll('`', '');
}
