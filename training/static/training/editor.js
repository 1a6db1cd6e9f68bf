/* The editors' forms: one language at a time, and lint below a text while it is typed.
   Without this script both languages stand below each other, and lint speaks after saving. */
(function () {
  "use strict";
  const bar = document.querySelector(".languages");
  if (!bar) return;
  const form = bar.closest("form");

  function show(language) {
    form.classList.remove("show-km", "show-en");
    if (language !== "both") form.classList.add("show-" + language);
    for (const button of bar.querySelectorAll("button"))
      button.setAttribute("aria-pressed", button.dataset.show === language);
  }
  bar.addEventListener("click", (event) => {
    if (event.target.dataset.show) show(event.target.dataset.show);
  });
  bar.hidden = false;

  function list(findings) {
    const made = document.createElement("ul");
    made.className = "lint";
    for (const one of findings) {
      const item = document.createElement("li"), mark = document.createElement("strong");
      item.className = one.is_error ? "error" : "look";
      mark.textContent = one.mark;
      item.append(mark, " " + one.text);
      made.append(item);
    }
    return made;
  }

  async function look(km, en) {
    const body = new URLSearchParams({ km: km.value, en: en ? en.value : "" });
    const token = form.elements.csrfmiddlewaretoken.value;
    try {
      const headers = { "X-CSRFToken": token };
      const answer = await fetch(bar.dataset.lint, { method: "POST", body, headers });
      if (!answer.ok) return;
      const row = km.closest(".form-row"), old = row.querySelector("ul.lint");
      if (old) old.remove();
      row.append(list((await answer.json()).findings));
    } catch (error) {
      return; // no connection: lint speaks after saving
    }
  }

  const waiting = new Map();
  form.addEventListener("input", (event) => {
    const name = event.target.name || "";
    if (!/_(km|en)$/.test(name)) return;
    const km = form.elements[name.replace(/_en$/, "_km")];
    if (!km || !("lint" in km.dataset)) return;
    clearTimeout(waiting.get(km));
    waiting.set(km, setTimeout(() => look(km, form.elements[km.name.replace(/_km$/, "_en")]), 700));
  });
})();
