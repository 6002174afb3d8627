import { messageOf, taskOf, toneOf, wordOf, type FeedItem } from '../logic/feed-items.ts';
import { absoluteText, clockText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import { labelOfId } from '../logic/task-identity.ts';
import { h } from './dom.ts';

/** One line of what happened. */
export function feedLine(item: FeedItem): HTMLElement {
  const taskId = taskOf(item);
  const word = h('span', { class: `tone-${toneOf(item)}` }, wordOf(item));
  const what = h('div', { class: 'what' });
  if (taskId !== undefined)
    what.append(h('a', { href: taskHash(taskId), title: taskId }, nameIn(item, taskId)), ' ');
  what.append(word);
  const message = messageOf(item);
  return h(
    'li',
    {},
    h(
      'time',
      { datetime: new Date(item.timeMs).toISOString(), title: absoluteText(item.timeMs) },
      clockText(item.timeMs),
    ),
    what,
    h('div', { class: 'message', title: message }, message),
  );
}

/** A crash loop has the name of its task, whatever the ids of its starts. */
function nameIn(item: FeedItem, taskId: string): string {
  return item.kind === 'loop' ? item.loop.name : labelOfId(taskId);
}
