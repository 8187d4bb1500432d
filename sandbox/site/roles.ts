export type RoleSpec = {
  readonly role: string
  readonly password: string
  readonly superuser?: boolean
  readonly connectionLimit?: number
  /** Roles it becomes a member of, such as `pg_monitor`. */
  readonly memberOf?: readonly string[]
}

export type DatabaseSpec = { readonly database: string; readonly owner: string }

type Sql = (text: string) => Promise<unknown>

/** Makes login roles, then databases. One statement each: CREATE DATABASE stands in no transaction. */
export async function createRoles(
  sql: Sql,
  roles: readonly RoleSpec[],
  databases: readonly DatabaseSpec[],
): Promise<void> {
  for (const { role, password, superuser = false, connectionLimit = -1, memberOf = [] } of roles) {
    await sql(
      `CREATE ROLE ${name(role)} LOGIN ${superuser ? 'SUPERUSER' : 'NOSUPERUSER'} PASSWORD ${text(password)} CONNECTION LIMIT ${connectionLimit}`,
    )
    for (const group of memberOf) await sql(`GRANT ${name(group)} TO ${name(role)}`)
  }
  for (const { database, owner } of databases) await sql(`CREATE DATABASE ${name(database)} OWNER ${name(owner)}`)
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
