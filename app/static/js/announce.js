// Stepping through an announcement by the keys of a keyboard or of a presenter; the buttons work without.
const NEXT = new Set(["ArrowRight", "PageDown"]);
const PREVIOUS = new Set(["ArrowLeft", "PageUp"]);

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const way = NEXT.has(event.key) ? "[data-next]" : PREVIOUS.has(event.key) ? "[data-previous]" : "";
  const button = way && document.querySelector(`[data-announce] ${way}:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
