import { AGENT_SAMPLE, COMMON_SAMPLE, type SampleSetting } from './sample-values.ts';

/** Settings that the sample contains as active lines; all others are comments. */
export interface ActiveSettings {
  readonly common?: Readonly<Record<string, unknown>>;
  readonly server?: Readonly<Record<string, unknown>>;
}

const HEAD = `// Configuration of rkt-streams, for all commands and for the agent. JSON with comments and trailing commas.
// Flags override variables (RKT_STREAMS_DATA_DIR for "dataDir"), variables override this file, this file overrides the
// defaults. \`rkt-streams agent config show\` prints the result, \`rkt-streams agent config check\` checks this file.
// Remove the // in front of a setting to change it.
`;

/** A configuration with every setting, each with a comment. */
export function sampleConfig({ common = {}, server = {} }: ActiveSettings = {}): string {
  return [
    HEAD,
    '{',
    ...COMMON_SAMPLE.flatMap((setting) => settingLines(setting, common, '  ')),
    '  // The agent. "kill -HUP" or "systemctl reload" applies changes of the settings marked * in docs/agent.md.',
    '  "server": {',
    ...AGENT_SAMPLE.flatMap((setting) => settingLines(setting, server, '    ')),
    '  },',
    '}',
    '',
  ].join('\n');
}

function settingLines(
  { key, value, help }: SampleSetting,
  active: Readonly<Record<string, unknown>>,
  indent: string,
): readonly string[] {
  const isActive = Object.hasOwn(active, key);
  const text = `${JSON.stringify(key)}: ${JSON.stringify(isActive ? active[key] : value, null, 2)},`;
  const mark = isActive ? '' : '//';
  return [
    `${indent}// ${help}`,
    ...text.split('\n').map((line) => `${indent}${line.replace(/^ */, (spaces) => `${spaces}${mark}`)}`),
    '',
  ];
}
