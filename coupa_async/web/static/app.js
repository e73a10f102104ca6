// What every page has: signs of life to the server, and a word when the server is gone. The rest is for one page each.

import { chooseFolders, copyTexts } from "./folders.js";
import { loadParts } from "./load.js";
import { watchRun } from "./run.js";
import { takeFiles } from "./upload.js";

const base = document.body.dataset.base;
const EVERY_MS = 30_000;
let lastState = null;

async function signOfLife() {
  const gone = document.getElementById("gone");
  try {
    const answer = await fetch(`${base}/alive`);
    const told = await answer.json();
    if (lastState?.state === "at work" && told.state !== "at work") ended();
    lastState = told;
    gone.hidden = true;
  } catch {
    gone.hidden = false;
  }
}

function ended() {
  const button = document.getElementById("notify");
  if (button && globalThis.Notification?.permission === "granted" && document.hidden) {
    new Notification(button.dataset.title, { body: button.dataset.text });
  }
}

function offerNotification() {
  const button = document.getElementById("notify");
  if (!button || !globalThis.Notification || Notification.permission !== "default") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.hidden = true;
  });
}

// A form is sent once, however often its button is pressed; but one whose answer is a file leaves the page as it is.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && !("download" in event.target.dataset)) setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

offerNotification();
watchRun(document.getElementById("progress"));
chooseFolders(document.getElementById("choices"));
copyTexts();
loadParts();
takeFiles(document.getElementById("drop"), base);
signOfLife();
setInterval(signOfLife, EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) signOfLife(); });
