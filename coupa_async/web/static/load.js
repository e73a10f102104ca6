// Loads parts of a page that take their time, once or again and again, and shows them when they are there.

export function loadParts() {
  for (const place of document.querySelectorAll("[data-load]")) load(place);
}

async function load(place) {
  try {
    const answer = await fetch(place.dataset.load);
    if (!answer.ok) throw new Error(String(answer.status));
    // The server has escaped every name in it.
    place.innerHTML = await answer.text();
    if (!place.dataset.again) return;
    if (answer.headers.get("x-go-on")) setTimeout(() => load(place), Number(place.dataset.again));
    else location.reload();
  } catch {
    place.textContent = place.dataset.failed;
  }
}
