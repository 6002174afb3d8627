/** Of the plugin, and of an agent. */
export const PLUGIN_VERSION = '0.1.0';
/** The header by which every answer of an agent names its version. */
export const VERSION_HEADER = 'rkt-streams-version';

/** The header by which the answer with a stream names the latest event: one that comes back without having received any resumes there. */
export const POSITION_HEADER = 'rkt-streams-event-id';
