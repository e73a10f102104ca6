// Levels of folders: switched on and off, moved up and down, with what they come to shown beside them.

const WAIT_MS = 250;

export function chooseFolders(form) {
  if (!form) return;
  const plan = document.getElementById("plan");
  let waiting = 0;
  let asked = 0;

  async function show() {
    const mine = ++asked;
    const answer = await fetch(form.dataset.plan, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const html = await answer.text();
    // The server has escaped every name in it.
    if (answer.ok && mine === asked) plan.innerHTML = html;
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, WAIT_MS);
  });
  document.getElementById("levels").addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const level = button.closest("li");
    const other = button.dataset.move === "1" ? level.nextElementSibling : level.previousElementSibling;
    if (!other) return;
    if (button.dataset.move === "1") other.after(level);
    else other.before(level);
    button.focus();
    show();
  });
}

export function copyTexts() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) navigator.clipboard.writeText(button.dataset.copy);
  });
}
