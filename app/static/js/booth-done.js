// After the cast nothing leads back to the ballot, and the next slip may be scanned in the same tab.

export function leaveNothing() {
  history.replaceState(null, "", "/v");
  window.addEventListener("hashchange", () => location.reload());
}

if (document.querySelector("[data-cast]")) {
  leaveNothing();
}
