import assert from 'node:assert/strict'
import test from 'node:test'
import { pageNotice } from '../../../sandbox/demo/words.js'
import { quiet, surge } from '../../../sandbox/scenarios/stories.js'

test('the page says that pods are told apart by name where they have no addresses, and only there', () => {
  assert.match(pageNotice(surge, 'named').caveat ?? '', /told apart by name \(application_name\)/)
  assert.equal(pageNotice(surge, 'bound').caveat, undefined)
})

test('the page announces no alarm in a quiet story', () => {
  assert.match(pageNotice(surge, 'bound').about, /raises the alarm/)
  assert.match(pageNotice(quiet, 'bound').about, /Nothing should alarm/)
})

test('the page tells the latest line of the story', () => {
  assert.equal(pageNotice(surge, 'bound', '93 sessions').now, '93 sessions')
})
