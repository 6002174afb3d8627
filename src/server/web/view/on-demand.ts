import { askForSilence } from './silence-dialog.ts';
import { startFromPage } from './start-dialog.ts';
import { openTerminal } from './terminal-dialog.ts';

/** What is loaded when the first of them is opened. The terminal is most of the page's code. */
export const onDemand = { askForSilence, startFromPage, openTerminal };
