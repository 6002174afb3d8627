import { setText } from './dom.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;
const KEY = 'rkt-streams-theme';

/** The colours follow the system until the user chooses a theme. */
export function createTheme(button: HTMLElement, onChange: () => void): void {
  let theme = THEMES.find((known) => known === localStorage.getItem(KEY)) ?? 'auto';
  const show = (): void => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    setText(button, NAMES[theme]);
    onChange();
  };
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    localStorage.setItem(KEY, theme);
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  show();
}

/** The value of a colour as it is now, for what is drawn on a canvas. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
