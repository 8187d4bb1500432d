import type { ServerFacts } from './facts.js'
import type { Finding } from './finding.js'

/** What mends a finding: statements that a superuser can paste, one by one, and when they take effect. */
export type Remedy = {
  readonly sql: readonly string[]
  readonly effect: 'at once' | 'after a restart' | 'for new sessions'
  /** Settings that no statement can change, with the values they should have: the server's command line wins. */
  readonly onCommandLine: readonly { readonly setting: string; readonly value: string }[]
}

/** Longer than any pool leaves a connection unused, shorter than a night. The same as the default of the stale rule. */
const IDLE_SESSION = '15min'
/** A transaction that waits for its client this long has been forgotten. Source: the incident's own remedy for `site`. */
const IDLE_IN_TRANSACTION = '60s'

const RELOAD = 'SELECT pg_reload_conf();'

/** The statements for a finding; none where it is not SQL that mends it. */
export function remedyOf(finding: Finding, facts: Pick<ServerFacts, 'own' | 'onCommandLine'>): Remedy {
  const { sql, effect } = statementsFor(finding, facts.own)
  const beaten = sql.filter((one) => facts.onCommandLine.includes(alteredSetting(one)?.setting ?? ''))
  if (beaten.length === 0) return { sql, effect, onCommandLine: [] }
  const left = sql.filter((one) => !beaten.includes(one))
  return {
    sql: left.some((one) => one !== RELOAD) ? left : [],
    effect,
    onCommandLine: beaten.flatMap((one) => alteredSetting(one) ?? []),
  }
}

function alteredSetting(sql: string): Remedy['onCommandLine'][number] | undefined {
  const [, setting, value] = /^ALTER SYSTEM SET (\w+) = (.+);$/.exec(sql) ?? []
  return setting === undefined || value === undefined ? undefined : { setting, value }
}

function statementsFor(finding: Finding, own: ServerFacts['own']): Pick<Remedy, 'sql' | 'effect'> {
  switch (finding.kind) {
    case 'superuser application':
      return finding.standing === 'ordinary'
        ? { sql: [`ALTER ROLE ${sqlName(finding.role)} NOSUPERUSER;`], effect: 'at once' }
        : NONE
    case 'no connection limit':
    case 'limits over usable':
      return {
        sql: finding.roles
          .filter(({ limit, proposed }) => limit !== proposed)
          .map(({ name, proposed }) => `ALTER ROLE ${sqlName(name)} CONNECTION LIMIT ${proposed};`),
        effect: 'at once',
      }
    case 'no reserved slots':
      return {
        sql: [
          ...own.weaknesses.flatMap(({ about, sql }) => (about === 'reserve' ? sql : [])).filter(isGrant),
          ...(finding.isWaiting ? [] : ['ALTER SYSTEM SET reserved_connections = 2;', RELOAD]),
        ],
        effect: 'after a restart',
      }
    case 'small superuser reserve':
      return {
        sql: finding.isWaiting ? [] : ['ALTER SYSTEM SET superuser_reserved_connections = 3;', RELOAD],
        effect: 'after a restart',
      }
    case 'slow keep-alives':
      return {
        sql: [
          'ALTER SYSTEM SET tcp_keepalives_idle = 60;',
          'ALTER SYSTEM SET tcp_keepalives_interval = 10;',
          'ALTER SYSTEM SET tcp_keepalives_count = 6;',
          RELOAD,
        ],
        effect: 'at once',
      }
    case 'no connection check':
      return { sql: [`ALTER SYSTEM SET client_connection_check_interval = '10s';`, RELOAD], effect: 'at once' }
    case 'no idle limit': {
      const value = finding.limit === 'idle_session_timeout' ? IDLE_SESSION : IDLE_IN_TRANSACTION
      return {
        sql: finding.roles.map(
          ({ name, database }) =>
            `ALTER ROLE ${sqlName(name)}${database === null ? '' : ` IN DATABASE ${sqlName(database)}`} SET ${finding.limit} = '${value}';`,
        ),
        effect: 'for new sessions',
      }
    }
    case 'empty application names':
      return {
        sql: finding.roles.map(({ name }) => `ALTER ROLE ${sqlName(name)} SET application_name = ${sqlText(name)};`),
        effect: 'for new sessions',
      }
    case 'own weakness':
      return {
        sql: finding.weakness.sql,
        effect: finding.weakness.sql.every((sql) => isGrant(sql) || !sql.includes('reserved_connections'))
          ? 'at once'
          : 'after a restart',
      }
    case 'no reserve before 16':
    case 'over budget':
    case 'over role limit':
    case 'forecast':
      return NONE
  }
}

const NONE: Pick<Remedy, 'sql' | 'effect'> = { sql: [], effect: 'at once' }

function isGrant(sql: string): boolean {
  return sql.startsWith('GRANT ')
}

/** A name in double quotes, as `quote_ident` writes it where it must. */
function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as `quote_literal` writes it: right whatever `standard_conforming_strings` is. */
function sqlText(value: string): string {
  const doubled = value.replaceAll("'", "''")
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}
