import { createHash } from 'node:crypto'
import type { Client } from '@libsql/client'
import { UserError } from '../../core/errors.js'

/** Its place in the list is its version, from 1. Once released it is never edited: changes are appended. */
export type Migration = readonly string[]

export const JOURNAL_MIGRATIONS: readonly Migration[] = [
  [
    // One row: where this file's chain begins. Another than the default only after a seal.
    `CREATE TABLE genesis (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       prev_hash TEXT NOT NULL,
       first_seq INTEGER NOT NULL
     ) STRICT`,
    // AUTOINCREMENT makes SQLite remember the highest number, so that rows missing at the end are noticed.
    `CREATE TABLE events (
       seq INTEGER PRIMARY KEY AUTOINCREMENT,
       at INTEGER NOT NULL,
       type TEXT NOT NULL,
       body TEXT NOT NULL,
       prev_hash TEXT NOT NULL,
       hash TEXT NOT NULL
     ) STRICT`,
    `CREATE TRIGGER events_never_change BEFORE UPDATE ON events
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
    `CREATE TRIGGER events_never_go BEFORE DELETE ON events
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
    // Also refuses INSERT OR REPLACE, which would delete without waking the trigger above.
    `CREATE TRIGGER events_only_follow BEFORE INSERT ON events
     WHEN NEW.prev_hash IS NOT coalesce(
            (SELECT hash FROM events ORDER BY seq DESC LIMIT 1),
            (SELECT prev_hash FROM genesis))
       OR NEW.seq IS NOT coalesce(
            (SELECT max(seq) + 1 FROM events),
            (SELECT first_seq FROM genesis))
     BEGIN SELECT RAISE(ABORT, 'the event does not follow the last one'); END`,
    `CREATE TRIGGER genesis_never_changes BEFORE UPDATE ON genesis
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
    `CREATE TRIGGER genesis_never_goes BEFORE DELETE ON genesis
     BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
  ],
]

/**
 * Brings the file up to the last of `migrations`, each in one transaction.
 *
 * Throws UserError when a newer Lifeguard has migrated the file already, or when a migration applied earlier reads
 * otherwise today: either way this code does not know what the tables mean.
 */
export async function migrate(client: Client, migrations: readonly Migration[], file: string): Promise<void> {
  await client.execute(
    'CREATE TABLE IF NOT EXISTS schema_migrations ' +
      '(version INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  )
  const { rows } = await client.execute('SELECT version, checksum FROM schema_migrations ORDER BY version')
  for (const row of rows) {
    const version = Number(row['version'])
    const known = migrations[version - 1]
    if (known === undefined) {
      throw new UserError(
        `${file} was written by a newer Lifeguard (schema ${version}; this one knows ${migrations.length}). ` +
          'Start that version, or a newer one.',
      )
    }
    if (row['checksum'] !== checksumOf(known)) {
      throw new UserError(
        `${file}: schema ${version} was applied with other statements than this Lifeguard has for it. ` +
          'Start the version that made the file.',
      )
    }
  }
  for (const [index, statements] of migrations.entries()) {
    if (index < rows.length) continue
    await client.batch(
      [
        ...statements,
        {
          sql: `INSERT INTO schema_migrations VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER))`,
          args: [index + 1, checksumOf(statements)],
        },
      ],
      'write',
    )
  }
}

function checksumOf(statements: Migration): string {
  return createHash('sha256').update(JSON.stringify(statements)).digest('hex')
}
