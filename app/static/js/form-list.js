// Enter in a field that looks for lines of a list looks for them, whatever else the form it stands in would do.
for (const button of document.querySelectorAll("[data-finds]")) {
  const field = button.form.elements.namedItem(button.dataset.finds);
  field.addEventListener("keydown", (event) => {
    // While Chinese is being typed the key only ends a word (229: Safari says so after the composing is over).
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    button.click();
  });
}
