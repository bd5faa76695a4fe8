// Downloads the key slips without leaving the page, then goes on to reading them back.
const AFTER_MS = 1500;

function save(blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "key-slips.pdf";
  document.body.append(link);
  link.click();
  link.remove();
}

async function make(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: "application/pdf, application/json" },
    redirect: "manual",
  });
  if (answer.ok && answer.headers.get("content-type") === "application/pdf") {
    save(await answer.blob());
    return "";
  }
  return (await answer.json()).message;
}

for (const form of document.querySelectorAll("form[data-key-slips]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const [after, failed] = [form.querySelector("[data-after]"), form.querySelector("[data-failed]")];
    button.disabled = true;
    failed.hidden = true;
    let problem;
    try {
      problem = await make(form);
    } catch {
      form.submit(); // whatever went wrong, the plain form says it in full
      return;
    }
    if (problem) {
      failed.textContent = problem;
      failed.hidden = false;
      button.disabled = false;
      return;
    }
    after.hidden = false;
    setTimeout(() => location.reload(), AFTER_MS);
  });
}
