import { parseArgs } from 'node:util'
import { benchAttribution } from './attribution.js'
import { benchCrossing, benchMemory } from './crossing.js'
import { benchReading } from './reading.js'
import type { Bar } from './stats.js'
import { benchTerminate } from './terminate.js'
import { benchTracedReading } from './tracedReading.js'

const PARTS = {
  reading: benchReading,
  terminate: benchTerminate,
  memory: benchMemory,
  crossing: benchCrossing,
  attribution: benchAttribution,
  'traced reading': benchTracedReading,
} as const

/** `npm run bench`, `-- --json` for one JSON object, `-- --only reading,terminate` for parts. Exit code 1: a bar is missed. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } } })
  const only = values.only?.split(',') ?? Object.keys(PARTS)
  const unknown = only.filter((name) => !(name in PARTS))
  if (unknown.length > 0) {
    process.stderr.write(`bench: no part ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}\n`)
    process.exitCode = 2
    return
  }
  const say = (line: string) => void process.stderr.write(`  ${line}\n`)
  const bars: Bar[] = []
  for (const [name, run] of Object.entries(PARTS)) {
    if (!only.includes(name)) continue
    process.stderr.write(`${name}\n`)
    bars.push(...(await run(say)))
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ node: process.version, figures: bars }, null, 2)}\n`
      : `${bars.map(asLine).join('\n')}\n`,
  )
  process.exitCode = bars.every((bar) => bar.isMet) ? 0 : 1
}

function asLine({ name, value, unit, bar, isMet }: Bar): string {
  const number = value >= 100 ? value.toFixed(0) : value.toFixed(2)
  const against =
    bar === undefined
      ? ''
      : `   ${isMet ? 'ok' : 'MISSED'}: ${bar.kind} ${bar.limit}${bar.goal === undefined ? '' : `, goal ${bar.goal}`}`
  return `${name.padEnd(64)} ${number.padStart(8)} ${unit}${against}`
}

await main()
