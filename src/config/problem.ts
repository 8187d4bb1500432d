/** Where a setting stands. */
export type Place = {
  /** The variable's name, or `file:line:column`. */
  readonly where: string
  /** Inside a file: the setting, such as `servers[0].rules[1].above`. */
  readonly path?: string
}

/** One setting that needs attention. */
export type Problem = Place & {
  /** What is wrong, what is expected, an example; never a secret. One line. */
  readonly message: string
}

/** Takes a problem and lets the reading go on, so that all of them are listed at once. */
export type Report = (problem: Problem) => void

const NARROWEST = 24
const WIDEST = 40

/** What a refused start prints: one line a problem, and the way out for those who only want to look. */
export function problemsText(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 setting needs attention' : `${problems.length} settings need attention`
  const width = Math.min(WIDEST, Math.max(NARROWEST, ...problems.map((problem) => problem.where.length)))
  const lines = problems.map(({ where, path, message }) => {
    const said = path === undefined ? message : `${path}: ${message}`
    return `  ${where.padEnd(width)} ${said}`
  })
  return [`lifeguard: ${count}, nothing was started`, ...lines, 'No Discord at hand? npm run demo'].join('\n')
}
