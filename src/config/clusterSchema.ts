import { z } from 'zod'
import { clusterAccess, contextName, kubeconfigPath } from './cluster.js'
import { field, NUMBER_OR_TEXT, strict } from './fileField.js'
import { roleName } from './oneServer.js'
import { range, rangeName } from './range.js'
import { oneOf, printable, wholeNumber } from './value.js'

const namedRange = strict('a mapping such as { name: pgbouncer, range: 10.0.3.9 }', {
  name: field(rangeName, 'Unique in its list; shown on the card.'),
  range: field(range, 'Its addresses.'),
})

const listOf = (what: string) => ({ error: `a list of ${what}` })

/** The file's `cluster`. That its parts fit together is looked at when the environment is known too. */
export const clusterSchema = strict('a mapping of access or kubeconfig, context, pod_ranges, poolers and known_hosts', {
  access: field(clusterAccess, 'How the API is reached. Default: kubeconfig where one is given, else off.', {
    enum: ['off', 'in-cluster', 'kubeconfig'],
  }).optional(),
  kubeconfig: field(kubeconfigPath, 'Path of the kubeconfig.').optional(),
  context: field(contextName, 'Of the kubeconfig. Default: its current-context.').optional(),
  pod_ranges: z
    .array(field(range, 'A range of addresses that only pods have.'), listOf('ranges such as [10.2.0.0/16]'))
    .optional(),
  poolers: z
    .array(namedRange, listOf('poolers such as [{ name: pgbouncer, range: 10.0.3.9 }]'))
    .optional()
    .meta({ description: 'Connection poolers: who connects through one cannot be seen.' }),
  known_hosts: z
    .array(namedRange, listOf('hosts such as [{ name: office, range: 192.0.2.0/24 }]'))
    .optional()
    .meta({ description: 'Hosts outside the cluster, by name.' }),
})

const budgetNumber = (what: string) => field(wholeNumber(1, 10_000, 4), what, NUMBER_OR_TEXT)

/** One of a server's `services`: what it is built to open. */
export const serviceSchema = strict('a service: name, pods, workers and threads at least', {
  name: field(printable("a service's name, such as site", 80), 'Unique in its server.'),
  role: field(roleName, 'The role it logs in as.').optional(),
  pods: budgetNumber('Its pods.'),
  workers: budgetNumber('Processes in each pod.'),
  threads: budgetNumber('Threads in each process.'),
  aliases: budgetNumber('Databases each thread connects to. Default: 1.').optional(),
  strategy: field(
    oneOf(['rolling', 'recreate']),
    'How a new version comes: rolling has both at once. Default: rolling.',
    {
      enum: ['rolling', 'recreate'],
    },
  ).optional(),
})
