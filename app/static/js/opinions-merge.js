// Keys on the merge screen: arrows move, digits merge into an issue, N names a new one. Everything also works without.
const form = document.querySelector("form[data-merge]");

if (form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const issue = form.querySelector("select[name=issue]");
  const title = form.querySelector("input[name=title]");
  const merge = form.querySelector("button[value=merge]");
  const search = document.querySelector(".merge-search input[name=sought]");
  form.querySelector("[data-keys]").hidden = false;

  const step = (by) => {
    const at = boxes.indexOf(document.activeElement);
    const next = boxes[at < 0 ? 0 : Math.min(Math.max(at + by, 0), boxes.length - 1)];
    next.focus();
    next.closest("li").scrollIntoView({ block: "nearest" });
  };

  const mergeInto = (number) => {
    const option = issue.querySelector(`option[data-number="${number}"]`);
    if (!option || !boxes.some((box) => box.checked)) return;
    issue.value = option.value;
    title.value = "";
    form.requestSubmit(merge);
  };

  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    n: () => title.focus(),
    "/": () => search.focus(),
    a: () => {
      const all = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = all;
    },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = /^[1-9]$/.test(event.key) ? () => mergeInto(event.key) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
