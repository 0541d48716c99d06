// Event place: a card wants to go to a place in a list. The hidden form that the card or else the list names with
// data-drop-form is filled and sent; by pointer or by keys, it is the same form.
document.addEventListener("place", (event) => {
  const { item, list, position } = event.detail;
  const form = document.getElementById(item.dataset.dropForm ?? list.dataset.dropForm);
  if (!form) return;
  const others = [...list.querySelectorAll(":scope > [data-id]")].filter((other) => other !== item);
  const before = others[position]?.dataset.id ?? "";
  for (const [name, value] of Object.entries({ moved: item.dataset.id, list: list.dataset.list, position, before })) {
    const input = form.elements.namedItem(name);
    if (input) input.value = value;
  }
  form.addEventListener("htmx:afterRequest", (answered) => {
    item.dispatchEvent(new CustomEvent("placed", { detail: { agreed: answered.detail.successful } }));
  }, { once: true });
  form.requestSubmit();
});
