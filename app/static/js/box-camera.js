// Reads a key slip's code with the camera of the machine at hand. No picture is kept or sent; the camera goes off as soon
// as a code is read, the button is pressed again, or the page is left.
const LONGEST_SIDE = 720; // pixels: enough for 25 modules held at arm's length

for (const place of document.querySelectorAll("[data-camera]")) {
  const button = place.querySelector("button");
  const view = place.querySelector("video");
  const said = place.querySelector("[role=status]");
  const form = place.closest("form");
  let stream = null;

  function tell(name) {
    said.textContent = name ? place.dataset[name] : "";
  }

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
    view.hidden = true;
    view.srcObject = null;
    button.textContent = place.dataset.start;
  }

  function picture(canvas) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(view.videoWidth, view.videoHeight));
    canvas.width = Math.round(view.videoWidth * scale);
    canvas.height = Math.round(view.videoHeight * scale);
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    drawn.drawImage(view, 0, 0, canvas.width, canvas.height);
    return drawn.getImageData(0, 0, canvas.width, canvas.height);
  }

  function take(text) {
    stop();
    tell("");
    const field = form.querySelector("[data-words-field]");
    field.value = text;
    field.dispatchEvent(new Event("input"));
    form.requestSubmit(form.querySelector("button[type=submit]"));
  }

  function look(decodeQR, canvas) {
    if (!stream) return;
    try {
      if (view.videoWidth) {
        take(decodeQR(picture(canvas)));
        return;
      }
    } catch {
      // no code in this picture: look at the next one
    }
    requestAnimationFrame(() => look(decodeQR, canvas));
  }

  async function start() {
    const { decodeQR } = await import(place.dataset.reader);
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    view.srcObject = stream;
    view.hidden = false;
    button.textContent = place.dataset.stop;
    tell("hold");
    await view.play();
    look(decodeQR, document.createElement("canvas"));
  }

  place.hidden = false;
  if (!(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)) {
    button.hidden = true;
    tell("none");
    continue;
  }
  button.addEventListener("click", () => {
    if (stream) {
      stop();
      tell("");
    } else {
      // a second press while the browser still asks for the camera would open one that nobody closes
      button.disabled = true;
      start()
        .catch(() => {
          stop();
          tell("refused");
        })
        .finally(() => {
          button.disabled = false;
        });
    }
  });
  addEventListener("pagehide", stop);
}
