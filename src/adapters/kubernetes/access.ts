import type { RequestOptions } from 'node:https'
import { isIPv6 } from 'node:net'

import type { Cluster, KubeConfig } from '@kubernetes/client-node'

import type { ClusterConfig } from '../../ports/config.js'
import { codeOf, failure } from './problem.js'
import type { Failure } from './problem.js'

/** Where the API server is, and how a request proves who asks. */
export type Access = {
  readonly kind: 'access'
  readonly server: URL
  /** Agent, TLS and credentials of the next requests; the library reads rotated tokens and files again by itself. */
  options(): Promise<RequestOptions>
}

/** Where a pod finds its cluster; a test says otherwise. */
export type PodEnvironment = {
  readonly host: string | undefined
  readonly port: string | undefined
  /** Before /var/run/secrets/kubernetes.io/serviceaccount. */
  readonly root?: string
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Reads kubeconfig or ServiceAccount. The library (57 MB, about a second) is loaded by the first call: a bot without a
 * cluster never pays for it. Never rejects: what can't be used is a failure with a sentence.
 */
export async function openAccess(config: ClusterConfig['access'], pod: PodEnvironment): Promise<Access | Failure> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const kube = new KubeConfig()
  return config.kind === 'in cluster' ? inCluster(kube, pod) : fromFile(kube, config)
}

function inCluster(kube: KubeConfig, { host, port, root = '' }: PodEnvironment): Access | Failure {
  if (host === undefined || host === '' || port === undefined || port === '') {
    return failure(
      'other',
      'Lifeguard is told that it runs in a cluster, and KUBERNETES_SERVICE_HOST is not set',
      'Run it in a pod, or configure a kubeconfig.',
    )
  }
  try {
    kube.loadFromCluster(root)
    // It has read the address from the environment by itself; ours is what we were given.
    changeClusters(kube, { server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}` })
    return accessOf(kube, `the cluster's service address`)
  } catch (error) {
    return unreadable('The ServiceAccount of this pod', error)
  }
}

function fromFile(
  kube: KubeConfig,
  { path, context }: Extract<ClusterConfig['access'], { kind: 'kubeconfig' }>,
): Access | Failure {
  try {
    // One broken entry of many must not hide the one that is asked for.
    kube.loadFromFile(path, { onInvalidEntry: 'filter' })
    if (context !== undefined) kube.setCurrentContext(context)
    return accessOf(kube, `the kubeconfig ${path}`)
  } catch (error) {
    return unreadable(`The kubeconfig ${path}`, error)
  }
}

function accessOf(kube: KubeConfig, source: string): Access | Failure {
  const cluster = kube.getCurrentCluster()
  if (cluster === null) {
    const known = kube.getContexts().map(({ name }) => `"${name}"`)
    return failure(
      'other',
      `The context "${kube.getCurrentContext()}" of ${source} is not there or has no cluster`,
      known.length === 0 ? `Write a context into ${source}.` : `Configure one of its contexts: ${known.join(', ')}.`,
    )
  }
  if (!URL.canParse(cluster.server)) {
    return failure('other', `The server in ${source} is not a URL`, 'Write it as https://host:port.')
  }
  const server = new URL(cluster.server)
  if (server.protocol === 'http:' && !cluster.skipTLSVerify) {
    if (!LOOPBACK.test(server.hostname)) {
      return failure(
        'other',
        `The server in ${source} is http://, where anybody on the way can read the token`,
        'Write https://, or set insecure-skip-tls-verify: true in its cluster if you mean it.',
      )
    }
    // The library refuses plain http without this; on loopback (kubectl proxy) there is no way to listen on.
    changeClusters(kube, { skipTLSVerify: true })
  }
  const provider = kube.getCurrentUser()?.authProvider?.name
  if (provider === 'azure' || provider === 'gcp') {
    // The library runs its program by execSync: while it hangs, so does the whole bot.
    return failure(
      'other',
      `The user in ${source} gets its token from the auth-provider "${provider}", which Kubernetes gave up in 1.26`,
      'Use a token, a client certificate, or an exec plugin (kubelogin, gke-gcloud-auth-plugin).',
    )
  }
  async function ask(): Promise<RequestOptions> {
    try {
      const options: RequestOptions = {}
      await kube.applyToHTTPSOptions(options)
      return options
    } finally {
      asking = undefined
    }
  }
  let asking: Promise<RequestOptions> | undefined
  return {
    kind: 'access',
    server,
    // An exec plugin that hangs is then one process, and not four more with each LIST.
    options: () => (asking ??= ask()),
  }
}

function changeClusters(kube: KubeConfig, change: Partial<Cluster>): void {
  kube.loadFromOptions({
    clusters: kube.getClusters().map((cluster) => ({ ...cluster, ...change })),
    users: kube.getUsers(),
    contexts: kube.getContexts(),
    currentContext: kube.getCurrentContext(),
  })
}

/** The parser's message quotes the file, which holds tokens. */
function unreadable(what: string, error: unknown): Failure {
  const code = codeOf(error)
  return code === undefined
    ? failure('other', `${what} is not a valid kubeconfig`, 'Try it with: kubectl --kubeconfig <file> get pods -A')
    : failure('other', `${what} can't be read (${code})`, 'Check its path and its permissions.')
}
