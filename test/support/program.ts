import { spawn } from 'node:child_process';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** In a terminal, made by util-linux `script`; stderr is part of stdout then. */
  readonly tty?: boolean;
}

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, input = '', tty = false }: ProgramOptions = {},
): Promise<ProgramResult> {
  const line = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const [file, words] = tty ? ['script', ['-qefc', `exec ${line}`, '/dev/null']] : [program, args];
  const child = spawn(file, words, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  // A program that reads nothing may be gone before its input is written.
  child.stdin.on('error', () => undefined);
  // A terminal whose input ends hangs up on the program.
  if (tty) child.stdin.write(input);
  else child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      child.stdin.destroy();
      resolve({ exitCode, ...out });
    });
  });
}
