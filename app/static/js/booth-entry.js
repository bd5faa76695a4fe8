// Takes the code out of the address before anything else can keep it, and opens its paper.

import { sendKept } from "./booth-kept.js";

function openScanned() {
  const scanned = location.hash.slice(1);
  if (scanned === "") {
    return;
  }
  history.replaceState(null, "", location.pathname);
  const form = document.querySelector("[data-entry]");
  form.querySelector("#code").value = scanned.slice(0, 40);
  form.submit();
}

function start() {
  // A second scan in the same tab changes only the fragment.
  window.addEventListener("hashchange", openScanned);
  window.addEventListener("pagehide", () => document.querySelector("[data-entry]").reset());
  if (!sendKept()) {
    openScanned();
  }
}

// This script waits for nothing, so it may come before the end of the page.
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
