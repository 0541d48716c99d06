// data-poll="3000": an element that asks again and again what is new (hx-trigger="poll"), so many milliseconds apart; not
// while nobody looks, and not while a card is in somebody's hand.
const asked = new WeakMap();

setInterval(() => {
  if (document.hidden || document.documentElement.dataset.dragging) return;
  for (const element of document.querySelectorAll("[data-poll]")) {
    const now = performance.now();
    if (!asked.has(element)) asked.set(element, now);
    if (now - asked.get(element) < Number(element.dataset.poll)) continue;
    asked.set(element, now);
    htmx.trigger(element, "poll");
  }
}, 500);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-poll]")) htmx.trigger(element, "poll");
});
