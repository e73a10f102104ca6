// Gives a spreadsheet to the server: dropped or picked, sent as it is, with its progress shown.

const LIMIT_BYTES = 100 * 2 ** 20;

export function takeFiles(place, base) {
  if (!place) return;
  const picker = document.getElementById("file");
  picker.addEventListener("change", () => picker.files[0] && send(place, base, picker.files[0]));
  for (const [name, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("over", isOver);
    });
  }
  place.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (file) send(place, base, file);
  });
}

function send(place, base, file) {
  const bar = document.getElementById("upload");
  const wrong = document.getElementById("upload-error");
  const say = (text) => {
    wrong.textContent = text;
    bar.hidden = true;
  };
  say("");
  if (file.size > LIMIT_BYTES) return say(place.dataset.tooLarge);
  bar.hidden = false;
  const request = new XMLHttpRequest(); // fetch cannot tell how far it is
  request.open("POST", `${base}/orders/upload?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("X-CSRF-Token", place.dataset.csrf);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => { bar.value = (100 * event.loaded) / event.total; });
  request.addEventListener("error", () => say(place.dataset.failed));
  request.addEventListener("load", () => {
    const told = request.response;
    if (told?.go) location.assign(told.go);
    else say(told?.error ?? place.dataset.failed);
  });
  request.send(file);
}
