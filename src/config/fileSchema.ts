import { z } from 'zod'
import type { Secret } from '../ports/config.js'
import { certificates, privateKey, sslMode, SYSTEM_ROOTS } from './certificates.js'
import { clusterSchema, serviceSchema } from './clusterSchema.js'
import { expected, field, NUMBER_OR_TEXT, REFERENCE, strict, WHOLE } from './fileField.js'
import { databaseName, port, roleName, serverName } from './oneServer.js'
import { schedule } from './schedule.js'
import { secret } from './secret.js'
import { application, channelId, confirm, guildId, holdDown, noDataAfter, roleId, staleAge } from './settings.js'
import { threshold } from './threshold.js'
import { apiBase, host, oneOf, pattern, printable } from './value.js'
import type { Parser } from './value.js'

/** What the file's fields need of the world outside the file. A reason is one sentence, without the secret. */
export type FileWorld = {
  /** The value a `${NAME}` stands for, or why there is none. */
  readonly secretOf: (name: string) => { readonly value: string } | { readonly because: string }
  readonly readFile: (path: string) => { readonly value: string } | { readonly because: string }
}

/**
 * The file's shape. Scalars arrive as text (the file is read with YAML's failsafe schema), because a Discord id does not
 * fit into a number and `off` is a word; each is understood by the parser the environment uses too.
 */
