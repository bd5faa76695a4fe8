// Counts the words of a share while it is typed; a scanner's Enter after the last word sends the form.
for (const form of document.querySelectorAll("form[data-words]")) {
  const field = form.querySelector("[data-words-field]");
  const shown = form.querySelector("[data-count]");
  if (!field || !shown) continue;
  const total = Number(shown.dataset.total);
  const count = () => {
    const words = field.value.split(/[^A-Za-z]+/).filter(Boolean).length;
    return words || Math.ceil(field.value.replace(/[^0-9]/g, "").length / 4);
  };
  const show = () => {
    shown.textContent = `${count()} / ${total}`;
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && count() === total) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
  });
  show();
}
