// Counts the signs of a key slip while they are typed; Enter after the last one, as a scanner sends it, sends the form.
const DIGITS = 4;
const WORDS = 16; // on slips printed before signs were

function counted(text, total) {
  const plain = text.normalize("NFKC");
  const letters = plain.match(/\p{L}/gu) || [];
  if (letters.some((sign) => sign < "\u0080")) return [plain.split(/[^A-Za-z]+/).filter(Boolean).length, WORDS];
  const have = letters.length || Math.ceil(plain.replace(/[^0-9]/g, "").length / DIGITS);
  return [have, letters.length || have <= total ? total : WORDS];
}

for (const form of document.querySelectorAll("form[data-words]")) {
  const field = form.querySelector("[data-words-field]");
  const shown = form.querySelector("[data-count]");
  if (!field || !shown) continue;
  const count = () => counted(field.value, Number(shown.dataset.total));
  const show = () => {
    shown.textContent = count().join(" / ");
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const [have, total] = count();
    if (event.key === "Enter" && !event.isComposing && have === total) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
  });
  show();
}
