/** The first number of the gate: what the disk does to the next append, before it writes or after it wrote. */
export const WHAT = 0
/** The second: 1 once a hang has begun. */
export const REACHED = 1

export const WHATS = ['nothing', 'hang before', 'hang after', 'crash before', 'crash after'] as const
