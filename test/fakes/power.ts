/** The power of one process: when it goes, no call comes back, and nothing the process still wanted to do happens. */
export type Power = {
  isOn(): boolean
  cut(): void
  /** Cuts the power the next time a call passes this point, such as `after journal told`. */
  dieAt(point: string): void
  /** Resolves while the power is on, and never afterwards. Every point passed is kept in `passed`. */
  pass(point: string): Promise<void>
  readonly passed: readonly string[]
}

export function power(): Power {
  let isOn = true
  let last: string | undefined
  const passed: string[] = []
  return {
    passed,
    isOn: () => isOn,
    cut: () => {
      isOn = false
    },
    dieAt: (point) => {
      last = point
    },
    pass(point) {
      if (isOn && point === last) isOn = false
      if (!isOn) return new Promise(() => undefined)
      passed.push(point)
      return Promise.resolve()
    },
  }
}
