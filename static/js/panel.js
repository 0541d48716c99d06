// data-panel: a record beside the board. The address names it, so that it can be shared and comes back; Escape closes it;
// J and K open the card below and above; its card says that it is open.
const PARAMETER = "record";

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "record" && !event.detail.elt.closest?.("#record")) return;
  mark();
});
mark();

document.addEventListener("click", (event) => {
  const step = event.target.closest?.("[data-panel-step]");
  const close = event.target.closest?.("[data-panel-close]");
  if (step) go(Number(step.dataset.panelStep));
  if (close && document.getElementById("lanes")) {
    event.preventDefault();
    shut();
  }
});

document.addEventListener("keydown", (event) => {
  const panel = document.querySelector("[data-panel]");
  if (!panel || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && !typing) shut();
  else if (!typing && document.documentElement.dataset.shortcuts !== "off" && (event.key === "j" || event.key === "k")) go(event.key === "j" ? 1 : -1);
});

// The card of the record that is open is marked, and the address says which one it is.
function mark() {
  const panel = document.querySelector("[data-panel]");
  for (const card of document.querySelectorAll(".deal[aria-current]")) card.removeAttribute("aria-current");
  document.getElementById(`deal-${panel?.dataset.shows}`)?.setAttribute("aria-current", "true");
  if (!document.getElementById("lanes")) return;
  const address = new URL(location.href);
  const shown = address.searchParams.get(PARAMETER);
  if ((panel?.dataset.shows ?? null) === shown) return;
  if (panel) address.searchParams.set(PARAMETER, panel.dataset.shows);
  else address.searchParams.delete(PARAMETER);
  history.replaceState(history.state, "", address);
  if (panel && !panel.contains(document.activeElement)) panel.querySelector("[data-panel-close]")?.focus({ preventScroll: true });
}

function go(step) {
  const open = document.querySelector(".deal[aria-current]");
  const cards = [...(open?.parentElement.querySelectorAll(".deal") ?? [])];
  cards[cards.indexOf(open) + step]?.querySelector("[data-into=record]")?.click();
}

function shut() {
  const panel = document.getElementById("record");
  const card = document.getElementById(`open-${panel.dataset.shows}`);
  const nothing = document.createElement("div");
  nothing.id = "record";
  nothing.hidden = true;
  panel.replaceWith(nothing);
  mark();
  card?.focus();
}
