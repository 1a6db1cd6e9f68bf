// A situation and a check answer a form with the same page, further on. A browser would keep an
// entry for each form, and its "back" would ask to send it again. So the new page takes the place
// of the old one here. Without this script the browser sends the forms itself.
"use strict";

const failed = document.currentScript.dataset.failed;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-stays")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const pressed = event.submitter;
  const data = new URLSearchParams(new FormData(form));
  if (pressed && pressed.name) data.append(pressed.name, pressed.value);
  fetch(form.action, { method: "POST", body: data })
    .then((response) => {
      if (response.redirected) return location.assign(response.url);
      return response.text().then((text) => show(text, new URL(form.action).hash.slice(1)));
    })
    .catch(() => {
      delete form.dataset.sending;
      say(form);
    });
});

function show(text, place) {
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(main);
  const target = document.getElementById(place) || main;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

function say(form) {
  const said = form.querySelector("[data-failed]") || document.createElement("p");
  said.className = "notice";
  said.setAttribute("role", "alert");
  said.dataset.failed = "";
  said.textContent = failed;
  form.append(said);
}
