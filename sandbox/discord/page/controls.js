/** Asks the sandbox for what no client can do: a role, a fault, the clock. Resolves with the words of a refusal, or nothing. */
export async function control(asked) {
  try {
    const response = await fetch('/page/control', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    })
    return response.ok ? undefined : (await response.json()).message
  } catch {
    return 'The sandbox does not answer.'
  }
}
