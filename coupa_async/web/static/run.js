// Shows how a run gets on. Only a window that is seen listens: browsers give a page six connections in all.

const ANNOUNCE_MS = 20_000;

export function watchRun(place) {
  if (!place) return;
  const spoken = document.getElementById("announce");
  let source = null;
  let spokenAt = 0;

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource(place.dataset.events);
    source.addEventListener("progress", (event) => {
      // The server has escaped every name in it.
      place.innerHTML = JSON.parse(event.data).html;
      if (performance.now() - spokenAt < ANNOUNCE_MS) return;
      spokenAt = performance.now();
      spoken.textContent = place.querySelector(".meter p").textContent;
    });
    source.addEventListener("over", () => {
      leave();
      location.reload();
    });
  }

  function leave() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  listen();
}
