import type { Budget } from '../core/doctor/budget.js'
import type { Margins } from '../core/attribution/sighted.js'
import type { Rule, StaleRule } from '../core/watch/rule.js'

/** A value that must never be printed: it shows as `[secret]` in logs, JSON, templates and inspection. */
export type Secret = { reveal(): string }

export type Config = {
  readonly discord: DiscordConfig
  readonly servers: readonly ServerConfig[]
  /** The cluster whose pods hold connections; absent: attribution is off. */
  readonly cluster?: ClusterConfig
  /** Folder of journal and evidence; off the watched storage. */
  readonly dataDir: string
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  readonly timings: Timings
}

export type DiscordConfig = {
  readonly token: Secret
  readonly guildId: string
  readonly channelId: string
  /** Base of Discord's REST API without version; https unless its host is loopback. */
  readonly apiBase: string
  /** The one role a page pings; absent: pages ping nobody, and the status says so. */
  readonly pageRoleId?: string
  readonly roles: {
    readonly view: readonly string[]
    readonly operate: readonly string[]
    readonly recover: readonly string[]
  }
}

export type ServerConfig = {
  readonly name: string
  readonly connection: ConnectionConfig
  readonly canary: CanaryConfig
  /** Six cron fields, seconds first. */
  readonly schedule: string
  readonly rules: readonly Rule[]
  readonly stale: StaleRule
  /** No data for this long becomes an incident. */
  readonly noDataAfterMs: number
  /** What the services of this server are built to open; absent: nobody said. */
  readonly services?: readonly Budget[]
}

export type ConnectionConfig = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: Secret
  readonly database: string
  readonly tls: TlsConfig
}

/** As libpq means it. The certificate fields hold PEM text, read from their files at start. */
export type TlsConfig = {
  readonly mode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'
  readonly ca?: string
  readonly cert?: string
  readonly key?: Secret
}

/** `own`: log in with the bot's own role, which meets the users' limit unless it may use reserved slots. */
export type CanaryConfig =
  | { readonly kind: 'off' }
  | { readonly kind: 'own' }
  | { readonly kind: 'role'; readonly user: string; readonly password?: Secret; readonly database?: string }

export type Timings = {
  /** After a termination, when to look who came back. */
  readonly cameBackAfterMs: number
  /** How far ages and lists must be apart before they prove an orphan; absent: core's own, which no setting changes. */
  readonly margins?: Margins
}

/** How the Kubernetes API is reached, and what addresses mean. Ranges are CIDR, IPv4 or IPv6; a single address is its own range. */
export type ClusterConfig = {
  readonly access:
    | { readonly kind: 'in cluster' }
    | { readonly kind: 'kubeconfig'; readonly path: string; readonly context?: string }
  /** Addresses that only pods have: a backend from here without a pod is an orphan even if Lifeguard never saw the pod. */
  readonly podRanges: readonly string[]
  readonly poolers: readonly NamedRange[]
  readonly knownHosts: readonly NamedRange[]
}

export type NamedRange = { readonly name: string; readonly range: string }
