import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import type { Command } from 'commander';

import { agentUrl } from '../drivers/remote/agent-url.ts';
import { replaceFile } from '../files/durable-file.ts';
import { RktError } from '../model/rkt-error.ts';
import { createOutput } from './cli-output.ts';
import { readCaFile } from './contexts/ca-file.ts';
import { LOCAL } from './contexts/chosen-host.ts';
import { contextsPath, readContexts, type Contexts } from './contexts/contexts-file.ts';
import { withExamples } from './help-examples.ts';
import { table } from './text-table.ts';
import { settingsOf } from './with-driver.ts';

/** `rkt-streams context …`: agents of other machines by name. */
export function contextCommand(program: Command): void {
  const context = program
    .command('context')
    .description(
      'Agents of other machines by name, for --host. Kept with their tokens in a file of the user.',
    );
  const add = context
    .command('add')
    .summary('name an agent')
    .description('Names an agent, or replaces the one of that name. --tls-ca is kept with it.')
    .argument('<name>', 'letters, digits, dots, dashes and underscores')
    .argument('<url>', 'http://host:port, https://host:port or unix:///path')
    .option('--token-file <file>', 'file with the token; - for standard input')
    .action(addContext);
  withExamples(add, [
    ['context add node-1 https://node-1.example.com:9477 --token-file agent-token', 'Name an agent'],
  ]);
  const use = context
    .command('use')
    .summary('choose the agent of all commands')
    .description('Chooses the agent that commands use without --host.')
    .argument('<name>', 'a context, or local')
    .action((name: string) => change((contexts) => withCurrent(contexts, name)));
  withExamples(use, [['context use local', 'Return to this machine']]);
  const ls = context.command('ls').description('Lists the contexts, without their tokens.').action(list);
  withExamples(ls, [['context ls --json', 'As NDJSON']]);
  const rm = context
    .command('rm')
    .summary('forget an agent')
    .description('Removes a context with its token.')
    .argument('<name>', 'a context')
    .action((name: string) => change((contexts) => without(contexts, name)));
  withExamples(rm, [['context rm node-1', 'Forget an agent']]);
}

async function addContext(
  name: string,
  url: string,
  { tokenFile }: { tokenFile?: string },
  self: Command,
): Promise<void> {
  if (!/^[\w][\w.-]{0,63}$/.test(name) || name === LOCAL)
    throw new RktError('RKT_ERR_OPTIONS', `${JSON.stringify(name)} cannot be the name of a context`);
  if (!/^unix:(?:\/\/)?\/./.test(url)) agentUrl(url);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  const { tlsCa } = settingsOf(self);
  const ca = tlsCa === undefined ? undefined : readCaFile(tlsCa);
  await change(({ contexts, ...rest }) => ({
    ...rest,
    contexts: {
      ...contexts,
      [name]: { url, ...(token !== undefined && { token }), ...(ca !== undefined && { ca }) },
    },
  }));
}

async function readToken(file: string): Promise<string> {
  const token = (file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${file === '-' ? 'Standard input' : file} does not contain one token`,
  );
}

async function change(edit: (contexts: Contexts) => Contexts): Promise<void> {
  const next = edit(readContexts(process.env));
  await replaceFile(contextsPath(process.env), `${JSON.stringify(next, null, 2)}\n`);
}

function withCurrent({ contexts }: Contexts, name: string): Contexts {
  if (name === LOCAL) return { contexts };
  required(contexts, name);
  return { current: name, contexts };
}

function without({ current, contexts }: Contexts, name: string): Contexts {
  required(contexts, name);
  const rest = Object.fromEntries(Object.entries(contexts).filter(([other]) => other !== name));
  return { ...(current !== undefined && current !== name && { current }), contexts: rest };
}

function required(contexts: Contexts['contexts'], name: string): void {
  if (!Object.hasOwn(contexts, name))
    throw new RktError('RKT_ERR_OPTIONS', `There is no context ${JSON.stringify(name)}`);
}

/** A context as it is listed. */
interface Row {
  readonly name: string;
  readonly url: string;
  readonly hasToken: boolean;
  readonly isCurrent: boolean;
}

function list(_flags: object, self: Command): void {
  const output = createOutput(settingsOf(self));
  const { current = LOCAL, contexts } = readContexts(process.env);
  const rows = Object.entries(contexts).map(([name, { url, token }]): Row => ({
    name,
    url,
    hasToken: token !== undefined,
    isCurrent: name === current,
  }));
  if (output.isJson) rows.forEach((row) => output.print(row, () => ''));
  else if (rows.length > 0) {
    const columns = [
      { title: 'CURRENT', value: ({ isCurrent }: Row) => (isCurrent ? '*' : '') },
      { title: 'NAME', value: ({ name }: Row) => name },
      { title: 'URL', value: ({ url }: Row) => url },
      { title: 'TOKEN', value: ({ hasToken }: Row) => (hasToken ? 'yes' : 'no') },
    ];
    output.print({}, () => table(rows, columns, output.paint));
  }
}
