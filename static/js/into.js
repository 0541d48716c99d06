// data-into="id": a link whose page is fetched into a part of this one: "dialogs" for a dialog, else the element that it
// replaces. With a key held, or without a script, it is the link that it looks like.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-into]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const place = document.getElementById(link.dataset.into);
  if (!place) return;
  event.preventDefault();
  const swap = place.id === "dialogs" ? "innerHTML" : "outerHTML";
  htmx.ajax("GET", link.getAttribute("href"), { source: link, target: `#${place.id}`, swap });
});
