import { z } from 'zod'
import { serversFileSchema } from './fileSchema.js'

/** The JSON Schema of the file of servers, for completion and checks in editors. */
export function schemaText(): string {
  const nothing = (): { because: string } => ({ because: 'not read here' })
  const schema = z.toJSONSchema(serversFileSchema({ secretOf: nothing, readFile: nothing }), { io: 'input' })
  return `${JSON.stringify({ title: "Lifeguard's file of servers", ...schema }, null, 2)}\n`
}
