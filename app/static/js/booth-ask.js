// Asks for a paper by the slip's code alone. An old kind of request, because it reads a page without making markup of
// text, which our content policy forbids. Comes before the other scripts of the booth, and asks for a scanned code's paper
// at once: so the paper and the script that shows it come side by side, not one after the other.

const ANSWER_MS = 20000;
let early = null; // the scanned code and its answer

function ask(form, changed, path = "/v/paper") {
  const body = new URLSearchParams();
  for (const one of form.elements) {
    const isSent = one.type === "hidden" || one.type === "text" || (one.type === "checkbox" && one.checked);
    if (one.name && isSent) {
      body.append(one.name, one.name in changed ? changed[one.name] : one.value);
    }
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "document";
    request.timeout = ANSWER_MS;
    // What a long paper asks for comes beside it, not after it.
    request.onreadystatechange = () => {
      const ahead = request.readyState === 2 && request.getResponseHeader("x-ahead");
      if (ahead) {
        import(ahead).catch(() => {});
      }
    };
    request.onload = () => (request.response ? resolve(request.response) : reject(new TypeError("no page")));
    request.onerror = reject;
    request.ontimeout = reject;
    request.send(body);
  });
}

// Resolves with the page that answers a form whose fields are sent with some of them changed; rejects without a network.
export function askPaper(form, changed, path) {
  const asked = early;
  early = null;
  return asked && asked.code === changed.code ? asked.answer : ask(form, changed, path);
}

// Of an entry page alone, and only if all of it is here.
const entry = document.querySelector("[data-entry]");
const code = location.hash.slice(1, 41);
if (code && entry && entry.code) {
  early = { code, answer: ask(entry, { code }) };
  early.answer.catch(() => {}); // whoever shows it says so
}
