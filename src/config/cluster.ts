import type { ClusterConfig, NamedRange } from '../ports/config.js'
import { readText, understand } from './environment.js'
import { contextsIn } from './kubeconfig.js'
import type { Place } from './problem.js'
import { namedRanges, ranges, repeatedName } from './range.js'
import type { Reading } from './settings.js'
import { oneOf, printable } from './value.js'
import type { Parser } from './value.js'
import type { VariableName } from './variables.js'

export const clusterAccess = oneOf(['off', 'in-cluster', 'kubeconfig'])
export const kubeconfigPath = printable('the path of a kubeconfig, such as /etc/lifeguard/kubeconfig', 1024)
export const contextName = printable("a context's name, such as production", 253)

/** The cluster as far as a file holds it. */
export type ClusterInFile = {
  readonly access?: 'off' | 'in-cluster' | 'kubeconfig' | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly pod_ranges?: readonly string[] | undefined
  readonly poolers?: readonly NamedRange[] | undefined
  readonly known_hosts?: readonly NamedRange[] | undefined
}

/** What a file holds, whether or not it could be understood. */
export type RawFile = {
  /** `undefined`: the file does not hold it. */
  readonly placeOf: (name: VariableName) => Place | undefined
  /** `undefined`: it is not there, or no text. */
  readonly textOf: (name: VariableName) => string | undefined
}

/**
 * Reads how the cluster is reached and what addresses mean, from the environment and, where it is silent, from the file.
 * `undefined`: there is none, or something is wrong with it, which is reported.
 */
export function readCluster(
  reading: Reading,
  file: ClusterInFile | undefined,
  raw: RawFile,
): ClusterConfig | undefined {
  const { environment, report } = reading
  const read = <T>(name: VariableName, parser: Parser<T>): T | undefined =>
    understand(environment.get(name), parser, reading)
  const named = (name: 'POOLERS' | 'KNOWN_HOSTS'): readonly NamedRange[] | undefined => {
    const list = read(name, namedRanges)
    const twice = list === undefined ? undefined : repeatedName(list)
    if (twice !== undefined) {
      const message = `holds the name ${reading.quote(twice)} twice: expected one that is unique`
      report({ where: environment.get(name)?.where ?? name, message })
    }
    return list
  }
  const context = read('KUBERNETES_CONTEXT', contextName) ?? file?.context
  const podRanges = read('POD_RANGES', ranges) ?? file?.pod_ranges ?? []
  const poolers = named('POOLERS') ?? file?.poolers ?? []
  const knownHosts = named('KNOWN_HOSTS') ?? file?.known_hosts ?? []
  read('KUBERNETES', clusterAccess)
  read('KUBERNETES_KUBECONFIG', kubeconfigPath)

  const access = accessOf(reading, raw)
  reportContradictions(reading, raw, access)
  if (access === 'off' || access === undefined) return undefined
  const around = { podRanges, poolers, knownHosts }
  if (access === 'in-cluster') return { access: { kind: 'in cluster' }, ...around }
  const path = kubeconfigPath.parse(textOf(reading, raw, 'KUBERNETES_KUBECONFIG') ?? '')
  if (path === undefined) return undefined
  checkKubeconfig(reading, raw, path)
  return { access: { kind: 'kubeconfig', path, ...(context === undefined ? {} : { context }) }, ...around }
}

type Access = ReturnType<typeof clusterAccess.parse>

/** From the raw text, so that it is known even when something else in the file was not understood. */
function accessOf(reading: Reading, raw: RawFile): Access {
  if (placeOf(reading, raw, 'KUBERNETES') === undefined) {
    return placeOf(reading, raw, 'KUBERNETES_KUBECONFIG') === undefined ? 'off' : 'kubeconfig'
  }
  return clusterAccess.parse(textOf(reading, raw, 'KUBERNETES') ?? '')
}

/** Like the canary's, these stand where the setting stands that cannot be meant. */
function reportContradictions(reading: Reading, raw: RawFile, access: Access): void {
  if (access === undefined) return // told already; what was meant is not known
  const at = (name: VariableName): Place | undefined => placeOf(reading, raw, name)
  const tell = (place: Place | undefined, message: string): void => {
    if (place !== undefined) reading.report({ ...place, message })
  }
  const hasPath = at('KUBERNETES_KUBECONFIG') !== undefined
  if (access === 'kubeconfig' && !hasPath) {
    const message = `needs the path of one: set KUBERNETES_KUBECONFIG (kubeconfig) too, such as /etc/lifeguard/kubeconfig`
    tell(at('KUBERNETES'), message)
  }
  if (access !== 'kubeconfig' && hasPath) {
    const message = `is ${access}, and KUBERNETES_KUBECONFIG (kubeconfig) is set: keep one of them (a kubeconfig is access enough)`
    tell(at('KUBERNETES'), message)
  }
  if (access !== 'kubeconfig' && !hasPath) {
    const message = `is set without KUBERNETES_KUBECONFIG (kubeconfig), whose context it would be: set that too, or unset it`
    tell(at('KUBERNETES_CONTEXT'), message)
  }
  if (access === 'off' && !hasPath) {
    const message =
      'is set, but no cluster is: set KUBERNETES=in-cluster (access: in-cluster) or KUBERNETES_KUBECONFIG (kubeconfig), or unset it'
    for (const name of ['POD_RANGES', 'POOLERS', 'KNOWN_HOSTS'] as const) tell(at(name), message)
  }
}

/** What is wrong with the kubeconfig is wrong at every start, so it is told at this one. Nothing of it is quoted. */
function checkKubeconfig(reading: Reading, raw: RawFile, path: string): void {
  const { report, readFile, quote } = reading
  const place = placeOf(reading, raw, 'KUBERNETES_KUBECONFIG') ?? { where: 'KUBERNETES_KUBECONFIG' }
  const text = readText(path, { readFile, report, place })
  if (text === undefined) return
  const contexts = contextsIn(text)
  if (contexts === undefined) {
    report({ ...place, message: 'names a file that is not a kubeconfig (YAML with clusters, users and contexts)' })
    return
  }
  const given = textOf(reading, raw, 'KUBERNETES_CONTEXT')
  if (contexts.names.includes(given ?? contexts.current ?? '')) return
  const known = contexts.names.length === 0 ? 'none' : contexts.names.map(quote).join(', ')
  report(
    given === undefined
      ? {
          ...place,
          message: `names a kubeconfig whose current-context is none of its contexts (${known}): set KUBERNETES_CONTEXT (context) to one of them`,
        }
      : {
          ...(placeOf(reading, raw, 'KUBERNETES_CONTEXT') ?? place),
          message: `${quote(given)} is not a context of the kubeconfig; expected one of ${known}`,
        },
  )
}

function placeOf({ environment }: Reading, raw: RawFile, name: VariableName): Place | undefined {
  const given = environment.get(name)
  return given === undefined ? raw.placeOf(name) : { where: given.where }
}

function textOf({ environment }: Reading, raw: RawFile, name: VariableName): string | undefined {
  return environment.get(name)?.text ?? raw.textOf(name)
}
