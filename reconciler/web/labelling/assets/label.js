// Keys for labelling: digits choose, Enter saves, s skips, b goes back. Places are marked by dragging on a picture, by
// selecting a part of a text, or by the numbers in the table, which hold whatever is marked.
"use strict";
(() => {
  const form = document.querySelector("form.task");
  if (!form) return;
  const units = "xy".split("").concat("width", "height");

  const choices = [...form.querySelectorAll(".choices")];
  const first = choices[0] ? [...choices[0].querySelectorAll("input")] : [];
  first.slice(0, 9).forEach((input, n) => {
    const key = document.createElement("kbd");
    key.textContent = String(n + 1);
    input.parentElement.append(key);
  });

  const tables = [...form.querySelectorAll("table.places")].map((table) => ({
    table,
    about: table.dataset.about,
    buttons: [...table.closest("fieldset").querySelectorAll("[data-label]")],
    label: null,
  }));

  const value = (row, name) => row.querySelector(`[name$=".${name}"]`);
  const rows = (one) => [...one.table.tBodies[0].rows];
  const inputs = (row) => [...row.querySelectorAll("input")];
  const isEmpty = (row) => inputs(row).every((input) => input.value === "");
  const isWhole = (row) => inputs(row).every((input) => input.value !== "");

  function put(one, place) {
    let row = rows(one).find(isEmpty);
    if (!row) {
      if (rows(one).length >= Number(one.table.dataset.most)) return;
      row = rows(one)[0].cloneNode(true);
      inputs(row).forEach((input) => { input.value = ""; });
      one.table.tBodies[0].append(row);
    }
    for (const [name, told] of Object.entries(place)) value(row, name).value = told;
    value(row, "label").value = one.label;
    draw(one);
  }

  function pick(one, label) {
    one.label = label;
    one.buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.label === label)));
  }

  function draw(one) {
    const picture = form.querySelector(`.picture[data-name="${CSS.escape(one.about)}"]`);
    const text = form.querySelector(`textarea.text[data-name="${CSS.escape(one.about)}"]`);
    picture?.querySelectorAll(".box").forEach((box) => box.remove());
    rows(one).forEach((row) => {
      const told = row.querySelector(".told");
      if (!told.firstChild) {
        const drop = document.createElement("button");
        drop.type = "button";
        drop.textContent = "×";
        drop.title = "Take this place away";
        drop.setAttribute("aria-label", drop.title);
        drop.addEventListener("click", () => {
          inputs(row).forEach((input) => { input.value = ""; });
          draw(one);
        });
        told.append(drop, document.createElement("span"));
      }
      told.hidden = isEmpty(row);
      if (!isWhole(row)) return;
      if (text) {
        told.lastChild.textContent = ` ${text.value.slice(value(row, "start").value, value(row, "end").value).slice(0, 60)}`;
      } else if (picture) {
        const box = document.createElement("div"), name = document.createElement("span");
        box.className = "box";
        [box.style.left, box.style.top, box.style.width, box.style.height] = units.map((unit) => `${value(row, unit).value}%`);
        name.textContent = value(row, "label").value;
        box.append(name);
        picture.append(box);
      }
    });
  }

  tables.forEach((one) => {
    one.buttons.forEach((button, n) => {
      button.hidden = false;
      if (!first.length && n < 9) {
        const key = document.createElement("kbd");
        key.textContent = String(n + 1);
        button.append(" ", key);
      }
      button.addEventListener("click", () => { pick(one, button.dataset.label); select(one); });
    });
    if (one.buttons[0]) pick(one, one.buttons[0].dataset.label);
    one.table.addEventListener("input", () => draw(one));
    draw(one);
    const picture = form.querySelector(`.picture[data-name="${CSS.escape(one.about)}"]`);
    if (picture && one.table.querySelector('[name$=".width"]')) drag(one, picture);
  });

  function select(one) {
    const text = form.querySelector(`textarea.text[data-name="${CSS.escape(one.about)}"]`);
    if (!text || text.selectionStart === text.selectionEnd) return;
    put(one, { start: text.selectionStart, end: text.selectionEnd });
    text.setSelectionRange(text.selectionEnd, text.selectionEnd);
  }

  function drag(one, picture) {
    const round = (number) => Math.round(Math.min(Math.max(number, 0), 100) * 1000) / 1000;
    let from = null, box = null;
    const at = (event) => {
      const frame = picture.querySelector("img").getBoundingClientRect();
      return [round((100 * (event.clientX - frame.left)) / frame.width), round((100 * (event.clientY - frame.top)) / frame.height)];
    };
    const area = (to) => ({
      x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]),
      width: round(Math.abs(to[0] - from[0])), height: round(Math.abs(to[1] - from[1])),
    });
    picture.classList.add("marks");
    picture.querySelector("img").draggable = false;
    picture.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      picture.setPointerCapture(event.pointerId);
      from = at(event);
      box = document.createElement("div");
      box.className = "box";
      picture.append(box);
    });
    picture.addEventListener("pointermove", (event) => {
      if (!from) return;
      const place = area(at(event));
      [box.style.left, box.style.top, box.style.width, box.style.height] = units.map((unit) => `${place[unit]}%`);
    });
    picture.addEventListener("pointerup", (event) => {
      if (!from) return;
      const place = area(at(event));
      from = null;
      box.remove();
      if (place.width >= 0.3 && place.height >= 0.3) put(one, place);
    });
    picture.addEventListener("pointercancel", () => { from = null; box?.remove(); });
  }

  // A text that is read-only has no caret to select by keys from: so it may be written to, and nothing comes of it.
  form.querySelectorAll("textarea.text").forEach((text) => {
    text.readOnly = false;
    text.setAttribute("aria-readonly", "true");
    text.inputMode = "none";
    text.spellcheck = false;
    text.addEventListener("beforeinput", (event) => event.preventDefault());
  });

  const isWriting = (target) => target.matches("textarea:not(.text), select, input:not([type=radio]):not([type=checkbox])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("summary, a, button") && event.key === "Enter") return;
    if (event.key === "Enter" && !event.target.matches("textarea:not(.text)")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".go"));
      return;
    }
    if (isWriting(event.target)) return;
    const place = "123456789".indexOf(event.key);
    if (event.key.length === 1 && place >= 0 && first[place]) {
      first[place].click();
      first[place].focus();
    } else if (event.key.length === 1 && place >= 0 && tables[0]?.buttons[place]) {
      pick(tables[0], tables[0].buttons[place].dataset.label);
      select(tables[0]);
    } else if (event.key === "s") {
      form.requestSubmit(form.querySelector("[name=skip]"));
    } else if (event.key === "b") {
      location.assign("/answers");
    } else {
      return;
    }
    event.preventDefault();
  });
  const begin = first.find((input) => input.checked) || first[0] || form.querySelector("textarea.text, .asked textarea, [data-label], .asked input");
  begin?.focus({ preventScroll: true });
})();
