/** The version the embedded rkt reports: the rkt release it imitates, marked as not being it. */
export const versionText = '1.30.0+embedded';
