// data-movable: what can be dragged can be moved with the keys (see place.js). Ctrl and an arrow moves the card within its
// list or to the list beside it; M opens its menu of places.
const ALONG = { ArrowUp: -1, ArrowDown: 1 };
const ACROSS = { ArrowLeft: -1, ArrowRight: 1 };

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-movable]");
  if (!card || event.target.matches("input, select, textarea, [contenteditable]")) return;
  if ((event.ctrlKey || event.metaKey) && (event.key in ALONG || event.key in ACROSS)) {
    event.preventDefault();
    move(card.closest("[data-id]"), ALONG[event.key], ACROSS[event.key]);
  } else if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey && document.documentElement.dataset.shortcuts !== "off") {
    const menu = card.querySelector("[data-move]");
    menu?.focus();
    menu?.click();
  }
});

function move(item, along, across) {
  const list = item.closest("[data-sortable]");
  const target = across ? neighbour(list, across) : list;
  if (!target) return;
  const items = [...target.querySelectorAll(":scope > [data-id]")];
  const at = [...list.querySelectorAll(":scope > [data-id]")].indexOf(item);
  const position = across ? Math.min(at, items.length) : at + along;
  if (position < 0 || position > items.length || (!across && position >= items.length)) return;
  document.dispatchEvent(new CustomEvent("place", { detail: { item, list: target, position } }));
}

// The lists of the same group that accept something, in the order of the page.
function neighbour(list, step) {
  const group = CSS.escape(list.dataset.sortable);
  const lists = [...document.querySelectorAll(`[data-sortable="${group}"]:not([data-sortable-put="false"])`)];
  return lists[lists.indexOf(list) + step];
}
