/** A pod's name as Kubernetes would make it, `site-6f9c2-x2k4z`: the service, its ReplicaSet (one per rollout), the pod. */
export function podName(service: string, rollout: number, pod: number): string {
  return `${service}-${letters(rollout)}-${letters(rollout * 1_000 + pod)}`
}

/** Five of the characters Kubernetes uses, the same ones for the same number. */
function letters(number: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  let rest = Math.imul(number, 2_654_435_761) >>> 0 // Knuth's multiplicative hash: neighbours look unlike
  return Array.from({ length: 5 }, () => {
    const letter = alphabet.charAt(rest % alphabet.length)
    rest = Math.floor(rest / alphabet.length)
    return letter
  }).join('')
}
