/** Discord's word, at this moment, on a member of the guild. Never rejects; answers within 2 s. */
export type Members = {
  read(userId: string): Promise<MemberRead>
}

export type MemberRead =
  | { readonly kind: 'member'; readonly roleIds: readonly string[]; readonly timedOutUntil: number | undefined }
  /** Not in the guild any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly detail: string }
