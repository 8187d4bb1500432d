import type { JsonObject } from '../store/object.js'
import { isJsonObject, textAt, within } from '../store/object.js'
import { apiVersionOf, qualified, resourceOf } from '../store/resources.js'
import { objectIn, patchIn, type Sent } from './body.js'
import { listAnswer } from './list.js'
import { patchTypeOf } from './patch.js'
import { badRequest, methodNotAllowed } from './refusal.js'
import type { Rights } from './rights.js'
import { changeScale, scaleOf } from './scale.js'
import type { Target } from './target.js'
import { type Answer, create, found, patch, remove, update, type Writes } from './write.js'

/** Does what a request asks and says what to answer. Throws a Refusal. Watches are answered elsewhere. */
export function answerOf(writes: Writes, target: Target, query: URLSearchParams, { text, contentType }: Sent): Answer {
  const { store } = writes
  const { verb, subresource, resource } = target
  const isScale = subresource === 'scale'
  const isDryRun = query.has('dryRun')
  switch (verb) {
    case 'list':
      return ok(listAnswer(store, target, query))
    case 'get':
      return ok(isScale ? scaleOf(found(store, target)) : found(store, target))
    case 'create':
      return create(writes, target, objectIn(text, contentType, resource.kind), isDryRun)
    case 'update': {
      const body = objectIn(text, contentType, isScale ? 'Scale' : resource.kind)
      return isScale
        ? ok(changeScale(store, target, undefined, body, isDryRun))
        : update(writes, target, body, isDryRun)
    }
    case 'patch': {
      const type = patchTypeOf(contentType)
      if (type === 'apply' && (query.get('fieldManager') ?? '') === '') {
        throw badRequest(
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        )
      }
      const body = patchIn(text)
      if (type === 'apply' && isJsonObject(body) && within(body, 'metadata')['managedFields'] !== undefined) {
        throw badRequest('metadata.managedFields must be nil')
      }
      return isScale
        ? ok(changeScale(store, target, type, body, isDryRun))
        : patch(writes, target, type, body, isDryRun)
    }
    case 'delete': {
      if (subresource !== undefined) throw methodNotAllowed()
      return remove(writes, target, query, text === '' ? {} : objectIn(text, contentType, 'DeleteOptions'))
    }
    case 'watch':
    default:
      throw methodNotAllowed()
  }
}

/** SelfSubjectAccessReview: may whoever asks do that? */
export function accessReview(rights: Rights, body: JsonObject): Answer {
  const spec = within(body, 'spec')
  const asked = within(spec, 'resourceAttributes')
  const plural = textAt(asked, 'resource') ?? ''
  const group = textAt(asked, 'group') ?? ''
  const name = qualified(resourceOf(group, plural) ?? { group, plural })
  const subresource = textAt(asked, 'subresource')
  const allowed = rights.isAllowed({
    verb: textAt(asked, 'verb') ?? '',
    resource: subresource === undefined ? name : `${name}/${subresource}`,
    namespace: textAt(asked, 'namespace'),
  })
  return {
    code: 201,
    body: {
      kind: 'SelfSubjectAccessReview',
      apiVersion: apiVersionOf({ group: 'authorization.k8s.io', version: 'v1' }),
      metadata: { creationTimestamp: null },
      spec,
      status: { allowed },
    },
  }
}

function ok(body: JsonObject): Answer {
  return { code: 200, body }
}
