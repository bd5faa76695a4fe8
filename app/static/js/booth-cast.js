// Sends one ballot until the box has it: the same bytes each time, so that it can never count twice.

const PATIENCE_MS = 20000;
const TRY_LATER = [408, 425, 429, 500, 502, 503, 504];

async function sendOnce(body) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  try {
    const response = await fetch("/v/cast", {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-Manyidu": "1", Accept: "application/json" },
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: limit.signal,
    });
    const answer = await response.json();
    if (response.ok && answer.receipt) {
      return { receipt: answer.receipt };
    }
    return { again: TRY_LATER.includes(response.status) ? "busy" : "", error: answer.error, message: answer.message };
  } catch {
    return { again: "offline" };
  } finally {
    clearTimeout(timer);
  }
}

// Resolves with the receipt or with a refusal; `tell(kind, wake)` hears why it waits and can end the wait, which is
// `rest(attempt, wake)`.
export async function cast(body, tell, rest) {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await sendOnce(body);
    if (!outcome.again) {
      return outcome;
    }
    await rest(attempt, (wake) => tell(outcome.again, wake));
    tell("sending", null);
  }
}
