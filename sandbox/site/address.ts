import { createServer, Socket } from 'node:net'

/**
 * How Postgres can tell pods apart. `bound`: by `client_addr`, each pod having a loopback address of its own.
 * `named`: by `application_name`, where the system knows no loopback address but 127.0.0.1 (macOS).
 */
export type Addresses = 'bound' | 'named'

export async function chooseAddresses(): Promise<Addresses> {
  return (await canBind(podAddress(1, 1))) ? 'bound' : 'named'
}

/** 127.0.<rollout>.<pod>; both count from 1, at most 254 pods. Rollouts beyond 255 go on in 127.1. */
export function podAddress(rollout: number, pod: number): string {
  return `127.${Math.floor(rollout / 256)}.${rollout % 256}.${pod}`
}

/** The address of a background service: 127.128.0.<number>, which no rollout reaches. */
export function serviceAddress(number: number): string {
  return `127.128.0.${number}`
}

/** A socket that dials from `localAddress`. `pg` itself passes on a port and a host only. */
export function socketFrom(localAddress: string): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  return Object.assign(socket, { connect: (port: number, host: string) => connect({ port, host, localAddress }) })
}

function canBind(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(0, address, () => probe.close(() => resolve(true)))
  })
}
