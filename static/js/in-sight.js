// data-in-sight: a row of links whose targets stand in the scroller of that id; those in sight are marked as current.
document.addEventListener("htmx:load", (event) => watch(event.target));
watch(document.body);

function watch(root) {
  for (const row of root.querySelectorAll?.("[data-in-sight]") ?? []) {
    if (row.dataset.watched) continue;
    row.dataset.watched = "yes";
    follow(row, document.getElementById(row.dataset.inSight));
  }
}

function follow(row, scroller) {
  const observer = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      const link = row.querySelector(`a[href="#${CSS.escape(target.id)}"]`);
      if (isIntersecting) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    }
    row.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, { root: scroller, threshold: 0.6 });
  for (const link of row.querySelectorAll('a[href^="#"]')) {
    const target = document.getElementById(link.hash.slice(1));
    if (target) observer.observe(target);
  }
}
