/** The input of a schema whose members `Keys` have defaults; all others are as in its output. Keeps the comments of members. */
export type Defaulted<Output, Keys extends keyof Output> = Omit<Output, Keys> & {
  [Key in keyof Pick<Output, Keys>]?: Output[Key] | undefined;
};
