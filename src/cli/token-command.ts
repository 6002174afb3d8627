import { resolve } from 'node:path';

import { InvalidArgumentError, Option, type Command } from 'commander';

import { replaceFile } from '../files/durable-file.ts';
import { defaultDataDir } from '../model/default-directories.ts';
import { RktError } from '../model/rkt-error.ts';
import { randomToken } from '../server/tokens/agent-token.ts';
import {
  RIGHTS,
  defaultTokensPath,
  isTokenLabel,
  readTokensFile,
  tokenHash,
  tokensText,
  type Right,
  type TokenEntry,
} from '../server/tokens/tokens-file.ts';
import { createOutput } from './cli-output.ts';
import { withExamples } from './help-examples.ts';
import { table } from './text-table.ts';
import { settingsOf } from './with-driver.ts';

/** `rkt-streams token …`: the tokens of the agent of this machine. */
export function tokenCommand(program: Command): void {
  const token = program
    .command('token')
    .description('Tokens of the agent of this machine. It reads them at a start, and at SIGHUP.');
  const create = token
    .command('create')
    .summary('make a token')
    .description('Makes a token and prints it, once: the file of the agent contains only its hash.')
    .argument('<label>', 'letters, digits, dots, dashes and underscores; it appears in logs', newLabel)
    .addOption(
      new Option('--right <right>', 'read, or write for changes, execs and secrets')
        .choices(RIGHTS)
        .default('read' satisfies Right),
    )
    .option('--expires <when>', 'until when it is valid: 90d, 12h, or a time as 2027-01-31T00:00:00Z', expiry)
    .action(createToken);
  withExamples(create, [
    ['token create grafana --expires 365d', 'A token that only reads'],
    ['token create deploy --right write', 'A token that may do everything'],
  ]);
  const ls = token.command('ls').description('Lists the tokens, without the tokens themselves.').action(list);
  withExamples(ls, [['token ls --json', 'As NDJSON']]);
  const rm = token
    .command('rm')
    .summary('revoke tokens')
    .description('Removes tokens. The next reload of the agent ends their streams and commands.')
    .argument('<label...>', 'labels of tokens')
    .action(remove);
  withExamples(rm, [['token rm grafana', 'Revoke a token']]);
}

interface CreateFlags {
  readonly right: Right;
  readonly expires?: string;
}

async function createToken(label: string, { right, expires }: CreateFlags, self: Command): Promise<void> {
  const [path, output] = [pathOf(self), createOutput(settingsOf(self))];
  const before = readTokensFile(path) ?? [];
  if (before.some((entry) => entry.label === label))
    throw new RktError('RKT_ERR_OPTIONS', `There is a token ${JSON.stringify(label)} already`);
  const token = randomToken();
  const entry = { label, right, sha256: tokenHash(token), ...(expires !== undefined && { expires }) };
  await replaceFile(path, tokensText([...before, entry]));
  output.print({ label, right, expires, token }, () => token);
  output.notice(RELOAD);
}

const RELOAD = 'A running agent needs a reload: systemctl reload rkt-streams-agent, or SIGHUP';

async function remove(labels: readonly string[], _flags: object, self: Command): Promise<void> {
  const path = pathOf(self);
  const before = readTokensFile(path) ?? [];
  const unknown = labels.find((label) => !before.some((entry) => entry.label === label));
  if (unknown !== undefined)
    throw new RktError('RKT_ERR_OPTIONS', `There is no token ${JSON.stringify(unknown)} in ${path}`);
  await replaceFile(path, tokensText(before.filter(({ label }) => !labels.includes(label))));
  createOutput(settingsOf(self)).notice(RELOAD);
}

function list(_flags: object, self: Command): void {
  const output = createOutput(settingsOf(self));
  const tokens = readTokensFile(pathOf(self)) ?? [];
  if (output.isJson)
    tokens.forEach(({ label, right, expires }) => output.print({ label, right, expires }, () => ''));
  else if (tokens.length > 0) {
    const columns = [
      { title: 'LABEL', value: ({ label }: TokenEntry) => label },
      { title: 'RIGHT', value: ({ right }: TokenEntry) => right },
      { title: 'EXPIRES', value: ({ expires }: TokenEntry) => expiryText(expires) },
    ];
    output.print({}, () => table(tokens, columns, output.paint));
  }
}

function expiryText(expires: string | undefined): string {
  if (expires === undefined) return 'never';
  return Date.parse(expires) <= Date.now() ? `${expires} (expired)` : expires;
}

/** Where the agent with the same settings reads them. */
function pathOf(command: Command): string {
  const { dataDir = defaultDataDir(), server } = settingsOf(command);
  const { tokens } = server;
  return typeof tokens === 'string' ? resolve(tokens) : defaultTokensPath(dataDir);
}

function newLabel(text: string): string {
  if (isTokenLabel(text)) return text;
  throw new InvalidArgumentError(
    'It has 1 to 64 letters, digits, dots, dashes and underscores, and is not "agent".',
  );
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d` from now, or a time. */
function expiry(text: string): string {
  const { count, unit } = /^(?<count>[1-9]\d{0,4})(?<unit>[mhd])$/.exec(text)?.groups ?? {};
  const atMs =
    count === undefined
      ? Date.parse(/^\d{4}-\d\d-\d\d/.test(text) ? text : '')
      : Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('It is neither a duration such as 90d or 12h, nor a time.');
  if (atMs <= Date.now()) throw new InvalidArgumentError('It is in the past.');
  return new Date(atMs).toISOString();
}
