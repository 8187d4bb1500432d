import { ANSWERS, CHOICES } from './answerRules.js'
import { COMMANDS } from './commandRules.js'
import { COMPONENTS } from './componentRules.js'
import { EMBEDS, FILES, MENTIONS, MESSAGE, REASONS, SIZES } from './messageRules.js'
import type { Rule } from './rule.js'

export const RULES: readonly Rule[] = [
  ...MESSAGE,
  ...EMBEDS,
  ...COMPONENTS,
  ...FILES,
  ...SIZES,
  ...MENTIONS,
  ...REASONS,
  ...COMMANDS,
  ...ANSWERS,
  ...CHOICES,
]
