// data-opened: the panel of one rule. The card that it belongs to is marked; opening takes the focus there, closing gives it back.
const panel = () => document.getElementById("inspector");

let opened = panel()?.dataset.opened;

document.addEventListener("htmx:afterSwap", () => mark());
document.addEventListener("htmx:oobAfterSwap", (event) => {
  mark();
  if (event.target.id !== "inspector" || panel()?.dataset.opened === opened) return;
  opened = panel()?.dataset.opened;
  // A rule that was just put there wants to be filled in.
  setTimeout(() => {
    // On a phone the palette covers the page while it is the target; it has done its work.
    if (document.querySelector("#palette:target")) location.hash = "stages";
    panel()?.querySelector("fieldset :is(input:not([type=hidden]), textarea, select)")?.focus();
  });
});
mark();
document.querySelector('.rule[aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "inspector" && event.detail.elt?.id !== "inspector") return;
  if (!panel()?.dataset.opened) return;
  panel().querySelector("h2").focus({ preventScroll: true });
  document.getElementById(panel().dataset.opened)?.scrollIntoView({ block: "nearest", inline: "nearest" });
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest?.("[data-closes-rule]");
  if (closer) document.addEventListener("htmx:afterSwap", () => document.getElementById(closer.dataset.closesRule)?.focus(), { once: true });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], details[data-menu][open]")) return;
  if (panel()?.contains(event.target)) panel().querySelector("[data-closes-rule]")?.click();
});

function mark() {
  const opened = panel()?.dataset.opened;
  for (const card of document.querySelectorAll('.rule[aria-current="true"]')) if (card.id !== opened) card.removeAttribute("aria-current");
  if (opened) document.getElementById(opened)?.setAttribute("aria-current", "true");
}
