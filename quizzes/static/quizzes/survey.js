// A browser keeps an entry for every form that it sends, so a phone's history would show how many
// pages of a survey somebody went through: many for who answered, one for who declined. Forms are
// therefore sent from here, and the survey takes the place of the page before. Without this script
// they are sent by the browser itself.
"use strict";

const failed = document.currentScript.dataset.failed;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-keeps-history")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const pressed = event.submitter;
  const data = new URLSearchParams(new FormData(form));
  if (pressed && pressed.name) data.append(pressed.name, pressed.value);
  fetch(form.action, { method: "POST", body: data, redirect: "manual" })
    .then((response) => {
      if (response.type === "opaqueredirect") return location.replace(next(form, pressed));
      // No redirect: the session has ended, or the page is too large. The browser shows the answer.
      sendPlainly(form, pressed);
    })
    .catch(() => {
      delete form.dataset.sending;
      say(form);
    });
});

// Every form leads back to the survey's own address, the language button to it in that language.
function next(form, pressed) {
  const url = new URL(form.action);
  if (pressed && pressed.name === "language") {
    url.pathname = url.pathname.replace(/^\/\w+\//, `/${pressed.value}/`);
  }
  return url.href;
}

function sendPlainly(form, pressed) {
  if (pressed && pressed.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: pressed.name, value: pressed.value });
    form.append(field);
  }
  form.submit();
}

function say(form) {
  const said = form.querySelector("[role=alert][data-failed]") || document.createElement("p");
  said.className = "notice";
  said.setAttribute("role", "alert");
  said.dataset.failed = "";
  said.textContent = failed;
  form.append(said);
}
