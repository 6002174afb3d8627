/** CPU in percent of one core: `12.3%`, `250%`; a little that is not nothing is `<0.1%`. */
export function coreShareText(cores: number | undefined): string {
  if (cores === undefined || !Number.isFinite(cores)) return '–';
  const percent = cores * 100;
  if (percent <= 0) return '0%';
  if (percent < 0.05) return '<0.1%';
  return `${percent.toFixed(percent >= 99.95 ? 0 : 1)}%`;
}
