import type { Command } from 'commander';

import { printable } from '../model/printable.ts';
import { settingsOfAgent } from './agent/settings-of-agent.ts';
import { createOutput } from './cli-output.ts';
import { sourcesOf } from './command-settings.ts';
import { defaultConfigPath } from './default-config.ts';
import { withExamples } from './help-examples.ts';
import type { EffectiveSetting } from './service/effective-settings.ts';
import { configPath } from './settings-sources.ts';
import { loadSettings } from './settings.ts';
import { table } from './text-table.ts';
import { settingsOf } from './with-driver.ts';

/** `rkt-streams agent config`. */
export function agentConfigCommand(agent: Command): void {
  const config = agent
    .command('config')
    .description('The configuration: a sample, a check, and what is in effect.');
  const sample = config
    .command('sample')
    .description('Prints a configuration with every setting as a comment.')
    .action(async () => {
      const { sampleConfig } = await import('./service/sample-config.ts');
      process.stdout.write(sampleConfig());
    });
  withExamples(sample, [['agent config sample >config.jsonc', 'Begin a configuration']]);
  const check = config
    .command('check')
    .description(
      'Checks the configuration as the agent would at its start, with certificates, rules and receivers of alerts.',
    )
    .argument('[file]', 'another file than the one in use')
    .action(checkAction);
  withExamples(check, [['agent config check new.jsonc', 'Check a file before it is used']]);
  const show = config
    .command('show')
    .description(
      'Prints all settings with where each comes from: flag, variable, file or default. Secrets are hidden.',
    )
    .action(showAction);
  withExamples(show, [['agent config show --listen 9000', 'What the agent would use with this flag']]);
}

async function checkAction(file: string | undefined, _flags: object, self: Command): Promise<void> {
  const own = sourcesOf(self);
  const sources = file === undefined ? own : { ...own, flags: { ...own.flags, config: file } };
  const settings = loadSettings(sources);
  const { checkSettings } = await import('./service/check-settings.ts');
  checkSettings(settingsOfAgent(self, settings));
  const path = configPath(sources);
  createOutput(settings).print({ path, isValid: true }, () =>
    path === undefined
      ? `There is no ${printable(defaultConfigPath(process.env))}: the defaults apply`
      : `${printable(path)} is valid`,
  );
}

async function showAction(_flags: object, self: Command): Promise<void> {
  const { effectiveSettings } = await import('./service/effective-settings.ts');
  const rows = effectiveSettings(self);
  const output = createOutput(settingsOf(self));
  if (output.isJson) {
    rows.forEach((row) => output.print(row, () => ''));
    return;
  }
  const columns = [
    { title: 'SETTING', value: ({ key }: EffectiveSetting) => key },
    { title: 'SOURCE', value: ({ source }: EffectiveSetting) => source },
    { title: 'VALUE', value: valueText },
  ];
  const path = configPath(sourcesOf(self));
  output.print({}, () => table(rows, columns, output.paint));
  output.notice(path === undefined ? 'no config file' : `config file: ${path}`);
}

function valueText({ value }: EffectiveSetting): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
