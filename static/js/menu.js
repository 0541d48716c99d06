// data-menu: a <details> that behaves like a menu. It closes on Escape, on a press elsewhere and after a choice,
// and the arrow keys go through its links and buttons.
const OPEN = "details[data-menu][open]";
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.(".menu__item, .menu__nav a");
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target) || (chosen && menu.contains(chosen))) menu.open = false;
  }
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-menu]")) keepInSight(event.target);
}, true);

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.(OPEN);
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
    event.stopPropagation();
  } else if (event.key in STEPS || (menu.open && (event.key === "Home" || event.key === "End"))) {
    step(menu, event);
  }
});

function step(menu, event) {
  if (event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  menu.open = true;
  const items = [...menu.querySelectorAll(".menu a, .menu button, .menu input, .menu select")].filter((item) => item.offsetParent);
  const at = items.indexOf(document.activeElement);
  const next = { Home: 0, End: items.length - 1 }[event.key] ?? (at < 0 && event.key === "ArrowUp" ? -1 : at + STEPS[event.key]);
  items.at(next % items.length)?.focus();
}

// A menu that would stand outside the window is laid to the other side, or above.
function keepInSight(menu) {
  delete menu.dataset.side;
  delete menu.dataset.above;
  if (!menu.open) return;
  const box = menu.querySelector(".menu").getBoundingClientRect();
  if (box.right > innerWidth - 8) menu.dataset.side = "end";
  if (box.left < 8) menu.dataset.side = "start";
  if (box.bottom > innerHeight - 8 && menu.getBoundingClientRect().top > box.height) menu.dataset.above = "";
}
