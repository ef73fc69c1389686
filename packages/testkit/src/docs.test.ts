import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = ['README.md', 'docs', 'docs/decisions', 'data/cortex', 'data/models'].flatMap((place) =>
  place.endsWith('.md')
    ? [place]
    : readdirSync(join(root, place))
        .filter((file) => file.endsWith('.md'))
        .map((file) => join(place, file)),
);

/** Code as a reader compares it: indentation and line ends do not count. */
const flat = (code: string) => code.replace(/\s+/g, ' ').trim();

describe('documentation', () => {
  it.each(pages)('%s links to things that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const broken = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });

  it('shows no TypeScript that is not run by a test', () => {
    const tests = ['packages', 'apps']
      .flatMap((place) => findTests(join(root, place)))
      .map((file) => flat(readFileSync(file, 'utf8')));
    const unknown = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
        .map((match) => flat(match[1]!))
        .filter((block) => !tests.some((test) => test.includes(block)))
        .map((block) => `${page}: ${block.slice(0, 60)}…`),
    );
    expect(unknown).toEqual([]);
  });
});

function findTests(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'build'].includes(entry.name) ? [] : findTests(join(folder, entry.name));
    return entry.name.endsWith('.test.ts') ? [join(folder, entry.name)] : [];
  });
}
