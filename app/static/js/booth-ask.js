// Asks for a paper by the slip's code alone. An old kind of request, because it reads a page without making markup of
// text, which our content policy forbids.

const ANSWER_MS = 20000;

// Resolves with the page that answers a form whose fields are sent with some of them changed; rejects without a network.
export function askPaper(form, changed) {
  const body = new URLSearchParams();
  for (const one of form.elements) {
    const isSent = one.type === "hidden" || one.type === "text" || (one.type === "checkbox" && one.checked);
    if (one.name && isSent) {
      body.append(one.name, one.name in changed ? changed[one.name] : one.value);
    }
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v/paper");
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
