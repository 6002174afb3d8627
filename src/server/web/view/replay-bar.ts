import type { ReplayMarker } from '../../../drivers/recorded/recorded-markers.ts';
import type { ReplayPosition } from '../../../drivers/recorded/replay.ts';
import { getJson, mayWrite, write } from '../api.ts';
import { absoluteText, clockText, durationText } from '../logic/format.ts';
import { nextMarker, shareOf } from '../logic/replay-time.ts';
import { toast } from './dialogs.ts';
import { byId, h, setAttribute, setText } from './dom.ts';

/** The time slider of a recording. */
export interface ReplayBar {
  update(position: ReplayPosition, timeMs: number): void;
}

const SPEEDS = [0.5, 1, 2, 5, 10, 30, 60, 300, 1_000, 3_600];
const LOCKED = 'Use a write token to change the time of the recording';

/** Shows the slider in a place of the page. */
export function createReplayBar(place: HTMLElement): ReplayBar {
  let shown: { readonly position: ReplayPosition; readonly timeMs: number } | undefined;
  let markers: readonly ReplayMarker[] = [];
  const jump = (direction: 1 | -1): void => {
    const marker = shown && nextMarker(markers, shown.timeMs, direction);
    if (marker === undefined) return;
    change({ timeMs: marker.timeMs });
    toast(`${clockText(marker.timeMs)} ${marker.taskId}: ${marker.message}`);
  };
  const play = button('Play', 'Play or hold the recording', () => {
    if (shown === undefined) return;
    const { state, fromMs } = shown.position;
    if (state === 'ended') change({ timeMs: fromMs });
    else change({ state: state === 'playing' ? 'paused' : 'playing' });
  });
  const previous = button('◂ Event', 'To the event or alert before', () => jump(-1));
  const next = button('Event ▸', 'To the next event or alert', () => jump(1));
  const track = createTrack();
  const speed = h('select', {
    'aria-label': 'Speed of the recording',
    change: () => change({ speed: Number(speed.value) }),
  });
  const unlock = button('Unlock', LOCKED, () => byId('token').click());
  const name = h('strong', { class: 'replay-name' }, 'Recording');
  place.append(name, play, previous, track.element, next, track.label, speed, unlock);
  getJson<{ readonly markers: readonly ReplayMarker[] }>('v1/replay/markers')
    .then((found) => {
      ({ markers } = found);
      track.mark(markers, shown?.position);
    })
    .catch((error: unknown) => toast(textOf(error), 'bad'));
  return {
    update(position, timeMs) {
      if (shown === undefined) track.mark(markers, position);
      shown = { position, timeMs };
      place.hidden = false;
      track.show(position, timeMs);
      setText(play, PLAY_TEXTS[position.state]);
      showSpeeds(speed, position.speed);
      const isLocked = !mayWrite();
      for (const control of [play, previous, next, track.slider, speed]) {
        control.disabled = isLocked;
        setAttribute(control, 'data-locked', String(isLocked));
      }
      unlock.hidden = !isLocked;
    },
  };
}

const PLAY_TEXTS = { playing: 'Hold', paused: 'Play', ended: 'Again' } as const;

interface Track {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly slider: HTMLInputElement;
  show(position: ReplayPosition, timeMs: number): void;
  mark(markers: readonly ReplayMarker[], position: ReplayPosition | undefined): void;
}

/** The slider with the marks above it, and its time. While it is dragged, it stays where it is held. */
function createTrack(): Track {
  let range = { fromMs: 0, toMs: 0 };
  let isDragging = false;
  const chosenMs = (): number => range.fromMs + Number(slider.value);
  const slider = h('input', {
    ...{ type: 'range', min: '0', step: 'any', 'aria-label': 'Time of the recording' },
    input() {
      isDragging = true;
      showTime(chosenMs());
    },
    change() {
      isDragging = false;
      change({ timeMs: chosenMs() });
    },
  });
  const marks = h('div', { class: 'replay-marks', 'aria-hidden': 'true' });
  const label = h('span', { class: 'replay-time' });
  const showTime = (timeMs: number): void => {
    const [done, whole] = [timeMs - range.fromMs, range.toMs - range.fromMs].map(durationText);
    setText(label, `${clockText(timeMs)} · ${done ?? ''} of ${whole ?? ''}`);
    setAttribute(label, 'title', absoluteText(timeMs));
    setAttribute(slider, 'aria-valuetext', absoluteText(timeMs));
  };
  return {
    ...{ label, slider },
    element: h('div', { class: 'replay-track' }, marks, slider),
    show(position, timeMs) {
      range = position;
      setAttribute(slider, 'max', String(range.toMs - range.fromMs));
      if (isDragging) return;
      slider.value = String(timeMs - range.fromMs);
      showTime(timeMs);
    },
    mark: (markers, position) =>
      position !== undefined && marks.replaceChildren(...marksOf(markers, position)),
  };
}

function button(text: string, title: string, click: () => void): HTMLButtonElement {
  return h('button', { type: 'button', title, click }, text);
}

function change(body: object): void {
  write('POST', 'v1/replay', body).catch((error: unknown) => toast(textOf(error), 'bad'));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function marksOf(markers: readonly ReplayMarker[], position: ReplayPosition): readonly HTMLElement[] {
  return markers.map((marker) => {
    const mark = h('i', { 'data-tone': marker.isBad ? 'bad' : marker.kind });
    mark.style.left = `${(shareOf(marker.timeMs, position) * 100).toFixed(3)}%`;
    return mark;
  });
}

/** The speed of now is among the choices, whatever it is. */
function showSpeeds(select: HTMLSelectElement, speed: number): void {
  const now = String(speed);
  if (select.dataset['speed'] === now) return;
  select.dataset['speed'] = now;
  const all = [...new Set([...SPEEDS, speed])].sort((a, b) => a - b);
  select.replaceChildren(
    ...all.map((one) => h('option', { value: String(one), selected: one === speed }, `${one} ×`)),
  );
}
