import { ANSWERS, CHOICES } from './answerRules.js'
import { COMMANDS } from './commandRules.js'
import { COMPONENTS } from './componentRules.js'
import { FILE_OPTIONS, INPUTS, REASONS, THREADS } from './inputRules.js'
import { EMBEDS, FILES, MENTIONS, MESSAGE, SIZES } from './messageRules.js'
import type { Rule } from './rule.js'

export const RULES: readonly Rule[] = [
  ...MESSAGE,
  ...EMBEDS,
  ...COMPONENTS,
  ...FILES,
  ...SIZES,
  ...MENTIONS,
  ...REASONS,
  ...THREADS,
  ...INPUTS,
  ...FILE_OPTIONS,
  ...COMMANDS,
  ...ANSWERS,
  ...CHOICES,
]
