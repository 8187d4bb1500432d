import { readYaml } from './yamlSource.js'

export type Contexts = { readonly names: readonly string[]; readonly current: string | undefined }

/** The contexts of a kubeconfig's text (YAML, of which JSON is a part); `undefined` when it is not one. Never throws. */
export function contextsIn(text: string): Contexts | undefined {
  const yaml = readYaml('kubeconfig', text)
  if ('problems' in yaml) return undefined
  const { clusters, contexts, 'current-context': current } = Object(yaml.source.content) as Record<string, unknown>
  if (!Array.isArray(clusters) || !Array.isArray(contexts)) return undefined
  const names = contexts.map((context: unknown) => (Object(context) as Record<string, unknown>)['name'])
  return {
    names: names.filter((name) => typeof name === 'string'),
    current: typeof current === 'string' && current !== '' ? current : undefined,
  }
}
