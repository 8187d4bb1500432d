/** What a role or a database is called and may hold, by oid. Small and slow to change, so it need not come with every look. */
export type Catalog = {
  readonly at: number
  readonly roles: ReadonlyMap<number, CatalogRole>
  readonly databases: ReadonlyMap<number, CatalogDatabase>
}

type CatalogRole = { readonly name: string; readonly isSuperuser: boolean; readonly limit: number }
type CatalogDatabase = { readonly name: string; readonly limit: number }

/** As the reading sends them, in JSON. A limit of -1 is none, or of a role or database that takes no logins. */
export type CatalogRows = {
  readonly roles: readonly (readonly [oid: number, name: string, isSuperuser: boolean, limit: number])[]
  readonly databases: readonly (readonly [oid: number, name: string, limit: number])[]
}

/** A role's new limit, or its new name, may go unseen for this long while there is room. */
const CATALOG_FOR_MS = 60_000

/** The JSON of `CatalogRows`' two lists; needs `wanted` as a SQL boolean, and costs next to nothing when that is false. */
export function catalogSql(wanted: string): string {
  return `'roles', CASE WHEN ${wanted} THEN (SELECT json_agg(json_build_array(
      r.oid::int8, r.rolname, r.rolsuper, CASE WHEN r.rolcanlogin THEN r.rolconnlimit ELSE -1 END)) FROM pg_roles r) END,
    'databases', CASE WHEN ${wanted} THEN (SELECT json_agg(json_build_array(
      d.oid::int8, d.datname, CASE WHEN d.datallowconn THEN d.datconnlimit ELSE -1 END)) FROM pg_database d) END`
}

export function catalogOf({ roles, databases }: CatalogRows, at: number): Catalog {
  return {
    at,
    roles: new Map(roles.map(([oid, name, isSuperuser, limit]) => [oid, { name, isSuperuser, limit }])),
    databases: new Map(databases.map(([oid, name, limit]) => [oid, { name, limit }])),
  }
}

export function isCatalogDue(catalog: Catalog | undefined, now: number): boolean {
  return catalog === undefined || now - catalog.at >= CATALOG_FOR_MS
}

/** Whether every role and database among the rows has a name: one made since has none yet. */
export function namesAll(
  catalog: Catalog,
  rows: readonly { readonly usesysid: number | null; readonly datid: number | null }[],
): boolean {
  return rows.every(
    ({ usesysid, datid }) =>
      (usesysid === null || catalog.roles.has(usesysid)) &&
      (datid === null || datid === 0 || catalog.databases.has(datid)),
  )
}
