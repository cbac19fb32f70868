// Keeps a page as new as its environment: where something has changed it is fetched again, and its content takes the
// place of the old one. Where a person is typing or has marked a text, that waits until they are done.
"use strict";
(() => {
  const told = document.querySelector(".live");
  const key = decodeURIComponent(location.pathname.split("/")[1] || "");
  let due = false, busy = false;

  const isHeld = () => {
    const active = document.activeElement;
    return (active && active.matches("input, select, textarea, button")) || String(getSelection()) !== "";
  };

  async function refresh() {
    if (busy || !due || isHeld() || document.hidden) return;
    busy = true;
    due = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") told.textContent = "your session has ended: load the page anew";
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const before = document.querySelector("main"), after = page.querySelector("main");
      if (after && before.innerHTML !== after.innerHTML) {
        const scrolled = [...before.querySelectorAll("pre, .wide")].map((one) => [one.scrollLeft, one.scrollTop]);
        const focused = document.activeElement && document.activeElement.getAttribute("href");
        before.innerHTML = after.innerHTML;
        before.querySelectorAll("pre, .wide").forEach((one, n) => {
          if (scrolled[n]) [one.scrollLeft, one.scrollTop] = scrolled[n];
        });
        if (focused) before.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        document.title = page.title;
      }
      told.textContent = "live";
    } finally {
      busy = false;
    }
  }

  const events = new EventSource("/api/v1/events");
  events.addEventListener("open", () => { told.textContent = "live"; });
  events.addEventListener("error", () => { told.textContent = "not connected: what is shown may be old"; due = true; });
  events.addEventListener("changed", (event) => {
    if (key && JSON.parse(event.data).environment !== key) return;
    due = true;
    refresh();
  });
  setInterval(refresh, 1000);
  setInterval(() => { due = true; }, 30000);
})();
