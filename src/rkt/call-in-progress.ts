import { MAX_OUTPUT_BYTES, type CommandEnd } from './command-outcome.ts';

/** What is known of a called command until it ends. */
export interface CallInProgress {
  readonly end: Promise<CommandEnd | undefined>;
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** The script that becomes the app. */
  launch(script: string): void;
  /** The end of the command, with what it has printed. */
  endedWith(how: Pick<CommandEnd, 'exitCode' | 'reason' | 'cause'>): CommandEnd;
  finish(end: CommandEnd | undefined): void;
}

/** `kill` is called when the output is too long. */
export function callInProgress(kill: () => void): CallInProgress {
  const output = { stdout: '', stderr: '' };
  const bytes = { stdout: 0, stderr: 0 };
  let isFlood = false;
  let script: string | undefined;
  let finish: (end: CommandEnd | undefined) => void = () => undefined;
  const end = new Promise<CommandEnd | undefined>((resolve) => (finish = resolve));
  return {
    end,
    finish,
    endedWith: (how) => ({ ...output, isFlood, script, ...how }),
    launch: (text) => (script = text),
    print: (stream, text) => {
      if (isFlood) return;
      output[stream] += text;
      bytes[stream] += Buffer.byteLength(text);
      isFlood = bytes[stream] > MAX_OUTPUT_BYTES;
      if (isFlood) kill();
    },
  };
}
