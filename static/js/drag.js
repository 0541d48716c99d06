// data-sortable: dragging by pointer. A drop asks to be moved (see place.js); the server answers with the new state, and
// a card that it does not agree to goes back to where it was.
const still = matchMedia("(prefers-reduced-motion: reduce)");
let library;
let origin;

document.addEventListener("htmx:load", (event) => prepare(event.target));
document.addEventListener("htmx:oobAfterSwap", (event) => prepare(event.target));
prepare(document.body);

async function prepare(root) {
  const lists = [...(root.querySelectorAll?.("[data-sortable]") ?? []), ...(root.matches?.("[data-sortable]") ? [root] : [])];
  if (!lists.length) return;
  library ??= import(document.querySelector('meta[name="sortable"]').content);
  await library;
  for (const list of lists) if (!window.Sortable.get(list)) sortable(list);
}

function sortable(list) {
  const { sortable: group, sortablePull: pull, sortablePut: put, sortableHandle: handle } = list.dataset;
  list.dataset.sortableReady = "";
  window.Sortable.create(list, {
    group: { name: group, pull: pull ?? true, put: put !== "false" },
    sort: put !== "false",
    draggable: "[data-id]",
    filter: "[data-fixed]",
    preventOnFilter: false,
    handle,
    ghostClass: "is-placed",
    chosenClass: "is-chosen",
    dragClass: "is-lifted",
    animation: still.matches ? 0 : 140,
    delay: 180,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    emptyInsertThreshold: 24,
    swapThreshold: 0.65,
    // At its edge a board that is wider than the window scrolls on under the card, in every browser alike.
    forceAutoScrollFallback: Boolean(list.closest("[data-scrolls]")),
    scrollSensitivity: 80,
    scrollSpeed: 18,
    onStart: (event) => {
      origin = { list: event.from, next: event.item.nextElementSibling };
      document.documentElement.dataset.dragging = group;
    },
    onEnd: (event) => {
      delete document.documentElement.dataset.dragging;
      dropped(event);
    },
  });
}

function dropped({ item, from, to, pullMode }) {
  const home = origin;
  const copied = pullMode === "clone";
  if (from === to && (copied || item.nextElementSibling === home.next)) return;
  const position = [...to.querySelectorAll(":scope > [data-id]")].indexOf(item);
  item.addEventListener("placed", (answer) => {
    if (copied) item.remove();
    else if (!answer.detail.agreed) home.list.insertBefore(item, home.next);
  }, { once: true });
  document.dispatchEvent(new CustomEvent("place", { detail: { item, list: to, position } }));
}
