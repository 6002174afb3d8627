import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly { id: string; nodes: { html: string }[] }[];
}

/** What axe-core finds wrong on a page as it stands. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // Not as a script element: the page's policy lets none in.
  await page.evaluate(axe.source);
  // Colours that are on their way are those of neither scheme.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished))',
  );
  const { violations } = await page.evaluate<AxeResult>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
