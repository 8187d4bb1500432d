/** What one variable of the environment is for the reader; what it means is in docs/configuration.md. */
type Variable = {
  /** Never shown. */
  readonly secret?: true
  /** Holds a path itself, so it has no `_FILE` twin. */
  readonly path?: true
  /** Describes the one server of the environment: refused beside a file of servers. */
  readonly oneServer?: true
}

/** Every variable Lifeguard reads, in the order problems are listed. */
export const VARIABLES = {
  DISCORD_TOKEN: { secret: true },
  DISCORD_GUILD_ID: {},
  DISCORD_CHANNEL_ID: {},
  DISCORD_API: {},
  ROLE_OPERATE: {},
  ROLE_VIEW: {},
  ROLE_RECOVER: {},
  ROLE_PAGE: {},
  SERVER_NAME: { oneServer: true },
  PGHOST: { oneServer: true },
  PGPORT: { oneServer: true },
  PGUSER: { oneServer: true },
  PGPASSWORD: { oneServer: true, secret: true },
  PGDATABASE: { oneServer: true },
  PGSSLMODE: { oneServer: true },
  PGSSLROOTCERT: { oneServer: true, path: true },
  PGSSLCERT: { oneServer: true, path: true },
  PGSSLKEY: { oneServer: true, path: true },
  CANARY: { oneServer: true },
  CANARY_USER: { oneServer: true },
  CANARY_PASSWORD: { oneServer: true, secret: true },
  CANARY_DATABASE: { oneServer: true },
  SCHEDULE: {},
  TOTAL_ABOVE: {},
  SITE_ABOVE: {},
  CONFIRM: {},
  HOLD_DOWN: {},
  STALE_IDLE: {},
  STALE_IDLE_IN_TRANSACTION: {},
  PROTECTED_APPLICATIONS: {},
  NO_DATA_AFTER: {},
  CAME_BACK_AFTER: {},
  KUBERNETES: {},
  KUBERNETES_KUBECONFIG: { path: true },
  KUBERNETES_CONTEXT: {},
  POD_RANGES: {},
  POOLERS: {},
  KNOWN_HOSTS: {},
  DATA_DIR: { path: true },
  LOG_LEVEL: {},
  LIFEGUARD_CONFIG: { path: true },
} as const satisfies Readonly<Record<string, Variable>>

export type VariableName = keyof typeof VARIABLES

export const VARIABLE_NAMES = Object.keys(VARIABLES) as readonly VariableName[]

export function isSecret(name: VariableName): boolean {
  return propertiesOf(name).secret === true
}

export function hasFileTwin(name: VariableName): boolean {
  return propertiesOf(name).path !== true
}

export function isOfOneServer(name: VariableName): boolean {
  return propertiesOf(name).oneServer === true
}

function propertiesOf(name: VariableName): Variable {
  return VARIABLES[name]
}
