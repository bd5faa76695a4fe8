// How long a phone waits before it tries again.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 16000;

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
