// data-choose: cards that are chosen to be moved together. Shift chooses all up to the last one; data-choose-all in the
// head of a list chooses the whole list, what is not loaded yet as well; data-selection-count says how many.
let last;

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-choose]");
  if (!box) return;
  if (event.shiftKey && last && last !== box) range(last, box);
  last = box;
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches?.("[data-choose-all]")) {
    for (const box of target.closest(".lane").querySelectorAll("[data-choose]")) box.checked = target.checked;
  } else if (target.matches?.("[data-choose]") && !target.checked) {
    const all = target.closest(".lane")?.querySelector("[data-choose-all]");
    if (all) all.checked = false;
  }
  count();
});

document.addEventListener("reset", () => setTimeout(count));
document.addEventListener("htmx:afterSettle", count);
document.addEventListener("chosen-moved", () => document.querySelector("[data-selection]")?.reset());

function range(from, to) {
  const boxes = [...document.querySelectorAll("[data-choose]")];
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
}

// A stage that is chosen whole counts with all that it has.
function count() {
  const shown = document.querySelector("[data-selection-count]");
  if (!shown) return;
  const whole = [...document.querySelectorAll("[data-choose-all]:checked")];
  const single = [...document.querySelectorAll("[data-choose]:checked")].filter((box) => !whole.some((all) => box.closest(".lane")?.contains(all)));
  shown.textContent = single.length + whole.reduce((sum, all) => sum + Number(all.dataset.count), 0);
}
