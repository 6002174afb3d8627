import { matcherText } from '../../../model/alert-matcher.ts';
import type { ListedSilence } from '../../alerts/silences.ts';
import { getJson, write } from '../api.ts';
import { absoluteText, agoText, durationText } from '../logic/format.ts';
import type { Store } from '../logic/store.ts';
import { showLock } from './actions.ts';
import { refusalText } from './refusal-text.ts';
import { ask, toast } from './dialogs.ts';
import { h, setText } from './dom.ts';

/** The silences of the agent: whom they match, until when, and by whom. With the token they are created and ended here. */
export interface SilencesPanel {
  readonly element: HTMLElement;
  update(nowMs: number): void;
  /** Asks for a silence, and creates it. */
  create(matchers: string): void;
}

/** Silences of others appear so much later at most. */
const REFRESH_MS = 15_000;
/** Those that ended earlier are not listed; the command line lists them for five days. */
const EXPIRED_MS = 86_400_000;

export function createSilencesPanel(store: Store): SilencesPanel {
  const count = h('span', { class: 'count' });
  const body = h('tbody');
  const heads = ['Alerts with', 'State', 'By', 'Comment', ''].map((text) => h('th', { scope: 'col' }, text));
  heads.at(-1)?.append(h('span', { class: 'sr-only' }, 'End'));
  const table = h('table', { 'aria-label': 'Silences' }, h('thead', {}, h('tr', {}, ...heads)), body);
  const empty = h('p', { class: 'empty' }, 'No silences. One keeps alerts from being delivered for a time.');
  const add = h('button', { type: 'button', click: () => tried(create('')) }, 'New silence');
  const head = h('div', { class: 'section-head' }, h('h3', {}, 'Silences ', count), add);
  let refreshedMs = 0;
  let drawn = '';
  const refresh = async (): Promise<void> => {
    refreshedMs = Date.now();
    const { silences } = await getJson<{ readonly silences: readonly ListedSilence[] }>('v1/silences');
    store.silences.set(silences);
  };
  const create = async (matchers: string): Promise<void> => {
    const { onDemand } = await import('./on-demand.ts');
    if (await onDemand.askForSilence(matchers, store)) await refresh();
  };
  const end = async (silence: ListedSilence): Promise<void> => {
    if (await isEnded(silence)) await refresh();
  };
  const tried = (work: Promise<void>): void => {
    work.catch((error: unknown) => toast(refusalText(error), 'bad'));
  };
  return {
    element: h('section', { class: 'alert-table silences', 'aria-label': 'Silences' }, head, table, empty),
    create: (matchers) => tried(create(matchers)),
    update(nowMs) {
      // While the agent is away, the list stays as it is.
      if (Date.now() - refreshedMs > REFRESH_MS) void refresh().catch(() => undefined);
      const shown = store.silences
        .at(nowMs)
        .filter(({ state, endsAtMs }) => state !== 'expired' || nowMs - endsAtMs < EXPIRED_MS);
      setText(count, String(shown.filter(({ state }) => state !== 'expired').length));
      table.hidden = shown.length === 0;
      empty.hidden = shown.length > 0;
      showLock(add, 'Deliver no alerts that match for a time');
      add.disabled = add.dataset['locked'] === 'true';
      const isLocked = String(add.dataset['locked']);
      const next = [isLocked, ...shown.map((silence) => `${silence.id} ${stateText(silence, nowMs)}`)].join(
        '\n',
      );
      if (next === drawn) return;
      drawn = next;
      const focused = document.activeElement?.closest('tr')?.dataset['id'];
      const hadFocus = body.contains(document.activeElement);
      body.replaceChildren(...shown.map((silence) => line(silence, nowMs, () => tried(end(silence)))));
      // The focus stays on the button of its silence, or goes on when that has ended.
      if (hadFocus) (body.querySelector<HTMLElement>(`tr[data-id="${focused ?? ''}"] button`) ?? add).focus();
    },
  };
}

/** Asks, and ends it. */
async function isEnded(silence: ListedSilence): Promise<boolean> {
  const answer = await ask({
    title: 'End this silence?',
    text: `Alerts with ${textOf(silence)} that are still active are delivered.`,
    confirm: 'End',
  });
  if (answer === undefined) return false;
  await write('DELETE', `v1/silences/${encodeURIComponent(silence.id)}`);
  toast('The silence has ended');
  return true;
}

function textOf({ matchers }: ListedSilence): string {
  return matchers.map(matcherText).join(', ');
}

/** Minutes, so that a line changes once in a while. */
function stateText({ state, startsAtMs, endsAtMs }: ListedSilence, nowMs: number): string {
  const inText = (timeMs: number): string => durationText(Math.ceil((timeMs - nowMs) / 60_000) * 60_000);
  if (state === 'expired') return `ended ${agoText(Math.max(60_000, nowMs - endsAtMs))}`;
  return state === 'active' ? `for ${inText(endsAtMs)}` : `begins in ${inText(startsAtMs)}`;
}

function line(silence: ListedSilence, nowMs: number, onEnd: () => void): HTMLElement {
  const { matchers, startsAtMs, endsAtMs, createdBy, comment, state } = silence;
  const end = h('button', { type: 'button', click: onEnd }, 'End');
  showLock(end, 'End this silence');
  end.disabled = end.dataset['locked'] === 'true';
  const names = matchers.map((matcher) => h('code', {}, matcherText(matcher)));
  const times = `${absoluteText(startsAtMs)} to ${absoluteText(endsAtMs)}`;
  return h(
    'tr',
    { class: state === 'expired' ? 'is-over' : '', 'data-id': silence.id },
    h('td', { class: 'matchers' }, ...names.flatMap((name, n) => (n === 0 ? [name] : [' ', name]))),
    h('td', { title: times }, stateText(silence, nowMs)),
    h('td', {}, createdBy === '' ? '–' : createdBy),
    h('td', { class: 'what' }, comment),
    h('td', { class: 'act' }, ...(state === 'expired' ? [] : [end])),
  );
}
