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

  // A log stays at its end where it was there: what comes next is what a person waits for.
  const isAtEnd = (one) => one.scrollTop + one.clientHeight >= one.scrollHeight - 4;
  const toEnd = (one) => { one.scrollTop = one.scrollHeight; };

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
        const scrolled = [...before.querySelectorAll("pre, .wide")].map((one) => [one.scrollLeft, one.scrollTop, isAtEnd(one)]);
        const active = document.activeElement, focused = active && active.getAttribute("href"), id = active && active.id;
        before.innerHTML = after.innerHTML;
        before.querySelectorAll("pre, .wide").forEach((one, n) => {
          if (scrolled[n]) [one.scrollLeft, one.scrollTop] = scrolled[n];
          if (one.matches(".log") && (!scrolled[n] || scrolled[n][2])) toEnd(one);
        });
        if (focused) before.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        else if (id) document.getElementById(id)?.focus({ preventScroll: true });
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
  document.querySelectorAll("pre.log").forEach(toEnd);
  setInterval(refresh, 1000);
  setInterval(() => { if (document.querySelector("main [data-live]")) due = true; }, 2000);  // what no commit tells
  setInterval(() => { due = true; }, 30000);
})();
