/** Renders at most once per frame, and not while paused. */
export interface Frames {
  readonly request: () => void;
  readonly setPaused: (isPaused: boolean) => void;
}

export function createFrames(draw: () => void): Frames {
  let isPaused = false;
  let isAsked = false;
  const run = (): void => {
    isAsked = false;
    draw();
  };
  const request = (): void => {
    if (isAsked || isPaused) return;
    isAsked = true;
    requestAnimationFrame(run);
  };
  return {
    request,
    setPaused(next) {
      isPaused = next;
      request();
    },
  };
}
