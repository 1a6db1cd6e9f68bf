// Whoever types a paper in presses Enter after each number: it leads to the next field. Without
// this script Enter sends the form, which then asks about what is empty and keeps nothing yet.
"use strict";

document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  if (!form || !form.hasAttribute("data-typing")) return;
  event.preventDefault();
  const fields = [...form.elements].filter((field) => field.matches("input[type=text]"));
  const next = fields[fields.indexOf(event.target) + 1] || form.querySelector(".row .action");
  next.focus();
  if (next.select) next.select();
});
