/** The version that the embedded rkt reports: of the rkt release it imitates, marked as not being it. */
export const EMBEDDED_RKT_VERSION = '1.30.0+embedded';
/** The version of the App Container specification that rkt implements. */
export const APPC_VERSION = '0.8.11';