export function serversFileSchema(world: FileWorld) {
  /** The outcome of the outside as a field: its value, understood, or its reason as the problem. */
  const outside = <T>(
    what: string,
    description: string,
    take: (text: string) => { readonly value: T } | { readonly because: string },
    json: Record<string, unknown> = {},
  ) =>
    z
      .string({ error: what })
      .meta({ description, ...json })
      .transform((text, context) => {
        const taken = take(text)
        if ('value' in taken) return taken.value
        context.addIssue({ code: 'custom', params: WHOLE, message: taken.because })
        return z.NEVER
      })

  const pem = (parser: Parser<string>) => (path: string) => {
    const read = world.readFile(path)
    if ('because' in read) return read
    const value = parser.parse(read.value)
    return value === undefined ? { because: `names a file that is not ${parser.what}` } : { value }
  }
  const passwords = {
    password: outside(
      'a reference such as ${NAME}',
      'The password, as ${NAME} of an environment variable (NAME_FILE works too). Never the password itself.',
      (text): { value: Secret } | { because: string } => {
        const [, name] = REFERENCE.exec(text) ?? []
        if (name === undefined) {
          return {
            because:
              'a password may not stand in the file: expected a reference such as ${PRODUCTION_PASSWORD}, or password_file',
          }
        }
        const found = world.secretOf(name)
        return 'value' in found ? { value: secret(found.value) } : found
      },
      { pattern: REFERENCE.source },
    ).optional(),
    password_file: outside(
      'the path of a file',
      'A file that holds the password; one newline at its end is cut.',
      (path) => {
        const read = world.readFile(path)
        const value = 'value' in read ? read.value.replace(/\r?\n$/, '') : ''
        if ('value' in read && value === '')
          return { because: 'names an empty file; expected one that holds the password' }
        return 'value' in read ? { value: secret(value) } : read
      },
    ).optional(),
  }

  const name = (what: string) => pattern(what)
  const matcher = strict('at least one of application, role, database and address', {
    application: field(application, "The application's name; a star may end it.").optional(),
    role: field(name("a role's name"), 'The role; a star may end it.').optional(),
    database: field(name("a database's name"), 'The database; a star may end it.').optional(),
    address: field(name("a client's address"), "The client's address; a star may end it.").optional(),
  }).meta({ description: 'Fields that must all match.', minProperties: 1 })

  const matches = 'total, or a list of matchers such as [{ role: site }]'
  const rule = strict('a rule: name, match and above at least', {
    name: field(printable('a name for the rule, such as site', 80), 'Unique per server; shown on the card.'),
    match: z
      .union([z.literal('total'), z.array(matcher).min(1, { error: matches })], { error: matches })
      .meta({ description: '`total` counts every client backend, a list those that match any of its matchers.' }),
    above: field(threshold, 'Fires above this.', { ...NUMBER_OR_TEXT, examples: [90, '80%', '90% of max'] }),
    clear_below: field(threshold, 'May clear at or below this. Default: 7/8 of above.', NUMBER_OR_TEXT).optional(),
    severity: field(oneOf(['info', 'warning', 'page']), 'Default: warning.', {
      enum: ['info', 'warning', 'page'],
    }).optional(),
    confirm: field(confirm, 'Readings in a row that must be above. Default: 2.', NUMBER_OR_TEXT).optional(),
    for: field(holdDown, 'How long it must have been above. Default: 0s.').optional(),
    hold_down: field(holdDown, 'How long it must have been clear. Default: 30s.').optional(),
  })

  const canary = z
    .union(
      [
        z.enum(['own', 'off']),
        strict('a mapping with user', {
          user: field(roleName, 'The plain role that is refused where users are.'),
          ...passwords,
          database: field(databaseName, "Default: the server's database.").optional(),
        }),
      ],
      { error: 'own, off, or a role of its own such as { user: canary }' },
    )
    .meta({ description: 'The login that meets the limit users meet. Default: own.' })

  const server = strict('a server: name, host and user at least', {
    name: field(serverName, 'Unique; shown on every card.'),
    host: field(host, 'Where it listens.'),
    port: field(port, 'Default: 5432.', NUMBER_OR_TEXT).optional(),
    user: field(roleName, 'The role Lifeguard logs in as.'),
    ...passwords,
    database: field(databaseName, 'Default: postgres.').optional(),
    sslmode: field(sslMode, 'As libpq means it. Default: prefer.', {
      enum: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    }).optional(),
    sslrootcert: outside(
      'the path of a PEM file, or system',
      'PEM file of the certificate authority, or system.',
      (path) => (path === SYSTEM_ROOTS ? { value: undefined } : pem(certificates)(path)),
    ).optional(),
    sslcert: outside('the path of a PEM file', 'PEM file of the client certificate.', pem(certificates)).optional(),
    sslkey: outside('the path of a PEM file', "PEM file of the client certificate's key.", pem(privateKey)).optional(),
    canary: canary.optional(),
    schedule: field(schedule, 'When it is read. Default: */5 * * * * *.').optional(),
    rules: z
      .array(rule, { error: 'a list of rules; leave it out for the default ones' })
      .min(1, { error: 'a list of rules; leave it out for the default ones' })
      .optional(),
    stale: strict('a mapping of idle and idle_in_transaction', {
      idle: field(staleAge, 'Default: 15m.').optional(),
      idle_in_transaction: field(staleAge, 'Default: 5m.').optional(),
    })
      .optional()
      .meta({ description: 'From which age a backend may be terminated.' }),
    protected: z
      .array(field(application, 'A star may end it.'), { error: "a list of applications' names such as [nightly*]" })
      .optional()
      .meta({ description: 'Applications that are never terminated, besides the backups that never are.' }),
    no_data_after: field(noDataAfter, 'No data for this long becomes an incident. Default: 30s.').optional(),
    services: z
      .array(serviceSchema, { error: 'a list of services such as [{ name: site, pods: 2, workers: 4, threads: 8 }]' })
      .optional()
      .meta({ description: 'What the services of this server are built to open, for /doctor.' }),
  })

  const roleIds = z
    .array(field(roleId, 'A role.', NUMBER_OR_TEXT), { error: `a list of ${expected(roleId)}` })
    .min(1, { error: `a list of ${expected(roleId)}` })
  const discord = strict('a mapping of guild, channel, api and roles', {
    guild: field(guildId, 'The Discord server.', NUMBER_OR_TEXT).optional(),
    channel: field(channelId, 'The channel for alerts.', NUMBER_OR_TEXT).optional(),
    api: field(apiBase, "Base of Discord's REST API.").optional(),
    roles: strict('a mapping of view, operate, recover and page', {
      view: roleIds.optional(),
      operate: roleIds.optional(),
      recover: roleIds.optional(),
      page: field(roleId, 'The one role a page pings.', NUMBER_OR_TEXT).optional(),
    }).optional(),
  })

  return strict('a mapping with servers', {
    servers: z.array(server, { error: 'a list of servers' }).min(1, { error: 'a list of servers' }),
    discord: discord.optional(),
    cluster: clusterSchema.optional().meta({ description: 'The Kubernetes cluster whose pods hold connections.' }),
  })
}

export type ServersFile = z.output<ReturnType<typeof serversFileSchema>>
export type ServerInFile = ServersFile['servers'][number]
