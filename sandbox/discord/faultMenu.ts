import type { Controls } from './controls.js'
import type { Fault } from './fault.js'

/** A fault to choose from a list, with its name in words. */
export type MenuItem = {
  readonly key: string
  readonly name: string
  /** 'arm': it is in the list of armed faults afterwards; 'act': it has happened, and there is nothing to end. */
  readonly kind: 'arm' | 'act'
  readonly run: (controls: Controls) => void
}

const MESSAGES = /^\/channels\/\d+\/messages$/
const MESSAGE = /^\/channels\/\d+\/messages\/\d+$/
const CHANNELS = /^\/channels\//
const CALLBACK = /^\/interactions\/.+\/callback$/

/** The faults a person may want to see the bot live through, from the everyday to the rare. */
export const FAULT_MENU: readonly MenuItem[] = [
  arm(
    'posts-503',
    '503 to the bot’s next 5 new messages in a channel: alarm, page, thread (answers to people get through)',
    {
      match: { method: 'POST', path: MESSAGES },
      kind: 'status',
      times: 5,
    },
  ),
  arm('outage', 'Discord is down: 503 to everything', { match: {}, kind: 'status', times: Infinity }),
  arm('rate-limit', 'Rate limited: 429 on new messages in a channel for 3 s', {
    match: { method: 'POST', path: MESSAGES },
    kind: '429',
    retryAfterMs: 1000,
    times: Infinity,
    lastsMs: 3000,
  }),
  arm('global-limit', 'Rate limited: 429 on everything in channels for 3 s (answers to people get through)', {
    match: { path: CHANNELS },
    kind: '429',
    isGlobal: true,
    retryAfterMs: 1000,
    times: Infinity,
    lastsMs: 3000,
  }),
  arm('no-answer', 'No answer to the next new message in a channel', {
    match: { method: 'POST', path: MESSAGES },
    kind: 'no answer',
    times: 1,
  }),
  arm('stored-503', 'The next new message in a channel is stored, and answered with 503', {
    match: { method: 'POST', path: MESSAGES },
    kind: 'status after storing',
    times: 1,
  }),
  arm('reset', 'The connection is cut at the next new message in a channel', {
    match: { method: 'POST', path: MESSAGES },
    kind: 'reset',
    times: 1,
  }),
  arm('slow-answers', 'The bot’s next answer to a person takes 4 s on the way', {
    match: { method: 'POST', path: CALLBACK },
    kind: 'slow',
    delayMs: 4000,
    times: 1,
  }),
  arm('edits-refused', 'Edits of messages in a channel are refused (30046)', {
    match: { method: 'PATCH', path: MESSAGE },
    kind: 'status',
    status: 429,
    retryAfterMs: 1000,
    refusal: {
      code: 30046,
      message: 'Maximum number of edits to messages older than 1 hour reached. Try again later.',
    },
    times: Infinity,
  }),
  arm('no-permission', 'The bot may not write new messages in channels any more (50013)', {
    match: { method: 'POST', path: MESSAGES },
    kind: 'status',
    status: 403,
    refusal: { code: 50013, message: 'Missing Permissions' },
    times: Infinity,
  }),
  act('gateway-drop', 'The gateway drops the bot', ({ gateway }) => gateway.drop()),
  {
    key: 'resume-refused',
    name: 'The gateway drops the bot and refuses to resume',
    kind: 'arm',
    run: ({ faults, gateway }) => {
      faults.add({ name: 'the next resume is refused', kind: 'refuse resume', times: 1 })
      gateway.drop()
    },
  },
  arm('lost-presses', 'The next 3 presses never reach the bot', {
    kind: 'lose event',
    event: 'INTERACTION_CREATE',
    times: 3,
  }),
  arm('token-reset', 'The bot’s token is refused (401) at its next request in a channel', {
    match: { path: CHANNELS },
    kind: 'status',
    status: 401,
    refusal: { code: 0, message: '401: Unauthorized' },
    times: 1,
  }),
]

function arm(key: string, name: string, fault: Fault): MenuItem {
  return { key, name, kind: 'arm', run: ({ faults }) => void faults.add({ ...fault, name }) }
}

function act(key: string, name: string, run: MenuItem['run']): MenuItem {
  return { key, name, kind: 'act', run }
}
