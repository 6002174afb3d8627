import { COMPUTED_RATES, numbersOf, type ComputedRate } from './computed-rates.ts';
import type { TaskResourceUsage } from './task-stats.ts';

type Values = Record<string, unknown>;

/** A field that an event of changes names. */
export interface ChangedField {
  readonly path: readonly string[];
  /** Its place among the rates that can be computed; -1 for other fields. */
  readonly rate: number;
}

/** @throws RangeError for a name that an object has without being given it */
export function changedField(name: string): ChangedField {
  const path = name.split('.');
  if (path.some((key) => key in Object.prototype)) throw new RangeError(`a field has the name ${name}`);
  return { path, rate: COMPUTED_RATES.findIndex((rate) => rate.name === name) };
}

/** A sample that begins as the one before; a section is copied when it is changed for the first time. */
export class ChangedUsage {
  readonly #usage: Values;
  readonly #before: Values | undefined;
  /** A bit for each rate that was given. */
  #given = 0;

  /** @param usage a copy of `before`, which is changed */
  constructor(usage: TaskResourceUsage, before: TaskResourceUsage | undefined) {
    this.#usage = usage as unknown as Values;
    this.#before = before as unknown as Values | undefined;
  }

  /** Undefined removes the field. */
  put({ path, rate }: ChangedField, value: unknown): void {
    if (rate >= 0) this.#given |= 1 << rate;
    const last = path.length - 1;
    const place = this.#placeOf(path, last);
    const key = path[last] as string;
    if (value === undefined) Reflect.deleteProperty(place, key);
    else place[key] = value;
  }

  /** A field is a number that grows by so much. */
  add(field: ChangedField, difference: number): void {
    const old = field.path.reduce<unknown>((value, key) => (value as Values)[key], this.#usage);
    this.put(field, (old as number) + difference);
  }

  /** Those that the sample before had, and that were not put. */
  computeRates(mhz: number): void {
    const before = this.#before as unknown as TaskResourceUsage | undefined;
    if (before === undefined) return;
    const usage = this.#usage as unknown as TaskResourceUsage;
    for (let index = 0; index < COMPUTED_RATES.length; index += 1) {
      const { section, key, compute } = COMPUTED_RATES[index] as ComputedRate;
      if ((this.#given & (1 << index)) !== 0 || usage[section] === undefined) continue;
      if (numbersOf(before, section)[key] === undefined) continue;
      const value = compute(before, usage, mhz);
      if (value !== undefined) this.#section(this.#usage, this.#before, section)[key] = value;
    }
  }

  #placeOf(path: readonly string[], depth: number): Values {
    let place = this.#usage;
    let before = this.#before;
    for (let index = 0; index < depth; index += 1) {
      const key = path[index] as string;
      place = this.#section(place, before, key);
      before = before?.[key] as Values | undefined;
    }
    return place;
  }

  #section(place: Values, before: Values | undefined, key: string): Values {
    const section = place[key];
    if (section !== undefined && section !== before?.[key]) return section as Values;
    return (place[key] = { ...(section as Values | undefined) });
  }
}
