import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly { id: string; nodes: { html: string }[] }[];
}

/** What axe-core finds wrong on a page as it stands. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // Not as a script element: the page's policy lets none in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResult>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
