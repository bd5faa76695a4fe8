// Takes the code out of the address before anything else can keep it, and opens its paper.

const form = document.querySelector("[data-entry]");
const field = form.querySelector("#code");

function openScanned() {
  const scanned = location.hash.slice(1);
  if (scanned === "") {
    return;
  }
  history.replaceState(null, "", location.pathname);
  field.value = scanned.slice(0, 40);
  form.submit();
}

// A second scan in the same tab changes only the fragment.
window.addEventListener("hashchange", openScanned);
window.addEventListener("pagehide", () => form.reset());
openScanned();
