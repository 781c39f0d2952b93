const shape =
  "inline-flex min-h-touch cursor-pointer items-center justify-center gap-2 rounded-full px-5 font-semibold";

/** The one next step. */
export const primary = `${shape} bg-accent text-on-accent hover:brightness-110`;
export const secondary = `${shape} border border-control text-text hover:bg-raised`;
export const quiet = `${shape} text-muted hover:bg-raised hover:text-text`;
