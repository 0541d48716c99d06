// data-filter: a search field that narrows a list in the page, such as the palette; accents and case do not matter.
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-filter]");
  if (field) narrow(document.getElementById(field.dataset.filter), plain(field.value.trim()));
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-filter]");
  if (field && event.key === "Enter") takeFirst(event, document.getElementById(field.dataset.filter));
  if (!field || !field.value || event.key !== "Escape") return;
  event.stopPropagation();
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Enter takes the first hit, instead of whatever button comes first in the form.
function takeFirst(event, list) {
  event.preventDefault();
  list.querySelector("[data-filter-item]:not([hidden]) :is(a, button)")?.click();
}

function narrow(list, wanted) {
  let hits = 0;
  for (const item of list.querySelectorAll("[data-filter-item]")) {
    const words = plain(item.dataset.filterWords ?? item.textContent);
    item.hidden = !wanted.split(/\s+/).every((word) => words.includes(word));
    hits += item.hidden ? 0 : 1;
  }
  for (const shelf of list.querySelectorAll("details")) openWithHits(shelf, wanted);
  const empty = list.querySelector("[data-filter-empty]");
  if (empty) empty.hidden = hits > 0;
}

function openWithHits(shelf, wanted) {
  const hit = shelf.querySelector("[data-filter-item]:not([hidden])") !== null;
  shelf.dataset.wasOpen ??= String(shelf.open);
  shelf.hidden = wanted !== "" && !hit;
  shelf.open = wanted ? hit : shelf.dataset.wasOpen === "true";
  if (!wanted) delete shelf.dataset.wasOpen;
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replaceAll("đ", "d").replaceAll("ł", "l");
}
