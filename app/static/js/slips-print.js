/* Once the slips were asked for: the button rests, and the page says what came of it. The server refuses a second
   set that nobody confirmed; this only keeps a double click from reading that sentence. */
const form = document.querySelector("[data-prints-once]");

form?.addEventListener("submit", () => {
  const button = form.querySelector("button[type=submit]");
  setTimeout(() => {
    button.disabled = true;
    form.querySelector("[data-printed]").hidden = false;
  });
});

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
