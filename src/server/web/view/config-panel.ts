import { getJson, taskPath } from '../api.ts';
import { configLines, type ConfigLine } from '../logic/config-lines.ts';
import { h } from './dom.ts';

/** What a task was started with; the environment only for those who open it, as it often holds secrets. */
export function createConfigPanel(taskId: string): HTMLElement {
  const body = h('div', {}, h('p', { class: 'empty' }, 'Loading'));
  const show = (spec: unknown): void => {
    const { lines, env } = configLines(spec);
    body.replaceChildren(list(lines, 'config'));
    if (env.length === 0) return;
    const summary = h(
      'summary',
      {},
      `Environment, ${env.length} ${env.length === 1 ? 'variable' : 'variables'}`,
    );
    body.append(h('details', {}, summary, list(env, 'config')));
  };
  getJson<{ readonly config?: unknown }>(taskPath(taskId))
    .then(({ config }) => show(config))
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      body.replaceChildren(h('p', { class: 'empty' }, why));
    });
  return h(
    'section',
    { class: 'panel', 'aria-label': 'Configuration' },
    h('header', {}, h('h2', {}, 'Configuration')),
    body,
  );
}

function list(lines: readonly ConfigLine[], kind: string): HTMLElement {
  const element = h('dl', { class: `facts ${kind}` });
  element.append(...lines.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]));
  return element;
}
