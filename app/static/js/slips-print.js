/* Once the slips were asked for: the button rests, and the page says what came of it. The server refuses a second
   set that nobody confirmed; this only keeps a double click from reading that sentence. */
const form = document.querySelector("[data-prints-once]");

form?.addEventListener("submit", () => {
  const button = form.querySelector("button[type=submit]");
  setTimeout(() => {
    button.disabled = true;
    form.querySelector("[data-printed]").hidden = false;
    // The page stays while the file comes; what an earlier try was refused for holds no more.
    const complaint = form.previousElementSibling;
    if (complaint?.matches("[role=alert]")) complaint.hidden = true;
  });
});

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
