import {
  ApiException,
  type KubeConfig,
  type V1Deployment,
  type V1DeploymentStrategy,
  type V1LabelSelector,
  type V1ListMeta,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node'
import assert from 'node:assert/strict'

export type Problem = {
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** What the server refused with. client-node hands its Status over as text. */
export async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiException, String(error))
  const exception = error as ApiException<unknown>
  const { body } = exception
  return { code: exception.code, ...(typeof body === 'string' ? (JSON.parse(body) as Omit<Problem, 'code'>) : {}) }
}

export type WatchEvent = {
  readonly type: string
  readonly object: {
    readonly code?: number
    readonly reason?: string
    readonly kind?: string
    readonly metadata?: { readonly name?: string; readonly resourceVersion?: string }
  }
}

/** Opens a watch, calls `meanwhile` once it is open, and answers with all it said until the server ended it. */
export async function watched(
  config: KubeConfig,
  path: string,
  query: Record<string, string | number | boolean>,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = []
  let ended: (error: unknown) => void = () => undefined
  const end = new Promise<unknown>((resolve) => {
    ended = resolve
  })
  await new Watch(config).watch(
    path,
    query,
    (type, object: WatchEvent['object']) => events.push({ type, object }),
    (error: unknown) => ended(error),
  )
  await meanwhile()
  await end
  return events
}

/** A pod on that node, where it is Terminating when deleted, as one on no node is not. */
export function podOn(
  nodeName: string,
  metadata: { name: string; labels?: Record<string, string>; finalizers?: string[] },
) {
  const containers = [{ name: 'main', image: 'nothing' }]
  return { metadata, spec: { containers, nodeName, terminationGracePeriodSeconds: 30 } } satisfies V1Pod
}

export function deploymentNamed(
  name: string,
  more: { selector?: V1LabelSelector; strategy?: V1DeploymentStrategy } = {},
) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: more.selector ?? { matchLabels: { app: name } },
      ...(more.strategy === undefined ? {} : { strategy: more.strategy }),
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'first' }] } },
    },
  } satisfies V1Deployment
}

/** Of a list that has another page. client-node calls it `_continue`, `continue` being a word of the language. */
export function nextPage(list: { readonly metadata?: V1ListMeta }): string | undefined {
  const { _continue: token } = list.metadata ?? {}
  return token
}
