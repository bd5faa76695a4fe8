// Sends one ballot until the box has it: the same bytes each time, so that it can never count twice.

const PATIENCE_MS = 20000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 16000;
const TRY_LATER = [408, 425, 429, 500, 502, 503, 504];

function randomBytes(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}

// Half of the wait is chance, so that a hall that was refused together does not come back together.
export function waitFor(attempt) {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return whole / 2 + (randomBytes(1)[0] / 255) * (whole / 2);
}

export function pause(milliseconds, wake) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
    wake(done);
  });
}

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

// Resolves with the receipt or with a refusal; `tell(kind, wake)` hears why it waits and can end the wait.
export async function cast(body, tell) {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await sendOnce(body);
    if (!outcome.again) {
      return outcome;
    }
    await pause(waitFor(attempt), (wake) => tell(outcome.again, wake));
    tell("sending", null);
  }
}
