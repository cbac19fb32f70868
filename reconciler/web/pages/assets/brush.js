// Keeps the trials that pass where a person has dragged along an axis of the parallel coordinates; a click keeps all.
// Pages are whole without it. It listens on the document, as a page's content is replaced when something has changed.
"use strict";
(() => {
  const kept = new Map();
  let begun = null;

  const heights = (path) => new Map(path.getAttribute("d").slice(1).split(" L").map((one) => one.split(",").map(Number)));

  function show(svg) {
    for (const path of svg.querySelectorAll(".trial")) {
      const at = heights(path);
      const isOut = [...kept].some(([x, [top, bottom]]) => !(at.get(x) >= top && at.get(x) <= bottom));
      path.classList.toggle("out", isOut);
      const link = document.querySelector(`table a[href$="/${CSS.escape(path.dataset.run)}"]`);
      if (link) link.closest("tr").classList.toggle("out", isOut);
    }
    svg.querySelectorAll(".brush").forEach((one) => one.remove());
    for (const [x, [top, bottom]] of kept) {
      const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x: x - 9, y: top, width: 18, height: bottom - top, class: "brush" })) {
        mark.setAttribute(name, value);
      }
      svg.append(mark);
    }
  }

  const height = (event, svg) => event.clientY - svg.getBoundingClientRect().top;

  document.addEventListener("pointerdown", (event) => {
    const axis = event.target.closest && event.target.closest(".parallel .axis");
    if (!axis) return;
    const svg = axis.closest("svg");
    begun = { svg, x: Number(axis.dataset.x), y: height(event, svg) };
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!begun) return;
    const y = height(event, begun.svg);
    kept.set(begun.x, [Math.min(begun.y, y), Math.max(begun.y, y)]);
    show(begun.svg);
  });
  document.addEventListener("pointerup", (event) => {
    if (!begun) return;
    if (Math.abs(height(event, begun.svg) - begun.y) < 4) kept.delete(begun.x);
    show(begun.svg);
    begun = null;
  });
  document.documentElement.classList.add("can-brush");
})();
