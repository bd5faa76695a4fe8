// After the cast nothing leads back to the ballot, and the next slip may be scanned in the same tab.

import { forget, home } from "./booth-kept.js";

export function leaveNothing() {
  forget();
  history.replaceState(null, "", home());
}

export function startAnew() {
  window.addEventListener("hashchange", () => location.reload());
}

if (document.querySelector("[data-cast]")) {
  leaveNothing();
  startAnew();
}
