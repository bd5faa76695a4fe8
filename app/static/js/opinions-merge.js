// Keys on the pages that merge: arrows move, digits merge into an issue, N names a new one. Everything also works without.
const forms = [...document.querySelectorAll("[data-merge]")];
const boxesOf = (form) => [...form.querySelectorAll("input[type=checkbox]")];
const boxes = forms.flatMap(boxesOf);
const undo = document.querySelector("form[data-undo]");
const search = document.querySelector("[data-merge] input[type=search]");

for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;

const current = () => document.activeElement.closest("[data-merge]") ?? forms[0];

const focus = (box) => {
  box?.focus();
  box?.closest("li").scrollIntoView({ block: "nearest" });
};

const step = (by) => {
  const at = boxes.indexOf(document.activeElement);
  focus(boxes[at < 0 ? 0 : Math.min(Math.max(at + by, 0), boxes.length - 1)]);
};

const leap = (by) => {
  const at = forms.indexOf(document.activeElement.closest("[data-merge]"));
  focus(boxesOf(forms[Math.min(Math.max(at + by, 0), forms.length - 1)])[0]);
};

// Of several groups in one form each has a button of its own.
const buttonOf = (group) => group.querySelector("button[name=accept]");

const submit = (group) => {
  const button = buttonOf(group);
  if (button) button.click();
  else group.requestSubmit();
};

for (const group of forms.filter(buttonOf)) {
  group.addEventListener("keydown", (event) => {
    // While Chinese is being typed the key only ends a word (229: Safari says so after the composing is over).
    if (event.key !== "Enter" || !event.target.matches("input") || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    buttonOf(group).click();
  });
}

const mergeInto = (number) => {
  const form = current();
  const option = form.querySelector(`select[name^=issue] option[data-number="${number}"]`);
  if (!option || !boxesOf(form).some((box) => box.checked)) return;
  option.selected = true;
  form.querySelector("input[name^=title]").value = "";
  submit(form);
};

const tickAll = () => {
  const all = boxesOf(current());
  const checked = all.some((box) => !box.checked);
  for (const box of all) box.checked = checked;
};

const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  j: () => leap(1),
  k: () => leap(-1),
  n: () => current()?.querySelector("input[name^=title]").select(),
  a: tickAll,
  u: () => undo?.requestSubmit(),
  "/": () => search?.focus(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const act = /^[1-9]$/.test(event.key) ? () => mergeInto(event.key) : keys[event.key.toLowerCase()] ?? keys[event.key];
  if (!act || !(forms.length || act === keys.u)) return;
  event.preventDefault();
  act();
});
