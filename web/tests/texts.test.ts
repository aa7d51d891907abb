import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import en from '../src/i18n/en';
import operations from '../src/i18n/en/operations.json';

function keysOf(texts: object, prefix = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]) => (typeof value === 'string' ? [prefix + name] : keysOf(value as object, `${prefix}${name}.`)));
}

const plural = /_(zero|one|two|few|many|other)$/;
const texts = { ...en, operations };
const written = keysOf(texts);
const known = new Set(written.flatMap((key) => [key, key.replace(plural, '')]));
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('permissions.ts'))
  .map((path) => readFileSync(join('src', path), 'utf8'));

/** Whole keys, and the beginnings of those that are put together: t(`common.roles.${role}`), lookUp('problems', …). */
const whole = new Set<string>();
const beginnings = new Set<string>();
const areas = Object.keys(texts).join('|');
for (const source of sources) {
  for (const [, key] of source.matchAll(new RegExp(`['"]((?:${areas})\\.[\\w.-]+)['"]`, 'g'))) if (key) whole.add(key);
  for (const [, key] of source.matchAll(new RegExp(`\`((?:${areas})\\.[\\w.-]*)\\$\\{`, 'g'))) if (key) beginnings.add(key);
  for (const [, area] of source.matchAll(/lookUp\(\s*'([\w.-]+)'/g)) if (area) beginnings.add(`${area}.`);
}
for (const area of beginnings) whole.delete(area.replace(/\.$/, ''));

const spoken = new Set(['placeholder', 'aria-label', 'aria-description', 'alt', 'label', 'legend', 'title', 'description', 'error']);

/** What a page would show without i18next: words between tags, strings put there, and those in attributes that are read or heard. */
function bareTexts(source: string): string[] {
  const found: string[] = [];
  const keep = (text: string) => /\p{L}{2}/u.test(text) && found.push(text);
  /** Strings that reach the page as they are; what is handed to a function or compared does not. */
  const shown = (node: ts.Expression | undefined): void => {
    if (node === undefined) return;
    if (ts.isStringLiteralLike(node)) keep(node.text);
    else if (ts.isTemplateExpression(node)) [node.head, ...node.templateSpans.map((span) => span.literal)].forEach((part) => keep(part.text));
    else if (ts.isParenthesizedExpression(node)) shown(node.expression);
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(shown);
    else if (ts.isBinaryExpression(node) && /^(\?\?|\|\||&&|\+)$/.test(node.operatorToken.getText())) [node.left, node.right].forEach(shown);
  };
  const valueOf = ({ initializer }: ts.JsxAttribute) => (initializer && ts.isJsxExpression(initializer) ? initializer.expression : initializer);
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) keep(node.text.trim());
    else if (ts.isJsxAttribute(node) && spoken.has(node.name.getText())) shown(valueOf(node));
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) shown(node.expression);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile('page.tsx', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

describe('the texts', () => {
  test('every key that the source names is written', () => {
    expect([...whole].filter((key) => !known.has(key))).toEqual([]);
  });

  test('every beginning of a key leads to at least one text', () => {
    expect([...beginnings].filter((beginning) => !written.some((key) => key.startsWith(beginning)))).toEqual([]);
  });

  test('every text is used', () => {
    const used = (key: string) => whole.has(key) || whole.has(key.replace(plural, '')) || [...beginnings].some((beginning) => key.startsWith(beginning));
    expect(written.filter((key) => !used(key))).toEqual([]);
  });

  test('a counted text has both forms that English needs', () => {
    const counted = new Set(written.filter((key) => plural.test(key)).map((key) => key.replace(plural, '')));
    expect([...counted].filter((key) => !written.includes(`${key}_one`) || !written.includes(`${key}_other`))).toEqual([]);
  });

  test('pages have no text of their own', () => {
    const page = '<p title="Bare one" c="red">{on ? \'Bare two\' : t(\'common.close\')} Bare three {`Bare ${4}`} <b style={{ color: \'red\' }} /></p>';
    expect(bareTexts(page)).toEqual(['Bare one', 'Bare two', 'Bare three', 'Bare ']);

    expect(sources.flatMap(bareTexts)).toEqual([]);
  });
});
